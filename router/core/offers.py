"""Events about what became of offers and of work: accepted, declined, lapsed, ended, asleep, gone."""

from __future__ import annotations

from router.core import acts, events
from router.core.config import Id
from router.core.crews import AWAY, READY, Agent
from router.core.decisions import AgentAutoAway
from router.core.state import WAKE_AWAY, State
from router.core.waiting import ASLEEP, HELD, OFFERED, WAITING, WRAP_UP, Contact

_RESCINDED_MS = 1_000  #: so long it is not offered to the same agent again: no endless loop with a store that refuses


def _standing(state: State, contact_id: Id, offer: str) -> Contact | str:
    """The contact whose offer stands, or why there is none."""
    contact = state.contacts.get(contact_id)
    if contact is None:
        return "unknown-contact"
    if contact.state != OFFERED:
        return "late: no offer stands"
    if offer and offer != f"{contact.id}/{contact.attempt}":
        return "late: another offer stands"
    return contact


def accepted(state: State, event: events.OfferAccepted, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """It is his."""
    contact = _standing(state, event.contact, event.offer)
    if isinstance(contact, str):
        return contact
    agent = state.agent(contact.agent)
    if agent is not None:
        agent.missed = 0
    contact.state = HELD
    contact.offered_at = event.at
    contact.excluded = {}
    return None


def declined(state: State, event: events.OfferDeclined, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """He said no."""
    contact = _standing(state, event.contact, event.offer)
    if isinstance(contact, str):
        return contact
    agent = acts.release(state, contact)
    if agent is not None:
        agent.missed = 0
        agents.append(agent)
    acts.back(state, contact, agent.id if agent else None, state.config.reoffer_ms)
    contacts.append(contact)
    return None


def expired(state: State, event: events.OfferExpired, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """Nobody answered; whoever let so many lapse and does nothing else is away."""
    contact = _standing(state, event.contact, event.offer)
    if isinstance(contact, str):
        return contact
    agent = acts.release(state, contact)
    if agent is not None:
        agent.missed += 1
        after = state.config.away_after
        if after and agent.missed >= after and not agent.load and agent.state == READY:
            until = event.at + state.config.away_ms if state.config.away_ms else None
            acts.turn(state, agent, AWAY)
            agent.away_until = until
            if until is not None:
                state.wake(until, WAKE_AWAY, agent.id)
            state.out.append(AgentAutoAway(agent=agent.id, until=until, missed=agent.missed))
            agent.missed = 0
        agents.append(agent)
    acts.back(state, contact, agent.id if agent else None, state.config.reoffer_ms)
    contacts.append(contact)
    return None


def rescinded(state: State, event: events.OfferRescinded, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """Taken back, nobody to blame."""
    contact = _standing(state, event.contact, event.offer)
    if isinstance(contact, str):
        return contact
    agent = acts.release(state, contact)
    if agent is not None:
        agents.append(agent)
    acts.back(state, contact, agent.id if agent else None, _RESCINDED_MS)
    contacts.append(contact)
    return None


def gone(state: State, event: events.ContactGone, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """The router is done with it, wherever it stood."""
    contact = state.contacts.get(event.contact)
    if contact is None:
        return "unknown-contact"
    if contact.state == WAITING:
        line = contact.line
        state.dequeue(contact)
        forget(state, contact)
        if line is not None and line.n and line in state.kept and (head := line.head()) is not None:
            contacts.append(head)
        return None
    agent = acts.cancel(state, contact, "gone")
    forget(state, contact)
    if agent is not None:
        agents.append(agent)
    return None


def forget(state: State, contact: Contact) -> None:
    """It is over."""
    number = contact.id
    del state.contacts[number]
    state.bases.pop(number, None)
    if state.unserved:
        state.unserved.pop(number, None)


def ended(state: State, event: events.WorkEnded, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """The talk is over."""
    contact = state.contacts.get(event.contact)
    if contact is None:
        return "unknown-contact"
    if contact.state == HELD:
        if event.wrap_up:
            contact.state = WRAP_UP
            return None
    elif contact.state not in (WRAP_UP, ASLEEP):
        return f"not-held: {contact.state}"
    _over(state, contact, contacts, agents)
    return None


def _over(state: State, contact: Contact, contacts: list[Contact], agents: list[Agent]) -> None:
    agent = acts.release(state, contact, not contacts and not agents and not state.floor.changed)
    if contact.terms and contact.queue is not None and contact.state != ASLEEP:
        state.learner.took(contact.queue, contact.medium, state.now - contact.offered_at)
    forget(state, contact)
    if agent is not None:
        agents.append(agent)


def written(state: State, event: events.WrapUpEnded, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """After-contact work is done."""
    contact = state.contacts.get(event.contact)
    if contact is None:
        return "unknown-contact"
    if contact.state not in (WRAP_UP, HELD):
        return f"not-held: {contact.state}"
    _over(state, contact, contacts, agents)
    return None


def slept(state: State, event: events.ContactSlept, contacts: list[Contact], agents: list[Agent]) -> str | None:
    """It rests; its points are free."""
    contact = state.contacts.get(event.contact)
    if contact is None:
        return "unknown-contact"
    if contact.state not in (HELD, WRAP_UP):
        return f"not-held: {contact.state}"
    owner = contact.agent
    agent = acts.release(state, contact)
    contact.state, contact.agent = ASLEEP, owner
    if agent is not None:
        agents.append(agent)
    return None
