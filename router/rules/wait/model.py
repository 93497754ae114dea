"""Learns how long people really wait from what could be known beforehand, and how far off it is. Pure; asks no clock.

The logarithm of the wait is a linear function of a few logarithms, found by recursive least squares that slowly forget;
the interval comes from what the last estimates were off by. With too little history it says what an exponential wait
with the mean of the formula would give.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FEW = 20  #: with fewer answered than that nothing is learned yet
_KEPT = 300  #: so many of the last errors count
_FORGET = 0.995
_PRIOR = (-2.6, -0.37, 1.1)  #: the logarithm of an exponential with mean 1, a little wider than 10, 50 and 90 %
_SPREAD = (1.0, 0.05, 0.05, 0.05, 0.05)  #: how sure the beginning is: of the formula very, of the rest it learns
_LEAST, _MOST = math.log(1 / 8), math.log(8)  #: what is learned corrects the formula by no more
_MIDDLE = 0.56  #: a little over the median: late answers are worse than early ones
_ASIDE, _STEP = (0.04, 0.18), 0.004  #: the share left out on each side follows the coverage, between these
_LEAN, _LEANS = 0.05, math.log(4)  #: a medium's own correction moves by so much, and goes no further
_WIDEN, _WIDEST = 0.12, math.log(3)  #: so does how much wider or narrower its intervals are
_OUTSIDE = 0.2  #: the share of waits that may lie outside


def leaned(lean: float, middle: float, wait: float) -> float:
    """A medium's own correction (a logarithm), moved so that waits fall under the middle as often as they should.

    Media that learn together may be served unlike: those with the longer promise stand behind."""
    return min(_LEANS, max(-_LEANS, lean + _LEAN * (_MIDDLE - (wait <= middle))))


def widened(wide: float, held: bool) -> float:
    """How much wider a medium's intervals are than those of the media it learns with (a logarithm), moved so that as
    many waits lie outside as may."""
    return min(_WIDEST, max(-_WIDEST, wide + _WIDEN * ((not held) - _OUTSIDE)))


def fitted(low: float, middle: float, high: float, lean: float, wide: float) -> tuple[float, float, float]:
    """An interval with a medium's own corrections."""
    times, moved = math.exp(wide), middle * math.exp(lean)
    return moved * (low / middle) ** times, moved, moved * (high / middle) ** times


@dataclass(slots=True)
class Record:
    """How estimates of one medium came true: published with every estimate."""

    n: int = 0
    covered: int = 0
    error: float = 0.0  #: sum of |estimate - wait|
    drift: float = 0.0  #: sum of estimate - wait
    waited: float = 0.0  #: sum of waits

    def add(self, low: float, middle: float, high: float, wait: float) -> None:
        """One came true."""
        self.n += 1
        self.covered += low <= wait <= high
        self.error += abs(middle - wait)
        self.drift += middle - wait
        self.waited += wait

    @property
    def coverage(self) -> float | None:
        """Share of waits within their interval; None of none."""
        return self.covered / self.n if self.n else None

    def figures(self) -> dict[str, Any]:
        """n, coverage, mean error and bias in shares of the mean wait."""
        return {"n": self.n, "coverage": None if not self.n else round(self.covered / self.n, 4),
                "error": round(self.error / self.waited, 4) if self.waited else None,
                "bias": round(self.drift / self.waited, 4) if self.waited else None,
                "mean_wait": round(self.waited / self.n, 2) if self.n else None}


@dataclass(slots=True)
class Model:
    """One pool of contacts at one stage of waiting. Values are logarithms of seconds."""

    weights: list[float] = field(default_factory=lambda: [0.0, 1.0, 0.0, 0.0, 0.0])
    spread: list[list[float]] = field(default_factory=lambda: [
        [_SPREAD[i] if i == j else 0.0 for j in range(5)] for i in range(5)])
    errors: deque[float] = field(default_factory=deque)
    ordered: list[float] = field(default_factory=list)
    aside: float = 0.1
    learned: int = 0

    def interval(self, x: Sequence[float]) -> tuple[float, float, float]:
        """(low, middle, high) in seconds. `x`: 1, then the formula's logarithm, then other logarithms."""
        if self.learned < FEW:
            low, middle, high = (x[1] + each for each in _PRIOR)
        else:
            point = self._point(x)
            low, middle, high = (point + self._quantile(q) for q in (self.aside, _MIDDLE, 1.0 - self.aside))
        top = x[1] + 2 * _MOST
        return math.exp(min(low, top)), math.exp(min(middle, top)), math.exp(min(high, top))

    def learn(self, x: Sequence[float], wait: float) -> None:
        """Somebody was answered after `wait` seconds."""
        y = math.log(max(1.0, wait))
        point = self._point(x)
        if self.learned >= FEW:
            inside = point + self._quantile(self.aside) <= y <= point + self._quantile(1.0 - self.aside)
            self.aside = min(_ASIDE[1], max(_ASIDE[0], self.aside + (_STEP * 0.2 if inside else -_STEP * 0.8)))
        self._remember(y - point)
        self._follow(x, y)
        self.learned += 1

    def to_data(self) -> dict[str, Any]:
        """JSON-able."""
        return {"weights": self.weights, "spread": self.spread, "errors": list(self.errors), "aside": self.aside,
                "learned": self.learned}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Model:
        """The model again."""
        return cls(weights=list(data["weights"]), spread=[list(row) for row in data["spread"]],
                   errors=deque(data["errors"]), ordered=sorted(data["errors"]), aside=data["aside"],
                   learned=data["learned"])

    def _point(self, x: Sequence[float]) -> float:
        point = sum(a * b for a, b in zip(self.weights, x, strict=True))
        return min(x[1] + _MOST, max(x[1] + _LEAST, point))

    def _quantile(self, share: float) -> float:
        # with n errors known the next one lies under the k-th with probability k / (n + 1)
        place = min(max(share * (len(self.ordered) + 1) - 1.0, 0.0), len(self.ordered) - 1.0)
        low = int(place)
        high = min(low + 1, len(self.ordered) - 1)
        return self.ordered[low] + (self.ordered[high] - self.ordered[low]) * (place - low)

    def _remember(self, error: float) -> None:
        self.errors.append(error)
        insort(self.ordered, error)
        if len(self.errors) > _KEPT:
            del self.ordered[bisect_left(self.ordered, self.errors.popleft())]

    def _follow(self, x: Sequence[float], y: float) -> None:
        """Recursive least squares with forgetting; the spread is held down, or calm weeks would make it wild."""
        reach = [sum(row[j] * x[j] for j in range(5)) for row in self.spread]
        scale = _FORGET + sum(a * b for a, b in zip(x, reach, strict=True))
        miss = y - sum(a * b for a, b in zip(self.weights, x, strict=True))
        self.weights = [w + r / scale * miss for w, r in zip(self.weights, reach, strict=True)]
        self.spread = [[(self.spread[i][j] - reach[i] * reach[j] / scale) / _FORGET for j in range(5)]
                       for i in range(5)]
        trace = sum(self.spread[i][i] for i in range(5))
        if trace > 5.0:
            self.spread = [[value * 5.0 / trace for value in row] for row in self.spread]
