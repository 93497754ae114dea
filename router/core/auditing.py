"""The invariants that must hold after every event, checked on the state as it is. Reads only; names what is wrong."""

from __future__ import annotations

from router.core import keeping, ranking
from router.core.crews import OFFLINE, READY, Agent, Crew
from router.core.floor import bits
from router.core.state import State
from router.core.waiting import ASLEEP, HELD, OFFERED, WAITING, WRAP_UP


def audit(state: State, matches: bool = True) -> list[str]:
    """Faults, most telling first; empty = all is well. Without `matches` crews and needs are not compared anew."""
    return [*_idle(state), *_loads(state), *_places(state), *_buckets(state), *(_matches(state) if matches else ())]


def _idle(state: State) -> list[str]:
    """Nobody able and free stands beside somebody who waits, unless a named rule says so."""
    faults = []
    ready = 0
    for at in state.floor.at.values():
        ready |= at
    for number in bits(ready):
        crew = state.floor.crews[number]
        if crew is None or not crew.needs & state.floor.waiting:
            continue
        for agent in crew.agents.values():
            if agent.ready:
                faults += _beside(state, agent, crew)
    return faults


def _beside(state: State, agent: Agent, crew: Crew) -> list[str]:
    faults = []
    for number in bits(crew.needs & state.floor.waiting):
        need = state.floor.needs[number]
        for line in need.lines if need is not None else ():
            head, policy = line.head(), state.groups[line.group].policy
            if head is None or not ranking.able_now(state, agent, line):
                continue
            if not agent.load and keeping.may_bar(line, policy) \
                    and keeping.barred(state, line, head, policy)[0] & crew.bit:
                continue
            faults.append(f"idle: agent {agent.id} is free beside contact {head.id}")
    return faults


def _loads(state: State) -> list[str]:
    """Points add up, and what an agent has knows him."""
    faults = []
    for agent in state.floor.agents.values():
        if agent.drain is not None and agent.id not in state.draining.get(agent.drain, ()):
            faults.append(f"drain: agent {agent.id} empties his seat for nobody")
        if agent.load != agent.external + sum(agent.items.values()):
            faults.append(f"load: agent {agent.id} has {agent.load}")
        for number in agent.items:
            contact = state.contacts.get(number)
            if contact is None or contact.agent != agent.id or contact.state not in (OFFERED, HELD, WRAP_UP):
                faults.append(f"items: agent {agent.id} has contact {number}")
        if agent.crew is None or agent.crew.agents.get(agent.id) is not agent:
            faults.append(f"crew: agent {agent.id}")
        elif agent.ready != (agent.state == READY and agent.load < agent.crew.capacity and agent.drain is None):
            faults.append(f"ready: agent {agent.id}")
    return faults


def _places(state: State) -> list[str]:
    """A contact is in one place; a line's head is its oldest and stands in the order."""
    faults = []
    for contact in state.contacts.values():
        waits = contact.state == WAITING
        if waits != (contact.line is not None):
            faults.append(f"place: contact {contact.id} is {contact.state}")
        if contact.state in (OFFERED, HELD, WRAP_UP) and contact.agent is not None:
            agent = state.floor.agents.get(contact.agent)
            if agent is None or contact.id not in agent.items:
                faults.append(f"holder: contact {contact.id}")
        if contact.agent is None and contact.state in (OFFERED, ASLEEP) and contact.state == OFFERED:
            faults.append(f"offer: contact {contact.id} is offered to nobody")
    for line in state.lines.values():
        if not line.n and not line.heap and line.entry is None:
            continue
        there = line.contacts()
        if len(there) != line.n or any(each.line is not line for each in there):
            faults.append(f"line: {line.n} counted, {len(there)} there")
        open_now = line.need.queue not in state.closed
        if bool(line.n and open_now) != (line.entry is not None):
            faults.append("line: it stands in the order without anybody, or somebody without it")
        if line.n and line.entry is not None and line.entry[1] != min(there, key=lambda c: (c.born, c.id)).id:
            faults.append(f"order: contact {line.entry[1]} is not the first of its line")
    return faults


def _buckets(state: State) -> list[str]:
    """The sets of bits say what is so."""
    faults, floor = [], state.floor
    for crew in floor.crew_of.values():
        loads = [agent.load for agent in crew.agents.values() if agent.ready]
        for load in set(loads) | set(crew.at):
            if loads.count(load) != crew.at.get(load, 0) or bool(loads.count(load)) != bool(
                    floor.at.get(load, 0) & crew.bit):
                faults.append(f"bucket: crew {crew.index} at {load}")
        if crew.duty != sum(agent.state != OFFLINE for agent in crew.agents.values()):
            faults.append(f"duty: crew {crew.index}")
    whole = [agent for crew in floor.crew_of.values() if crew.whole for agent in crew.agents.values()]
    if floor.whole_idle != sum(agent.ready and not agent.load for agent in whole):
        faults.append(f"whole idle: {floor.whole_idle}")
    if floor.whole_staff != sum(agent.state in (READY, "wrap-up") for agent in whole):
        faults.append(f"whole staff: {floor.whole_staff}")
    faults += floor.cover.faults(floor.crew_of.values())
    for need in floor.need_of.values():
        if bool(need.lines) != bool(floor.waiting & need.bit):
            faults.append(f"waiting: need {need.index}")
    return faults


def _matches(state: State) -> list[str]:
    """Who may serve what is what the words of profiles and queues say."""
    faults, floor = [], state.floor
    for crew in floor.crew_of.values():
        for need in floor.need_of.values():
            if bool(need.crews & crew.bit) != bool(crew.needs & need.bit) or crew.able[need.index] != (
                    floor.cost(need, crew)):
                faults.append(f"match: crew {crew.index} and need {need.index}")
    return faults
