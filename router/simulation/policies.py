"""Policies as they are written on a command line or in a question: a name, and what is different from it.

`promise`, `promise_fair`, or `promise:guard=4,reserve_percent=0`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from router.core import NAMED, Config, MediumRules, Policy, PolicyError
from router.core import policy as named

_FORMS: Mapping[str, str] = {field.name: str(field.type) for field in fields(Policy) if field.name != "name"}
_SIMPLE = ("int", "bool", "str")


def written(text: str) -> Policy:
    """The policy of a written form. PolicyError with the key for what cannot be meant."""
    name, _, rest = text.partition(":")
    return changed(named(name.strip()), dict(_pair(part) for part in rest.split(",") if part.strip()), text)


def changed(policy: Policy, parameters: Mapping[str, Any], name: str = "") -> Policy:
    """A policy with other parameters, checked. PolicyError with the key."""
    made = replace(policy, **{key: _value(key, value) for key, value in parameters.items()},
                   name=name or policy.name)
    Config(media={"any": MediumRules()}, policies={"default": made})
    return made


def known() -> str:
    """Names and parameters, for a message."""
    simple = [name for name, form in _FORMS.items() if form in _SIMPLE]
    return f"{', '.join(NAMED)}; parameters after a colon: {', '.join(simple)}"


def _pair(part: str) -> tuple[str, str]:
    key, equals, value = part.partition("=")
    if not equals:
        raise PolicyError(key.strip(), "needs a value: name=value")
    return key.strip(), value.strip()


def _value(key: str, value: Any) -> Any:
    form = _FORMS.get(key)
    if form is None or (isinstance(value, str) and form not in _SIMPLE):
        simple = [name for name, each in _FORMS.items() if each in _SIMPLE]
        raise PolicyError(key, f"is no parameter; there are {', '.join(simple)}")
    if not isinstance(value, str) or form == "str":
        return value
    if form == "bool":
        if value.lower() not in ("true", "false", "on", "off"):
            raise PolicyError(key, f"true or false, not {value!r}")
        return value.lower() in ("true", "on")
    if not value.lstrip("-").isdecimal():
        raise PolicyError(key, f"a whole number, not {value!r}")
    return int(value)
