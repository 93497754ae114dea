"""The Jalali (solar Hijri) calendar as arithmetic: which Gregorian day a Jalali date is, and back. Pure.

Follows the table of leap-year breaks of the astronomical calendar (Borkowski 1996), right for the years 1178 to 1633,
which is as far as it is offered here (1800 to 2254 of the Gregorian calendar).
"""

from __future__ import annotations

from datetime import date

FIRST_YEAR, LAST_YEAR = 1200, 1600
MONTHS = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")
_BREAKS = (-61, 9, 38, 199, 426, 686, 756, 818, 1111, 1181, 1210, 1635, 2060, 2097, 2192, 2262, 2324, 2394, 2456, 3178)


def _year(year: int) -> tuple[int, int]:
    """(years since the last leap year: 0 = leap, the day of March on which the year begins)."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"the year {year} is not between {FIRST_YEAR} and {LAST_YEAR}")
    gregorian, leaps, before = year + 621, -14, _BREAKS[0]
    jump = 0
    for start in _BREAKS[1:]:
        jump = start - before
        if year < start:
            break
        leaps += jump // 33 * 8 + jump % 33 // 4
        before = start
    passed = year - before
    leaps += passed // 33 * 8 + (passed % 33 + 3) // 4
    if jump % 33 == 4 and jump - passed == 4:
        leaps += 1
    march = 20 + leaps - (gregorian // 4 - (gregorian // 100 + 1) * 3 // 4 - 150)
    if jump - passed < 6:
        passed = passed - jump + (jump + 4) // 33 * 33
    since = ((passed + 1) % 33 - 1) % 4
    return (4 if since == -1 else since), march


def leap(year: int) -> bool:
    """Whether Esfand of that year has 30 days."""
    return _year(year)[0] == 0


def month_days(year: int, month: int) -> int:
    """How many days a month has."""
    if not 1 <= month <= 12:
        raise ValueError(f"there is no month {month}")
    return 31 if month <= 6 else 30 if month <= 11 or leap(year) else 29


def to_gregorian(year: int, month: int, day: int) -> date:
    """The day a Jalali date names; ValueError says which part of it does not exist."""
    _, march = _year(year)
    if not 1 <= day <= month_days(year, month):
        raise ValueError(f"month {month} of {year} has no day {day}")
    passed = (month - 1) * 31 - max(0, month - 7) + day - 1
    return date.fromordinal(date(year + 621, 3, march).toordinal() + passed)


def from_gregorian(day: date) -> tuple[int, int, int]:
    """(year, month, day) of a Gregorian date."""
    year = day.year - 621
    if day < to_gregorian(year, 1, 1):
        year -= 1
    passed = (day - to_gregorian(year, 1, 1)).days
    if passed < 186:
        return year, passed // 31 + 1, passed % 31 + 1
    return year, (passed - 186) // 30 + 7, (passed - 186) % 30 + 1
