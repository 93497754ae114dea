"""Which agent for a contact, which contact for an agent: the policies at work. Reads the state and changes nothing.

Every answer carries its terms: the rule, what was compared, and among how many. Lines that a reserve kept from the
agent are noted in `state.met`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from router.core.config import Id, Policy
from router.core.crews import Agent, Crew
from router.core.floor import bits
from router.core.keeping import barred, may_bar
from router.core.order import GUARDED, Group
from router.core.ranking import able_now, crew_terms, first, free_for, tiers
from router.core.state import State
from router.core.waiting import Contact, Line

Terms = tuple[Any, ...]  #: rule, names, values, number of candidates
_CREW_TERMS = {"specialist": ("ring", "keep", "lack", "overflow", "band", "below"),
               "most_able": ("ring", "lack", "level")}
_LEAD = 4  #: what comes before being missed: ring, keep, lack, overflow
_LOOKED = 8  #: so many crews are compared by how much they are missed
_FEW = 3  #: so few needs are looked at one by one rather than going down the order


def for_contact(state: State, contact: Contact) -> tuple[Agent, Terms] | None:
    """The agent to ask for the first of a line; None when nobody is free for it."""
    line, floor = contact.line, state.floor
    if line is None or line.entry is None or line.entry[1] != contact.id:
        return None  # whoever is free for it would have taken those before it
    need, fits = line.need, 0
    if not floor.waiting & need.bit:
        return None
    for load, at in floor.at.items():
        if at:
            fits |= at & floor.fitting(need, load)
    if not fits:
        return None
    group = state.groups[line.group]
    policy = group.policy
    sticky = state.agent(contact.sticky) if policy.sticky != "off" else None
    if sticky is not None and sticky.crew is not None and able_now(state, sticky, line):
        return sticky, ("sticky", ("load", "since"), (sticky.load, sticky.since), 1)
    bar = barred(state, line, contact, policy)[0] if may_bar(line, policy) else 0
    by_load = []
    for load in sorted(floor.at):
        here = floor.at[load] & floor.fitting(need, load)
        if here and load == 0:
            here &= ~bar
        if here:
            by_load.append((load, here))
    if not by_load:
        return None
    if policy.idle_first_ms and by_load[0][0] == 0:
        found = _idle_first(state, line, by_load[0][1], policy)
        if found is not None:
            return found
    if policy.choice == "specialist" and policy.cover:
        return _by_cover(state, line, group, by_load)
    if policy.choice in ("specialist", "longest_idle", "most_able"):
        return _by_tier(state, line, group, by_load)
    return _by_turn(state, line, group, by_load)


def _by_tier(state: State, line: Line, group: Group, by_load: list[tuple[int, int]]) -> tuple[Agent, Terms] | None:
    floor, policy = state.floor, group.policy
    packed = sorted(by_load, reverse=True) if policy.pack else by_load
    for terms, mask in tiers(state, line.need, group):
        # A seat already broken up is no good for whole work: the fullest first.
        for load, here in packed if policy.choice == "specialist" and terms[1] else by_load:
            here &= mask
            if not here:
                continue
            best: tuple[int, Id, Agent] | None = None
            candidates = 0
            while here:
                low = here & -here
                here ^= low
                crew = floor.crews[low.bit_length() - 1]
                top = first(crew, load, line) if crew is not None else None
                if top is not None:
                    candidates += 1
                    if best is None or top < best:
                        best = top
            if best is not None:
                return best[2], (policy.choice, (*_CREW_TERMS.get(policy.choice, ("ring",)), "load", "since"),
                                 (*terms, load, best[0]), candidates)
    return None


class _Found(NamedTuple):
    """The least missed so far."""

    loss: int
    since: int
    id: Id
    agent: Agent
    terms: tuple[int, ...]
    load: int


def _by_cover(state: State, line: Line, group: Group, by_load: list[tuple[int, int]]) -> tuple[Agent, Terms] | None:
    """Down the tiers; among those alike in what comes first, whoever is missed least by other work."""
    policy = group.policy
    floor, learner = state.floor, state.learner
    floor.cover.refresh(learner.used, state.config, floor.crew_of.values(),
                        lambda: learner.table(floor.holders.skilled))
    packed = sorted(by_load, reverse=True) if policy.pack else by_load
    best: _Found | None = None
    candidates = 0
    for terms, mask in tiers(state, line.need, group):
        if best is not None and (not best.loss or candidates >= _LOOKED or terms[:_LEAD] != best.terms[:_LEAD]):
            break
        for load, here in packed if terms[1] else by_load:
            if here & mask:
                found, looked = _least_missed(state, line, here & mask, terms, load)
                candidates += looked
                if found is not None and (best is None or found.loss < best.loss):
                    best = found
    if best is None:
        return None
    terms = best.terms
    return best.agent, ("specialist", ("ring", "keep", "lack", "overflow", "missed", "band", "below", "load", "since"),
                        (*terms[:_LEAD], best.loss, *terms[_LEAD:], best.load, best.since), candidates)


def _least_missed(state: State, line: Line, mask: int, terms: tuple[int, ...], load: int) -> tuple[_Found | None, int]:
    """Of crews alike in all terms, with that load; and how many had somebody."""
    floor, candidates = state.floor, 0
    best: _Found | None = None
    for number in bits(mask):
        crew = floor.crews[number]
        top = first(crew, load, line) if crew is not None else None
        if crew is not None and top is not None:
            candidates += 1
            found = _Found(floor.cover.loss(crew, load, line.need), top[0], top[1], top[2], terms, load)
            if best is None or found[:3] < best[:3]:
                best = found
    return best, candidates


def _idle_first(state: State, line: Line, mask: int, policy: Policy) -> tuple[Agent, Terms] | None:
    """Whoever has been idle for longer than the policy bears."""
    best: tuple[int, Id, Agent] | None = None
    candidates = 0
    for number in bits(mask):
        crew = state.floor.crews[number]
        top = first(crew, 0, line) if crew is not None else None
        if top is not None and top[0] <= state.now - policy.idle_first_ms:
            candidates += 1
            if best is None or top < best:
                best = top
    return None if best is None else (best[2], ("idle_first", ("since",), (best[0],), candidates))


def _by_turn(state: State, line: Line, group: Group, by_load: list[tuple[int, int]]) -> tuple[Agent, Terms] | None:
    """Choices that compare every single agent."""
    policy = group.policy
    names = {"round_robin": ("ring", "turn"), "fixed": ("ring", "place"), "least_effort": ("ring", "share", "spent"),
             "weighted": ("ring", "given")}[policy.choice]
    found: list[tuple[tuple[int, ...], Id, Agent]] = []
    for load, mask in by_load:
        for number in bits(mask):
            crew = state.floor.crews[number]
            if crew is None:
                continue
            ring = crew_terms(state, line.need, crew, policy)[0]
            found += [((ring, *_turn(agent, crew, policy)), agent.id, agent) for agent in crew.ready(load)
                      if free_for(agent, line)]
    if not found:
        return None
    values, _, agent = min(found, key=lambda each: each[:2])
    return agent, (policy.choice, names, values, len(found))


def _turn(agent: Agent, crew: Crew, policy: Policy) -> tuple[int, ...]:
    if policy.choice == "round_robin":
        return (agent.turn,)
    if policy.choice == "fixed":
        return (policy.fixed.index(agent.id) if agent.id in policy.fixed else len(policy.fixed),)
    if policy.choice == "least_effort":
        return (1000 * agent.load // crew.capacity, agent.spent)
    weight = policy.weights.get(agent.id, 0)
    return (1_000_000 * (agent.given + 1) // weight if weight else 1 << 60,)


def for_agent(state: State, agent: Agent) -> tuple[Line | None, Terms, Line | None]:
    """The line whose first contact he should take, and its terms; or the starving line for which his seat empties."""
    crew, floor = agent.crew, state.floor
    if crew is None or not agent.ready:
        return None, (), None
    there = crew.needs & floor.waiting
    if not there:
        return None, (), None
    found: Line | None = None
    terms: Terms = ()
    empties: Line | None = None
    few = there.bit_count() <= _FEW
    for group in state.groups.values():
        if not group.lines:
            continue
        line, looked, other = _scan(state, agent, crew, group, there) if few or group.moving \
            else _walk(state, agent, crew, group)
        if other is not None and (empties is None or _before(other, empties, state.now)):
            empties = other
        if line is not None and line.entry is not None and (found is None or _before(line, found, state.now)):
            found, value = line, line.entry[0]
            terms = (group.policy.order, ("level", "late", "due"),
                     (group.terms(line.level, value, state.now)[0], value <= state.now, value), looked)
    if empties is not None and (found is None or _before(empties, found, state.now)):
        return None, (), empties
    return found, terms, None


def _before(line: Line, other: Line, now: int) -> bool:
    """Between groups: the starving come first, then the earliest due whose promise can be kept."""
    assert line.entry is not None and other.entry is not None
    return (line.level != GUARDED, line.entry[0] <= now, line.entry[:2]) < (
        other.level != GUARDED, other.entry[0] <= now, other.entry[:2])


def _takes(state: State, agent: Agent, crew: Crew, line: Line, group: Group) -> bool:
    """Skills and points are right; nothing else in the way?"""
    if (line.only is not None or line.excluded is not None or crew.limits) and not free_for(agent, line):
        return False
    if not agent.load and may_bar(line, group.policy):
        head = line.head()
        if head is not None and barred(state, line, head, group.policy)[0] & crew.bit:
            state.met.append(line)
            return False
    return True


def _walk(state: State, agent: Agent, crew: Crew, group: Group) -> tuple[Line | None, int, Line | None]:
    """Down the order until one is for him, or one that starves needs more of his seat than is free."""
    able, room, looked = crew.able, crew.capacity - agent.load, 0
    drain = agent.load and group.policy.drain
    fits = state.floor.within(crew, room) if agent.load else crew.needs
    for line in group.walk(state.now, able, crew.needs if drain else fits, fits):
        looked += 1
        cost = able[line.need.index]
        if cost <= room:
            if _takes(state, agent, crew, line, group):
                return line, looked, None
        elif drain and line.level == GUARDED and cost <= crew.capacity and line.excluded is line.only:
            return None, looked, line
    return None, looked, None


def _scan(state: State, agent: Agent, crew: Crew, group: Group, there: int) -> tuple[Line | None, int, Line | None]:
    """Through all that are for him."""
    able, room, looked = crew.able, crew.capacity - agent.load, 0
    best: tuple[Any, ...] | None = None
    found: Line | None = None
    empties: Line | None = None
    config, now = state.config, state.now
    for number in bits(there):
        need = state.floor.needs[number]
        for line in need.lines if need is not None else ():
            if line.group != group.name or line.entry is None:
                continue
            if able[number] > room:
                if group.policy.drain and agent.load and line.level == GUARDED and line.excluded is line.only and (
                        empties is None or line.entry < (empties.entry or line.entry)):
                    empties = line
                continue
            looked += 1
            weight = mean = 1
            if group.moving:
                weight = config.weights.get(line.segment, 1 << (len(config.segments) - 1 - line.rank))
                mean = state.learner.mean(line.need.queue, line.need.medium)
            key = (*group.key(line, now, weight, mean), line.entry[1])
            if (best is None or key < best) and _takes(state, agent, crew, line, group):
                best, found = key, line
    return found, looked, empties
