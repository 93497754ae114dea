"""A Bot API server over python-telegram-bot's Bot: requests out, typed errors back, files fetched with a limit.

Must not log addresses (they hold the token) nor answers (they hold a citizen's words).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx
import orjson
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    WebhookInfo,
)
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from channels.telegram.compose import Piece, refusal
from channels.telegram.content import integer, word
from channels.telegram.parse import KINDS
from channels.telegram.settings import Settings
from router.errors import Doubtful, SendError, Unreachable
from router.model import Button
from router.rules.text import clean

# httpx writes every address at INFO, python-telegram-bot every message at DEBUG.
for _name in ("httpx", "httpcore", "telegram"):
    logging.getLogger(_name).setLevel(logging.WARNING)

T = TypeVar("T")

#: The request never left: no connection, no name, no proxy, no free place in the pool.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol,
             httpx.InvalidURL)
#: What the library raises when an answer is not what the Bot API promises.
_STRANGE = (TypeError, KeyError, ValueError, AttributeError)


class Answer(TelegramError):
    """The server answered and it was no success. `error` says what that means for a message."""

    def __init__(self, status: int, error: SendError, words: str) -> None:
        super().__init__(words or str(status))
        self.status, self.error, self.words = status, error, words


class FileFault(Exception):
    """A file could not be fetched; the message says why in one word."""


class _Request(HTTPXRequest):
    """Judges every answer by itself: the library would lose the status, and log the body of a broken one."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, payload = await super().do_request(*args, **kwargs)
        data = _json(payload)
        if 200 <= status < 300 and isinstance(data, dict) and data.get("ok") is True and "result" in data:
            return status, payload
        raise answer_of(status, data)


def answer_of(status: int, data: Any) -> Answer:
    """The error for an answer that is no success; some servers answer 200 with "ok": false and the status inside."""
    found: dict[str, Any] = data if isinstance(data, dict) else {}
    answered = found.get("ok") is False
    inner = integer(found.get("error_code"))
    if answered and 200 <= status < 300:
        status = inner if inner is not None and inner >= 400 else 400
    stated = found.get("parameters")
    hints: dict[str, Any] = stated if isinstance(stated, dict) else {}
    after = hints.get("retry_after")
    seconds = float(after) if isinstance(after, int | float) and 0 <= after < 1e9 else None
    words = clean(word(found.get("description")), limit=200)
    error = refusal(status, words, retry_after=seconds, moved="migrate_to_chat_id" in hints, answered=answered)
    return Answer(status, error, words)


def send_error(error: TelegramError) -> SendError:
    """What a failed request means for the message in it."""
    if isinstance(error, Answer):
        return error.error
    cause = error.__cause__
    name = type(cause).__name__ if cause is not None else type(error).__name__
    if isinstance(cause, _NOT_SENT):
        return Unreachable(f"no connection to the server ({name})", provider_code="connect")
    return Doubtful(f"the connection broke after the message was written ({name})", provider_code="broken")


class Api:
    """One bot on one server."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._requests = (self._request(4, settings), self._request(32, settings))
        self.bot = Bot(str(settings.token), base_url=settings.api_url, base_file_url=settings.file_url,
                       get_updates_request=self._requests[0], request=self._requests[1])
        patience = httpx.Timeout(settings.answer_seconds, connect=settings.connect_seconds)
        self._files = httpx.AsyncClient(proxy=str(settings.proxy) or None, trust_env=False, timeout=patience)

    @staticmethod
    def _request(pool: int, settings: Settings) -> HTTPXRequest:
        return _Request(
            connection_pool_size=pool, connect_timeout=settings.connect_seconds, read_timeout=settings.answer_seconds,
            write_timeout=settings.answer_seconds, pool_timeout=settings.answer_seconds,
            media_write_timeout=settings.upload_seconds, proxy=str(settings.proxy) or None,
            httpx_kwargs={"trust_env": False})

    async def close(self) -> None:
        """Let go of the connections."""
        for request in self._requests:
            await request.shutdown()
        await self._files.aclose()

    async def updates(self, offset: int | None) -> list[Any]:
        """What waits from `offset` on, raw: the library would lose a whole batch over one update it cannot read."""
        hold = self.settings.poll_seconds
        query = {"timeout": hold, "limit": 100, "allowed_updates": orjson.dumps(KINDS).decode()}
        if offset is not None:
            query["offset"] = offset
        found = await self._requests[0].post(
            f"{self.bot.base_url}/getUpdates?{urlencode(query)}", read_timeout=hold + self.settings.answer_seconds)
        return found if isinstance(found, list) else []

    async def webhook(self) -> WebhookInfo:
        """How the server thinks that updates reach us."""
        return await _strict(self.bot.get_webhook_info())

    async def set_webhook(self, url: str) -> None:
        """Have updates sent to `url`, with the secret."""
        await self.bot.set_webhook(url, allowed_updates=KINDS, secret_token=str(self.settings.webhook_secret))

    async def delete_webhook(self) -> None:
        """Have updates wait for polling; none is dropped."""
        await self.bot.delete_webhook(drop_pending_updates=False)

    async def me(self) -> str:
        """The bot's own name; raises TelegramError when the token is not known."""
        return (await _strict(self.bot.get_me())).username or ""

    async def answer(self, callback: str) -> None:
        """Let a pressed button stop turning."""
        await self.bot.answer_callback_query(callback, connect_timeout=3, read_timeout=5)

    async def send(self, chat: int, piece: Piece, content: bytes) -> str:
        """Send one piece; the message's number. Plain text always: no markup can be smuggled in."""
        keys = _keys(piece.buttons)
        if piece.file is None:
            return _number(await _strict(self.bot.send_message(chat, piece.text, reply_markup=keys)))
        file = InputFile(content, filename=piece.file.name, attach=True)
        hold = self.settings.upload_seconds
        if piece.kind == "photo":
            try:
                return _number(await _strict(self.bot.send_photo(chat, file, reply_markup=keys, read_timeout=hold)))
            except Answer as refused:
                # Wrong dimensions or a broken picture: as a file it goes all the same.
                if refused.status != 400 or not ("PHOTO" in refused.words.upper() or "IMAGE" in refused.words.upper()):
                    raise
        if piece.kind == "voice":
            return _number(await _strict(self.bot.send_voice(chat, file, reply_markup=keys, read_timeout=hold)))
        return _number(await _strict(self.bot.send_document(chat, file, reply_markup=keys, read_timeout=hold)))

    async def fetch(self, file_id: str, limit: int) -> bytes:
        """A file's bytes. FileFault when it is too large, gone, or not to be had now."""
        try:
            found = await _strict(self.bot.get_file(file_id))
            if (found.file_size or 0) > limit:
                raise FileFault("too-large")
            # The library would read a local file when the server names one.
            if not (found.file_path or "").startswith(self.bot.base_file_url):
                raise FileFault("no-address")
            return await self._download(found.file_path or "", limit)
        except Answer as refused:
            big = "too big" in refused.words.lower()
            raise FileFault("too-large" if big else f"refused-{refused.status}") from None
        except (TelegramError, httpx.HTTPError, httpx.InvalidURL) as error:
            raise FileFault(f"unreachable ({type(error).__name__})") from None

    async def _download(self, url: str, limit: int) -> bytes:
        content = bytearray()
        async with self._files.stream("GET", url) as got:
            if got.status_code != 200:
                raise FileFault(f"status-{got.status_code}")
            async for chunk in got.aiter_bytes(65_536):
                content += chunk
                if len(content) > limit:
                    raise FileFault("too-large")
        return bytes(content)


async def _strict(call: Awaitable[T]) -> T:
    """The library's answer; a TelegramError also when the answer was not what the Bot API promises."""
    try:
        return await call
    except _STRANGE as fault:
        raise TelegramError("an answer that is not in the Bot API") from fault


def _keys(buttons: Sequence[Button]) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    """Buttons under the message; a keyboard that goes away after use where one shares a number or a place, because
    only such keys can (Bot API, KeyboardButton)."""
    if not buttons:
        return None
    if any(each.asks for each in buttons):
        keys = [[KeyboardButton(each.label[:200], request_contact=each.asks == "phone" or None,
                                request_location=each.asks == "location" or None)] for each in buttons]
        return ReplyKeyboardMarkup(keys, resize_keyboard=True, one_time_keyboard=True)
    return InlineKeyboardMarkup([[InlineKeyboardButton(each.label[:200], callback_data=each.value)]
                                 for each in buttons])


def _number(message: Message) -> str:
    return str(message.message_id)


def _json(payload: bytes) -> Any:
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        try:
            return json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return None


def retry_after(error: TelegramError) -> timedelta | None:
    """How long the server asked us to wait; None when it did not."""
    found = getattr(send_error(error), "retry_after", None)
    return found if isinstance(found, timedelta) else None
