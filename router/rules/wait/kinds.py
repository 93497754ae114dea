"""What an estimate is made for, of what, and what it says: values only."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SPOKEN = "language:"  #: what a language is called among the skills
_HIGHEST = 5  #: level of a skill
_STEP = 1_000  #: a priority outweighs any segment


def needed(levels: Mapping[str, int], language: str = "") -> frozenset[str]:
    """What is asked of an agent: every skill at its least level, and the language ("" = any)."""
    asked = {f"{skill}@{max(1, level)}" for skill, level in levels.items()}
    return frozenset(asked | {SPOKEN + language} if language else asked)


def brought(levels: Mapping[str, int], languages: Iterable[str] = ()) -> frozenset[str]:
    """What an agent brings, as `needed` asks for it: whoever has a level has those below it."""
    has = {f"{skill}@{each}" for skill, level in levels.items() for each in range(1, min(_HIGHEST, level) + 1)}
    return frozenset(has | {SPOKEN + each for each in languages})


def ranked(segment: int, priority: int = 0) -> int:
    """Who comes before whom: the higher priority, then the better segment."""
    return segment - priority * _STEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Contacts that are alike for waiting."""

    medium: str
    skills: frozenset[str] = frozenset()  #: as `needed` writes them
    also: frozenset[frozenset[str]] = frozenset()  #: who brings all of one of these may take it too
    helped: float = 0.0  #: who stands back so many seconds, or fewer, may take it too
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
