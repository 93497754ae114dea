"""Offers, timers and the journal's rows as frozen records. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from router.model import AgentId, ContactId, CustomerId, OfferId, QueueId
from router.records.states import ContactState

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
class Routed:
    """A contact as routing sees it: no words, no thread, moments in milliseconds since 1970."""

    id: ContactId
    state: ContactState
    queue: QueueId | None
    agent: AgentId | None
    last_agent: AgentId | None
    customer: CustomerId
    channel: str
    medium: str
    segment: str
    kind: str
    language: str
    priority: int
    effort: int
    queued_ms: int  #: 0 = never queued
    excluded: tuple[AgentId, ...]
    needs: Mapping[str, int]
    prefers: Mapping[str, int]
    step: int
    version: int
    patience: str = ""  #: its own, in seconds; "" = the medium's

    @property
    def queued_at(self) -> datetime | None:
        """Since when it waits."""
        return _EPOCH + timedelta(milliseconds=self.queued_ms) if self.queued_ms else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An offer that is to be made: the contact as it was seen, the agent, what it costs, until when, and why."""

    contact: ContactId
    version: int
    agent: AgentId
    medium: str
    points: int  #: what it costs who has no figure of their own
    expires_at: datetime
    why: Mapping[str, Any]


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
