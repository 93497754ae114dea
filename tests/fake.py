"""A channel without a network for tests of the core: what is sent is kept, errors are scripted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from router.errors import SendError
from router.model import Address, Limits, Medium, Outbound, Part, Said, Sent, Signal, SignalKind, Thread
from router.ports import Wire
from settings import ChannelSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """It has none."""


class Adapter:
    """Keeps what it is given. `errors` are raised first, one a send."""

    medium = Medium.SMS
    connects = False
    live = True

    def __init__(self, name: str, settings: Settings, common: ChannelSettings, wire: Wire) -> None:
        self.name, self.wire = name, wire
        self.limits = Limits(live=self.live, text_chars=1000, connects=self.connects)
        self.sent: list[Outbound] = []
        self.errors: list[SendError] = []
        self.hold: asyncio.Event | None = None

    def routes(self) -> Sequence[Any]:
        """None."""
        return []

    async def run(self) -> None:
        """Nothing comes in by itself."""
        await asyncio.Event().wait()

    async def send(self, out: Outbound) -> Sent:
        """Keep it, or raise the next scripted error."""
        if self.hold is not None:
            await self.hold.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(out)
        return Sent(parts=(Part(index=0, external_id=f"x{out.delivery}.{out.attempt}"),))

    async def check(self) -> Sequence[Any]:
        """Nothing to check."""
        return []


def said(
    external_id: str, text: str = "سلام", *, channel: str = "line", sender: str = "+989120000001", **fields: Any
) -> Said:
    """A message of a citizen."""
    return Said(channel=channel, external_id=external_id, sender=Address(medium=Medium.SMS, value=sender), text=text,
                at=datetime.now(UTC), **fields)


def signal(kind: SignalKind, external_id: str, value: str = "", *, channel: str = "line", sender: str = "+989120000001",
           key: str = "") -> Signal:
    """A signal of a citizen."""
    return Signal(channel=channel, external_id=external_id, sender=Address(medium=Medium.SMS, value=sender), kind=kind,
                  value=value, at=datetime.now(UTC), thread=Thread(key=key))
