"""Finds what is somebody's own in a text - names, numbers, addresses - so that it can be taken out. Pure; linear time.

It proposes; a person decides. Rather one too many than one too few: what it marks wrongly costs a click.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from router.rules import codes

LONGEST = 200_000  #: characters looked at
_GAP = r"[ \-_./()\u00a0\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
_NUMBER = re.compile(rf"(?<![\w+])(?:\+{_GAP}?|)\d(?:{_GAP}{{0,3}}\d){{6,27}}(?!\w)")
_IBAN = re.compile(rf"(?<!\w)IR(?:{_GAP}{{0,3}}\d){{24}}(?!\d)", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z]\w{3,31}")
_PLATE = re.compile(
    r"(?<!\d)\d{2}[ \u200c]?[ابپتثجدزژسشصطعفقکگلمنوهی][ \u200c]?\d{3}(?:[ -]{0,3}(?:ایران)?[ -]{0,3}\d{2})?(?!\d)")
_PASSPORT = re.compile(r"(?<!\w)[A-Z]\d{8}(?!\w)")
_MONEY = re.compile(
    r"[ \u200c]{0,2}(?:هزار|میلیون|میلیارد|ریال|تومان|تومن|rials?|tomans?|usd|dollars?|euros?)\b", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(?:(?:شماره|کد|شناسه)[ \u200c]{1,2}(?:ی[ ])?"
    r"(?:پیگیری|رهگیری|پرونده|قرارداد|اشتراک|مشتری|قبض|نامه|درخواست|پرداخت|ارجاع)"
    r"|(?:reference|tracking|ticket|case|contract|account|customer|subscription)(?: (?:no|number|code|id))?\.?)"
    r"[ \u200c]{0,2}(?:[:#=]|من|ام|is|است)?[ \u200c]{0,2}#?([A-Za-z]{0,6}[-/]?\d[\dA-Za-z/-]{2,30})", re.IGNORECASE)
_POSTAL = re.compile(
    rf"کد[ \u200c]?پستی[ \u200c:]{{0,4}}(\d(?:{_GAP}{{0,2}}\d){{9}})"
    r"|(?:post(?:al)?[ -]?code|zip)[ :]{1,3}([A-Z0-9][A-Z0-9 -]{3,9})", re.IGNORECASE)
_DATE = r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}"
_BORN = re.compile(
    rf"(?:متولد|تاریخ تولد|زاده|born(?: on)?|date of birth|dob)[ :]{{1,3}}(?:من |is )?({_DATE}|\d{{4}})", re.IGNORECASE)

_FA = r"[آ-یء-ئ\u064b-\u0652\u200c]{2,20}"
_NAME_FA = re.compile(
    r"(?:(?<![آ-ی])(?:آقای|خانم|سرکار(?: خانم)?|جناب(?: آقای)?|آقا|دکتر|مهندس|حاج(?: آقا| خانم)?)[ ]"
    r"|(?:نام من|اسم من|اسمم|نامم|نام و نام خانوادگی|نام خانوادگی|اینجانب|بنده|امضا|با احترام|با تشکر)"
    rf"[ :،,\n]{{1,3}}(?:آقای |خانم )?)({_FA}(?:[ ]{_FA}){{0,2}})")
_SELF_FA = re.compile(rf"(?<![آ-ی])من[ ]({_FA}(?:[ ]{_FA}){{1,2}}?)[ ](?:هستم|ام)(?![آ-ی])")
_BIG = r"[A-Z][a-zA-Z'’-]{1,20}"
_NAME_EN = re.compile(
    r"\b(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Madam)\.?[ ]"
    r"|(?:[Mm]y name is|[Nn]ame[ ]?:|[Rr]egards,?|[Ss]incerely,?|[Tt]hanks,?)[ \n]{1,2})"
    rf"({_BIG}(?:[ ]{_BIG}){{0,2}})|\b(?:I am|I'm|I’m|[Tt]his is)[ ]({_BIG}(?:[ ]{_BIG}){{1,2}})")
_WORDS_OF_NOBODY = """
    محترم گرامی عزیز که را از به در با و یا این آن است هست نیست بود شد باید نمی می چه چرا چطور کجا هستم دارم
    خواستم می‌خواهم لطفا سلام مدیر مسئول شهردار کارشناس همکار رئیس وکیل منشی آقا خانم آقایان برای هم تا اما ولی
    پس یک دو سه
"""
#: Words that follow a title or "I am" and are nobody's name.
_NOBODY = frozenset(_WORDS_OF_NOBODY.split())

_PLACE_FA = ("(?:خیابان|خ\\.|کوچه|کوی|بلوار|بزرگراه|اتوبان|میدان|چهارراه|بن[\u200c ]?بست|پلاک|شهرک|محله|مجتمع"
             "|ساختمان|بلوک|واحد|طبقه)")
_ADDRESS_FA = re.compile(rf"(?<![آ-ی]){_PLACE_FA}[ :\u200c]{{0,2}}[^\n.؟?!؛:]{{1,120}}")
_PART_FA = re.compile(rf"(?<![آ-ی]){_PLACE_FA}[ :\u200c]{{0,2}}(?:شماره[ ])?(?:\d{{1,5}}|{_FA}(?:[ ]\d{{1,4}})?)")
_STREET = "(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Boulevard|Blvd|Square|Drive|Alley)"
_ADDRESS_EN = re.compile(
    rf"\b\d{{1,5}}[ ](?:{_BIG}[ ]){{1,3}}{_STREET}\b\.?(?:,? (?:Flat|Apartment|Apt|Unit|Floor|No)\.? ?\d{{1,4}})?"
    r"|\b(?:Flat|Apartment|Apt|Unit|No)\.? ?\d{1,4}\b", re.ASCII)

#: What stands where a find was: (Persian, English).
MARKS = {
    "name": ("[نام]", "[name]"), "mobile": ("[شماره همراه]", "[mobile]"), "phone": ("[تلفن]", "[phone]"),
    "national-id": ("[کد ملی]", "[national id]"), "card": ("[شماره کارت]", "[card]"), "iban": ("[شبا]", "[IBAN]"),
    "email": ("[رایانامه]", "[e-mail]"), "username": ("[شناسه کاربری]", "[username]"),
    "reference": ("[شماره پیگیری]", "[reference]"), "postal-code": ("[کد پستی]", "[postal code]"),
    "address": ("[نشانی]", "[address]"), "plate": ("[پلاک خودرو]", "[plate]"), "passport": ("[گذرنامه]", "[passport]"),
    "birth": ("[تاریخ تولد]", "[birth date]"), "number": ("[شماره]", "[number]"),
}
_ORDER = {kind: place for place, kind in enumerate(
    ("iban", "card", "postal-code", "national-id", "mobile", "email", "reference", "phone", "passport", "plate",
     "birth", "name", "username", "number", "address"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """One piece that may be somebody's own; `text[start:end]` is it."""

    kind: str
    start: int
    end: int
    text: str

    def mark(self, language: str) -> str:
        """What to write in its place."""
        return MARKS[self.kind][0 if language == "fa" else 1]


def _twins() -> dict[int, str]:
    digits = {first + n: str(n) for first in (0x660, 0x6F0) for n in range(10)}
    return digits | {ord("ي"): "ی", ord("ى"): "ی", ord("ك"): "ک", ord("ة"): "ه", ord("ۀ"): "ه", ord("٫"): ".",
                     ord("ـ"): "\u200c", ord("\u00a0"): " ", ord("\u2009"): " ", ord("\t"): " "}


_SHADOW = _twins()


def find(text: str, names: Collection[str] = ()) -> list[Find]:
    """Every find in order, none over another. `names` are known ones: of the customer, of colleagues."""
    text = text[:LONGEST]
    shadow = text.translate(_SHADOW)  # one character for one, so that places stay the same
    found = [Find(kind=kind, start=start, end=end, text=text[start:end])
             for kind, start, end in _all(shadow, names) if end > start]
    found.sort(key=lambda each: (_ORDER[each.kind], -(each.end - each.start), each.start))
    taken = bytearray(len(text) + 1)
    kept = []
    for each in found:
        if not any(taken[each.start:each.end]):
            taken[each.start:each.end] = b"\1" * (each.end - each.start)
            kept.append(each)
    return sorted(kept, key=lambda each: each.start)


def masked(text: str, language: str = "fa", names: Collection[str] = ()) -> str:
    """The text with a mark in place of every find."""
    made, at = [], 0
    for each in find(text, names):
        made += [text[at:each.start], each.mark(language)]
        at = each.end
    return "".join([*made, text[at:LONGEST]])


def _all(text: str, names: Collection[str]) -> Iterator[tuple[str, int, int]]:
    for kind, pattern in (("iban", _IBAN), ("email", _MAIL), ("username", _HANDLE), ("plate", _PLATE),
                          ("passport", _PASSPORT)):
        yield from ((kind, *found.span()) for found in pattern.finditer(text))
    for kind, pattern in (("reference", _REFERENCE), ("postal-code", _POSTAL), ("birth", _BORN)):
        for found in pattern.finditer(text):
            yield kind, *found.span(found.lastindex or 0)
    for found in _NUMBER.finditer(text):
        kind = number(found.group())
        if kind and not (kind in ("number", "phone") and _MONEY.match(text, found.end())):
            yield kind, *found.span()
    yield from _names(text, names)
    for found in _ADDRESS_EN.finditer(text):
        yield "address", *found.span()
    for found in _ADDRESS_FA.finditer(text):
        parts = list(_PART_FA.finditer(text, found.start(), found.end()))
        if parts:  # to the end of the last part: the rest of the sentence says something else
            yield "address", found.start(), parts[-1].end()


def number(written: str) -> str:
    """What a number of seven digits or more is by its shape and check digits; "" = nothing of a person."""
    digits = "".join(each for each in written if each.isdigit())
    plain = digits.removeprefix("00")
    if re.fullmatch(r"(?:0|98|0098)?9\d{9}", digits) or (written.startswith("+") and plain.startswith("989")):
        return "mobile"
    if len(digits) == 16 and luhn(digits):
        return "card"
    if len(digits) == 10:
        return "national-id" if national(digits) else "reference" if codes.read(digits) else "number"
    if (digits.startswith("0") and len(digits) == 11) or (written.startswith("+") and 8 <= len(digits) <= 15):
        return "phone"
    if re.fullmatch(r"\d{4}[/.-]\d{1,2}[/.-]\d{1,2}", written.strip()):
        return ""  # a date
    return "number"


def luhn(digits: str) -> bool:
    """Whether a card number's check digit is right (ISO/IEC 7812)."""
    doubled = (int(each) * (2 - place % 2) for place, each in enumerate(digits))
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


def national(digits: str) -> bool:
    """Whether ten digits are an Iranian national id by their check digit."""
    if len(set(digits)) == 1:
        return False
    rest = sum(int(each) * (10 - place) for place, each in enumerate(digits[:9])) % 11
    return int(digits[9]) == (rest if rest < 2 else 11 - rest)


def _names(text: str, known: Collection[str]) -> Iterator[tuple[str, int, int]]:
    for pattern in (_NAME_FA, _SELF_FA, _NAME_EN):
        for found in pattern.finditer(text):
            start, end = found.span(found.lastindex or 1)
            words = list(re.finditer(r"[^ \n]+", text[start:end]))
            good = next((place for place, word in enumerate(words) if word.group() in _NOBODY), len(words))
            if good:
                yield "name", start, start + words[good - 1].end()
    wanted = {part for name in list(known)[:50] for part in _parts(name.translate(_SHADOW)) if part not in _NOBODY}
    if wanted:
        longest = sorted(wanted, key=len, reverse=True)
        pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest)) + r")(?!\w)")
        yield from (("name", *found.span()) for found in pattern.finditer(text))


def _parts(name: str) -> list[str]:
    return [part for part in (name.strip(), *name.split()) if len(part) >= 3 and not part.isdigit()]
