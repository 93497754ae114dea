"""Days as people write them, in Persian, English and Finglish, in three calendars' worth of spellings. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

from router.rules import jalali
from router.rules.text import digits_fa, fold

_SHOWABLE = (1822, 2220)  #: years of the Gregorian calendar of which each day has an Iranian date here
_FINGLISH_MONTHS = ("farvardin", "ordibehesht", "khordad", "tir", "mordad", "shahrivar", "mehr", "aban", "azar", "dey",
                    "bahman", "esfand")
_EN_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
              "november", "december")
_MONTHS: dict[str, tuple[bool, int]] = {  # folded word -> (Iranian calendar, month)
    **{fold(word): (True, n) for n, word in enumerate(jalali.MONTHS, 1)},
    **{word: (True, n) for n, word in enumerate(_FINGLISH_MONTHS, 1)},
    "امرداد": (True, 5), "day": (True, 10),
    **{word: (False, n) for n, word in enumerate(_EN_MONTHS, 1)},
    **{word[:3]: (False, n) for n, word in enumerate(_EN_MONTHS, 1)}, "sept": (False, 9),
}
_NEAR = {
    **dict.fromkeys(("امروز", "today", "emrooz", "emruz"), 0),
    **dict.fromkeys(("فردا", "tomorrow", "farda"), 1),
    **dict.fromkeys(("پس فردا", "پسفردا", "day after tomorrow", "the day after tomorrow", "pasfarda", "pas farda"), 2),
    **dict.fromkeys(("دیروز", "yesterday", "dirooz", "diruz"), -1),
    **dict.fromkeys(("پریروز", "day before yesterday", "the day before yesterday", "parirooz"), -2),
}
#: Monday is 0, as in `date.weekday`.
_WEEKDAYS = {
    **{fold(word): n for words, n in (
        (("دوشنبه", "monday", "doshanbe"), 0), (("سه شنبه", "سه‌شنبه", "tuesday", "seshanbe"), 1),
        (("چهارشنبه", "چهار شنبه", "wednesday", "chaharshanbe"), 2), (("پنجشنبه", "پنج‌شنبه", "پنج شنبه", "thursday",
         "panjshanbe"), 3), (("جمعه", "friday", "jome", "jomeh"), 4), (("شنبه", "saturday", "shanbe"), 5),
        (("یکشنبه", "یک‌شنبه", "یک شنبه", "sunday", "yekshanbe"), 6)) for word in words},
}
_FA_DAYS = {fold(word): n for n, word in enumerate((
    "یکم", "دوم", "سوم", "چهارم", "پنجم", "ششم", "هفتم", "هشتم", "نهم", "دهم", "یازدهم", "دوازدهم", "سیزدهم",
    "چهاردهم", "پانزدهم", "شانزدهم", "هفدهم", "هجدهم", "نوزدهم", "بیستم", "بیست و یکم", "بیست و دوم", "بیست و سوم",
    "بیست و چهارم", "بیست و پنجم", "بیست و ششم", "بیست و هفتم", "بیست و هشتم", "بیست و نهم", "سی ام", "سی و یکم"), 1)
} | {"اول": 1, "یک": 1}
_NUMBERS = re.compile(r"(\d{1,4})\s*[/\-. ]\s*(\d{1,2})\s*[/\-. ]\s*(\d{1,4})")
_SOLID = re.compile(r"\d{8}|\d{6}")
_DAY_MONTH = re.compile(r"(?P<day>\d{1,2}|[^\d\s]+(?: و [^\d\s]+)?)(?:st|nd|rd|th|م| ام)?(?: of)?,? (?:ماه )?"
                        r"(?P<month>[^\W\d_]+)(?: ماه)?,?(?: (?:سال )?(?P<year>\d{2,4}))?")
_MONTH_DAY = re.compile(r"(?P<month>[a-z]+) (?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,? (?P<year>\d{4}))?")
_RELATIVE = re.compile(r"[+-]\d{1,4}")


def read(words: str, today: date) -> date | None:
    """The day that is meant, seen from `today`; None when it is none. A day without a year is the next such day."""
    plain = fold(words[:80], half_space=" ").strip(" .!?")
    if plain in _NEAR:
        return _shifted(today, _NEAR[plain])
    if plain in _WEEKDAYS:
        return today + timedelta(days=(_WEEKDAYS[plain] - today.weekday() - 1) % 7 + 1)
    if match := _NUMBERS.fullmatch(plain):
        return _triple(int(match[1]), int(match[2]), int(match[3]), len(match[1]), today)
    if _SOLID.fullmatch(plain):
        # Keys of a telephone: 14050901, or 050901 of this century of the Iranian calendar.
        whole = plain if len(plain) == 8 else "14" + plain
        return _made(int(whole[:4]), int(whole[4:6]), int(whole[6:]))
    for pattern in (_DAY_MONTH, _MONTH_DAY):
        if (match := pattern.fullmatch(plain)) and (found := _named(match, today)):
            return found
    return None


def bound(text: str, today: date) -> date | None:
    """A limit as a definition writes it: a day, "today", "+7" or "-30" days."""
    if _RELATIVE.fullmatch(text.strip()):
        return _shifted(today, int(text))
    return read(text, today)


def shown(day: date, language: str) -> str:
    """As people of the language write it."""
    if language == "fa":
        year, month, number = jalali.from_gregorian(day)
        return digits_fa(f"{number} ") + jalali.MONTHS[month - 1] + digits_fa(f" {year}")
    return f"{day.day} {_EN_MONTHS[day.month - 1].capitalize()} {day.year}"


def _shifted(today: date, days: int) -> date | None:
    try:
        found = today + timedelta(days=days)
    except OverflowError:
        return None
    return found if _SHOWABLE[0] <= found.year <= _SHOWABLE[1] else None


def _triple(first: int, second: int, third: int, width: int, today: date) -> date | None:
    """year/month/day, or day/month/year when the year stands last."""
    if third > 31:
        return _made(third, second, first)
    if width <= 2:  # 5/9/1: the Iranian year without its century
        first += 1400 if first <= jalali.from_gregorian(today)[0] - 1400 + 50 else 1300
    return _made(first, second, third)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        if 1200 <= year <= 1599:
            return jalali.to_gregorian(year, month, day)
        return date(year, month, day) if _SHOWABLE[0] <= year <= _SHOWABLE[1] else None
    except ValueError:
        return None


def _named(match: re.Match[str], today: date) -> date | None:
    known = _MONTHS.get(match["month"])
    day = int(match["day"]) if match["day"].isdigit() else _FA_DAYS.get(match["day"], 0)
    if known is None or not day:
        return None
    iranian, month = known
    if match["year"]:
        year = int(match["year"])
        return _made(year + (1400 if iranian else 2000) if year < 100 else year, month, day)
    this = jalali.from_gregorian(today)[0] if iranian else today.year
    for year in range(this, this + 5):  # a leap day may be years away
        found = _made(year, month, day)
        if found is not None and found >= today:
            return found
    return None
