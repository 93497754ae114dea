"""Citizens without a browser, and a house whose one chat is answered by a flow."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from house import House
from router.model import Address, DeliveryState, Medium, Said, Signal, SignalKind, Thread
from router.records import Direction
from settings import FlowSettings, build
from tests.flow_lines import Unhurried
from tests.house import CHEAP, QUICK, configured, read, until

CHAT = {"medium": "webchat", "flow": "main-menu"}
WHO = Address(medium=Medium.WEBCHAT, value="visitor-1")


class Person:
    """A citizen without a browser: words straight into intake."""

    def __init__(self, house: Any, who: Address = WHO) -> None:
        self.house, self.who, self._count = house, who, 0

    async def says(self, text: str, *, id: str = "", waits: bool = True, **fields: Any) -> Any:
        """One word, after what was said before has left the house; what intake answers."""
        async def spoken() -> bool:
            contact = await self.contact()
            if contact is None:
                return True
            found = await read(self.house, lambda tx: tx.messages.of(contact.id))
            return all(m.delivery is None or m.delivery.state is not DeliveryState.PENDING for m in found)
        if waits:
            await until(spoken, what="the words before leave the house")
        self._count += 1
        self.house.clock.passes()
        return await self.house.intake(Said(
            channel="town", external_id=id or f"{self.who.value}:{self._count}", sender=self.who,
            at=self.house.clock(), text=text, thread=Thread(key=self.who.value), **fields))

    async def signals(self, kind: SignalKind) -> Any:
        """Opened, left."""
        self._count += 1
        return await self.house.intake(Signal(
            channel="town", external_id=f"{self.who.value}:{self._count}", sender=self.who, at=self.house.clock(),
            kind=kind, thread=Thread(key=self.who.value)))

    async def contact(self) -> Any:
        """The newest contact."""
        return await read(self.house, lambda tx: tx.contacts.newest_on("town", self.who.value))

    async def dialogue(self) -> Any:
        """The newest dialogue."""
        contact = await self.contact()
        return await read(self.house, lambda tx: tx.flows.newest(contact.id))

    async def heard(self) -> list[str]:
        """What was said to them."""
        contact = await self.contact()
        return [m.text for m in await read(self.house, lambda tx: tx.messages.of(contact.id))
                if m.direction is Direction.OUT]


@contextlib.asynccontextmanager
async def town(folder: Path, *, clock: Unhurried | None = None, environ: Any = None, flows: Any = None,
               **channel: Any) -> AsyncIterator[Any]:
    """A house with one chat that main-menu answers."""
    queues = {"general": {"title_fa": "عمومی", "title_en": "General"}}
    known = configured(folder, {"town": CHAT | channel}, queues=queues)
    known = replace(known, flows=build(FlowSettings, flows or {}, "flows", environ or {}))
    house = House(known, clock=clock or Unhurried(), schedule=QUICK, password_cost=CHEAP)
    await house.start()
    try:
        yield house
    finally:
        await house.stop()


async def entries(house: Any, *names: str) -> list[Any]:
    """What the journal says by these names."""
    return [e for e in await read(house, lambda tx: tx.journal.after(0, limit=5000)) if e.name in names]
