"""The SMS channel: takes webhooks in and hands messages to the gateway; `parse` and `compose` know what they mean."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from aiohttp.connector import Connection

from channels.sms import compose, gsm, parse
from channels.sms.settings import Settings
from router.errors import BadRequest, Forged, InvalidMessage, Misconfigured, SendError, Unreachable
from router.model import Finding, Health, Limits, Medium, Outbound, Sent
from router.ports import Wire
from router.routes import Access, Route
from settings import ChannelSettings

__all__ = ["Adapter", "Settings"]

MAX_BYTES = 256 * 1024
MAX_ANSWER = 64 * 1024


class Adapter:
    """One SMS channel. Fulfils `router.ports.Channel`."""

    medium = Medium.SMS

    def __init__(self, name: str, settings: Settings, common: ChannelSettings, wire: Wire) -> None:
        self.name = name
        self.common = common
        self.settings = settings
        self.wire = wire
        self.limits = Limits(text_chars=gsm.UCS2.part * settings.max_parts, attachment_bytes=0, attachments=0)

    def routes(self) -> Sequence[Route]:
        """The webhooks: `inbound` for citizens' messages, `delivery` for reports on ours."""
        methods = ("GET",) if self.settings.dialect == "kannel" else ("GET", "POST")
        places = (("inbound", self._inbound, "A text message from the gateway"),
                  ("delivery", self._delivery, "A gateway's report on a message of ours"))
        return [Route(method=method, path=f"/channels/{self.name}/{place}", handler=handler, access=Access.SIGNED,
                      summary=summary, max_bytes=MAX_BYTES, errors=(400, 403, 413, 503))
                for place, handler, summary in places for method in methods]

    async def _inbound(self, request: web.Request) -> web.Response:
        raw = await self._checked(request)
        arrival = parse.Arrival(channel=self.name, settings=self.settings, now=self.wire.clock())
        if self.settings.dialect == "kannel":
            await self.wire.accept(parse.kannel_said(request.rel_url.raw_query_string, arrival))
        else:
            for record in self._records(request, raw):
                await self.wire.accept(parse.generic_said(record, _kept(record, raw), arrival))
        # Kannel would send the body back to the citizen as a message: it stays empty.
        return web.Response()

    async def _delivery(self, request: web.Request) -> web.Response:
        raw = await self._checked(request, sealed=True)
        query = request.rel_url.raw_query_string
        delivery = parse.number_of(parse.fields(query))
        arrival = parse.Arrival(channel=self.name, settings=self.settings, now=self.wire.clock(), delivery=delivery)
        if self.settings.dialect == "kannel":
            found = [parse.kannel_receipt(query, arrival)]
        else:
            records = self._records(request, raw)
            found = [parse.generic_receipt(record, _kept(record, raw), arrival) for record in records]
        known = [receipt for receipt in found if receipt is not None]
        if not known:
            raise BadRequest("this is no delivery report: it names no message of ours or no state that is mapped")
        for receipt in known:
            await self.wire.accept(receipt)
        return web.Response()

    def _records(self, request: web.Request, raw: bytes) -> list[Mapping[str, Any]]:
        if request.method == "GET" or request.content_type == "application/x-www-form-urlencoded":
            text = request.rel_url.raw_query_string if request.method == "GET" else raw.decode("utf-8", "replace")
            pairs = {name: value.decode("utf-8", "replace") for name, value in parse.fields(text).items()}
            pairs.pop(self.settings.secret_field, None)
            return [pairs]
        return parse.records(_json(raw), self.settings.items)

    async def _checked(self, request: web.Request, *, sealed: bool = False) -> bytes:
        """The body, after the gateway showed the secret. Forged otherwise, and recorded."""
        body = await request.read()
        reason = self._refusal(request, body, sealed=sealed)
        if reason:
            await self.wire.refused(reason)
            raise Forged("the secret is missing or wrong")
        return body

    def _refusal(self, request: web.Request, body: bytes, *, sealed: bool) -> str:
        secret, settings = self.settings.webhook_secret, self.settings
        if not secret:
            return "no-secret-configured"
        query = parse.fields(request.rel_url.raw_query_string)
        shown, number = query.get(settings.secret_field, b""), parse.number_of(query)
        if sealed and number is not None:
            right = compose.seal(settings, self.name, number).encode()
            if hmac.compare_digest(shown, right):
                return ""
        if settings.dialect == "kannel" or settings.check == "query":
            return "" if hmac.compare_digest(shown, secret.encode()) else "bad-secret"
        header = request.headers.get(settings.secret_header, "").encode("utf-8", "surrogateescape")
        if settings.check == "header":
            return "" if hmac.compare_digest(header, secret.encode()) else "bad-secret"
        signed = body if request.method == "POST" else request.rel_url.raw_query_string.encode()
        right = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
        return "" if hmac.compare_digest(header.lower().removeprefix(b"sha256="), right) else "bad-signature"

    async def run(self) -> None:
        """Keep the channel's light true until cancelled."""
        while True:
            self.wire.report(await self._health())
            await asyncio.sleep(self.settings.probe_seconds or 3600)

    async def send(self, out: Outbound) -> Sent:
        """Hand one message to the gateway, which cuts it into parts. Raises a SendError."""
        if not self.settings.send_url:
            raise Misconfigured("send_url is not set", provider_code="send-url")
        if 0 in out.parts_done:
            return Sent(detail="was handed over before")
        if self.settings.dialect == "kannel":
            return await self._send_kannel(compose.kannel_query(out, self.settings, self.wire.base_url))
        body = compose.generic_body(out, self.settings, self.wire.base_url)
        headers = {"Content-Type": "application/json", **compose.headers(out, self.settings)}
        status, answer, after = await self._exchange("POST", data=orjson.dumps(body), headers=headers)
        return compose.generic_answer(status, _loose(answer), after, self.settings)

    async def _send_kannel(self, query: list[tuple[str, str]]) -> Sent:
        # GET: smsbox refuses a form POST ("Invalid content-type").
        status, answer, _ = await self._exchange("GET", params=query)
        return compose.kannel_answer(status, answer.decode("utf-8", "replace"))

    async def _exchange(self, method: str, **request: Any) -> tuple[int, bytes, str]:
        """One request; status, body, Retry-After. Unreachable when it cannot have gone, Doubtful when it may have."""
        settings = self.settings
        timeout = aiohttp.ClientTimeout(
            total=settings.connect_seconds + settings.answer_seconds, sock_connect=settings.connect_seconds)
        try:
            async with aiohttp.ClientSession(connector=_Once(force_close=True), timeout=timeout) as session, \
                    session.request(method, settings.send_url, allow_redirects=False, **request) as got:
                body = bytearray()
                async for chunk in got.content.iter_chunked(MAX_ANSWER):
                    body += chunk
                    if len(body) >= MAX_ANSWER:
                        break
                return got.status, bytes(body), got.headers.get("Retry-After", "")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            detail = f"no connection to the gateway ({type(error).__name__})"
            raise Unreachable(detail, provider_code="connect") from None
        except aiohttp.InvalidURL:
            raise Misconfigured("send_url is no address", provider_code="send-url") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            detail = f"the connection broke after the message was written ({type(error).__name__})"
            raise compose.doubtful(self.settings, detail, "broken") from None

    async def check(self) -> Sequence[Finding]:
        """Secret, address and login. Kannel is asked with a request that names no receiver: it sends nothing."""
        found = [_finding(name, bool(getattr(self.settings, name))) for name in _NEEDED]
        if self.settings.send_url and self.settings.dialect == "kannel":
            error = await self._probe()
            en, fa = ("the gateway takes our login", "درگاه ورود ما را می‌پذیرد") if error is None else (
                f"{error.en} ({error.detail})", error.fa)
            found.append(Finding(check="gateway", ok=error is None, en=en, fa=fa))
        return found

    async def _probe(self) -> SendError | None:
        """None when the gateway takes our login: it then only misses the receiver."""
        login = [("username", self.settings.username), ("password", str(self.settings.password)), ("text", "")]
        try:
            await self._send_kannel(login)
        except InvalidMessage:
            return None
        except SendError as error:
            return error
        return None

    async def _health(self) -> Health:
        lacking = [_finding(name, False) for name in _NEEDED if not getattr(self.settings, name)]
        if lacking:
            return self._light("misconfigured", lacking[0].en, lacking[0].fa)
        if self.settings.dialect == "kannel" and self.settings.probe_seconds:
            error = await self._probe()
            if error is not None:
                code = "misconfigured" if isinstance(error, Misconfigured) else "down"
                return self._light(code, f"{error.en} ({error.detail})", error.fa)
        return self._light("ok", "ready", "آماده")

    def _light(self, code: str, en: str, fa: str) -> Health:
        return Health(code=code, en=en, fa=fa, since=self.wire.clock())


class _Once(aiohttp.TCPConnector):
    """Gives one connection and no second. aiohttp silently repeats a GET whose answer was cut off; the gateway would
    take the message twice."""

    given = False

    async def connect(self, *args: Any, **kwargs: Any) -> Connection:
        if self.given:
            raise aiohttp.ServerDisconnectedError
        connection = await super().connect(*args, **kwargs)
        self.given = True
        return connection


_NEEDED = {
    "webhook_secret": ("nothing is taken in", "هیچ پیامی پذیرفته نمی‌شود"),
    "send_url": ("nothing is sent", "هیچ پیامی فرستاده نمی‌شود"),
}


def _finding(name: str, ok: bool) -> Finding:
    check = name.replace("_", "-")
    if ok:
        return Finding(check=check, ok=True, en=f"{name} is set", fa=f"{name} تنظیم شده است")
    en, fa = _NEEDED[name]
    return Finding(check=check, ok=False, en=f"{name} is not set: {en}", fa=f"{name} تنظیم نشده است: {fa}")


def _json(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        # A lone surrogate is wrong JSON for orjson; the standard library takes it, and the text is cleaned later.
        try:
            return json.loads(raw)
        except (ValueError, RecursionError):
            raise BadRequest("the body is not valid JSON") from None


def _loose(raw: bytes) -> Any:
    try:
        return _json(raw)
    except BadRequest:
        return None


def _kept(record: Mapping[str, Any], body: bytes) -> bytes:
    """The record as it may be stored; the whole body when it cannot be written as JSON again (depth, surrogates)."""
    try:
        return orjson.dumps(record)
    except orjson.JSONEncodeError:
        return body
