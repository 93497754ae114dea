"""What every event has. No event stands here."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any, ClassVar

from router.model import ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened and is committed."""

    name: ClassVar[str] = "event"
    about: ContactId | None = None

    def payload(self) -> dict[str, Any]:
        """The JSON-able fields, without `about`."""
        return {name: getattr(self, name) for name in _names(type(self))}  # type: ignore[arg-type]


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.name != "about")
