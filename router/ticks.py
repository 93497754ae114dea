"""The core's time: whole milliseconds that never step back, made of a wall clock that may. Tells when it stepped."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from router.ports import Clock
from router.rules.telling import Moment

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
STEP = 5.0  #: seconds by which the wall may differ from what really passed before it counts as a step


class Ticks:
    """`now()` is the wall, put right so that it never goes back; `take_step()` tells how far it was set."""

    def __init__(self, clock: Clock, steady: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._steady = clock, steady
        self._last = 0
        self._shift = 0
        self._seen: tuple[datetime, float] | None = None
        self.stepped = 0.0

    def now(self) -> Moment:
        """This moment on the wall and as the core counts."""
        at, steady = self._clock(), self._steady()
        if self._seen is not None:
            passed = (at - self._seen[0]).total_seconds() - (steady - self._seen[1])
            if abs(passed) >= STEP:
                self.stepped = passed
        self._seen = (at, steady)
        wall = (at - _EPOCH) // _MILLISECOND
        if wall + self._shift < self._last:
            self._shift = self._last - wall
        self._last = wall + self._shift
        return Moment(at=at, ms=self._last, shift=self._shift)

    def take_step(self) -> float:
        """How far the clock stepped since this was asked last; 0 = it did not."""
        stepped, self.stepped = self.stepped, 0.0
        return stepped
