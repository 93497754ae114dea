"""What a citizen may be offered instead of waiting: on which medium it can be kept, and how a number is read. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from router.rules.phone import canonical
from router.rules.text import digits_latin

#: How an offer reaches the citizen: on the line itself, or by a message; what is not here cannot be kept there.
_LINE = {"callback": "line", "voicemail": "line", "write": "message"}
_WRITTEN = {"callback": "message", "write": "message"}
_OTHER = {"write": "message"}
_HOW: Mapping[str, Mapping[str, str]] = {
    "voice": _LINE, "webchat": _WRITTEN, "telegram": _WRITTEN, "sms": _WRITTEN, "email": _WRITTEN, "form": _WRITTEN}
LONGEST = 80  #: characters of a line that may be an answer to "which number?"
_RUN = re.compile(r"\+?[0-9][0-9 ()./\u2010-\u2015\u200b-\u200f\u2066-\u2069-]{5,24}")


def how(medium: str, offer: str) -> str:
    """line, message, or "" where the medium cannot do it."""
    return _HOW.get(medium, _OTHER).get(offer, "")


def number_in(text: str) -> str:
    """The one telephone number in the first line of an answer as +E.164; "" when there is none, or more than one."""
    line = next((each.strip() for each in text[:2_000].splitlines() if each.strip()), "")
    if len(line) > LONGEST:
        return ""
    found = [canonical(each) for each in _RUN.findall(digits_latin(line))]
    return found[0] if len(found) == 1 and found[0].startswith("+") else ""
