"""Yesterday lived again: what a journal says is what happened, and what a replay foretells is what would have been."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import run
from channels import registry
from router.records import ContactState
from router.rules.jalali import from_gregorian
from router.simulation.day import Day
from router.simulation.draw import draw
from router.simulation.figures import figures
from router.simulation.history import HistoryError, read_lines
from router.simulation.reading import parse
from router.simulation.replay import WORDS, compare, replayed
from router.simulation.world import World
from tests import fake
from tests.databases import storage
from tests.house import agent, read, running, until
from tests.recorded import END, FIFO, PROMISE, START, record
from tests.scenarios import town

AT = '"at": "2026-11-21T08:00:00+03:30"'


def busy_day(seed: int = 1) -> Day:
    table = town(agents=30, hours=6, load=2.4)
    table["sticky"] = {}
    table["concurrency_rate"], table["agent_sigma"] = [1.0], 0.0
    table["proficiency_speed"] = dict.fromkeys("12345", 1.0)
    table["drain_s"] = 3600
    return draw(parse(json.dumps(table)), seed)


def test_what_the_journal_says_is_what_happened() -> None:
    day = busy_day()
    lines, outcome = record(day, FIFO)
    found = figures(replayed(read_lines(lines), START, END).recorded)
    told = figures(outcome)
    for name in ("n", "w_miss_pct", "miss_pct", "w_lateness", "aban_pct", "left", "sla_by_seg", "sla_by_chan",
                 "mean_wait_by_chan", "max_rel_wait"):
        assert found[name] == pytest.approx(told[name], rel=1e-3), name
    assert found["occ_mean"] == pytest.approx(told["occ_mean"], abs=0.03)


def test_the_same_policy_again_gives_the_same_day_and_another_what_it_would_have_been() -> None:
    days, same, other = [busy_day(seed) for seed in range(1, 7)], [], []
    for day in days:
        lines, outcome = record(day, FIFO)
        again = compare(read_lines(lines), START, END, [FIFO, PROMISE])
        same.append((again["policies"][0]["w_miss_pct"], figures(outcome)["w_miss_pct"]))
        other.append((again["policies"][1]["w_miss_pct"], figures(World(day, PROMISE).run())["w_miss_pct"]))
        assert again["policies"][0]["violations"] == again["policies"][1]["violations"] == 0
    for pairs in (same, other):
        foretold, real = (sum(column) / len(days) for column in zip(*pairs, strict=True))
        assert foretold == pytest.approx(real, rel=0.2), pairs
    assert sum(o[0] for o in other) < 0.85 * sum(s[0] for s in same)  # it tells the better policy


def test_a_comparison_is_json_with_differences_and_honest_notes() -> None:
    lines, _ = record(busy_day(), FIFO)
    found = compare(read_lines(lines), START, END, [FIFO, PROMISE])
    assert json.loads(json.dumps(found)) == found
    first, second = found["policies"]
    assert first["difference"]["w_miss_pct"] == 0.0
    assert second["difference"]["w_miss_pct"] == pytest.approx(second["w_miss_pct"] - first["w_miss_pct"], abs=1e-3)
    codes = [code for code, _ in found["notes"]]
    assert {"profiles", "same-work", "patience", "drawn-work"} <= set(codes)
    assert all(code in WORDS["fa"] and code in WORDS["en"] for code in codes) and set(WORDS["fa"]) == set(WORDS["en"])


def entry(seq: int, second: float, name: str, contact: int | None = 1, **data: Any) -> str:
    return json.dumps({"seq": seq, "at": (START + timedelta(seconds=second)).isoformat(), "name": name, "actor": "",
                       "contact": contact, "data": data})


STORY = [
    entry(1, -3600, "agent-changed", None, agent=7, state="ready"),
    entry(2, -50, "contact-queued", 1, queue=1, reason="new"),  # waits since before midnight
    entry(3, 10, "offer-made", 1, offer=1, agent=7),
    entry(4, 40, "offer-ended", 1, offer=1, agent=7, outcome="expired"),
    entry(5, 40, "agent-changed", None, agent=7, state="away", reason="no-answer"),
    entry(6, 60, "contact-queued", 1, queue=2, reason="transfer"),
    entry(7, 100, "contact-changed", 1, was="waiting", state="active", agent=7),
    entry(8, 400, "contact-changed", 1, was="active", state="wrap-up", agent=7),
    entry(9, 460, "contact-changed", 1, was="wrap-up", state="closed", agent=7),
    entry(10, 500, "contact-queued", 1, queue=2, reason="reopened"),
    entry(11, 600, "contact-changed", 1, was="waiting", state="abandoned"),
    entry(12, 700, "contact-queued", 2, queue=2, reason="new"),
    entry(13, 900, "contact-changed", 2, was="waiting", state="closed"),
    entry(14, 1000, "agent-changed", None, agent=7, state="away", reason="lunch"),
    entry(15, 2000, "agent-changed", None, agent=7, state="ready"),
    entry(16, 3000, "agent-changed", None, agent=7, state="offline"),
    entry(17, 86_000, "contact-queued", 3, queue=2, reason="new")]


def test_a_story_by_hand() -> None:
    found = replayed(read_lines(STORY), START, END)
    one, again, last = found.day.arrivals
    assert (one.at, one.work, one.wrap, one.unanswered, one.queue) == (0.0, 300.0, 60.0, True, "queue 2")
    assert (again.at, again.patience, again.sticky) == (500.0, 100.0, 7)
    assert last.at == 86_000.0
    worker = found.day.workers[0]
    assert (worker.shift, worker.breaks) == ((0.0, 3000.0), ((1000.0, 1000.0),))
    notes = dict(found.notes)
    assert (notes["closed"], notes["moved"], notes["before"], notes["unknown"]) == (1, 1, 1, 2)
    assert [f.outcome for f in found.recorded.fates] == ["answered", "abandoned", "left"]


def test_a_day_with_nobody_is_said_so() -> None:
    with pytest.raises(HistoryError, match="nobody waited"):
        replayed(read_lines(STORY[:16]), START + timedelta(days=7), END + timedelta(days=7))
    with pytest.raises(HistoryError, match="nobody was at a desk"):
        replayed(read_lines([STORY[1]]), START - timedelta(days=1), END)


@pytest.mark.parametrize(("line", "says"), [
    ("{", "j:1:"), ("[]", "j:1: is neither"), ('{"fact": "moon"}', "j:1: is neither"),
    ('{"fact": ["x"]}', "j:1: is neither"),
    ('{"fact": "queue"}', "j:1: id: is missing"),
    ('{"fact": "queue", "id": 1, "name": "a", "colour": 2}', "colour"),
    ('{"name": "offer-made", "at": "x"}', "j:1:"),
    ('{"name": "offer-made", "at": "2026-11-21T00:00:00", "seq": 1}', "no time zone"),
    ('{"fact": "agent", "id": "x"}', "j:1: id: must be a whole number"),
    ('{"fact": "queue", "id": 1, "name": "a", "skils": ["gas"]}', "j:1: skils: is not known; is skills meant?"),
    ('{"fact": "queue", "id": 1, "name": "a", "target": "soon"}', "j:1: target: must be a number of seconds, 0.001"),
    ('{"fact": "queue", "id": 1, "name": "a", "target": -5}', "j:1: target: "),
    ('{"fact": "queue", "id": 1, "name": "a", "target": NaN}', "j:1: target: "),
    ('{"fact": "queue", "id": 1, "name": "a", "levels": {"gas": "z"}}', "j:1: levels.gas: must be a whole number"),
    ('{"fact": "queue", "id": 1, "name": "a", "rings": [3]}', "j:1: rings[0]: must be an object"),
    ('{"fact": "queue", "id": 1, "name": "a", "match_language": []}', "j:1: match_language: "),
    ('{"fact": "agent", "id": 1, "skills": ["gas"]}', "j:1: skills: must be an object of skills with levels"),
    ('{"fact": "agent", "id": 1, "capacity": 0}', "j:1: capacity: must be a whole number from 1"),
    ('{"fact": "contact", "id": 1}', "j:1: medium: is missing"),
    ('{"fact": "contact", "id": 1, "medium": 7}', "j:1: medium: must be a text"),
    ('{"fact": "contact", "id": 1, "medium": "sms", "needs": 7}', "j:1: needs: must be an object"),
    ('{"fact": "target", "id": 1, "seconds": 0}', "j:1: seconds: must be a whole number"),
    ('{"seq": 1, "at": "soon", "name": "offer-made", "contact": 1, "data": {}}', "j:1: at: 'soon' is no moment"),
    (f'{{"seq": 1, {AT}, "name": "contact-queued", "contact": 1, "data": {{}}}}', "j:1: data.queue: is missing"),
    (f'{{"seq": 1, {AT}, "name": "contact-queued", "contact": 1, "data": {{"queue": "x"}}}}', "j:1: data.queue: must"),
    (f'{{"seq": 1, {AT}, "name": "contact-queued", "data": {{"queue": 1}}}}', "j:1: contact: is missing"),
    (f'{{"seq": 1, {AT}, "name": "agent-changed", "data": {{"state": "ready"}}}}', "j:1: data.agent: is missing"),
    (f'{{"seq": 1, {AT}, "name": "agent-changed", "data": 7}}', "j:1: data: must be an object"),
    (f'{{"seq": 1, {AT}, "name": "offer-made", "contact": [1], "data": {{}}}}', "j:1: contact: must be a whole")])
def test_lines_with_faults_are_named(line: str, says: str) -> None:
    with pytest.raises(HistoryError, match=r"j:1") as refused:
        read_lines([line], "j")
    assert says in str(refused.value)
    assert read_lines(["", '{"name": "signed-in", "whatever": 1}']).entries == ()


def test_the_command_lives_a_day_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "day.jsonl"
    path.write_text("\n".join(record(busy_day(), FIFO)[0]), encoding="utf-8")
    given = ["simulate", "--journal", str(path), "--day", "2026-11-21", "--zone", "UTC",
             "--policy", "fifo_longest_idle", "--compare", "promise"]
    plot = tmp_path / "day.svg"
    assert run.main([*given, "--json", "--plot", str(plot)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["policy"] for each in told] == ["recorded", "fifo_longest_idle", "promise"]
    assert told[2]["difference"]["w_miss_pct"] < 0 and told[0]["notes"] and "recorded" in plot.read_text("utf-8")
    assert run.main([*given, "--language", "fa"]) == 0
    assert "صف‌ها همان‌اند" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "says"), [
    (["--day", "2026-11-21"], "no such file"), (["--day", "yesterday"], "is no day"), ([], "is no day"),
    (["--day", "1405-12-30"], "is no day"), (["--day", "1405-08-30", "--zone", "Mars"], "no time zone")])
def test_a_journal_that_cannot_be_used(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["simulate", "--journal", "/nowhere/none.db", *arguments]) == 2
    assert says in capsys.readouterr().out


def test_a_file_that_is_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content in (b"", b"not a database at all, not at all" * 100):
        (tmp_path / "x.db").write_bytes(content)
        assert run.main(["simulate", "--journal", str(tmp_path / "x.db"), "--day", "1405-08-30"]) == 2
        assert "x.db" in capsys.readouterr().out


async def test_a_day_of_a_real_database(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch,
                                        capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")
    async with running(tmp_path, {"line": {"medium": "sms"}}, storage=storage(tmp_path, database)) as house:
        await agent(house)
        await house.intake(fake.said("m1"))

        async def offered() -> bool:
            return (await read(house, lambda tx: tx.contacts.get(1))).state is ContactState.OFFERED
        await until(offered, what="an offer")
        now = datetime.now(UTC)
        year, month, number = from_gregorian(now.date())
        place = storage(tmp_path, database).get("database") or str(tmp_path / "data")
        given = ["simulate", "--journal", place, "--day", f"{year}-{month}-{number}", "--zone", "UTC", "--json"]
        assert await asyncio.to_thread(run.main, given) == 0
    recorded, promise = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert recorded["policy"] == "recorded" and promise["violations"] == 0
