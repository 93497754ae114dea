"""Which contact an inbound message belongs to, and why. Pure: the evidence was looked up before.

A token or a reference is only believed together with the sender's address: whoever merely holds a forwarded mail
does not get into somebody else's thread, but opens a contact of their own that names the related one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from router.model import AddressId
from router.records import Contact
from router.rules.states import ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was found for each hint a message carried."""

    sender: AddressId
    by_token: Contact | None = None
    by_reference: Contact | None = None
    by_key: Contact | None = None  #: newest contact on the channel's natural thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`contact` None: open a new one. `reason` is kept with the item."""

    contact: Contact | None
    reason: str
    related: Contact | None = None


def decide(evidence: Evidence, *, now: datetime, reopen: timedelta) -> Verdict:
    """Weigh the evidence, strongest first."""
    stranger: Contact | None = None
    for name, found in (("token", evidence.by_token), ("reference", evidence.by_reference)):
        if found is None:
            continue
        if found.address == evidence.sender:
            return _timely(found, name, now, reopen)
        stranger = stranger or found
    if evidence.by_key is not None:
        return _timely(evidence.by_key, "thread", now, reopen)
    if stranger is not None:
        return Verdict(contact=None, reason="other-sender", related=stranger)
    return Verdict(contact=None, reason="first")


def _timely(found: Contact, name: str, now: datetime, reopen: timedelta) -> Verdict:
    if found.state not in ENDED:
        return Verdict(contact=found, reason=name)
    ended = found.closed_at or found.state_since
    if now - ended <= reopen:
        return Verdict(contact=found, reason=f"{name}-reopened")
    return Verdict(contact=None, reason=f"{name}-too-old", related=found)
