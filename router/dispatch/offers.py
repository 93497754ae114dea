"""Offers in the database: made by compare-and-set, lapsed, given back; contacts that wake. Plain units of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from router.errors import Conflict
from router.events import AgentChanged, ContactChanged, ContactEdited, ContactQueued, OfferEnded, OfferMade
from router.model import AgentId, ContactId, CustomerId, OfferId
from router.ports import Tx
from router.records import AgentState, Claim, Contact, ContactState, Timer
from router.rules import states

REOFFER = timedelta(seconds=30)  #: after so long those who declined may be asked again


def claim_all(tx: Tx, claims: Sequence[Claim]) -> list[OfferId | None]:
    """waiting -> offered for each; None where the database knows better."""
    numbers = list(tx.routed.claim(claims))
    for each, number in zip(claims, numbers, strict=True):
        if number is not None:
            tx.emit(OfferMade(about=each.contact, offer=number, agent=each.agent, why=each.why), actor="router")
    return numbers


def claim(tx: Tx, contact: ContactId, agent: AgentId, why: Mapping[str, Any]) -> OfferId:
    """One offer by hand. Conflict when the contact does not wait or the agent has no room."""
    found = tx.contacts.get(contact)
    queue = tx.desk.queue(found.queue) if found.queue is not None else None
    seconds = queue.accept_seconds if queue is not None else 30
    [made] = claim_all(tx, [Claim(contact=contact, version=found.version, agent=agent, medium=found.medium.value,
                                  points=found.effort, expires_at=tx.now + timedelta(seconds=seconds), why=why)])
    if made is None:
        raise Conflict("the contact does not wait any more, or the agent has no room")
    return made


def give_back(tx: Tx, contact: Contact, agent: AgentId, *, reason: str, actor: str) -> Contact:
    """offered -> waiting, keeping the place; this agent is not asked again for a while."""
    changed = tx.contacts.change(contact, state=states.move(contact.state, ContactState.WAITING), agent=None,
                                 excluded=tuple(dict.fromkeys((*contact.excluded, agent))))
    assert changed.queue is not None
    tx.timers.set("reoffer", contact.id, tx.now + REOFFER)
    tx.emit(ContactQueued(about=contact.id, queue=changed.queue, reason=reason), actor=actor)
    return changed


def expire(tx: Tx, timer: Timer, *, away_after: int) -> None:
    """An offer's deadline passed: the contact keeps its place; after so many in a row the agent is set away."""
    try:
        offer = tx.offers.end(OfferId(timer.subject), "expired")
    except Conflict:
        return
    contact = tx.contacts.get(offer.contact)
    give_back(tx, contact, offer.agent, reason="expired", actor="timer")
    tx.emit(OfferEnded(about=contact.id, offer=offer.id, agent=offer.agent, outcome="expired"), actor="timer")
    agent = tx.desk.agent(offer.agent)
    missed = agent.missed + 1
    if away_after and missed >= away_after and agent.state is AgentState.READY:
        tx.desk.set_agent(agent.id, state=AgentState.AWAY, reason="no-answer", missed=0)
        tx.emit(AgentChanged(agent=agent.id, state="away", reason="no-answer"), actor="timer")
    else:
        tx.desk.set_agent(agent.id, missed=missed)


def withdraw(tx: Tx, contact: ContactId, agent: AgentId, *, reason: str) -> None:
    """An offer that must not stand any more: the contact waits on. Nothing when it was over already."""
    offer = tx.offers.live(contact)
    if offer is None or offer.agent != agent:
        return
    found = tx.contacts.get(contact)
    tx.offers.end(offer.id, "rescinded")
    tx.timers.clear("offer", offer.id)
    tx.emit(OfferEnded(about=contact, offer=offer.id, agent=agent, outcome="rescinded", reason=reason), actor="router")
    if found.state is ContactState.OFFERED:
        tx.contacts.change(found, state=ContactState.WAITING, agent=None)
        if found.queue is not None:
            tx.emit(ContactQueued(about=contact, queue=found.queue, reason="rescinded"), actor="router")


def reoffer(tx: Tx, timer: Timer) -> None:
    """Those who declined may be asked again."""
    contact = tx.contacts.get(ContactId(timer.subject))
    if contact.state is ContactState.WAITING and contact.excluded:
        tx.contacts.change(contact, excluded=())
        tx.emit(ContactEdited(about=contact.id, fields=("excluded",)), actor="timer")


def wake(tx: Tx, timer: Timer) -> None:
    """A snoozed contact is due."""
    contact = tx.contacts.get(ContactId(timer.subject))
    if contact.state is not ContactState.SNOOZED:
        return
    changed = tx.contacts.change(contact, state=ContactState.WAITING, queued_at=tx.now, agent=None, excluded=(),
                                 last_agent=contact.agent or contact.last_agent, step=0,
                                 data={name: value for name, value in contact.data.items()
                                       if name not in ("via", "overflow")})  # of the wait before
    tx.emit(ContactChanged(about=contact.id, was=contact.state.value, state=changed.state.value,
                           was_agent=contact.agent, reason="woke"), actor="timer")
    if changed.queue is not None:
        tx.emit(ContactQueued(about=contact.id, queue=changed.queue, reason="woke"), actor="timer")


def end_wrap_up(tx: Tx, timer: Timer, *, wrap_up: timedelta) -> None:
    """Wrap-up lasted long enough."""
    contact = tx.contacts.get(ContactId(timer.subject))
    if contact.state is ContactState.WRAP_UP and contact.state_since + wrap_up <= tx.now:
        tx.contacts.change(contact, state=ContactState.CLOSED, closed_at=tx.now, disposition="other", agent=None,
                           last_agent=contact.agent)
        tx.emit(ContactChanged(about=contact.id, was="wrap-up", state="closed", was_agent=contact.agent,
                               reason="wrap-up-over", disposition="other"), actor="timer")


def end_agents_wrap_up(tx: Tx, timer: Timer) -> None:
    """An agent wrote up long enough: ready again."""
    agent = tx.desk.agent(AgentId(timer.subject))
    if agent.state is AgentState.WRAP_UP and agent.active:
        tx.desk.set_agent(agent.id, state=AgentState.READY, reason="")
        tx.emit(AgentChanged(agent=agent.id, state="ready"), actor="timer")


def set_segments(tx: Tx, customer: CustomerId, segment: str, *, actor: str) -> None:
    """What a customer counts for from now on is what their contacts count for that are not over. To be called in the
    unit that sets it, and only there: a contact's own segment stays whatever else happens to the customer's file."""
    for number in tx.routed.live_of(customer):
        contact = tx.contacts.get(number)
        if contact.segment != segment:
            tx.contacts.change(contact, segment=segment)
            tx.emit(ContactEdited(about=number, fields=("segment",)), actor=actor)


def set_wrap_ups(tx: Tx, contacts: Sequence[ContactId], after: timedelta) -> None:
    """Wrap-up ends by itself after so long."""
    for contact in contacts:
        tx.timers.set("wrap-up", contact, tx.now + after)


