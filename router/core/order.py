"""In which order those who wait are asked for: one sorted list of line heads per level. No agents in here.

A policy turns a line's head into `(level, value)`: the lowest level comes first, within it the lowest value; GUARDED is
before all. Where the order depends on the moment (`gcmu`, `queue_ratio`) the lists only hold the lines together.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from itertools import compress

from router.core.config import Id, Policy
from router.core.waiting import Contact, Line

GUARDED = -1_000_000_000  #: the level of those who have waited too many promises
_SEGMENTS = 1_000  #: more levels than there are segments
Key = tuple[int, bool, int, Id]  #: level, late, value, contact
Place = Callable[[Line, int, int], tuple[int, int]]


def _promise(line: Line, born: int, unit: int) -> tuple[int, int]:
    return line.rank - line.priority * _SEGMENTS, born + line.target


def _oldest(line: Line, born: int, unit: int) -> tuple[int, int]:
    return line.level, born


def _strict(line: Line, born: int, unit: int) -> tuple[int, int]:
    return line.rank - line.priority * _SEGMENTS, born


def _ageing(line: Line, born: int, unit: int) -> tuple[int, int]:
    return 0, born + unit * (line.rank - 4 * line.priority)


def _due(line: Line, born: int, unit: int) -> tuple[int, int]:
    return 0, born + line.target


PLACES: dict[str, Place] = {"promise": _promise, "promise_strict": _promise, "strict_priority": _strict,
                            "ageing": _ageing, "due_time": _due, "fifo": _oldest, "gcmu": _due, "queue_ratio": _due}


class Group:
    """The lines of the queues that one policy serves, in its order."""

    def __init__(self, name: str, policy: Policy) -> None:
        self.name, self.policy = name, policy
        self.place = PLACES[policy.order]
        self.late_last = policy.order == "promise"
        self.moving = policy.order in ("gcmu", "queue_ratio")  #: the order changes with time alone
        self.levels: dict[int, list[tuple[int, Id, Line]]] = {}
        self.needs: dict[int, list[int]] = {}  #: beside every level: the numbers of its lines' needs
        self.sorted: list[int] = []  #: the levels that are there
        self.lines = 0

    def put(self, line: Line, head: Contact, offset: int, now: int, tier: int) -> int | None:
        """Its head stands in line; answers when the guard should look at it again, None = never."""
        policy, born = self.policy, head.born + offset
        star = None
        if policy.guard and born + policy.guard * line.target <= now:
            level, value = GUARDED, born + line.target
        else:
            if policy.guard:
                star = born + policy.guard * line.target
            line.level = tier
            level, value = self.place(line, born, policy.ageing_ms)
        line.level = level
        line.entry = entry = (value, head.id, line)
        there = self.levels.get(level)
        if there is None:
            self.levels[level], self.needs[level] = [entry], [line.need.index]
            insort(self.sorted, level)
        else:
            at = bisect_left(there, entry)
            there.insert(at, entry)
            self.needs[level].insert(at, line.need.index)
        self.lines += 1
        return star

    def take(self, line: Line) -> None:
        """Its head stands in line no more."""
        entry = line.entry
        if entry is None:
            return
        there = self.levels[line.level]
        at = bisect_left(there, entry)
        del there[at], self.needs[line.level][at]
        if not there:
            del self.levels[line.level], self.needs[line.level]
            self.sorted.remove(line.level)
        line.entry = None
        self.lines -= 1

    def key(self, line: Line, now: int, weight: int, mean_ms: int) -> tuple[float, ...]:
        """What is compared between lines; the smallest is first. Ends before the contact's id."""
        assert line.entry is not None
        value = line.entry[0]
        if not self.moving or line.level == GUARDED:
            return (line.level, self.late_last and value <= now, value)
        waited = now - value + line.target
        if self.policy.order == "gcmu":  # weight x wait / (promise^2 x time it takes)
            return (0, False, -weight * waited / (line.target * line.target * mean_ms))
        return (0, False, -weight * line.n * mean_ms / line.target)

    def walk(self, now: int, able: bytearray) -> Iterator[Line]:
        """Lines in order, best first (not for an order that moves), without those whose needs cost 0 in `able`."""
        for level in self.sorted:
            there, needs = self.levels[level], self.needs[level]
            if self.late_last and level != GUARDED and there[0][0] <= now:
                # Those whose promise can still be kept come before those already late.
                start = bisect_left(there, (now + 1,))
                there, needs = there[start:] + there[:start], needs[start:] + needs[:start]
            for entry in compress(there, map(able.__getitem__, needs)):
                yield entry[2]
