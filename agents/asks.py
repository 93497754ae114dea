"""Reads numbers, words and lists out of a request, and says clearly what is wrong with them. Decides nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from router.errors import BadRequest, NotFound
from router.web import take

_BIGGEST = 2**53


def number_of(request: web.Request, name: str = "id") -> int:
    """A number in the path; NotFound when it is none: there is nothing under such an address."""
    text = request.match_info[name]
    if not (text.isascii() and text.isdigit()) or int(text[:20]) > _BIGGEST:
        raise NotFound("there is no such thing")
    return int(text)


def query_number(request: web.Request, name: str, *, most: int = _BIGGEST) -> int | None:
    """A number in the query; None when it is not there."""
    text = request.query.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not int(text[:20]) <= most:
        raise BadRequest(f"{name} must be a number up to {most}", field=name)
    return int(text)


def text_in(data: dict[str, Any], name: str, *, most: int, least: int = 0, default: Any = ...) -> str:
    """A text of a body, of a length between the bounds."""
    found = take(data, name, str, default=default)
    if found is default:
        return str(found)
    if not least <= len(found) <= most:
        raise BadRequest(f"the field {name!r} has {least} to {most} characters", field=name)
    return str(found)


def number_in(data: dict[str, Any], name: str, *, least: int = 0, most: int = _BIGGEST, default: Any = ...) -> Any:
    """A number of a body, between the bounds."""
    found = take(data, name, int, default=default)
    if found is not default and not least <= found <= most:
        raise BadRequest(f"the field {name!r} must lie between {least} and {most}", field=name)
    return found


def numbers_in(data: dict[str, Any], name: str, *, most: int) -> tuple[int, ...]:
    """A list of numbers of a body; empty when it is not there."""
    found = take(data, name, list, default=None) or []
    if len(found) > most or not all(isinstance(each, int) and not isinstance(each, bool) and 0 <= each <= _BIGGEST
                                    for each in found):
        raise BadRequest(f"the field {name!r} must be a list of at most {most} numbers", field=name)
    return tuple(found)


def texts_in(data: dict[str, Any], name: str, *, most: int) -> tuple[str, ...]:
    """A list of texts of a body; empty when it is not there."""
    found = take(data, name, list, default=None) or []
    if len(found) > most or not all(isinstance(each, str) and len(each) <= 1_000 for each in found):
        raise BadRequest(f"the field {name!r} must be a list of at most {most} texts", field=name)
    return tuple(found)


def moment_in(data: dict[str, Any], name: str) -> datetime:
    """A time of a body: ISO 8601 with its offset."""
    text = text_in(data, name, most=40)
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadRequest(f"the field {name!r} must be a time like 2026-11-21T15:30:00Z", field=name)
