"""A day of a contact centre as data: reads a scenario file and draws its agents and contacts from a seed.

Everything random is drawn before the day begins, so every policy meets the same day. Errors name the key.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NEEDED = ("horizon_s", "capacity_points", "channels", "concurrency_rate", "segments", "targets_s", "patience_s",
           "proficiency_speed", "demand", "agent_groups")


class ScenarioError(Exception):
    """The file cannot be used; the message names the place in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One contact of the day, with everything that will happen to it but who serves it. Times in seconds."""

    id: int
    at: float
    channel: str
    segment: str
    skills: tuple[str, ...]
    work: float  #: at speed 1
    wrap: float
    patience: float  #: until it leaves; infinite for mail
    accept: float  #: how long the agent takes to accept
    unanswered: bool  #: its first offer lapses
    target: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One agent of the day."""

    id: int
    skills: Mapping[str, int]
    channels: frozenset[str]
    speed: float
    absences: tuple[tuple[float, float], ...]  #: (from, for) seconds: before and after the shift, breaks, lunch


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A scenario drawn with one seed."""

    title: str
    horizon: float
    drain: float
    capacity: int
    points: Mapping[str, int]
    offer_timeout: Mapping[str, float]
    away_after_missed: float
    rates: tuple[float, ...]  #: speed of each of n contacts in hand together
    proficiency: Mapping[int, float]
    segments: tuple[str, ...]
    arrivals: tuple[Arrival, ...]
    workers: tuple[Worker, ...]


def load(path: Path, seed: int) -> Day:
    """Read, check and draw. ScenarioError says what is wrong and where."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise ScenarioError(f"{path}: not valid JSON: {error}") from None
    if not isinstance(table, dict):
        raise ScenarioError(f"{path}: must be a JSON object")
    for key in _NEEDED:
        if key not in table:
            raise ScenarioError(f"{path}: {key}: is missing")
    try:
        return draw(table, seed)
    except KeyError as error:
        raise ScenarioError(f"{path}: {error.args[0]}: is missing or names something unknown") from None
    except (TypeError, ValueError, IndexError, AttributeError) as error:
        raise ScenarioError(f"{path}: a value has the wrong form: {error}") from None


def draw(table: Mapping[str, Any], seed: int) -> Day:
    """The day of a scenario already read."""
    media = table["channels"]
    return Day(
        title=str(table.get("title", "")), horizon=float(table["horizon_s"]), drain=float(table.get("drain_s", 3600)),
        capacity=int(table["capacity_points"]), points={m: int(media[m]["points"]) for m in media},
        offer_timeout={m: float(media[m]["offer_timeout_s"]) for m in media},
        away_after_missed=float(table.get("no_answer_away_s", 60)), rates=tuple(table["concurrency_rate"]),
        proficiency={int(k): float(v) for k, v in table["proficiency_speed"].items()},
        segments=tuple(table["segments"]), arrivals=_arrivals(table, random.Random(f"{seed}:arrivals")),
        workers=_workers(table, random.Random(f"{seed}:workers")))


def _workers(table: Mapping[str, Any], rng: random.Random) -> tuple[Worker, ...]:
    made: list[Worker] = []
    end = float(table["horizon_s"]) + float(table.get("drain_s", 3600))
    for group in table["agent_groups"]:
        for number in range(int(group["n"])):
            start, stop = (float(x) for x in group["shifts"][number % len(group["shifts"])])
            absences = [(0.0, start), (stop, max(0.0, end - stop))]
            length = stop - start
            if length >= 4 * 3600:
                absences.append((start + length * rng.uniform(0.38, 0.62), float(table.get("lunch_s", 1800))))
            absences += [(start + length * rng.uniform(f - 0.05, f + 0.05), float(table.get("break_s", 600)))
                         for f in (0.2, 0.8)]
            absences += [(float(a["start_s"]), float(a["end_s"]) - float(a["start_s"]))
                         for a in table.get("absence", ()) if rng.random() < a["share"]]
            made.append(Worker(
                id=len(made) + 1, skills={str(k): int(v) for k, v in group["skills"].items()},
                channels=frozenset(group["channels"]), speed=math.exp(rng.gauss(0, table.get("agent_sigma", 0.0))),
                absences=tuple(sorted(a for a in absences if a[1] > 0))))
    return tuple(made)


def _arrivals(table: Mapping[str, Any], rng: random.Random) -> tuple[Arrival, ...]:
    spread = table.get("overdispersion", {})
    whole_day = _gamma(rng, spread.get("day_cv", 0))
    drawn: list[tuple[float, str, str, int]] = []
    for number, demand in enumerate(table["demand"]):
        profile = [float(x) for x in demand["profile"]]
        slot, mean = float(table["horizon_s"]) / len(profile), sum(profile) / len(profile)
        mix = demand["skill_mix"]
        for index, share in enumerate(profile):
            rate = (
                demand["per_hour_mean"] * share / mean * whole_day * _gamma(rng, spread.get("half_hour_cv", 0)) / 3600
            )
            for skill, part in mix.items():
                drawn += [(at, demand["channel"], skill, number) for at in _times(
                    table, rng, rate * part / sum(mix.values()), index * slot, slot, demand["channel"], skill)]
        drawn += [(0.0, demand["channel"], skill, number)
                  for count, skill in demand.get("backlog_at_open", ()) for _ in range(int(count))]
    drawn.sort()
    return tuple(_arrival(table, rng, number, *each) for number, each in enumerate(drawn, start=1))


def _times(table: Mapping[str, Any], rng: random.Random, rate: float, start: float, length: float, channel: str,
           skill: str) -> list[float]:
    """Poisson arrivals by thinning, so that surges may begin and end within a slot."""
    surges = [s for s in table.get("surges", ()) if skill in s.get("skills", [skill])
              and channel in s.get("channels", [channel])]
    peak = rate * math.prod(max(1.0, float(s["factor"])) for s in surges)
    found, at = [], start
    while peak > 0:
        at += rng.expovariate(peak)
        if at >= start + length:
            break
        now = rate * math.prod(float(s["factor"]) for s in surges if s["start_s"] <= at < s["end_s"])
        if rng.random() * peak < now:
            found.append(at)
    return found


def _arrival(table: Mapping[str, Any], rng: random.Random, number: int, at: float, channel: str, skill: str,
             demand: int) -> Arrival:
    medium, source = table["channels"][channel], table["demand"][demand]
    mix = next(
        (p["mix"] for p in source.get("segment_phases", ()) if p["start_s"] <= at < p["end_s"]), source["segment_mix"]
    )
    segment = rng.choices(list(mix), list(mix.values()))[0]
    skills = {skill} | {e["skill"] for e in table.get("extra_skill", ()) if rng.random() < e["p"]
                        and channel in e.get("channels", [channel]) and skill in e.get("skills", [skill])}
    patience = table["patience_s"][channel]
    patience = patience[segment] if isinstance(patience, dict) else patience
    return Arrival(
        id=number,
        at=at,
        channel=channel,
        segment=segment,
        skills=tuple(sorted(skills)),
        work=_work(rng, medium["work"]),
        wrap=rng.expovariate(1 / medium["wrap_mean_s"]) if medium.get("wrap_mean_s") else 0.0,
        patience=rng.expovariate(1 / patience) if patience else math.inf,
        accept=min(rng.expovariate(1 / medium["accept_mean_s"]), 0.8 * medium["offer_timeout_s"]),
        unanswered=rng.random() < medium.get("no_answer_p", 0),
        target=float(table["targets_s"][channel][segment]),
        weight=float(table["segments"][segment]["weight"]),
    )


def _work(rng: random.Random, spec: Mapping[str, Any]) -> float:
    kind, mean = spec.get("dist", "lognormal"), float(spec["mean_s"])
    if kind == "const":
        return mean
    if kind == "exp":
        return rng.expovariate(1 / mean)
    sigma2 = math.log(1 + float(spec["cv"]) ** 2)
    return rng.lognormvariate(math.log(mean) - sigma2 / 2, math.sqrt(sigma2))


def _gamma(rng: random.Random, cv: float) -> float:
    return rng.gammavariate(1 / cv**2, cv**2) if cv else 1.0
