"""The voice channel: takes a carrier's webhooks in and answers with the next document of the call.

`steps` decides what happens at each step and `outgoing` acts on live calls; here are routes, signatures and the
self-check. A call is never dropped because the house is busy: it is asked to hold and does the same step again.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from aiohttp import web

from channels.voice import flow, parse, signature, twiml
from channels.voice.dialplan import Dialplan
from channels.voice.flow import Script
from channels.voice.outgoing import SPOKEN_CHARS, Outgoing
from channels.voice.parse import Hook, Place
from channels.voice.settings import Settings
from channels.voice.speech import Synthesiser
from channels.voice.steps import Steps
from channels.voice.talks import Report, Step
from channels.voice.voicing import Voicing
from router.errors import Forged, SendError, Unavailable
from router.model import Finding, Health, Limits, Medium, Outbound, Sent
from router.ports import Wire
from router.routes import Access, Route
from settings import ChannelSettings

__all__ = ["Adapter", "Settings"]

log = logging.getLogger("pishkhan.voice")

MAX_BYTES = 64 * 1024
FORM = "application/x-www-form-urlencoded"
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Adapter:
    """One telephone line. Fulfils `router.ports.Channel`."""

    medium = Medium.VOICE

    def __init__(self, name: str, settings: Settings, common: ChannelSettings, wire: Wire) -> None:
        self.name, self.settings, self.wire = name, settings, wire
        self.limits = Limits(text_chars=SPOKEN_CHARS, attachment_bytes=0, attachments=0, live=True, connects=True,
                             keys=True, immediate=True, holds=bool(settings.account_sid and settings.auth_token))
        self.language = common.language or "fa"
        base = f"{wire.base_url}/channels/{name}"
        self.script = settings.script(base)
        house = settings.speaker == "house"
        seal = settings.auth_token or settings.dialplan_secret
        self.voicing = Voicing(base, seal, wire.blobs, settings.recorded, house=house)
        self.outgoing = Outgoing(name, settings, self.script, self.voicing, wire)
        def steps(script: Script) -> Steps:
            return Steps(name, settings, script, self.outgoing, wire, self.language)
        self.steps = steps(self.script)
        self.dialplan = Dialplan(name, settings, self.script, steps, self.voicing, wire, self.language)

    def routes(self) -> Sequence[Route]:
        """Steps answer with a document; reports answer with nothing; `speech` is a sound."""
        return [
            *(self._route("POST", step, self._answering(step, act), says)
              for step, (act, says) in self.steps.documents().items()),
            *(self._route("POST", step, self._noting(act), says) for step, (act, says) in self.steps.reports().items()),
            self._route("GET", "speech", self.voicing.speech, "a sentence of ours as sound"),
            *self.dialplan.routes()]

    def _route(self, method: str, step: str, handler: Handler, says: str) -> Route:
        return Route(method=method, path=f"/channels/{self.name}/{step}", handler=handler, access=Access.SIGNED,
                     summary=f"Telephone: {says}", max_bytes=MAX_BYTES, errors=(400, 403, 413, 503))

    def _answering(self, step: str, act: Step) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            hook, place = await self._checked(request)
            try:
                document = await self.voicing.render(*await act(hook, place))
            except Unavailable:
                log.warning("voice channel=%s call=%s step=%s held: cannot commit now", self.name, hook.sid, step)
                again = replace(place, keys=hook.keys or place.keys)
                document = twiml.render(*flow.trouble(self.script, step, again))
            return web.Response(text=document, content_type="text/xml", charset="utf-8")
        return answer

    def _noting(self, act: Report) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            await act(*await self._checked(request))
            return web.Response(status=204)
        return answer

    async def _checked(self, request: web.Request) -> tuple[Hook, Place]:
        """The webhook, after its signature; Forged otherwise. Signed is the address that the carrier was given, which
        is ours whatever Host header came along."""
        raw = await request.read()
        is_form = request.content_type == FORM
        form = parse.fields(raw) if is_form else []
        genuine = signature.genuine(
            self.settings.auth_token, f"{self.wire.base_url}{request.raw_path}", form, None if is_form else raw,
            request.headers.get("X-Twilio-Signature", ""),
            settings=request.headers.get("X-Twilio-Webhooks-Signature-Settings", ""))
        if not genuine:
            await self.wire.refused("bad-signature" if self.settings.auth_token else "no-secret")
            raise Forged("the signature does not match" if self.settings.auth_token else "no auth token is set here")
        return (parse.hook(form, raw, self.settings.country, self.settings.national_digits),
                parse.place(request.query, self.language))

    async def run(self) -> None:
        """Look after live calls until cancelled."""
        try:
            if not (self.settings.auth_token or self.settings.dialplan_secret):
                self.wire.report(Health(code="misconfigured", en="The carrier's auth token is not set.",
                                        fa="رمز (auth token) سرویس تلفن تنظیم نشده است."))
            else:
                self.wire.report(Health(code="ok"))
            await self.outgoing.watch()
        finally:
            await self.outgoing.carrier.close()

    async def send(self, out: Outbound) -> Sent:
        """Speak, connect or hang up. Raises a SendError."""
        return await self.outgoing.send(out)

    async def check(self) -> Sequence[Finding]:
        """Secrets, addresses, the account at the carrier, and the programs of the house's own speaker."""
        token = bool(self.settings.auth_token or self.settings.dialplan_secret)
        public = self.wire.base_url.startswith("https://")
        found = [
            Finding(check="voice-token", ok=token,
                    en="The secret is set." if token else "The auth token is not set: every call is refused.",
                    fa="رمز سرویس تلفن تنظیم شده است." if token
                    else "رمز سرویس تلفن تنظیم نشده: هیچ تماسی پذیرفته نمی‌شود."),
            Finding(check="voice-address", ok=public, en=f"The carrier reaches us at {self.script.base}/incoming.",
                    fa=f"سرویس تلفن ما را در {self.script.base}/incoming می‌یابد.")]
        safe = re.match(r"https://|http://(?:127\.0\.0\.1|localhost|\[::1\])[:/]", self.settings.api_base) is not None
        found.append(Finding(check="voice-api", ok=safe,
                             en="Requests to the carrier are encrypted." if safe else "api_base must be https.",
                             fa="درخواست‌ها به سرویس تلفن رمز می‌شوند." if safe else "نشانی api_base باید https باشد."))
        if self.settings.speaker == "house":
            lacking = ", ".join(Synthesiser.missing())
            found.append(Finding(check="voice-speaker", ok=not lacking, en=f"Missing programs: {lacking or 'none'}.",
                                 fa=f"برنامه‌هایی که نصب نیستند: {lacking or 'هیچ'}."))
        # One's own telephone system has no account with anybody.
        own = bool(self.settings.dialplan_secret) and not self.settings.account_sid
        return found if own else [*found, await self._account()]

    async def _account(self) -> Finding:
        try:
            await self.outgoing.carrier.account_state()
        except SendError as error:
            return Finding(check="voice-account", ok=False, en=f"The carrier's account cannot be used: {error}.",
                           fa=f"حساب سرویس تلفن در دسترس نیست: {error.fa}")
        return Finding(check="voice-account", ok=True, en="The carrier knows the account.",
                       fa="حساب سرویس تلفن درست است.")
