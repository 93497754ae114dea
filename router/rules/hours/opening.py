"""Answers questions about moments: open or not, next change, working time between two, the moment after some. Pure.

Never steps through minutes: days become intervals of UTC in blocks of four weeks with running sums, made once.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from router.rules.hours.week import DAY, Calendar

_MICRO = timedelta(microseconds=1)
_SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BLOCK = 28 * DAY * _SECOND
_ZERO = date(1970, 1, 1).toordinal()
#: Outside of these years nothing is answered: they are mistakes, and the Jalali arithmetic ends too.
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_LATEST = LAST - timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Four weeks: disjoint open intervals cut at its borders, in microseconds since 1970, and running sums."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    sums: tuple[int, ...]  #: open time before interval i; one more for the whole


class Hours:
    """A calendar ready to be asked. Keeps what it worked out; equal questions get equal answers.

    Moments must be aware and lie between 1900 and 2200, or ValueError. Answers are in the calendar's zone.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = ZoneInfo(calendar.zone)
        self._blocks: dict[int, _Block] = {}
        #: The last block with a day of its own. Beyond it this many blocks show all there is: a week repeats at once,
        #: a day of the Jalali year within one, its leap day within five.
        self._last = (max((d.toordinal() for d in calendar.dates), default=_ZERO) - _ZERO + 2) // 28
        self._enough = 2 if not calendar.yearly else 16 if any(calendar.week) else 80

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at that moment; the moment of closing is closed."""
        moment = _micro(at)
        block = self._block(moment // _BLOCK)
        index = bisect_right(block.starts, moment) - 1
        return index >= 0 and moment < block.ends[index]

    def next_opening(self, at: datetime) -> datetime | None:
        """The first open moment at or after `at` (so `at` itself while open); None when it never opens again."""
        moment = _micro(at)
        for number in self._numbers(moment // _BLOCK):
            block = self._block(number)
            index = bisect_right(block.ends, moment)
            if index < len(block.starts):
                return self._moment(max(moment, block.starts[index]))
        return None

    def next_closing(self, at: datetime) -> datetime | None:
        """The first closed moment at or after `at` (so `at` itself while closed); None when it never closes."""
        moment = _micro(at)
        for number in self._numbers(moment // _BLOCK):
            block = self._block(number)
            index = bisect_right(block.starts, moment) - 1
            if index < 0 or moment >= block.ends[index]:
                return self._moment(moment)
            if block.ends[index] < (number + 1) * _BLOCK:
                return self._moment(block.ends[index])
            moment = (number + 1) * _BLOCK
        return None

    def working(self, start: datetime, end: datetime) -> timedelta:
        """Open time between two moments; negative when `end` is before `start`."""
        first, last = _micro(start), _micro(end)
        if last < first:
            return -self.working(end, start)
        low, high = first // _BLOCK, last // _BLOCK
        total = self._before(high, last) - self._before(low, first)
        total += sum(self._block(number).sums[-1] for number in range(low, high))
        return timedelta(microseconds=total)

    def after(self, start: datetime, working: timedelta) -> datetime | None:
        """The first moment by which `working` of open time has passed since `start`; None when that never comes.

        Nothing passes while closed, so the end of a span is reached at its closing, not at the next opening.
        """
        if working < timedelta():
            raise ValueError("working time must not be negative")
        if not working:
            return self._moment(_micro(start))
        moment, left = _micro(start), working // _MICRO
        number, empty = moment // _BLOCK, 0
        while empty <= self._enough and number < _micro(_LATEST) // _BLOCK:
            block = self._block(number)
            wanted = self._before(number, max(moment, number * _BLOCK)) + left
            if wanted <= block.sums[-1]:
                index = _reaching(block.sums, wanted)
                return self._moment(block.starts[index] + wanted - block.sums[index])
            left = wanted - block.sums[-1]
            empty = empty + 1 if not block.starts and number > self._last else 0
            number += 1
        return None

    def answer_by(self, received: datetime, promise: timedelta, *, step: timedelta = timedelta(minutes=15)
                  ) -> datetime | None:
        """When an answer can honestly be promised: after `promise` of working time, rounded up to a clock time.

        Rounding never passes the closing of that span: "by 16:30" rather than a quarter after everybody went home.
        """
        exact = self.after(received, promise)
        if exact is None:
            return None
        size = max(1, step // timedelta(seconds=1))
        seconds = exact.hour * 3600 + exact.minute * 60 + exact.second + (1 if exact.microsecond else 0)
        rounded = self._moment(_micro(exact) + (-seconds % size) * _SECOND
                               + (_SECOND - exact.microsecond if exact.microsecond else 0))
        closing = self.next_closing(exact)
        return rounded if closing is None else max(exact, min(rounded, closing))

    def _numbers(self, first: int) -> range:
        return range(first, min(_micro(_LATEST) // _BLOCK, max(self._last, first) + self._enough + 1))

    def _before(self, number: int, moment: int) -> int:
        block = self._block(number)
        index = bisect_right(block.starts, moment) - 1
        if index < 0:
            return 0
        return block.sums[index] + min(moment, block.ends[index]) - block.starts[index]

    def _block(self, number: int) -> _Block:
        known = self._blocks.get(number)
        if known is None:
            if len(self._blocks) > 500:
                self._blocks.clear()
            known = self._blocks[number] = self._make(number)
        return known

    def _make(self, number: int) -> _Block:
        low, high, found = number * _BLOCK, (number + 1) * _BLOCK, []
        for ordinal in range(_ZERO + number * 28 - 3, _ZERO + number * 28 + 30):
            for span in self.calendar.spans(date.fromordinal(ordinal)):
                start = max(low, _reached(self.calendar.zone, ordinal, span.start))
                end = min(high, _reached(self.calendar.zone, ordinal, span.end))
                if start < end:
                    found.append((start, end))
        starts: list[int] = []
        ends: list[int] = []
        for start, end in sorted(found):  # a night shift may meet the morning of the next day
            if ends and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)
        sums = [0]
        for start, end in zip(starts, ends, strict=True):
            sums.append(sums[-1] + end - start)
        return _Block(starts=tuple(starts), ends=tuple(ends), sums=tuple(sums))

    def _moment(self, micro: int) -> datetime:
        return (_EPOCH + micro * _MICRO).astimezone(self._zone)


def _reaching(sums: tuple[int, ...], wanted: int) -> int:
    """The interval at whose end, or within which, the sum reaches `wanted` (> 0)."""
    index = bisect_right(sums, wanted - 1) - 1
    return min(index, len(sums) - 2)


def _micro(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("the moment must be aware of its time zone")
    if not FIRST <= at < LAST:
        raise ValueError(f"{at} is not between {FIRST.year} and {LAST.year}")
    return (at - _EPOCH) // _MICRO


@lru_cache(maxsize=4096)
def _reached(zone: str, ordinal: int, second: int) -> int:
    """The first moment at which the wall clock shows that second of that day or later.

    A time that occurs twice (clocks set back) counts when it comes first; one that never occurs (set forward) counts
    at the jump. So spans stay whole, and spans that touch on the clock touch in time.
    """
    info = ZoneInfo(zone)
    wall = datetime.fromordinal(ordinal + second // DAY) + timedelta(seconds=second % DAY)
    early = (wall.replace(tzinfo=info, fold=0).astimezone(UTC) - _EPOCH) // _MICRO
    late = (wall.replace(tzinfo=info, fold=1).astimezone(UTC) - _EPOCH) // _MICRO
    if late >= early:
        return early
    low, high = late, early  # in the gap: find the jump between
    while high - low > _SECOND:
        middle = (low + high) // 2 // _SECOND * _SECOND
        shown = (_EPOCH + middle * _MICRO).astimezone(info).replace(tzinfo=None)
        if shown >= wall:
            high = middle
        else:
            low = max(middle, low + _SECOND)
    shown = (_EPOCH + low * _MICRO).astimezone(info).replace(tzinfo=None)
    return low if shown >= wall else high
