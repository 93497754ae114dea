"""The SMS channel: takes webhooks in and hands messages to the provider; the dialect's module knows what they mean."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from aiohttp import web

from channels.sms import compose, gsm, joining, parse, words
from channels.sms.center import Center
from channels.sms.generic import Generic
from channels.sms.http import exchange
from channels.sms.kannel import Kannel
from channels.sms.kavenegar import Kavenegar
from channels.sms.provider import Incoming, Provider
from channels.sms.settings import Settings
from channels.sms.twilio import Twilio
from router.errors import BadRequest, Forged, Misconfigured, SendError
from router.model import Finding, Health, Item, Limits, Medium, Outbound, Said, Sent
from router.ports import Wire
from router.routes import Access, Route
from router.rules.outgoing import Caps
from settings import ChannelSettings

__all__ = ["Adapter", "Settings"]

MAX_BYTES = 256 * 1024
SWEEP_SECONDS = 60.0
NEEDED_BY_SMPP = ("host", "username", "password")
PROVIDERS: dict[str, Provider] = {
    "kannel": Kannel(), "generic": Generic(), "twilio": Twilio(), "kavenegar": Kavenegar()}


class Adapter:
    """One SMS channel. Fulfils `router.ports.Channel`."""

    medium = Medium.SMS

    def __init__(self, name: str, settings: Settings, common: ChannelSettings, wire: Wire) -> None:
        self.name = name
        self.common = common
        self.settings = settings
        self.wire = wire
        self.center = Center(name, settings, wire, self.take) if settings.dialect == "smpp" else None
        self.provider = PROVIDERS[settings.dialect] if self.center is None else PROVIDERS["kannel"]
        self.needed = NEEDED_BY_SMPP if self.center is not None else self.provider.needed
        self.limits = Limits(
            text_chars=gsm.UCS2.part * settings.max_parts, attachment_bytes=0, attachments=0, consent_by_word=True,
            part_cost=settings.part_cost, currency=settings.currency)
        self.caps = Caps(
            parts=self._parts, day=settings.cap_day, address_day=settings.cap_address_day,
            prefixes=settings.cap_prefix_day, cost=settings.part_cost, budget=settings.budget_day)

    def _parts(self, out: Outbound) -> int:
        return compose.parts_of(compose.words_of(out), self.settings)

    def routes(self) -> Sequence[Route]:
        """The webhooks: `inbound` for citizens' messages, `delivery` for reports on ours."""
        if self.center is not None:
            return []  # everything comes and goes by the session
        places = (("inbound", self._inbound, "A text message from the gateway"),
                  ("delivery", self._delivery, "A gateway's report on a message of ours"))
        return [Route(method=method, path=f"/channels/{self.name}/{place}", handler=handler, access=Access.SIGNED,
                      summary=summary, max_bytes=MAX_BYTES, errors=(400, 403, 413, 503))
                for place, handler, summary in places for method in self.provider.methods]

    async def _inbound(self, request: web.Request) -> web.Response:
        incoming = await self._checked(request)
        for item in self.provider.inbound(incoming, self._arrival(incoming)):
            await self.take(item)
        return web.Response(content_type=self.provider.answer_type)

    async def take(self, item: Item) -> None:
        """One item, after its parts are joined and its words understood; returns after the commit."""
        if isinstance(item, Said) and joining.is_part(item) and self.wire.pieces is not None:
            whole = await joining.join(item, self.wire.pieces, self.wire.clock())
            if whole is None:
                return
            await self.wire.accept(words.understood(whole, self.settings))
            await self.wire.pieces.forget(self.name, joining.name_of(item))
            return
        await self.wire.accept(words.understood(item, self.settings) if isinstance(item, Said) else item)

    async def _delivery(self, request: web.Request) -> web.Response:
        incoming = await self._checked(request, report=True)
        found = self.provider.reports(incoming, self._arrival(incoming))
        if not found:
            raise BadRequest("this is no delivery report: it names no message of ours or no state that is mapped")
        for item in found:
            await self.wire.accept(item)
        return web.Response(content_type=self.provider.answer_type)

    def _arrival(self, incoming: Incoming) -> parse.Arrival:
        return parse.Arrival(channel=self.name, settings=self.settings, now=self.wire.clock(),
                             delivery=parse.number_of(parse.fields(incoming.query)))

    async def _checked(self, request: web.Request, *, report: bool = False) -> Incoming:
        """The request, after the gateway showed that it knows the secret. Forged otherwise, and recorded."""
        incoming = Incoming(
            method=request.method, url=f"{self.wire.base_url}{request.path_qs}", query=request.rel_url.raw_query_string,
            body=await request.read(), media_type=request.content_type, report=report,
            headers={name.lower(): value for name, value in request.headers.items()})
        reason = ("no-secret-configured" if not self.secret
                  else self.provider.refusal(incoming, self.settings, self.name))
        if reason:
            await self.wire.refused(reason)
            raise Forged("the secret is missing or wrong")
        return incoming

    @property
    def secret(self) -> str:
        """What proves a webhook: Twilio signs with the account's own token."""
        return self.settings.password if self.settings.dialect == "twilio" else self.settings.webhook_secret

    async def run(self) -> None:
        """Keep the channel's light true, and give up waiting for parts that do not come, until cancelled."""
        if self.center is not None:
            return await self._run_center(self.center)
        probed = float("-inf")
        every = self.settings.probe_seconds
        loop = asyncio.get_running_loop()
        while True:
            if loop.time() - probed >= (every or 3600):
                probed = loop.time()
                self.wire.report(await self._health())
            await self.sweep()
            await asyncio.sleep(min(SWEEP_SECONDS, every or SWEEP_SECONDS, self.settings.join_seconds))

    async def _run_center(self, center: Center) -> None:
        async with asyncio.TaskGroup() as group:
            if all(getattr(self.settings, name) for name in self.needed):
                group.create_task(center.run())
                group.create_task(center.again())
            while True:
                self.wire.report(await self._health())
                await self.sweep()
                await asyncio.sleep(1.0)

    async def sweep(self) -> None:
        """Messages whose parts did not all come in time are shown as far as they did."""
        if self.wire.pieces is None:
            return
        before = self.wire.clock() - timedelta(seconds=self.settings.join_seconds)
        for kept in await self.wire.pieces.late(self.name, before):
            await self.wire.accept(joining.put_together(kept))
            await self.wire.pieces.forget(self.name, kept[0].whole)

    async def send(self, out: Outbound) -> Sent:
        """Hand one message to the provider, which cuts it into parts. Raises a SendError."""
        lacking = [name for name in self.needed if not getattr(self.settings, name)]
        if lacking:
            raise Misconfigured(f"{lacking[0]} is not set", provider_code=lacking[0].replace("_", "-"))
        if self.center is not None:
            return await self.center.send(out, compose.text_of(out, self.settings))
        if 0 in out.parts_done:
            return Sent(detail="was handed over before")
        text = compose.text_of(out, self.settings)
        request = self.provider.request(out, text, self.settings, self.wire.base_url)
        status, answer, after = await exchange(request, self.settings, self.wire, self.name)
        return self.provider.answer(status, answer, after, self.settings)

    async def check(self) -> Sequence[Finding]:
        """Secret, address and login. Where the provider has a question that sends nothing, it is asked."""
        found = [finding(name, bool(getattr(self.settings, name))) for name in self._needed()]
        if self.center is not None:
            light = self.center.health()
            return [*found, Finding(check="session", ok=light.code == "ok", en=light.en, fa=light.fa)]
        if all(each.ok for each in found) and self.provider.probe(self.settings) is not None:
            error = await self._probe()
            en, fa = ("the gateway takes our login", "درگاه ورود ما را می‌پذیرد") if error is None else (
                f"{error.en} ({error.detail})", error.fa)
            found.append(Finding(check="gateway", ok=error is None, en=en, fa=fa))
        return found

    def _needed(self) -> list[str]:
        secret = [] if self.settings.dialect in ("twilio", "smpp") else ["webhook_secret"]
        return [*secret, *self.needed]

    async def _probe(self) -> SendError | None:
        """None when the provider takes our login."""
        request = self.provider.probe(self.settings)
        if request is None:
            return None
        try:
            status, answer, _ = await exchange(request, self.settings, self.wire, self.name)
            self.provider.probed(status, answer, self.settings)
        except SendError as error:
            return error
        return None

    async def _health(self) -> Health:
        lacking = [finding(name, False) for name in self._needed() if not getattr(self.settings, name)]
        if lacking:
            return self._light("misconfigured", lacking[0].en, lacking[0].fa)
        if self.center is not None:
            return self.center.health()
        if self.settings.probe_seconds:
            error = await self._probe()
            if error is not None:
                code = "misconfigured" if isinstance(error, Misconfigured) else "down"
                return self._light(code, f"{error.en} ({error.detail})", error.fa)
        return self._light("ok", "ready", "آماده")

    def _light(self, code: str, en: str, fa: str) -> Health:
        return Health(code=code, en=en, fa=fa, since=self.wire.clock())


_NEEDED = {
    "webhook_secret": ("nothing is taken in", "هیچ پیامی پذیرفته نمی‌شود"),
    "send_url": ("nothing is sent", "هیچ پیامی فرستاده نمی‌شود"),
    "account": ("nothing is sent", "هیچ پیامی فرستاده نمی‌شود"),
    "password": ("nothing is sent and no webhook is believed", "نه پیامی می‌رود و نه پیامی پذیرفته می‌شود"),
    "username": ("nothing is sent or taken in", "نه پیامی می‌رود و نه پیامی می‌آید"),
    "host": ("nothing is sent or taken in", "نه پیامی می‌رود و نه پیامی می‌آید"),
}


def finding(name: str, ok: bool) -> Finding:
    """A line about one setting."""
    check = name.replace("_", "-")
    if ok:
        return Finding(check=check, ok=True, en=f"{name} is set", fa=f"{name} تنظیم شده است")
    en, fa = _NEEDED[name]
    return Finding(check=check, ok=False, en=f"{name} is not set: {en}", fa=f"{name} تنظیم نشده است: {fa}")
