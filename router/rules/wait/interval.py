"""Honest waiting time, first version: an interval from how many were really answered lately. Pure."""

from __future__ import annotations

import math
from datetime import timedelta

MINUTE = 60


def interval(place: int, answered: int, window: timedelta) -> tuple[int, int]:
    """(low, high) seconds until somebody at `place` (1 = next) is answered; (0, 0) when too little is known.

    `answered` contacts left the same queue for an agent within `window`. The true wait of the k-th in line at that
    rate is Erlang-k distributed; the interval is its mean minus and plus one and a quarter standard deviations (about
    80 %), rounded outward to whole minutes.
    """
    if place <= 0 or answered < 5:
        return (0, 0)
    gap = window.total_seconds() / answered
    mean, spread = place * gap, 1.25 * math.sqrt(place) * gap
    low = math.floor(max(0.0, mean - spread) / MINUTE) * MINUTE
    high = max(MINUTE, math.ceil((mean + spread) / MINUTE) * MINUTE)
    return (low, high)
