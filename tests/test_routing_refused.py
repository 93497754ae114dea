"""What administrators type wrong about routing is refused with its key and changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from agents.guard import digest
from channels import registry
from router.records import Role
from router.rules import sla
from tests import fake
from tests.house import agent, until
from tests.routing_house import contact, desk_of, say


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the fake line under the medium sms."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


def weights(key: str) -> dict[str, Any]:
    return {"rule": "promise", "parameters": {"weights": {key: 3}}}


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("/api/queues/1", {"overflow": [{"after": 5, "to": ["x"]}]}, "overflow.0.to"),
    ("/api/queues/1", {"overflow": [{"after": 5, "to": {}}]}, "overflow.0.to"),
    ("/api/queues/1", {"overflow": [{"after": 5, "to": 1}]}, "overflow.0.to"),
    ("/api/policies/p", weights("²"), "parameters.weights"),
    ("/api/policies/p", weights("7" * 5_000), "parameters.weights"),
    ("/api/policies/p", weights("۱"), "parameters.weights"),
    ("/api/policies/p", {"rule": "promise", "parameters": {"sticky": "hold"}}, "policies.p.hold_seconds"),
    ("/api/policies/p", weights("99"), "parameters.weights"),
    ("/api/policies/p", {"rule": "promise", "parameters": {"choice": "fixed", "fixed": [1, 99]}}, "parameters.fixed"),
    ("/api/agents/1", {"shift": "no-such"}, "shift"),
    ("/api/agents", {"login": "new", "password": "qn7Wmr-blue-77tr", "shift": "no-such"}, "shift"),
    ("/api/targets", {"seconds": 60, "kind": "two words"}, "kind"),
    ("/api/targets", {"seconds": 60, "kind": "x" * 50}, "kind"),
]


async def test_each_is_refused_with_its_key_and_nothing_is_changed(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as house:
        boss = await agent(house, "boss", role=Role.ADMIN, ready=False)
        assert boss.id == 1
        await house.store.run(lambda tx: tx.accounts.add_token(boss.id, "test", boss.role, digest("secret")))
        async with aiohttp.ClientSession(house.url, headers={"Authorization": "Bearer secret"}) as http:

            async def post(path: str, data: dict[str, Any]) -> tuple[int, Any]:
                async with http.post(path, json=data) as answer:
                    return answer.status, await answer.json()
            for path, data, key in REFUSED:
                status, found = await post(path, data)
                assert (status, found["error"].get("field")) == (400, key), (path, str(data)[:80], found)
            async with http.get("/api/routing") as answer:
                found = await answer.json()
            assert found["policies"] == found["targets"] == [], "nothing of it stayed"

            assert (await post("/api/calendars/days", {"week": {"saturday": ["08:00-12:00"]}}))[0] == 200
            assert (await post("/api/agents/1", {"shift": "days"}))[0] == 200
            assert (await post("/api/policies/p", weights("1")))[0] == 200
            # One kind, however the keyboard writes it.
            kept = (await post("/api/targets", {"seconds": 60, "kind": "شكايت"}))[1]["target"]
            again = (await post("/api/targets", {"seconds": 70, "kind": "شکایت"}))[1]["target"]
            assert again == {**kept, "seconds": 70} and kept["kind"] == "شکایت"
            number = await say(house)
            assert (await post(f"/api/contacts/{number}/routing", {"kind": "شكايت"}))[0] == 200
            assert (await contact(house, number)).kind == "شکایت"

            def promised() -> bool:
                return bool(house.dispatch.explain(number).get("target_ms") == 70_000)
            await until(promised, what="the promise for that kind")


def test_a_kind_that_was_kept_in_other_letters_finds_its_promise() -> None:
    from router.records import Target
    rows = [Target(id=1, seconds=60, kind="شكايت")]
    assert sla.find(rows, queue="", medium="sms", segment="vip", kind="شکایت").target == rows[0]
    assert sla.find([Target(id=1, seconds=60, kind="شکایت")], queue="", medium="sms", segment="vip",
                    kind="شكايت").target is not None
