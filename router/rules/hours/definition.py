"""Reads the definition of a working calendar and refuses a bad one, naming every fault and its place. Pure.

    {"zone": "Asia/Tehran",
     "week": {"saturday": ["08:00-12:00", "13:00-16:30"], "thursday": "08:00-12:30", "friday": []},
     "iran": true,                                    # the ten fixed holidays of the solar year
     "holidays": [{"date": "1405-04-04", "until": "1405-04-05", "fa": "تاسوعا و عاشورا", "en": "Tasua and Ashura"},
                  {"date": "2026-12-30", "open": "08:00-10:00", "en": "Half day"},
                  {"every": "06-31", "fa": "جشن"}]}

A year below 1700 is Jalali, above it Gregorian; `every` is a month and day of each Jalali year. Weekdays may be
Persian, digits in any script. `open` gives the spans of a day that is not wholly closed, also of a Friday worked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from router.rules import jalali
from router.rules.hours.week import DAY, Calendar, Span

MOST_SPANS = 24  #: of one day
MOST_DATES = 5000
_DAYS = {"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
         "دوشنبه": 0, "سهشنبه": 1, "چهارشنبه": 2, "پنجشنبه": 3, "پنشنبه": 3, "جمعه": 4, "شنبه": 5, "یکشنبه": 6}
_SPAN = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))? ?[-–] ?(\d{1,2}):(\d\d)(?::(\d\d))?")
_KEYS = ("zone", "week", "iran", "holidays")
_ENTRY = ("date", "until", "every", "open", "fa", "en")
_LONGEST = timedelta(days=60)

#: (month, day) of the Jalali year -> (Persian, English): the holidays that stay on their day every solar year. Those of
#: the lunar year move and must be given by date.
IRAN_SOLAR_HOLIDAYS: Mapping[tuple[int, int], tuple[str, str]] = {
    (1, 1): ("نوروز", "Nowruz"), (1, 2): ("نوروز", "Nowruz"), (1, 3): ("نوروز", "Nowruz"), (1, 4): ("نوروز", "Nowruz"),
    (1, 12): ("روز جمهوری اسلامی", "Islamic Republic Day"), (1, 13): ("روز طبیعت", "Nature Day"),
    (3, 14): ("رحلت امام خمینی", "Passing of Imam Khomeini"), (3, 15): ("قیام ۱۵ خرداد", "Uprising of 15 Khordad"),
    (11, 22): ("پیروزی انقلاب اسلامی", "Islamic Revolution"),
    (12, 29): ("ملی شدن صنعت نفت", "Nationalisation of the oil industry"),
}


class HoursError(ValueError):
    """The definition cannot be used. `faults` are (place, what is wrong), all of them."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{place}: {what}" for place, what in self.faults))


def always(zone: str = "UTC") -> Calendar:
    """Open day and night."""
    return Calendar(zone=zone, week=((Span(start=0, end=DAY),),) * 7)


def read(table: object) -> Calendar:
    """The calendar a definition describes. HoursError names everything that is wrong with it."""
    reader = _Reader()
    if not isinstance(table, Mapping):
        raise HoursError([("calendar", "must be a table")])
    for key in table:
        if key not in _KEYS:
            reader.fault(str(key), f"is not known; known are {', '.join(_KEYS)}")
    zone = reader.zone(table.get("zone", "Asia/Tehran"))
    week = reader.week(table.get("week", {}))
    if not isinstance(table.get("iran", False), bool):
        reader.fault("iran", "must be true or false")
    elif table.get("iran", False):
        for day, names in IRAN_SOLAR_HOLIDAYS.items():
            reader.yearly[day], reader.names[day] = (), names
    reader.holidays(table.get("holidays", ()))
    if reader.faults:
        raise HoursError(reader.faults)
    return Calendar(zone=zone, week=week, dates=reader.dates, yearly=reader.yearly, names=reader.names)


class _Reader:
    """Collects what is understood and what is not."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []
        self.dates: dict[date, tuple[Span, ...]] = {}
        self.yearly: dict[tuple[int, int], tuple[Span, ...]] = {}
        self.names: dict[date | tuple[int, int], tuple[str, str]] = {}

    def fault(self, place: str, what: str) -> None:
        self.faults.append((place, what))

    def zone(self, name: object) -> str:
        try:
            return ZoneInfo(str(name)).key or "UTC"
        except (ValueError, KeyError, OSError):
            self.fault("zone", f"{str(name)[:60]!r} is no time zone; Asia/Tehran is one")
            return "UTC"

    def week(self, table: object) -> tuple[tuple[Span, ...], ...]:
        week: list[tuple[Span, ...]] = [()] * 7
        if not isinstance(table, Mapping):
            self.fault("week", "must be a table of weekdays")
            return tuple(week)
        seen: set[int] = set()
        for key, value in table.items():
            place, number = f"week.{key}", _DAYS.get(_plain(key))
            if number is None:
                self.fault(place, "is no weekday; saturday and شنبه are")
            elif number in seen:
                self.fault(place, "is given twice")
            else:
                seen.add(number)
                week[number] = self.spans(place, value)
        for number, spans in enumerate(week):
            following = week[(number + 1) % 7]
            if spans and following and spans[-1].end - DAY > following[0].start:
                self.fault("week", f"a night of {_name(number)} reaches into the hours of {_name((number + 1) % 7)}")
        return tuple(week)

    def spans(self, place: str, value: object) -> tuple[Span, ...]:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list | tuple) or not all(isinstance(each, str) for each in texts):
            self.fault(place, 'must be "08:00-16:00" or a list of such spans')
            return ()
        if len(texts) > MOST_SPANS:
            self.fault(place, f"has more than {MOST_SPANS} spans")
            return ()
        found = sorted(span for each in texts if (span := self.span(place, each)) is not None)
        for one, two in pairwise(found):
            if two.start < one.end:
                both = " and ".join(f"{clock(each.start)}-{clock(each.end)}" for each in (one, two))
                self.fault(place, f"{both} overlap")
        return tuple(found)

    def span(self, place: str, text: str) -> Span | None:
        match = _SPAN.fullmatch(_digits(text[:40]).strip())
        if match is None:
            self.fault(place, f"{text[:40]!r} is no span; 08:00-16:30 is one")
            return None
        a, b, c, d, e, f = (int(part or 0) for part in match.groups())
        if b > 59 or c > 59 or e > 59 or f > 59 or a > 23 or d > 24 or (d == 24 and e + f):
            self.fault(place, f"{text[:40]!r}: no clock shows such a time")
            return None
        start, end = a * 3600 + b * 60 + c, d * 3600 + e * 60 + f
        if start == end:
            self.fault(place, f"{text[:40]!r} begins and ends at the same time; all day is 00:00-24:00")
            return None
        return Span(start=start, end=end if end > start else end + DAY)

    def holidays(self, entries: object) -> None:
        if not isinstance(entries, list | tuple):
            self.fault("holidays", "must be a list")
            return
        for number, entry in enumerate(entries, start=1):
            place = f"holidays[{number}]"
            if isinstance(entry, str):
                entry = {"date": entry}
            if not isinstance(entry, Mapping):
                self.fault(place, 'must be a date or a table with "date" or "every"')
                continue
            for key in entry:
                if key not in _ENTRY:
                    self.fault(f"{place}.{key}", f"is not known; known are {', '.join(_ENTRY)}")
            self.holiday(place, entry)

    def holiday(self, place: str, entry: Mapping[str, Any]) -> None:
        spans = self.spans(f"{place}.open", entry["open"]) if "open" in entry else ()
        names = (str(entry.get("fa", ""))[:200], str(entry.get("en", ""))[:200])
        if ("every" in entry) == ("date" in entry):
            self.fault(place, 'needs either "date" or "every"')
        elif "every" in entry:
            every = self.month_day(f"{place}.every", entry["every"])
            if every is not None:
                self.yearly[every], self.names[every] = spans, names
        else:
            first = self.date(f"{place}.date", entry["date"])
            last = self.date(f"{place}.until", entry["until"]) if "until" in entry else first
            if first is None or last is None:
                return
            if not timedelta() <= last - first <= _LONGEST:
                self.fault(f"{place}.until", f"must lie within {_LONGEST.days} days after the first day")
            elif len(self.dates) + (last - first).days >= MOST_DATES:
                self.fault(place, f"there are more than {MOST_DATES} days of their own")
            else:
                for ordinal in range(first.toordinal(), last.toordinal() + 1):
                    day = date.fromordinal(ordinal)
                    self.dates[day], self.names[day] = spans, names

    def date(self, place: str, value: object) -> date | None:
        if isinstance(value, date):
            return value
        match = re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", _digits(str(value)[:20]).strip())
        if match is None:
            self.fault(place, f"{str(value)[:20]!r} is no date; 1405-01-13 and 2026-04-02 are")
            return None
        year, month, day = map(int, match.groups())
        try:
            made = jalali.to_gregorian(year, month, day) if year < 1700 else date(year, month, day)
        except ValueError as error:
            self.fault(place, f"{str(value)[:20]!r}: {error}")
            return None
        if not 1901 <= made.year <= 2199:
            self.fault(place, f"{str(value)[:20]!r} is not between 1901 and 2199")
            return None
        return made

    def month_day(self, place: str, value: object) -> tuple[int, int] | None:
        match = re.fullmatch(r"(\d{1,2})[-/](\d{1,2})", _digits(str(value)[:20]).strip())
        found = (int(match[1]), int(match[2])) if match else (0, 0)
        if not 1 <= found[0] <= 12 or not 1 <= found[1] <= (31 if found[0] <= 6 else 30):
            self.fault(place, f"{str(value)[:20]!r} is no month and day of the Jalali year; 01-13 is")
            return None
        return found


def clock(second: int) -> str:
    """`08:30` of a second of the day; beyond midnight the next day's time."""
    minute = second // 60 % (24 * 60)
    return f"{minute // 60:02}:{minute % 60:02}"


def _digits(text: str) -> str:
    return "".join(str(ord(c) % 16) if "۰" <= c <= "۹" or "٠" <= c <= "٩" else c for c in text)


def _plain(key: object) -> str:
    kept = (c for c in str(key)[:30].lower() if c not in " \u200c\u200f\u200e_-")
    return "".join({"ي": "ی", "ك": "ک"}.get(c, c) for c in kept)


def _name(number: int) -> str:
    return next(name for name, each in _DAYS.items() if each == number)
