"""The command `staff` and its words: tables in Persian and English, JSON for programs. Reckons nothing itself."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from router.core import PolicyError
from router.rules.erlang import Goal, Need, StaffingError, check, need
from router.simulation import policies
from router.simulation.command import Bar
from router.simulation.reading import load as read_scenario
from router.simulation.scenario import ScenarioError
from router.staffing.forecast import Defaults, ForecastError, Row, load
from router.staffing.skills import Search, Staffed

Write = Callable[[str], None]
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {"start": "from", "queue": "queue", "calls": "contacts", "erlangs": "erlangs", "agents": "agents",
           "positions": "positions", "within": "in time %", "wait": "wait s", "abandons": "give up %",
           "occupancy": "busy %", "binding": "bound by", "hours": "hours of agents: {0}; paid hours: {1}",
           "group": "group", "now": "now", "needed": "needed", "sum": "together", "reached":
           "Least kept: {0}, {1} %. {2} days were lived.", "failed": "No number of these people keeps the promise of "
           "{0}: {1} %. Somebody with other skills is needed, or other promises.", "nothing": "nothing"},
    "fa": {"start": "از", "queue": "صف", "calls": "تماس", "erlangs": "ارلانگ", "agents": "کارشناس",
           "positions": "نفر با مرخصی", "within": "٪ به‌موقع", "wait": "انتظار (ث)", "abandons": "٪ انصراف",
           "occupancy": "٪ مشغولی", "binding": "عامل", "hours": "نفرساعت حضور: {0}؛ نفرساعت با مرخصی: {1}",
           "group": "گروه", "now": "اکنون", "needed": "لازم", "sum": "جمع", "reached":
           "کمترین وفای به وعده: {0}، {1}٪. {2} روز شبیه‌سازی شد.", "failed": "هیچ شماری از این کارشناسان وعدهٔ {0} را "
           "نگه نمی‌دارد: {1}٪. کارشناس با مهارت دیگر یا وعدهٔ دیگری لازم است.", "nothing": "هیچ"},
}
_BINDING = {"within": "وعده", "occupancy": "مشغولی", "abandons": "انصراف", "nothing": "هیچ"}
_DIGITS = str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for on the command line. Shares in percent."""

    calls: float | None = None
    minutes: float = 30.0
    handling: float | None = None
    patience: float | None = None
    target: float = 20.0
    within: float = 80.0
    shrinkage: float = 0.0
    max_occupancy: float = 100.0
    max_abandons: float = 100.0
    forecast: Path | None = None
    scenario: Path | None = None
    policy: str = "promise"
    seed: int = 1
    seeds: int = 3
    tries: int = 120
    language: str = "en"
    as_json: bool = False
    progress: bool | None = None


def staff(wish: Wish, write: Write) -> int:
    """Prints how many it takes; 2 when the wish cannot be used, 1 when no number of people fulfils it."""
    goal = Goal(target=wish.target, within=wish.within / 100, max_occupancy=wish.max_occupancy / 100,
                max_abandons=wish.max_abandons / 100, shrinkage=wish.shrinkage / 100)
    try:
        if wish.scenario is not None:
            return _by_simulation(wish, goal, write)
        rows, goal = _rows(wish, goal)
        found = []
        for number, row in enumerate(rows):
            try:
                found.append((row, need(row.load, goal)))
            except StaffingError as error:
                where = row.start or f"rows[{number}]"
                key, reason = _said(row, error)
                raise StaffingError(key, f"{reason} ({where})" if len(rows) > 1 else reason) from None
        _print(found, goal, wish, write)
        return 0
    except PolicyError as error:
        write(f"policy: {error}; known are {policies.known()}")
    except (StaffingError, ForecastError, ScenarioError) as error:
        write(str(error))
    return 2


def _rows(wish: Wish, goal: Goal) -> tuple[list[Row], Goal]:
    if wish.forecast is not None:
        return load(wish.forecast, goal, Defaults(minutes=wish.minutes, handling=wish.handling,
                                                  patience=wish.patience))
    for key, value in (("calls", wish.calls), ("handling", wish.handling)):
        if value is None:
            raise StaffingError(key, "is missing; or give --forecast or --scenario")
    if not wish.minutes > 0 or not math.isfinite(wish.minutes):
        raise StaffingError("interval", f"{wish.minutes} minutes are not above 0")
    return [Row(start="", queue="", minutes=wish.minutes, calls=wish.calls or 0.0, handling=wish.handling or 0.0,
                patience=wish.patience)], goal


def _said(row: Row, error: StaffingError) -> tuple[str, str]:
    """Key and reason as somebody wrote the figures: contacts of an interval, not a rate."""
    if error.key != "rate":
        return error.key, error.reason
    wrong = not math.isfinite(row.calls) or row.calls < 0
    return "calls", f"{row.calls:g} is not a number of 0 or more" if wrong else error.reason


def _print(found: list[tuple[Row, Need]], goal: Goal, wish: Wish, write: Write) -> None:
    hours = sum(n.agents * row.minutes / 60 for row, n in found)
    paid = sum(n.positions * row.minutes / 60 for row, n in found)
    if wish.as_json:
        write(json.dumps({
            "goal": {"target": goal.target, "within": goal.within, "max_occupancy": goal.max_occupancy,
                     "max_abandons": goal.max_abandons, "shrinkage": goal.shrinkage},
            "rows": [_json(row, n) for row, n in found], "agent_hours": round(hours, 2),
            "paid_hours": round(paid, 2)}, ensure_ascii=False))
        return
    words, show = _WORDS[wish.language], _digits(wish.language)
    keys = ("start", "queue", "calls", "erlangs", "agents", "positions", "within", "wait", "abandons", "occupancy",
            "binding")
    cells = [[words[key] for key in keys]]
    for row, n in found:
        binding = _BINDING[n.binding] if wish.language == "fa" else n.binding
        got = n.service
        cells.append([row.start, row.queue, *(show(f"{x:g}") for x in (row.calls, round(row.load.erlangs, 2))),
                      *(show(str(x)) for x in (n.agents, n.positions)), show(f"{100 * got.within:.1f}"),
                      show(f"{got.wait:.1f}"), show(f"{100 * got.abandons:.1f}"), show(f"{100 * got.occupancy:.1f}"),
                      binding])
    _columns(cells, write)
    write(words["hours"].format(show(f"{hours:.1f}"), show(f"{paid:.1f}")))


def _json(row: Row, n: Need) -> dict[str, Any]:
    got = n.service
    return {"start": row.start, "queue": row.queue, "minutes": row.minutes, "calls": row.calls,
            "handling": row.handling, "patience": row.patience, "erlangs": round(row.load.erlangs, 4),
            "agents": n.agents, "positions": n.positions, "within": round(got.within, 7), "waits": round(got.waits, 7),
            "wait": round(got.wait, 4), "abandons": round(got.abandons, 7), "occupancy": round(got.occupancy, 6),
            "queue_length": round(got.queue, 4), "binding": n.binding}


def _by_simulation(wish: Wish, goal: Goal, write: Write) -> int:
    assert wish.scenario is not None
    scenario = read_scenario(wish.scenario)
    check(Row(start="", queue="", minutes=30, calls=0, handling=0, patience=None).load, goal)
    if not 1 <= wish.seeds <= 1000 or not 1 <= wish.tries <= 400:
        raise StaffingError("seeds" if not 1 <= wish.seeds <= 1000 else "tries", "from 1 to 1000 seeds, 1 to 400 tries")
    bar = Bar(wish.progress, 1)
    found = Search(scenario, policies.written(wish.policy), within=goal.within, seed=wish.seed, seeds=wish.seeds,
                   tries=wish.tries, progress=bar.at).run()
    bar.close()
    _print_groups(found, goal, wish, write)
    return 0 if found.reached else 1


def _print_groups(found: Staffed, goal: Goal, wish: Wish, write: Write) -> None:
    paid = [math.ceil(count / (1.0 - goal.shrinkage) - 1e-9) for _, _, count in found.groups]
    days = found.tries * wish.seeds
    if wish.as_json:
        write(json.dumps({
            "reached": found.reached, "worst": {"channel": found.worst[0], "kept_pct": found.worst[1]},
            "groups": [{"name": name, "now": now, "agents": count, "positions": p}
                       for (name, now, count), p in zip(found.groups, paid, strict=True)],
            "agents": sum(count for _, _, count in found.groups), "positions": sum(paid), "days": days,
            "figures": found.figures}, ensure_ascii=False))
        return
    words, show = _WORDS[wish.language], _digits(wish.language)
    cells = [[words[key] for key in ("group", "now", "needed", "positions")]]
    cells += [[name, *(show(str(x)) for x in (now, count, p))]
              for (name, now, count), p in zip(found.groups, paid, strict=True)]
    cells.append([words["sum"], *(show(str(sum(x))) for x in (
        [now for _, now, _ in found.groups], [count for _, _, count in found.groups], paid))])
    _columns(cells, write)
    say = words["reached" if found.reached else "failed"]
    write(say.format(found.worst[0], show(f"{found.worst[1]:.1f}"), show(str(days))))


def _digits(language: str) -> Callable[[str], str]:
    return (lambda text: text.translate(_DIGITS)) if language == "fa" else (lambda text: text)


def _columns(cells: list[list[str]], write: Write) -> None:
    used = [i for i in range(len(cells[0])) if any(row[i] for row in cells[1:])]
    widths = {i: max(len(row[i]) for row in cells) for i in used}
    for row in cells:
        write("  ".join(row[i].rjust(widths[i]) for i in used).rstrip())
