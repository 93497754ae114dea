"""A carrier's REST interface over live calls, as a real HTTP server: change a call, ask how it stands, fetch a
recording. Shared by the fake carrier and the bridge to real SIP calls; knows nothing of the sound.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import aiohttp
from aiohttp import web

from channels.sandbox.follower import Document, Leg, Webhooks

_REST = "/2010-04-01/Accounts/{account}"


class Rest:
    """`await start()`, point the channel's `api_base` here. Owns the tasks of its calls."""

    def __init__(self, *, hook_url: str, token: str, account: str, called: str) -> None:
        self.hook_url, self.token, self.account, self.called = hook_url, token, account, called
        self.legs: dict[str, Leg] = {}  #: every call by its id
        self.updates: list[tuple[str, dict[str, str]]] = []  #: changes of calls that were asked for
        self.recordings: dict[str, bytes] = {}
        self.faults: list[int | str] = []  #: what the next requests get: a status, or "cut"
        self.not_ready = 0  #: so many requests for a recording find it not ready
        self.port = 0
        self._stack = contextlib.AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []

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
        self.session = await self._stack.enter_async_context(session)
        self._group = await self._stack.enter_async_context(asyncio.TaskGroup())

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

    def hooks(self) -> Webhooks:
        """How a call of this account asks the house."""
        return Webhooks(base=self.hook_url, account=self.account, token=self.token, session=self.session)

    def own(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run beside, until it ends or `stop()`."""
        task = self._group.create_task(work)
        self._tasks = [each for each in self._tasks if not each.done()] + [task]
        return task

    async def carry(self, leg: Leg, first: Document | None = None, report: str = "") -> None:
        """A call from its first document to the report of its end."""
        await leg.run(first)
        await leg.report(report)

    def keep(self, sid: str, sound: bytes) -> str:
        """Hold a recording; its address."""
        self.recordings[sid] = sound
        return f"{self.api_base}/Accounts/{self.account}/Recordings/{sid}"

    async def place(self, form: dict[str, str]) -> Leg | None:
        """Make a call that the house asks for; None = this carrier makes none."""
        return None

    @web.middleware
    async def _gate(self, request: web.Request,
                    handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
        fault = self.faults.pop(0) if self.faults else None
        if fault == "cut":
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if isinstance(fault, int):
            return _error(fault, 20000 + fault, "planted", {"Retry-After": "1"} if fault == 429 else None)
        wanted = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {wanted}":
            return _error(401, 20003, "Authenticate")
        return await handler(request)

    async def _account(self, request: web.Request) -> web.Response:
        return web.json_response({"sid": self.account, "status": "active"})

    async def _change(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.updates.append((request.match_info["call"], form))
        leg = self.legs.get(request.match_info["call"])
        if leg is None:
            return _error(404, 20404, "not found")
        if not leg.live:
            return _error(400, 21220, "Call is not in-progress")
        twiml = form.get("Twiml")
        leg.update(None if twiml is None else Document(text=twiml, url=f"{self.hook_url}/update"))
        return web.json_response(_shown(leg))

    async def _show(self, request: web.Request) -> web.Response:
        leg = self.legs.get(request.match_info["call"])
        return _error(404, 20404, "not found") if leg is None else web.json_response(_shown(leg))

    async def _place(self, request: web.Request) -> web.Response:
        leg = await self.place({key: str(value) for key, value in (await request.post()).items()})
        if leg is None:
            return _error(400, 21210, "this carrier makes no calls")
        return web.json_response(_shown(leg) | {"status": "queued"}, status=201)

    async def _recording(self, request: web.Request) -> web.Response:
        self.not_ready -= 1
        content = self.recordings.get(request.match_info["recording"])
        if self.not_ready >= 0 or content is None:
            return web.Response(status=404)
        return web.Response(body=content, content_type="audio/x-wav")


def _shown(leg: Leg) -> dict[str, str]:
    ended = leg.status if leg.status in ("no-answer", "busy", "failed") else "completed"
    return {"sid": leg.sid, "status": ended if leg.ended_by else leg.status, "from": leg.number, "to": leg.called}


def _error(status: int, code: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"code": code, "message": message, "status": status}, status=status, headers=headers)
