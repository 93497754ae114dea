"""What the core does to its state: offers, releases, and making offers until nothing more fits."""

from __future__ import annotations

from router.core import choosing, keeping
from router.core.config import Id
from router.core.crews import AWAY, OFFLINE, READY, Agent
from router.core.decisions import CancelOffer, Offer
from router.core.moments import hurry
from router.core.state import EVER, WAKE_DECLINE, WAKE_KEPT, State
from router.core.waiting import OFFERED, WAITING, Contact, Line


def offer(state: State, contact: Contact, agent: Agent, terms: choosing.Terms) -> None:
    """Ask him; the points are taken."""
    line, crew = contact.line, agent.crew
    assert line is not None and crew is not None
    contact.cost = cost = crew.able[line.need.index]  # before its line may be forgotten
    state.dequeue(contact)
    contact.state, contact.agent = OFFERED, agent.id
    contact.attempt = attempt = contact.attempt + 1
    contact.offered_at = state.now
    contact.expires = expires = state.now + state.config.media[contact.medium].offer_ms
    contact.terms = terms
    agent.turn = state.turn = state.turn + 1
    agent.given += 1
    agent.spent += cost
    carry(state, agent, contact)
    state.out.append(Offer(contact=contact.id, agent=agent.id, offer=f"{contact.id}/{attempt}", expires_at=expires,
                           terms=terms))


def carry(state: State, agent: Agent, contact: Contact) -> None:
    """He has one more: his load grows."""
    cost = agent.items[contact.id] = contact.cost
    if agent.crew is not None and agent.crew.limits:
        agent.counts[contact.medium] = agent.counts.get(contact.medium, 0) + 1
    state.floor.carries(agent, agent.load + cost, state.now)


def release(state: State, contact: Contact, asked: bool = False) -> Agent | None:
    """Whoever has it is rid of it; his points are free. Answers who. `asked`: he, and nobody before him, is asked at
    once what he takes now."""
    number, contact.agent = contact.agent, None
    agent = state.floor.agents.get(number) if number is not None else None
    if agent is None or contact.id not in agent.items:
        return None
    load = agent.load - agent.items.pop(contact.id)
    if contact.medium in agent.counts:
        agent.counts[contact.medium] -= 1
    if asked and not state.counts:
        state.floor.loosen(agent, load, agent.since if load else state.now)
    else:
        state.floor.carries(agent, load, agent.since if load else state.now)
    return agent


def cancel(state: State, contact: Contact, reason: str) -> Agent | None:
    """The offer no longer stands."""
    agent = contact.agent
    if contact.state == OFFERED and agent is not None:
        state.out.append(CancelOffer(contact=contact.id, agent=agent, offer=f"{contact.id}/{contact.attempt}",
                                     reason=reason))
    return release(state, contact)


def settle(state: State, contacts: list[Contact], agents: list[Agent]) -> None:
    """Everything that became possible because these wait and these have room, and whatever follows from that."""
    if contacts:
        if len(contacts) > 1:
            contacts.sort(key=lambda each: (_level(each), each.id))
        for contact in contacts:
            place(state, contact)
    if len(agents) > 1:
        agents.sort(key=lambda each: each.id)
    for agent in agents:
        fill(state, agent)
    if state.retry:
        _retry(state)
    if state.kept:
        # Reserves ease when more of those they count are free, or fewer are here: what they kept is asked again.
        floor = state.floor
        if floor.whole_idle > state.seen_idle or floor.whole_staff < state.seen_staff or state.finely:
            for line in list(state.kept):
                ask_again(state, line)
        state.seen_idle, state.seen_staff = floor.whole_idle, floor.whole_staff


def _retry(state: State) -> None:
    """Those whose seats emptied for nothing."""
    while state.retry:
        number = min(state.retry)
        del state.retry[number]
        agent = state.floor.agents.get(number)
        if agent is not None and agent.drain is not None:
            state.floor.stand(agent)
            fill(state, agent)


def _level(contact: Contact) -> tuple[int, int]:
    line = contact.line
    return (line.level, line.entry[0]) if line is not None and line.entry is not None else (EVER, 0)


def place(state: State, contact: Contact) -> None:
    """Offer the first of a line, and those behind it as long as somebody is free."""
    line = contact.line
    while contact.state == WAITING:
        found = choosing.for_contact(state, contact)
        if found is None:
            if line is not None and line.entry is not None and keeping.may_bar(line, state.groups[line.group].policy):
                keep(state, line, contact)
            return
        if _empties(state, found[0], line):
            continue
        offer(state, contact, *found)
        if state.kept:
            fill(state, found[0])  # his seat is broken up now: no reserve counts it any more
        head = line.head() if line is not None and line.n else None
        if head is None:
            return
        contact = head


def _empties(state: State, agent: Agent, line: Line | None) -> bool:
    """Does he take nothing, because his seat empties for somebody who starves and comes before that line?"""
    if not agent.load or agent.crew is None or line is None or not keeping.starving(state):
        return False
    other = keeping.drains(state, agent, agent.crew, line)
    if other is not None:
        _empty(state, agent, other)
    return other is not None


def _empty(state: State, agent: Agent, line: Line) -> None:
    state.floor.empty(agent, line)
    state.draining.setdefault(line, {})[agent.id] = None


def fill(state: State, agent: Agent) -> None:
    """Offers to one agent until nothing more fits."""
    while agent.ready:
        line, terms, empties = choosing.for_agent(state, agent)
        if state.met:
            met, state.met = state.met, []
            for each in met:
                if (first := each.head()) is not None:
                    keep(state, each, first)
        if empties is not None:
            _empty(state, agent, empties)
        if line is None:
            break
        contact = line.head()
        assert contact is not None
        if contact.sticky == agent.id:
            terms = (terms[0], (*terms[1], "sticky"), (*terms[2], 1), terms[3])
        offer(state, contact, agent, terms)
    if state.floor.loose is not None:
        state.floor.settle()


def keep(state: State, line: Line, head: Contact) -> None:
    """A reserve keeps somebody free from it: remember to ask again, at the latest when the reserve lapses."""
    policy = state.groups[line.group].policy
    mask, until, _ = keeping.barred(state, line, head, policy)
    if mask & line.need.crews:
        if not state.kept:
            state.seen_idle, state.seen_staff = state.floor.whole_idle, state.floor.whole_staff
        state.kept[line] = None
        state.finely = state.finely or bool(policy.scarce_idle or policy.vip_idle)
        if line.asked is None or until < line.asked:
            line.asked = until
            state.wake(until, WAKE_KEPT, line)


def ask_again(state: State, line: Line) -> None:
    """A line that was kept from somebody: is it still?"""
    state.kept.pop(line, None)
    head = line.head() if line.n else None
    if head is not None and line.entry is not None:
        place(state, head)


def back(state: State, contact: Contact, agent: Id | None, pause_ms: int) -> None:
    """An offer came to nothing: the contact waits on, and is not offered to that agent for a while."""
    if agent is not None and pause_ms:
        contact.excluded[agent] = state.now + pause_ms
        state.wake(state.now + pause_ms, WAKE_DECLINE, contact.id)
    state.enqueue(contact)
    hurry(state, contact)


def turn(state: State, agent: Agent, to: str, except_media: frozenset[str] | None = None) -> None:
    """He is in another state; his crew is another one when some media are excepted."""
    floor = state.floor
    if agent.state == to and (except_media is None or except_media == agent.except_media):
        return
    crew = agent.crew
    if except_media is not None and except_media != agent.except_media:
        agent.except_media = except_media
        move(state, agent)
    floor.unstand(agent)
    agent.ready = False
    floor.staffed(agent, -1)
    if agent.state != to and to == READY and (agent.state in (AWAY, OFFLINE) or not agent.load):
        agent.since = state.now
    agent.state = to
    agent.away_until = None
    floor.staffed(agent, 1)
    floor.stand(agent)
    assert crew is not None


def move(state: State, agent: Agent) -> None:
    """His profile changed: he joins those like him; contacts nobody can take now, or somebody can, are named."""
    lost = state.floor.leave(agent)
    fresh = state.floor.join(agent)
    agent.counts = {}
    if agent.crew is not None and agent.crew.limits:
        for number in agent.items:
            medium = state.contacts[number].medium
            agent.counts[medium] = agent.counts.get(medium, 0) + 1
    state.floor.stand(agent)
    if fresh and agent.crew is not None:
        state.weigh([agent.crew])
    review(state, lost, fresh)


def review(state: State, lost: bool, fresh: bool) -> None:
    """Crews came or went: who can be served by nobody now, and who again?"""
    if fresh:
        for number in list(state.unserved):
            state.judge(state.contacts[number])
    if lost:
        named = {contact.id: contact for line in state.lines.values() if line.n and not line.need.crews
                 for contact in line.contacts()}
        for _, contact in sorted(named.items()):
            state.judge(contact)
