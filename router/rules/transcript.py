"""A conversation as a text that a citizen can keep. Pure: shows what both said, never notes or system lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from router.records import Direction, Message
from router.rules import jalali
from router.rules.text import digits_fa

LONGEST = 200_000  #: characters; older messages are left out first
_YOU = {"fa": "شما", "en": "You"}
_FILE = {"fa": "فایل", "en": "File"}


def moment(at: datetime, language: str, zone: str) -> str:
    """Day and minute as that language writes them."""
    here = at.astimezone(ZoneInfo(zone))
    if language != "fa":
        return f"{here:%Y-%m-%d %H:%M}"
    year, month, day = jalali.from_gregorian(here.date())
    return digits_fa(f"{year}/{month:02}/{day:02} {here:%H:%M}")


def text(messages: Sequence[Message], *, language: str, desk: str, zone: str) -> str:
    """Each message with its time and speaker, oldest first."""
    found: list[str] = []
    length = 0
    for each in reversed([m for m in messages if m.direction in (Direction.IN, Direction.OUT)]):
        who = _YOU[language] if each.direction is Direction.IN else each.author or desk
        files = [f"[{_FILE[language]}: {file.name}]" for file in each.attachments]
        words = "\n".join([each.text, *files]).strip()
        entry = f"{moment(each.at, language, zone)}  {who}:\n{words}"
        length += len(entry)
        if length > LONGEST:
            break
        found.append(entry)
    return "\n\n".join(reversed(found))
