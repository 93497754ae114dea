"""Simulated days: deterministic, true to their definitions, quick; pictures one can read."""

from __future__ import annotations

import json
import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import run
from router.core import NAMED, PolicyError
from router.simulation import picture, policies
from router.simulation.day import Arrival, Channel, Day, Worker
from router.simulation.draw import draw
from router.simulation.figures import average, figures, gini
from router.simulation.world import World
from tests.scenarios import scenario, town

CHAT, CALL = Channel(points=2, offer_timeout=20.0, mean=100.0), Channel(points=6, offer_timeout=20.0, mean=100.0)


def arrival(number: int, at: float, **changed: Any) -> Arrival:
    base = Arrival(id=number, at=at, channel="voice", segment="ordinary", skill="help", skills=("help",), work=100.0,
                   wrap=0.0, patience=math.inf, accept=2.0, unanswered=False, target=30.0, weight=1.0)
    return replace(base, **changed)


def worker(number: int, **changed: Any) -> Worker:
    base = Worker(id=number, group="all", skills={"help": 3}, channels=frozenset({"voice", "chat"}), speed=1.0,
                  shift=(0.0, 3600.0))
    return replace(base, **changed)


def day(arrivals: list[Arrival], workers: list[Worker], **changed: Any) -> Day:
    base = Day(title="", horizon=3600.0, drain=600.0, capacity=6, channels={"voice": CALL, "chat": CHAT},
               rates=(1.0, 0.8, 0.6), level_speed={1: 0.5, 2: 0.8, 3: 1.0, 4: 1.5, 5: 2.0}, sticky_speed=2.0,
               away_after_missed=60.0, segments={"vip": 5.0, "ordinary": 1.0},
               targets={c: {"vip": 15.0, "ordinary": 30.0} for c in ("voice", "chat")}, arrivals=tuple(arrivals),
               workers=tuple(workers))
    return replace(base, **changed)


def lived(arrivals: list[Arrival], workers: list[Worker], **changed: Any) -> World:
    world = World(day(arrivals, workers, **changed), NAMED["promise"])
    for _ in world.steps():
        assert world.core.audit() == []
    assert world.violations == [] and world.ignored == {}
    return world


# --- the world, by hand

def test_one_call_is_accepted_served_and_over() -> None:
    world = lived([arrival(0, 10.0)], [worker(0)])
    talk = world.talks[0]
    assert (talk.answered, talk.ended) == (12.0, 112.0)
    assert world.seats[0].busy == 102.0 and world.outcome().shifts[0].points == 6 * 102.0


def test_a_second_call_waits_for_the_desk_and_wrap_up_keeps_it() -> None:
    world = lived([arrival(0, 10.0, wrap=30.0), arrival(1, 20.0)], [worker(0)])
    assert world.talks[1].answered == 10 + 2 + 100 + 30 + 2


def test_several_chats_at_once_slow_each_other_down() -> None:
    chats = [arrival(n, 10.0, channel="chat", accept=0.0) for n in range(3)]
    world = lived(chats, [worker(0)])
    assert [world.talks[n].ended for n in range(3)] == pytest.approx([10 + 100 / 0.6] * 3)


def test_level_own_speed_and_knowing_the_citizen_make_work_faster() -> None:
    world = lived([arrival(0, 0.0, sticky=0)], [worker(0, skills={"help": 4}, speed=2.0)])
    assert world.talks[0].ended == pytest.approx(2.0 + 100 / (1.5 * 2.0 * 2.0)) and world.talks[0].hit


def test_patience_ends_also_while_being_offered() -> None:
    world = lived([arrival(0, 10.0, patience=1.0)], [worker(0)])
    outcome = world.outcome()
    assert (outcome.fates[0].outcome, outcome.fates[0].wait) == ("abandoned", 1.0)
    assert figures(outcome)["n"] == 0  # within five seconds: left out
    assert world.seats[0].load == 0


def test_an_offer_that_lapses_goes_to_another_and_its_agent_is_away_for_a_while() -> None:
    world = lived([arrival(0, 10.0, unanswered=True), arrival(1, 40.0)], [worker(0), worker(1)])
    assert world.talks[0].answered == 10 + 20 + 2
    first = next(t.agent for t in world.talks.values() if t.arrival.id == 1)
    assert world.talks[1].answered == pytest.approx(30 + 60 + 2) and first is not None  # the one who was away 60 s


def test_a_break_begins_when_the_desk_is_empty_and_nothing_comes_before() -> None:
    world = lived([arrival(0, 10.0), arrival(1, 60.0)], [worker(0, breaks=((50.0, 200.0),))])
    assert world.talks[0].ended == 112.0
    assert world.talks[1].answered == 252.0  # the break ends when it was to end


def test_a_break_that_falls_into_an_open_offer_lets_it_be_accepted() -> None:
    world = lived([arrival(0, 10.0, accept=5.0), arrival(1, 11.0)], [worker(0, breaks=((12.0, 100.0),))])
    assert (world.talks[0].answered, world.talks[1].answered) == (15.0, 10 + 5 + 100 + 1 + 2)


def test_nobody_works_after_the_shift_and_what_waits_is_left() -> None:
    outcome = lived([arrival(0, 3590.0), arrival(1, 3595.0)], [worker(0)]).outcome()
    assert [fate.outcome for fate in outcome.fates] == ["answered", "left"]
    assert outcome.shifts[0].staffed == pytest.approx(3590 + 2 + 100)


def test_agents_held_back_help_only_those_who_have_waited() -> None:
    world = lived([arrival(0, 10.0)], [worker(0, backup_after=90.0)])
    assert world.talks[0].answered == pytest.approx(102.0)


def test_a_router_that_breaks_its_rules_is_told_on() -> None:
    world = World(day([arrival(0, 10.0), arrival(1, 11.0)], [worker(0)]), NAMED["promise"])
    steps = world.steps()
    while next(steps) < 11.0:
        pass
    from router.core import Offer
    world._offered(Offer(contact=1, agent=0, offer="1/1", expires_at=0, terms=()))
    assert len(world.violations) == 1 and "does not fit" in world.violations[0]


# --- figures

def test_the_figures_follow_their_definitions() -> None:
    rows = [arrival(0, 0.0, target=1.0, segment="vip", weight=5.0), arrival(1, 1000.0), arrival(2, 1001.0),
            arrival(3, 1002.0, patience=50.0), arrival(4, 1003.0, patience=4.0)]
    found = figures(lived(rows, [worker(0)]).outcome())
    assert found["n"] == 4  # one left within 5 s
    assert found["w_miss_pct"] == pytest.approx(100 * 7 / 8) and found["miss_pct"] == 75.0
    assert found["aban_pct"] == 25.0 and found["sla_by_seg"] == {"vip": 0.0, "ordinary": 33.33}
    assert found["w_lateness"] == pytest.approx((5 * 1 + (103 - 30) / 30 + 20 / 30) / 8, abs=1e-4)
    assert found["max_rel_wait"] == pytest.approx(103 / 30, abs=1e-4)
    assert found["sticky_hit_pct"] is None and found["violations"] == 0


def test_gini_and_means() -> None:
    assert gini([1, 1, 1]) == 0.0 and gini([]) == 0.0 and gini([0, 0, 1]) == pytest.approx(2 / 3)
    assert average([{"a": 1, "b": {"x": 2.0}, "c": None, "violations": 1}, {"a": 2, "b": {"y": 4.0}, "c": 3.0,
                                                                           "violations": 2}]) == {
        "a": 1.5, "b": {"x": 2.0, "y": 4.0}, "c": 3.0, "violations": 3}


# --- days drawn

def test_the_same_seed_is_the_same_day_and_every_policy_meets_it() -> None:
    one, two = draw(scenario(), 7), draw(scenario(), 7)
    assert one == two and one != draw(scenario(), 8)
    first, second = (figures(World(one, NAMED["promise"]).run()) for _ in range(2))
    assert {k: v for k, v in first.items() if k != "us_per_decision"} == {
        k: v for k, v in second.items() if k != "us_per_decision"}


def test_a_drawn_day_is_as_the_scenario_says() -> None:
    def change(table: dict[str, Any]) -> None:
        table["surges"] = [{"start_s": 3600, "end_s": 7200, "factor": 3, "skills": ["cards"], "channels": ["voice"]}]
        table["extra_skill"] = [{"skill": "english", "p": 0.25, "channels": ["chat"]}]
        table["demand"][0]["backlog_at_open"] = [[7, "cards"]]
        table["demand"][1]["segment_phases"] = [{"start_s": 0, "end_s": 3600, "mix": {"vip": 1}}]
        table["absence"] = [{"start_s": 0, "end_s": 9000, "share": 0.5}]
    drawn = [draw(scenario(change), seed) for seed in range(1, 41)]
    every = [each for one in drawn for each in one.arrivals]
    voice = [a for a in every if a.channel == "voice" and a.at > 0]
    assert len(voice) / 40 == pytest.approx(40 * 4 + 40 * 0.3 * 2, rel=0.05)  # per hour over four hours, and the surge
    assert sum(a.at == 0 for a in every) == 40 * 7
    assert {a.segment for a in every if a.channel == "chat" and a.at < 3600} == {"vip"}
    chats = [a for a in every if a.channel == "chat"]
    assert sum("english" in a.skills for a in chats) / len(chats) == pytest.approx(0.25, abs=0.03)
    assert sum(a.work for a in voice) / len(voice) == pytest.approx(200, rel=0.05)
    assert all(a.patience == math.inf for a in every if a.channel == "email")
    workers = [w for one in drawn for w in one.workers]
    assert sum(any(b[1] == 9000 for b in w.breaks) for w in workers) / len(workers) == pytest.approx(0.5, abs=0.08)


def test_the_mean_of_a_few_days_is_the_mean_of_many() -> None:
    def change(table: dict[str, Any]) -> None:
        table["overdispersion"] = {"day_cv": 0.3}
    counts = [len(draw(scenario(change), seed).arrivals) for seed in range(1, 61)]
    mean = sum(counts) / len(counts)
    assert sum(counts[:10]) / 10 == pytest.approx(mean, rel=0.05)
    assert math.sqrt(sum((c - mean) ** 2 for c in counts) / len(counts)) / mean == pytest.approx(0.3, rel=0.2)


@pytest.mark.parametrize("name", NAMED)
def test_every_policy_runs_without_breaking_a_rule(name: str) -> None:
    world = World(draw(scenario(agents=12), 3), NAMED[name])
    outcome = world.run()
    assert outcome.violations == () and world.core.audit() == [] and world.ignored == {}
    assert sum(f.outcome == "answered" for f in outcome.fates) > 200


def test_a_day_of_two_hundred_agents_takes_seconds() -> None:
    large = draw(scenario(agents=200, hours=12), 1)
    begin = time.process_time()
    outcome = World(large, NAMED["promise"]).run()
    assert time.process_time() - begin < 15.0
    assert len(outcome.fates) > 5000 and outcome.violations == ()


# --- what was asked for

@pytest.mark.parametrize(("text", "key"), [
    ("nonsense", "policy"), ("promise:gard=4", "gard"), ("promise:guard=x", "guard"), ("promise:guard=1", "default"),
    ("promise:drain=perhaps", "drain"), ("promise:guard", "guard"), ("promise:weights=3", "weights")])
def test_an_impossible_policy_is_refused_with_its_key(text: str, key: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policies.written(text)
    assert key in refused.value.key


def test_a_policy_with_parameters() -> None:
    made = policies.written("promise:guard=4,drain=off,order=due_time")
    assert (made.guard, made.drain, made.order, made.choice) == (4, False, "due_time", "specialist")


def test_the_command_compares_draws_and_answers_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, plot = tmp_path / "town.json", tmp_path / "day.svg"
    path.write_text(json.dumps({**town(), "colour": 1}), encoding="utf-8")
    given = ["simulate", str(path), "--policy", "promise", "--compare", "fifo_longest_idle", "--seed", "3",
             "--seeds", "2"]
    assert run.main([*given, "--json", "--plot", str(plot), "--progress"]) == 0
    printed = capsys.readouterr()
    lines = [json.loads(line) for line in printed.out.splitlines()]
    assert [line["policy"] for line in lines] == ["promise", "fifo_longest_idle"] and lines[0]["seeds"] == 2
    assert "100 %" in printed.err and "colour: is not known" in printed.err
    ElementTree.parse(plot)
    assert run.main(given) == 0
    assert "w_miss_pct" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "says"), [
    (["missing.json"], "No such file"), ([], "a scenario file is needed"),
    (["town.json", "--policy", "x"], "is none of"),
    (["town.json", "--plot", "/nowhere/x.svg"], "No such file")])
def test_a_question_that_cannot_be_used(arguments: list[str], says: str, tmp_path: Path,
                                        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "town.json").write_text(json.dumps(town()), encoding="utf-8")
    assert run.main(["simulate", *arguments]) == 2
    assert says in capsys.readouterr().out


@pytest.mark.parametrize("seeds", ["0", "-3", "10001"])
def test_days_there_cannot_be_so_many_of(seeds: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "town.json"
    path.write_text(json.dumps(town()), encoding="utf-8")
    assert run.main(["simulate", str(path), "--seeds", seeds]) == 2
    assert f"--seeds: from 1 to 10000 days, not {seeds}" in capsys.readouterr().out


# --- pictures

@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_picture_is_xml_with_words_of_its_language(language: str) -> None:
    outcomes = [World(draw(scenario(), 1), NAMED[name]).run() for name in ("promise", "fifo_longest_idle")]
    text = picture.draw("A <town> & \x00 شهر", "08:00", outcomes, language=language)
    root = ElementTree.fromstring(text)
    words = " ".join(root.itertext())
    assert "A <town> &" in words and "promise" in words
    assert ("۰۸:۰۰" in words and "پاسخ در زمان وعده" in words) if language == "fa" else "08:00" in words
    assert len(root.findall("{http://www.w3.org/2000/svg}path")) == 6


def test_a_picture_of_an_empty_day() -> None:
    ElementTree.fromstring(picture.draw("", "00:00", [World(day([], []), NAMED["promise"]).run()]))
