"""Nobody can serve it, or nobody is there: told to supervisors once and again after a restart, shown on the board, said
to the citizen; and not told for who is saved in the same breath."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from channels import registry
from router.records import ContactState
from tests import fake
from tests.house import agent, until
from tests.routing_house import (
    accept,
    contact,
    desk_of,
    entries,
    held_by,
    move,
    offered,
    queue_of,
    say,
    says_why,
    state,
    told,
)


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the fake line under the medium sms."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


async def test_who_is_saved_in_the_same_breath_is_no_alarm(tmp_path: Path) -> None:
    """A contact comes and is told before the news that somebody who can take it is there: nobody hears of it."""
    async with desk_of(tmp_path, queues={"gas": {"skills": ["gas"]}}) as house:
        await house.dispatch.ready.wait()

        def both(tx: Any) -> int:
            from router.events import AgentChanged, ContactQueued
            from router.model import Address, Medium
            from router.records import AgentState, Role
            address = tx.people.known(Address(medium=Medium.SMS, value="+989121112233"), "fa")
            queue = tx.desk.queue_named("gas")
            made = tx.contacts.open(channel="line", medium="sms", customer=address.customer, address=address.id,
                                    state=ContactState.WAITING, queue=queue.id, queued_at=tx.now)
            tx.emit(ContactQueued(about=made.id, queue=queue.id, reason="new"), actor="test")
            expert = tx.desk.add_agent("expert", "Expert", Role.AGENT, "", skills={"gas": 2})
            tx.desk.set_agent(expert.id, state=AgentState.READY)
            tx.emit(AgentChanged(agent=expert.id, state="ready", profile=True), actor="test")
            return int(made.id)
        number = await house.store.run(both)
        await told(house, "offer-made", about=number)
        await say(house, 2)
        await until(lambda: len(house.dispatch.desk.known.contacts) == 2, what="it went on")
        assert await entries(house, "routing-alarm") == []


async def test_alarms_that_stand_are_told_again_after_a_restart_and_those_that_are_over_too(
    tmp_path: Path, database: str
) -> None:
    given = {"gas": {"skills": ["gas"]}, "water": {"skills": ["water"]}}
    async with desk_of(tmp_path, database, queues=given) as house:
        await agent(house, "other", skills={"x": 1})
        stays = await say(house, 1)
        await told(house, "routing-alarm", about=stays, code="nobody-able")
        await move(house, saved := await say(house, 2), "water")
        await told(house, "routing-alarm", about=saved, missing=["water"])
        await told(house, "routing-alarm", code="nobody-able", queue=queue_of(house, "water"))
        await until(lambda: marked(house, saved), what="it is remembered")

    async with desk_of(tmp_path, database, queues=given) as house:
        await told(house, "routing-alarm", about=stays, code="nobody-able", over=False, count=2)
        await told(house, "routing-alarm", about=saved, missing=["water"], over=False, count=2)
        await behind_its_back(house)  # somebody with the skill comes while nobody listens

    async with desk_of(tmp_path, database, queues=given) as house:
        await told(house, "routing-alarm", about=stays, code="nobody-able", over=False, count=3)
        await told(house, "routing-alarm", about=saved, over=True)
        await told(house, "routing-alarm", queue=queue_of(house, "water"), over=True, about=None)
        assert len([each for each in await entries(house, "routing-alarm", about=saved)
                    if each.data["missing"] == ["water"] and not each.data["over"]]) == 2


async def marked(house: Any, number: int) -> bool:
    return str(number) in await house.store.snapshot(lambda tx: tx.marks.get("routing", "alarms"))


async def behind_its_back(house: Any) -> None:
    def unit(tx: Any) -> None:
        from router.records import Role
        tx.desk.add_agent("plumber", "Plumber", Role.AGENT, "", skills={"water": 2})
        tx.desk.set_agent(tx.desk.agents()[-1].id, state="away")
    await house.store.run(unit)


@pytest.mark.parametrize(("language", "says"), [("fa", "سرپرست"), ("en", "supervisor")])
async def test_the_citizen_hears_that_nobody_can_answer_this(tmp_path: Path, language: str, says: str) -> None:
    async with desk_of(tmp_path, queues={"gas": {"skills": ["gas"]}}) as house:
        await agent(house, skills={"water": 3})
        number = await say(house, text="سلام" if language == "fa" else "hello", language=language)
        await told(house, "routing-alarm", about=number, code="nobody-able")
        [entry] = await told(house, "overflow-taken", about=number, trigger="unable")
        assert entry.data["did"] == ["notice"]
        line = house.channels["line"]
        await until(lambda: line.sent, what="the citizen is written to")
        assert says in line.sent[0].text
        shown = await house.lines.line("line", (await contact(house, number)).thread_key)
        assert (shown.trouble, shown.ready_agents, shown.wait_high, shown.answer_by) == ("nobody-able", 0, 0, None)

        def carded() -> Any:
            found = house.front.live.scene.shown["contact"].get(number)
            return found is not None and found.view["waiting_why"]
        from agents import reasons
        assert await until(carded, what="the board has it") == reasons.WAITING["nobody-has-skills"]


async def test_a_contact_that_needs_more_than_its_queue_and_nobody_has_it(tmp_path: Path) -> None:
    """Colleagues are ready for others in that queue: this citizen is not told that it will be a minute."""
    from agents import reasons
    from router.events import ContactEdited
    async with desk_of(tmp_path) as house:
        sara = await agent(house, capacity=2)
        first, number = await say(house, 1), await say(house, 2)
        await held_by(house, first, sara)

        def needs(tx: Any) -> None:
            tx.contacts.change(tx.contacts.get(number), needs={"welding": 2})
            tx.emit(ContactEdited(about=number, fields=("needs",)), actor="agent:1")
        await house.store.run(needs)
        [alarm] = await told(house, "routing-alarm", about=number, code="nobody-able")
        assert alarm.data["missing"] == ["welding"]
        shown = await house.lines.line("line", (await contact(house, number)).thread_key)
        assert (shown.trouble, shown.ready_agents, shown.wait_high) == ("nobody-able", 0, 0)

        def card(code: str) -> bool:
            found = house.front.live.scene.shown["contact"].get(number)
            return found is not None and found.view["waiting_why"] == reasons.WAITING[code]
        await until(lambda: card("nobody-has-skills"), what="the card says so")
        welder = await agent(house, "welder", skills={"welding": 3})
        await held_by(house, number, welder)
        await told(house, "routing-alarm", about=number, code="nobody-able", over=True)


async def test_a_queue_without_agents_in_a_house_where_nobody_works_yet(tmp_path: Path) -> None:
    """Supervisors are told; nobody is written to about skills that a new house has not given out yet."""
    async with desk_of(tmp_path) as house:
        number = await say(house)
        await told(house, "routing-alarm", about=number, code="nobody-able")
        await told(house, "routing-alarm", code="nobody-able", about=None, queue=queue_of(house, "general"))
        shown = await house.lines.line("line", (await contact(house, number)).thread_key)
        assert (shown.trouble, shown.ready_agents) == ("nobody-able", 0) and house.channels["line"].sent == []


async def test_all_are_away_while_contacts_wait(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as house:
        sara = await agent(house, capacity=2)
        first, second = await say(house, 1), await say(house, 2)
        await held_by(house, first, sara)
        await accept(house, first)
        await state(house, sara, "away")

        async def shown() -> Any:
            found = await house.lines.line("line", (await contact(house, second)).thread_key)
            return found if found.ready_agents == 0 else None
        line = await until(shown, what="nobody is ready")
        assert line.trouble == "" and line.contact.state is ContactState.WAITING
        await says_why(house, second, "nobody-ready")
        await state(house, sara, "offline")
        await told(house, "routing-alarm", code="nobody-here")
        await says_why(house, second, "nobody-on-duty")
        await state(house, await agent(house, "omid", ready=False), "ready")
        await told(house, "routing-alarm", code="nobody-here", over=True)
        await until(lambda: offered(house, second), what="somebody is asked")


async def test_a_place_is_never_older_than_the_contacts_own_last_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from router import outlook
    monkeypatch.setattr(outlook, "_MANY", 0)
    monkeypatch.setattr(outlook, "_KEPT", 3600.0)
    async with desk_of(tmp_path, queues={"general": {}, "help": {}}) as house:
        await agent(house, ready=False, skills={"x": 1})
        await state(house, await agent(house, "away", ready=False), "away")
        numbers = [await say(house, number) for number in range(1, 5)]
        await until(lambda: house.dispatch.desk.place(numbers[-1]) == 4, what="the router has all of it")

        async def place(number: int) -> int:
            return int((await house.lines.line("line", (await contact(house, number)).thread_key)).place)
        assert [await place(number) for number in numbers] == [1, 2, 3, 4]
        await move(house, numbers[3], "help")
        await until(lambda: house.dispatch.desk.length(queue_of(house, "help")) == 1, what="it moved")
        assert await place(numbers[3]) == house.dispatch.desk.place(numbers[3])
        assert house.switchboard.outlook._places[numbers[3]][1] is house.dispatch.desk.known.contacts[numbers[3]]
