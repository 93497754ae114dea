"""The commands `simulate` and their output: tables for people, a JSON value a line for programs. Decides nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from router.core import Policy, PolicyError
from router.rules.jalali import to_gregorian
from router.simulation import picture, policies, replay
from router.simulation.day import Day
from router.simulation.draw import draw
from router.simulation.figures import Outcome, average, figures
from router.simulation.history import History, HistoryError
from router.simulation.reading import load
from router.simulation.scenario import ScenarioError
from router.simulation.waits import Waits, pooled
from router.simulation.world import World

Write = Callable[[str], None]
_SHOWN = ("n", "w_miss_pct", "miss_pct", "w_lateness", "aban_pct", "left", "mean_wait", "p95_wait", "max_rel_wait",
          "occ_mean", "occ_gini", "sticky_hit_pct", "offers", "us_per_decision", "violations")


_MOST_SEEDS = 10_000


class UsageError(Exception):
    """The command was not given what it needs; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked for on the command line."""

    scenario: Path | None
    policies: tuple[str, ...]
    seed: int = 1
    seeds: int = 1
    as_json: bool = False
    plot: Path | None = None
    language: str = "en"
    progress: bool | None = None  #: None = when somebody looks
    waits: bool = False  #: measure honest waits, too
    recorded: Callable[[datetime, datetime], History] | None = None  #: a journal, read between two moments
    day: str = ""  #: of the journal
    zone: str = "Asia/Tehran"  #: whose midnight


def simulate(asked: Question, write: Write) -> int:
    """Runs every policy over the same days; 2 when the question cannot be used."""
    try:
        if not 1 <= asked.seeds <= _MOST_SEEDS:
            raise UsageError(f"--seeds: from 1 to {_MOST_SEEDS} days, not {asked.seeds}")
        chosen = _policies(asked.policies)
        if asked.recorded is not None:
            begin, end = midnights(asked.day, asked.zone)
            found = replay.replayed(asked.recorded(begin, end), begin, end, seed=asked.seed)
            day = replace(found.day, notes=found.words(asked.language))
            return answer(replace(asked, seeds=1), chosen, [day], write, recorded=found.recorded)
        if asked.scenario is None:
            raise UsageError("a scenario file is needed, or --journal with --day")
        scenario = load(asked.scenario)
        for warning in scenario.warnings:
            sys.stderr.write(f"{asked.scenario}: {warning}\n")
        days = (draw(scenario, asked.seed + number) for number in range(asked.seeds))
        return answer(asked, chosen, days, write)
    except (ScenarioError, UsageError, HistoryError) as error:
        write(str(error))
    except PolicyError as error:
        write(f"policy: {error}; known are {policies.known()}")
    return 2


def midnights(day: str, zone: str) -> tuple[datetime, datetime]:
    """From when to when a day lasts there; the day is Gregorian or Jalali."""
    try:
        where = ZoneInfo(zone)
    except (ValueError, KeyError, OSError):
        raise UsageError(f"--zone: {zone!r} is no time zone; Asia/Tehran is one") from None
    try:
        year, month, number = (int(part) for part in day.replace("/", "-").split("-"))
        first = to_gregorian(year, month, number) if year < 1700 else date(year, month, number)
    except ValueError:
        raise UsageError(f"--day: {day!r} is no day; 2026-11-21 and 1405-08-30 are") from None
    begin, end = (datetime(d.year, d.month, d.day, tzinfo=where) for d in (first, first + timedelta(days=1)))
    return begin, end


def answer(asked: Question, chosen: Sequence[Policy], days: Iterable[Day], write: Write, *,
           recorded: Outcome | None = None) -> int:
    """Runs and prints. 1 when the router did what it must never do."""
    day, first, found, waited, broken = _lived(asked, chosen, days)
    if asked.plot is not None:
        try:
            drawn = [*([recorded] if recorded is not None else []), *first]
            asked.plot.write_text(picture.draw(day.title, day.open_at, drawn, language=asked.language),
                                  encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{asked.plot}: {error.strerror}") from None
    results = [{"policy": policy.name, "seed": asked.seed, "seeds": asked.seeds, **(rows[0] if len(rows) == 1
                                                                                   else average(rows))}
               for policy, rows in zip(chosen, found, strict=True)]
    if asked.waits:
        results = [{**each, "waits": pooled(rows)} for each, rows in zip(results, waited, strict=True)]
    if recorded is not None:
        results = _beside(recorded, results, day)
    if asked.as_json:
        for each in results:
            write(json.dumps(each))
    else:
        _table(day, results, write)
    for line in broken[:10]:
        sys.stderr.write(f"the router broke a rule: {line}\n")
    return 1 if broken else 0


def _lived(asked: Question, chosen: Sequence[Policy], days: Iterable[Day]
           ) -> tuple[Day, list[Outcome], list[list[dict[str, Any]]], list[list[Any]], list[str]]:
    """The last day, the first day's outcomes, figures and waits by policy, and rules that were broken."""
    found: list[list[dict[str, Any]]] = [[] for _ in chosen]
    first: list[Outcome] = []
    bar, day = Bar(asked.progress, len(chosen) * asked.seeds), None
    broken: list[str] = []
    waited: list[list[Any]] = [[] for _ in chosen]
    learned: list[Waits | None] = [None for _ in chosen]
    for day in days:
        if asked.waits:
            learned = [Waits(day).take_over(before) for before in learned]
        outcomes = [_run(World(day, policy, watch=watch), bar) for policy, watch in zip(chosen, learned, strict=True)]
        for number, (outcome, watch) in enumerate(zip(outcomes, learned, strict=True)):
            found[number].append(figures(outcome))
            broken += outcome.violations[:5]
            if watch is not None:
                waited[number].append(watch.figures())
        first = first or outcomes
    bar.close()
    assert day is not None
    return day, first, found, waited, broken


def _beside(recorded: Outcome, results: list[dict[str, Any]], day: Day) -> list[dict[str, Any]]:
    """What really was, then each policy with its difference to the first."""
    told = [{**each, "difference": replay.difference(results[0], each)} for each in results]
    return [{"policy": recorded.policy, "seed": 0, "seeds": 1, **figures(recorded), "notes": list(day.notes)}, *told]


class Bar:
    """Shows on standard error how far a long run is."""

    def __init__(self, wanted: bool | None, runs: int) -> None:
        self._shown = sys.stderr.isatty() if wanted is None else wanted
        self._runs, self._done, self._last = runs, 0, -1

    def at(self, share: float) -> None:
        """So much of this run is over."""
        part = int(100 * (self._done + share) / self._runs)
        if self._shown and part != self._last:
            self._last = part
            sys.stderr.write(f"\r[{'#' * (part * 30 // 100):<30}] {part:3d} %")
            sys.stderr.flush()

    def next(self) -> None:
        """A run is over."""
        self._done += 1
        self.at(0.0)

    def close(self) -> None:
        """All are."""
        if self._shown:
            sys.stderr.write("\r" + " " * 40 + "\r")
            sys.stderr.flush()


def _run(world: World, bar: Bar) -> Outcome:
    for step, now in enumerate(world.steps()):
        if step % 4096 == 0:
            bar.at(min(1.0, now / world.day.end))
    bar.next()
    return world.outcome()


def _policies(names: Sequence[str]) -> list[Policy]:
    return [policies.written(name) for name in dict.fromkeys(names or ("promise",))]


def _table(day: Day, results: Sequence[dict[str, Any]], write: Write) -> None:
    width = max(14, *(len(each["policy"]) for each in results)) + 2
    if day.title:
        write(day.title)
    write(" " * 24 + "".join(f"{each['policy']:>{width}}" for each in results))
    for key in _SHOWN:
        write(f"{key:<24}" + "".join(f"{_plain(each[key]):>{width}}" for each in results))
    for key in ("sla_by_seg", "sla_by_chan", "mean_wait_by_chan"):
        for name in results[0][key]:
            write(f"{key[:13] + ' ' + name:<24}" + "".join(f"{_plain(each[key].get(name)):>{width}}"
                                                           for each in results))
    for each in results:
        for name, row in each.get("waits", {}).items():
            write(f"honest wait, {each['policy']}, {name}: {row['n']} waited over 20 s, {100 * row['coverage']:.1f} % "
                  f"within the interval said, error {row['error']:.2f} of the mean wait (last served "
                  f"{row['last_served_error']:.2f}), bias {row['bias']:+.2f}")
    for note in day.notes:
        write(f"note: {note}")


def _plain(value: Any) -> str:
    return "-" if value is None else f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
