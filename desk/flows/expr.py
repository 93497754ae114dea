"""The small language of branches: `topic == "water" and amount > 100`. Pure; evaluates nothing but its own words.

    or, and, not, ( )                    == != < <= > >= in
    names of variables, "text", 12.5, true, false, none, ["a", "b"]
    has(name), length(name), open("queue")

Source and depth are bounded; a name without a value is none; a comparison of unlike things is false, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from router.rules.text import fold

LONGEST = 500  #: characters of an expression
DEEPEST = 20  #: brackets within brackets
_TOKEN = re.compile(r"""\s*(?:(?P<number>\d{1,15}(?:\.\d{1,6})?)|(?P<text>"[^"\n]*"|'[^'\n]*')"""
                    r"""|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<mark>==|!=|<=|>=|[<>()\[\],]))""")
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "none": None}
_COMPARES = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
FUNCTIONS = frozenset({"has", "length", "open"})

Node = tuple[Any, ...]


class BadExpression(Exception):
    """The text is no expression; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A checked expression."""

    source: str
    node: Node
    names: frozenset[str]  #: variables it reads
    queues: frozenset[str]  #: queues whose hours it asks for


@dataclass(slots=True)
class _Reader:
    tokens: list[tuple[str, str]]
    at: int = 0
    depth: int = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "the end")

    def take(self) -> tuple[str, str]:
        found = self.peek()
        self.at += 1
        return found

    def need(self, mark: str) -> None:
        kind, text = self.take()
        if kind != "mark" or text != mark:
            raise BadExpression(f"expected {mark!r} and found {text!r}")


def parse(source: str) -> Expression:
    """The expression. Raises BadExpression."""
    if len(source) > LONGEST:
        raise BadExpression(f"longer than {LONGEST} characters")
    reader = _Reader(_tokens(source))
    node = _either(reader)
    if reader.peek()[0] != "end":
        raise BadExpression(f"did not expect {reader.peek()[1]!r}")
    names: set[str] = set()
    queues: set[str] = set()
    _collect(node, names, queues)
    return Expression(source=source, node=node, names=frozenset(names), queues=frozenset(queues))


def _tokens(source: str) -> list[tuple[str, str]]:
    found, at = [], 0
    end = len(source.rstrip())
    while at < end:
        match = _TOKEN.match(source, at)
        if match is None:
            raise BadExpression(f"cannot read {source[at:at + 20]!r}")
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        at = match.end()
    return found


def _either(reader: _Reader) -> Node:
    reader.depth += 1
    if reader.depth > DEEPEST:
        raise BadExpression(f"more than {DEEPEST} levels")
    parts = [_both(reader)]
    while reader.peek() == ("name", "or"):
        reader.take()
        parts.append(_both(reader))
    reader.depth -= 1
    return parts[0] if len(parts) == 1 else ("or", *parts)


def _both(reader: _Reader) -> Node:
    parts = [_negated(reader)]
    while reader.peek() == ("name", "and"):
        reader.take()
        parts.append(_negated(reader))
    return parts[0] if len(parts) == 1 else ("and", *parts)


def _negated(reader: _Reader) -> Node:
    times = 0
    while reader.peek() == ("name", "not"):
        reader.take()
        times += 1
    node = _compared(reader)
    return ("not", node) if times % 2 else node


def _compared(reader: _Reader) -> Node:
    left = _atom(reader)
    text = reader.peek()[1]
    if text in _COMPARES and reader.peek()[0] in ("mark", "name"):
        reader.take()
        return ("compare", text, left, _atom(reader))
    return left


def _atom(reader: _Reader) -> Node:
    kind, text = reader.take()
    if kind == "number":
        return ("value", float(text) if "." in text else int(text))
    if kind == "text":
        return ("value", text[1:-1])
    if text == "(":
        inner = _either(reader)
        reader.need(")")
        return inner
    if text == "[":
        return _listed(reader)
    if kind != "name" or text in ("and", "or", "not", "in"):
        raise BadExpression(f"did not expect {text!r}")
    if text in _WORDS:
        return ("value", _WORDS[text])
    if reader.peek() == ("mark", "("):
        return _call(reader, text)
    return ("name", text)


def _listed(reader: _Reader) -> Node:
    values: list[Any] = []
    while reader.peek() != ("mark", "]"):
        kind, text = reader.take()
        if kind not in ("text", "number"):
            raise BadExpression("a list holds texts and numbers")
        values.append(text[1:-1] if kind == "text" else float(text))
        if reader.peek() == ("mark", ","):
            reader.take()
    reader.take()
    return ("value", tuple(values))


def _call(reader: _Reader, function: str) -> Node:
    if function not in FUNCTIONS:
        raise BadExpression(f"there is no function {function!r}; known are {', '.join(sorted(FUNCTIONS))}")
    reader.need("(")
    kind, text = reader.take()
    if function == "open":
        if kind != "text":
            raise BadExpression('open() takes the name of a queue in quotes, open("general")')
        text = text[1:-1]
    elif kind != "name":
        raise BadExpression(f"{function}() takes the name of a variable")
    reader.need(")")
    return (function, text)


def _collect(node: Node, names: set[str], queues: set[str]) -> None:
    kind = node[0]
    if kind in ("name", "has", "length"):
        names.add(node[1])
    elif kind == "open":
        queues.add(node[1])
    else:
        for part in node[1:]:
            if isinstance(part, tuple) and part and isinstance(part[0], str) and kind != "value":
                _collect(part, names, queues)


def value(expression: Expression, values: Mapping[str, Any], is_open: Callable[[str], bool]) -> Any:
    """What it comes to."""
    return _value(expression.node, values, is_open)


def _value(node: Node, values: Mapping[str, Any], is_open: Callable[[str], bool]) -> Any:
    match node[0]:
        case "value":
            return node[1]
        case "name":
            return values.get(node[1])
        case "has":
            return values.get(node[1]) not in (None, "", ())
        case "length":
            found = values.get(node[1])
            return len(found) if isinstance(found, str | list | tuple) else 0
        case "open":
            return is_open(node[1])
        case "not":
            return not _value(node[1], values, is_open)
        case "and":
            return all(_value(part, values, is_open) for part in node[1:])
        case "or":
            return any(_value(part, values, is_open) for part in node[1:])
    return _compare(node[1], _value(node[2], values, is_open), _value(node[3], values, is_open))


def _compare(sign: str, left: Any, right: Any) -> bool:
    left, right = _plain(left), _plain(right)
    if sign == "in":
        return (isinstance(right, tuple) and left in right) or (
            isinstance(right, str) and isinstance(left, str) and left in right)
    if sign in ("==", "!="):
        return bool(left == right) == (sign == "==")
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if not numbers and not (isinstance(left, str) and isinstance(right, str)):
        return False
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign])


def _plain(each: Any) -> Any:
    """Texts are compared as people mean them: letters, digits and case of one spelling."""
    if isinstance(each, str):
        return fold(each)
    if isinstance(each, list | tuple):
        return tuple(_plain(part) for part in each)
    return each
