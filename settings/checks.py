"""What a value must fulfil, and how a fault is said. Raises only; reads nothing."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any


class SettingsError(Exception):
    """The configuration cannot be used; the message says where and what to write instead."""


def at(place: str, fine: bool, message: str) -> None:
    """SettingsError naming the dotted place, unless fine."""
    if not fine:
        raise SettingsError(f"{place}: {message}")


def need(fine: bool, message: str) -> None:
    """ValueError, for a dataclass's own rules: the loader adds the place."""
    if not fine:
        raise ValueError(message)


def one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    """ValueError unless the value is among the known."""
    need(value in known, f"{name}: {value!r} is not one of {', '.join(map(repr, known))}")


def at_least(record: object, **least: int) -> None:
    """ValueError unless each named field is at least so much."""
    for name, value in least.items():
        need(getattr(record, name) >= value, f"{name}: must be at least {value}")


def only(table: Mapping[str, Any], known: set[str], where: str) -> None:
    """SettingsError for a key that is not known; names the nearest that is."""
    for key in table:
        if key not in known:
            raise SettingsError(f"{where}{'.' if where else ''}{key}: unknown setting{nearest(key, known)}")


def nearest(word: Any, known: Any) -> str:
    """The end of a message: what was probably meant."""
    near = difflib.get_close_matches(str(word)[:100], sorted(known), n=1, cutoff=0.4)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(known))}"
