"""JSON as providers send it, which is not always JSON. Reads, and decides nothing."""

from __future__ import annotations

import json
from typing import Any

import orjson

from router.errors import BadRequest


def read_json(raw: bytes) -> Any:
    """The body's value; BadRequest when it has none. Half a surrogate pair is wrong for orjson. The standard library
    takes it, and text is cleaned later: refused, a provider would repeat this item and hold back those behind it."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        try:
            return json.loads(raw)
        except (ValueError, RecursionError):
            raise BadRequest("the body is not valid JSON") from None
