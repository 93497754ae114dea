"""Reads JSON and remembers on which line every key and item stands, so that a fault can be named. Opens nothing.

Strict JSON without comments, at most 64 levels deep. Paths are like `demand[2].profile[0]`.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DEEPEST = 64
_BLANK = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')


class Malformed(ValueError):
    """No JSON. The text says where and what was expected."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line, self.what = line, what


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A value, where its parts stand, and keys that stood twice in one object."""

    value: Any
    lines: Mapping[str, int]
    doubles: tuple[tuple[int, str], ...]


def read(text: str) -> Read:
    """The value of a JSON text. Malformed says where it is none."""
    reader = _Reader(text)
    value = reader.value("", 0)
    reader.blank()
    if reader.at < len(text):
        raise Malformed(reader.line(), "something follows the end of the value")
    return Read(value=value, lines=reader.lines, doubles=tuple(reader.doubles))


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.lines: dict[str, int] = {"": 1}
        self.doubles: list[tuple[int, str]] = []
        self._breaks = [match.start() for match in re.finditer("\n", text)]

    def line(self) -> int:
        return bisect_right(self._breaks, self.at - 1) + 1

    def blank(self) -> str:
        self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]
        return self.text[self.at:self.at + 1]

    def value(self, path: str, depth: int) -> Any:
        if depth > DEEPEST:
            raise Malformed(self.line(), f"more than {DEEPEST} levels deep")
        sign = self.blank()
        if path not in self.lines:
            self.lines[path] = self.line()
        if sign == "{":
            return self._object(path, depth)
        if sign == "[":
            return self._array(path, depth)
        if sign == '"':
            return self._string()
        match = _SCALAR.match(self.text, self.at)
        if match is None:
            raise Malformed(self.line(), "the file ends in the middle" if not sign else f"{sign!r} begins no value")
        self.at = match.end()
        return json.loads(match[0])

    def _object(self, path: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self.at += 1
        if self.blank() == "}":
            self.at += 1
            return found
        while True:
            if self.blank() != '"':
                raise Malformed(self.line(), "a key in double quotes is expected")
            line, key = self.line(), self._string()
            inner = f"{path}.{key}" if path else key
            if key in found:
                self.doubles.append((line, inner))
            self.lines[inner] = line
            if self.blank() != ":":
                raise Malformed(self.line(), f"a colon is expected after {key!r}")
            self.at += 1
            found[key] = self.value(inner, depth + 1)
            if self._ends("}"):
                return found

    def _array(self, path: str, depth: int) -> list[Any]:
        found: list[Any] = []
        self.at += 1
        if self.blank() == "]":
            self.at += 1
            return found
        while True:
            found.append(self.value(f"{path}[{len(found)}]", depth + 1))
            if self._ends("]"):
                return found

    def _ends(self, closing: str) -> bool:
        sign = self.blank()
        if sign not in (",", closing) or not sign:
            raise Malformed(self.line(), f"a comma or {closing} is expected")
        self.at += 1
        return sign == closing

    def _string(self) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise Malformed(self.line(), "a text without its closing quotes")
        try:
            value: str = json.loads(match[0])
        except ValueError:
            raise Malformed(self.line(), "a text with a wrong escape") from None
        self.at = match.end()
        return value
