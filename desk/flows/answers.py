"""What a citizen's words mean as an answer to a question of each kind. Pure; linear in bounded text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from desk.flows import days
from desk.flows.model import LANGUAGES, Answer, Carries, Heard, Option, Step
from desk.flows.words import NO, SKIP, YES
from router.rules import codes, phone
from router.rules.text import clean, digits_fa, digits_latin, fold

LONGEST = 4_000  #: characters of an answer that are kept
_SHORT = 200  #: a choice, number or date is looked for in so many characters
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")
_MOBILE = re.compile(r"\+989\d{9}")
_ORDINAL = re.compile(r"(?:گزینه|شماره|مورد|option|number|gozine|shomare)?\s*(\d{1,2})\s*[.)\-]?")
_COUNT_WORDS = {word: n for n, words in enumerate((
    (), ("یک", "اول", "اولی", "one", "first", "yek", "aval"), ("دو", "دوم", "دومی", "two", "second", "dovom"),
    ("سه", "سوم", "سومی", "three", "third", "sevom"), ("چهار", "چهارم", "four", "fourth", "chahar"),
    ("پنج", "پنجم", "five", "fifth", "panj"), ("شش", "ششم", "six", "shesh"), ("هفت", "هفتم", "seven", "haft"),
    ("هشت", "هشتم", "eight", "hasht"), ("نه", "نهم", "nine", "noh"))) for word in words}


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """An answer: what is kept, and how it is shown to people."""

    value: Any
    shown: str
    option: Option | None = None
    comment: str = ""  #: of a rating that came with one


def read(step: Step, heard: Heard, language: str, carries: Carries) -> Understood | None:
    """The answer, or None when the words are none for this question."""
    if step.optional and _is(heard.text, SKIP):
        return Understood(value=None, shown="")
    if step.answer is Answer.CHOICE:
        found = choice(step.options, heard.text)
        return None if found is None else Understood(
            value=found.id, shown=found.label.get(language) or next(iter(found.label.values())), option=found)
    if step.answer is Answer.FILE:
        return _files(step, heard)
    if step.answer is Answer.LOCATION:
        return _place(heard)
    if step.answer is Answer.TEXT:
        return _text(step, heard)
    return _short(step, heard.text[:_SHORT], language, carries)


def _short(step: Step, words: str, language: str, carries: Carries) -> Understood | None:
    match step.answer:
        case Answer.YES_NO:
            said = yes_no(words)
            return None if said is None else Understood(value=said, shown=_yes(said, language))
        case Answer.NUMBER:
            number = amount(words)
            fine = number is not None and _within(step, number)
            return Understood(value=number, shown=_digits(f"{number}", language)) if fine else None
        case Answer.MOBILE:
            called = mobile(words)
            return Understood(value=called, shown=_digits("0" + called[3:], language)) if called else None
        case Answer.NATIONAL_ID:
            person = national_id(words)
            return Understood(value=person, shown=_digits(person, language)) if person else None
        case Answer.CODE:
            code = codes.read(words)
            return Understood(value=code, shown=_digits(code, language)) if code else None
    today = date.fromisoformat(carries.today)
    day = days.read(words, today)
    fine = day is not None and _day_within(step, day, today)
    return Understood(value=day.isoformat(), shown=days.shown(day, language)) if fine and day else None


def choice(options: Sequence[Option], words: str) -> Option | None:
    """The option that is meant: by its number, its label or one of its words, in either language; or the only one
    whose words stand among what was said."""
    plain = fold(words[:_SHORT], half_space=" ").strip(" .!?)(*")
    if not plain:
        return None
    names = [(option, [n for n in (fold(name, half_space=" ").strip(" .!?") for name in
                                   (*option.label.values(), *option.words)) if n]) for option in options]
    for option, known in names:
        if plain in known:
            return option
    match = _ORDINAL.fullmatch(plain)
    number = int(match.group(1)) if match else _COUNT_WORDS.get(plain, 0)
    if match or number:
        return options[number - 1] if 1 <= number <= len(options) else None
    padded = f" {plain} "
    inside = [option for option, known in names if any(len(n) > 1 and f" {n} " in padded for n in known)]
    return inside[0] if len(inside) == 1 else None


def _is(words: str, known: frozenset[str]) -> bool:
    return fold(words[:_SHORT], half_space=" ").strip(" .!?،") in known


def yes_no(words: str) -> bool | None:
    """Yes or no; on a telephone 1 and 2."""
    return True if _is(words, YES) else False if _is(words, NO) else None


def amount(words: str) -> int | float | None:
    """A number in Persian, Arabic or Latin digits, with or without separators of thousands."""
    plain = re.sub(r"(?<=\d)[,٬، '](?=\d{3}(?!\d))", "", digits_latin(clean(words)).strip())
    plain = plain.replace("٫", ".").replace("−", "-")
    if not _NUMBER.fullmatch(plain):
        return None
    return float(plain) if "." in plain else int(plain)


def mobile(words: str) -> str:
    """An Iranian mobile number as +98 and ten digits; "" when it is none."""
    found = phone.canonical(words)
    return found if _MOBILE.fullmatch(found) else ""


def national_id(words: str) -> str:
    """Ten digits whose last one checks the others; leading zeros may be missing. "" when it is none.

    The sum of digit times place (10 to 2), modulo 11, is the last digit when below 2, else 11 minus it.
    """
    digits = "".join(c for c in digits_latin(words[:40]) if c not in " -\u200c\u200e\u200f_")
    if not (digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 10):
        return ""
    digits = digits.zfill(10)
    rest = sum(int(digit) * (10 - at) for at, digit in enumerate(digits[:9])) % 11
    checks = int(digits[9]) == (rest if rest < 2 else 11 - rest)
    return digits if checks and len(set(digits)) > 1 else ""


def _text(step: Step, heard: Heard) -> Understood | None:
    words = clean(heard.text, limit=LONGEST).strip()
    least, most = int(float(step.least or 1)), int(float(step.most or LONGEST))
    if not any(c.isalnum() for c in words) and not heard.files:
        return None  # only marks or pictures say nothing that can be kept
    if not least <= max(len(words), least if heard.files else 0) <= most:
        return None
    return Understood(value=words or heard.files[0][0], shown=words or heard.files[0][0])


def _files(step: Step, heard: Heard) -> Understood | None:
    fine = [name for name, kind in heard.files
            if not step.types or any(kind.startswith(each) for each in step.types)]
    if not fine or len(fine) < float(step.least or 1):
        return None
    return Understood(value=[clean(name, limit=200) for name in fine[:20]], shown=", ".join(fine[:3])[:200])


def _place(heard: Heard) -> Understood | None:
    if heard.location is not None:
        latitude, longitude = heard.location
        if abs(latitude) > 90 or abs(longitude) > 180:
            return None
        return Understood(value={"latitude": latitude, "longitude": longitude},
                          shown=f"{latitude:.5f}, {longitude:.5f}")
    words = clean(heard.text, limit=500).strip()
    # A place may also be described; three letters are no description.
    return Understood(value=words, shown=words) if sum(c.isalnum() for c in words) >= 4 else None


def _within(step: Step, number: float) -> bool:
    low = float("-inf") if step.least is None else float(step.least)
    high = float("inf") if step.most is None else float(step.most)
    return low <= number <= high


def _day_within(step: Step, day: date, today: date) -> bool:
    low = days.bound(str(step.least), today) if step.least is not None else None
    high = days.bound(str(step.most), today) if step.most is not None else None
    return (low is None or low <= day) and (high is None or day <= high)


def _digits(text: str, language: str) -> str:
    return digits_fa(text) if language == "fa" else text


def _yes(said: bool, language: str) -> str:
    return ("بله" if said else "خیر") if language == LANGUAGES[0] else ("yes" if said else "no")
