"""In which order those who wait are asked for: one sorted list of line heads per level. No agents in here.

A policy turns a line's head into `(level, value)`: the lowest level comes first, within it the lowest value; GUARDED is
before all. Where the order depends on the moment (`gcmu`, `queue_ratio`) the lists only hold the lines together.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import compress

from router.core.config import Id, Policy
from router.core.waiting import Contact, Line, Need

GUARDED = -1_000_000_000  #: the level of those who have waited too many promises
_SEGMENTS = 1_000  #: more levels than there are segments
_PIECE = 32  #: entries of a row in one piece at most, or as many as there are pieces: few are passed by, few looked at
_LEVELS = 64  #: so many levels stay when nobody stands in them
_NEVER = -1 << 62
Entry = tuple[int, Id, Line]  #: value, contact, line
Key = tuple[int, bool, int, Id]  #: level, late, value, contact
Place = Callable[[Line, int, int], tuple[int, int]]


def _promise(line: Line, born: int, unit: int) -> tuple[int, int]:
    return line.rank - line.priority * _SEGMENTS, born + line.target


def _oldest(line: Line, born: int, unit: int) -> tuple[int, int]:
    return line.need.tier, born


def _strict(line: Line, born: int, unit: int) -> tuple[int, int]:
    return line.rank - line.priority * _SEGMENTS, born


def _ageing(line: Line, born: int, unit: int) -> tuple[int, int]:
    return 0, born + unit * (line.rank - 4 * line.priority)


def _due(line: Line, born: int, unit: int) -> tuple[int, int]:
    return 0, born + line.target


PLACES: dict[str, Place] = {"promise": _promise, "promise_strict": _promise, "strict_priority": _strict,
                            "ageing": _ageing, "due_time": _due, "fifo": _oldest, "gcmu": _due, "queue_ratio": _due}


class Row:
    """Heads of lines in their order, in pieces. A piece knows which needs are in it, so whoever can serve none of them
    passes it by at once."""

    __slots__ = ("lasts", "masks", "needs", "pieces")

    def __init__(self) -> None:
        self.pieces: list[list[Entry]] = []
        self.needs: list[list[int]] = []  #: beside every piece: the numbers of its lines' needs
        self.masks: list[int] = []  #: the same as bits
        self.lasts: list[Entry] = []  #: the last entry of every piece

    def put(self, entry: Entry, need: Need) -> None:
        """One more."""
        pieces, lasts = self.pieces, self.lasts
        at = bisect_left(lasts, entry)
        if at == len(lasts):
            if not at:
                self._append([entry], [need.index])
                return
            at -= 1
            lasts[at] = entry
        piece = pieces[at]
        where = bisect_left(piece, entry)
        piece.insert(where, entry)
        self.needs[at].insert(where, need.index)
        self.masks[at] |= need.bit
        if len(piece) > _PIECE and len(piece) > len(pieces):
            self._split(at)

    def take(self, entry: Entry, need: Need) -> None:
        """One less."""
        at = bisect_left(self.lasts, entry)
        piece, needs = self.pieces[at], self.needs[at]
        where = bisect_left(piece, entry)
        del piece[where], needs[where]
        if need.index not in needs:
            if not needs:
                del self.pieces[at], self.needs[at], self.masks[at], self.lasts[at]
                return
            self.masks[at] ^= need.bit
        if where == len(needs):
            self.lasts[at] = piece[-1]

    def _split(self, at: int) -> None:
        piece, needs = self.pieces[at], self.needs[at]
        half = len(piece) // 2
        self.pieces[at:at + 1] = [piece[:half], piece[half:]]
        self.needs[at:at + 1] = [needs[:half], needs[half:]]
        self.masks[at:at + 1] = [_mask(needs[:half]), _mask(needs[half:])]
        self.lasts.insert(at, piece[half - 1])

    def move(self, to: Row, before: int) -> None:
        """All whose value is less go to the end of another row."""
        while self.pieces and self.pieces[0][0][0] < before:
            piece, needs = self.pieces.pop(0), self.needs.pop(0)
            del self.masks[0], self.lasts[0]
            where = bisect_left(piece, (before,))
            if where < len(piece):
                self.pieces.insert(0, piece[where:])
                self.needs.insert(0, needs[where:])
                self.masks.insert(0, _mask(needs[where:]))
                self.lasts.insert(0, piece[-1])
            piece, needs = piece[:where], needs[:where]
            if to.pieces and len(to.pieces[-1]) + where <= max(_PIECE, len(to.pieces)):
                to.pieces[-1] += piece
                to.needs[-1] += needs
                to.masks[-1] |= _mask(needs)
                to.lasts[-1] = piece[-1]
            else:
                to._append(piece, needs)

    def _append(self, piece: list[Entry], needs: list[int]) -> None:
        self.pieces.append(piece)
        self.needs.append(needs)
        self.masks.append(_mask(needs))
        self.lasts.append(piece[-1])


def _mask(needs: list[int]) -> int:
    mask = 0
    for number in needs:
        mask |= 1 << number
    return mask


class Level:
    """Heads of one level. Where late ones come last they stand in a row of their own, and are moved as time passes."""

    __slots__ = ("early", "late", "n", "until")

    def __init__(self) -> None:
        self.early, self.late = Row(), Row()
        self.until = _NEVER  #: what is due by then stands among the late
        self.n = 0

    def pass_time(self, now: int) -> None:
        """What is due by now is late."""
        self.until = now
        self.early.move(self.late, now + 1)

    def __iter__(self) -> Iterator[Entry]:
        for row in (self.early, self.late):
            for piece in row.pieces:
                yield from piece


class Group:
    """The lines of the queues that one policy serves, in its order."""

    def __init__(self, name: str, policy: Policy) -> None:
        self.name, self.policy = name, policy
        self.place = PLACES[policy.order]
        self.guard = policy.guard
        self.late_last = policy.order == "promise"
        self.behind = policy.late_behind if self.late_last else 0  #: levels that the late stand further down
        self.moving = policy.order in ("gcmu", "queue_ratio")  #: the order changes with time alone
        self.levels: dict[int, Level] = {}
        self.rows: list[tuple[int, Row, Level | None]] | None = None  #: as `_arranged`; None = levels came or went
        self.lines = 0

    def put(self, line: Line, head: Contact, offset: int, now: int) -> int | None:
        """Its head stands in line; answers when the guard should look at it again, None = never."""
        born = head.born + offset
        star = born + self.guard * line.target if self.guard else None
        if star is not None and star <= now:
            level, value, star = GUARDED, born + line.target, None
        else:
            level, value = self.place(line, born, self.policy.ageing_ms)
        line.level = level
        line.entry = entry = (value, head.id, line)
        there = self.levels.get(level)
        if there is None:
            there = self.levels[level] = Level()
            self.rows = None
        (there.early if value > there.until else there.late).put(entry, line.need)
        there.n += 1
        self.lines += 1
        return star

    def take(self, line: Line) -> None:
        """Its head stands in line no more."""
        entry = line.entry
        if entry is None:
            return
        there = self.levels[line.level]
        (there.early if entry[0] > there.until else there.late).take(entry, line.need)
        there.n -= 1
        if not there.n and len(self.levels) > _LEVELS:
            del self.levels[line.level]
            self.rows = None
        line.entry = None
        self.lines -= 1

    def key(self, line: Line, now: int, weight: int, mean_ms: int) -> tuple[float, ...]:
        """What is compared between lines; the smallest is first. Ends before the contact's id."""
        assert line.entry is not None
        value = line.entry[0]
        if not self.moving or line.level == GUARDED:
            return self.terms(line.level, value, now)
        waited = now - value + line.target
        if self.policy.order == "gcmu":  # weight x wait / (promise^2 x time it takes)
            return (0, False, -weight * waited / (line.target * line.target * mean_ms))
        return (0, False, -weight * line.n * mean_ms / line.target)

    def terms(self, level: int, value: int, now: int) -> tuple[int, bool, int]:
        """Where a level and a value stand at that time: level, late, value; the smallest is first."""
        late = self.late_last and value <= now
        return (level + self.behind if late and level != GUARDED else level), late, value

    def starving(self) -> bool:
        """Does anybody in it wait beyond the guard?"""
        there = self.levels.get(GUARDED)
        return there is not None and there.n > 0

    def _arranged(self) -> list[tuple[int, Row, Level | None]]:
        """Rows best first, each with its level's number: those whose promise can still be kept before those already
        late, who stand so many levels further down. With the row out of which time moves some: the level."""
        found: list[tuple[tuple[int, bool, int], Row, Level | None]] = []
        for number, level in self.levels.items():
            passes = self.late_last and number != GUARDED
            found.append(((number, False, number), level.early, level if passes else None))
            if passes:
                found.append(((number + self.behind, True, number), level.late, None))
        found.sort(key=lambda each: each[0])
        self.rows = [(place[2], row, level) for place, row, level in found]
        return self.rows

    def walk(self, now: int, able: bytearray, needs: int, fits: int) -> Iterator[Line]:
        """Lines in order, best first (not for an order that moves): those whose need costs something in `able`. Left
        out at the speed of C is where nothing is of `fits`; of `needs`, where they starve."""
        cost = able.__getitem__
        for number, row, level in self.rows or self._arranged():
            pieces = row.pieces
            if not pieces:
                continue
            if level is not None and pieces[0][0][0] <= now:
                level.pass_time(now)
            mine = needs if number == GUARDED else fits
            for piece, there in compress(zip(pieces, row.needs, strict=True), map(mine.__and__, row.masks)):
                for entry in compress(piece, map(cost, there)):
                    yield entry[2]
