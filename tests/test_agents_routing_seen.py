"""How routing is set, as supervisors see it: every parameter in force, and nothing of it theirs to change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from router.records import Role
from router.rules.plan import PARAMETERS
from tests.agents_front import fronted

WEEK = {"week": {"saturday": ["08:00-12:00"]}}
#: What would change how contacts are served, and an administrator's other business.
SETTING: list[tuple[str, str, Any]] = [
    ("POST", "/api/policies/default", {"rule": "fifo_longest_idle", "parameters": {}}),
    ("DELETE", "/api/policies/calm", None), ("POST", "/api/calendars/office", WEEK),
    ("DELETE", "/api/calendars/office", None), ("POST", "/api/targets", {"seconds": 60}),
    ("DELETE", "/api/targets/1", None), ("POST", "/api/queues/1", {"policy": "calm"}),
    ("POST", "/api/queues/1/merge", {"into": 2}), ("POST", "/api/queues", {"name": "new"}),
    ("GET", "/api/queues", None), ("GET", "/api/agents", None), ("GET", "/api/tokens", None),
    ("GET", "/api/quarantine", None),
]


async def served_to(client: Any) -> Any:
    status, answer = await client.get("/api/routing")
    assert status == 200, answer
    return answer["served"]


async def test_what_is_in_force_is_told_by_policy(tmp_path: Path) -> None:
    async with fronted(tmp_path) as desk:
        boss = await desk.agent("boss", role=Role.SUPERVISOR, ready=False)
        [served] = await served_to(boss)
        assert (served["policy"], served["rule"]) == ("default", "promise")
        assert [each["name"] for each in served["queues"]] == ["general", "town"]
        assert set(served["values"]) == set(PARAMETERS) and served["values"]["order"] == "promise"
        root = await desk.agent("root", role=Role.ADMIN, ready=False)
        calm = {"rule": "ageing", "parameters": {"guard": 6, "ageing_seconds": 90, "sticky": "off"}}
        await root.ok("/api/policies/calm", calm)
        await root.ok("/api/queues/2", {"policy": "calm"})
        first, second = await served_to(boss)
        assert (first["policy"], second["policy"], second["rule"]) == ("calm", "default", "promise")
        assert [each["name"] for each in first["queues"]] == ["town"]
        assert {name: first["values"][name] for name in calm["parameters"]} == calm["parameters"]
        assert first["values"]["order"] == "ageing"
        # A queue that is closed for good is served by nothing.
        await root.ok("/api/queues/1", {"active": False})
        assert [each["policy"] for each in await served_to(boss)] == ["calm"]


async def test_setting_it_is_not_a_supervisors(tmp_path: Path) -> None:
    async with fronted(tmp_path) as desk:
        boss = await desk.agent("boss", role=Role.SUPERVISOR, ready=False)
        before = await desk.read(lambda tx: (tx.routing.policies(), tx.desk.queues(), tx.journal.head()))
        for method, path, body in SETTING:
            status, answer = await boss.call(method, path, **({} if body is None else {"json": body}))
            assert (status, answer["error"]["code"]) == (403, "forbidden"), (method, path)
        assert await desk.read(lambda tx: (tx.routing.policies(), tx.desk.queues(), tx.journal.head())) == before


async def test_agents_see_none_of_it(tmp_path: Path) -> None:
    async with fronted(tmp_path) as desk:
        sara = await desk.agent("sara", ready=False)
        assert (await sara.get("/api/routing"))[0] == 403
        assert (await sara.post("/api/routing/what-if", {"day": "2026-11-21", "rule": "promise"}))[0] == 403
        async with sara.http.get("/admin", allow_redirects=False) as answer:
            assert answer.status == 403
