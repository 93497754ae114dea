"""Offers that must not stand any more, on a running house: the agent is another now, or the core was mistaken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agents import staff
from channels import registry
from router import core
from router.records import ContactState
from tests import fake
from tests.house import agent, until
from tests.routing_house import accept, contact, desk_of, held_by, say, told


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the fake line under the medium sms."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


@pytest.mark.parametrize("fields", [{"skills": {"water": 3}}, {"languages": ("en",)}, {"efforts": {"sms": 0}},
                                    {"capacity": 1}, {"backup_after": 3600}])
async def test_an_offer_is_taken_back_from_an_agent_who_may_not_take_it_any_more(
    tmp_path: Path, fields: dict[str, Any]
) -> None:
    async with desk_of(tmp_path, queues={"gas": {"skills": ["gas"], "match_language": "require"}}) as house:
        boss = await agent(house, "boss", ready=False)
        sara = await agent(house, skills={"gas": 3}, languages=("fa",), capacity=2)
        number = await say(house, language="fa")
        await held_by(house, number, sara)
        await house.store.run(lambda tx: staff.change_agent(tx, boss, sara.id, fields))
        [ended] = await told(house, "offer-ended", about=number)
        assert (ended.data["outcome"], ended.data["reason"]) == ("rescinded", "agent-profile")
        found = await contact(house, number)
        assert (found.state, found.agent) == (ContactState.WAITING, None)
        omid = await agent(house, "omid", skills={"gas": 1}, languages=("fa",))
        await held_by(house, number, omid)
        assert house.dispatch.refused == 0 and house.dispatch.desk.core.audit() == []


async def test_an_offer_goes_on_to_the_next_in_the_same_breath(tmp_path: Path, database: str) -> None:
    async with desk_of(tmp_path, database, queues={"gas": {"skills": ["gas"]}}) as house:
        boss = await agent(house, "boss", ready=False)
        sara = await agent(house, skills={"gas": 3})
        number = await say(house)
        await held_by(house, number, sara)
        omid = await agent(house, "omid", skills={"gas": 3})
        await house.store.run(lambda tx: staff.change_agent(tx, boss, sara.id, {"skills": {"water": 1}}))
        await held_by(house, number, omid)
        await accept(house, number)
        assert house.dispatch.refused == 0 and house.dispatch.desk.core.audit() == []


async def test_a_database_that_knew_better_all_along_is_believed(tmp_path: Path) -> None:
    """The core thinks that a contact waits while it is offered, and nothing that happens says so."""
    async with desk_of(tmp_path) as house:
        sara = await agent(house, capacity=2)  # full with the first: the second is for somebody else
        number = await say(house)
        await held_by(house, number, sara)
        await until(lambda: house.dispatch.desk.core.explain(number).get("agent") == sara.id, what="the core knows")
        house.dispatch.desk.tell(core.OfferRescinded(at=house.dispatch.desk.core.now, contact=number, offer=""))
        house.dispatch.desk.tell(core.AgentStateChanged(at=house.dispatch.desk.core.now, agent=sara.id, state="away"))
        omid = await agent(house, "omid")
        await until(lambda: house.dispatch.refused, what="the database refuses")

        def same() -> bool:
            found = house.dispatch.desk.core.explain(number)
            return found.get("agent") == sara.id and house.dispatch.desk.core.explain(number)["state"] != "waiting"
        await until(same, what="the picture is made anew")
        second = await say(house, 2)
        await held_by(house, second, omid)
