"""What time alone changes: rings, holds, declines and reserves that lapse, agents who come back. Makes no offers."""

from __future__ import annotations

from heapq import heappop

from router.core.config import Id
from router.core.crews import Agent
from router.core.decisions import ClearTimer, SetTimer
from router.core.state import WAKE_AWAY, WAKE_DECLINE, WAKE_HOLD, WAKE_KEPT, WAKE_LINE, State
from router.core.waiting import WAITING, Contact, Line


def hurry(state: State, contact: Contact) -> None:
    """Rings whose time has passed are entered; so are those after it as long as nobody on duty could take it."""
    base = state.bases[contact.id]
    rings, floor = base[5], state.floor
    if contact.state != WAITING or contact.hold or not (rings or floor.backups):
        return
    waited = state.waited(contact)
    ring = contact.ring
    while ring < len(rings) and rings[ring].after_ms <= waited:
        ring += 1
    backup = max([contact.backup, *(each for each in floor.backups if each <= waited)])
    skipped = 0
    if ring < len(rings) and not state.need(base, ring, backup).crews & floor.on_duty:
        for later in range(ring + 1, len(rings) + 1):
            if state.need(base, later, backup).crews & floor.on_duty:
                skipped, ring = later - ring - 1, later
                break
    if ring > contact.ring or backup > contact.backup:
        state.enter(contact, ring, backup, skipped)


def wakes(state: State) -> tuple[list[Contact], list[Agent]]:
    """Whatever was to be looked at by now: contacts that may be asked for anew, agents who may be asked."""
    contacts: list[Contact] = []
    agents: list[Agent] = []
    while state.wakes and state.wakes[0][0] <= state.now:
        _, kind, _, what = heappop(state.wakes)
        if what is None:
            continue
        if kind == WAKE_LINE:
            _next_ring(state, what, contacts)
        elif kind == WAKE_KEPT:
            what.asked = None
            if what.n and (head := what.head()) is not None:
                contacts.append(head)
        elif kind == WAKE_AWAY:
            agent = state.floor.agents.get(what)
            if agent is not None and agent.away_until is not None and agent.away_until <= state.now:
                agents.append(agent)
        else:
            _lapse(state, kind, what, contacts)
    return contacts, agents


def _next_ring(state: State, line: Line, contacts: list[Contact]) -> None:
    line.wake_at = None
    while line.n and (head := line.head()) is not None:
        before = line
        hurry(state, head)
        if head.line is before:
            if line.entry is not None:
                state.rewake(line, head)
            return
        contacts.append(head)


def _lapse(state: State, kind: int, what: Id, contacts: list[Contact]) -> None:
    """A hold or a decline is over."""
    contact = state.contacts.get(what)
    if contact is None:
        return
    if kind == WAKE_HOLD and contact.hold and contact.hold <= state.now:
        free(state, contact)
        contacts.append(contact)
    elif kind == WAKE_DECLINE:
        lapsed = [agent for agent, until in contact.excluded.items() if until <= state.now]
        if lapsed:
            waits = contact.state == WAITING
            if waits:
                state.dequeue(contact)
            for agent in lapsed:
                del contact.excluded[agent]
            if waits:
                state.enqueue(contact)
                contacts.append(contact)


def free(state: State, contact: Contact) -> None:
    """It is kept for nobody any more."""
    if contact.state == WAITING:
        state.dequeue(contact)
        contact.hold = 0
        state.enqueue(contact)
        hurry(state, contact)
    contact.hold = 0


def guard(state: State) -> None:
    """Lines whose head has waited too many promises by now come before all others."""
    while state.guards and state.guards[0][0] <= state.now:
        line = heappop(state.guards)[2]
        line.star_at = None
        if line.entry is not None:
            state.rehead(line)
            if state.draining:
                _recheck(state, line)


def _recheck(state: State, line: Line) -> None:
    """It starves, too: whoever empties his seat for a later one may take it."""
    need = line.need
    for other, agents in list(state.draining.items()):
        if other.entry is not None and line.entry is not None and other.entry < line.entry:
            continue
        for number in list(agents):
            agent = state.floor.agents.get(number)
            cost = agent.crew.able[need.index] if agent is not None and agent.crew is not None else 0
            if agent is None or agent.crew is None or agent.drain is not other:
                del agents[number]
            elif 0 < cost <= agent.crew.capacity - agent.load:
                del agents[number]
                state.retry[number] = None
        if not agents:
            del state.draining[other]


def timer(state: State) -> None:
    """Say when to wake next, if that is news."""
    first = state.wakes[0][0] if state.wakes else None
    if first is None:
        if state.told is not None and state.told > state.now:
            state.out.append(ClearTimer())
    elif state.told is None or first < state.told or state.told <= state.now:
        state.out.append(SetTimer(at=first))
    else:
        return
    state.told = first


def duty(state: State) -> list[Contact]:
    """Crews went off or came on duty: who now waits for a ring that nobody on duty is in, goes on."""
    changed, state.floor.changed = state.floor.changed, 0
    moved: list[Contact] = []
    if not changed:
        return moved
    stuck = [contact for line in state.ringed if not line.need.crews & state.floor.on_duty
             for contact in line.contacts()]
    for contact in sorted(stuck, key=lambda each: each.id):
        line = contact.line
        hurry(state, contact)
        if contact.line is not line:
            moved.append(contact)
    return moved
