"""When two machines talk to each other: the same words over and over, or a robot that answers everything. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from router.rules.text import fold

WINDOW = timedelta(minutes=5)  #: the same words to one address are counted over so long
ROUNDS = 3  #: automatic answers that a robot gets before it gets no more
HISTORY = 16  #: lines that the judgement needs
_SOON = timedelta(minutes=2)  #: a robot answers within so long
_AT_ONCE = timedelta(milliseconds=700)  #: no person types a short word faster
_SHORT = 12  #: characters; people repeat short words ("1", "بله") in a menu
_COMPARED = 2_000
_NUMBERS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message between us and an address."""

    ours: bool
    by_itself: bool  #: of ours: no person wrote it
    at: datetime
    text: str


def plain(text: str) -> str:
    """The words for comparison: folded, and with every number the same, because robots count and tell the time."""
    folded = fold(text[:_COMPARED])
    return _NUMBERS.sub("#", folded) if len(folded) > _SHORT else folded


def digest(text: str) -> str:
    """A short fingerprint of the words; "" for none."""
    folded = fold(text[:_COMPARED])
    return hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()[:24] if folded else ""


def repeats(count: int, most: int) -> bool:
    """Whether words that went `count` times within the window may not go once more; 0 = no such limit."""
    return bool(most) and count >= most


def answers_everything(history: Sequence[Line]) -> bool:
    """Whether the other side answered our last automatic words, three times running, as only a machine does: soon, and
    with what it said before, with our own words, or faster than anybody types. Any word of a colleague ends the row."""
    rounds = 0
    said: set[str] = set()
    ours: Line | None = None
    for line in history:
        if line.ours:
            ours = line if line.by_itself else None
            rounds = rounds if line.by_itself else 0
            continue
        words = plain(line.text)
        if ours is not None:
            rounds = rounds + 1 if _mechanical(line, words, ours, said) else 0
        said.add(words)
        ours = None
    return rounds >= ROUNDS


def _mechanical(line: Line, words: str, ours: Line, said: set[str]) -> bool:
    took = line.at - ours.at
    if took > _SOON:
        return False
    if took <= _AT_ONCE:
        return True
    echo = plain(ours.text)
    return len(words) > _SHORT and (words in said or words in echo or (len(echo) > _SHORT and echo in words))
