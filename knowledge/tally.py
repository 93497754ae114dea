"""What few numbers can honestly say: intervals, shares pulled towards what is usual, and whether two differ. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

K = TypeVar("K")
_Z = 1.96  #: 95 of 100 such intervals hold the true share
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
    """"more", "fewer" when the intervals do not touch; "unknown" otherwise."""
    if not ours.of or not others.of:
        return "unknown"
    return "more" if ours.low > others.high else "fewer" if ours.high < others.low else "unknown"


def values(resolved: Mapping[K, tuple[int, int]]) -> dict[K, float]:
    """(resolved, of) by article -> the share pulled towards what all of them have, as much as there is little of it."""
    good, of = sum(count for count, _ in resolved.values()), sum(all_ for _, all_ in resolved.values())
    usual = (good + 1) / (of + 2)
    return {key: (count + STRENGTH * usual) / (all_ + STRENGTH) for key, (count, all_) in resolved.items()}
