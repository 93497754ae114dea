"""Reads a visitor's thread for the widget and takes the visitor's words in: between the socket and the wire."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from channels.webchat import parse, protocol, views
from channels.webchat.gate import Gate
from channels.webchat.pace import Pace
from channels.webchat.parse import Who
from channels.webchat.protocol import Choose, Flaw, Say
from channels.webchat.rooms import Rooms, Stir
from channels.webchat.tokens import Sealer
from router.errors import NotFound
from router.model import DeliveryId, Item, Upload
from router.ports import Accepted, ThreadMessage, Wire
from router.records import Line

WINDOW = 200  #: messages in a snapshot
USED = 20_000  #: upload ids remembered as used
TYPING_PER_MINUTE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a look at the thread found: a frame's content, and what the visitor's browser owes us a word about."""

    seq: int  #: the position reached
    whole: bool  #: everything, not only changes
    messages: list[dict[str, Any]]
    owed: dict[int, Owed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One of our messages that the visitor has not read yet."""

    delivery: DeliveryId
    seq: int
    delivered: bool


class Thread:
    """The threads of one channel. One instance serves all sockets."""

    def __init__(self, name: str, wire: Wire, gate: Gate, rooms: Rooms, *, messages_per_minute: int,
                 text_chars: int) -> None:
        self.name = name
        self.wire = wire
        self.gate = gate
        self.rooms = rooms
        self.text_chars = text_chars
        self._pace = Pace(messages_per_minute)
        self._typing = Pace(TYPING_PER_MINUTE)
        self._used: OrderedDict[str, str] = OrderedDict()  #: upload nonce -> message id that used it

    async def look(self, visitor: str, after: int) -> View:
        """What changed after a position that a live socket holds; everything when it holds nothing or too little."""
        if after:
            changed = await self.wire.reads.thread(self.name, visitor, after=after, limit=WINDOW + 1)
            if len(changed) <= WINDOW:
                return await self._view(visitor, changed, _owed(changed), after, whole=False)
        return await self._whole(visitor)

    async def greet(self, visitor: str, after: int) -> View:
        """The same for a visitor who comes (back). What this browser has not acknowledged yet is known again."""
        # A position ahead of the journal comes from another life of the database.
        if not 0 < after <= await self.wire.reads.head():
            return await self._whole(visitor)
        newest = await self._newest(visitor)
        view = await self.look(visitor, after)
        # A whole window says of each message only that it changed before now: the browser holds it since `after`.
        earlier = {} if view.whole else {key: replace(each, seq=after) for key, each in _owed(newest).items()}
        return replace(view, owed=earlier | view.owed)

    async def _newest(self, visitor: str) -> Sequence[ThreadMessage]:
        return await self.wire.reads.thread(self.name, visitor, limit=WINDOW)

    async def _whole(self, visitor: str) -> View:
        head = await self.wire.reads.head()  # asked first: what comes in between is then a change, not lost
        newest = await self._newest(visitor)
        return await self._view(visitor, newest, _owed(newest), head, whole=True)

    async def _view(self, visitor: str, rows: Sequence[ThreadMessage], owed: dict[int, Owed], after: int, *,
                    whole: bool) -> View:
        sealer = await self.gate.sealer()
        return View(
            seq=max((each.seq for each in rows), default=after), whole=whole, owed=owed,
            messages=[self._message(each, visitor, sealer) for each in views.shown(rows)],
        )

    def _message(self, message: ThreadMessage, visitor: str, sealer: Sealer) -> dict[str, Any]:
        now = self.wire.clock()
        files = [views.file_view(each, f"file/{each.digest}?{sealer.ticket(visitor, each.digest, now).query()}")
                 for each in message.attachments]
        return views.message_view(message, visitor, files)

    async def line(self, visitor: str) -> Line | None:
        """How the visitor's newest contact stands."""
        line = await self.wire.reads.line(self.name, visitor)
        if line is not None:
            self._learn(visitor, line)
        return line

    def _learn(self, visitor: str, line: Line) -> bool:
        waiting = line.contact.state in protocol.LEAVABLE
        return self.rooms.learn(visitor, line.contact.id, waiting=waiting, place=line.place, now=time.monotonic())

    async def take(self, who: Who, item: Item) -> Accepted:
        """Hand one item to the core; returns after the commit. The journal then stirs the visitor's sockets; only of a
        contact that is new to us it may have told before we knew whose it is."""
        accepted = await self.wire.accept(item)
        if accepted.line is not None and self._learn(who.visitor, accepted.line):
            self.rooms.stir(who.visitor, Stir.ALL)
        return accepted

    async def recognise(self, who: Who, earlier: str) -> None:
        """Who signed in was `earlier` on this browser: what was said there is theirs, unless it is somebody else's.
        What must wait, because both talks go on, is tried again when they come back."""
        mark = f"recognised:{who.visitor}"
        waits = await self.wire.reads.mark(self.name, mark)
        if not (earlier.startswith("v") and await self.wire.reads.line(self.name, earlier) is not None):
            earlier = waits
        if not earlier:
            return
        await self.wire.accept(parse.recognised(who, earlier, self.wire.clock()))
        left = await self.wire.reads.line(self.name, earlier)
        mine = await self.wire.reads.line(self.name, who.visitor)
        again = left is not None and mine is not None and left.contact.customer == mine.contact.customer
        if (earlier if again else "") != waits:
            await self.wire.reads.set_mark(self.name, mark, earlier if again else "")

    def hurry(self, who: Who, about: str) -> None:
        """Count one utterance. Raises Flaw."""
        wait = self._pace.wait(who.visitor, time.monotonic())
        if wait:
            raise Flaw("too_many", "too many messages in a minute", about=about, retry_after=wait)

    def may_type(self, who: Who) -> bool:
        """Whether a typing notice may pass now; more are dropped without a word."""
        return self._typing.wait(who.visitor, time.monotonic()) == 0

    async def label(self, who: Who, choice: Choose) -> str:
        """What stands on the button that was pressed. Raises Flaw when no message of the thread offered it."""
        for row in reversed(await self._newest(who.visitor)):
            for button in views.buttons(row.data):
                if button["value"] == choice.value and not row.mine:
                    return button["label"]
        raise Flaw("unknown_choice", "nobody offered this", about=choice.id)

    async def files(self, who: Who, say: Say) -> list[Upload]:
        """The bytes behind a message's upload ids. An id serves one message: the same message sent again may
        name it again, another may not. Raises Flaw."""
        sealer = await self.gate.sealer()
        found = []
        for upload in say.uploads:
            stored = sealer.stored(who.visitor, upload, self.wire.clock())
            if stored is None:
                raise Flaw("upload_unknown", "an upload is unknown or too old", about=say.id)
            if self._used.setdefault(stored.nonce, say.id) != say.id:
                raise Flaw("upload_used", "an upload belongs to another message", about=say.id)
            if len(self._used) > USED:
                self._used.popitem(last=False)
            try:
                content = await self.wire.blobs.read(stored.digest)
            except NotFound:
                raise Flaw("upload_unknown", "an upload is unknown or too old", about=say.id) from None
            found.append(Upload(name=stored.name, media_type=stored.media_type, content=content))
        return found

    async def report(self, owed: dict[int, Owed], seq: int, *, read: bool) -> None:
        """The browser has everything up to `seq`: settle the deliveries concerned, each once."""
        for message, each in list(owed.items()):
            if each.seq > seq or (each.delivered and not read):
                continue
            await self.wire.accept(parse.receipt(self.name, each.delivery, read=read, at=self.wire.clock()))
            if read:
                owed.pop(message, None)
            else:
                owed[message] = Owed(delivery=each.delivery, seq=each.seq, delivered=True)


def _owed(rows: Sequence[ThreadMessage]) -> dict[int, Owed]:
    return {int(each.id): Owed(delivery=each.delivery, seq=each.seq, delivered=each.state == "delivered")
            for each in views.shown(rows) if each.delivery is not None and each.state != "read"}
