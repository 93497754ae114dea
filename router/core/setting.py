"""Events about what is set: the configuration, queues that open, close, change and merge, skills that are no more."""

from __future__ import annotations

from dataclasses import replace

from router.core import acts, arrivals, events, staff
from router.core.config import Id, PolicyError, QueueRules, check_queue
from router.core.crews import Agent
from router.core.holders import LANGUAGE
from router.core.state import State
from router.core.waiting import WAITING, Contact, Line


def config(state: State, event: events.ConfigChanged, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """Everything anew; a configuration that drops a queue, medium or segment in use is refused."""
    new = event.config
    live = [contact for contact in state.contacts.values() if contact.queue is not None]
    queues = {queue.id for queue in new.queues}
    for contact in live:
        if contact.queue not in queues:
            return f"queue-in-use: {contact.queue}; merge it first"
        if contact.segment and contact.segment not in new.segments:
            return f"segment-in-use: {contact.segment}"
    for contact in state.contacts.values():
        if contact.medium not in new.media:
            return f"medium-in-use: {contact.medium}"
    waiting = _clear(state)
    for queue in new.queues:
        _gate(state, queue)
    state.config = state.floor.config = state.learner.config = new
    state.floor.queues = {queue.id: queue for queue in new.queues}
    state.groups.clear()
    for agent in state.floor.agents.values():
        acts.move(state, agent)
    state.weigh(list(state.floor.crew_of.values()))
    _refill(state, waiting, contacts, agents)
    return None


def _clear(state: State) -> list[Contact]:
    """Everybody out of line."""
    waiting = [contact for contact in state.contacts.values() if contact.state == WAITING]
    for contact in waiting:
        state.dequeue(contact)
    for line in list(state.lines.values()):
        state.forget(line)
    state.plain.clear()
    return waiting


def _refill(state: State, waiting: list[Contact], contacts: list[Contact], agents: list[Agent]) -> None:
    """Everybody back in line, by the rules as they are now."""
    for contact in state.contacts.values():
        if contact.queue is not None and contact.id in state.bases:
            state.bases[contact.id] = state.base(contact)
    for contact in waiting:
        arrivals.again(state, contact)
    contacts += waiting
    agents += state.floor.agents.values()
    staff.rewake(state)


def queue(state: State, event: events.QueueChanged, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """One queue is there or is different."""
    rules = event.queue
    try:
        check_queue(state.config, rules, [*state.floor.queues, rules.id])
    except PolicyError as error:
        return f"bad-queue {error}"
    others = tuple(each for each in state.config.queues if each.id != rules.id)
    known = rules.id in state.floor.queues
    waiting = [c for c in state.contacts.values() if c.queue == rules.id and c.state == WAITING] if known else []
    for contact in waiting:
        state.dequeue(contact)
    _gate(state, rules)
    state.config = state.floor.config = state.learner.config = replace(state.config, queues=(*others, rules))
    state.floor.queues[rules.id] = rules
    if known:
        _rematch(state)
    for contact in state.contacts.values():
        if contact.queue == rules.id and contact.id in state.bases:
            state.bases[contact.id] = state.base(contact)
    for contact in waiting:
        arrivals.again(state, contact)
        state.judge(contact)
    contacts += waiting
    return None


def _rematch(state: State) -> None:
    """Rings lead to queues whose requirements changed: needs with rings are matched anew."""
    for need in state.floor.need_of.values():
        if need.rings:
            state.floor.match_again(need)


def _gate(state: State, rules: QueueRules) -> None:
    if rules.open and rules.id in state.closed:
        state.paused[rules.id] = state.paused.get(rules.id, 0) + state.now - state.closed.pop(rules.id)
    elif not rules.open and rules.id not in state.closed:
        state.closed[rules.id] = state.now


def _lines(state: State, queue: Id) -> list[Line]:
    return [line for line in state.lines.values() if line.need.queue == queue]


def opened(state: State, event: events.QueueOpened, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """Its contacts' clocks run on, and they are offered."""
    if event.queue not in state.floor.queues:
        return "unknown-queue"
    if event.queue not in state.closed:
        return "open"
    state.paused[event.queue] = state.paused.get(event.queue, 0) + state.now - state.closed.pop(event.queue)
    for line in _lines(state, event.queue):
        if line.n:
            state.rehead(line)
            if (head := line.head()) is not None:
                contacts.append(head)
    return None


def closed(state: State, event: events.QueueClosed, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """Its contacts stay, unoffered, and do not grow older."""
    if event.queue not in state.floor.queues:
        return "unknown-queue"
    if event.queue in state.closed:
        return "closed"
    state.closed[event.queue] = state.now
    for line in _lines(state, event.queue):
        if line.n:
            state.rehead(line)
    return None


def merged(state: State, event: events.QueueMerged, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """Its contacts wait in another queue, with their age; it is no more."""
    if event.queue not in state.floor.queues or event.into not in state.floor.queues:
        return "unknown-queue"
    if event.queue == event.into:
        return "same-queue"
    for contact in [c for c in state.contacts.values() if c.queue == event.queue]:
        waits = contact.state == WAITING
        if waits:
            state.dequeue(contact)
        contact.born += state.offset(event.queue) - state.offset(event.into)
        contact.queue = event.into
        if contact.id in state.bases:
            state.bases[contact.id] = state.base(contact)
        if waits:
            contact.ring = 0
            arrivals.again(state, contact)
            state.judge(contact)
            contacts.append(contact)
    for line in _lines(state, event.queue):
        state.forget(line)
    queues = tuple(_redirected(each, event) for each in state.config.queues if each.id != event.queue)
    state.config = state.floor.config = state.learner.config = replace(state.config, queues=queues)
    state.floor.queues = {each.id: each for each in queues}
    state.paused.pop(event.queue, None)
    state.closed.pop(event.queue, None)
    return None


def _redirected(rules: QueueRules, event: events.QueueMerged) -> QueueRules:
    """Rings that led to the queue that is no more lead to the other."""
    if not any(event.queue in ring.queues for ring in rules.rings):
        return rules
    rings = tuple(replace(ring, queues=tuple(dict.fromkeys(
        event.into if each == event.queue else each for each in ring.queues))) for ring in rules.rings)
    return replace(rules, rings=rings)


def skill_removed(state: State, event: events.SkillRemoved, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """Nobody has it, nothing needs it."""
    gone = event.skill
    waiting = _clear(state)
    queues = tuple(replace(each, requires={s: n for s, n in each.requires.items() if s != gone},
                           prefers={s: n for s, n in each.prefers.items() if s != gone})
                   for each in state.config.queues)
    state.config = state.floor.config = state.learner.config = replace(state.config, queues=queues)
    state.floor.queues = {each.id: each for each in queues}
    for contact in state.contacts.values():
        contact.requires = tuple(each for each in contact.requires if each[0] != gone)
        contact.prefers = tuple(each for each in contact.prefers if each[0] != gone)
        if gone == LANGUAGE + contact.language:
            contact.language = ""
    for agent in list(state.floor.agents.values()):
        if any(skill == gone for skill, _ in agent.profile[0]):
            agent.profile = (tuple(each for each in agent.profile[0] if each[0] != gone), *agent.profile[1:])
            acts.move(state, agent)
    _refill(state, waiting, contacts, agents)
    for number in list(state.unserved):
        state.judge(state.contacts[number])
    return None


def demand(state: State, event: events.DemandKnown, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """Expected work from the house's history."""
    if any(work < 0 for work in event.work.values()):
        return "bad-work: 0 or more"
    state.learner.told(event.work)
    state.weigh(list(state.floor.crew_of.values()))
    return None
