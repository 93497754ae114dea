"""A wire that keeps what a channel hands over, and the real web layer in front of the channel's routes."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from router.errors import NotFound, Unavailable
from router.model import Fate, Health, Item, Receipt, Said, Signal
from router.ports import Accepted, Channel, Wire
from router.routes import Access, Route
from router.web import application


class Recorder:
    """Accepts items as intake does: the same external id twice is a duplicate. `down` makes it refuse to commit."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.duplicates: list[str] = []
        self.refusals: list[str] = []
        self.lights: list[Health] = []
        self.marks: dict[tuple[str, str], str] = {}
        self.blobs: dict[str, bytes] = {}
        self.down = False
        self.fails: Callable[[Item], BaseException | None] = lambda item: None
        self.port = 0
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> list[Said]:
        return [item for item in self.items if isinstance(item, Said)]

    @property
    def receipts(self) -> list[Receipt]:
        return [item for item in self.items if isinstance(item, Receipt)]

    @property
    def signals(self) -> list[Signal]:
        return [item for item in self.items if isinstance(item, Signal)]

    async def accept(self, item: Item) -> Accepted:
        if self.down:
            raise Unavailable("the test took the store down")
        fault = self.fails(item)
        if fault is not None:
            raise fault
        # What a database refuses, this refuses.
        for words in (getattr(item, "text", ""), item.external_id):
            words.encode("utf-8")
            assert "\x00" not in words
        if item.external_id and any(old.external_id == item.external_id for old in self.items):
            self.duplicates.append(item.external_id)
            return Accepted(fate=Fate.DUPLICATE)
        self.items.append(item)
        return Accepted(fate=Fate.NEW, seq=len(self.items))

    async def line(self, channel: str, thread_key: str) -> None:
        return None

    async def thread(self, channel: str, thread_key: str, *, after: int = 0, limit: int = 200) -> tuple[Any, ...]:
        return ()

    async def head(self) -> int:
        return len(self.items)

    async def mark(self, channel: str, name: str) -> str:
        return self.marks.get((channel, name), "")

    async def set_mark(self, channel: str, name: str, value: str) -> None:
        self.marks[channel, name] = value

    async def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self.blobs[digest] = content
        return digest

    async def read(self, digest: str) -> bytes:
        if digest not in self.blobs:
            raise NotFound("no such blob")
        return self.blobs[digest]

    def subscribe(self, name: str, *, size: int = 1000) -> Any:
        raise AssertionError("this channel listens to nothing")

    def whisper(self, topic: str, contact: Any, data: Any) -> None:
        raise AssertionError("this channel whispers nothing")

    async def refused(self, reason: str) -> None:
        self.refusals.append(reason)

    def wire(self) -> Wire:
        return Wire(accept=self.accept, reads=self, blobs=self, bus=self, clock=lambda: datetime.now(UTC),
                    report=self.lights.append, refused=self.refused, base_url=self.base_url)

    async def listen(self, *channels: Channel) -> None:
        """Serve the channels' routes on `self.port` (reserve() it before making the channels)."""
        routes = [route for channel in channels for route in channel.routes()]
        self._runner = web.AppRunner(application(routes, _guard), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def hang_up(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


async def _guard(request: web.Request, route: Route) -> None:
    assert route.access is Access.SIGNED, "a webhook checks its secret itself"


async def until(condition: Callable[[], Any], *, seconds: float = 10.0) -> Any:
    """The first true value of the condition; fails after the deadline."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        found = condition()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return found
        assert asyncio.get_running_loop().time() < end, f"not within {seconds} s"
        await asyncio.sleep(0.02)
