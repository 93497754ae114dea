"""A dialogue tried without a house, by mail unless another medium is named: `trial`, `last`."""

from __future__ import annotations

from typing import Any

from desk.book import Book
from desk.trying import Trial

BOOK = Book()


def trial(name: str = "main-menu", medium: str = "email", language: str = "en", program: Any = None) -> Trial:
    """One that has been opened: the desk has said its first words."""
    made = Trial(program or BOOK.program(name), medium, language, today="2026-11-22",
                 names={"fa": "شهر", "en": "Town"})
    made.open()
    return made


def last(one: Trial) -> str:
    """What the desk said last."""
    return [line.text for line in one.lines if line.who == "desk"][-1]
