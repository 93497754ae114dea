"""What an SMS provider's dialect is: requests as values in, our words out. Pure; the adapter does the talking."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from channels.sms.parse import Arrival
from channels.sms.settings import Settings
from router.model import Item, Outbound, Receipt, Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A provider's request as it came."""

    method: str
    url: str  #: as the provider wrote it: our public address, path and query
    query: str
    body: bytes = b""
    media_type: str = ""
    report: bool = False  #: came to the address of delivery reports
    headers: Mapping[str, str] = field(default_factory=dict)  #: names in lower case


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request of ours."""

    url: str
    method: str = "POST"
    params: Sequence[tuple[str, str]] = ()
    data: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Provider(Protocol):
    """One dialect. Raises only what `request` and `answer` say: a SendError."""

    @property
    def methods(self) -> tuple[str, ...]:
        """Of its webhooks."""
        ...

    @property
    def needed(self) -> tuple[str, ...]:
        """Settings without which it does not work."""
        ...

    @property
    def answer_type(self) -> str:
        """Media type of our empty answer."""
        ...

    def refusal(self, incoming: Incoming, settings: Settings, channel: str) -> str:
        """Why this request is not believed; "" = it is. Asked only when there is a secret."""
        ...

    def inbound(self, incoming: Incoming, arrival: Arrival) -> Sequence[Item]:
        """What citizens said; what cannot be understood is marked."""
        ...

    def reports(self, incoming: Incoming, arrival: Arrival) -> Sequence[Item]:
        """What became of messages of ours; empty when it is no report."""
        ...

    def request(self, out: Outbound, text: str, settings: Settings, base_url: str) -> Request:
        """The hand-over of one message."""
        ...

    def answer(self, status: int, body: bytes, retry_after: str, settings: Settings) -> Sent:
        """What the provider's answer means."""
        ...

    def probe(self, settings: Settings) -> Request | None:
        """A request that sends nothing and shows whether our login is taken; None = there is none."""
        ...

    def probed(self, status: int, body: bytes, settings: Settings) -> None:
        """Raises a SendError when the answer to `probe` shows that something is wrong."""
        ...


def same(shown: str | bytes, right: str) -> bool:
    """Compares in constant time; an empty secret is never right."""
    given = shown.encode("utf-8", "surrogateescape") if isinstance(shown, str) else shown
    return bool(right) and hmac.compare_digest(given, right.encode())


def receipts(found: Sequence[Receipt | None]) -> list[Item]:
    """Those that are there."""
    return [each for each in found if each is not None]
