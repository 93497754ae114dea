"""How updates reach us: polling with a remembered offset, or a webhook that is registered and watched."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
from telegram.error import TelegramError

from channels.telegram.api import Answer, Api, send_error
from channels.telegram.content import integer, word
from channels.telegram.settings import Settings
from channels.telegram.words import light
from router.errors import Throttled, Unavailable
from router.model import Health
from router.ports import Wire
from router.rules.text import clean

log = logging.getLogger("pishkhan.telegram")

Take = Callable[[Any, bytes], Awaitable[None]]
#: Waits between failed polls, longer each time.
_BACKOFF = (1, 2, 5, 10, 30, 60)
_LONGEST = timedelta(minutes=10)


def health_of(error: TelegramError) -> Health:
    """The channel's light for a failed request."""
    if isinstance(error, Answer):
        if error.status in (401, 404):
            return light("bad-token")
        if error.status == 409:
            return light("conflict")
        if error.status == 429:
            return light("throttled")
        return light("unreachable", f"{error.status}")
    return light("unreachable", type(error.__cause__ or error).__name__)


def pause(error: TelegramError, failures: int) -> float:
    """Seconds until the next try: what the server asked for, or longer from failure to failure."""
    meaning = send_error(error)
    if isinstance(meaning, Throttled):
        return min(meaning.retry_after, _LONGEST).total_seconds()
    return float(_BACKOFF[min(failures, len(_BACKOFF)) - 1])


class Poller:
    """Asks for updates until cancelled. An update is confirmed to the server only after its commit."""

    def __init__(self, name: str, settings: Settings, wire: Wire, api: Callable[[], Api], take: Take) -> None:
        self.name, self.settings, self.wire, self._api, self._take = name, settings, wire, api, take
        # Another bot counts from another number.
        self._mark = f"offset:{settings.bot}"

    async def run(self) -> None:
        """Never ends by itself."""
        failures, cleared = 0, False
        while True:
            try:
                if not cleared:
                    await self._clear()
                    cleared = True
                    # A first poll can stay open long; that we got so far is the good news.
                    self._report(light("ok"))
                await self._once()
                if failures:
                    self._report(light("ok"))
                failures = 0
            except TelegramError as error:
                failures, cleared = failures + 1, False
                self._report(health_of(error))
                log.warning("polling failed channel=%s error=%s", self.name, send_error(error).provider_code)
                await asyncio.sleep(pause(error, failures))
            except Unavailable:
                failures += 1
                self._report(light("store"))
                await asyncio.sleep(1)
            except Exception:
                # Whatever went wrong, the updates still wait at the server.
                failures += 1
                log.exception("polling failed channel=%s", self.name)
                await asyncio.sleep(_BACKOFF[min(failures, len(_BACKOFF)) - 1])

    def _report(self, health: Health) -> None:
        self.wire.report(replace(health, since=self.wire.clock()))

    async def _clear(self) -> None:
        """A webhook and polling exclude each other."""
        if (await self._api().webhook()).url:
            await self._api().delete_webhook()

    async def _once(self) -> None:
        stored = await self.wire.reads.mark(self.name, self._mark)
        offset = int(stored) if stored.lstrip("-").isdigit() else None
        following = offset
        try:
            for update in await self._api().updates(offset):
                await self._take(update, _raw(update))
                number = integer(update.get("update_id")) if isinstance(update, dict) else None
                # An update without a number would come for ever: step over it, it is kept raw.
                following = number + 1 if number is not None else (following or 0) + 1
        finally:
            if following is not None and following != offset:
                await self.wire.reads.set_mark(self.name, self._mark, str(following))


def _raw(update: Any) -> bytes:
    """The update's JSON again; without it when it cannot be written, which the parser then finds too deep to read."""
    try:
        return orjson.dumps(update)
    except orjson.JSONEncodeError:
        pass
    try:
        return json.dumps(update).encode()
    except (ValueError, RecursionError):
        return b""


class Watcher:
    """Registers our webhook and keeps an eye on how the server fares with it, until cancelled."""

    def __init__(self, name: str, settings: Settings, wire: Wire, api: Callable[[], Api], url: str) -> None:
        self.name, self.settings, self.wire, self._api, self.url = name, settings, wire, api, url
        self._registered = False

    async def run(self) -> None:
        """Never ends by itself."""
        failures = 0
        while True:
            try:
                self._report(await self._look())
                failures = 0
            except Answer as error:
                failures += 1
                refused = error.status == 400
                self._report(light("refused-webhook", error.words) if refused else health_of(error))
                await asyncio.sleep(max(5.0, pause(error, failures)) if refused else pause(error, failures))
                continue
            except TelegramError as error:
                failures += 1
                self._report(health_of(error))
                await asyncio.sleep(pause(error, failures))
                continue
            await asyncio.sleep(self.settings.watch_seconds)

    def _report(self, health: Health) -> None:
        self.wire.report(replace(health, since=self.wire.clock()))

    async def _look(self) -> Health:
        known = await self._api().webhook()
        if known.url != self.url and (not known.url or not self._registered):
            # At the start whatever was there is replaced: it is the address of an earlier set-up.
            await self._api().set_webhook(self.url)
            self._registered = True
            return light("ok")
        if known.url != self.url:
            # Somebody registered after us: taking it back and forth would lose updates on both sides.
            return light("elsewhere")
        if not self._registered:
            # The address is right, the secret may have changed since.
            await self._api().set_webhook(self.url)
            self._registered = True
        recent = known.last_error_date is not None and (
            self.wire.clock() - known.last_error_date < timedelta(seconds=self.settings.watch_seconds * 2))
        if recent and known.pending_update_count:
            return light("deliveries", clean(word(known.last_error_message), limit=150))
        return light("ok")
