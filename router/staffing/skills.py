"""Multi-skill staffing by simulation: the smallest groups with which the router itself keeps the promises.
Opens nothing.

First all groups together grow or shrink until the goal is just met, then people are taken out group by group as long as
it holds. Every try lives the same days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from router.core import Policy
from router.simulation.draw import draw
from router.simulation.figures import average, figures
from router.simulation.scenario import Scenario
from router.simulation.world import World

MOST_TRIES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffed:
    """The groups found and what they reach. `reached` False: no number of these people does."""

    groups: tuple[tuple[str, int, int], ...]  #: name, people in the scenario, people needed
    reached: bool
    worst: tuple[str, float]  #: the channel that is served least, and its share kept
    figures: dict[str, Any]
    tries: int


class Search:
    """Lives days with other numbers of people."""

    def __init__(self, scenario: Scenario, policy: Policy, *, within: float, seed: int = 1, seeds: int = 3,
                 tries: int = 120, progress: Callable[[float], None] = lambda share: None) -> None:
        self._scenario, self._policy, self._within = scenario, policy, within
        self._seeds, self._limit, self._progress = range(seed, seed + seeds), min(tries, MOST_TRIES), progress
        self._known: dict[tuple[int, ...], dict[str, Any]] = {}

    def run(self) -> Staffed:
        """The whole search."""
        now = tuple(group.count for group in self._scenario.groups)
        high = self._enough(now)
        if high is None:
            return self._staffed(self._scaled(now, 16.0), reached=False)
        low = 0.0
        for _ in range(8):
            middle = (low + high) / 2.0
            if len(self._known) < self._limit and self._holds(self._scaled(now, middle)):
                high = middle
            else:
                low = middle
        return self._staffed(self._trimmed(self._scaled(now, high)), reached=True)

    def _enough(self, now: tuple[int, ...]) -> float | None:
        for scale in (1.0, 1.5, 2.0, 3.0, 4.0, 8.0, 16.0):
            if self._holds(self._scaled(now, scale)):
                return scale
        return None

    def _trimmed(self, counts: tuple[int, ...]) -> tuple[int, ...]:
        """Takes people out of the largest groups first, in steps that grow smaller."""
        step = max(1, max(counts, default=0) // 8)
        while True:
            taken = False
            for index in sorted(range(len(counts)), key=lambda i: -counts[i]):
                fewer = (*counts[:index], max(0, counts[index] - step), *counts[index + 1:])
                if counts[index] and len(self._known) < self._limit and self._holds(fewer):
                    counts, taken = fewer, True
            if (not taken and step == 1) or len(self._known) >= self._limit:
                return counts
            step = step if taken else max(1, step // 2)

    def _scaled(self, counts: tuple[int, ...], scale: float) -> tuple[int, ...]:
        return tuple(max(1, round(count * scale)) if count else 0 for count in counts)

    def _holds(self, counts: tuple[int, ...]) -> bool:
        return self._worst(self._lived(counts))[1] >= 100.0 * self._within

    def _lived(self, counts: tuple[int, ...]) -> dict[str, Any]:
        if counts not in self._known:
            self._progress(min(1.0, len(self._known) / self._limit))
            groups = tuple(replace(group, count=count)
                           for group, count in zip(self._scenario.groups, counts, strict=True))
            scenario = replace(self._scenario, groups=groups)
            self._known[counts] = average([figures(World(draw(scenario, seed), self._policy).run())
                                           for seed in self._seeds])
        return self._known[counts]

    def _worst(self, found: dict[str, Any]) -> tuple[str, float]:
        kept: dict[str, float] = found["sla_by_chan"]
        return min(kept.items(), key=lambda each: (each[1], each[0]), default=("", 100.0))

    def _staffed(self, counts: tuple[int, ...], *, reached: bool) -> Staffed:
        found = self._lived(counts)
        return Staffed(groups=tuple((group.name, group.count, count)
                                    for group, count in zip(self._scenario.groups, counts, strict=True)),
                       reached=reached, worst=self._worst(found), figures=found, tries=len(self._known))
