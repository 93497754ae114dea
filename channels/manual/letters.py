"""An answer as a letter on paper: a PDF in Persian or English from a template of texts. The same letter always
gives the same bytes; the fonts are files beside this module.

Template texts may hold `{name}`, `{date}`, `{number}`, `{reference}`, `{subject}`, `{agent}`; anything else in braces
stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from router.rules import jalali
from router.rules import text as words

MAX_CHARS = 100_000
PARTS = ("top", "place", "opening", "closing", "foot")
_FONTS = Path(__file__).parent / "fonts"
_FIELD = re.compile(r"\{([a-z]{1,20})\}")
_LATIN_WORD = re.compile(r"\S*[A-Za-z@]\S*")
_GROUPS = re.compile(r"[0-9۰-۹]+(?:[-–/][0-9۰-۹]+)+")
_DEFAULTS = {
    "top.fa": "", "top.en": "", "place.fa": "", "place.en": "",
    "opening.fa": "با سلام و احترام،", "opening.en": "Dear {name},",
    "closing.fa": "با سپاس،\n{agent}", "closing.en": "Yours sincerely,\n{agent}", "foot.fa": "", "foot.en": ""}
_LABELS = {"fa": {"number": "شماره", "date": "تاریخ", "subject": "موضوع", "page": "صفحهٔ {n} از {of}", "ref": "پیگیری"},
           "en": {"number": "Number", "date": "Date", "subject": "Subject", "page": "Page {n} of {of}",
                  "ref": "Reference"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What stands in it."""

    text: str
    name: str = ""
    address: str = ""
    subject: str = ""
    number: str = ""  #: in the register, "1405/12"
    reference: str = ""
    agent: str = ""
    language: str = "fa"
    at: datetime


def render(letter: Letter, template: Mapping[str, str]) -> bytes:
    """The PDF."""
    page = _Page(letter, template)
    page.head()
    page.body()
    return bytes(page.output())


class _Page(FPDF):
    """A4 with the letterhead on the first page and the foot on each."""

    def __init__(self, letter: Letter, template: Mapping[str, str]) -> None:
        super().__init__(format="A4")
        self.letter, self.template = letter, template
        self.persian = letter.language == "fa"
        self.side = "R" if self.persian else "L"
        self.set_creation_date(letter.at)
        self.set_title(letter.subject or letter.number or "letter")
        self.set_lang("fa-IR" if self.persian else "en")
        self.set_margins(25, 20, 25)
        self.set_auto_page_break(True, margin=30)
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.add_font("vazirmatn", style, _FONTS / f"Vazirmatn-{name}.ttf")
        self.set_font("vazirmatn", size=11)
        self.set_text_shaping(use_shaping_engine=True, direction="rtl" if self.persian else "ltr")
        self.add_page()

    def part(self, name: str) -> str:
        """A text of the template with its fields filled in."""
        key = f"{name}.{self.letter.language}"
        given = self.template.get(key, _DEFAULTS.get(key, ""))
        fields = {"name": self.letter.name, "date": day(self.letter.at.date(), self.letter.language),
                  "number": self.letter.number, "reference": self.letter.reference, "subject": self.letter.subject,
                  "agent": self.letter.agent}
        return _FIELD.sub(lambda found: fields.get(found.group(1), found.group()), given)

    def lines(self, text: str, *, size: float = 11, style: str = "", height: float = 7.5, align: str = "") -> None:
        """Paragraphs, each in its own direction."""
        self.set_font("vazirmatn", style=style, size=size)
        for each in text.split("\n"):
            if not each.strip():
                self.ln(height * 0.6)
                continue
            way = words.direction(each, default="rtl" if self.persian else "ltr")
            self.set_text_shaping(use_shaping_engine=True, direction=way)
            self.multi_cell(0, height, self.shown(each), align=align or ("R" if way == "rtl" else "L"),
                            new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def shown(self, text: str) -> str:
        """In Persian with Persian digits, except inside Latin words and addresses."""
        if not self.persian:
            return text
        out, at = [], 0
        for found in _LATIN_WORD.finditer(text):
            out += [words.digits_fa(text[at:found.start()]), found.group()]
            at = found.end()
        text = "".join([*out, words.digits_fa(text[at:])])
        # Between right-to-left words the groups of a telephone number would change places.
        return _GROUPS.sub(lambda found: f"\u200e{found.group()}\u200e", text)

    def head(self) -> None:
        """Letterhead, number and date, to whom, about what."""
        letter, labels = self.letter, _LABELS[self.letter.language]
        if top := self.part("top"):
            self.lines(top, size=15, style="B", height=9, align="C")
        if place := self.part("place"):
            self.lines(place, size=9, height=5.5, align="C")
        self.ln(2)
        self.set_draw_color(150)
        self.line(25, self.get_y(), self.w - 25, self.get_y())
        self.ln(4)
        told = [(labels["number"], letter.number), (labels["date"], day(letter.at.date(), letter.language)),
                (labels["ref"], letter.reference)]
        for label, value in told:
            if value:
                # Numbers with a slash or dashes keep their order between right-to-left words.
                self.lines(f"{label}: {value}", size=9.5, height=5.5, align="L" if self.persian else "R")
        self.ln(4)
        if letter.name:
            self.lines(letter.name, style="B")
        if letter.address:
            self.lines(letter.address, size=10, height=6)
        if letter.subject:
            self.ln(2)
            self.lines(f"{labels['subject']}: {letter.subject}", style="B")
        self.ln(3)

    def body(self) -> None:
        """Opening, the answer, closing."""
        for text in (self.part("opening"), self.letter.text[:MAX_CHARS], self.part("closing")):
            if text.strip():
                self.lines(text)
                self.ln(3)

    def footer(self) -> None:
        """The foot of each page, and which page it is."""
        self.set_y(-24)
        if foot := self.part("foot"):
            self.lines(foot, size=8, height=4.5, align="C")
        self.set_y(-13)
        numbered = _LABELS[self.letter.language]["page"].format(n=self.page_no(), of="{nb}")
        if self.page_no() > 1 or len(self.pages) > 1:
            self.lines(numbered.replace(" از {nb}", "").replace(" of {nb}", ""), size=8, height=4.5, align="C")


def day(at: date, language: str) -> str:
    """A date as a letter writes it: Jalali in Persian."""
    if language != "fa":
        return f"{at.day} {at:%B} {at.year}"
    year, month, number = jalali.from_gregorian(at)
    return f"{number} {jalali.MONTHS[month - 1]} {year}"


def template_of(given: Any) -> Mapping[str, str]:
    """The settings' texts, checked. ValueError names the wrong one."""
    for name, value in dict(given).items():
        part, _, language = name.rpartition(".")
        if part not in PARTS or language not in ("fa", "en") or len(value) > 2_000:
            raise ValueError(f"letter: {name!r} must be one of {', '.join(PARTS)} with .fa or .en, at most 2000 "
                             "characters")
    return dict(given)
