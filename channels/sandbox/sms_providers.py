"""Fake Twilio and fake Kavenegar as real HTTP servers: they take messages the way the providers document, report on
them and deliver citizens' messages. They keep the truth of what they took. Loopback only, never a network.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import itertools
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from channels.sandbox.loopback import Loopback

#: The last three digits of a recipient decide what happens; any other number is taken and reported as delivered.
MAGIC = {
    "400": "invalid message", "403": "login refused", "408": "taken, the answer never comes",
    "429": "too many, wait 2 s",
    "500": "an error, no word whether it was taken", "503": "takes nothing now", "610": "the citizen said stop",
    "420": "refused with a code", "666": "taken, the answer is broken", "777": "taken, cut off before the answer",
    "002": "taken, reported as failed", "181": "taken, reports in the wrong order", "111": "taken, every report twice",
    "000": "taken, never reported",
}
_REPORTS = {"002": ("sent", "failed"), "181": ("delivered", "sent"), "111": ("sent", "sent", "delivered", "delivered"),
            "000": ()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message that a phone would get."""

    id: str
    to: str
    text: str
    callback: str
    own: str = ""  #: our number of it, where the dialect has one


class Provider(Loopback):
    """What both have: a server, magic recipients, reports that go out after the answer."""

    def __init__(self, *, token: str = "pw", inbound_url: str = "", report_url: str = "") -> None:
        self.token, self.inbound_url, self.report_url = token, inbound_url, report_url
        self.sent: list[Taken] = []
        self.asked: list[str] = []  #: recipient of every request
        self.pushed: list[tuple[str, int]] = []  #: what was told to the house, and its status
        self._ids = itertools.count(1)

    def application(self) -> web.Application:
        """One handler for every path; `url` is the channel's `api_base`."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        return app

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        early = self.early(request, form)
        if early is not None:
            return early
        taken = self.taken(form, f"{next(self._ids):06}")
        last = taken.to[-3:]
        self.asked.append(taken.to)
        refused = self.refused(last)
        if refused is not None:
            return refused
        self.sent.append(taken)
        if last == "408":
            await asyncio.sleep(3600)
        if last == "777" and request.transport is not None:
            request.transport.abort()
        if last == "666":
            return web.Response(status=200, text="<html>??")
        answer = self.accepted(taken)
        await answer.prepare(request)
        await answer.write_eof()
        for state in _REPORTS.get(last, ("sent", "delivered")):
            await self.report(taken, state)
        return answer

    async def post(self, url: str, form: dict[str, str], headers: dict[str, str] | None = None) -> int:
        """One request to the house; its status (0 = no answer)."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            async with self._out.post(url, data=urlencode(form), headers={**kind, **(headers or {})}) as got:
                await got.read()
                status = got.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        self.pushed.append((url, status))
        return status

    def early(self, request: web.Request, form: dict[str, str]) -> web.Response | None:
        """An answer before there is a message: wrong login, or a question about the account."""
        raise NotImplementedError

    def taken(self, form: dict[str, str], number: str) -> Taken:
        """The message of a request."""
        raise NotImplementedError

    def refused(self, last: str) -> web.Response | None:
        """What a magic recipient gets instead of being taken."""
        raise NotImplementedError

    def accepted(self, taken: Taken) -> web.Response:
        """The answer to a message that is taken."""
        raise NotImplementedError

    async def report(self, taken: Taken, state: str) -> int:
        """Tell the house what became of a message: sent, delivered or failed."""
        raise NotImplementedError


class FakeTwilio(Provider):
    """Messages.json, status callbacks, incoming messages, all signed."""

    account = "AC00000000000000000000000000000001"
    _CODES: ClassVar = {"400": (400, 21211), "403": (401, 20003), "429": (429, 20429), "420": (400, 30007),
              "500": (500, 20500),             "503": (503, 20503), "610": (400, 21610)}

    def early(self, request: web.Request, form: dict[str, str]) -> web.Response | None:
        """Basic auth with the account and its token."""
        right = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {right}":
            return _error(401, 20003)
        if request.method == "GET":
            return web.json_response({"sid": self.account, "status": "active"})
        return None if form.get("To") else _error(400, 21604)

    def taken(self, form: dict[str, str], number: str) -> Taken:
        """The message of a request."""
        return Taken(id=f"SM{number:0>32}", to=form["To"], text=form["Body"], callback=form.get("StatusCallback", ""))

    def refused(self, last: str) -> web.Response | None:
        """By the error dictionary."""
        if last not in self._CODES:
            return None
        return _error(*self._CODES[last], {"Retry-After": "2"} if last == "429" else None)

    def accepted(self, taken: Taken) -> web.Response:
        """201, queued."""
        return web.json_response({"sid": taken.id, "status": "queued", "error_code": None}, status=201)

    async def report(self, taken: Taken, state: str) -> int:
        """A status callback."""
        word = "undelivered" if state == "failed" else state
        form = {"MessageSid": taken.id, "SmsSid": taken.id, "MessageStatus": word, "To": taken.to,
                "AccountSid": self.account, "ApiVersion": "2010-04-01"}
        return await self.push(taken.callback, form | ({"ErrorCode": "30003"} if state == "failed" else {}))

    async def say(self, sender: str, text: str, *, sid: str = "", **more: str) -> int:
        """A citizen writes."""
        sid = sid or f"SM{next(self._ids):0>32}"
        form = {"MessageSid": sid, "SmsSid": sid, "AccountSid": self.account, "From": sender, "To": "+15005550006",
                "Body": text, "NumMedia": "0", "NumSegments": "1", "ApiVersion": "2010-04-01"}
        return await self.push(self.inbound_url, form | more)

    async def push(self, url: str, form: dict[str, str]) -> int:
        """A signed request."""
        words = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        seal = base64.b64encode(hmac.new(self.token.encode(), words.encode(), hashlib.sha1).digest()).decode()
        return await self.post(url, form, {"X-Twilio-Signature": seal})


class FakeKavenegar(Provider):
    """sms/send, account/info, and the two addresses that are entered in the provider's panel."""

    _CODES: ClassVar = {"400": 411, "403": 403, "429": 451, "420": 420, "500": 500, "503": 409}

    def early(self, request: web.Request, form: dict[str, str]) -> web.Response | None:
        """The key stands in the path."""
        steps = request.match_info["path"].split("/")
        if steps[:2] != ["v1", self.token]:
            return _kavenegar(403)
        if steps[2] == "account":
            return _kavenegar(200, {"remaincredit": 1500, "type": "Master"})
        return None if form.get("receptor") else _kavenegar(400)

    def taken(self, form: dict[str, str], number: str) -> Taken:
        """The message of a request."""
        return Taken(id=f"85463{number}", to=form["receptor"], text=form["message"], callback=self.report_url,
                     own=form.get("localid", ""))

    def refused(self, last: str) -> web.Response | None:
        """By the table of return codes; a blocked recipient is an entry with state 14."""
        if last == "610":
            return _kavenegar(200, [{"messageid": 8546399, "status": 14, "statustext": "بلاک شده"}])
        return _kavenegar(self._CODES[last]) if last in self._CODES else None

    def accepted(self, taken: Taken) -> web.Response:
        """200 with one entry."""
        return _kavenegar(200, [{
            "messageid": int(taken.id), "message": taken.text, "status": 1, "statustext": "در صف ارسال",
            "sender": "10004346", "receptor": taken.to, "date": 1356619709, "cost": 120}])

    async def report(self, taken: Taken, state: str) -> int:
        """A state to the address in the panel."""
        number = {"sent": "5", "delivered": "10", "failed": "11"}[state]
        return await self.post(taken.callback, {"messageid": taken.id, "status": number})

    async def say(self, sender: str, text: str, *, number: str = "", to: str = "10004346") -> int:
        """A citizen writes."""
        return await self.post(self.inbound_url, {
            "messageid": number or str(next(self._ids)), "from": sender, "to": to, "message": text})


def _error(status: int, code: int, headers: dict[str, str] | None = None) -> web.Response:
    body = {"code": code, "message": "planted", "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status}
    return web.json_response(body, status=status, headers=headers)


def _kavenegar(code: int, entries: Any = None) -> web.Response:
    headers = {"Retry-After": "2"} if code == 451 else None
    return web.json_response({"return": {"status": code, "message": "planted"}, "entries": entries},
                             status=code if 400 <= code < 600 else 200, headers=headers)
