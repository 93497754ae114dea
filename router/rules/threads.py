"""Which contact an inbound message belongs to, and why. Pure: the evidence was looked up before.

No hint is believed by itself, only together with a sender who has a right to the thread: the citizen whose it is, or
somebody whom one of them, or we, let read along. Whoever merely holds a forwarded mail opens a contact of their own,
which names the one it claims to belong to; a person may join them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from router.model import AddressId
from router.records import Contact
from router.rules import subjects
from router.rules.states import ENDED

#: How the weighing of one hint ends.
OWN, READER, STRANGER = "own", "reader", "stranger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was found for each hint a message carried."""

    sender: AddressId
    value: str = ""  #: the sender's address as it is written
    by_token: Contact | None = None
    by_reference: Contact | None = None
    by_key: Contact | None = None  #: newest contact on the channel's natural thread
    by_kin: tuple[str, Contact] | None = None  #: what `kin` found among the sender's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`contact` None: open a new one. `reason` is kept with the item."""

    contact: Contact | None
    reason: str
    related: Contact | None = None
    claims: bool = False  #: a stranger says that it belongs to `related`
    weighed: tuple[tuple[str, int, str], ...] = ()  #: each hint: its name, the contact it points to, the right


def decide(evidence: Evidence, *, now: datetime, reopen: timedelta) -> Verdict:
    """Weigh the evidence, strongest first."""
    stranger: Contact | None = None
    weighed: list[tuple[str, int, str]] = []
    chosen: tuple[str, Contact] | None = None
    for name, found in (("token", evidence.by_token), ("reference", evidence.by_reference)):
        if found is None:
            continue
        weighed.append((name, int(found.id), right(found, evidence)))
        if weighed[-1][2] == STRANGER:
            stranger = stranger or found
        else:
            chosen = chosen or (name, found)
    for name, found in (("thread", evidence.by_key), evidence.by_kin or ("kin", None)):
        if found is not None:
            weighed.append((name, int(found.id), OWN))
            chosen = chosen or (name, found)
    if chosen is not None:
        return _timely(chosen[1], chosen[0], now, reopen, tuple(weighed))
    if stranger is not None:
        return Verdict(contact=None, reason="other-sender", related=stranger, claims=True, weighed=tuple(weighed))
    return Verdict(contact=None, reason="first")


def right(contact: Contact, evidence: Evidence) -> str:
    """What the sender has to do with a contact."""
    if contact.address == evidence.sender:
        return OWN
    readers = contact.data.get("people", ())
    return READER if evidence.value and any(each.get("address") == evidence.value for each in readers) else STRANGER


def kin(contacts: Sequence[Contact], *, subject: str, conversation: str) -> tuple[str, Contact] | None:
    """Of the sender's own contacts, newest first, the one that a mail without usable references continues: some mail
    programs send none with an answer. A subject alone only counts where it says that it answers."""
    about = subjects.base(subject)
    for found in contacts:
        if f"[#{found.reference}]" in subject:
            return "number", found
    for found in contacts:
        named = (found.subject, str(found.data.get("subject", "")))
        same = bool(about) and about in [subjects.base(each) for each in named]
        if same and conversation and found.data.get("conversation") == conversation:
            return "conversation", found
        if same and subjects.answers(subject):
            return "subject", found
    return None


def _timely(found: Contact, name: str, now: datetime, reopen: timedelta,
            weighed: tuple[tuple[str, int, str], ...]) -> Verdict:
    if found.state not in ENDED:
        return Verdict(contact=found, reason=name, weighed=weighed)
    ended = found.closed_at or found.state_since
    if now - ended <= reopen:
        return Verdict(contact=found, reason=f"{name}-reopened", weighed=weighed)
    return Verdict(contact=None, reason=f"{name}-too-old", related=found, weighed=weighed)
