"""What a customer counts for, over HTTP: who may say it, what is refused, who hears of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from router.records import Role
from tests.agents_front import Desk, fronted


@pytest.fixture
async def desk(tmp_path: Path) -> Any:
    async with fronted(tmp_path) as made:
        yield made


async def changes(desk: Desk) -> list[Any]:
    return [each for each in await desk.read(lambda tx: tx.journal.after(0, limit=10_000))
            if each.name == "customer-changed"]


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMIN])
async def test_supervisors_say_what_a_customer_counts_for(desk: Desk, role: Role) -> None:
    boss = await desk.agent("boss", role=role)
    number = await desk.say()
    customer = (await desk.contact(number)).customer
    status, answer = await boss.post(f"/api/customers/{customer}", {"segment": "organisation"})
    assert status == 200 and answer["customer"]["segment"] == "organisation"
    assert (await desk.contact(number)).segment == "organisation"
    assert ("contact-edited", {"fields": ["segment"]}) in await desk.story(number)
    [entry] = await changes(desk)
    assert entry.actor == f"agent:{boss.agent}"
    assert (entry.data["was_segment"], entry.data["segment"]) == ("ordinary", "organisation")
    assert (await boss.post(f"/api/customers/{customer}", {"segment": "organisation"}))[0] == 200
    assert len(await changes(desk)) == 1, "the same again is no news"


async def test_agents_may_not(desk: Desk) -> None:
    sara = await desk.agent("sara")
    contact = await desk.held(sara)
    customer = (await desk.contact(contact)).customer
    assert (await sara.post(f"/api/customers/{customer}", {"segment": "vip"}))[0] == 403
    assert (await desk.contact(contact)).segment == "ordinary" and await changes(desk) == []


@pytest.mark.parametrize("body", [{"segment": "royal"}, {"segment": ""}, {"segment": 3}, {"segment": None}, {},
                                  {"segment": "v" * 1000}, {"segment": ["vip"]}])
async def test_what_is_no_segment_is_refused_with_the_field(desk: Desk, body: dict[str, Any]) -> None:
    boss = await desk.agent("boss", role=Role.SUPERVISOR)
    customer = (await desk.contact(await desk.say())).customer
    status, answer = await boss.post(f"/api/customers/{customer}", body)
    assert status == 400 and answer["error"]["code"] == "bad_request" and answer["error"]["field"] == "segment"
    assert await changes(desk) == []


async def test_nobodys_file_and_a_file_that_was_joined(desk: Desk) -> None:
    boss = await desk.agent("boss", role=Role.SUPERVISOR)
    gone = (await desk.contact(await desk.say("ali"))).customer
    kept = (await desk.contact(await desk.say("reza"))).customer
    await desk.store.run(lambda tx: tx.people.join(gone, kept))
    assert (await boss.post("/api/customers/999", {"segment": "vip"}))[0] == 404
    assert (await boss.post(f"/api/customers/{gone}", {"segment": "vip"}))[0] == 409
    assert (await boss.post(f"/api/customers/{kept}", {"segment": "vip"}))[0] == 200
