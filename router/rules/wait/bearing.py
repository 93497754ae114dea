"""How long people who wait bear it: one's own patience, and a line whose people bear differently. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

LONGEST = 30 * 86_400  #: seconds; beyond that nobody waits by patience
_PER_DOUBLING = 3  #: steps of what is told apart: within an eighth
_PIECES = 32


def own(text: str) -> int:
    """Seconds that a contact's own patience says; 0 = none of its own, the medium's counts."""
    return min(LONGEST, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def graded(milliseconds: int | None) -> float | None:
    """Seconds as they are told apart, so that there are few kinds however many values; None = the medium's."""
    if not milliseconds or milliseconds < 0:
        return None
    step = round(_PER_DOUBLING * math.log2(max(1.0, min(float(LONGEST), milliseconds / 1000))))
    return float(2.0 ** (step / _PER_DOUBLING))


def reached(groups: Sequence[tuple[float, float]], people: float) -> float:
    """Seconds until so many people are through with the work ahead, of which each group `(seat-seconds, rate of giving
    up)` leaves by itself; the groups stand mixed. With one rate it is ln(1 + rate * work / people) / rate.

    Work that is reached at `t` is there with exp(-rate * t):  dt / dwork = sum(share * exp(-rate * t)) / people.
    Within each piece the rate is that of those who are left, so that a piece of one group is exact.
    """
    whole = sum(work for work, _ in groups)
    if whole <= 0 or people <= 0:
        return 0.0
    at, done, load = 0.0, 0.0, whole / people
    for piece in range(1, _PIECES + 1):
        upto = load * (piece / _PIECES) ** 2  # fine at first: the hasty leave early
        left = [(work / whole * math.exp(-min(700.0, rate * at)), rate) for work, rate in groups]
        there = sum(share for share, _ in left)
        if there <= 0:
            break
        rate = sum(share * each for share, each in left) / there
        more = there * (upto - done)
        at, done = at + (math.log1p(rate * more) / rate if rate > 1e-9 else more), upto
    return at
