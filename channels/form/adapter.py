"""The form channel: gives the form out, takes it in, shows what became of it. Answers go elsewhere or on its page."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web

from channels.form import page, parse
from channels.form.parse import Filled
from channels.form.reading import FIELDS, posted
from channels.form.settings import Settings
from channels.form.words import WORDS
from router.errors import BadRequest, Forged, NotFound, TooMany
from router.model import Address, Fate, Finding, Health, Limits, Medium, Outbound, Said, Sent, Thread
from router.ports import Accepted, Wire
from router.records import ContactState
from router.routes import Access, Route
from router.web import PEER, json_answer, json_body
from settings import ChannelSettings

__all__ = ["Adapter", "Settings"]


REMEMBERED = 10_000  #: addresses whose pace is kept
PAGE_BYTES = 65_536


class Adapter:
    """One form. Fulfils `router.ports.Channel`."""

    medium = Medium.FORM

    def __init__(self, name: str, settings: Settings, common: ChannelSettings, wire: Wire) -> None:
        self.name, self.settings, self.common, self.wire = name, settings, common, wire
        self.base = f"/channels/{name}"
        self.limits = Limits(attachment_bytes=0, attachments=0, one_thread=False, forwards=True)
        self._zone = ZoneInfo(wire.zone)
        self._most = settings.files * settings.file_bytes + 4 * settings.text_chars + PAGE_BYTES  #: bytes of a form
        self._paces = {"peer": Pace(settings.per_hour), "address": Pace(settings.per_hour_address)}

    def routes(self) -> Sequence[Route]:
        """The form, where it is sent, and the page of what became of it."""
        csp = ("default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; "
               f"base-uri 'none'; frame-ancestors {' '.join([chr(39) + 'self' + chr(39), *self.settings.origins])}")
        # The form itself looks for help articles while somebody writes; nothing else runs a script.
        policies = dict.fromkeys(("form", "submit"), f"{csp}; script-src 'self'; connect-src 'self'")
        pages = [("GET", "form", self.give, "The contact form", PAGE_BYTES), ("GET", "form.css", self.css, "Its looks",
                  PAGE_BYTES), ("GET", "snippet", self.snippet, "What a site pastes to show the form", PAGE_BYTES),
                 ("GET", "track/{thread}", self.track, "What became of a form", PAGE_BYTES)]
        lines = 6 * self.settings.text_chars + PAGE_BYTES
        takes = [("POST", "submit", self.submit, "Send the form (browser, multipart or urlencoded)", self._most),
                 ("POST", "messages", self.take_json, "Send the form (JSON)", lines),
                 ("POST", "track/{thread}", self.more, "Add to a form that was sent", PAGE_BYTES)]
        return [*(Route(method=method, path=f"{self.base}/{path}", handler=handler, access=Access.PUBLIC,
                        csp=policies.get(path, csp), summary=summary, max_bytes=size)
                  for method, path, handler, summary, size in pages),
                Route(method="OPTIONS", path=f"{self.base}/messages", handler=self.preflight, access=Access.PUBLIC,
                      summary="Which sites may send the form as JSON"),
                *(Route(method=method, path=f"{self.base}/{path}", handler=handler, access=Access.VISITOR,
                        csp=policies.get(path, csp), summary=summary, max_bytes=size,
                        errors=(400, 403, 413, 429, 503))
                  for method, path, handler, summary, size in takes)]

    async def give(self, request: web.Request) -> web.Response:
        """An empty form with its ticket."""
        lang = self._language(request.query.get("language", ""))
        return _html(page.form(self.settings, self.base, lang, self._ticket(), Filled()))

    async def css(self, request: web.Request) -> web.Response:
        """One small file."""
        return web.Response(text=page.CSS, content_type="text/css", headers={"Cache-Control": "max-age=3600"})

    async def snippet(self, request: web.Request) -> web.Response:
        """Two of them, Persian and English."""
        base = f"{self.wire.base_url}{self.base}"
        return web.Response(text="".join(page.snippet(self.settings, base, lang) for lang in WORDS))

    async def submit(self, request: web.Request) -> web.Response:
        """A browser's form. What is wrong is shown beside the field, with everything that was written."""
        await self._ours(request)
        fields, files = await posted(request, self._most)
        lang = self._language(fields.get("language", ""))
        filled = parse.filled(fields, files, self.settings)
        if fields.get(parse.TRAP):
            # A machine learns nothing.
            return _html(page.thanks(self.settings, self.base, lang, "—", f"{self.base}/form"))
        now = self.wire.clock()
        key, why = "", ""
        if "ticket" in fields:
            key, why = parse.punched(fields["ticket"], self.settings, self.name, now)
            if why == "forged":
                await self.wire.refused("bad-ticket")
                raise Forged("this form is not ours")
        if filled.wrong or why:
            ticket = fields["ticket"] if key else self._ticket()
            shown = page.form(self.settings, self.base, lang, ticket, filled, why)
            return _html(shown, status=200 if why else 422)
        self._slow_down(request, filled)
        accepted, thread = await self._take(filled, parse.key_of(key, fields, now), lang, fields)
        return _html(page.thanks(self.settings, self.base, lang, _reference(accepted), f"{self.base}/track/{thread}"))

    async def take_json(self, request: web.Request) -> web.Response:
        """The same for programs and scripts of a site; `Idempotency-Key` makes repeating it harmless."""
        origin = await self._ours(request)
        data = await json_body(request)
        fields = {name: value for name, value in data.items() if isinstance(value, str)}
        if len(data) > FIELDS or len(fields) != len(data):
            raise BadRequest(f"at most {FIELDS} fields, each a text")
        filled = parse.filled(fields, [], self.settings)
        lang = self._language(fields.get("language", ""))
        if filled.wrong:
            name, code = next(iter(filled.wrong.items()))
            raise BadRequest(WORDS[lang][code], field=name)
        self._slow_down(request, filled)
        stated = request.headers.get("Idempotency-Key", "") or fields.get("key", "")
        accepted, thread = await self._take(filled, parse.key_of(stated, fields, self.wire.clock()), lang, fields)
        return json_answer({"reference": _reference(accepted), "repeated": accepted.fate is Fate.DUPLICATE,
                            "track": f"{self.wire.base_url}{self.base}/track/{thread}"}, status=201,
                           headers=_cors(origin))

    async def preflight(self, request: web.Request) -> web.Response:
        """What a browser asks before it sends JSON from another site."""
        origin = await self._ours(request)
        return web.Response(status=204, headers={
            **_cors(origin), "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "Content-Type, Idempotency-Key", "Access-Control-Max-Age": "3600"})

    async def track(self, request: web.Request) -> web.Response:
        """Only who knows the unguessable name of the thread gets here."""
        thread, lang = request.match_info["thread"], self._language(request.query.get("language", ""))
        line = await self.wire.reads.line(self.name, thread)
        if line is None:
            raise NotFound("there is no such form")
        lang = line.contact.language if not request.query.get("language") and line.contact.language in WORDS else lang
        ended = line.contact.state in (ContactState.CLOSED, ContactState.ABANDONED)
        state = "closed" if ended else "waiting" if line.contact.answered_at is None else "active"
        messages = await self.wire.reads.thread(self.name, thread)
        more = f"{self.base}/track/{thread}"
        return _html(page.track(self.base, lang, line.contact.reference, state, messages, more, self._zone))

    async def more(self, request: web.Request) -> web.Response:
        """Another word in the same thread; the browser is sent back to the page."""
        await self._ours(request)
        thread = request.match_info["thread"]
        line = await self.wire.reads.line(self.name, thread)
        if line is None:
            raise NotFound("there is no such form")
        fields, _ = await posted(request, self._most)
        text = fields.get("text", "").strip()
        if not 0 < len(text) <= self.settings.text_chars:
            raise BadRequest(WORDS[self._language("")]["long" if text else "empty"], field="text")
        self._paces["peer"].take(request.get(PEER, ""), self.wire.clock())
        now = self.wire.clock()
        key = parse.key_of("", {"text": f"{thread}\0{text}"}, now)
        sender = await self._writer(thread)
        await self.wire.accept(Said(channel=self.name, external_id=f"more-{key}", sender=sender, at=now, text=text,
                                    thread=Thread(key=thread)))
        return web.Response(status=303, headers={"Location": f"{self.base}/track/{thread}"})

    async def _writer(self, thread: str) -> Address:
        """Who sent the form first, as the channel remembered it."""
        medium, _, value = (await self.wire.reads.mark(self.name, f"thread:{thread}")).partition(":")
        if not value:
            raise NotFound("there is no such form")
        return Address(medium=Medium(medium), value=value)

    async def _take(self, filled: Filled, key: str, lang: str, fields: Mapping[str, str]) -> tuple[Accepted, str]:
        raw = "\n".join(f"{name}: {fields[name]}" for name in sorted(fields) if name != "ticket").encode(
            "utf-8", "replace")
        said = parse.said(filled, self.settings, channel=self.name, key=key, now=self.wire.clock(), lang=lang, raw=raw)
        accepted = await self.wire.accept(said)
        if accepted.fate is not Fate.DUPLICATE:
            await self.wire.reads.set_mark(self.name, f"thread:{said.thread.key}",
                                           f"{said.sender.medium.value}:{said.sender.value}")
        return accepted, said.thread.key

    async def _ours(self, request: web.Request) -> str:
        """The origin, when a form may come from there; Forged otherwise. A browser states it with every POST."""
        if not self.settings.form_secret:
            await self.wire.refused("no-secret-configured")
            raise Forged("the form's secret is not set")
        origin = request.headers.get("Origin", "")
        own = urlsplit(self.wire.base_url)
        if origin in ("", f"{own.scheme}://{own.netloc}") or origin in self.settings.origins:
            return origin
        await self.wire.refused("bad-origin")
        raise Forged("this site may not send the form")

    def _slow_down(self, request: web.Request, filled: Filled) -> None:
        now = self.wire.clock()
        self._paces["peer"].take(request.get(PEER, ""), now)
        self._paces["address"].take(filled.email.lower() or filled.mobile, now)

    def _ticket(self) -> str:
        return parse.ticket(self.settings, self.name, self.wire.clock(), secrets.token_urlsafe(12))

    def _language(self, asked: str) -> str:
        return asked if asked in WORDS else self.common.language or "fa"

    async def run(self) -> None:
        """Keep the light true until cancelled."""
        (secret,) = await self.check()
        self.wire.report(Health(code="ok" if secret.ok else "misconfigured", en=secret.en, fa=secret.fa,
                                since=self.wire.clock()))
        await asyncio.Event().wait()

    async def send(self, out: Outbound) -> Sent:
        """The answer stands on the form's own page. That it also goes by mail or SMS is the outbox's business: where
        the settings name other channels (`failover`) it never comes here unless the citizen has no address there."""
        return Sent(detail="on the page of the form")

    async def check(self) -> Sequence[Finding]:
        """There is a secret."""
        ok = bool(self.settings.form_secret)
        en, fa = ("ready", "آماده") if ok else ("form_secret is not set: nothing is taken in",
                                                "form_secret تنظیم نشده است: هیچ پیامی پذیرفته نمی‌شود")
        return [Finding(check="form-secret", ok=ok, en=en, fa=fa)]


class Pace:
    """At most so many in an hour from one address; remembers a bounded number of addresses."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: OrderedDict[str, list[datetime]] = OrderedDict()

    def take(self, who: str, now: datetime) -> None:
        """TooMany, with when to come back, when there were too many."""
        recent = [at for at in self._seen.pop(who, []) if now - at < timedelta(hours=1)]
        if len(recent) >= self._most:
            self._seen[who] = recent
            raise TooMany("too many forms in an hour", retry_after=timedelta(hours=1) - (now - recent[0]))
        self._seen[who] = [*recent, now]
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)


def _reference(accepted: Accepted) -> str:
    return accepted.line.contact.reference if accepted.line is not None else ""


def _cors(origin: str) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin else {}


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, content_type="text/html", status=status)
