"""What requests carry, checked: numbers in paths and queries, shapes of bodies for the document. Decides nothing."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from router.errors import BadRequest, NotFound

BIGGEST = 2**53
TEXT, NUMBER, MOMENT = {"type": "string"}, {"type": "integer"}, {"type": "string", "format": "date-time"}
MAYBE = {"type": ["integer", "null"]}
FLAG = {"type": "boolean"}


def obj(*needed: str, **properties: Any) -> dict[str, Any]:
    """The shape of a body: `needed` must be there."""
    return {"type": "object", "properties": properties, "required": list(needed)}


def answer(**properties: Any) -> dict[str, Any]:
    """The shape of an answer: all of it is there."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def many(of: dict[str, Any]) -> dict[str, Any]:
    """A list."""
    return {"type": "array", "items": of}


def id_of(request: web.Request, name: str = "id") -> int:
    """A number of the path; NotFound when it is none."""
    text = request.match_info[name]
    if not (text.isascii() and text.isdigit()) or int(text[:20]) > BIGGEST:
        raise NotFound("there is no such thing")
    return int(text)


def number_in(request: web.Request, name: str, most: int = BIGGEST) -> int | None:
    """A number of the query, if there is one; BadRequest when it is out of range."""
    text = request.query.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:20]) <= most:
        raise BadRequest(f"{name} is a number from 1 to {most}", field=name)
    return int(text)
