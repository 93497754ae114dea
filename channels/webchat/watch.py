"""Watches the journal for one channel: stirs visitors whose matter moved, and tells the core who left the line."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable

import orjson

from channels.webchat import parse, protocol
from channels.webchat.parse import Who
from channels.webchat.rooms import Rooms, Stir
from channels.webchat.thread import Thread
from router.errors import PishkhanError
from router.model import ContactId
from router.ports import Batch, Subscription, Whisper, Wire
from router.records import Entry

log = logging.getLogger("pishkhan.webchat")

TICK_SECONDS = 1.0
KEEP_SECONDS = 5.0  #: how often the waiting visitors are written down
STRANGER_SECONDS = 0.5  #: until a new contact of ours that nobody here opened makes everybody look
PLACES_PER_SECOND = 40  #: looks at places in the queue at most
WAITING_MARK = "waiting"
WAITING_KEPT = 5000
#: What an event may have changed for the visitor it is about.
WORD_EVENTS = frozenset({"message-added", "delivery-changed"})
LINE_EVENTS = frozenset({"contact-opened", "contact-queued", "contact-changed", "contact-edited"})
#: After these somebody else's place or wait may be another.
QUEUE_EVENTS = frozenset({
    "contact-queued", "contact-changed", "offer-made", "offer-ended", "agent-changed", "queue-changed",
})


class Watch:
    """One subscription for all sockets of a channel."""

    def __init__(self, name: str, wire: Wire, thread: Thread, rooms: Rooms) -> None:
        self._name = name
        self._wire = wire
        self._thread = thread
        self._rooms = rooms
        self._head = -1
        self._moved_at = 0.0  #: when the queue moved last
        self._strangers: dict[ContactId, float] = {}
        self._kept: list[str] = []
        self._keep_at = 0.0

    async def run(self) -> None:
        """Until cancelled."""
        await self._recall()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._tick())

    async def _listen(self) -> None:
        feed = self._subscribe()
        try:
            while True:
                item = await feed.get()
                if feed.lost:
                    feed.close()
                    feed = self._subscribe()
                    self._head = -1
                if isinstance(item, Batch):
                    self._batch(item)
                elif isinstance(item, Whisper):
                    self._whisper(item)
        finally:
            feed.close()

    def _subscribe(self) -> Subscription:
        # Everybody looks once: what was committed before the subscription stood is in the store.
        self._rooms.stir_all()
        return self._wire.bus.subscribe(f"webchat:{self._name}")

    def _batch(self, batch: Batch) -> None:
        if self._head not in (-1, batch.prev):
            self._rooms.stir_all()
        self._head = batch.head
        now = time.monotonic()
        unknown = self._rooms.changed(stirred(batch.entries), now)
        for contact in self._opened(batch.entries) & unknown:
            self._strangers[contact] = now + STRANGER_SECONDS
        if any(entry.name in QUEUE_EVENTS for entry in batch.entries):
            self._moved_at = now

    def _opened(self, entries: Iterable[Entry]) -> set[ContactId]:
        return {entry.contact for entry in entries if entry.name == "contact-opened"
                and entry.contact is not None and entry.data.get("channel") == self._name}

    def _whisper(self, item: Whisper) -> None:
        # The visitor's own notices come by on the same topic.
        if item.topic == "typing" and str(item.data.get("who", "")).startswith("agent"):
            self._rooms.typing(item.contact)

    async def _tick(self) -> None:
        await asyncio.sleep(TICK_SECONDS)
        await self._thread.gate.agree()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = time.monotonic()
            try:
                self._meet_strangers(now)
                self._places()
                await self._departures(now)
                await self._keep(now)
            except PishkhanError:
                log.warning("the round of the web chat was cut short", extra={"channel": self._name})

    def _meet_strangers(self, now: float) -> None:
        # Opened elsewhere (an agent wrote first, another node took it in): only a look tells whose it is.
        due = [contact for contact, at in self._strangers.items() if at <= now]
        for contact in due:
            del self._strangers[contact]
        if any(not self._rooms.whose(contact) for contact in due):
            self._rooms.stir_all()

    def _places(self) -> None:
        for visitor in self._rooms.outdated(self._moved_at, int(PLACES_PER_SECOND * TICK_SECONDS)):
            self._rooms.stir(visitor, Stir.LINE)

    async def _departures(self, now: float) -> None:
        for visitor in self._rooms.due(now):
            try:
                await self._leave(visitor)
            except PishkhanError:
                self._rooms.gone(visitor, now)  # not stored: they are still gone, and are told of again
                raise

    async def _leave(self, visitor: str) -> None:
        line = await self._thread.line(visitor)
        if line is None or line.contact.state not in protocol.LEAVABLE or visitor in self._rooms.here:
            return
        if not line.open:
            return  # told that nobody is here: what they wrote waits for the morning
        who = Who(channel=self._name, visitor=visitor)
        await self._wire.accept(parse.left(who, line.contact, self._wire.clock()))

    async def _keep(self, now: float) -> None:
        # After a kill nobody else knows that these were in the line and may never come back.
        if now < self._keep_at:
            return
        self._keep_at = now + KEEP_SECONDS
        present = sorted({*self._rooms.waiting(), *self._rooms.leaving})[:WAITING_KEPT]
        if present != self._kept:
            await self._wire.reads.set_mark(self._name, WAITING_MARK, orjson.dumps(present).decode())
            self._kept = present

    async def _recall(self) -> None:
        kept = await self._wire.reads.mark(self._name, WAITING_MARK)
        self._kept = orjson.loads(kept) if kept else []
        now = time.monotonic()
        for visitor in self._kept:
            self._rooms.gone(visitor, now)


def stirred(entries: Iterable[Entry]) -> dict[ContactId, Stir]:
    """The contacts that a batch is about, and what may have changed about each."""
    found: dict[ContactId, Stir] = {}
    for entry in entries:
        what = Stir.WORDS if entry.name in WORD_EVENTS else Stir.LINE if entry.name in LINE_EVENTS else None
        if entry.contact is not None and what is not None:
            found[entry.contact] = found.get(entry.contact, what) | what
    return found
