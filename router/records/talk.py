"""Contacts, their messages and what is told about them, as frozen records. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
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
    OutKind,
    QueueId,
)
from router.records.states import ContactState, Direction


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
    needs: Mapping[str, int] = field(default_factory=dict)  #: skill -> least level, beside the queue's
    prefers: Mapping[str, int] = field(default_factory=dict)  #: skill -> level that is better to have
    segment: str = "ordinary"  #: the customer's, when it was queued
    kind: str = ""  #: kind of matter: question, complaint ...; "" = not known
    patience: str = ""  #: seconds that this citizen waits before they leave; "" = the medium's
    step: int = 0  #: overflow steps taken since it was queued


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
    lane: int = 0  #: see `rules.lanes`
    trail: tuple[Mapping[str, str], ...] = ()  #: where it failed before it went by another channel: channel, error


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
    answer_by: datetime | None = None  #: slow media: answered by then
    open: bool = True  #: whether the queue has its hours now
    opens_at: datetime | None = None  #: when it opens again
    instead: tuple[str, ...] = ()  #: what else is offered: callback, voicemail, write
    trouble: str = ""  #: why nobody comes: nobody-able, nobody-here, closed, full; "" = none
