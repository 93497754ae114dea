"""What the store hands out: frozen snapshots of rows. Pure values; changing one changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from router.model import (
    AddressId,
    AgentId,
    Attachment,
    ContactId,
    CustomerId,
    DeliveryId,
    DeliveryState,
    Medium,
    MessageId,
    OfferId,
    OutKind,
    QueueId,
)


class ContactState(StrEnum):
    """Where a contact stands. `rules.states` holds the one table of transitions."""

    SELF_SERVICE = "self-service"  #: with a menu or bot; nobody waits for an agent yet
    WAITING = "waiting"  #: in a queue
    OFFERED = "offered"  #: proposed to one agent until the deadline
    ACTIVE = "active"  #: an agent works on it
    SNOOZED = "snoozed"  #: put aside until a time or the citizen's next word
    WRAP_UP = "wrap-up"  #: the talk is over; the agent writes up and chooses a disposition
    CLOSED = "closed"  #: done, with a disposition
    ABANDONED = "abandoned"  #: the citizen left before an agent accepted


class Direction(StrEnum):
    """Who said a message."""

    IN = "in"  #: the citizen
    OUT = "out"  #: us, to the citizen
    NOTE = "note"  #: an agent, for colleagues only
    SYSTEM = "system"  #: the house, for colleagues only (menu choices, hang-up)


class AgentState(StrEnum):
    """Whether an agent takes work."""

    READY = "ready"  #: offers may come
    AWAY = "away"  #: signed in, no offers; has a reason
    OFFLINE = "offline"  #: not here


class Role(StrEnum):
    """What an agent may do; each role includes the one before."""

    AGENT = "agent"  #: works on contacts
    SUPERVISOR = "supervisor"  #: also sees every queue and agent
    ADMIN = "admin"  #: also sets up


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A person or organisation that contacts us."""

    id: CustomerId
    name: str
    segment: str = "ordinary"
    language: str = ""
    note: str = ""
    created_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAddress:
    """An address that has a customer."""

    id: AddressId
    medium: Medium
    value: str
    name: str
    customer: CustomerId
    opted_out_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Where contacts wait."""

    id: QueueId
    name: str  #: stable short name used in config and API
    title_fa: str
    title_en: str
    skills: tuple[str, ...] = ()  #: an agent needs all of them
    priority: int = 0  #: higher is served first
    accept_seconds: int = 30  #: how long an offer stands
    target_seconds: int = 120  #: answered within this counts for the service level
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody who works here. `efforts` overrides the points a medium costs; 0 = takes none of it."""

    id: AgentId
    login: str
    name: str  #: internal name, in the console
    public_name: str  #: what citizens see
    role: Role
    state: AgentState
    reason: str = ""  #: why away
    state_since: datetime
    idle_since: datetime
    skills: Mapping[str, int] = field(default_factory=dict)  #: skill -> level 1..5
    efforts: Mapping[str, int] = field(default_factory=dict)  #: medium -> points
    capacity: int = 6  #: points of effort at once
    language: str = "fa"
    phone: str = ""  #: where a voice contact is connected to
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One conversation on one channel: the thing that is queued and assigned."""

    id: ContactId
    reference: str  #: public, checksummed, for citizens
    token: str  #: unguessable, threads mail
    channel: str
    medium: Medium
    thread_key: str
    customer: CustomerId
    address: AddressId
    state: ContactState
    state_since: datetime
    queue: QueueId | None
    agent: AgentId | None  #: who holds it (offered, active, wrap-up, snoozed)
    last_agent: AgentId | None = None
    subject: str = ""
    language: str = "fa"
    priority: int = 0
    effort: int = 2  #: points it costs the agent who holds it
    opened_at: datetime
    queued_at: datetime | None = None  #: since when it waits; kept over offers and transfers
    answered_at: datetime | None = None  #: first accepted by an agent since it was queued
    closed_at: datetime | None = None
    disposition: str = ""
    excluded: tuple[AgentId, ...] = ()  #: declined or let it lapse; tried again only when nobody else is left
    data: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0  #: compare-and-set


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One utterance in a contact."""

    id: MessageId
    contact: ContactId
    direction: Direction
    at: datetime
    text: str
    html: str = ""
    new_text: str = ""
    subject: str = ""
    kind: str = ""  #: what the house means by it: reply, ack, note, connect, choice, left ...; "" = plain
    agent: AgentId | None = None
    author: str = ""  #: name shown with it
    external_id: str = ""
    automatic: str = ""
    language: str = ""
    attachments: tuple[Attachment, ...] = ()
    delivery: Delivery | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How one outgoing message stands."""

    id: DeliveryId
    message: MessageId
    contact: ContactId
    channel: str
    kind: OutKind
    key: str
    state: DeliveryState
    attempts: int = 0
    due_at: datetime | None = None  #: next try; None = settled
    error: str = ""  #: code of the last SendError
    detail: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How a citizen's newest contact on a thread stands, for the channel's own answer (IVR, widget)."""

    contact: Contact
    place: int = 0  #: 1 = next; 0 = not waiting
    wait_low: int = 0  #: seconds, honest lower bound; 0 with wait_high 0 = not known
    wait_high: int = 0
    agent_name: str = ""
    agent_phone: str = ""
    queue_name: str = ""
    ready_agents: int = 0  #: able and ready now
