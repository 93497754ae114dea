"""What routing needs to know about agents and queues, read from a request's body and checked. Writes nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agents.asks import number_in, text_in
from agents.shapes import CONTACT, DOORS, MATCHES
from router.errors import BadRequest
from router.model import Medium
from router.rules.overflow import MOST_STEPS
from router.rules.plan import LANGUAGES, SEGMENTS
from router.rules.sla import kind_of
from router.rules.wait.bearing import LONGEST
from router.web import take

WORD = re.compile(r"[\w.-]{1,40}")
_MEDIA = frozenset(medium.value for medium in Medium)


def of_agent(data: dict[str, Any]) -> dict[str, Any]:
    """The stated fields."""
    found: dict[str, Any] = {}
    if data.get("languages") is not None:
        found["languages"] = words_in(data, "languages", LANGUAGES)
    if data.get("paused") is not None:
        found["paused"] = words_in(data, "paused", sorted(_MEDIA))
    if data.get("limits") is not None:
        found["limits"] = figures_in(data, "limits", 1, 100, media=True)
    for name in ("group", "shift"):
        if data.get(name) is not None:
            found[name] = text_in(data, name, most=60).strip()
    if data.get("backup_after") is not None:
        found["backup_after"] = number_in(data, "backup_after", most=86_400)
    return found


def of_queue(data: dict[str, Any]) -> dict[str, Any]:
    """The stated fields; what belongs to other queues is checked where these are known."""
    found: dict[str, Any] = {}
    for name in ("levels", "prefers"):
        if data.get(name) is not None:
            found[name] = figures_in(data, name, 1, 5)
    if data.get("efforts") is not None:
        found["efforts"] = figures_in(data, "efforts", 1, 100, media=True)
    if data.get("match_language") is not None:
        found["match_language"] = one_in(data, "match_language", MATCHES)
    for name in ("policy", "calendar", *DOORS):
        if data.get(name) is not None:
            found[name] = text_in(data, name, most=60).strip()
    if data.get("most_waiting") is not None:
        found["most_waiting"] = number_in(data, "most_waiting", most=1_000_000)
    if data.get("overflow") is not None:
        steps = take(data, "overflow", list)
        if len(steps) > MOST_STEPS:
            raise BadRequest(f"overflow: at most {MOST_STEPS} steps", field="overflow")
        found["overflow"] = steps
    return found


def kind_in(data: dict[str, Any]) -> str:
    """A kind of contact, one word; "" = none."""
    kind = kind_of(text_in(data, "kind", most=40, default=""))
    if kind and not WORD.fullmatch(kind):
        raise BadRequest("kind: must be one word", field="kind")
    return kind


def of_contact(data: dict[str, Any]) -> dict[str, Any]:
    """The stated fields."""
    found: dict[str, Any] = {}
    for name in ("needs", "prefers"):
        if data.get(name) is not None:
            found[name] = figures_in(data, name, 1, 5)
    if data.get("priority") is not None:
        found["priority"] = number_in(data, "priority", least=-100, most=100)
    if data.get("kind") is not None:
        found["kind"] = kind_in(data)
    if data.get("patience") is not None:
        found["patience"] = str(number_in(data, "patience", most=LONGEST) or "")
    if data.get("segment") is not None:
        found["segment"] = one_in(data, "segment", SEGMENTS)
    if not found:
        raise BadRequest(f"name at least one of {', '.join(CONTACT)}")
    return found


def words_in(data: dict[str, Any], name: str, known: Sequence[str]) -> tuple[str, ...]:
    """A list of known words."""
    found = take(data, name, list)
    for each in found:
        if each not in known:
            raise BadRequest(f"{name}: {str(each)[:40]!r} is none of {', '.join(known)}", field=name)
    return tuple(dict.fromkeys(found))


def one_in(data: dict[str, Any], name: str, known: Sequence[str]) -> str:
    """One of the known words."""
    found = text_in(data, name, most=60)
    if found not in known:
        raise BadRequest(f"{name} must be one of {', '.join(known)}", field=name)
    return found


def figures_in(data: dict[str, Any], name: str, least: int, most: int, *, media: bool = False) -> dict[str, int]:
    """Words with numbers."""
    found: dict[str, Any] = take(data, name, dict)
    for word, figure in found.items():
        if not WORD.fullmatch(word) or (media and word not in _MEDIA):
            raise BadRequest(f"{name}.{word[:40]}: is no {'medium' if media else 'word'}", field=name)
        if type(figure) is not int or not least <= figure <= most:
            raise BadRequest(f"{name}.{word}: must be a number from {least} to {most}", field=name)
    if len(found) > 100:
        raise BadRequest(f"{name}: at most 100", field=name)
    return found
