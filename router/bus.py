"""In-process notice of what was committed. Every queue is bounded; a slow listener is told that it missed something."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from router.model import ContactId
from router.ports import Batch, Whisper
from router.records import Entry


class Listener:
    """See `router.ports.Subscription`."""

    def __init__(self, bus: LocalBus, name: str, size: int) -> None:
        self.name = name
        self.lost = False
        self._bus = bus
        self._queue: asyncio.Queue[Batch | Whisper] = asyncio.Queue(size)

    async def get(self) -> Batch | Whisper:
        """The next thing that happened."""
        return await self._queue.get()

    def get_nowait(self) -> Batch | Whisper | None:
        """The next thing, if one is there."""
        return None if self._queue.empty() else self._queue.get_nowait()

    def put(self, what: Batch | Whisper) -> None:
        """Called by the bus; drops and remembers it when the listener is too slow."""
        try:
            self._queue.put_nowait(what)
        except asyncio.QueueFull:
            self.lost = True

    def close(self) -> None:
        """Listen no more."""
        self._bus.forget(self)


class LocalBus:
    """See `router.ports.Bus`. Used from one event loop only."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self.head = 0

    def subscribe(self, name: str, *, size: int = 1000) -> Listener:
        """A new bounded stream from now on."""
        listener = Listener(self, name, size)
        self._listeners.append(listener)
        return listener

    def publish(self, entries: Sequence[Entry]) -> None:
        """Tell everybody what was just committed."""
        batch = Batch(prev=self.head, head=max(self.head, entries[-1].seq), entries=tuple(entries))
        self.head = batch.head
        for listener in self._listeners:
            listener.put(batch)

    def whisper(self, topic: str, contact: ContactId, data: Mapping[str, Any]) -> None:
        """Tell everybody something that is not stored."""
        what = Whisper(topic=topic, contact=contact, data=data)
        for listener in self._listeners:
            listener.put(what)

    def forget(self, listener: Listener) -> None:
        """Called by a listener that closes."""
        if listener in self._listeners:
            self._listeners.remove(listener)
