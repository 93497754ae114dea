"""What an estimate is made for, of what, and what it says: values only."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Contacts that are alike for waiting."""

    medium: str
    skills: frozenset[str] = frozenset()
    rank: int = 0  #: smaller is served first
    patience: float | None = None  #: its own, mean seconds until it gives up; None = the medium's


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What is known about a medium beforehand."""

    seat_seconds: float = 300.0  #: time of one contact x share of a seat it takes
    patience: float | None = None  #: mean seconds until somebody gives up; None = unknown or never
    pool: str = ""  #: media that learn together; "" = by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What can honestly be said now. Seconds from now; `basis` none: nothing can be said, and `reason` is why."""

    place: int  #: 1 = next, among those who wait for the same people
    people: int  #: on duty who may take it
    low: float = 0.0
    middle: float = 0.0
    high: float = 0.0
    basis: str = "none"  #: learned, formula (too little history yet), none
    reason: str = ""  #: nobody-able, nobody-on-duty, not-waiting
    coverage: float | None = None  #: share of this medium's intervals that held so far
    record: int = 0  #: of how many
    own: int = 0  #: of those ahead so many have a patience of their own

    def minutes(self) -> tuple[int, int]:
        """(low, high) in whole minutes, rounded outward; (0, 0) when nothing can be said."""
        if self.basis == "none":
            return (0, 0)
        return int(self.low // 60), max(1, math.ceil(self.high / 60))
