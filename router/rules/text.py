"""Folds, cleans and orients text, the one way for the whole house. Pure; raises on no text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

#: Longest text that `clean` keeps unless told otherwise, in characters.
CLEAN_CHARS = 100_000
#: Direction and language are judged from so many characters at the start.
_JUDGED_CHARS = 4_000

HALF_SPACE = "\u200c"
_FSI, _PDI = "\u2068", "\u2069"

# Marks that only decorate a letter in the scripts we compare: Latin accents, Arabic vowels, hamza and madda.
_MARKS = (
    (0x0300, 0x036F), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E4),
    (0x06E7, 0x06E8), (0x06EA, 0x06ED), (0x08CA, 0x08E1), (0x08E3, 0x08FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xE0100, 0xE01EF),
)  # fmt: skip
# Keyboards and old code pages write one Persian letter in several ways.
_LETTERS = {
    "ي": "ی", "ى": "ی", "ې": "ی", "ۍ": "ی", "ێ": "ی", "ے": "ی", "ؠ": "ی", "ك": "ک", "ڪ": "ک",
    "ګ": "گ", "ة": "ه", "ۃ": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه",
    "ٱ": "ا", "ٲ": "ا", "ٳ": "ا", "ۆ": "و", "ۇ": "و", "ۋ": "و", "ء": "", "ـ": "",
    "،": ",", "؛": ";", "؟": "?", "٪": "%", "٫": ".", "٬": ",", "۔": ".", "«": '"', "»": '"', "„": '"',
    "“": '"', "”": '"', "‘": "'", "’": "'", "‚": "'", "`": "'", "´": "'",
    "–": "-", "—": "-", "‐": "-", "−": "-", "‒": "-",
}  # fmt: skip
# What people and programs put where a half-space belongs: ZWNJ, the not-sign of old Persian code pages, ZWSP.
_HALF_SPACES = "\u200c\u00ac\u200b"
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

_REPEATED = re.compile(r"([^\W\d_])\1\1+")
_GAP = re.compile("[ \u200c]+")
_LETTER = re.compile(r"[^\W\d_]")
_ARABIC = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c9\ufb50-\ufdff\ufe70-\ufefc]")


def _folded(char: str) -> str:
    """One character for comparison; "" = it does not count."""
    wide = unicodedata.normalize("NFKD", char).casefold()
    return "".join(_plain(part) for part in unicodedata.normalize("NFKD", wide))


def _plain(char: str) -> str:
    code = ord(char)
    if char in _HALF_SPACES:
        return HALF_SPACE
    if char in _LETTERS:
        return _LETTERS[char]
    if any(low <= code <= high for low, high in _MARKS):
        return ""
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.digit(char))
    if char.isspace() or kind in ("Cc", "Cs", "Zl", "Zp"):
        return " "
    return "" if kind == "Cf" else char


class _Table(dict[int, str]):
    """A translation table that works characters out as they appear, and keeps a bounded number of them."""

    _KEPT = 8192

    def __missing__(self, code: int) -> str:
        made = _folded(chr(code))
        if len(self) < self._KEPT:
            self[code] = made
        return made


_FOLD = _Table()


def fold(text: str, *, half_space: str = "") -> str:
    """The text for comparison, never for display: one spelling per letter, Latin digits, lower case, single spaces,
    no diacritics, tatweel or direction marks, no letter three times in a row. Idempotent; linear time.

    A half-space becomes `half_space`: "" joins the word parts, " " parts them, HALF_SPACE keeps them.
    """
    plain = _GAP.sub(_gap, text.translate(_FOLD)).strip(" \u200c")
    if half_space != HALF_SPACE:
        plain = plain.replace(HALF_SPACE, half_space)
    return _REPEATED.sub(_once, plain)


def _gap(match: re.Match[str]) -> str:
    return " " if " " in match.group() else HALF_SPACE


def _once(match: re.Match[str]) -> str:
    letter = match.group(1)
    # Persian lengthens by repeating a letter that stands once; English has true doubles ("coool").
    return letter if _ARABIC.match(letter) else letter * 2


def _digits(first: int) -> dict[int, str]:
    return {start + n: chr(first + n) for start in (0x30, 0x660, 0x6F0) for n in range(10)}


_TO_FA, _TO_LATIN = _digits(0x6F0), _digits(0x30)


def digits_fa(text: str) -> str:
    """The same text with Persian digits, for display."""
    return text.translate(_TO_FA)


def digits_latin(text: str) -> str:
    """The same text with Latin digits, for numbers that a program reads."""
    return text.translate(_TO_LATIN)


class _Clean(dict[int, str | None]):
    """What must not be stored: controls but newline and tab, lone surrogates, noncharacters."""

    def __missing__(self, code: int) -> str | None:
        if 0xD800 <= code <= 0xDFFF or 0xFDD0 <= code <= 0xFDEF or (code & 0xFFFE) == 0xFFFE:
            return None
        return chr(code)


_CLEAN = _Clean(dict.fromkeys((*range(0x20), *range(0x7F, 0xA0))))
_CLEAN.update({ord(c): "\n" for c in "\n\r\v\f\x85\u2028\u2029"} | {ord("\t"): "\t"})


def clean(text: str, *, limit: int = CLEAN_CHARS) -> str:
    """The text fit for storage in every database: no NUL or other control character (newline and tab stay), no lone
    surrogate, line ends as "\\n", at most `limit` characters. Idempotent; the words are otherwise untouched."""
    return text.replace("\r\n", "\n").translate(_CLEAN)[:limit]


def direction(text: str, *, default: str = "ltr") -> str:
    """"rtl" or "ltr" by what most words are, the first word deciding a tie; `default` when nothing has a direction."""
    rtl = ltr = 0
    first = default
    for letter in _first_letters(text):
        kind = unicodedata.bidirectional(letter)
        if kind not in ("R", "AL", "L"):
            continue
        way = "ltr" if kind == "L" else "rtl"
        if not rtl and not ltr:
            first = way
        rtl, ltr = rtl + (way == "rtl"), ltr + (way == "ltr")
    return first if rtl == ltr else "rtl" if rtl > ltr else "ltr"


def _first_letters(text: str) -> Iterator[str]:
    """The first letter of each word, so that a long link weighs no more than a short word."""
    for word in text[:_JUDGED_CHARS].split():
        found = _LETTER.search(word)
        if found:
            yield found.group()


def language(text: str) -> str:
    """"fa" for Arabic script, "en" for Latin, by what most words are; "" when there are no such words."""
    fa = en = 0
    for letter in _first_letters(text):
        if _ARABIC.match(letter):
            fa += 1
        elif unicodedata.normalize("NFKD", letter)[0].isascii() or "\u00c0" <= letter <= "\u024f":
            en += 1
    if not fa and not en:
        return ""
    return "fa" if fa >= en else "en"


def isolate(text: str) -> str:
    """The text to be set inside text of the other direction: each line isolated (Unicode FSI .. PDI), its own direction
    controls removed, so that neither a name nor a forged override can turn its surroundings."""
    bare = text.translate(_NO_BIDI)
    return "\n".join(f"{_FSI}{line}{_PDI}" if line else "" for line in bare.split("\n"))


_NO_BIDI = {ord(char): None for char in _BIDI}
