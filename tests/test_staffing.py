"""Staffing: formulas against published figures and two strangers' programs, files, the search, both languages."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import run
from router.core import NAMED
from router.rules.erlang import Goal, Load, StaffingError, erlang_b, erlang_c, need, service
from router.simulation.day import Arrival, Channel, Day, Worker
from router.simulation.reading import parse as read_scenario
from router.simulation.world import World
from router.staffing.forecast import Defaults, ForecastError, parse
from router.staffing.skills import Search
from tests.scenarios import town
from tests.servers import oracles

GOAL = Goal(target=20.0)


# --- formulas

def test_published_figures_of_erlang_c() -> None:
    found = need(Load(rate=100 / 1800, handling=180.0), Goal(target=20.0, shrinkage=0.3))
    assert (found.agents, found.positions, found.binding) == (14, 20, "within")
    assert found.service.waits == pytest.approx(0.1741319, abs=1e-6)
    assert found.service.within == pytest.approx(0.8883500, abs=1e-6)
    assert found.service.wait == pytest.approx(7.836, abs=1e-3)


def test_published_figures_of_gans_koole_mandelbaum() -> None:
    patient = service(Load(rate=0.8, handling=60.0), 50, 20.0)
    assert (patient.wait, patient.queue, patient.occupancy) == (
        pytest.approx(20.83, abs=0.01), pytest.approx(16.7, abs=0.1), pytest.approx(0.96))
    hasty = service(Load(rate=0.8, handling=60.0, patience=120.0), 50, 20.0)
    assert hasty.abandons == pytest.approx(0.0309, abs=1e-4)
    assert (hasty.wait, hasty.queue, hasty.occupancy) == (
        pytest.approx(3.71, abs=0.01), pytest.approx(2.97, abs=0.01), pytest.approx(0.930, abs=1e-3))


@pytest.mark.parametrize(("calls", "minutes", "handling", "target", "patience", "agents", "answered", "abandons"), [
    (100, 30, 180, 20, 300, 13, 0.85818, 0.02496), (1440, 30, 60, 20, 120, 48, 0.89551, 0.04764),
    (600, 30, 270, 30, 180, 90, 0.87346, 0.04625)])
def test_known_figures_of_erlang_a(calls: int, minutes: int, handling: int, target: int, patience: int, agents: int,
                                   answered: float, abandons: float) -> None:
    found = service(Load(rate=calls / minutes / 60, handling=handling, patience=patience), agents, target)
    assert found.abandons == pytest.approx(abandons, abs=1e-4)
    # one of these programs counts of all who arrive, another of those who are answered
    assert found.within == pytest.approx(answered, abs=1e-4)


@given(st.integers(1, 60), st.floats(0.1, 60.0), st.floats(5.0, 3600.0), st.floats(0.0, 300.0))
@settings(max_examples=40, deadline=None)
def test_erlang_a_is_the_chain_it_stands_for(agents: int, erlangs: float, patience: float, target: float) -> None:
    handling = 120.0
    load = Load(rate=erlangs / handling, handling=handling, patience=patience)
    found = service(load, agents, target)
    weights, total = [1.0], 0.0  # birth and death: state by state, scaled as it goes
    for state in range(1, 4000):
        out = min(state, agents) / handling + max(0, state - agents) / patience
        weights.append(weights[-1] * load.rate / out)
        total = sum(weights) if state % 500 == 0 else total
        if weights[-1] > 1e200:
            weights = [w / 1e200 for w in weights]
    total = sum(weights)
    queue = sum(max(0, n - agents) * w for n, w in enumerate(weights)) / total
    assert found.queue == pytest.approx(queue, rel=1e-4, abs=1e-7)
    assert found.abandons == pytest.approx(queue / patience / load.rate, rel=1e-4, abs=1e-8)
    assert found.waits == pytest.approx(sum(weights[agents:]) / total, rel=1e-4, abs=1e-8)


@given(st.floats(0.001, 50.0), st.floats(1.0, 900.0), st.one_of(st.none(), st.floats(5.0, 3600.0)),
       st.floats(0.05, 0.99), st.floats(0.3, 1.0))
@settings(max_examples=60, deadline=None)
def test_one_agent_fewer_is_not_enough(rate: float, handling: float, patience: float | None, within: float,
                                       occupancy: float) -> None:
    load, goal = Load(rate=rate, handling=handling, patience=patience), Goal(target=20.0, within=within,
                                                                           max_occupancy=occupancy)
    found = need(load, goal)

    def holds(agents: int) -> bool:
        got = service(load, agents, 20.0)
        return got.within >= within and got.occupancy <= occupancy
    assert holds(found.agents) and not holds(found.agents - 1)


def test_the_edges() -> None:
    assert (erlang_b(0, 5.0), erlang_c(3, 5.0), erlang_b(10_000, 1.0)) == (1.0, 1.0, 0.0)
    assert need(Load(rate=0.0, handling=60.0), GOAL).agents == 0
    assert service(Load(rate=1.0, handling=60.0), 30, 20.0).wait == math.inf
    lost = service(Load(rate=1.0, handling=60.0, patience=30.0), 0, 20.0)
    assert (lost.abandons, lost.wait) == (1.0, 30.0)
    huge = service(Load(rate=500.0, handling=300.0, patience=600.0), 100_000, 20.0)  # a third more than it can do
    assert huge.abandons == pytest.approx(1 / 3, abs=1e-3) and huge.occupancy == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(("load", "goal", "key"), [
    (Load(rate=-1.0, handling=60.0), GOAL, "rate"), (Load(rate=1.0, handling=math.nan), GOAL, "handling"),
    (Load(rate=1.0, handling=60.0, patience=0.0), GOAL, "patience"), (Load(rate=1e6, handling=60.0), GOAL, "rate"),
    (Load(rate=1.0, handling=60.0), replace(GOAL, within=1.0), "within"),
    (Load(rate=1.0, handling=60.0), replace(GOAL, max_occupancy=0.0), "max-occupancy"),
    (Load(rate=1.0, handling=60.0), replace(GOAL, max_abandons=2.0), "max-abandons"),
    (Load(rate=1.0, handling=60.0), replace(GOAL, shrinkage=1.0), "shrinkage"),
    (Load(rate=1.0, handling=60.0), replace(GOAL, target=-1.0), "target")])
def test_figures_that_cannot_be_meant_are_refused_with_their_key(load: Load, goal: Goal, key: str) -> None:
    with pytest.raises(StaffingError) as refused:
        need(load, goal)
    assert refused.value.key == key


# --- against strangers

@pytest.mark.oracles
@pytest.mark.parametrize(("calls", "handling", "target", "within", "shrinkage", "occupancy"), [
    (100, 3.0, 20 / 60, 0.8, 0.3, 0.85), (12, 5.0, 0.5, 0.9, 0.0, 1.0), (900, 4.5, 0.25, 0.95, 0.25, 0.9),
    (3, 10.0, 1.0, 0.6, 0.1, 0.5)])
def test_erlang_c_equals_pyworkforce(calls: int, handling: float, target: float, within: float, shrinkage: float,
                                     occupancy: float) -> None:
    theirs = oracles.erlang(transactions=calls, handling=handling, target=target, interval=30, shrinkage=shrinkage,
                            within=within, max_occupancy=occupancy)
    ours = need(Load(rate=calls / 1800, handling=60 * handling),
                Goal(target=60 * target, within=within, shrinkage=shrinkage, max_occupancy=occupancy))
    assert (ours.agents, ours.positions) == (theirs["raw_positions"], theirs["positions"])
    assert ours.service.within == pytest.approx(theirs["service_level"], abs=1e-4)
    assert ours.service.occupancy == pytest.approx(theirs["occupancy"], abs=1e-4)
    assert ours.service.waits == pytest.approx(theirs["waiting_probability"], abs=1e-4)


@pytest.mark.oracles
@pytest.mark.parametrize(("patience", "agents"), [(None, 14), (60.0, 9)])
def test_formula_simulator_and_ciw_say_the_same(patience: float | None, agents: int) -> None:
    load, target = Load(rate=100 / 1800, handling=180.0, patience=patience), 20.0
    formula = service(load, agents, target)
    theirs = oracles.queue(rate=load.rate, handling=180.0, patience=patience, agents=agents, target=target,
                           seconds=40_000, runs=20)
    ours = simulated(load, agents, target)
    for found in (theirs, ours):
        assert found["within"] == pytest.approx(formula.within, abs=0.02)
        assert found["abandons"] == pytest.approx(formula.abandons, abs=0.01)
        assert found["wait"] == pytest.approx(formula.wait, rel=0.25)  # waits hang together: few are independent


def simulated(load: Load, agents: int, target: float) -> dict[str, float]:
    """The same queue in our own simulator, with the router's core."""
    import random
    waits: list[tuple[float, str]] = []
    for seed in range(20):
        rng, at, arrivals = random.Random(seed), 0.0, []
        while (at := at + rng.expovariate(load.rate)) < 40_000:
            arrivals.append(Arrival(
                id=len(arrivals), at=at, channel="voice", segment="all", skill="x", skills=("x",),
                work=rng.expovariate(1 / load.handling), wrap=0.0, accept=0.0, unanswered=False, target=target,
                weight=1.0, patience=rng.expovariate(1 / load.patience) if load.patience else math.inf))
        day = Day(title="", horizon=40_000.0, drain=5_000.0, capacity=1, rates=(1.0,), level_speed={3: 1.0},
                  channels={"voice": Channel(points=1, offer_timeout=20.0, mean=load.handling)}, sticky_speed=1.0,
                  away_after_missed=0.0, segments={"all": 1.0}, targets={"voice": {"all": target}},
                  arrivals=tuple(arrivals), workers=tuple(
                      Worker(id=n, group="", skills={"x": 3}, channels=frozenset({"voice"}), speed=1.0,
                             shift=(0.0, 50_000.0)) for n in range(agents)))
        waits += [(f.wait, f.outcome) for f in World(day, NAMED["promise"]).run().fates if f.at > 4_000]
    answered = [w for w, outcome in waits if outcome == "answered"]
    return {"within": sum(w <= target for w in answered) / len(waits), "wait": sum(w for w, _ in waits) / len(waits),
            "abandons": sum(outcome == "abandoned" for _, outcome in waits) / len(waits)}


# --- forecasts

CSV = "\ufeffشروع;صف;تعداد;زمان رسیدگی;صبر\n08:00;کارت;۱۲۰;۲۴۰;۳۰۰\n08:30;کارت;۶۰٫۵;240;\n"


def test_a_csv_with_persian_heads_and_digits() -> None:
    rows, goal = parse(CSV.removeprefix("\ufeff"), ".csv", GOAL, Defaults())
    assert [(r.start, r.queue, r.calls, r.handling, r.patience) for r in rows] == [
        ("08:00", "کارت", 120.0, 240.0, 300.0), ("08:30", "کارت", 60.5, 240.0, None)]
    assert goal == GOAL


@pytest.mark.parametrize(("text", "kind"), [
    ('handling = 240\n[goal]\nwithin = 90\nshrinkage = 30\n[[rows]]\nstart = "08:00"\ncalls = 120\n', ".toml"),
    ('{"handling": 240, "goal": {"within": 90, "shrinkage": 30}, "rows": [{"start": "08:00", "calls": 120}]}',
     ".json")])
def test_toml_and_json_say_the_same(text: str, kind: str) -> None:
    rows, goal = parse(text, kind, GOAL, Defaults(patience=60.0))
    assert (rows[0].calls, rows[0].handling, rows[0].minutes, rows[0].patience) == (120.0, 240.0, 30.0, 60.0)
    assert (goal.within, goal.shrinkage, goal.target) == (0.9, 0.3, 20.0)


@pytest.mark.parametrize(("text", "kind", "says"), [
    ("", ".csv", "no such column"), ("calls,handling\n", ".csv", "there are none"),
    ("calls,handling\nx,60\n5,y\n-3,60\n", ".csv", "3: handling: 'y' is no number"),
    ("calls,handling\n5,60\n-3,60\n", ".csv", "3: calls: -"), ("calls\n5\n", ".csv", "2: handling: is missing"),
    ("calls,patience,handling\n5,0,60\n", ".csv", "2: patience: 0.0 is not above 0"),
    ("[goal]\nwithn = 3\n[[rows]]\ncalls = 1\nhandling = 2\n", ".toml", "goal.withn: is not known"),
    ("a = = 3", ".toml", "1"), ('{"rows": 3}', ".json", "rows: must be a list"), ("3", ".json", "must be a table"),
    ('{"rows": [{"calls": 3, "handling": 4, "colour": 1}, 7]}', ".json", "rows[0].colour: is not known"),
    ('[{"calls": true, "handling": 4}]', ".json", "rows[0].calls: 'True' is no number"), ("{", ".json", "1"),
    ('[{"calls": 3, "handling": 4, "minutes": 0}]', ".json", "rows[0].minutes: must be above 0"),
    ("x", ".ods", ".ods is not read")])
def test_a_forecast_with_faults_names_them(text: str, kind: str, says: str) -> None:
    with pytest.raises(ForecastError) as refused:
        parse(text, kind, GOAL, Defaults())
    assert says in str(refused.value)


# --- several skills

def test_the_smallest_groups_that_keep_the_promise() -> None:
    scenario = read_scenario(json.dumps(town(hours=2)))
    search = Search(scenario, NAMED["promise"], within=0.8, seeds=2, tries=60)
    found = search.run()
    assert found.reached and found.worst[1] >= 80.0 and found.tries <= 60
    needed = sum(count for _, _, count in found.groups)
    assert 0 < needed < 20
    if found.tries < 60:
        counts = tuple(count for _, _, count in found.groups)
        fewer = [(*counts[:i], counts[i] - 1, *counts[i + 1:]) for i in range(3) if counts[i]]
        assert not any(search._holds(each) for each in fewer)


def test_no_number_of_people_without_the_skill_is_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = town(hours=1)
    table["demand"][0]["skill_mix"] = {"welding": 1}
    (tmp_path / "town.json").write_text(json.dumps(table), encoding="utf-8")
    assert run.main(["staff", "--scenario", str(tmp_path / "town.json"), "--seeds", "1"]) == 1
    assert "voice" in capsys.readouterr().out


# --- the command

def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert run.main(["staff", *arguments]) == status
    return capsys.readouterr().out


def test_options_alone(capsys: pytest.CaptureFixture[str]) -> None:
    basic = ("--calls", "100", "--handling", "180", "--shrinkage", "30")
    found: dict[str, Any] = json.loads(said(capsys, *basic, "--json"))
    assert (found["rows"][0]["agents"], found["rows"][0]["positions"], found["paid_hours"]) == (14, 20, 10.0)
    assert "agents" in said(capsys, *basic)
    persian = said(capsys, *basic, "--language", "fa")
    assert "کارشناس" in persian and "۱۴" in persian and "14" not in persian


def test_a_forecast_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "day.csv").write_text(CSV, encoding="utf-8")
    table = said(capsys, "--forecast", str(tmp_path / "day.csv"), "--max-occupancy", "80")
    assert len(table.splitlines()) == 4 and "occupancy" in table


def test_a_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "town.json").write_text(json.dumps(town(hours=2)), encoding="utf-8")
    common = ("--scenario", str(tmp_path / "town.json"), "--seeds", "1", "--tries", "20", "--shrinkage", "25")
    found = json.loads(said(capsys, *common, "--json"))
    assert found["reached"] and found["positions"] >= found["agents"] > 0
    assert "جمع" in said(capsys, *common, "--language", "fa")


@pytest.mark.parametrize(("arguments", "says"), [
    ((), "calls: is missing"), (("--calls", "5"), "handling: is missing"),
    (("--calls", "5", "--handling", "60", "--within", "100"), "within"), (("--forecast", "none.csv"), "No such file"),
    (("--calls", "5", "--handling", "60", "--interval", "0"), "interval"),
    (("--scenario", "none.json"), "No such file"), (("--calls", "nan", "--handling", "60"), "calls: nan is"),
    (("--calls", "-1", "--handling", "180"), "calls: -1 is not a number of 0 or more"),
    (("--calls", "1e12", "--handling", "180"), "calls: 100000000000 erlangs")])
def test_a_wish_that_cannot_be_used(arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert says in said(capsys, *arguments, status=2)
