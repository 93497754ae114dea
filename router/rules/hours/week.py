"""A working calendar as a value: spans of each weekday, days that differ, a time zone. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from router.rules import jalali

DAY = 86_400  #: seconds


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """Open from `start` to `end`, in seconds on the wall clock since the midnight on which it began.

    `end` may lie beyond midnight (a night shift 22:00-06:00 ends at 30:00). The span belongs to the day it begins on:
    a holiday on that day removes all of it, a holiday on the next day removes nothing.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When somebody is there.

    A day that `dates` names has the spans written there (none = closed). Otherwise one that `yearly` names as
    (month, day) of the Jalali year. Otherwise those of its weekday.
    """

    zone: str  #: IANA name
    week: tuple[tuple[Span, ...], ...]  #: seven, Monday first
    dates: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    yearly: Mapping[tuple[int, int], tuple[Span, ...]] = field(default_factory=dict)  #: Jalali (month, day)
    names: Mapping[date | tuple[int, int], tuple[str, str]] = field(default_factory=dict)  #: Persian, English

    def spans(self, day: date) -> tuple[Span, ...]:
        """The spans that begin on a day."""
        if day in self.dates:
            return self.dates[day]
        if self.yearly:
            _, month, number = jalali.from_gregorian(day)
            if (month, number) in self.yearly:
                return self.yearly[month, number]
        return self.week[day.weekday()]

    def name(self, day: date) -> tuple[str, str]:
        """(Persian, English) name of a day that differs; ("", "") when it has none."""
        if day in self.names or not self.yearly:
            return self.names.get(day, ("", ""))
        _, month, number = jalali.from_gregorian(day)
        return self.names.get((month, number), ("", ""))
