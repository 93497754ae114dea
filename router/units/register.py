"""What the core asks of the register of letters, as a Protocol."""

from __future__ import annotations

from typing import Any, Protocol

from router.model import ContactId


class Register(Protocol):
    """Numbers of letters."""

    def take(self, unit: str, *, way: str, contact: ContactId | None, actor: str) -> dict[str, Any]:
        """The next number of a unit in this Jalali year: {"unit", "year", "number"}."""
        ...
