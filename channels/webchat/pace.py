"""How often a thing may be done: one token bucket per key, bounded in number. PURE: the time comes as an argument."""

from __future__ import annotations

from collections import OrderedDict


class Pace:
    """At most `per_minute` a minute and per key; a quiet key may do all of them at once."""

    def __init__(self, per_minute: float, *, keys: int = 20_000) -> None:
        self.per_minute = per_minute
        self.keys = keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  #: key -> (tokens, at)

    def wait(self, key: str, now: float) -> float:
        """0.0 and one token is taken; or the seconds until there is one."""
        tokens, at = self._buckets.pop(key, (self.per_minute, now))
        tokens = min(self.per_minute, tokens + (now - at) * self.per_minute / 60)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        # The key that was quiet longest goes first: its bucket is the fullest, so least is forgiven.
        if len(self._buckets) > self.keys:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) * 60 / self.per_minute
