"""The measure of routing quality: its changed houses, its comparison, and that the default policy earns its name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.quality import GOALS, compared, line, lived, main, run
from bench.variants import CHANGES, changed
from router.simulation.policies import written
from router.simulation.reading import parse


def house(**changes: Any) -> dict[str, Any]:
    """A small desk: two kinds of calls, chats and letters; few hold the second skill."""
    work = {"dist": "lognormal", "cv": 1.0}
    names = ("vip", "ordinary")
    mix = {"vip": 0.2, "ordinary": 0.8}
    skills = {"general": 0.8, "fraud": 0.2}
    return {
        "horizon_s": 7200, "drain_s": 1800, "capacity_points": 6,
        "channels": {
            "voice": {"points": 6, "work": {**work, "mean_s": 240}, "offer_timeout_s": 20, "accept_mean_s": 3,
                      "wrap_mean_s": 20, "no_answer_p": 0.0},
            "chat": {"points": 2, "work": {**work, "mean_s": 300}, "offer_timeout_s": 30, "accept_mean_s": 4,
                     "wrap_mean_s": 0, "no_answer_p": 0.0},
            "email": {"points": 3, "work": {**work, "mean_s": 300}, "offer_timeout_s": 60, "accept_mean_s": 5,
                      "wrap_mean_s": 0, "no_answer_p": 0.0}},
        "concurrency_rate": [1.0, 0.8, 0.6], "segments": {"vip": {"weight": 5}, "ordinary": {"weight": 1}},
        "targets_s": {"voice": dict.fromkeys(names, 20), "chat": dict.fromkeys(names, 60),
                      "email": dict.fromkeys(names, 3600)},
        "patience_s": {"voice": 240, "chat": dict.fromkeys(names, 300), "email": None}, "skills": list(skills),
        "proficiency_speed": {str(level): 1.0 for level in range(1, 6)},
        "demand": [
            {"channel": "voice", "per_hour_mean": 110, "profile": [1, 1], "skill_mix": skills, "segment_mix": mix},
            {"channel": "chat", "per_hour_mean": 40, "profile": [1, 1], "skill_mix": skills, "segment_mix": mix},
            {"channel": "email", "per_hour_mean": 15, "profile": [1, 1], "skill_mix": skills, "segment_mix": mix}],
        "agent_groups": [
            {"name": "calls", "n": 5, "channels": ["voice"], "skills": {"general": 4}, "shifts": [[0, 7200]]},
            {"name": "words", "n": 3, "channels": ["chat", "email"], "skills": {"general": 4},
             "shifts": [[0, 7200]]},
            {"name": "both", "n": 5, "channels": ["voice", "chat", "email"], "skills": {"fraud": 4, "general": 3},
             "shifts": [[0, 7200]]}],
    } | changes


@pytest.mark.parametrize("change", CHANGES)
def test_every_changed_house_is_a_scenario_and_the_first_stays_as_it_is(change: str) -> None:
    before = house()
    made = changed(before, change, 7)
    assert before == house() and made == changed(before, change, 7)
    assert not parse(json.dumps(made)).warnings
    assert (made == before) is (change == "as-it-is")


def test_the_comparison_names_what_is_worse() -> None:
    row = {"w_miss_pct": 5.0, "w_lateness": 1.0, "max_rel_wait": 2.0, "aban_pct": 3.0, "occ_gini": 0.05,
           "sla_by_seg": {"vip": 90.0}, "sla_by_chan": {"voice": 80.0, "chat": 95.0}, "sticky_hit_pct": None,
           "violations": 0}
    worse = {**row, "w_miss_pct": 10.0, "sla_by_chan": {"voice": 90.0, "chat": 90.0}, "violations": 2}
    found = compared([worse], [row])
    assert found["miss"] == 2.0 and found["medium"] == -5.0 and found["broken"] == 2.0
    assert line(found).count("!") == 4  # miss, late, medium, broken
    assert line(compared([{**row, "w_miss_pct": 1.0, "w_lateness": 0.1}], [row])).count("!") == 0
    assert set(GOALS) < set(found)


def test_the_default_policy_keeps_more_promises_where_a_skill_is_scarce(tmp_path: Path) -> None:
    file = tmp_path / "small.json"
    file.write_text(json.dumps(house()), encoding="utf-8")
    said: list[str] = []
    means = run([file], ["as-it-is", "more"], range(1, 6), ["promise", "promise:choice=longest_idle"], said.append)
    assert means["promise"] < 0.9 and means["promise"] < means["promise:choice=longest_idle"]
    assert len(said) == 1 + 4 + 2


def test_looking_at_who_is_free_keeps_more_promises_than_a_fixed_order_of_crews() -> None:
    missed = {name: sum(each["w_miss_pct"] for change in ("as-it-is", "more", "less")
                        for each in lived(changed(several(), change, 1), written(name), range(1, 7)))
              for name in ("promise", "promise:cover=off")}
    assert missed["promise"] < missed["promise:cover=off"]


def several() -> dict[str, Any]:
    """Calls only: whoever has the rare skill can do a common one as well, and is the less flexible for it."""
    table = house()
    calls = {**table["demand"][0], "per_hour_mean": 120,
             "skill_mix": {"general": 0.5, "cards": 0.3, "tech": 0.2}}
    people = [("many", 7, {"general": 4, "cards": 3}), ("few", 3, {"tech": 4, "cards": 3})]
    return table | {"demand": [calls], "skills": ["general", "cards", "tech"], "agent_groups": [
        {"name": name, "n": n, "channels": ["voice"], "skills": skills, "shifts": [[0, 7200]]}
        for name, n, skills in people]}


def test_the_command_line_prints_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "small.json"
    file.write_text(json.dumps(house()), encoding="utf-8")
    main([str(file), "--change", "less", "--seeds", "1"])
    printed = capsys.readouterr().out
    assert "less" in printed and "promise: " in printed
