"""Files of scenarios that cannot be used: every fault is named with its line and key, what is doubtful is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import run
from router.simulation.reading import parse
from router.simulation.scenario import ScenarioError
from tests.scenarios import scenario, town


def test_every_fault_is_named_with_line_and_key() -> None:
    text = json.dumps(town(), indent=1)
    text = text.replace('"points": 6', '"points": "six"').replace('"lunch_s": 1800', '"lunch_s": -5')
    text = text.replace('"p": 0.25', '"p": 2.5').replace('"dist": "exp"', '"dist": "normal"')
    with pytest.raises(ScenarioError) as refused:
        parse(text, "town.json")
    faults = {key: (line, what) for line, key, what in refused.value.faults}
    assert set(faults) == {"channels.voice.points", "lunch_s", "sticky.p", "channels.chat.work.dist"}
    for key, (line, _) in faults.items():
        assert f'"{key.split(".")[-1]}"' in text.splitlines()[line - 1]
    assert str(refused.value).splitlines()[0].startswith("town.json:")


@pytest.mark.parametrize(("change", "key", "says"), [
    (lambda t: t.pop("horizon_s"), "horizon_s", "is missing"),
    (lambda t: t.update(horizon_s=1e300), "horizon_s", "1 to"),
    (lambda t: t.update(horizon_s=True), "horizon_s", "a number"),
    (lambda t: t.update(capacity_points=4), "channels.voice.points", "nobody could take one"),
    (lambda t: t["targets_s"]["voice"].pop("vip"), "targets_s.voice.vip", "is missing"),
    (lambda t: t["patience_s"].pop("email"), "patience_s", "email is missing"),
    (lambda t: t["patience_s"]["voice"].update(vip="long"), "patience_s.voice.vip", "a number"),
    (lambda t: t["demand"][0].update(channel="pigeon"), "demand[0].channel", "none of voice"),
    (lambda t: t["demand"][0].update(profile=[0, 0]), "demand[0].profile", "adds up to nothing"),
    (lambda t: t["demand"][0].update(profile=[1, "x"]), "demand[0].profile[1]", "a number"),
    (lambda t: t["demand"][0]["segment_mix"].update(king=1), "demand[0].segment_mix.king", "none of vip"),
    (lambda t: t["demand"][0].update(backlog_at_open=[["x", 1]]), "demand[0].backlog_at_open[0]", "how many"),
    (lambda t: t["agent_groups"][0].update(shifts=[[9, 3]]), "agent_groups[0].shifts[0]", "from before to"),
    (lambda t: t["agent_groups"][0].update(shifts=[]), "agent_groups[0].shifts", "is empty"),
    (lambda t: t["agent_groups"][0]["skills"].update(cards=9), "agent_groups[0].skills.cards", "not in proficiency"),
    (lambda t: t["agent_groups"][0].update(n=1.5), "agent_groups[0].n", "whole number"),
    (lambda t: t["agent_groups"][0].update(channels=["fax"]), "agent_groups[0].channels[0]", "none of"),
    (lambda t: t["agent_groups"][0]["skills"].update(cards=[3]), "agent_groups[0].skills.cards", "not in proficiency"),
    (lambda t: t["agent_groups"][0].update(channels=[["voice"]]), "agent_groups[0].channels[0]", "none of"),
    (lambda t: t["agent_groups"][0].update(channels=[{}]), "agent_groups[0].channels[0]", "none of"),
    (lambda t: t.update(surges=[{"start_s": 0, "end_s": 9, "factor": 2, "channels": ["fox"]}]), "surges[0].channels",
     "'fox' is none of voice"),
    (lambda t: t.update(extra_skill=[{"skill": "cards", "p": 1, "channels": ["fox"]}]), "extra_skill[0].channels",
     "'fox' is none of voice"),
    (lambda t: t["demand"][1].update(per_hour_mean=1e8), "demand[1].per_hour_mean", "too large"),
    (lambda t: t["demand"][2].update(backlog_at_open=[[999_999, "cards"]] * 3), "demand[2].backlog_at_open", "too lar"),
    (lambda t: t.update(surges=[{"start_s": 0, "end_s": 9, "factor": 1000}] * 5), "demand[0].per_hour_mean", "surges"),
    (lambda t: t.update(agent_groups={}), "agent_groups", "must be a list"),
    (lambda t: t.update(demand=[3]), "demand[0]", "must be an object"),
    (lambda t: t.update(surges=[{"start_s": 9, "end_s": 3, "factor": 1}]), "surges[0].end_s", "before start_s"),
    (lambda t: t.update(open_at="25:00"), "open_at", "no time of day"),
    (lambda t: t["proficiency_speed"].update(nine=1), "proficiency_speed.nine", "no level"),
    (lambda t: t.update(concurrency_rate=[]), "concurrency_rate", "is empty"),
])
def test_a_fault_is_named(change: Callable[[dict[str, Any]], Any], key: str, says: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        scenario(change)
    found = [what for _, at, what in refused.value.faults if at == key]
    assert found and says in found[0], refused.value


def test_what_is_probably_not_meant_is_a_warning_that_is_printed(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = town(agents=5, hours=1)
    table["demand"][0]["skill_mix"]["violin"] = .1
    table["demand"][1]["backlog_at_open"] = [[2, "flute"]]
    table["extra_skill"] = [{"skill": "harp", "p": .1}]
    table["targets_s"]["fox"], table["patience_s"]["fox"] = {"vip": 1}, None
    table["agent_groups"][0]["skills"]["organ"] = 3  # takes calls only
    table["demand"][2]["skill_mix"]["organ"] = .1
    assert parse(json.dumps(town())).warnings == ()
    path = tmp_path / "town.json"
    path.write_text(json.dumps(table, indent=1), encoding="utf-8")
    assert run.main(["simulate", str(path)]) == 0
    said = capsys.readouterr().err
    for key in ("demand[0].skill_mix.violin: nobody who takes voice", "demand[1].backlog_at_open[0]: nobody",
                "extra_skill[0].skill: nobody has the skill 'harp'", "targets_s.fox: is not known",
                "patience_s.fox: is not known", "demand[2].skill_mix.organ: nobody who takes email"):
        assert key in said, said


@pytest.mark.parametrize(("text", "says"), [
    ("", "line 1: the file ends"), ("[", "line 1: the file ends"), ("{\n\"a\": 1,\n}", "line 3: a key"),
    ('{"a" 1}', "colon"), ('{"a": 1} x', "something follows"), ('{"a": nope}', "begins no value"),
    ('{"a": "\\q"}', "wrong escape"), ('{"a": "x', "closing quotes"), ("[" * 100_000, "64 levels"), ("[1 2]", "comma"),
    ("3", "must be a JSON object"), ('{"title": 1, "title": 2}', "stands twice")])
def test_what_is_no_json_is_told_by_its_line(text: str, says: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        parse(text)
    assert says in str(refused.value).replace("scenario:1:", "line 1:").replace("scenario:3:", "line 3:")
