"""Runs what is due: sleeps until the next timer in the database, never polls. Knows no timer by itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping

from router.errors import PishkhanError
from router.ports import Batch, Bus, Clock, Store, Tx, Whisper
from router.records import Timer

log = logging.getLogger("pishkhan.timers")
Handler = Callable[[Tx, Timer], None]
#: Events after which a timer may have been set or cleared.
_SETTING = frozenset(
    {"offer-made", "offer-ended", "contact-changed", "contact-queued", "agent-changed", "contact-edited",
     "article-changed", "flow-step", "flow-ended"}
)
_LONGEST = 3600.0  #: seconds; also bounds how long a clock that steps goes unnoticed


class Timers:
    """One loop over one table."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, handlers: Mapping[str, Handler]) -> None:
        self._store, self._bus, self._clock, self._handlers = store, bus, clock, handlers

    async def run(self) -> None:
        """Until cancelled."""
        listener = self._bus.subscribe("timers", size=10_000)
        try:
            while True:
                wait = await self._fire()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        while not _matters(await listener.get()):
                            pass
                # Whatever else is there was committed before the next look at the table.
                while listener.get_nowait() is not None:
                    pass
        finally:
            listener.close()

    async def _fire(self) -> float:
        """Run everything due; returns the seconds until the next one."""
        try:
            while due := await self._store.snapshot(lambda tx: tx.timers.due(self._clock())):
                await asyncio.gather(*(self._one(timer) for timer in due))
            following = await self._store.snapshot(lambda tx: tx.timers.next_due())
        except PishkhanError as error:
            log.error("timers cannot be read: %s", error.code)
            return 1.0
        if following is None:
            return _LONGEST
        return min(_LONGEST, max(0.0, (following - self._clock()).total_seconds()))

    async def _one(self, timer: Timer) -> None:
        def unit(tx: Tx) -> None:
            tx.timers.clear(timer.kind, timer.subject)
            handler = self._handlers.get(timer.kind)
            if handler is not None:
                handler(tx, timer)
        try:
            await self._store.run(unit, name=f"timer-{timer.kind}")
        except PishkhanError as error:
            # The unit was undone, the timer with it; a timer that cannot be handled must not spin.
            log.error("timer kind=%s subject=%s failed: %s", timer.kind, timer.subject, error.code)
            await asyncio.sleep(0.2)


def _matters(what: object) -> bool:
    if isinstance(what, Whisper):
        return what.topic == "timers"
    return isinstance(what, Batch) and any(entry.name in _SETTING for entry in what.entries)
