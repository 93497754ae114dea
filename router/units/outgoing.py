"""What the core asks of the database about messages that go out and about channels, as Protocols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from router.model import AddressId, Bounce, DeliveryId, Outbound, OutKind, Receipt, Sent
from router.records import Contact, Delivery, Message
from router.rules.exchange import Exchange, Pause, Piece
from router.rules.loopguard import Line


class Deliveries(Protocol):
    """The outbox."""

    def add(
        self, message: Message, contact: Contact, kind: OutKind, *, key: str, data: Mapping[str, Any]
    ) -> Delivery: ...

    def with_key(self, key: str) -> Delivery | None:
        """The delivery that was queued under this key."""
        ...

    def get(self, delivery: DeliveryId) -> Delivery:
        """NotFound when there is none."""
        ...

    def acknowledged(self, address: AddressId, since: datetime) -> int:
        """How many acknowledgements went to an address since a time."""
        ...

    def due(self, now: datetime, *, limit: int, channels: Sequence[str]) -> Sequence[Delivery]:
        """Due deliveries of each channel and lane, per contact only the oldest unsettled, so that order is kept."""
        ...

    def next_due(self, channels: Sequence[str]) -> datetime | None: ...

    def repeated(self, delivery: DeliveryId, since: datetime) -> int:
        """How often these words went to this address since a time."""
        ...

    def history(self, address: AddressId, *, limit: int) -> Sequence[Line]:
        """The last words between us and an address, oldest first."""
        ...

    def spent(self, channel: str, day: str, scopes: Sequence[str]) -> Mapping[str, int]:
        """Parts that went out on a day, by scope."""
        ...

    def spend(self, channel: str, day: str, totals: Mapping[str, int]) -> None: ...

    def reroute(self, delivery: DeliveryId, *, channel: str, address: AddressId, error: str) -> Delivery:
        """A message that failed on its channel waits to go by another one."""
        ...

    def claim(self, delivery: DeliveryId, now: datetime) -> Outbound | None:
        """pending -> sending; None when somebody else took it."""
        ...

    def settle(self, delivery: DeliveryId, sent: Sent) -> Delivery: ...

    def fail(self, delivery: DeliveryId, *, state: str, error: str, detail: str, due_at: datetime | None,
             parts: Sequence[tuple[int, str]] = ()) -> Delivery: ...

    def receipt(self, receipt: Receipt) -> Delivery | None:
        """Apply a report; None when it concerns nothing we know."""
        ...

    def bounce(self, channel: str, bounce: Bounce) -> Delivery | None: ...

    def interrupted(self) -> Sequence[Delivery]:
        """Those that were `sending` when the process died."""
        ...


class Channels(Protocol):
    """What is remembered about channels."""

    def paused(self) -> Mapping[str, Pause]:
        """Channels on which nothing goes out now."""
        ...

    def pause(self, channel: str, actor: str, reason: str) -> bool:
        """False when it was paused already."""
        ...

    def resume(self, channel: str) -> bool: ...

    def keep(self, exchanges: Sequence[Exchange]) -> None:
        """Write down what was exchanged with providers."""
        ...

    def forget(self, before: datetime, *, most: int) -> int:
        """Drop exchanges that are old, or beyond so many of a channel."""
        ...

    def piece(self, piece: Piece) -> Sequence[Piece]:
        """Keep one part of a longer inbound message; every part of it that is here, in order."""
        ...

    def pieces(self, channel: str, whole: str) -> Sequence[Piece]: ...

    def whole(self, channel: str, whole: str) -> None:
        """Its message was taken in: forget the parts."""
        ...

    def orphans(self, channel: str, before: datetime, *, limit: int = 50) -> Sequence[str]:
        """Messages whose first part came before a time and that are still not complete."""
        ...
