"""What if a policy were another: a recorded day lived again beside the house, compared, and switched on."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from router.core import NAMED
from router.events import QueueChanged
from router.model import AgentId
from router.records import ContactState, Policy, Role
from router.simulation.day import Day
from router.simulation.draw import draw
from router.simulation.history import read_lines
from router.simulation.reading import parse
from router.whatif import LIVES, Rules, lived
from tests.agents_front import Client, Desk, fronted
from tests.house import until
from tests.recorded import START, record
from tests.scenarios import town

END = START + timedelta(days=1)
FIFO, PROMISE = NAMED["fifo_longest_idle"], NAMED["promise"]


def test_both_sides_are_lived_and_told_apart() -> None:
    lines, _ = record(short_day(), FIFO)
    shares: list[float] = []
    found = lived(read_lines(lines), START, END, Rules(policies={"default": FIFO}),
                  Rules(policies={"default": PROMISE}), shares.append)
    assert json.loads(json.dumps(found)) == found
    recorded, now, draft = found["lives"]
    assert [each["name"] for each in found["lives"]] == list(LIVES)
    less = found["difference"]["w_miss_pct"]
    assert less < 0 and less == pytest.approx(draft["w_miss_pct"] - now["w_miss_pct"], abs=1e-3)
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(shares) > 3
    # Every contact stands in one row, and rows add up to what the whole says.
    for life in (recorded, now, draft):
        rows = [row[life["name"]] for row in found["kept"]]
        assert sum(row["n"] for row in rows) == life["n"]
        kept = sum(row["n"] * row["kept"] for row in rows if row["n"])
        assert 100 * (1 - kept / life["n"]) == pytest.approx(life["miss_pct"], abs=0.05)
    assert sum(half["arrived"] for half in found["halves"]) > 0 and found["halves"][0]["now"].keys() == {
        "wait", "kept", "load"}
    assert "۱۴۰۵/۰۸/۳۰" in found["pictures"]["fa"] and "as drafted" in found["pictures"]["en"]
    assert all(note["en"] and note["fa"] for note in found["notes"])


def test_only_queues_that_follow_the_policy_are_served_otherwise() -> None:
    """A draft nobody follows changes nothing; one that some follow changes less than one that all follow."""
    lines, _ = record(short_day(), FIFO)
    history = read_lines(lines)
    queues = [queue.name for queue in history.queues.values()]

    def missed(draft: Rules) -> float:
        found = lived(history, START, END, Rules(policies={"default": FIFO}), draft, lambda share: None)
        return float(found["difference"]["w_miss_pct"])
    assert missed(Rules(policies={"default": FIFO, "calm": PROMISE})) == 0.0
    some = missed(Rules(policies={"default": FIFO, "calm": PROMISE}, groups={queues[0]: "calm", queues[1]: "gone"}))
    assert some != 0.0
    assert missed(Rules(policies={"default": FIFO, "calm": PROMISE}, groups=dict.fromkeys(queues, "calm"))) < 0.0


def short_day() -> Day:
    """Four hours of a small place that is short of people."""
    table = town(agents=14, hours=4, load=2.4)
    table["sticky"], table["agent_sigma"], table["drain_s"] = {}, 0.0, 3600
    return draw(parse(json.dumps(table)), 1)


async def lay_in(desk: Desk, lines: list[str]) -> None:
    """A recorded day into the database: queues, agents, contacts and journal under the ids they have there."""
    facts = [json.loads(line) for line in lines]
    known: dict[str, dict[int, int]] = {"queue": {}, "agent": {}, "contact": {}}

    def people(tx: Any) -> None:
        from router.model import Address, Medium
        for fact in facts:
            kind = fact.get("fact")
            if kind == "queue":
                made = tx.desk.add_queue(f"q{fact['id']}", skills=fact["skills"], accept_seconds=30, target_seconds=60,
                                         title_fa="صف آزمون", title_en=f"Queue {fact['id']}")
                tx.emit(QueueChanged(queue=made.id), actor="test")
            elif kind == "agent":
                made = tx.desk.add_agent(f"a{fact['id']}", f"a{fact['id']}", Role.AGENT, "", skills=fact["skills"],
                                         capacity=fact["capacity"], efforts=dict.fromkeys(fact["without"], 0))
            elif kind == "contact":
                address = tx.people.known(Address(medium=Medium.SMS, value=f"+98{fact['id']:010d}"), "fa")
                made = tx.contacts.open(
                    channel="line", medium={"voice": "voice", "chat": "webchat"}.get(fact["medium"], "email"),
                    customer=address.customer, address=address.id, state=ContactState.CLOSED, closed_at=tx.now,
                    effort=fact["effort"], segment=fact["segment"])
            else:
                continue
            known[kind][fact["id"]] = int(made.id)
    await desk.store.run(people)
    entries = [each for each in facts if "fact" not in each]

    def story(tx: Any) -> None:
        from datetime import datetime

        from sqlalchemy import insert

        from storage.tables import Journal
        rows = []
        for each in entries:
            data = dict(each["data"])
            for name in ("queue", "agent"):
                if name in data:
                    data[name] = known[name].get(data[name], data[name])
            contact = each["contact"]
            rows.append({"at": datetime.fromisoformat(each["at"]), "name": each["name"], "actor": "router",
                         "contact_id": None if contact is None else known["contact"][contact], "case_id": None,
                         "data": data})
        tx.connection.execute(insert(Journal), rows)
    await desk.store.run(story)


async def finished(client: Client, number: int, seconds: float = 300.0) -> dict[str, Any]:
    async def over() -> Any:
        status, got = await client.get(f"/api/routing/what-if/{number}")
        assert status == 200
        return got["run"] if got["run"]["state"] in ("done", "failed", "stopped") else None
    found: dict[str, Any] = await until(over, seconds=seconds, what="the comparison ends")
    return found


async def test_a_supervisor_compares_and_an_admin_switches_on(tmp_path: Path, database: str) -> None:
    lines, _ = record(short_day(), FIFO)
    async with fronted(tmp_path, database=database) as desk:
        await lay_in(desk, lines)
        boss = await desk.agent("boss", role=Role.SUPERVISOR, ready=False)
        status, got = await boss.post("/api/routing/what-if", {
            "day": "۱۴۰۵/۰۸/۳۰", "rule": "fifo_longest_idle", "parameters": {}})
        assert status == 200, got
        run = await finished(boss, got["run"]["id"])
        assert run["state"] == "done", run["error"]
        assert [each["name"] for each in run["result"]["lives"]] == list(LIVES)
        assert run["result"]["difference"]["w_miss_pct"] > 0 and "pictures" not in run["result"]
        async with boss.http.get(f"/api/routing/what-if/{run['id']}/picture?language=fa") as answer:
            assert answer.content_type == "image/svg+xml" and "default-src 'none'" in answer.headers[
                "Content-Security-Policy"]
            assert "با پیش‌نویس" in await answer.text()
        # Looking changes nothing; a supervisor may not switch on, an administrator may.
        assert await desk.read(lambda tx: tx.routing.policies()) == []
        chosen = {"rule": "fifo_longest_idle", "parameters": {}}
        assert (await boss.post("/api/policies/default", chosen))[0] == 403
        admin = await desk.agent("root", role=Role.ADMIN, ready=False)
        assert (await admin.post("/api/policies/default", chosen))[0] == 200
        assert await desk.read(lambda tx: tx.routing.policies()) == [
            Policy(name="default", rule="fifo_longest_idle", parameters={})]


@pytest.mark.parametrize(("body", "says"), [
    ({"day": "yesterday", "rule": "promise"}, "day"), ({"day": "1405-13-01", "rule": "promise"}, "day"),
    ({"day": "2099-01-01", "rule": "promise"}, "not begun"), ({"day": "2026-11-20", "rule": "magic"}, "rule"),
    ({"day": "2026-11-20", "rule": "promise", "parameters": {"guard": 1}}, "guard"),
    ({"day": "2026-11-20", "rule": "promise", "parameters": {"speed": 1}}, "speed"),
    ({"day": "2026-11-20", "rule": "promise", "parameters": []}, "parameters"), ({"day": "2026-11-20"}, "rule"),
    ({"rule": "promise"}, "day"), ({"day": 7, "rule": "promise"}, "day")])
async def test_what_cannot_be_meant_is_refused_with_the_key(tmp_path: Path, body: dict[str, Any], says: str) -> None:
    async with fronted(tmp_path) as desk:
        boss = await desk.agent("boss", role=Role.SUPERVISOR, ready=False)
        status, got = await boss.post("/api/routing/what-if", body)
        assert status == 400 and says in got["error"]["message"]


async def test_a_day_with_nobody_and_an_unknown_one(tmp_path: Path) -> None:
    async with fronted(tmp_path) as desk:
        boss = await desk.agent("boss", role=Role.SUPERVISOR, ready=False)
        _, got = await boss.post("/api/routing/what-if", {"day": "2020-01-01", "rule": "promise"})
        run = await finished(boss, got["run"]["id"])
        assert (run["state"], run["error"]) == ("failed", "nobody-waited")
        assert (await boss.get(f"/api/routing/what-if/{run['id']}/picture"))[0] == 404
        assert (await boss.get("/api/routing/what-if/99"))[0] == 404
        sara = await desk.agent("sara")
        assert (await sara.get(f"/api/routing/what-if/{run['id']}"))[0] == 403


async def test_runs_are_bounded_stopped_and_forgotten() -> None:
    """Nothing works here: what is asked for waits. A person's newer question ends the older one."""
    from agents.whatif.runs import KEPT, MOST_WAITING, Runs
    from router.errors import NotFound, TooMany
    runs = Runs()
    first = runs.ask(AgentId(1), {})
    second = runs.ask(AgentId(1), {})
    assert (first.state, second.state) == ("stopped", "waiting")
    for number in range(2, MOST_WAITING + 1):
        runs.ask(AgentId(number), {})
    with pytest.raises(TooMany):
        runs.ask(AgentId(99), {})
    assert runs.stop(second.id).state == "stopped"
    for _ in range(2 * KEPT):
        last = runs.ask(AgentId(99), {})
    with pytest.raises(NotFound):
        runs.get(first.id)
    assert runs.get(last.id) is last


async def test_a_run_that_takes_too_long_or_dies_is_said_so(tmp_path: Path) -> None:
    from agents.whatif.runs import Runs
    for longest, job, error in ((0.0, {}, "too-long"), (60.0, {"start": "never"}, "ended")):
        runs = Runs(longest=longest)
        work = asyncio.create_task(runs.run())
        run = runs.ask(AgentId(1), job)
        await until(lambda run=run: run.state == "failed", seconds=60, what=error)
        assert (run.error, run.process) == (error, None)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
