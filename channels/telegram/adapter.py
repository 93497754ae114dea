"""The Telegram channel: updates in by webhook or polling, messages out. What they mean, `parse` and `compose` say."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web
from telegram.error import TelegramError

from channels.lenient import read_json
from channels.telegram import compose
from channels.telegram.api import Answer, Api, FileFault, send_error
from channels.telegram.content import Wanted
from channels.telegram.listen import Poller, Watcher
from channels.telegram.parse import Parsed, chat_of, message_id, parse, quarantined
from channels.telegram.settings import Settings
from channels.telegram.words import finding, light
from router.errors import BadRequest, Forged, InvalidMessage, Misconfigured, NotFound, SendError, Unavailable
from router.model import Finding, Limits, Medium, Outbound, Part, Said, Sent, Upload
from router.ports import Wire
from router.routes import Access, Route
from settings import ChannelSettings

__all__ = ["Adapter", "Settings"]

log = logging.getLogger("pishkhan.telegram")

MAX_BYTES = 1_000_000
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
#: After so many failed tries an update is put aside for a person, so that those behind it come through.
TRIES = 5
_TRIED = 1000


class Adapter:
    """One bot. Fulfils `router.ports.Channel`."""

    medium = Medium.TELEGRAM

    def __init__(self, name: str, settings: Settings, common: ChannelSettings, wire: Wire) -> None:
        self.name, self.settings, self.common, self.wire = name, settings, common, wire
        self.limits = Limits(text_chars=compose.TEXT_UNITS * 5, attachment_bytes=compose.FILE_BYTES,
                             attachments=5, buttons=compose.BUTTONS)
        self._api: Api | None = None
        self._tries: dict[str, int] = {}

    @property
    def webhook_url(self) -> str:
        """Where the server delivers updates in webhook mode."""
        return f"{self.wire.base_url}/channels/{self.name}/webhook"

    def routes(self) -> Sequence[Route]:
        """The webhook; in polling mode it refuses, as nobody is asked to call it."""
        return [Route(method="POST", path=f"/channels/{self.name}/webhook", handler=self._webhook, access=Access.SIGNED,
                      summary="An update from the Bot API server", max_bytes=MAX_BYTES, errors=(400, 403, 413, 503))]

    async def _webhook(self, request: web.Request) -> web.Response:
        shown = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        secret = self.settings.webhook_secret.encode()
        reason = ("not-in-webhook-mode" if self.settings.mode != "webhook" else "no-secret-configured" if not secret
                  else "" if hmac.compare_digest(shown, secret) else "bad-secret")
        if reason:
            await self.wire.refused(reason)
            raise Forged("the secret is missing or wrong")
        raw = await request.read()
        update = read_json(raw)
        if not isinstance(update, dict):
            raise BadRequest("an update is a JSON object")
        await self._take(update, raw)
        return web.Response()

    async def _take(self, update: Any, raw: bytes) -> None:
        """One update, to its commit. Raises what intake raises; after TRIES failures the update is put aside."""
        parsed = parse(update, raw, channel=self.name, now=self.wire.clock(), messenger=self.settings.messenger)
        key = parsed.item.external_id
        tried = self._tries.pop(key, 0)
        if tried >= TRIES:
            log.error("update put aside channel=%s update=%s after %d tries", self.name, key, tried)
            parsed = quarantined(parsed, "intake-failed")
        elif parsed.files and isinstance(parsed.item, Said):
            parsed = replace(parsed, item=await self._with_files(parsed.item, parsed.files))
        while len(self._tries) >= _TRIED:
            del self._tries[next(iter(self._tries))]
        self._tries[key] = tried + 1
        try:
            await self.wire.accept(parsed.item)
        except Unavailable:
            self._tries[key] = tried  # the store's trouble, not the update's
            raise
        self._tries.pop(key, None)
        await self._answer(parsed)

    async def _with_files(self, said: Said, wanted: tuple[Wanted, ...]) -> Said:
        """The message with its files. One that cannot be had is a note in the data; the message is taken anyway."""
        uploads, missing = [], []
        for each in wanted:
            try:
                async with asyncio.timeout(self.settings.file_seconds):
                    content = await self._file(each)
                uploads.append(Upload(name=each.name, media_type=each.media_type, content=content))
            except (FileFault, TimeoutError) as fault:
                reason = str(fault) or "timeout"
                log.warning("file not fetched channel=%s item=%s reason=%s", self.name, said.external_id, reason)
                missing.append({"name": each.name, "media_type": each.media_type, "size": each.size, "reason": reason})
        data = {**said.data, "missing_files": missing} if missing else said.data
        return replace(said, uploads=tuple(uploads), data=data)

    async def _file(self, wanted: Wanted) -> bytes:
        if wanted.size > self.settings.max_file_bytes:
            raise FileFault("too-large")
        return await self._bot().fetch(wanted.file_id, self.settings.max_file_bytes)

    async def _answer(self, parsed: Parsed) -> None:
        """Stop the pressed button from turning. Only a courtesy: the press itself is committed."""
        if parsed.callback:
            try:
                await self._bot().answer(parsed.callback)
            except TelegramError as error:
                log.info("button not answered channel=%s error=%s", self.name, send_error(error).provider_code)

    def _bot(self) -> Api:
        if self._api is None:
            self._api = Api(self.settings)
        return self._api

    async def run(self) -> None:
        """Poll, or keep the webhook registered, until cancelled."""
        lacking = self._lacking()
        try:
            if lacking:
                self.wire.report(replace(light(lacking), since=self.wire.clock()))
                await asyncio.Event().wait()
            elif self.settings.mode == "polling":
                await Poller(self.name, self.settings, self.wire, self._bot, self._take).run()
            else:
                await Watcher(self.name, self.settings, self.wire, self._bot, self.webhook_url).run()
        finally:
            await self.close()

    def _lacking(self) -> str:
        if not self.settings.token:
            return "no-token"
        return "no-secret" if self.settings.mode == "webhook" and not self.settings.webhook_secret else ""

    async def close(self) -> None:
        """Let go of the connections."""
        if self._api is not None:
            api, self._api = self._api, None
            await api.close()

    async def send(self, out: Outbound) -> Sent:
        """Send the text in pieces, then the files, leaving out what went before. Raises a SendError that names the
        piece that failed and those that went."""
        if not self.settings.token:
            raise Misconfigured("token is not set", provider_code="token")
        chat = chat_of(out.to.value, self.settings.messenger)
        if chat is None:
            raise InvalidMessage("the recipient is no chat of this messenger", provider_code="address")
        went: list[tuple[int, str]] = []
        for piece in compose.pieces(out):
            if piece.index in out.parts_done:
                continue
            try:
                number = await self._bot().send(chat, piece, await self._content(piece))
            except TelegramError as error:
                raise _placed(send_error(error), piece.index, went) from None
            except SendError as error:
                raise _placed(error, piece.index, went) from None
            went.append((piece.index, message_id(chat, int(number))))
        parts = sorted({**out.parts_done, **dict(went)}.items())
        return Sent(parts=tuple(Part(index=index, external_id=number) for index, number in parts))

    async def _content(self, piece: compose.Piece) -> bytes:
        if piece.file is None:
            return b""
        try:
            return await self.wire.blobs.read(piece.file.digest)
        except NotFound:
            raise InvalidMessage("a file of this message is no longer kept", provider_code="file") from None

    async def check(self) -> Sequence[Finding]:
        """Token, secret, getMe, getWebhookInfo; changes nothing at the server."""
        webhook = self.settings.mode == "webhook"
        found = [finding("token", bool(self.settings.token))]
        if webhook:
            found.append(finding("webhook-secret", bool(self.settings.webhook_secret)))
        if not self.settings.token:
            return found
        try:
            found.append(finding("get-me", True, f"@{await self._bot().me()}"))
            known = await self._bot().webhook()
        except TelegramError as error:
            word = str(error.status) if isinstance(error, Answer) else type(error.__cause__ or error).__name__
            return [*found, finding("get-me", False, word)]
        right = known.url == self.webhook_url if webhook else not known.url
        detail = str(known.pending_update_count) if right else known.last_error_message or known.url or "none is set"
        return [*found, finding("webhook" if webhook else "polling", right, detail[:200])]


def _placed(error: SendError, index: int, went: list[tuple[int, str]]) -> SendError:
    """The same error, with the piece it happened at and the pieces that went before it."""
    error.part, error.parts = index, tuple(went)
    return error
