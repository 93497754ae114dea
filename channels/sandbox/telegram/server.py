"""The fake Bot API server itself: it listens, hands out updates by polling or webhook, and records every call."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from channels.sandbox.loopback import Loopback
from channels.sandbox.telegram.methods import Methods
from channels.sandbox.telegram.truth import TOKEN, Call, Hook, Push, Refuse, person

Method = Callable[[web.Request, dict[str, Any]], Awaitable[Any]]


class FakeBotApi(Loopback, Methods):
    """`await start()`; the channel's api_base_url is `api_base_url`, its file_base_url is `file_base_url`."""

    _seconds = 30.0

    def __init__(self, *, token: str = TOKEN, retry_seconds: float = 0.1, tries: int = 50) -> None:
        Methods.__init__(self, token)
        self.retry_seconds, self.tries = retry_seconds, tries
        self.calls: list[Call] = []
        self.pushes: list[Push] = []
        self.hook = Hook()
        self.fails: list[tuple[str, int, str]] = []  #: (method, status, description), each used once
        self._updates: list[dict[str, Any]] = []
        self._next_update = 100_001
        self._poll: asyncio.Event | None = None
        self._news = asyncio.Event()
        self._pushing = asyncio.Lock()

    def application(self) -> web.Application:
        """Methods and files."""
        app = web.Application(client_max_size=60_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self.serve_file)
        return app

    @property
    def api_base_url(self) -> str:
        """Setting of the same name."""
        return f"{self.url}/bot"

    @property
    def file_base_url(self) -> str:
        """Setting of the same name."""
        return f"{self.url}/file/bot"

    async def say(self, chat: int, text: str = "", *, language: str = "fa", **fields: Any) -> dict[str, Any]:
        """A citizen writes (or sends whatever `fields` hold). Returns when it was delivered or can be polled."""
        message = self.message(chat, sender=person(chat, language), **({"text": text} if text else {}), **fields)
        return await self.push({"message": message})

    async def press(self, chat: int, message: dict[str, Any], value: str) -> dict[str, Any]:
        """A citizen presses a button under a message of ours."""
        shown = {key: each for key, each in message.items() if key != "method"}
        return await self.push({"callback_query": {"id": str(10**15 + self._next_update), "from": person(chat),
                                                   "chat_instance": str(chat), "message": shown, "data": value}})

    async def push(self, update: dict[str, Any]) -> dict[str, Any]:
        """Any update, numbered, then delivered to the webhook until 2xx or kept for getUpdates."""
        full = {"update_id": self._next_update, **update}
        self._next_update += 1
        self._updates.append(full)
        self._news.set()
        if self.hook.url:
            await self._deliver()
        return full

    async def _deliver(self) -> None:
        """In order, each until 2xx: one refused update holds back all behind it, as the real server does."""
        async with self._pushing:
            while self._updates and self.hook.url:
                update = self._updates[0]
                push = Push(update=update["update_id"])
                self.pushes.append(push)
                while len(push.statuses) < self.tries and self.hook.url:
                    push.statuses.append(await self._post(update))
                    if 200 <= push.statuses[-1] < 300:
                        break
                    self.hook.error = f"Wrong response from the webhook: {push.statuses[-1]}"
                    self.hook.error_at = int(datetime.now(UTC).timestamp())
                    await asyncio.sleep(self.retry_seconds)
                if update in self._updates:
                    self._updates.remove(update)

    async def _post(self, update: dict[str, Any]) -> int:
        headers = {"Content-Type": "application/json"}
        if self.hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.hook.secret
        try:
            async with self._out.post(self.hook.url, data=orjson.dumps(update), headers=headers) as got:
                await got.read()
                return got.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        values: dict[str, Any] = dict(request.query)
        form = await request.post() if request.method == "POST" else {}
        values |= dict(form)
        call = Call(method=request.match_info["method"], values=values)
        self.calls.append(call)
        try:
            result = await self._call(request, call)
        except Refuse as refuse:
            call.status = refuse.status
            body: dict[str, Any] = {"ok": False, "error_code": refuse.status, "description": refuse.description}
            if refuse.parameters:
                body["parameters"] = refuse.parameters
            return web.json_response(body, status=refuse.status)
        if isinstance(result, web.StreamResponse):
            call.status = result.status
            return result
        answer = web.json_response({"ok": True, "result": result})
        if call.method == "setWebhook" and self._updates:
            await answer.prepare(request)
            await answer.write_eof()
            await self._deliver()
        return answer

    async def _call(self, request: web.Request, call: Call) -> Any:
        if request.match_info["token"] != self.token:
            raise Refuse(401, "Unauthorized")
        scripted = next((each for each in self.fails if each[0] == call.method), None)
        if scripted is not None:
            self.fails.remove(scripted)
            raise Refuse(scripted[1], scripted[2], {"retry_after": 1} if scripted[1] == 429 else None)
        method: Method | None = getattr(self, f"_do_{call.method.lower()}", None)
        if method is None:
            raise Refuse(404, "Not Found")
        return await method(request, call.values)

    async def _do_getupdates(self, request: web.Request, values: dict[str, Any]) -> Any:
        if self.hook.url:
            raise Refuse(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
        if self._poll is not None:
            self._poll.set()
        mine = self._poll = asyncio.Event()
        offset, hold = int(values.get("offset", 0)), float(values.get("timeout", 0))
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        end = asyncio.get_running_loop().time() + hold
        while not self._updates and (left := end - asyncio.get_running_loop().time()) > 0:
            self._news.clear()
            # Short naps: a second poller must be noticed too.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(left, 0.05))
            if mine.is_set():
                raise Refuse(409, "Conflict: terminated by other getUpdates request; make sure that only one bot "
                                  "instance is running")
        if self._poll is mine:
            self._poll = None
        return self._updates[:int(values.get("limit", 100))]

    async def _do_setwebhook(self, request: web.Request, values: dict[str, Any]) -> Any:
        url = values.get("url", "")
        if not url.startswith(("https://", "http://127.0.0.1:")):
            raise Refuse(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        kinds = tuple(orjson.loads(values.get("allowed_updates", "[]")))
        self.hook = Hook(url=url, secret=values.get("secret_token", ""), kinds=kinds)
        return True

    async def _do_deletewebhook(self, request: web.Request, values: dict[str, Any]) -> Any:
        self.hook = Hook()
        if str(values.get("drop_pending_updates", "")).lower() == "true":
            self._updates.clear()
        return True

    async def _do_getwebhookinfo(self, request: web.Request, values: dict[str, Any]) -> Any:
        info: dict[str, Any] = {"url": self.hook.url, "has_custom_certificate": False,
                                "pending_update_count": len(self._updates)}
        if self.hook.error:
            info |= {"last_error_date": self.hook.error_at, "last_error_message": self.hook.error}
        return info
