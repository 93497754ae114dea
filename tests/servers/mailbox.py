"""A desk in memory behind a web chat: threads, a journal and nothing else, so that thousands of cuts take seconds.

It fulfils the wire as the house does (accept after commit, one ordered journal, whole objects by position). What holds
against it holds against the house only because `test_webchat_cuts.py` runs the same schedules there too.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from channels.webchat.adapter import Adapter, Settings
from router.bus import LocalBus
from router.model import (
    AddressId,
    AgentId,
    ContactId,
    CustomerId,
    DeliveryId,
    Fate,
    Item,
    Medium,
    MessageId,
    Receipt,
    Said,
)
from router.ports import Accepted, ThreadMessage, Wire
from router.records import Contact, ContactState, Entry, Line
from router.web import application
from settings import ChannelSettings
from tests.house import free_port

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


class Mailbox:
    """Every visitor's thread. Half of what is said is answered at once."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.bus = LocalBus()
        self.said: dict[str, MessageId] = {}  #: external id -> message: the truth about doubles
        self.taken = 0
        self._threads: dict[str, dict[int, ThreadMessage]] = {}
        self._numbers: dict[str, int] = {}  #: thread -> its contact
        self._marks: dict[str, str] = {}
        self._seq = 0

    async def accept(self, item: Item) -> Accepted:
        """Store, tell, answer."""
        await asyncio.sleep(0)
        self.taken += 1
        if isinstance(item, Receipt):
            assert item.delivery is not None
            self._settle(int(item.delivery), item.state.value)
            return Accepted(fate=Fate.RECEIPT)
        assert isinstance(item, Said)
        if item.external_id in self.said:
            return Accepted(fate=Fate.DUPLICATE, message=self.said[item.external_id])
        message = self._put(item.thread.key, mine=True, text=item.text, external_id=item.external_id)
        self.said[item.external_id] = message.id
        if message.id % 2:
            self._put(item.thread.key, mine=False, text=f"re {item.text}", author="سارا", state="sent")
        return Accepted(fate=Fate.CONTINUES, message=message.id, line=await self.line("web", item.thread.key))

    def _put(self, key: str, **fields: Any) -> ThreadMessage:
        self._seq += 1
        number = MessageId(self._seq)
        values = {"mine": False, "author": "", "external_id": "", "state": "", "attachments": (), "data": {}}
        delivery = None if fields["mine"] else DeliveryId(number)
        made = ThreadMessage(seq=number, id=number, at=datetime.now(UTC), delivery=delivery, **values | fields)
        self._threads.setdefault(key, {})[number] = made
        self._tell(key)
        return made

    def _settle(self, number: int, state: str) -> None:
        rank = {"sent": 0, "delivered": 1, "read": 2}
        for key, thread in self._threads.items():
            message = thread.get(number)
            if message is not None and rank[state] > rank[message.state]:
                self._seq += 1
                changes = {name: getattr(message, name) for name in message.__slots__} | {
                    "seq": self._seq,
                    "state": state,
                }
                thread[number] = ThreadMessage(**changes)
                self._tell(key)
                return

    def _tell(self, key: str) -> None:
        contact = self._contact(key).id
        entry = Entry(seq=self._seq, at=datetime.now(UTC), name="message-added", actor="", contact=contact, data={})
        self.bus.publish([entry])

    def _contact(self, key: str) -> Contact:
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        return Contact(
            id=ContactId(number),
            reference="",
            token="",
            channel="web",
            medium=Medium.WEBCHAT,
            thread_key=key,
            customer=CustomerId(1),
            address=AddressId(1),
            state=ContactState.ACTIVE,
            state_since=BEGAN,
            queue=None,
            agent=AgentId(1),
            opened_at=BEGAN,
        )

    async def line(self, channel: str, thread_key: str) -> Line | None:
        """With an agent from the first word on."""
        if thread_key not in self._threads:
            return None
        return Line(contact=self._contact(thread_key), agent_name="سارا")

    async def thread(self, channel: str, thread_key: str, *, after: int = 0, limit: int = 200) -> list[ThreadMessage]:
        """As the store does: a whole window carries the head, changes carry their own position."""
        await asyncio.sleep(0)
        rows = list(self._threads.get(thread_key, {}).values())
        if after:
            return [each for each in rows if each.seq > after]
        head = {"seq": self._seq}
        return [ThreadMessage(**{n: getattr(m, n) for n in m.__slots__} | head) for m in rows[-limit:]]

    async def head(self) -> int:
        """The last position."""
        return self._seq

    async def mark(self, channel: str, name: str) -> str:
        """A remembered text."""
        return self._marks.get(name, "")

    async def set_mark(self, channel: str, name: str, value: str) -> None:
        """Remember it."""
        self._marks[name] = value

    async def refused(self, reason: str) -> None:
        """Nobody keeps it."""


@contextlib.asynccontextmanager
async def mailbox(**settings: Any) -> AsyncIterator[Mailbox]:
    """The mailbox with a web chat "web" in front, served on loopback."""
    box = Mailbox()
    wire = Wire(
        accept=box.accept,
        reads=box,
        blobs=None,
        bus=box.bus,
        clock=lambda: datetime.now(UTC),  # type: ignore[arg-type]
        report=lambda health: None,
        refused=box.refused,
        base_url=box.url,
    )
    wide = {"requests_per_minute": 600_000, "messages_per_minute": 600_000, "allowed_origins": ("*",)}
    adapter = Adapter("web", Settings(**wide | settings), ChannelSettings(medium="webchat"), wire)

    async def open_guard(request: web.Request, route: object) -> None:
        return None

    runner = web.AppRunner(application(adapter.routes(), open_guard), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", box.port, backlog=1024).start()
    running = asyncio.ensure_future(adapter.run())
    try:
        yield box
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await runner.cleanup()
