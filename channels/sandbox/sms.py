"""A fake SMS gateway as a real HTTP server: it takes messages like Kannel's smsbox or like a JSON provider, reports on
them, and delivers citizens' messages to a webhook. It keeps the truth of what it took. Loopback only, never a network.
"""

from __future__ import annotations

import asyncio
import hmac
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

import aiohttp
import orjson
from aiohttp import web

from channels.sandbox.loopback import Loopback

#: The last three digits of a recipient decide what happens to a message to it; any other number is answered well,
#: with the reports 8 (taken) and 1 (delivered).
MAGIC = {
    "400": "refused: the receiver is wrong",
    "403": "refused: as if the password were wrong",
    "408": "taken, but the answer never comes",
    "429": "too many messages; Retry-After 2",
    "500": "an error of the gateway, with no word on whether it took the message",
    "503": "takes nothing now",
    "666": "taken, but the answer is broken",
    "777": "taken, and the connection is cut before the answer",
    "103": "taken and queued: 3: Queued for later delivery",
    "002": "taken, then reported as failed",
    "016": "taken, then reported as rejected by the network",
    "181": "taken, the reports arrive in the wrong order: delivered before taken",
    "111": "taken, every report arrives twice",
    "000": "taken, never reported",
}
_STATUSES = {"002": (8, 2), "016": (16,), "181": (1, 8), "111": (8, 8, 1, 1), "000": (), "103": (4, 1)}
_WORDS = {1: "delivered", 2: "failed", 4: "queued", 8: "accepted", 16: "rejected"}
_STAMP = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message that a phone would get."""

    id: str
    to: str
    sender: str
    text: str
    coding: str
    report_url: str
    key: str = ""


@dataclass(slots=True, kw_only=True)
class Pushed:
    """A request of ours to the webhook, with the status of every try (0 = no answer)."""

    url: str
    statuses: list[int] = field(default_factory=list)
    body: str = ""


class FakeGateway(Loopback):
    """`await start()`, then point the channel's send_url at `send_url` (Kannel) or `json_url` (generic)."""

    def __init__(self, *, inbound_url: str = "", secret: str = "", username: str = "app", password: str = "pw",
                 tries: int = 4, retry_seconds: float = 0.2) -> None:
        self.inbound_url, self.secret = inbound_url, secret
        self.username, self.password = username, password
        self.tries, self.retry_seconds = tries, retry_seconds
        self.sent: list[Taken] = []  #: in the order taken
        self.asked: list[tuple[str, int]] = []  #: every request: recipient and the status it got (0 = none)
        self.reports: list[Pushed] = []
        self.said: list[Pushed] = []

    def application(self) -> web.Application:
        """Kannel's smsbox, and the JSON provider."""
        app = web.Application()
        app.router.add_get("/cgi-bin/sendsms", self._sendsms)
        app.router.add_post("/cgi-bin/sendsms", self._form_post)
        app.router.add_post("/messages", self._messages)
        return app

    @property
    def send_url(self) -> str:
        """Kannel's address."""
        return f"{self.url}/cgi-bin/sendsms"

    @property
    def json_url(self) -> str:
        """The JSON provider's address."""
        return f"{self.url}/messages"

    async def say(self, sender: str, text: str, *, to: str = "3000", id: str = "", at: datetime | None = None) -> int:
        """A citizen writes, Kannel's way. Repeated with the same id until 2xx, `tries` times; the last status."""
        when = at or datetime.now(UTC)
        values = {"from": sender, "to": to, "text": text, "ts": f"{when:{_STAMP}}", "coding": "0", "charset": "UTF-8",
                  "smsc": "FAKE", "id": id or str(uuid.uuid4()), "udh": "", "secret": self.secret}
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
        pushed = Pushed(url=f"{self.inbound_url}?{query}")
        self.said.append(pushed)
        return await self._push(pushed)

    async def say_json(self, sender: str, text: str, *, header: str = "X-Webhook-Secret", signed: bool = False,
                       id: str = "", to: str = "3000") -> int:
        """The same, the JSON provider's way: the secret in a header, or an HMAC of the body there."""
        record = {"from": sender, "to": to, "text": text, "id": id or str(uuid.uuid4()),
                  "ts": datetime.now(UTC).isoformat()}
        body = orjson.dumps(record).decode()
        shown = hmac.new(self.secret.encode(), body.encode(), "sha256").hexdigest() if signed else self.secret
        pushed = Pushed(url=self.inbound_url, body=body)
        self.said.append(pushed)
        return await self._push(pushed, {header: shown})

    async def _push(self, pushed: Pushed, headers: dict[str, str] | None = None) -> int:
        for turn in range(self.tries):
            if turn:
                await asyncio.sleep(self.retry_seconds)
            pushed.statuses.append(await self._once(pushed, headers))
            if 200 <= pushed.statuses[-1] < 300:
                break
        return pushed.statuses[-1]

    async def _once(self, pushed: Pushed, headers: dict[str, str] | None) -> int:
        method, body = ("POST", pushed.body) if pushed.body else ("GET", None)
        kind = {"Content-Type": "application/json"} if body else {}
        try:
            async with self._out.request(method, pushed.url, data=body, headers={**kind, **(headers or {})}) as got:
                await got.read()
                return got.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def _form_post(self, request: web.Request) -> web.Response:
        return web.Response(status=400, text="Invalid content-type")

    async def _sendsms(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        if (query.get("username"), query.get("password")) != (self.username, self.password):
            return self._refuse(query.get("to", ""), 403, "Authorization failed for sendsms")
        if not query.get("to", "").strip():
            return self._refuse("", 400, "Missing receiver number, rejected")
        taken = Taken(id=str(uuid.uuid4()), to=query["to"], sender=query.get("from", ""), text=query.get("text", ""),
                      coding=query.get("coding", "0"), report_url=query.get("dlr-url", ""))
        wrong = await self._magic(request, taken)
        if wrong is not None:
            return wrong
        queued = taken.to.endswith("103")
        answer = web.Response(status=202, text="3: Queued for later delivery" if queued else "0: Accepted for delivery")
        return await self._answer(request, taken, answer)

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.password}":
            return self._refuse("", 401, "who are you?")
        body = orjson.loads(await request.read())
        key = request.headers.get("Idempotency-Key", "")
        known = next((each for each in self.sent if key and each.key == key), None)
        if known is not None:
            return web.json_response({"id": known.id})
        taken = Taken(id=str(uuid.uuid4()), to=body["to"], sender=body.get("from", ""), text=body["text"], coding="",
                      report_url=body.get("report_url", ""), key=key)
        wrong = await self._magic(request, taken)
        if wrong is not None:
            return wrong
        return await self._answer(request, taken, web.json_response({"id": taken.id}))

    async def _magic(self, request: web.Request, taken: Taken) -> web.Response | None:
        """What a magic recipient gets instead of the ordinary answer."""
        last = taken.to[-3:]
        if last in ("408", "666", "777"):
            self.sent.append(taken)
            self.asked.append((taken.to, 0 if last != "666" else 202))
        if last == "408":
            await asyncio.sleep(3600)
        if last == "777" and request.transport is not None:
            request.transport.abort()
        if last in ("666", "777"):
            return web.Response(status=202, text="<html>??")
        if last in ("400", "403", "500", "503"):
            return self._refuse(taken.to, int(last), MAGIC[last])
        if last == "429":
            return self._refuse(taken.to, 429, MAGIC[last], {"Retry-After": "2"})
        return None

    def _refuse(self, to: str, status: int, words: str, headers: dict[str, str] | None = None) -> web.Response:
        self.asked.append((to, status))
        return web.Response(status=status, text=words, headers=headers)

    async def _answer(self, request: web.Request, taken: Taken, answer: web.Response) -> web.StreamResponse:
        self.sent.append(taken)
        self.asked.append((taken.to, answer.status))
        # The answer goes out first: a report often overtakes what the sender still does with the answer.
        await answer.prepare(request)
        await answer.write_eof()
        if taken.report_url:
            for status in _STATUSES.get(taken.to[-3:], (8, 1)):
                await self.report(taken, status)
        return answer

    async def report(self, taken: Taken, status: int) -> int:
        """Tell the sender what became of a message: 1, 2, 4, 8 or 16. The last HTTP status."""
        if taken.coding:
            url = taken.report_url.replace("%d", str(status)).replace("%t", quote(f"{datetime.now(UTC):{_STAMP}}"))
            pushed = Pushed(url=url)
        else:
            record = {"id": taken.id, "status": _WORDS[status], "ts": datetime.now(UTC).isoformat()}
            pushed = Pushed(url=taken.report_url, body=orjson.dumps(record).decode())
        self.reports.append(pushed)
        return await self._push(pushed)
