"""Draws a day from a scenario and a seed. Everything that is chance happens here, before the day begins, so that every
policy meets the same day."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from statistics import NormalDist

from router.simulation.day import Arrival, Day, Worker
from router.simulation.scenario import Demand, Scenario, Spread

_LUNCH_FROM = 4 * 3600  #: a shift as long as that has a lunch


def draw(scenario: Scenario, seed: int) -> Day:
    """The day of one seed."""
    workers = _workers(scenario, random.Random(f"{seed}:workers"))
    return Day(
        title=scenario.title, horizon=scenario.horizon, drain=scenario.drain, capacity=scenario.capacity,
        channels={name: scenario.channel(name) for name in scenario.media}, rates=scenario.rates,
        level_speed=scenario.level_speed, sticky_speed=scenario.sticky[1],
        away_after_missed=scenario.away_after_missed, segments=scenario.segments,
        targets={name: medium.targets for name, medium in scenario.media.items()},
        arrivals=_arrivals(scenario, workers, random.Random(f"{seed}:arrivals"), seed), workers=workers,
        open_at=scenario.open_at)


def _workers(scenario: Scenario, rng: random.Random) -> tuple[Worker, ...]:
    made: list[Worker] = []
    for group in scenario.groups:
        for number in range(group.count):
            start, stop = group.shifts[number % len(group.shifts)]
            length, breaks = stop - start, []
            if length >= _LUNCH_FROM:
                breaks.append((start + length * rng.uniform(0.38, 0.62), scenario.lunch))
            breaks += [(start + length * rng.uniform(part - 0.05, part + 0.05), scenario.pause) for part in (0.2, 0.8)]
            for begin, end, share in scenario.absences:
                if rng.random() < share and not group.backup_after:
                    breaks = [b for b in breaks if not begin - b[1] <= b[0] < end]
                    breaks.append((begin, end - begin))
            made.append(Worker(
                id=len(made), group=group.name, skills=group.skills, channels=frozenset(group.channels),
                speed=math.exp(rng.gauss(0.0, scenario.agent_sigma)), shift=(start, stop), breaks=tuple(sorted(breaks)),
                backup_after=group.backup_after))
    return tuple(made)


def _arrivals(scenario: Scenario, workers: tuple[Worker, ...], rng: random.Random, seed: int
              ) -> tuple[Arrival, ...]:
    whole_day = _strength(rng, scenario.day_cv, seed)
    drawn: list[tuple[float, str, str, int]] = []
    for number, demand in enumerate(scenario.demand):
        slot, mean = scenario.horizon / len(demand.profile), sum(demand.profile) / len(demand.profile)
        for index, share in enumerate(demand.profile):
            rate = demand.per_hour * share / mean * whole_day * _gamma(rng, scenario.slot_cv) / 3600.0
            for skill, part in demand.skills.items():
                times = _times(scenario, rng, rate * part / sum(demand.skills.values()), (index * slot, slot),
                               demand.channel, skill)
                drawn += [(at, demand.channel, skill, number) for at in times]
        drawn += [(0.0, demand.channel, skill, number) for count, skill in demand.backlog for _ in range(count)]
    drawn.sort()
    able: dict[tuple[tuple[str, ...], str], list[int]] = {}
    return tuple(_arrival(scenario, rng, workers, able, number, *each) for number, each in enumerate(drawn))


def _times(scenario: Scenario, rng: random.Random, rate: float, slot: tuple[float, float], channel: str, skill: str
           ) -> list[float]:
    """Poisson arrivals by thinning, so that surges may begin and end within a slot."""
    surges = [s for s in scenario.surges if (s.skills is None or skill in s.skills)
              and (s.channels is None or channel in s.channels)]
    peak = rate * math.prod(max(1.0, s.factor) for s in surges)
    start, length = slot
    found, at = [], start
    while peak > 0:
        at += rng.expovariate(peak)
        if at >= start + length:
            break
        if not surges or rng.random() * peak < rate * math.prod(s.factor for s in surges if s.start <= at < s.end):
            found.append(at)
    return found


def _arrival(scenario: Scenario, rng: random.Random, workers: tuple[Worker, ...],
             able: dict[tuple[tuple[str, ...], str], list[int]], number: int, at: float, channel: str, skill: str,
             source: int) -> Arrival:
    medium, segment = scenario.media[channel], _segment(scenario.demand[source], rng, at)
    skills = tuple(sorted({skill} | {
        e.skill for e in scenario.extras if rng.random() < e.share and (e.channels is None or channel in e.channels)
        and (e.skills is None or skill in e.skills)}))
    patience, sticky = medium.patience[segment], None
    if rng.random() < scenario.sticky[0]:
        known = able.get((skills, channel))
        if known is None:
            known = able[skills, channel] = [w.id for w in workers if channel in w.channels and not w.backup_after
                                             and all(each in w.skills for each in skills)]
        sticky = rng.choice(known) if known else None
    return Arrival(
        id=number, at=at, channel=channel, segment=segment, skill=skill, skills=skills, work=_work(rng, medium.work),
        wrap=rng.expovariate(1.0 / medium.wrap_mean) if medium.wrap_mean else 0.0,
        patience=rng.expovariate(1.0 / patience) if patience else math.inf,
        accept=min(rng.expovariate(1.0 / medium.accept_mean) if medium.accept_mean else 0.0,
                   0.8 * medium.offer_timeout),
        unanswered=rng.random() < medium.no_answer, target=medium.targets[segment],
        weight=scenario.segments[segment], sticky=sticky)


def _segment(demand: Demand, rng: random.Random, at: float) -> str:
    mix: Mapping[str, float] = demand.segments
    for start, end, other in demand.phases:
        if start <= at < end:
            mix = other
    return rng.choices(list(mix), list(mix.values()))[0]


def _work(rng: random.Random, spread: Spread) -> float:
    if spread.dist == "const" or (spread.dist == "lognormal" and not spread.cv):
        return spread.mean
    if spread.dist == "exp":
        return rng.expovariate(1.0 / spread.mean)
    sigma2 = math.log(1.0 + spread.cv**2)
    return rng.lognormvariate(math.log(spread.mean) - sigma2 / 2.0, math.sqrt(sigma2))


def _strength(rng: random.Random, cv: float, seed: int) -> float:
    """How strong the whole day is, gamma distributed with mean 1. Days of seeds that follow each other are spread
    evenly over weak and strong ones (golden ratio), so that the mean of a few seeds is the mean of many."""
    if not 0 < cv <= 0.5:
        return _gamma(rng, cv)
    share = (0.5 + seed * 0.6180339887498949) % 1.0
    z = NormalDist().inv_cdf(min(max(share, 1e-9), 1.0 - 1e-9))
    return (1.0 - cv**2 / 9.0 + z * cv / 3.0) ** 3  # Wilson and Hilferty 1931


def _gamma(rng: random.Random, cv: float) -> float:
    return rng.gammavariate(1.0 / cv**2, cv**2) if cv else 1.0
