"""One frozen dataclass from one table, typed value by value; secrets from the environment. Knows no section."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from settings.checks import SettingsError, at, only

C = TypeVar("C")


class Secret(str):
    """A text whose repr does not show it, so that a traceback or a printed settings object does not either."""

    def __repr__(self) -> str:
        return "Secret(***)" if self else "Secret()"


def build(cls: type[C], table: Mapping[str, Any], where: str, environ: Mapping[str, str]) -> C:
    """One frozen dataclass from one table; `where` is its dotted place, used in messages and secret names."""
    at(where, isinstance(table, Mapping), f"must be a table, [{where}]")
    hints = typing.get_type_hints(cls)
    specs = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
    only(table, set(specs), where)
    values: dict[str, Any] = {}
    for name, spec in specs.items():
        if hints[name] is Secret:
            values[name] = _secret(name, table, where, environ)
        elif name in table:
            values[name] = _value(hints[name], table[name], f"{where}.{name}", environ)
        else:
            given = spec.default is not MISSING or spec.default_factory is not MISSING
            at(f"{where}.{name}", given, "is missing and has no default")
    try:
        return cls(**values)
    except ValueError as error:  # a dataclass's own rules; by custom they begin with the field: "port: is too large"
        dot = "." if str(error).split(":")[0] in specs else ": "
        raise SettingsError(f"{where}{dot}{error}") from None


def secret_name(where: str, name: str) -> str:
    """The environment variable of a secret: channels.town-sms + token -> PISHKHAN_TOWN_SMS_TOKEN."""
    return "PISHKHAN_" + f"{where.removeprefix('channels.')}_{name}".upper().replace("-", "_").replace(".", "_")


def _secret(name: str, table: Mapping[str, Any], where: str, environ: Mapping[str, str]) -> Secret:
    variable = secret_name(where, name)
    at(f"{where}.{name}", name not in table,
        f"secrets do not stand in the file; set the environment variable {variable}")
    if variable + "_FILE" in environ:
        try:
            return Secret(Path(environ[variable + "_FILE"]).read_text(encoding="utf-8").strip())
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "not a text file"
            raise SettingsError(f"{variable}_FILE: cannot be read: {why}") from None
    return Secret(environ.get(variable, ""))


def _value(hint: Any, value: Any, place: str, environ: Mapping[str, str]) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if origin is tuple and isinstance(value, list):
        return tuple(_value(args[0], each, f"{place}[{i}]", environ) for i, each in enumerate(value))
    if origin in (dict, Mapping) and isinstance(value, dict):
        return {key: _value(args[1], each, f"{place}.{key}", environ) for key, each in value.items()}
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        return build(hint, value, place, environ)
    if hint in (float, timedelta) and isinstance(value, int | float) and not isinstance(value, bool):
        at(place, -1e12 < value < 1e12, f"{value!r} is out of range")  # also refuses nan and infinity
        return timedelta(seconds=value) if hint is timedelta else float(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        known = [each.value for each in hint]
        at(place, value in known, f"{value!r} is not one of {', '.join(map(repr, known))}")
        return hint(value)
    fine = origin is None and isinstance(value, hint) and (hint is bool or not isinstance(value, bool))
    at(place, fine, f"{value!r} is not {getattr(hint, '__name__', hint)}")
    return value
