"""A fake telephone carrier as a real HTTP server: it calls our webhooks, follows our TwiML with callers that a script
plays, and offers the REST interface for live calls and recordings. It keeps the truth of what every caller heard.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import math
import struct
import uuid
import wave
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from channels.sandbox.follower import Document, Leg, Webhooks

#: The last four digits of a telephone that is dialled decide; any other is picked up and talks for TALK_SECONDS.
MAGIC = {"0001": "no-answer", "0002": "busy", "0003": "failed"}
TALK_SECONDS = 20.0
CHARS_PER_SECOND = 14.0
_REST = "/2010-04-01/Accounts/{account}"


@dataclass(slots=True, kw_only=True)
class Caller:
    """A simulated telephone: what its owner heard, and what they do."""

    pace: float  #: real seconds for one second of the call
    leg: Leg = field(init=False)
    heard: list[str] = field(default_factory=list)  #: sentences heard to the end
    cut: list[str] = field(default_factory=list)  #: sentences that something interrupted
    dialled: list[tuple[str, str]] = field(default_factory=list)  #: (telephone, how it ended)
    talking_to: str = ""
    message_seconds: int = 0  #: length of what is said to the next recorder; 0 = silence
    keep: Callable[[int], tuple[str, str]]
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _agent_down: asyncio.Event = field(default_factory=asyncio.Event)

    async def say(self, text: str, language: str) -> None:
        """Hear a sentence."""
        try:
            await self.pause(len(text) / CHARS_PER_SECOND)
        except asyncio.CancelledError:
            self.cut.append(text)
            raise
        self.heard.append(text)
        self._news.set()

    async def play(self, url: str) -> None:
        """Hear a sound; its address stands for it."""
        await self.say(url, "")

    async def pause(self, seconds: float) -> None:
        """Wait in the time of the call."""
        await asyncio.sleep(seconds * self.pace)

    async def record(self, seconds: float, silence: float) -> tuple[str, str, int] | None:
        """Speak to the recorder, if the script says so."""
        if not self.message_seconds:
            await self.pause(silence)
            return None
        spoken = min(self.message_seconds, int(seconds))
        self.message_seconds = 0
        await self.pause(spoken)
        url, sid = self.keep(spoken)
        return url, sid, spoken

    async def dial(self, to: str, seconds: float, answered: Coroutine[Any, Any, None]) -> str:
        """Ring an agent's telephone."""
        how = MAGIC.get(to.partition("@")[0][-4:], "completed")
        if how != "completed":
            answered.close()
            await self.pause(seconds if how == "no-answer" else 1)
        else:
            await self.pause(2)
            await answered
            self.talking_to = to
            self._news.set()
            self._agent_down.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._agent_down.wait(), TALK_SECONDS * self.pace)
            self.talking_to = ""
        self.dialled.append((to, how))
        self._news.set()
        return how

    async def hang_up(self) -> None:
        """Nothing rings on."""

    def press(self, keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.leg.keys.put_nowait(key)

    def tell(self, words: str) -> None:
        """Say something that the carrier recognises."""
        self.leg.speech.put_nowait(words)

    def leave(self) -> None:
        """Put the telephone down."""
        self.leg.leave()

    def agent_leaves(self) -> None:
        """The agent puts the telephone down."""
        self._agent_down.set()

    async def hears(self, words: str, *, seconds: float = 10.0) -> str:
        """Wait until a sentence with these words was heard to the end; AssertionError after the deadline or when the
        call ended without it."""
        return await self._until(lambda: next((each for each in self.heard if words in each), None), seconds, words)

    async def connected(self, *, seconds: float = 10.0) -> str:
        """Wait until an agent's telephone was picked up; which one."""
        return await self._until(lambda: self.talking_to or None, seconds, "a connection")

    async def ended(self, *, seconds: float = 10.0) -> str:
        """Wait for the end of the call; who ended it."""
        return await self._until(lambda: self.leg.ended_by or None, seconds, "the end")

    async def _until(self, condition: Callable[[], str | None], seconds: float, what: str) -> str:
        deadline = asyncio.get_running_loop().time() + seconds
        while (found := condition()) is None:
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0 or (self.leg.ended_by and what != "the end"):
                raise AssertionError(f"{what!r} did not come; heard {self.heard}, ended by {self.leg.ended_by!r}")
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(left, 0.05))
        return found


class FakeCarrier:
    """`await start()`, point the channel's api_base at `api_base`, then `ring()`."""

    def __init__(self, *, hook_url: str = "", token: str = "carrier-token", account: str = "AC1",
                 called: str = "+982112345678", pace: float = 0.01) -> None:
        self.hook_url, self.token, self.account, self.called, self.pace = hook_url, token, account, called, pace
        self.callers: list[Caller] = []  #: every call, in order
        self.updates: list[tuple[str, dict[str, str]]] = []  #: REST changes of calls: (call, form)
        self.placed: list[dict[str, str]] = []  #: calls that the house asked us to make
        self.faults: list[int | str] = []  #: what the next REST requests get: a status, or "cut"
        self.recordings: dict[str, bytes] = {}
        self.not_ready = 0  #: so many requests for a recording find it not ready
        self.port = 0
        self._stack = contextlib.AsyncExitStack()

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one."""
        app = web.Application(middlewares=[self._gate])
        app.router.add_get(f"{_REST}.json", self._account)
        app.router.add_post(f"{_REST}/Calls.json", self._place)
        app.router.add_post(f"{_REST}/Calls/{{call}}.json", self._change)
        app.router.add_get(f"{_REST}/Calls/{{call}}.json", self._show)
        app.router.add_get(f"{_REST}/Recordings/{{recording}}", self._recording)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        self._stack.push_async_callback(runner.cleanup)
        self.port = runner.addresses[0][1]
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15))
        self._session = await self._stack.enter_async_context(session)
        self._group = await self._stack.enter_async_context(asyncio.TaskGroup())
        self._tasks: list[asyncio.Task[None]] = []

    async def stop(self) -> None:
        """Cut every call and stop listening."""
        for task in self._tasks:
            task.cancel()
        await self._stack.aclose()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_base(self) -> str:
        """The channel's `api_base`."""
        return f"{self.url}/2010-04-01"

    def ring(self, number: str = "+989121234567", *, sid: str = "") -> Caller:
        """A citizen calls. The call goes on by itself until somebody hangs up."""
        caller = self._caller(number, self.called, sid or f"CA{uuid.uuid4().hex}")
        self._tasks.append(self._group.create_task(self._carry(caller, None, "")))
        return caller

    @contextlib.asynccontextmanager
    async def call(self, number: str = "+989121234567") -> AsyncIterator[Caller]:
        """The same for the length of a block; at its end the caller has hung up and the house has been told."""
        caller = self.ring(number)
        task = self._tasks[-1]
        try:
            yield caller
        finally:
            caller.leave()
            await asyncio.wait([task], timeout=15)

    def _caller(self, number: str, called: str, sid: str, direction: str = "inbound") -> Caller:
        hooks = Webhooks(base=self.hook_url, account=self.account, token=self.token, session=self._session)
        caller = Caller(pace=self.pace, keep=self._keep)
        caller.leg = Leg(sid=sid, number=number, called=called, media=caller, hooks=hooks, direction=direction)
        self.callers.append(caller)
        return caller

    async def _carry(self, caller: Caller, first: Document | None, report: str) -> None:
        await caller.leg.run(first)
        await caller.leg.report(report)

    def _keep(self, seconds: int) -> tuple[str, str]:
        sid = f"RE{uuid.uuid4().hex}"
        self.recordings[sid] = tone(seconds)
        return f"{self.api_base}/Accounts/{self.account}/Recordings/{sid}", sid

    def _find(self, sid: str) -> Caller | None:
        return next((each for each in self.callers if each.leg.sid == sid), None)

    @web.middleware
    async def _gate(self, request: web.Request,
                    handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
        fault = self.faults.pop(0) if self.faults else None
        if fault == "cut":
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if isinstance(fault, int):
            return web.json_response({"code": 20000 + fault, "message": "planted", "status": fault}, status=fault,
                                     headers={"Retry-After": "1"} if fault == 429 else None)
        wanted = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {wanted}":
            return web.json_response({"code": 20003, "message": "Authenticate", "status": 401}, status=401)
        return await handler(request)

    async def _account(self, request: web.Request) -> web.Response:
        return web.json_response({"sid": self.account, "status": "active"})

    async def _change(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.updates.append((request.match_info["call"], form))
        caller = self._find(request.match_info["call"])
        if caller is None:
            return web.json_response({"code": 20404, "message": "not found", "status": 404}, status=404)
        if not caller.leg.live:
            return web.json_response({"code": 21220, "message": "Call is not in-progress", "status": 400}, status=400)
        twiml = form.get("Twiml")
        caller.leg.update(None if twiml is None else Document(text=twiml, url=f"{self.hook_url}/update"))
        return self._shown(caller)

    async def _show(self, request: web.Request) -> web.Response:
        caller = self._find(request.match_info["call"])
        if caller is None:
            return web.json_response({"code": 20404, "message": "not found", "status": 404}, status=404)
        return self._shown(caller)

    def _shown(self, caller: Caller) -> web.Response:
        leg = caller.leg
        return web.json_response({"sid": leg.sid, "status": "completed" if leg.ended_by else leg.status,
                                  "from": leg.number, "to": leg.called})

    async def _place(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.placed.append(form)
        caller = self._caller(form["From"], form["To"], f"CA{uuid.uuid4().hex}", "outbound-api")
        first = Document(text=form["Twiml"], url=f"{self.hook_url}/placed")
        how = MAGIC.get(form["To"][-4:])
        if how is not None:
            caller.leg.status, caller.leg.ended_by = how, "carrier"
            work = caller.leg.report(form["StatusCallback"])
        else:
            work = self._carry(caller, first, form["StatusCallback"])
        self._tasks.append(self._group.create_task(work))
        return web.json_response({"sid": caller.leg.sid, "status": "queued"}, status=201)

    async def _recording(self, request: web.Request) -> web.Response:
        if self.not_ready > 0:
            self.not_ready -= 1
            return web.Response(status=404)
        content = self.recordings.get(request.match_info["recording"])
        if content is None:
            return web.Response(status=404)
        return web.Response(body=content, content_type="audio/x-wav")


def tone(seconds: int, hertz: int = 440) -> bytes:
    """A WAV file of a tone, 8 kHz mono."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        one = b"".join(struct.pack("<h", int(8000 * math.sin(2 * math.pi * hertz * i / 8000))) for i in range(8000))
        sound.writeframes(one * seconds)
    return buffer.getvalue()
