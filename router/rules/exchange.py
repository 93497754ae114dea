"""What was exchanged with a provider, so redacted that it holds no word, address or secret; pauses and parts. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

KEPT = timedelta(days=7)
MOST = 20_000  #: of one channel; the oldest beyond that go earlier
_SHAPE = 600  #: characters of a shape
_READ = 8_192  #: bytes of a body that are looked at; a longer one is only measured
_KEYS, _ITEMS, _DEPTH = 24, 3, 5
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-\[\]]{0,39}")
_ORIGIN = re.compile(r"^[a-z]+://[^/?#]*")
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z_.-]{0,23}|v\d{1,2}(\.\d)?|\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request, ours to a provider ("out") or a provider's to us ("in"), or one hand-over in another protocol."""

    channel: str
    at: datetime
    way: str
    method: str
    path: str  #: redacted by `path_of`
    status: int = 0  #: 0 = there was no answer
    millis: int = 0
    asked: str = ""  #: redacted by `shape`
    answered: str = ""
    outcome: str = ""  #: code of the error, or "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A channel on which nothing goes out."""

    channel: str
    since: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One part of a longer inbound message."""

    channel: str
    whole: str  #: names the message within the channel
    number: int
    external_id: str
    arrived_at: datetime
    content: bytes


def path_of(url: str) -> str:
    """Where a request went: ordinary words of the path stay, keys, numbers and ids become "*"; of the query only names.
    """
    path, _, query = _ORIGIN.sub("", url[:4_000]).partition("#")[0].partition("?")
    steps = [step if _PLAIN.fullmatch(step) else "*" for step in path.split("/")[1:13]]
    names = [_name(pair.partition("=")[0]) for pair in query.split("&", 24)[:24] if pair]
    return f"/{'/'.join(steps)}{'?' + '&'.join(names) if names else ''}"[:300]


def shape(content: bytes, media_type: str = "") -> str:
    """What a body looks like: names and kinds of its fields, lengths of its texts, never a value."""
    if not content:
        return ""
    head = content[:_READ]
    if "json" in media_type or head[:1] in (b"{", b"["):
        try:
            found = _shape(json.loads(head), _DEPTH) if len(content) <= _READ else f"json({len(content)})"
        except (ValueError, RecursionError):
            found = f"no json({len(content)})"
        return found[:_SHAPE]
    if "form-urlencoded" in media_type:
        pairs = [pair.partition("=") for pair in head.decode("latin-1").split("&", _KEYS)[:_KEYS]]
        return ", ".join(f"{_name(name)}: text({len(_ESCAPED.sub('x', value))})" for name, _, value in pairs)[:_SHAPE]
    return f"{_name(media_type.split(';')[0].replace('/', '.')) if media_type else 'bytes'}({len(content)})"


def _shape(value: Any, depth: int) -> str:
    if isinstance(value, str):
        return f"text({len(value)})"
    if value is None or isinstance(value, bool | int | float):
        return "null" if value is None else type(value).__name__
    if not depth:
        return "..."
    if isinstance(value, Mapping):
        inner = [f"{_name(str(name))}: {_shape(each, depth - 1)}" for name, each in list(value.items())[:_KEYS]]
        return f"{{{', '.join(inner)}{', ...' if len(value) > _KEYS else ''}}}"
    assert isinstance(value, Sequence)
    inner = [_shape(each, depth - 1) for each in value[:_ITEMS]]
    return f"[{', '.join(inner)}{f', ... {len(value)}' if len(value) > _ITEMS else ''}]"


def _name(name: str) -> str:
    return name if _NAME.fullmatch(name) else "*"
