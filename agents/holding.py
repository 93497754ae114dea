"""What every action on a contact has in common: who may, moving it, letting go of it. Plain calls inside a unit."""

from __future__ import annotations

from typing import Any

from agents.sight import Eye, eye, reads, works
from router.errors import Conflict, Forbidden, NotFound
from router.events import ContactChanged, ContactQueued, MessageAdded, OfferEnded
from router.model import AgentId, ContactId, Limits, OutKind
from router.records import Agent, Contact, ContactState, Direction, Message
from router.rules import states
from router.rules.states import ENDED
from storage.tx import StoreTx


def actor(agent: Agent) -> str:
    """How the journal names who did it."""
    return f"agent:{agent.id}"


def eye_of(tx: StoreTx, agent: Agent) -> Eye:
    """What this agent may see now."""
    return eye(agent, tx.desk.queues())


def readable(tx: StoreTx, agent: Agent, contact: ContactId) -> Contact:
    """The contact; NotFound also when this agent may not read it."""
    found = tx.contacts.get(contact)
    if not reads(eye_of(tx, agent), found):
        raise NotFound(f"there is no contact {contact}")
    return found


def workable(tx: StoreTx, agent: Agent, contact: ContactId) -> Contact:
    """The contact, when it is this agent's or they supervise; Forbidden otherwise."""
    found = readable(tx, agent, contact)
    if not works(agent, found):
        raise Forbidden("this contact is not yours")
    return found


def shift(tx: StoreTx, contact: Contact, to: ContactState, *, by: str, reason: str = "", **fields: Any) -> Contact:
    """Move to another state by the table, write the fields with it, tell the journal. Conflict when not allowed."""
    changed = tx.contacts.change(contact, state=states.move(contact.state, to), **fields)
    if contact.state is ContactState.SNOOZED:
        tx.timers.clear("wake", contact.id)
    tx.emit(ContactChanged(about=contact.id, was=contact.state.value, state=changed.state.value, agent=changed.agent,
                           was_agent=contact.agent, reason=reason, disposition=changed.disposition), actor=by)
    freed(tx, contact.agent)
    return changed


def freed(tx: StoreTx, agent: AgentId | None) -> None:
    """Who holds nothing any more is idle from now on."""
    if agent is not None and not tx.contacts.held_by(agent):
        tx.desk.set_agent(agent, idle_since=tx.now)


def end_offer(tx: StoreTx, contact: Contact, outcome: str, *, by: str, reason: str = "") -> None:
    """End a contact's live offer, if it has one."""
    offer = tx.offers.live(contact.id)
    if offer is not None:
        tx.offers.end(offer.id, outcome)
        tx.timers.clear("offer", offer.id)
        tx.emit(OfferEnded(about=contact.id, offer=offer.id, agent=offer.agent, outcome=outcome, reason=reason),
                actor=by)


def rescind(tx: StoreTx, contact: Contact, *, reason: str, actor: str) -> Contact:
    """offered -> waiting, keeping the place; nobody is left out because of it."""
    end_offer(tx, contact, "rescinded", by=actor, reason=reason)
    changed = tx.contacts.change(contact, state=states.move(contact.state, ContactState.WAITING), agent=None)
    if changed.queue is not None:
        tx.emit(ContactQueued(about=contact.id, queue=changed.queue, reason="rescinded"), actor=actor)
    return changed


def begin(tx: StoreTx, agent: Agent, contact: Contact, limits: Limits, *, reason: str) -> Contact:
    """The agent starts to work on a contact; where the channel connects calls, theirs rings."""
    data = {name: value for name, value in contact.data.items() if name != "on_hold"}
    changed = shift(tx, contact, ContactState.ACTIVE, by=actor(agent), reason=reason, agent=agent.id, data=data,
                    last_agent=contact.agent or contact.last_agent, answered_at=contact.answered_at or tx.now)
    if limits.connects and agent.phone and reason != "reopened":
        command(tx, agent, changed, OutKind.CONNECT, {"to": agent.phone})
    return changed


def command(tx: StoreTx, agent: Agent, contact: Contact, kind: OutKind, data: dict[str, Any]) -> None:
    """Something for the channel to do that is no message; the same again on an unchanged contact does nothing."""
    key = f"{kind.value}:{contact.id}:{contact.version}"
    if tx.outbox.with_key(key) is not None:
        return
    message = tx.messages.add(contact.id, Direction.SYSTEM, at=tx.now, text="", kind=kind.value, agent=agent.id,
                              data={"kind": kind.value, **data})
    delivery = tx.outbox.add(message, contact, kind, key=key)
    tell(tx, message, contact, by=actor(agent), delivery=int(delivery.id))


def tell(tx: StoreTx, message: Message, contact: Contact, *, by: str, delivery: int | None = None) -> None:
    """The journal's line about a new message."""
    tx.emit(MessageAdded(about=contact.id, message=message.id, direction=message.direction.value, delivery=delivery,
                         channel=contact.channel), actor=by)


def not_ended(contact: Contact) -> None:
    """Conflict when the contact is over."""
    if contact.state in ENDED:
        raise Conflict(f"this contact is {contact.state}; reopen it first")
