"""Web chat: a widget on any web page. Routes, the loop and the outgoing side; keeps no message itself.

How an answer reaches the visitor: the thread in the store is the visitor's mailbox, and the widget reads it by
journal position. So `send` has nobody to call: once the outbox has marked a message sent, that very event stirs the
visitor's live sockets. A message is shown only from then on, so order, rate and withdrawal are the outbox's business
here as on every other channel. The browser answers `seen` with the position it holds: this settles the deliveries up
to there as DELIVERED, and as READ when the panel was open before somebody's eyes. A crash between the two marks
leaves `uncertain`; such a message is shown as well, and the next `seen` settles it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from aiohttp import WSCloseCode, web

from channels.webchat import protocol
from channels.webchat.assets import Assets
from channels.webchat.files import Files, across
from channels.webchat.gate import Gate
from channels.webchat.parse import Who
from channels.webchat.rooms import Rooms
from channels.webchat.settings import Settings
from channels.webchat.socket import HEARTBEAT_SECONDS, Link
from channels.webchat.thread import Thread
from channels.webchat.watch import Watch
from router.errors import BadRequest, TooMany, Unavailable
from router.model import Finding, Health, Limits, Medium, Outbound, Part, Sent
from router.ports import Wire
from router.routes import Access, Route
from router.web import json_answer
from settings import ChannelSettings

__all__ = ["Adapter", "Settings"]

SOCKETS_PER_VISITOR = 8
SESSION_BYTES = 6000


class Adapter:
    """One web chat."""

    medium = Medium.WEBCHAT

    def __init__(self, name: str, settings: Settings, common: ChannelSettings, wire: Wire) -> None:
        self.name = name
        self.limits = Limits(
            text_chars=20_000, attachment_bytes=20_000_000, attachments=10, buttons=12, live=True,
        )
        self._settings = settings
        self._wire = wire
        self._rooms = Rooms(settings.leave_seconds)
        self._gate = Gate(name, wire, settings.allowed_origins, settings.requests_per_minute,
                          str(settings.identity_secret))
        self._thread = Thread(name, wire, self._gate, self._rooms, text_chars=settings.text_chars,
                              messages_per_minute=settings.messages_per_minute)
        self._files = Files(name, wire, self._gate, settings.upload_types if settings.uploads else ())
        self._assets = Assets(name, widget_config(settings))
        self._watch = Watch(name, wire, self._thread, self._rooms)
        self._links: set[Link] = set()

    def routes(self) -> Sequence[Route]:
        """Everything under /channels/<name>/."""
        at, files, assets = f"/channels/{self.name}/", self._files, self._assets
        return (
            Route(method="GET", path=at + "widget.js", handler=assets.widget, access=Access.PUBLIC,
                  summary="The chat widget", cors=True),
            Route(method="GET", path=at + "demo", handler=assets.demo, access=Access.PUBLIC,
                  summary="A sample page with the chat widget"),
            Route(method="GET", path=at + "demo.css", handler=assets.demo_style, access=Access.PUBLIC,
                  summary="The sample page's style"),
            Route(method="POST", path=at + "session", handler=across(self._gate, self.session), access=Access.VISITOR,
                  summary="Begin or renew a visitor's session", max_bytes=SESSION_BYTES, errors=(403, 429)),
            Route(method="GET", path=at + "socket", handler=self.socket, access=Access.VISITOR,
                  summary="The visitor's live connection", socket=True, errors=(403, 429, 503)),
            Route(method="POST", path=at + "upload", handler=across(self._gate, files.upload), access=Access.VISITOR,
                  summary="Take in a file before the message that carries it", max_bytes=self._settings.upload_bytes,
                  errors=(403, 413, 429, 503)),
            Route(method="OPTIONS", path=at + "upload", handler=across(self._gate, files.preflight),
                  access=Access.PUBLIC, summary="Whether a site may upload"),
            Route(method="GET", path=at + "file/{digest}", handler=files.file, access=Access.VISITOR,
                  summary="An attachment of the visitor's own thread", errors=(403, 404)),
        )

    async def session(self, request: web.Request) -> web.Response:
        """POST session: {"token"?, "identity"?} -> {"visitor", "token"}. A valid token keeps its visitor; who is signed
        in at the host site is the same visitor everywhere, has what they said on this browser before as their own, and
        is left behind with the host site's session."""
        self._gate.hurry(request)
        try:
            data: Any = orjson.loads(await request.read() or b"{}")
        except orjson.JSONDecodeError:
            raise BadRequest("the body is not valid JSON") from None
        fields = data if isinstance(data, dict) else {}
        given, identity = fields.get("token", ""), fields.get("identity", "")
        kept = await self._gate.known(given) if isinstance(given, str) and given else ""
        if isinstance(identity, str) and identity:
            visitor = await self._gate.signed_in(request, identity)
            await self._thread.recognise(
                Who(channel=self.name, visitor=visitor).known(self._gate.identity(identity)), kept)
        else:
            visitor = kept if kept.startswith("v") else await self._gate.newcomer()
        return json_answer({"visitor": visitor, "token": await self._gate.token(visitor)})

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """GET socket: upgrades after origin, token and counts are right."""
        await self._gate.origin(request)
        visitor = await self._gate.visitor(request)
        if self._rooms.count(visitor) >= SOCKETS_PER_VISITOR:
            raise TooMany("too many windows are open")
        if len(self._links) >= self._settings.sockets:
            raise Unavailable("too many visitors now")
        socket = web.WebSocketResponse(
            protocols=(protocol.SUBPROTOCOL,), compress=False, heartbeat=HEARTBEAT_SECONDS, timeout=5,
            max_msg_size=protocol.FRAME_BYTES,
        )
        try:
            await socket.prepare(request)
        except ConnectionError:
            return web.Response()  # the browser is gone already; nobody reads this
        link = Link(socket, _cutter(request), self._thread, Who(channel=self.name, visitor=visitor),
                    greet=self._settings.greet, preview=self._settings.typing_preview,
                    copies=self._settings.transcript)
        self._links.add(link)
        self._rooms.enter(visitor, link)
        try:
            await link.serve()
        finally:
            self._links.discard(link)
            self._rooms.leave(visitor, link, time.monotonic())
        return socket

    async def run(self) -> None:
        """Watch the journal for the visitors who are here, and for those who left."""
        await self._gate.sealer()
        self._wire.report(Health(code="ok"))
        try:
            await self._watch.run()
        finally:
            # Shutting down: the browsers come back by themselves; a few seconds are all they are owed.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await asyncio.gather(*(link.close(WSCloseCode.GOING_AWAY, "restarting") for link in self._links))

    async def send(self, out: Outbound) -> Sent:
        """The message stands in the thread already; see the module's first lines."""
        return Sent(parts=(Part(index=0, external_id=out.key),))

    async def check(self) -> Sequence[Finding]:
        """Key, origins, transport."""
        await self._gate.sealer()
        settings, base = self._settings, self._wire.base_url
        named = len(settings.allowed_origins)
        where = ("any site", "هر سایتی") if "*" in settings.allowed_origins else (f"{named} sites", f"{named} سایت")
        return (
            Finding(check="webchat-key", ok=True, en="The signing key is there.", fa="کلید امضا آماده است."),
            Finding(check="webchat-origins", ok=True,
                    en=f"Besides our own pages, {where[0]} may embed the widget (allowed_origins).",
                    fa=f"جز صفحه‌های خودمان، {where[1]} می‌تواند ابزارک را بگذارد (allowed_origins)."),
            Finding(check="webchat-https", ok=named == 0 or base.startswith("https://"),
                    en="Sites on https reach the desk only on https (server.base_url).",
                    fa="سایت‌های https تنها به پیشخوان روی https وصل می‌شوند (server.base_url)."),
        )


def _cutter(request: web.Request) -> Callable[[], None]:
    def cut() -> None:
        if request.transport is not None:
            request.transport.abort()

    return cut


def widget_config(settings: Settings) -> dict[str, Any]:
    """What the widget knows of its channel before it has said anything to it."""
    return {
        "title": {"fa": settings.title_fa, "en": settings.title_en},
        "greeting": {"fa": settings.greeting_fa, "en": settings.greeting_en},
        "accent": settings.accent, "ink": ink_on(settings.accent), "greet": settings.greet,
        "textChars": settings.text_chars, "preview": settings.typing_preview, "transcript": settings.transcript,
        "ask": list(settings.ask), "askRequired": settings.ask_required, "askWhenAway": settings.ask_when_away,
        "uploadBytes": settings.upload_bytes,
        "uploads": settings.uploads, "uploadTypes": list(settings.upload_types),
    }


def ink_on(colour: str) -> str:
    """Black or white, whichever is read better on the colour (contrast by WCAG 2.2, relative luminance)."""
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "#111111"
