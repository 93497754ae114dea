"""A simulated visitor: speaks the widget's protocol over a real WebSocket, is cut off, comes back, keeps the truth.

    async with Visitor("http://127.0.0.1:8080", "web") as visitor:
        await visitor.say("سلام")              # returns when the desk has committed it
        await visitor.until(lambda: visitor.answers)
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any

import aiohttp
import orjson

from channels.webchat.protocol import SUBPROTOCOL

BACKOFF_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class SayRefused(Exception):
    """The desk will not take this utterance; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Visitor:
    """One citizen in front of the widget. Give `token` to come back as somebody known, and one `http` session to a
    crowd (with `TCPConnector(limit=0)`: every visitor holds a connection)."""

    def __init__(self, url: str, channel: str, *, token: str = "", language: str = "fa", origin: str = "",
                 after: int = 0, reads: bool = True, identity: str = "",
                 http: aiohttp.ClientSession | None = None) -> None:
        self.base = f"{url}/channels/{channel}/"
        self.origin = origin or url
        self.language = language
        self.token = token
        self.before = ""  #: the browser's token of the time before somebody signed in
        self.visitor = ""
        self.identity = identity
        self.reads = reads  #: reports what it sees, as an open panel does
        self.seq = after
        self.messages: dict[int, dict[str, Any]] = {}
        self.line: dict[str, Any] | None = None
        self.sent: dict[str, str] = {}  #: the truth: id -> text of everything it tried to say
        self.acked: dict[str, str] = {}  #: id -> fate, of what the desk confirmed
        self.errors: list[dict[str, Any]] = []
        self.typing: list[str] = []
        self.snapshots = 0
        self.connects = 0
        self._http = http
        self._own_http = http is None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._live = asyncio.Event()
        self._held = asyncio.Event()
        self._held.set()
        self._moved = asyncio.Condition()
        self._pending: dict[str, dict[str, Any]] = {}
        self._group = asyncio.TaskGroup()
        self._loop: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Visitor:
        if self._http is None:
            self._http = aiohttp.ClientSession()
        await self._group.__aenter__()
        self._loop = self._group.create_task(self._stay())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        assert self._loop is not None and self._http is not None
        self._loop.cancel()
        # A fault in the caller's block is the caller's: it goes out as it is, not wrapped in a group.
        mine = (kind, error, trace) if kind is asyncio.CancelledError else (None, None, None)
        try:
            await self._group.__aexit__(*mine)
        finally:
            if self._own_http:
                await self._http.close()

    @property
    def answers(self) -> list[str]:
        """What the desk said, in order."""
        return [each["text"] for each in self.thread() if not each["mine"]]

    @property
    def own(self) -> list[str]:
        """What the thread holds of its own words, in order."""
        return [each["text"] for each in self.thread() if each["mine"]]

    def thread(self) -> list[dict[str, Any]]:
        """The conversation as the widget would show it."""
        return [self.messages[number] for number in sorted(self.messages)]

    async def live(self) -> None:
        """Returns when connected and up to date."""
        await self._live.wait()

    async def say(self, words: str, *, uploads: tuple[str, ...] = (), about: str = "") -> str:
        """Say something; returns the fate once it is committed, over however many cuts. Raises SayRefused."""
        about = about or str(uuid.uuid4())
        self.sent[about] = words
        return await self._deliver({"op": "say", "id": about, "text": words, "uploads": list(uploads)})

    async def choose(self, value: str) -> str:
        """Press a quick reply; returns the fate. Raises SayRefused when nobody offered it."""
        return await self._deliver({"op": "choose", "id": str(uuid.uuid4()), "value": value})

    async def call(self, phone: str) -> str:
        """Take the offer of a call, at this number. Raises SayRefused."""
        return await self._deliver({"op": "call", "id": str(uuid.uuid4()), "phone": phone})

    async def _deliver(self, frame: dict[str, Any]) -> str:
        about = frame["id"]
        self._pending[about] = frame
        await self.send(frame)
        await self.until(lambda: about not in self._pending)
        if about not in self.acked:
            raise SayRefused(next(each["code"] for each in self.errors if each.get("id") == about))
        return self.acked[about]

    async def about(self, **facts: str) -> str:
        """Say how one is called and reached: name, email, phone. Raises SayRefused."""
        return await self._deliver({"op": "about", "id": str(uuid.uuid4()), **facts})

    async def type(self, words: str = "") -> None:
        """Let the agent see that somebody is typing; the words, where the channel shows them."""
        await self.send({"op": "typing", **({"text": words} if words else {})})

    async def upload(self, name: str, media_type: str, content: bytes) -> str:
        """Hand a file over; returns its upload id. Raises SayRefused."""
        assert self._http is not None
        headers = {"Authorization": f"Visitor {self.token}", "Content-Type": media_type, "Origin": self.origin,
                   "X-File-Name": name}
        async with self._http.post(self.base + "upload", data=content, headers=headers) as answer:
            body = await answer.json()
            if answer.status != 200:
                raise SayRefused(body["error"]["code"])
            return str(body["upload"])

    async def send(self, frame: dict[str, Any]) -> None:
        """One frame as it is; lost without a word when there is no connection, as on a real network."""
        if self._socket is not None and self._live.is_set():
            with contextlib.suppress(ConnectionError):
                await self._socket.send_str(orjson.dumps(frame).decode())

    def cut(self) -> None:
        """The network is gone this instant, without a goodbye."""
        wire = self._socket.get_extra_info("socket") if self._socket is not None else None
        if wire is not None:
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)

    def hold(self) -> None:
        """Cut, and stay away until `resume`."""
        self._held.clear()
        self.cut()

    def resume(self) -> None:
        """Come back."""
        self._held.set()

    async def until(self, condition: Callable[[], Any], *, seconds: float = 20.0) -> Any:
        """Wait for a condition on this visitor; its value, or TimeoutError."""
        async with asyncio.timeout(seconds), self._moved:
            return await self._moved.wait_for(condition)

    async def _stay(self) -> None:
        failures = 0
        while True:
            await self._held.wait()
            before = self.connects
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                await self._visit()
            self._socket = None
            self._live.clear()
            failures = 0 if self.connects > before else failures + 1
            await asyncio.sleep(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)] * random.uniform(0.5, 1))

    async def _visit(self) -> None:
        assert self._http is not None
        if not self.token:
            await self._introduce()
        headers = {"Origin": self.origin}
        async with self._http.ws_connect(self.base + "socket", headers=headers, protocols=(SUBPROTOCOL, self.token),
                                         compress=0, max_msg_size=0) as self._socket:
            await self._socket.send_str(orjson.dumps({
                "op": "hello", "after": self.seq, "language": self.language, "identity": self.identity}).decode())
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._take(orjson.loads(message.data))

    async def _introduce(self) -> None:
        assert self._http is not None
        body = {"identity": self.identity, "token": self.before} if self.identity else None
        async with self._http.post(self.base + "session", json=body, headers={"Origin": self.origin}) as answer:
            answer.raise_for_status()
            body = await answer.json()
        self.visitor, self.token = body["visitor"], body["token"]

    async def _take(self, frame: dict[str, Any]) -> None:
        async with self._moved:
            again = self._apply(frame)
            self._moved.notify_all()
        for pending in again:
            await self.send(pending)
        if frame["op"] in ("snapshot", "changes") and self.reads:
            await self.send({"op": "seen", "seq": self.seq, "read": True})
        elif frame["op"] == "error" and frame.get("retry_after") and frame.get("id") in self._pending:
            await asyncio.sleep(frame["retry_after"])
            await self.send(self._pending[frame["id"]])

    def _apply(self, frame: dict[str, Any]) -> list[dict[str, Any]]:
        """Take a frame in; returns what has to be said again."""
        match frame["op"]:
            case "snapshot" | "changes":
                if frame["op"] == "snapshot":
                    self.messages.clear()
                    self.snapshots += 1
                self.messages.update({each["id"]: each for each in frame["messages"]})
                self.seq, self.line = frame["seq"], frame["line"]
                if not self._live.is_set():
                    self.connects += 1
                    self._live.set()
                    return list(self._pending.values())
            case "said":
                self.acked[frame["id"]] = frame["fate"]
                self._pending.pop(frame["id"], None)
            case "typing":
                self.typing.append(frame["who"])
            case "error":
                self.errors.append(frame)
                if not frame.get("retry_after"):
                    self._pending.pop(frame.get("id", ""), None)
        return []
