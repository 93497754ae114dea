"""Checks lines of a recorded day before anything is made of them: every key known, every value of its kind. Pure.

A ValueError says key and reason in words; a KeyError names what is missing. Makes nothing of the values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

Check = Callable[[str, Any], None]


def fact(kind: str, given: Mapping[str, Any]) -> None:
    """A fact about a queue, agent, contact or target."""
    known, needed = _FACTS[kind], _NEEDED[kind]
    for key in given:
        if key not in known:
            near = get_close_matches(key, known, 1)
            _bad(key[:40], "is not known" + (f"; is {near[0]} meant?" if near else f"; known are {', '.join(known)}"))
    for key in needed:
        if key not in given:
            raise KeyError(key)
    for key, value in given.items():
        known[key](key, value)


def entry(given: Mapping[str, Any]) -> None:
    """A journal entry that a replay looks at; other keys of its data are not looked at."""
    for key in ("seq", "at", "data"):
        if key not in given:
            raise KeyError(key)
    _order("seq", given["seq"])
    data = given["data"]
    if not isinstance(data, Mapping):
        _bad("data", f"must be an object, not {_say(data)}")
    if given.get("contact") is not None:
        _number("contact", given["contact"])
    elif given["name"] == "contact-queued":
        raise KeyError("contact")
    for key in _DATA[given["name"]]:
        if key not in data:
            raise KeyError(f"data.{key}")
    for key in ("queue", "agent"):
        if data.get(key) is not None or key in _DATA[given["name"]]:
            _number(f"data.{key}", data[key])


def _bad(key: str, what: str) -> None:
    raise ValueError(f"{key}: {what}")


def _say(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", type(None): "null", bool: "true or false"}
    return kinds.get(type(value)) or repr(value)[:60]


def _whole(low: int, high: int) -> Check:
    def check(key: str, value: Any) -> None:
        if type(value) is not int or not low <= value <= high:
            _bad(key, f"must be a whole number from {low} to {high}, not {_say(value)}")
    return check


def _span(low: float) -> Check:
    def check(key: str, value: Any) -> None:
        if type(value) not in (int, float) or not math.isfinite(value) or not low <= value <= 1e9:
            _bad(key, f"must be a number of seconds, {low:g} or more, not {_say(value)}")
    return check


def _text(key: str, value: Any) -> None:
    if not isinstance(value, str):
        _bad(key, f"must be a text, not {_say(value)}")


def _words(key: str, value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        _bad(key, "must be a list of words")


def _levels(key: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        _bad(key, f"must be an object of skills with levels, not {_say(value)}")
    for skill, level in value.items():
        _level(f"{key}.{skill[:40]}", level)


def _needs(key: str, value: Any) -> None:
    (_words if isinstance(value, list) else _levels)(key, value)  # a list where levels do not matter


def _match(key: str, value: Any) -> None:
    if value not in ("no", "prefer", "require"):
        _bad(key, f"{_say(value)} is none of no, prefer, require")


def _ring(key: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        _bad(key, f"must be an object, not {_say(value)}")
    if "after" not in value:
        raise KeyError(f"{key}.after")
    for name, check in (("after", _span(0)), ("relax", _whole(0, 4)), ("drop", _words), ("queues", _words)):
        if name in value:
            check(f"{key}.{name}", value[name])


def _rings(key: str, value: Any) -> None:
    if not isinstance(value, list):
        _bad(key, f"must be a list, not {_say(value)}")
    for number, each in enumerate(value):
        _ring(f"{key}[{number}]", each)


def _hours(key: str, value: Any) -> None:
    """Read elsewhere, with errors of its own."""
    if value and not isinstance(value, Mapping):
        _bad(key, f"must be an object, not {_say(value)}")


_number, _order, _level = _whole(0, 2**63 - 1), _whole(-2**63, 2**63 - 1), _whole(1, 5)
_FACTS: Mapping[str, Mapping[str, Check]] = {
    "queue": {"id": _number, "name": _text, "skills": _words, "target": _span(0.001), "accept": _span(0.001),
              "levels": _levels, "prefers": _levels, "match_language": _match, "rings": _rings, "hours": _hours},
    "agent": {"id": _number, "skills": _levels, "without": _words, "capacity": _whole(1, 1000),
              "backup_after": _span(0), "languages": _words},
    "contact": {"id": _number, "medium": _text, "segment": _text, "kind": _text, "needs": _needs,
                "effort": _whole(0, 1000), "prefers": _levels, "language": _text, "priority": _whole(-1000, 1000)},
    "target": {"id": _number, "queue": _text, "medium": _text, "segment": _text, "kind": _text, "clock": _text,
               "seconds": _whole(1, 366 * 86_400)}}
_NEEDED: Mapping[str, tuple[str, ...]] = {"queue": ("id", "name"), "agent": ("id",), "contact": ("id", "medium"),
                                          "target": ("id",)}
_DATA: Mapping[str, tuple[str, ...]] = {
    "contact-queued": ("queue",), "contact-changed": ("state",), "offer-made": (), "offer-ended": (),
    "agent-changed": ("agent",)}
