"""Telephone numbers in one spelling, so that one citizen is one address. Pure: knows no directory and calls nobody."""

from __future__ import annotations

import re

from router.rules.text import clean, digits_latin

#: E.164: a country code that does not begin with 0, fifteen digits in all at most.
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_MARKS = re.compile(r"[\s()./\-\u00a0\u00ad\u061c\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2066-\u2069\ufeff]+")
#: Longer than any number or sender name (TS 23.040 allows 20 digits or 11 characters).
LONGEST = 32


def canonical(raw: str, *, country: str = "98", national: int = 10, mobile: str = "9") -> str:
    """The number as +E.164 where it certainly is one; else the number or name as it stands, without marks and spaces.

    `country` is the code of numbers written the national way, `national` how many digits such a number has after the
    leading 0. Without the 0 only a mobile number, one that begins with `mobile`, is taken for national: ten digits from
    3000 on are a service line. Persian and Arabic digits count. Short codes and service lines are kept raw.
    """
    bare = _MARKS.sub("", digits_latin(clean(raw, limit=200)))[:LONGEST]
    plain = "+" + bare[2:] if bare.startswith("00") else bare
    if plain.startswith("+"):
        # "+98 0912…", half national and half not, is common in address books.
        plain = plain.replace(f"+{country}0", f"+{country}", 1) if plain.startswith(f"+{country}0") else plain
        return plain if _E164.fullmatch(plain) else bare
    if not (bare.isascii() and bare.isdigit()):
        return bare
    if bare.startswith("0") and len(bare) == national + 1:
        return f"+{country}{bare[1:]}"
    if bare.startswith(country) and len(bare) == len(country) + national:
        return f"+{bare}"
    if len(bare) == national and bare.startswith(mobile) and not bare.startswith("0"):
        return f"+{country}{bare}"
    return bare
