"""What every event has. No event stands here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from router.model import ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened and is committed."""

    name: ClassVar[str] = "event"
    about: ContactId | None = None

    def payload(self) -> dict[str, Any]:
        """The JSON-able fields, without `about`."""
        data = asdict(self)
        del data["about"]
        return data
