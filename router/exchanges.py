"""Writes the log of exchanges with providers beside the work, in batches: bounded, and never waited for."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from aiohttp import web

from router.errors import PishkhanError, Unavailable
from router.ports import Clock, Store
from router.routes import Access, Route
from router.rules.exchange import KEPT, MOST, Exchange, path_of, shape

log = logging.getLogger("pishkhan.exchanges")
BUFFER = 2_000  #: lines that may wait to be written; beyond that the oldest are lost, and counted
BATCH = 200
_PAUSE = 0.5  #: seconds between two writes, so that a busy channel costs one unit and not a hundred
_SWEEP = timedelta(hours=1)


class Exchanges:
    """Call it with an `Exchange`; `run` writes."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._waiting: deque[Exchange] = deque(maxlen=BUFFER)
        self._wake = asyncio.Event()
        self._swept = clock() - _SWEEP
        self.lost = 0

    def __call__(self, exchange: Exchange) -> None:
        """Take a line; costs nothing that could be waited for."""
        self.lost += len(self._waiting) == BUFFER
        self._waiting.append(exchange)
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled; what waits then is written first."""
        try:
            while True:
                await self._wake.wait()
                await asyncio.sleep(_PAUSE)
                self._wake.clear()
                await self._write()
        finally:
            await self._write()

    async def _write(self) -> None:
        while self._waiting:
            lines = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            try:
                await self._store.run(lambda tx, lines=lines: tx.channels.keep(lines),  # type: ignore[misc]
                                      name="exchanges")
                if self._clock() - self._swept >= _SWEEP:
                    self._swept = self._clock()
                    await self._store.run(lambda tx: tx.channels.forget(tx.now - KEPT, most=MOST), name="forget")
            except Unavailable:
                self.lost += len(lines)
                log.warning("the exchange log cannot be written lost=%d", self.lost)
                return


def logged(route: Route, channel: str, exchanged: Callable[[Exchange], None], clock: Clock) -> Route:
    """A provider's route that leaves a line for each request; other routes as they are."""
    if route.access is not Access.SIGNED or route.socket:
        return route

    async def handle(request: web.Request) -> web.StreamResponse:
        began, status, outcome = time.perf_counter(), 500, "fault"
        try:
            answer = await route.handler(request)
            status, outcome = answer.status, "ok"
            return answer  # type: ignore[no-any-return]
        except PishkhanError as error:
            status, outcome = error.status, error.code
            raise
        finally:
            # aiohttp keeps the body once the handler has read it; what was refused unread stays so.
            body = request._read_bytes or b""
            exchanged(Exchange(
                channel=channel, at=clock(), way="in", method=request.method, path=path_of(str(request.rel_url)),
                status=status, millis=int((time.perf_counter() - began) * 1000),
                asked=shape(body, request.content_type), outcome=outcome))
    return replace(route, handler=handle)
