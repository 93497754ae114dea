"""Offers, timers and the journal's rows as frozen records. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from router.model import AgentId, ContactId, OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A contact proposed to an agent until a deadline."""

    id: OfferId
    contact: ContactId
    agent: AgentId
    made_at: datetime
    expires_at: datetime
    why: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Something that is due at a time; one per (kind, subject)."""

    kind: str
    subject: int
    due_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the journal."""

    seq: int
    at: datetime
    name: str
    actor: str  #: "agent:3", "customer:9", "channel:town-sms", "router", "timer"
    contact: ContactId | None
    data: Mapping[str, Any]
