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
class ChannelPaused(Event):
    """A person stopped or resumed what goes out on a channel; what comes in is taken as ever."""

    name: ClassVar[str] = "channel-paused"
    channel: str
    paused: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAlarm(Event):
    """Something on a channel wants a person: `kind` is same-text, robot, or cap-day, cap-address, cap-prefix."""

    name: ClassVar[str] = "channel-alarm"
    channel: str
    kind: str
    delivery: int | None = None
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRerouted(Event):
    """An outgoing message failed on one channel and goes by another that the citizen allows."""

    name: ClassVar[str] = "delivery-rerouted"
    delivery: int
    message: int
    was_channel: str
    channel: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChanged(Event):
    """An outgoing message moved forward or was rescheduled."""

    name: ClassVar[str] = "delivery-changed"
    delivery: int
    message: int
    state: str
    error: str = ""
