"""What few numbers can honestly say: intervals, and whether two shares differ. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z = 1.96  #: 95 of 100 such intervals hold the true share
FEW = 10  #: of less, a difference that does not show may still be there
STRENGTH = 10.0  #: so many imagined contacts with the usual outcome stand beside the real ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`of` things, `count` of them so; the true share lies between `low` and `high` (Wilson, 95 %)."""

    count: int
    of: int
    low: float
    high: float


def wilson(count: int, of: int) -> Share:
    """The share with its interval (Wilson, 1927); of nothing, anything is possible."""
    if of <= 0:
        return Share(count=0, of=0, low=0.0, high=1.0)
    p, square = count / of, _Z * _Z
    middle = p + square / (2 * of)
    spread = _Z * math.sqrt(p * (1 - p) / of + square / (4 * of * of))
    whole = 1 + square / of
    return Share(count=count, of=of, low=max(0.0, (middle - spread) / whole), high=min(1.0, (middle + spread) / whole))


def verdict(ours: Share, others: Share) -> str:
    """"more", "fewer" when the intervals do not touch. Otherwise "few" when there are too few to say, else "unknown":
    enough were counted, and no difference shows."""
    if ours.of and others.of and ours.low > others.high:
        return "more"
    if ours.of and others.of and ours.high < others.low:
        return "fewer"
    return "few" if min(ours.of, others.of) < FEW else "unknown"
