"""A contact that goes to another queue, whichever way: promises count each part in the hours of the queue it was in,
and the steps of the new queue begin with the first."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agents import contacts, staff
from channels import registry
from knowledge import routing as suggested
from knowledge.guide import Hint
from router import overflow, signals
from router.promises.clocks import stood
from router.records import ContactState, Role
from tests import fake
from tests.house import agent, until
from tests.routing_house import Clock, accept, contact, desk_of, entries, held_by, poke, queue_of, say, told, waits
from tests.test_routing_house_edits import ALWAYS, NEVER, promises
from tests.test_routing_house_waits import SATURDAY

QUEUES = {"day": {"target_seconds": 3600, "calendar": "always"}, "night": {"target_seconds": 3600, "calendar": "never"}}
HOURS = {"calendars": {"always": ALWAYS, "never": NEVER}}
PART = timedelta(seconds=1000)


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the fake line under the medium sms."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


async def by_hand(house: Any, number: int, name: str) -> None:
    boss = await someone(house)
    await house.store.run(lambda tx: contacts.transfer(tx, boss, number, queue=name, to=None))


async def by_rule(house: Any, number: int, name: str) -> None:
    case = overflow.Case(contact=number, trigger="unable", rule=f"queue:{name}")
    await house.store.run(lambda tx: overflow.take(tx, house.dispatch.plan, case))


async def by_suggestion(house: Any, number: int, name: str) -> None:
    hint = Hint(value=name, confidence=0.99, contacts=100)

    def unit(tx: Any) -> None:
        suggested.set_thresholds(tx, tx.desk.agents()[0], {"queue": 0.9})
        tx.knowledge.gaps.propose(number, {}, {})
        tx.knowledge.gaps.apply(number, suggested._apply(tx, number, {"queue": hint}))
    await someone(house)
    await house.store.run(unit)


async def by_taking_back(house: Any, number: int, name: str) -> None:
    """It was suggested into where it is now, from `name`."""
    boss = await someone(house)

    def unit(tx: Any) -> None:
        found = tx.contacts.get(number)
        tx.knowledge.gaps.propose(number, {}, {})
        tx.knowledge.gaps.apply(number, {"queue": {"was": queue_of(house, name), "now": found.queue}})
        assert suggested.undo(tx, boss, found) == ["queue"]
    await house.store.run(unit)


async def by_merging(house: Any, number: int, name: str) -> None:
    boss, was = await someone(house), (await contact(house, number)).queue
    await house.store.run(lambda tx: staff.merge(tx, boss, was, queue_of(house, name), house.dispatch.desk.base))


async def by_the_citizen(house: Any, number: int, name: str) -> None:
    def unit(tx: Any) -> None:
        found = tx.contacts.get(number)
        signals.enqueue(tx, tx.contacts.change(found, state=ContactState.SNOOZED), queue_of(house, name),
                        reason="woke", actor="customer:1")
    await house.store.run(unit)


async def someone(house: Any) -> Any:
    found = await house.store.snapshot(lambda tx: tx.desk.agents())
    return found[0] if found else await agent(house, "boss", role=Role.ADMIN, ready=False)


WAYS = [by_hand, by_rule, by_suggestion, by_taking_back, by_merging, by_the_citizen]


async def used(house: Any, number: int, queue: str) -> float:
    """Seconds that its first promise has used, once promises know that it is in this queue."""
    moved = [each for each in await entries(house, "contact-queued", "contact-edited", about=number)
             if each.data.get("queue", 0) == queue_of(house, queue)]
    assert moved

    async def known() -> Any:
        position = int(await house.store.snapshot(lambda tx: tx.marks.get("routing", "promises")) or 0)
        return position >= moved[-1].seq
    await until(known, what="promises have come to it")
    return float((await promises(house, number))["first"]["used_seconds"])


@pytest.mark.parametrize("way", WAYS)
async def test_each_part_counts_in_the_hours_of_its_queue(tmp_path: Path, way: Any) -> None:
    clock = Clock(SATURDAY)
    async with desk_of(tmp_path, queues=QUEUES, clock=clock, **HOURS) as house:
        number = await say(house)
        assert await used(house, number, "day") < 60
        clock.ahead += PART
        await way(house, number, "night")
        assert 1000 <= await used(house, number, "night") < 1060, "what passed while its queue was open"
        clock.ahead += PART
        poke(house)
        assert 1000 <= await used(house, number, "night") < 1060, "and nothing since"


@pytest.mark.parametrize("way", WAYS)
async def test_time_in_a_closed_queue_is_not_held_against_the_open_one(tmp_path: Path, way: Any) -> None:
    clock = Clock(SATURDAY)
    async with desk_of(tmp_path, queues=QUEUES, channel={"queue": "night"}, clock=clock, **HOURS) as house:
        number = await say(house)
        await used(house, number, "night")
        clock.ahead += PART
        await way(house, number, "day")
        assert await used(house, number, "day") < 60
        clock.ahead += PART
        assert 1000 <= await used(house, number, "day") < 1060


async def test_what_is_held_when_its_queue_is_merged_keeps_its_time(tmp_path: Path) -> None:
    clock = Clock(SATURDAY)
    targets = [{"seconds": 7200, "clock": "resolution"}]
    async with desk_of(tmp_path, queues=QUEUES, clock=clock, targets=targets, **HOURS) as house:
        number = await say(house)
        await held_by(house, number, await agent(house))
        await accept(house, number)
        clock.ahead += PART
        await by_merging(house, number, "night")
        [edited] = await told(house, "contact-edited", about=number)
        assert edited.data == {"fields": ["queue"], "why": {"from": "day"}}

        async def known() -> Any:
            return int(await house.store.snapshot(lambda tx: tx.marks.get("routing", "promises"))) >= edited.seq
        await until(known, what="promises have come to it")
        clock.ahead += PART
        assert 1000 <= (await promises(house, number))["resolution"]["used_seconds"] < 1060


async def test_what_was_before_a_move_is_judged_where_it_was_then(tmp_path: Path) -> None:
    async with desk_of(tmp_path, queues=QUEUES, clock=Clock(SATURDAY), **HOURS) as house:
        number = await say(house)
        await by_hand(house, number, "night")
        await by_hand(house, number, "day")
        await by_rule(house, number, "night")
        found = await entries(house, "message-added", "contact-queued", about=number)
        now = {number: (await house.store.snapshot(lambda tx: tx.routed.some([number])))[0]}
        names = [house.dispatch.plan.queues[each.queue].name for _, each in stood(found, now, house.dispatch.plan)]
        assert len(found) == len(names) == 5
        assert (names[0], names[1], names[2:]) == ("day", "day", ["night", "day", "night"])


@pytest.mark.parametrize("way", [by_hand, by_rule, by_suggestion, by_taking_back, by_merging])
async def test_steps_of_the_new_queue_begin_with_the_first(tmp_path: Path, way: Any) -> None:
    clock = Clock(SATURDAY)
    steps = {"overflow": [{"after": 60, "alarm": True}, {"after": 900, "notice": True}]}
    async with desk_of(tmp_path, queues={"day": steps, "night": steps}, clock=clock) as house:
        number = await say(house)

        async def timer() -> Any:
            return await house.store.snapshot(lambda tx: tx.timers.get("overflow", number))
        await until(timer, what="the first step's timer")
        clock.ahead += timedelta(seconds=61)
        poke(house)
        await told(house, "overflow-taken", about=number, trigger="after", step=0, queue=queue_of(house, "day"))
        await way(house, number, "night")
        assert await waits(house, number)
        await told(house, "overflow-taken", about=number, trigger="after", step=0, queue=queue_of(house, "night"))


async def test_a_new_wait_is_moved_and_written_to_like_the_first(tmp_path: Path) -> None:
    clock = Clock(SATURDAY)
    queues = {name: {"overflow": [{"after": 60, "notice": True, "to": other}], "skills": ["none"]}
              for name, other in (("day", "night"), ("night", "day"))}
    async with desk_of(tmp_path, queues=queues, clock=clock) as house:
        boss, number = await someone(house), await say(house)

        async def notices() -> int:
            found = await house.store.snapshot(lambda tx: tx.messages.of(number))
            return sum(each.kind == "notice" for each in found)
        for count, name in ((1, "night"), (2, "day")):
            async def timer() -> Any:
                return await house.store.snapshot(lambda tx: tx.timers.get("overflow", number))
            await until(timer, what="the step's timer")
            before = await notices()
            clock.ahead += timedelta(seconds=61)
            poke(house)
            taken = await told(house, "overflow-taken", about=number, trigger="after", count=count)
            assert "notice" in taken[-1].data["did"] and f"queue:{name}" in taken[-1].data["did"]
            assert await notices() == before + 1
            await house.store.run(lambda tx: contacts.close(tx, boss, number, "resolved", dispositions=("resolved",)))
            if count == 1:
                assert await say(house, text="باز هم") == number
                assert "via" not in (await contact(house, number)).data


async def test_whoever_comes_again_has_all_steps_before_them(tmp_path: Path) -> None:
    clock = Clock(SATURDAY)
    steps = {"overflow": [{"after": 60, "alarm": True}]}
    async with desk_of(tmp_path, queues={"day": steps}, clock=clock) as house:
        boss, number = await someone(house), await say(house)
        for count in (1, 2):
            async def timer() -> Any:
                return await house.store.snapshot(lambda tx: tx.timers.get("overflow", number))
            await until(timer, what="the step's timer")
            clock.ahead += timedelta(seconds=61)
            poke(house)
            await told(house, "overflow-taken", about=number, trigger="after", step=0, count=count)
            await house.store.run(lambda tx: contacts.close(tx, boss, number, "resolved", dispositions=("resolved",)))
            if count == 1:
                assert await say(house, text="باز هم") == number
