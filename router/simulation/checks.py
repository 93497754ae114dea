"""Takes values out of a table that somebody wrote by hand and collects what is wrong with them.

Every taker returns something usable, so that one pass finds all faults.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any


class Faults:
    """What was found wrong so far: (line, key, what)."""

    def __init__(self, lines: Mapping[str, int]) -> None:
        self._lines = lines
        self.found: list[tuple[int, str, str]] = []
        self.warnings: list[str] = []

    def add(self, key: str, what: str) -> None:
        """A fault at a key; its line is the key's, or that of the nearest thing around it."""
        self.found.append((self.line(key), key, what))

    def line(self, key: str) -> int:
        """Where a key stands."""
        while key not in self._lines:
            key = re.sub(r"\.?[^.\[]*$|\[\d+\]$", "", key) if key else ""
        return self._lines[key]

    def unknown(self, place: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
        """Warns of keys that nobody reads."""
        for key in table:
            if key not in known:
                near = get_close_matches(key, known, 1)
                where = _join(place, key)
                self.warnings.append(f"line {self.line(where)}: {where}: is not known and left out"
                                     + (f"; is {near[0]} meant?" if near else ""))

    def mapping(self, table: Any, place: str, key: str, *, needed: bool = True) -> dict[str, Any]:
        """An object."""
        if not isinstance(table, dict):
            return {}
        if key not in table:
            if needed:
                self.add(_join(place, key), "is missing")
            return {}
        if not isinstance(table[key], dict):
            self.add(_join(place, key), f"must be an object, not {_say(table[key])}")
            return {}
        if needed and not table[key]:
            self.add(_join(place, key), "is empty")
        return dict(table[key])

    def items(self, table: Mapping[str, Any], place: str, key: str, *, needed: bool = False) -> list[Any]:
        """A list; with `needed` not an empty one."""
        value = table.get(key, [])
        if not isinstance(value, list):
            self.add(_join(place, key), f"must be a list, not {_say(value)}")
            return []
        if needed and not value:
            self.add(_join(place, key), "is empty" if key in table else "is missing")
        return value

    def tables(self, table: Mapping[str, Any], place: str, key: str, known: Sequence[str], *, needed: bool = False
               ) -> Iterator[tuple[str, dict[str, Any]]]:
        """The objects of a list, each with its path."""
        for index, each in enumerate(self.items(table, place, key, needed=needed)):
            path = f"{_join(place, key)}[{index}]"
            if isinstance(each, dict):
                self.unknown(path, each, known)
                yield path, each
            else:
                self.add(path, f"must be an object, not {_say(each)}")

    def number(self, table: Mapping[str, Any], place: str, key: str, *, low: float = 0.0, high: float = 1e12,
               default: float | None = None, whole: bool = False) -> float:
        """A number within bounds."""
        if key not in table or (table[key] is None and default is not None):
            if default is None:
                self.add(_join(place, key), "is missing")
            return low if default is None else default
        return self.value(table[key], _join(place, key), low=low, high=high, whole=whole)

    def value(self, value: Any, path: str, *, low: float = 0.0, high: float = 1e12, whole: bool = False) -> float:
        """A number already taken out."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.add(path, f"must be a number, not {_say(value)}")
        elif not math.isfinite(value) or not low <= value <= high:
            bound = f"{low:g} or more" if high == 1e12 else f"{low:g} to {high:g}"
            self.add(path, f"must be {bound}, not {value:g}")
        elif whole and value != int(value):
            self.add(path, f"must be a whole number, not {value:g}")
        else:
            return float(value)
        return max(low, 1.0) if high > 1 else high

    def text(self, table: Mapping[str, Any], place: str, key: str, *, needed: bool = False) -> str:
        """A text."""
        value = table.get(key, "")
        if not isinstance(value, str) or (needed and not value):
            self.add(_join(place, key), "is missing" if key not in table else "must be a text")
            return ""
        return value

    def clock(self, table: Mapping[str, Any], place: str, key: str) -> str:
        """A time of day; midnight where none is given."""
        value = table.get(key, "00:00")
        if not isinstance(value, str) or not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
            self.add(_join(place, key), f"{value!r} is no time of day; 08:00 is one")
            return "00:00"
        return value.zfill(5)

    def choice(self, table: Mapping[str, Any], place: str, key: str, known: Sequence[str]) -> str:
        """One of some words; the first where none is given and it is a kind of distribution."""
        value = table.get(key, known[0] if key == "dist" and known else None)
        if value is None:
            self.add(_join(place, key), "is missing")
        elif value not in known:
            self.add(_join(place, key), f"{_say(value)} is none of {', '.join(known)}")
        else:
            return str(value)
        return known[0] if known else ""

    def names(self, table: Mapping[str, Any], place: str, key: str) -> frozenset[str] | None:
        """A list of names; None where it is not given, which means all."""
        if key not in table:
            return None
        value = table[key]
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.add(_join(place, key), "must be a list of names")
            return None
        return frozenset(value)

    def mix(self, table: Mapping[str, Any], place: str, key: str, known: Mapping[str, Any] | None) -> dict[str, float]:
        """Shares by name."""
        given, path = self.mapping(table, place, key), _join(place, key)
        made = {name: self.number(given, path, name) for name in given}
        for name in made:
            if known is not None and name not in known:
                self.add(f"{path}.{name}", f"is none of {', '.join(known)}")
        if made and not sum(made.values()):
            self.add(path, "adds up to nothing")
        return made

    def span(self, table: Mapping[str, Any], place: str, start: str, end: str) -> tuple[float, float]:
        """From and to."""
        first, last = self.number(table, place, start), self.number(table, place, end)
        if last < first:
            self.add(_join(place, end), f"is before {start}")
        return first, last


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _say(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", type(None): "null", bool: "true or false"}
    return kinds.get(type(value)) or repr(value)[:60]
