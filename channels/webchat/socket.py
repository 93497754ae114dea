"""One live WebSocket of a visitor: reads commands, writes what changed. Keeps nothing that the journal does not have.

There is no queue of changes per socket. A change only raises a flag; the writer then asks for everything after its
position. So a slow socket has nothing to overflow: it gets one larger frame later, or is cut off when it does not
take a frame within `SEND_SECONDS`, and comes back with its position.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from channels.webchat import parse, protocol, views
from channels.webchat.pace import Pace
from channels.webchat.parse import Who
from channels.webchat.protocol import About, Call, Choose, Command, Copy, Flaw, Hello, Open, Ping, Say, Seen, Typing
from channels.webchat.rooms import Stir
from channels.webchat.thread import Owed, Thread, View
from router.errors import PishkhanError, Unavailable
from router.model import Item

log = logging.getLogger("pishkhan.webchat")

HELLO_SECONDS = 15  #: a socket that does not say hello by then is closed
SEND_SECONDS = 20
RETRY_SECONDS = 2  #: until the store is asked again after it could not answer
HEARTBEAT_SECONDS = 25
FRAMES_PER_MINUTE = 240


class Link:
    """A visitor's socket. `greet` says whether OPEN is taken (the desk speaks first)."""

    def __init__(self, socket: web.WebSocketResponse, cut: Callable[[], None], thread: Thread, who: Who, *,
                 greet: bool, preview: bool = False, copies: bool = False) -> None:
        self._socket = socket
        self._cut = cut
        self._thread = thread
        self._who = who
        self._greet, self._preview, self._copies = greet, preview, copies
        self._turn = asyncio.Lock()  # a look and its frame belong together, or an older one could overtake
        self._stirred = asyncio.Event()
        self._what = Stir(0)
        self._greeted = asyncio.Event()
        self._after = 0
        self._line: dict[str, Any] | None = None
        self._owed: dict[int, Owed] = {}
        self._typist = False
        self._frames = Pace(FRAMES_PER_MINUTE, keys=1)
        self._takers: dict[type[Command], Callable[[Any], Awaitable[None]]] = {
            Hello: self._hello, Say: self._say, Typing: self._typing, Seen: self._seen,
            Choose: self._choose, Call: self._call, Open: self._open, About: self._about, Copy: self._copy,
            Ping: self._ping,
        }

    def stir(self, what: Stir) -> None:
        """Something may have changed."""
        self._what |= what
        self._stirred.set()

    def typing(self) -> None:
        """The agent is typing; several notices that wait are one."""
        self._typist = True
        self._stirred.set()

    async def serve(self) -> None:
        """Until the socket closes."""
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(self._write())
            try:
                await self._read()
            finally:
                writer.cancel()

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye; the visitor's side comes back by itself."""
        await self._socket.close(code=code, message=reason.encode())

    async def _read(self) -> None:
        while not self._socket.closed:
            try:
                await self._take()
            except TimeoutError:
                await self.close(WSCloseCode.POLICY_VIOLATION, "say hello first")
            except Exception:
                log.exception("a visitor's command failed", extra={"channel": self._thread.name})
                await self.close(WSCloseCode.INTERNAL_ERROR, "fault")

    async def _take(self) -> None:
        message = await self._socket.receive(timeout=None if self._greeted.is_set() else HELLO_SECONDS)
        if message.type is WSMsgType.BINARY:
            await self.close(WSCloseCode.UNSUPPORTED_DATA, "text frames only")
        elif message.type is WSMsgType.TEXT and self._frames.wait("", time.monotonic()):
            await self.close(WSCloseCode.POLICY_VIOLATION, "too many frames")
        elif message.type is WSMsgType.TEXT:
            await self._command(message.data)

    async def _command(self, frame: str) -> None:
        command: Command | None = None
        try:
            command = protocol.read(frame, text_chars=self._thread.text_chars)
            if not self._greeted.is_set() and not isinstance(command, Hello):
                raise Flaw("no_hello", "say hello first")
            await self._takers[type(command)](command)
        except Flaw as flaw:
            await self._send(protocol.error(flaw))
        except PishkhanError as error:
            wait = RETRY_SECONDS if isinstance(error, Unavailable) else 0
            told = Flaw(error.code, error.message, about=getattr(command, "id", ""), retry_after=wait)
            await self._send(protocol.error(told))

    async def _hello(self, command: Hello) -> None:
        self._who = self._who.hello(command).known(self._thread.gate.identity(command.identity))
        async with self._turn:
            view = await self._thread.greet(self._who.visitor, command.after)
            self._owed = view.owed
            self._after = command.after
            self._line = views.line_view(await self._thread.line(self._who.visitor))
            await self._show(view)
        self._greeted.set()
        self.stir(Stir.ALL)  # what was committed between the look and now

    async def _say(self, command: Say) -> None:
        self._thread.hurry(self._who, command.id)
        uploads = await self._thread.files(self._who, command)
        await self._deliver(command.id, parse.said(self._who, command, uploads, self._now()))

    async def _choose(self, command: Choose) -> None:
        self._thread.hurry(self._who, command.id)
        label = await self._thread.label(self._who, command)
        await self._deliver(command.id, parse.chosen(self._who, command, label, self._now()))

    async def _call(self, command: Call) -> None:
        self._thread.hurry(self._who, command.id)
        if "callback" not in views.offered(await self._thread.line(self._who.visitor)):
            raise Flaw("not_offered", "no call is offered now", about=command.id)
        await self._deliver(command.id, parse.called(self._who, command, self._now()))

    async def _open(self, command: Open) -> None:
        if not self._greet:
            raise Flaw("forbidden", "the desk does not speak first here", about=command.id)
        self._thread.hurry(self._who, command.id)
        await self._deliver(command.id, parse.opened(self._who, command, self._now()))

    async def _about(self, command: About) -> None:
        self._thread.hurry(self._who, command.id)
        self._who = self._who.about(command)
        await self._deliver(command.id, parse.stated(self._who, command, self._now()))

    async def _copy(self, command: Copy) -> None:
        if not self._copies:
            raise Flaw("forbidden", "conversations are not sent by e-mail here", about=command.id)
        self._thread.hurry(self._who, command.id)
        await self._deliver(command.id, parse.copied(self._who, command, self._now()))

    async def _deliver(self, about: str, item: Item) -> None:
        accepted = await self._thread.take(self._who, item)
        await self._send(protocol.frame("said", id=about, fate=str(accepted.fate)))

    def _now(self) -> datetime:
        return self._thread.wire.clock()

    async def _typing(self, command: Typing) -> None:
        if self._thread.may_type(self._who):
            preview = command.text if self._preview else ""
            await self._thread.wire.accept(parse.typing(self._who, self._now(), preview))

    async def _seen(self, command: Seen) -> None:
        await self._thread.report(self._owed, min(command.seq, self._after), read=command.read)

    async def _ping(self, command: Ping) -> None:
        await self._send(protocol.frame("pong"))

    async def _write(self) -> None:
        await self._greeted.wait()
        while not self._socket.closed:
            await self._stirred.wait()
            self._stirred.clear()
            try:
                await self._catch_up()
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)
                self.stir(Stir.ALL)
            except Exception:
                log.exception("a visitor's socket failed", extra={"channel": self._thread.name})
                self._cut()

    async def _catch_up(self) -> None:
        if self._typist and self._line is not None:
            self._typist = False
            await self._send(protocol.frame("typing", who=self._line["agent"]))
        async with self._turn:
            what, self._what = self._what, Stir(0)
            view, line = View(seq=self._after, whole=False, messages=[], owed={}), self._line
            if Stir.LINE in what:
                line = views.line_view(await self._thread.line(self._who.visitor))
            if Stir.WORDS in what:
                view = await self._thread.look(self._who.visitor, self._after)
            self._owed.update(view.owed)
            if view.messages or view.whole or line != self._line:
                self._line = line
                await self._show(view)

    async def _show(self, view: View) -> None:
        self._after = max(self._after, view.seq) if not view.whole else view.seq
        op = "snapshot" if view.whole else "changes"
        await self._send(protocol.frame(op, seq=self._after, messages=view.messages, line=self._line))

    async def _send(self, frame: str) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._socket.send_str(frame)
        except TimeoutError:
            log.info("a slow socket was cut off", extra={"channel": self._thread.name})
            self._cut()
        except ConnectionError:
            pass  # the reader sees the same end and finishes
