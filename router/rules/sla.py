"""Promise clocks: which target counts for a contact, how much of it is used in working time, when it breaks. Pure.

    found = find(targets, queue="billing", medium="email", segment="vip", kind="complaint", clock="resolution")
    found.target, found.why            # the row that counts, and what was compared (JSON-able)
    clock = start(found.target, at)    # a value; keep `to_data(clock)` in the row of the case or contact
    clock = pause(clock, "waiting-for-citizen", at, hours)       # any number of reasons at once
    clock = resume(clock, "waiting-for-citizen", at, hours)
    due(clock, hours), near(clock, hours)     # moments, None while it stands still
    next_moment(clock, hours)                 # (moment, "near" | "breach"): when to set the one timer
    clock, told = tell(clock, at, hours)      # what has become true and was not told yet: each once in its life
    clock = stop(clock, at, hours)            # answered: `standing()` is then "met" or "missed"

Time passes only while the calendar is open and no reason pauses the clock. A time before the last change counts as that
change's time: a clock that steps back costs nobody anything. When the calendar itself is edited, what was used until
the last change stays; call `settle(clock, at, old_hours)` first to close the books under the old one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from router.records import Target
from router.rules.hours import Hours

CLOCKS = ("first", "next", "resolution")
NEAR_PERCENT = 80  #: so much of the promise used: somebody is told
_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک"})
_FIELDS = ("queue", "medium", "segment", "kind")
_ZERO = timedelta()


class TargetError(ValueError):
    """Targets that contradict each other or cannot be kept; the text names the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The target that counts. `why` is JSON-able: the row, which fields matched, which rows it was chosen over."""

    target: Target | None
    why: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One promise and how much of it is used."""

    clock: str  #: one of CLOCKS
    promised: timedelta  #: working time
    started_at: datetime
    used: timedelta = _ZERO  #: working time until `since`
    since: datetime  #: the last change; it runs from here unless something pauses it
    pauses: tuple[str, ...] = ()  #: reasons, in order of name
    stopped: bool = False
    told: tuple[str, ...] = ()  #: "near", "breach"
    near_percent: int = NEAR_PERCENT


def kind_of(word: str) -> str:
    """A kind of contact as it is kept and compared: one letter however a keyboard writes it."""
    return word.translate(_LETTERS)


def find(targets: Iterable[Target], *, queue: str, medium: str, segment: str, kind: str = "", clock: str = "first",
         default: int | None = None) -> Found:
    """The target that says most about this contact: most fields named; among equals queue before medium before
    segment before kind. `default` seconds stand in where no row matches (a queue's own figure); None = no promise.
    """
    asked = {"queue": queue, "medium": medium, "segment": segment, "kind": kind_of(kind)}
    fitting = [t for t in targets if t.clock == clock and all(_said(t, f) in ("", asked[f]) for f in _FIELDS)]
    fitting.sort(key=lambda t: (*_weight(t), -t.id), reverse=True)
    rows = [{"target": t.id, "seconds": t.seconds, "matched": [f for f in _FIELDS if getattr(t, f)]} for t in fitting]
    why: dict[str, Any] = {"clock": clock, **asked}
    if rows:
        return Found(target=fitting[0], why={**why, **rows[0], "rule": "target", "passed_over": rows[1:]})
    if default is not None:
        row = Target(id=0, queue=queue, clock=clock, seconds=default)
        return Found(target=row, why={**why, "target": 0, "seconds": default, "matched": ["queue"], "rule": "queue",
                                      "passed_over": []})
    return Found(target=None, why={**why, "rule": "none", "passed_over": []})


def check(targets: Iterable[Target]) -> None:
    """TargetError for a row that promises nothing, names an unknown clock, or says the same as another row."""
    seen: dict[tuple[str, ...], int] = {}
    for target in targets:
        if target.clock not in CLOCKS:
            raise TargetError(f"target {target.id}: no clock {target.clock!r}; there are {', '.join(CLOCKS)}")
        if not 1 <= target.seconds <= 366 * 86_400:
            raise TargetError(f"target {target.id}: {target.seconds} seconds; it must be from 1 second to a year")
        pattern = (target.clock, *(_said(target, f) for f in _FIELDS))
        if pattern in seen:
            raise TargetError(f"target {target.id} is for the same contacts as target {seen[pattern]}")
        seen[pattern] = target.id


def start(target: Target, at: datetime, *, near_percent: int = NEAR_PERCENT, pauses: Iterable[str] = ()) -> Clock:
    """A clock that runs from `at`, or stands still from the beginning for these reasons."""
    if not 1 <= near_percent <= 100:
        raise ValueError(f"near_percent is 1 to 100, not {near_percent}")
    return Clock(clock=target.clock, promised=timedelta(seconds=target.seconds), started_at=at, since=at,
                 pauses=tuple(sorted(set(pauses))), near_percent=near_percent)


def used(clock: Clock, at: datetime, hours: Hours) -> timedelta:
    """Working time that has passed under the promise."""
    if clock.stopped or clock.pauses or at <= clock.since:
        return clock.used
    return clock.used + hours.working(clock.since, at)


def left(clock: Clock, at: datetime, hours: Hours) -> timedelta:
    """Working time that remains; negative after the breach."""
    return clock.promised - used(clock, at, hours)


def settle(clock: Clock, at: datetime, hours: Hours) -> Clock:
    """The same clock with its used time written down until `at`."""
    return replace(clock, used=used(clock, at, hours), since=max(at, clock.since))


def pause(clock: Clock, reason: str, at: datetime, hours: Hours) -> Clock:
    """It stands still for one more reason. The same reason twice is one."""
    if clock.stopped or reason in clock.pauses:
        return clock
    return replace(settle(clock, at, hours), pauses=tuple(sorted((*clock.pauses, reason))))


def resume(clock: Clock, reason: str, at: datetime, hours: Hours) -> Clock:
    """That reason is over; it runs when it was the last one."""
    if clock.stopped or reason not in clock.pauses:
        return clock
    return replace(settle(clock, at, hours), pauses=tuple(r for r in clock.pauses if r != reason))


def stop(clock: Clock, at: datetime, hours: Hours) -> Clock:
    """The promise was fulfilled (or is moot) at `at`. Stopping twice keeps the first."""
    return clock if clock.stopped else replace(settle(clock, at, hours), stopped=True)


def reopen(clock: Clock, at: datetime) -> Clock:
    """It runs on with what was used: the answer was none. What was told stays told."""
    return replace(clock, stopped=False, since=max(at, clock.since)) if clock.stopped else clock


def retarget(clock: Clock, target: Target, at: datetime, hours: Hours) -> Clock:
    """Another promise for the same clock (moved queue, new segment): what is used counts; what was told and is no
    longer true may be told again."""
    changed = replace(settle(clock, at, hours), promised=timedelta(seconds=target.seconds), clock=target.clock)
    true_now = _true(changed, changed.used)
    return replace(changed, told=tuple(name for name in changed.told if name in true_now))


def due(clock: Clock, hours: Hours) -> datetime | None:
    """When it breaks (or broke) if nothing pauses it; None while it stands still and is not broken, or never."""
    return _when(clock, clock.promised, hours)


def near(clock: Clock, hours: Hours) -> datetime | None:
    """When somebody is to be warned; None as with `due`."""
    return _when(clock, _near(clock), hours)


def next_moment(clock: Clock, hours: Hours) -> tuple[datetime, str] | None:
    """(moment, "near" or "breach") of the next thing to tell, for a timer; None when there is nothing to wait for."""
    for name, moment in (("near", near(clock, hours)), ("breach", due(clock, hours))):
        if name not in clock.told and moment is not None and not clock.stopped:
            return moment, name
    return None


def tell(clock: Clock, at: datetime, hours: Hours) -> tuple[Clock, tuple[str, ...]]:
    """What is true now and was not told: "near", "breach". A breach tells no "near" after it. Safe to call at any
    time and twice; timers that come early tell nothing."""
    if clock.stopped:
        return clock, ()
    true_now = _true(clock, used(clock, at, hours))
    fresh = tuple(name for name in true_now if name not in clock.told)
    said = fresh[-1:]  # after a restart long past both, the breach is the news
    return (replace(clock, told=tuple(dict.fromkeys((*clock.told, *fresh)))) if fresh else clock), said


def standing(clock: Clock, at: datetime, hours: Hours) -> str:
    """on-time, near, breached; paused; after the stop met or missed."""
    spent = used(clock, at, hours)
    if clock.stopped:
        return "met" if spent <= clock.promised else "missed"
    if spent > clock.promised or (spent == clock.promised and not clock.pauses):
        return "breached"
    return "paused" if clock.pauses else "near" if spent >= _near(clock) else "on-time"


def to_data(clock: Clock) -> dict[str, Any]:
    """JSON-able, whole: `from_data(to_data(clock)) == clock`."""
    return {"clock": clock.clock, "promised": _seconds(clock.promised), "started_at": _text(clock.started_at),
            "used": _seconds(clock.used), "since": _text(clock.since), "pauses": list(clock.pauses),
            "stopped": clock.stopped, "told": list(clock.told), "near_percent": clock.near_percent}


def from_data(data: Mapping[str, Any]) -> Clock:
    """The clock again."""
    return Clock(clock=data["clock"], promised=timedelta(seconds=data["promised"]),
                 used=timedelta(seconds=data["used"]),
                 started_at=datetime.fromisoformat(data["started_at"]), since=datetime.fromisoformat(data["since"]),
                 pauses=tuple(data["pauses"]), stopped=data["stopped"], told=tuple(data["told"]),
                 near_percent=data["near_percent"])


def _said(target: Target, name: str) -> str:
    value: str = getattr(target, name)
    return kind_of(value) if name == "kind" else value


def _weight(target: Target) -> tuple[int, ...]:
    named = [1 if getattr(target, f) else 0 for f in _FIELDS]
    return (sum(named), *named)


def _near(clock: Clock) -> timedelta:
    return clock.promised * clock.near_percent / 100


def _true(clock: Clock, spent: timedelta) -> tuple[str, ...]:
    limits = (("near", _near(clock)), ("breach", clock.promised))
    return tuple(name for name, limit in limits if spent >= limit)


def _when(clock: Clock, limit: timedelta, hours: Hours) -> datetime | None:
    if clock.used >= limit:
        return clock.since
    return None if clock.stopped or clock.pauses else hours.after(clock.since, limit - clock.used)


def _seconds(span: timedelta) -> float:
    return span / timedelta(seconds=1)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
