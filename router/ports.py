"""What the core asks of the outside world, as Protocols. Implementations live in `storage/` and `channels/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from router.model import (
    Attachment,
    ContactId,
    DeliveryId,
    Fate,
    Finding,
    Health,
    Item,
    Limits,
    Medium,
    MessageId,
    Outbound,
    Sent,
)
from router.records import (
    Entry,
    Line,
)
from router.routes import Route
from router.rules.exchange import Exchange, Piece
from router.rules.told import Told
from router.units import Store as Store
from router.units import Tx as Tx

T = TypeVar("T")


class Clock(Protocol):
    """Where time comes from; always aware, UTC."""

    def __call__(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What intake answers a channel, after the commit."""

    fate: Fate
    reason: str = ""
    line: Line | None = None  #: how the contact stands now; place and wait only after a Signal
    message: MessageId | None = None
    seq: int = 0  #: journal position after this item
    told: Told | None = None  #: what a dialogue says to it, for a channel that answers in the same response


class Accept(Protocol):
    """Take one inbound item in. Returns only after the commit; raises Unavailable when it cannot commit,
    and then the provider must not be acknowledged."""

    async def __call__(self, item: Item) -> Accepted: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMessage:
    """A message as the citizen may see it (never notes or system lines)."""

    seq: int  #: journal position of its last change
    id: MessageId
    mine: bool  #: said by the citizen
    at: datetime
    text: str
    author: str
    external_id: str  #: the citizen's own id for it (idempotency key), "" for ours
    state: str  #: delivery state, "" for the citizen's own
    attachments: tuple[Attachment, ...]
    data: Mapping[str, Any]
    delivery: DeliveryId | None = None  #: the outbox row of one of ours, so that the channel can report on it


class LineReads(Protocol):
    """What a channel may read: only its own threads."""

    async def line(self, channel: str, thread_key: str) -> Line | None:
        """How the newest contact on the thread stands."""
        ...

    async def thread(
        self, channel: str, thread_key: str, *, after: int = 0, limit: int = 200
    ) -> Sequence[ThreadMessage]:
        """Messages changed after journal position `after`, oldest first; `after=0`: the newest `limit`."""
        ...

    async def head(self) -> int:
        """The journal's last committed position."""
        ...

    async def mark(self, channel: str, name: str) -> str:
        """A channel's own remembered text (UIDVALIDITY, update offset); "" = none."""
        ...

    async def set_mark(self, channel: str, name: str, value: str) -> None:
        """Remember it, committed on return."""
        ...


class Blobs(Protocol):
    """Content-addressed files."""

    async def put(self, content: bytes) -> str:
        """Store durably; returns the sha-256 hex digest."""
        ...

    async def read(self, digest: str) -> bytes:
        """The bytes; NotFound when absent."""
        ...


class Bus(Protocol):
    """In-process notice of what was committed and of passing things (typing) that are never stored."""

    def subscribe(self, name: str, *, size: int = 1000) -> Subscription: ...

    def whisper(self, topic: str, contact: ContactId, data: Mapping[str, Any]) -> None:
        """Tell live listeners something that is not stored."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Entries committed together. `prev` is the head before them: a gap means the reader must resync."""

    prev: int
    head: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisper:
    """A passing thing: typing."""

    topic: str
    contact: ContactId
    data: Mapping[str, Any]


class Subscription(Protocol):
    """A bounded stream of what happens. When the reader was too slow, `lost` is True and items were dropped."""

    lost: bool

    async def get(self) -> Batch | Whisper: ...

    def get_nowait(self) -> Batch | Whisper | None: ...

    def close(self) -> None: ...


class Pieces(Protocol):
    """What a channel may keep: parts of a longer inbound message, until all are there or time is over."""

    async def keep(self, piece: Piece) -> Sequence[Piece]:
        """Kept durably; every part of that message that is here, in order."""
        ...

    async def forget(self, channel: str, whole: str) -> None:
        """The message was taken in."""
        ...

    async def late(self, channel: str, before: datetime) -> Sequence[Sequence[Piece]]:
        """Messages that began before a time and are not complete."""
        ...


def _unlogged(exchange: Exchange) -> None:
    """Where there is no log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """Everything a channel gets from the house."""

    accept: Accept
    reads: LineReads
    blobs: Blobs
    bus: Bus
    clock: Clock
    report: Callable[[Health], None]  #: the channel's light
    refused: Callable[
        [str], Any
    ]  #: record (await) a request that failed its check: `await wire.refused("bad-signature")`
    ours: Callable[[], tuple[str, ...]] = tuple  #: every address at which the house itself is reached
    base_url: str  #: where citizens and providers reach us, without trailing slash
    exchanged: Callable[[Exchange], None] = _unlogged  #: one redacted line for the exchange log; never waits
    zone: str = "Asia/Tehran"  #: the desk's time zone, in which citizens are shown times
    pieces: Pieces | None = None  #: keeps parts of longer messages until all are there


class Channel(Protocol):
    """One configured instance of a medium. The contract is `channels/CONTRACT.md`."""

    name: str
    medium: Medium
    limits: Limits

    def routes(self) -> Sequence[Route]:
        """HTTP routes, all under /channels/<name>/; each states its access."""
        ...

    async def run(self) -> None:
        """Poll, idle or wait until cancelled. Never ends by itself; a lost connection is this loop's business."""
        ...

    async def send(self, out: Outbound) -> Sent:
        """Hand one message to the provider. Raises a SendError that says what to do next."""
        ...

    async def check(self) -> Sequence[Finding]:
        """Settings, connection, credentials; changes nothing at the provider. For `doctor`."""
        ...
