"""Events that bring contacts: queued, changed, woken, or known from before a restart."""

from __future__ import annotations

from router.core import acts, events, moments
from router.core.config import PolicyError, check_rings, skill_level
from router.core.crews import OFFLINE, Agent
from router.core.state import WAKE_DECLINE, WAKE_HOLD, State
from router.core.waiting import ASLEEP, HELD, OFFERED, WAITING, WRAP_UP, Contact, Skills


def _fault(state: State, event: events.ContactQueued, new: bool = True) -> str | None:
    """Why it cannot be queued so. What was asked before, not `new`, is known to be right."""
    if state.contacts and type(event.contact) is not type(next(iter(state.contacts))):
        return "bad-id: contacts have ids of one kind"
    if not new:
        return None
    if event.queue not in state.floor.queues:
        return "unknown-queue"
    if event.medium not in state.config.media:
        return "unknown-medium"
    if event.segment not in state.config.segments:
        return "unknown-segment"
    if event.target_ms is not None and event.target_ms < 1:
        return "bad-target: 1 or more"
    if event.points is not None and not 1 <= event.points <= 250:
        return "bad-points: 1 to 250"
    try:
        for skill, level in [*event.requires.items(), *event.prefers.items()]:
            skill_level(f"requires.{skill}", skill, level)
        if event.rings:
            check_rings("rings", event.rings, list(state.floor.queues))
    except PolicyError as error:
        return f"bad-request {error}"
    return None


def queued(state: State, event: events.ContactQueued, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """It waits for a person; one that was waiting or held is transferred and keeps its age."""
    try:
        requires = tuple(sorted(event.requires.items())) if event.requires else ()
        prefers = tuple(sorted(event.prefers.items())) if event.prefers else ()
        base = state.known((event.queue, event.medium, event.segment, requires, prefers, event.language, event.priority,
                            event.target_ms, event.points, event.rings))
    except TypeError:
        return _fault(state, event) or "bad-request: skills are words with a level"
    contact = state.contacts.get(event.contact)
    if (base is None or contact is None) and (fault := _fault(state, event, base is None)) is not None:
        return fault
    since = event.queued_at
    if contact is None:
        contact = state.contacts[event.contact] = Contact(event.contact)
    else:
        if since is None and contact.queue is not None:
            since = state.now - state.waited(contact)
        agent = _loose(state, contact, "transferred")
        if agent is not None:
            agents.append(agent)
        contact.ring = contact.backup = contact.hold = 0
    fresh = contact.attempt == 0
    _ask(state, contact, event, requires, prefers)
    contact.born = min(state.now, state.now if since is None else since) - state.offset(event.queue)
    if base is None:
        base = state.base(contact)
    state.bases[contact.id] = base
    policy = state.floor.policy(base[10])
    if policy.sticky == "hold":
        hold(state, contact, policy.hold_ms)
    state.enqueue(contact)
    if state.floor.backups or base[5]:
        moments.hurry(state, contact)
    if fresh and state.learner.came((contact.medium, base[3]), state.learner.mean(event.queue, contact.medium),
                                    len(state.floor.crew_of)):
        state.weigh(list(state.floor.crew_of.values()))
    contacts.append(contact)
    return None


def _ask(state: State, contact: Contact, event: events.ContactQueued, requires: Skills, prefers: Skills) -> None:
    """What the event says it asks for."""
    contact.queue, contact.medium, contact.segment = event.queue, event.medium, event.segment
    contact.requires, contact.prefers = requires, prefers
    contact.language, contact.priority, contact.target = event.language, event.priority, event.target_ms
    contact.patience, contact.points, contact.rings = event.patience_ms, event.points, event.rings
    contact.sticky = event.sticky
    contact.excluded = {}
    if event.excluded:
        contact.excluded = dict.fromkeys(sorted(event.excluded), state.now + state.config.reoffer_ms)
        state.wake(state.now + state.config.reoffer_ms, WAKE_DECLINE, contact.id)


def hold(state: State, contact: Contact, ms: int) -> None:
    """Keep it for its agent so long, if he is here and could take it."""
    agent = state.agent(contact.sticky)
    if agent is None or agent.state in ("away", OFFLINE) or agent.crew is None or ms <= 0:
        return
    need = state.need(state.bases[contact.id], contact.ring, contact.backup)
    if agent.crew.able[need.index] and agent.id not in contact.excluded:
        contact.hold = state.now + ms
        state.wake(contact.hold, WAKE_HOLD, contact.id)


def _loose(state: State, contact: Contact, reason: str) -> Agent | None:
    """Out of wherever it is; answers whose points became free."""
    if contact.state == WAITING:
        state.dequeue(contact)
        return None
    return acts.cancel(state, contact, reason)


def changed(state: State, event: events.ContactChanged, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """Something about it is different; one that is offered is told at its next turn."""
    contact = state.contacts.get(event.contact)
    if contact is None:
        return "unknown-contact"
    if event.queue is not None and event.queue not in state.floor.queues:
        return "unknown-queue"
    if event.segment is not None and event.segment not in state.config.segments:
        return "unknown-segment"
    if event.target_ms is not None and event.target_ms < 1:
        return "bad-target: 1 or more"
    try:
        for skill, level in [*(event.requires or {}).items(), *(event.prefers or {}).items()]:
            skill_level(f"requires.{skill}", skill, level)
    except PolicyError as error:
        return f"bad-request {error}"
    waits = contact.state == WAITING
    if waits:
        state.dequeue(contact)
    if event.queue is not None and event.queue != contact.queue and contact.queue is not None:
        contact.born += state.offset(contact.queue) - state.offset(event.queue)
        contact.queue = event.queue
    if event.requires is not None:
        contact.requires = tuple(sorted(event.requires.items()))
    if event.prefers is not None:
        contact.prefers = tuple(sorted(event.prefers.items()))
    for name, value in (("segment", event.segment), ("language", event.language), ("priority", event.priority),
                        ("target", event.target_ms), ("sticky", event.sticky)):
        if value is not None:
            setattr(contact, name, value)
    if event.patience_ms is not None:
        contact.patience = event.patience_ms or None
    if contact.queue is not None and contact.id in state.bases:
        state.bases[contact.id] = state.base(contact)
    if waits:
        again(state, contact)
        contacts.append(contact)
    return None


def again(state: State, contact: Contact) -> None:
    """It asks for something else now: into the line for that."""
    contact.hold = 0
    contact.ring = min(contact.ring, len(state.bases[contact.id][5]))
    state.enqueue(contact)
    if contact.id in state.unserved:
        state.judge(contact)
    moments.hurry(state, contact)


def taken(state: State, event: events.ContactTaken, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """An agent has it: it takes his points, whether they fit or not."""
    agent = state.floor.agents.get(event.agent)
    if agent is None:
        return "unknown-agent"
    if event.medium not in state.config.media:
        return "unknown-medium"
    contact = state.contacts.get(event.contact)
    if contact is None:
        contact = state.contacts[event.contact] = Contact(event.contact)
    else:
        loosened = _loose(state, contact, "taken")
        if loosened is not None:
            agents.append(loosened)
        state.unserved.pop(contact.id, None)
    contact.medium = event.medium
    contact.queue = event.queue if event.queue in state.floor.queues else contact.queue
    given = agent.crew.costs.get(event.medium) if agent.crew is not None else None
    contact.cost = event.points or given or state.config.media[event.medium].points
    contact.state = WRAP_UP if event.wrap_up else HELD
    contact.agent, contact.offered_at, contact.excluded = agent.id, event.at, {}
    acts.carry(state, agent, contact)
    agents.append(agent)
    return None


def offered(state: State, event: events.OfferTaken, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """An offer from before a restart stands."""
    agent, contact = state.floor.agents.get(event.agent), state.contacts.get(event.contact)
    if agent is None or agent.crew is None:
        return "unknown-agent"
    if contact is None or contact.state != WAITING or contact.line is None:
        return "not-waiting"
    need = contact.line.need
    contact.cost = agent.crew.able[need.index] or need.points
    state.dequeue(contact)
    contact.state, contact.agent = OFFERED, agent.id
    contact.attempt, contact.offered_at = event.attempt, event.at
    contact.expires = event.at + state.config.media[contact.medium].offer_ms
    acts.carry(state, agent, contact)
    agents.append(agent)
    return None


def woke(state: State, event: events.ContactWoke, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """It waits from now; its agent is asked first, and for a while alone if he is here."""
    contact = state.contacts.get(event.contact)
    if contact is None:
        return "unknown-contact"
    if contact.state != ASLEEP:
        return f"not-asleep: {contact.state}"
    if contact.queue is None or contact.id not in state.bases:
        return "never-queued: queue it"
    contact.sticky = contact.agent
    contact.born = state.now - state.offset(contact.queue)
    contact.ring = contact.backup = contact.hold = 0
    policy = state.floor.policy(state.bases[contact.id][10])
    if policy.sticky != "off":
        hold(state, contact, policy.hold_ms or state.config.reoffer_ms)
    state.enqueue(contact)
    moments.hurry(state, contact)
    contacts.append(contact)
    return None
