"""What routing does and notices beside offers: hours, overflow, alarms, promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from router.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingChanged(Event):
    """A calendar, policy or promise was made, changed or removed."""

    name: ClassVar[str] = "routing-changed"
    what: str
    which: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueHours(Event):
    """A queue opened or closed by its hours."""

    name: ClassVar[str] = "queue-hours"
    queue: int
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingAlarm(Event):
    """Supervisors are to know: `code` says what; `over` that it is over."""

    name: ClassVar[str] = "routing-alarm"
    code: str
    queue: int | None = None
    missing: tuple[str, ...] = ()
    detail: str = ""
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OverflowTaken(Event):
    """A queue's overflow or door rule did something for a contact that waits."""

    name: ClassVar[str] = "overflow-taken"
    queue: int
    trigger: str
    step: int
    did: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseNear(Event):
    """A promise is nearly used up."""

    name: ClassVar[str] = "promise-near"
    clock: str
    queue: int | None
    medium: str
    segment: str
    kind: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseBroken(Event):
    """A promise was not kept."""

    name: ClassVar[str] = "promise-broken"
    clock: str
    queue: int | None
    medium: str
    segment: str
    kind: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseGiven(Event):
    """The citizen was told until when there is an answer; `number` counts the times it was put off."""

    name: ClassVar[str] = "promise-given"
    by: str
    number: int
    told: bool
