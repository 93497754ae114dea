"""What happens at the edge: items, refusals, deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from router.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTaken(Event):
    """An inbound item reached its fate."""

    name: ClassVar[str] = "item-taken"
    item: int
    fate: str
    reason: str = ""
    channel: str = ""
    message: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRefused(Event):
    """A request failed its signature, secret or origin check; nothing was stored as a message."""

    name: ClassVar[str] = "request-refused"
    channel: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChanged(Event):
    """An outgoing message moved forward or was rescheduled."""

    name: ClassVar[str] = "delivery-changed"
    delivery: int
    message: int
    state: str
    error: str = ""
