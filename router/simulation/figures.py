"""What became of a day, in figures: promise kept, lateness, hang-ups, fairness. The definitions are in
docs/simulation.md, and names never change their meaning."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SHORT = 5.0  #: who hangs up within so many seconds is left out
_STAFFED = 1800.0  #: who was there for less does not count in fairness


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one contact."""

    channel: str
    segment: str
    weight: float
    target: float
    at: float
    wait: float  #: until answered, left, or the end of the day
    outcome: str  #: answered, abandoned, left
    sticky: bool | None  #: had a last agent, and (True) got it
    queue: str = ""

    @property
    def kept(self) -> bool:
        """Answered within the promise."""
        return self.outcome == "answered" and self.wait <= self.target

    @property
    def counts(self) -> bool:
        """Not one who left at once."""
        return not (self.outcome == "abandoned" and self.wait <= SHORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How one agent's day was."""

    group: str
    staffed: float
    busy: float
    points: float  #: points x seconds
    handled: int
    backup: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A day under one policy."""

    policy: str
    fates: tuple[Fate, ...]
    shifts: tuple[Shift, ...]
    capacity: int
    segments: tuple[str, ...]
    channels: tuple[str, ...]
    slow: frozenset[str]  #: channels on which nobody sits and waits
    decisions: int  #: events told to the router
    offers: int
    seconds: float  #: the processor's, for all decisions
    violations: tuple[str, ...]
    slots: tuple[Mapping[str, float], ...]  #: by half hour, see `picture`


def figures(outcome: Outcome) -> dict[str, Any]:
    """All figures, JSON-able."""
    rows = [fate for fate in outcome.fates if fate.counts]
    occupied = [s.busy / s.staffed for s in outcome.shifts if s.staffed > _STAFFED and not s.backup]
    loaded = [s.points / (s.staffed * outcome.capacity) for s in outcome.shifts
              if s.staffed > _STAFFED and not s.backup]
    live = [fate.wait for fate in rows if fate.channel not in outcome.slow]
    sticky = [fate.sticky for fate in outcome.fates if fate.sticky is not None and fate.outcome == "answered"]
    weights, relative = [f.weight for f in rows], sorted(f.wait / f.target for f in rows)
    return {
        "n": len(rows),
        "w_miss_pct": _percent(weights, [not f.kept for f in rows], 4),
        "miss_pct": _percent(None, [not f.kept for f in rows], 4),
        "w_lateness": round(_mean([min(10.0, max(0.0, (f.wait - f.target) / f.target)) for f in rows], weights), 5),
        "w_aban_pct": _percent(weights, [f.outcome == "abandoned" for f in rows], 4),
        "aban_pct": _percent(None, [f.outcome == "abandoned" for f in rows], 4),
        "left": sum(f.outcome == "left" for f in rows),
        "sla_by_seg": _kept_by(rows, outcome.segments, lambda f: f.segment),
        "sla_by_chan": _kept_by(rows, outcome.channels, lambda f: f.channel),
        "mean_wait_by_chan": _each(rows, outcome.channels, _mean),
        "p95_wait_by_chan": _each(rows, outcome.channels, lambda waits: quantile(sorted(waits), 0.95)),
        "max_rel_wait": round(relative[-1], 4) if relative else 0.0,
        "p99_rel_wait": round(quantile(relative, 0.99), 4),
        "mean_wait": round(_mean(live), 3), "p95_wait": round(quantile(sorted(live), 0.95), 3),
        "occ_mean": round(_mean(occupied), 4), "occ_gini": round(gini(occupied), 4),
        "occ_min": round(min(occupied, default=0.0), 4), "occ_max": round(max(occupied, default=0.0), 4),
        "load_mean": round(_mean(loaded), 4), "load_gini": round(gini(loaded), 4),
        "sticky_hit_pct": round(100 * sum(sticky) / len(sticky), 3) if sticky else None,
        "decisions": outcome.decisions, "offers": outcome.offers,
        "us_per_decision": round(1e6 * outcome.seconds / max(1, outcome.decisions), 2),
        "violations": len(outcome.violations),
    }


def average(each: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The mean of several days' figures, figure by figure."""
    made: dict[str, Any] = {}
    for key, value in each[0].items():
        if isinstance(value, dict):
            names = list(dict.fromkeys(name for one in each for name in one[key]))
            made[key] = {n: round(_mean([one[key][n] for one in each if n in one[key]]), 4) for n in names}
        else:
            known = [one[key] for one in each if one[key] is not None]
            made[key] = None if not known else sum(known) if key == "violations" else round(_mean(known), 4)
    return made


def gini(values: Iterable[float]) -> float:
    """0 = all alike, towards 1 = one has it all."""
    ordered = sorted(values)
    total, count = sum(ordered), len(ordered)
    if total <= 0:
        return 0.0
    return sum((2 * i - count - 1) * v for i, v in enumerate(ordered, start=1)) / (count * total)


def quantile(ordered: Sequence[float], share: float) -> float:
    """Of values in order, with straight lines between; 0 of none."""
    if not ordered:
        return 0.0
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _percent(weights: Sequence[float] | None, hits: Sequence[bool], digits: int) -> float:
    shares = weights if weights is not None else [1.0] * len(hits)
    total = sum(shares)
    return round(100 * sum(w for w, hit in zip(shares, hits, strict=True) if hit) / total, digits) if total else 0.0


def _mean(values: Sequence[float], weights: Sequence[float] | None = None) -> float:
    if not values:
        return 0.0
    if weights is None:
        return sum(values) / len(values)
    total = sum(weights)
    return sum(v * w for v, w in zip(values, weights, strict=True)) / total if total else 0.0


def _kept_by(rows: Sequence[Fate], names: Sequence[str], of: Callable[[Fate], str]) -> dict[str, float]:
    groups: dict[str, list[bool]] = defaultdict(list)
    for fate in rows:
        groups[of(fate)].append(fate.kept)
    return {name: round(100 * sum(groups[name]) / len(groups[name]), 2) for name in names if groups[name]}


def _each(rows: Sequence[Fate], channels: Sequence[str], of: Callable[[list[float]], float]) -> dict[str, float]:
    waits: dict[str, list[float]] = defaultdict(list)
    for fate in rows:
        waits[fate.channel].append(fate.wait)
    return {name: round(of(waits[name]), 2) for name in channels if waits[name]}
