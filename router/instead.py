"""Other ways than waiting where we write: a number to call is taken from the answer. Units of work."""

from __future__ import annotations

from router import overflow
from router.events import ContactEdited
from router.model import Said
from router.ports import Tx
from router.records import Contact, ContactState
from router.rules import notices
from router.rules.instead import how, number_in
from router.signals import note

_WAITS = (ContactState.WAITING, ContactState.OFFERED)


def answered(tx: Tx, said: Said, contact: Contact) -> Contact:
    """A citizen who was offered a call wrote a number: we shall call it, and say so; the place is kept."""
    offered = "callback" in contact.data.get("instead", ()) and contact.state in _WAITS
    if not offered or said.automatic or said.bounce:
        return contact
    number = number_in(said.new_text or said.text) if how(contact.medium, "callback") == "message" else ""
    if not number or number == contact.data.get("callback"):
        return contact
    actor = f"customer:{contact.customer}"
    note(tx, contact, number, actor=actor, kind="callback")
    changed = tx.contacts.change(contact, data={**contact.data, "callback": number})
    tx.emit(ContactEdited(about=contact.id, fields=("callback",)), actor=actor)
    words = notices.say("will-call", contact.language, number=notices.number(number, contact.language))
    overflow.tell(tx, changed, words, f"callback:{contact.id}:{number}")
    return changed
