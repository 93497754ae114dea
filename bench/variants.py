"""Other houses made of one scenario: more calls, fewer people, other skills, other promises. Seeded."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Mapping
from typing import Any

Table = dict[str, Any]  #: a scenario file, read


def _scale(table: Table, *, volume: float = 1.0, effort: float = 1.0, staff: float = 1.0, target: float = 1.0,
           patience: float = 1.0) -> None:
    for demand in table["demand"]:
        demand["per_hour_mean"] *= volume
    for channel in table["channels"].values():
        channel["work"]["mean_s"] *= effort
        channel["wrap_mean_s"] = effort * (channel.get("wrap_mean_s") or 0.0)
    for group in table["agent_groups"]:
        group["n"] = max(1, round(group["n"] * staff))
    for promised in table["targets_s"].values():
        promised.update({segment: seconds * target for segment, seconds in promised.items()})
    for name, borne in table["patience_s"].items():
        if isinstance(borne, dict):
            borne.update({segment: seconds * patience for segment, seconds in borne.items()})
        elif borne:
            table["patience_s"][name] = borne * patience


def _shuffled(table: Table, chance: random.Random) -> None:
    """What was asked most is asked little, and the other way round."""
    skills = sorted({skill for demand in table["demand"] for skill in demand["skill_mix"]})
    chance.shuffle(skills)
    place = dict(zip(skills, [*skills[1:], *skills[:1]], strict=True))  # nobody stays where he was
    for demand in table["demand"]:
        mix = demand["skill_mix"]
        if all(place[skill] in mix for skill in mix):
            demand["skill_mix"] = {skill: mix[place[skill]] for skill in mix}


def _scarce(table: Table, chance: random.Random) -> None:
    """Everybody keeps the first skill and loses others."""
    for group in table["agent_groups"]:
        first, *rest = group["skills"].items()
        group["skills"] = dict([first, *(each for each in rest if chance.random() > 0.4)])
    _scale(table, volume=0.93)


def _segments(table: Table, chance: random.Random) -> None:
    names = list(table["segments"])
    share = dict.fromkeys(names[:-1], 0.2)
    for demand in table["demand"]:
        demand["segment_mix"] = {**share, names[-1]: max(0.1, 1.0 - sum(share.values()))}
    for name, weight in zip(names, sorted((chance.uniform(1, 6) for _ in names), reverse=True), strict=True):
        table["segments"][name]["weight"] = round(weight, 1)


def _only(table: Table, chance: random.Random) -> None:
    """Nothing but what fills a seat."""
    points = {name: each["points"] for name, each in table["channels"].items()}
    table["demand"] = [each for each in table["demand"]
                       if points[each["channel"]] >= table["capacity_points"]] or table["demand"]
    _scale(table, volume=1.3)


def _mail(table: Table, chance: random.Random) -> None:
    for demand in table["demand"]:
        slow = min(table["targets_s"][demand["channel"]].values()) >= 900
        demand["per_hour_mean"] *= 4.0 if slow else 0.75


def _one(table: Table, chance: random.Random) -> None:
    """One queue: everybody can everything there is."""
    skill = next(iter(table["demand"][0]["skill_mix"]))
    for demand in table["demand"]:
        demand["skill_mix"] = {skill: 1.0}
    for group in table["agent_groups"]:
        group["skills"] = {skill: max(group["skills"].values())}
    table["extra_skill"] = []
    _scale(table, volume=1.1)


def _mixed(table: Table, chance: random.Random) -> None:
    """A little of everything."""
    _shuffled(table, chance)
    _scale(table, volume=chance.uniform(0.8, 1.15), effort=chance.uniform(0.85, 1.15),
           target=chance.uniform(0.6, 2.0), patience=chance.uniform(0.6, 1.6))
    for demand in table["demand"]:
        demand["per_hour_mean"] *= chance.uniform(0.8, 1.2)
    for group in table["agent_groups"]:
        group["n"] = max(1, round(group["n"] * chance.uniform(0.8, 1.25)))


CHANGES: Mapping[str, Callable[[Table, random.Random], None]] = {
    "as-it-is": lambda table, chance: None,
    "more": lambda table, chance: _scale(table, volume=1.2),
    "less": lambda table, chance: _scale(table, volume=0.8),
    "longer": lambda table, chance: _scale(table, effort=1.15),
    "fewer-people": lambda table, chance: _scale(table, staff=0.85),
    "half": lambda table, chance: _scale(table, volume=0.5, staff=0.55),
    "double": lambda table, chance: _scale(table, volume=2.0, staff=1.9),
    "tight": lambda table, chance: _scale(table, target=0.5),
    "loose": lambda table, chance: _scale(table, target=2.5),
    "impatient": lambda table, chance: _scale(table, patience=0.5),
    "shuffled": _shuffled, "scarce": _scarce, "segments": _segments, "calls-only": _only, "mail-heavy": _mail,
    "one-queue": _one, "mixed": _mixed,
}


def changed(table: Mapping[str, Any], change: str, seed: int) -> Table:
    """The scenario changed that way; the same seed changes it alike. The one given stays as it is."""
    made = copy.deepcopy(dict(table))
    CHANGES[change](made, random.Random(f"{change}/{seed}"))
    return made
