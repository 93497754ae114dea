"""People on duty and those who wait for them, as an estimator of waits knows them: `house`, `queue`."""

from __future__ import annotations

from router.rules.wait import Estimator, Kind, Pace

VOICE, CHAT = frozenset({"voice"}), frozenset({"chat"})
CARDS, LOANS = frozenset({"cards"}), frozenset({"loans"})


def house(people: int = 4, *, skills: frozenset[str] = CARDS, patience: float | None = None) -> Estimator:
    """So many people who take calls of these skills, all on duty."""
    made = Estimator({"voice": Pace(seat_seconds=200.0, patience=patience), "chat": Pace(seat_seconds=100.0)})
    for number in range(people):
        made.agent(number, skills, VOICE)
        made.duty(number, True)
    return made


def queue(made: Estimator, count: int, *, first: int = 100, rank: int = 1, skills: frozenset[str] = CARDS,
          medium: str = "voice", at: float = 0.0) -> None:
    """So many contacts begin to wait, numbered from `first`."""
    for number in range(first, first + count):
        made.queued(number, Kind(medium=medium, skills=skills, rank=rank), at)
