"""Checks that the parts of a scenario fit each other: skills somebody has, channels there are, a day that can be lived.

Changes nothing; what cannot be run is a fault, what is probably not meant a warning.
"""

from __future__ import annotations

import math

from router.simulation.checks import Faults
from router.simulation.scenario import Demand, Scenario

MOST = 2_000_000  #: contacts of a day


def check(f: Faults, scenario: Scenario) -> None:
    """Of a scenario whose parts are right by themselves."""
    _skills(f, scenario)
    named = {f"surges[{number}]": surge.channels for number, surge in enumerate(scenario.surges)}
    named |= {f"extra_skill[{number}]": extra.channels for number, extra in enumerate(scenario.extras)}
    for place, channels in named.items():
        for channel in sorted((channels or frozenset()) - scenario.media.keys()):
            f.add(f"{place}.channels", f"{channel!r} is none of {', '.join(scenario.media)}")
    _size(f, scenario)


def _skills(f: Faults, scenario: Scenario) -> None:
    groups = [group for group in scenario.groups if group.count]
    for number, demand in enumerate(scenario.demand):
        asked = {skill: f"demand[{number}].skill_mix.{skill}" for skill, share in demand.skills.items() if share}
        for index, (count, skill) in enumerate(demand.backlog):
            if count:
                asked.setdefault(skill, f"demand[{number}].backlog_at_open[{index}]")
        for skill, key in asked.items():
            if not any(demand.channel in group.channels and skill in group.skills for group in groups):
                _warn(f, key, f"nobody who takes {demand.channel} has the skill {skill!r}: these are never served")
    for number, extra in enumerate(scenario.extras):
        if extra.share and not any(extra.skill in group.skills for group in groups):
            _warn(f, f"extra_skill[{number}].skill", f"nobody has the skill {extra.skill!r}: these are never served")


def _warn(f: Faults, key: str, what: str) -> None:
    f.warnings.append(f"line {f.line(key)}: {key}: {what}")


def _size(f: Faults, scenario: Scenario) -> None:
    """What is drawn and thrown away again counts as well: a surge is drawn at its height all day."""
    sizes: dict[str, float] = {}
    for number, demand in enumerate(scenario.demand):
        sizes[f"demand[{number}].per_hour_mean"] = demand.per_hour * scenario.horizon / 3600 * _height(scenario, demand)
        sizes[f"demand[{number}].backlog_at_open"] = sum(count for count, _ in demand.backlog)
    whole = sum(sizes.values())
    if whole > MOST:
        key = max(sizes, key=lambda each: sizes[each])
        f.add(key, f"a day of {whole:.3g} contacts is too large, {MOST} are the most; {sizes[key]:.3g} are these"
                   + (", surges at their height" if scenario.surges else ""))


def _height(scenario: Scenario, demand: Demand) -> float:
    whole = sum(demand.skills.values())
    return sum(share / whole * math.prod(
        max(1.0, surge.factor) for surge in scenario.surges if (surge.skills is None or skill in surge.skills)
        and (surge.channels is None or demand.channel in surge.channels)) for skill, share in demand.skills.items())
