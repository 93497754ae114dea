"""What is done for those who wait long, and what a contact gets that cannot simply wait: read and checked. Pure.

A queue's `overflow` is a list of steps. Each begins with one of

    after  seconds waited (while open)
    length so many wait in the queue up to it, when it joins or when somebody is put in before it
    wait   the honest wait from now is longer than so many seconds, when it joins or while it waits

and does any of: `relax` (least levels lowered by so much), `drop` (skills no longer needed), `queues` (whoever serves
these may take it too), `to` (it goes to that queue), `offer` (the citizen may choose: callback, voicemail, write),
`notice` (the citizen is told), `alarm` (supervisors are told). Only `after` can relax, drop and lend: who waits longer
never has fewer who may take it.

A door rule says what a contact gets when the queue is full, closed or unstaffed: `wait`, `queue:NAME`, `callback`,
`voicemail` or `write`. Whatever it says, the contact is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from router.errors import BadRequest

INSTEAD = ("callback", "voicemail", "write")  #: what a citizen may be offered instead of waiting
DOORS = ("wait", *INSTEAD)
MOST_STEPS = 20
LONGEST = 30 * 86_400  #: seconds
_WHEN = ("after", "length", "wait")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a queue's overflow."""

    after: int | None = None
    length: int | None = None
    wait: int | None = None
    relax: int = 0
    drop: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    to: str = ""
    offer: tuple[str, ...] = ()
    notice: bool = False
    alarm: bool = False

    @property
    def widens(self) -> bool:
        """Whether more agents may take the contact because of it."""
        return bool(self.relax or self.drop or self.queues)

    @property
    def acts(self) -> bool:
        """Whether something is done besides."""
        return bool(self.to or self.offer or self.notice or self.alarm)


_KEYS = tuple(each.name for each in fields(Step))


def read(steps: object, *, queues: Collection[str], own: str = "") -> tuple[Step, ...]:
    """The steps of a definition; BadRequest naming the key and what would do. `own` is the queue they belong to."""
    if not isinstance(steps, Sequence) or isinstance(steps, str):
        raise BadRequest("overflow: must be a list of steps", field="overflow")
    if len(steps) > MOST_STEPS:
        raise BadRequest(f"overflow: at most {MOST_STEPS} steps", field="overflow")
    found = tuple(_step(f"overflow.{number}", step, queues, own) for number, step in enumerate(steps))
    waits = [step.after for step in found if step.after is not None]
    if waits != sorted(waits):
        _bad("overflow", "steps with 'after' stand in the order of time")
    return found


def door(key: str, rule: object, *, queues: Collection[str], own: str = "") -> str:
    """A door rule as it stands; BadRequest naming the key when it is none."""
    if isinstance(rule, str) and rule in DOORS:
        return rule
    if isinstance(rule, str) and rule.startswith("queue:"):
        _queue(key, rule.removeprefix("queue:"), queues, own)
        return rule
    raise BadRequest(f"{key}: must be one of {', '.join(DOORS)} or queue:NAME, not {str(rule)[:60]!r}", field=key)


def _step(key: str, step: object, queues: Collection[str], own: str) -> Step:
    if not isinstance(step, Mapping):
        raise BadRequest(f"{key}: must be a table", field=key)
    for name in step:
        if name not in _KEYS:
            _bad(f"{key}.{str(name)[:40]}", f"is not known; known are {', '.join(_KEYS)}")
    if sum(step.get(name) is not None for name in _WHEN) != 1:
        _bad(key, f"begins with exactly one of {', '.join(_WHEN)}")
    values: dict[str, Any] = {name: _whole(f"{key}.{name}", step[name], 1, LONGEST)
                              for name in _WHEN if step.get(name) is not None}
    values["relax"] = _whole(f"{key}.relax", step.get("relax", 0), 0, 4)
    for name in ("drop", "queues", "offer"):
        values[name] = _words(f"{key}.{name}", step.get(name, ()))
    for name in values["queues"]:
        _queue(f"{key}.queues", name, queues, own)
    for name in values["offer"]:
        if name not in INSTEAD:
            _bad(f"{key}.offer", f"{name!r} is none of {', '.join(INSTEAD)}")
    values["to"] = step.get("to", "")
    if values["to"] != "":
        _queue(f"{key}.to", values["to"], queues, own)
    for name in ("notice", "alarm"):
        values[name] = step.get(name, False)
        if not isinstance(values[name], bool):
            _bad(f"{key}.{name}", "must be true or false")
    made = Step(**values)
    if made.widens and made.after is None:
        _bad(key, "relax, drop and queues need 'after': nobody who could take it may be lost again")
    if not made.widens and not made.acts:
        _bad(key, "does nothing; say relax, drop, queues, to, offer, notice or alarm")
    return made


def _words(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > 20 \
            or not all(isinstance(each, str) and 0 < len(each) <= 60 for each in value):
        _bad(key, "must be a list of at most 20 words")
    return tuple(dict.fromkeys(str(each) for each in value))  # type: ignore[attr-defined]


def _queue(key: str, name: object, queues: Collection[str], own: str) -> None:
    if not isinstance(name, str) or name not in queues:
        _bad(key, f"there is no queue {str(name)[:60]!r}")
    if name == own:
        _bad(key, "is this queue itself")


def _whole(key: str, value: object, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        _bad(key, f"must be a whole number from {low} to {high}, not {str(value)[:40]!r}")
    return int(value)  # type: ignore[call-overload, no-any-return]


def _bad(key: str, reason: str) -> None:
    raise BadRequest(f"{key}: {reason}", field=key)
