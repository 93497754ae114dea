"""Notes for colleagues. Plain units of work; a citizen never sees them."""

from __future__ import annotations

from agents import holding
from router.errors import BadRequest
from router.model import ContactId, MessageId
from router.records import Agent, Contact, Direction, Message
from router.rules import text as words_of
from storage.tx import StoreTx

LONGEST = 20_000
LONGEST_KEY = 100


def note(tx: StoreTx, agent: Agent, contact: ContactId, key: str, text: str) -> MessageId:
    """A note for colleagues, on any contact one may read; once per key."""
    found = holding.readable(tx, agent, contact)
    known_as = f"n:{agent.id}:{checked(key)}"
    again = tx.messages.known_as(contact, known_as)
    return again.id if again is not None else add(tx, agent, found, text, external_id=known_as).id


def add(tx: StoreTx, agent: Agent, contact: Contact, text: str, *, external_id: str = "") -> Message:
    """A note within another action."""
    text = words_of.clean(text).strip()
    if not text or len(text) > LONGEST:
        raise BadRequest(f"a note has 1 to {LONGEST} characters", field="text")
    message = tx.messages.add(contact.id, Direction.NOTE, at=tx.now, text=text, agent=agent.id, author=agent.name,
                              kind="note", external_id=external_id)
    holding.tell(tx, message, contact, by=holding.actor(agent))
    return message


def checked(key: str) -> str:
    """A client's idempotency key, when it is one."""
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise BadRequest(f"key has 1 to {LONGEST_KEY} printable characters", field="key")
    return key
