"""What an agent's record or word on a letter adds, inside intake's transaction: its number, a promise, its way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from router.events import ContactChanged, ContactEdited
from router.model import Receipt, Said
from router.ports import Tx
from router.records import Contact, ContactState, Delivery
from router.rules import states

EARLY = timedelta(minutes=5)  #: so much before a promised call the contact comes back
STEPS = 20  #: kept of one letter


def numbered(tx: Tx, said: Said, contact: Contact) -> Mapping[str, Any]:
    """The number in the register, for the message's data."""
    if said.by_hand is None or not said.by_hand.register:
        return {}
    return {"registered": tx.register.take(said.by_hand.register, way="in", contact=contact.id,
                                           actor=said.by_hand.actor)}


def promised(tx: Tx, said: Said, contact: Contact) -> Contact:
    """A contact with a promised call sleeps until shortly before it, if nobody has it yet."""
    if said.by_hand is None or said.by_hand.until is None:
        return contact
    until = said.by_hand.until
    data = {**contact.data, "promise": until.isoformat()}
    if contact.state is not ContactState.WAITING or until - EARLY <= tx.now:
        changed = tx.contacts.change(contact, data=data)
        tx.emit(ContactEdited(about=contact.id, fields=("promise",)), actor=said.by_hand.actor)
        return changed
    changed = tx.contacts.change(contact, data=data, state=states.move(contact.state, ContactState.SNOOZED))
    tx.timers.set("wake", contact.id, until - EARLY)
    tx.emit(ContactChanged(about=contact.id, was=contact.state.value, state=changed.state.value, reason="promised"),
            actor=said.by_hand.actor)
    return changed


def stepped(tx: Tx, receipt: Receipt, delivery: Delivery) -> None:
    """Where a letter is on its way, kept with the message: posted, delivered, returned, each with its date."""
    hand = receipt.by_hand
    if hand is None or not hand.step:
        return
    message = tx.messages.get(delivery.message)
    steps = [*message.data.get("steps", ()), {"step": hand.step, "at": receipt.at.isoformat(), "by": hand.actor,
                                              "detail": hand.detail}]
    tx.messages.describe(message.id, {**message.data, "steps": steps[-STEPS:]})
