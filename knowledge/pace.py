"""How often a stranger may ask: so many at once, then one every while, by address. Bounded memory, no database."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from router.errors import TooMany
from router.ports import Clock

MOST_KEYS = 10_000


class Pace:
    """Who was quiet longest is forgotten first when there are too many."""

    def __init__(self, clock: Clock, per_minute: int) -> None:
        self._clock, self._burst = clock, float(per_minute)
        self._refill = timedelta(minutes=1) / per_minute
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def take(self, key: str) -> None:
        """One more; TooMany says when the next may be."""
        now = self._clock()
        left, at = self._left.get(key, (self._burst, now))
        left = min(self._burst, left + (now - at) / self._refill)
        if left < 1:
            raise TooMany("too many questions; try again in a moment", retry_after=(1 - left) * self._refill)
        self._left[key] = (left - 1, now)
        self._left.move_to_end(key)
        while len(self._left) > MOST_KEYS:
            self._left.popitem(last=False)

    def __len__(self) -> int:
        return len(self._left)
