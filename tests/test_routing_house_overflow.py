"""Overflow on a running house: by time, length and honest wait, when it joins and while it waits, to each way out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels import registry
from router.model import ContactId, QueueId
from router.records import ContactState
from router.rules.plan import Plan
from router.rules.telling import Known
from tests import fake
from tests.house import agent, until
from tests.routing_house import (
    Clock,
    accept,
    contact,
    desk_of,
    entries,
    held_by,
    move,
    offered,
    poke,
    queue_of,
    say,
    state,
    told,
)
from tests.test_routing_house_waits import SATURDAY

#: What a step does, and what the journal then says it did.
WAYS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "queue": ({"to": "help"}, ["queue:help"]), "callback": ({"offer": ["callback"]}, ["offer:callback"]),
    "voicemail": ({"offer": ["voicemail"]}, ["skipped:voicemail"]),  # only a telephone has a recorder
    "write": ({"offer": ["write"]}, ["offer:write", "notice"]), "alarm": ({"alarm": True}, ["alarm"]),
    "all": ({"notice": True, "offer": ["callback"], "alarm": True, "to": "help"},
            ["notice", "offer:callback", "alarm", "queue:help"])}


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the fake line under the medium sms."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


def queues_of(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"general": {"overflow": list(steps), **more}, "help": {"skills": ["help"]}}


async def became(house: Any, number: int, way: str) -> None:
    """The contact stands as the step says: it is kept, with its time, and moved, offered or told of."""
    found = await contact(house, number)
    assert found.state is ContactState.WAITING and found.queued_at is not None
    queue = house.dispatch.plan.queues[found.queue].name
    assert queue == ("help" if way in ("queue", "all") else "general")
    offered = {"callback": ["callback"], "write": ["write"], "all": ["callback"]}
    assert found.data.get("instead", []) == offered.get(way, [])
    if way in ("alarm", "all"):
        await told(house, "routing-alarm", about=number, code="overflow")
    if way in ("write", "all"):
        await until(lambda: house.channels["line"].sent, what="the citizen is told")
        assert house.channels["line"].sent[0].text.strip()


@pytest.mark.parametrize("way", WAYS)
async def test_by_time(tmp_path: Path, way: str) -> None:
    clock = Clock(SATURDAY)
    does, did = WAYS[way]
    async with desk_of(tmp_path, queues=queues_of({"after": 60, **does}), clock=clock) as house:
        number = await say(house)

        async def timer() -> Any:
            return await house.store.snapshot(lambda tx: tx.timers.get("overflow", number))
        await until(timer, what="the step's timer")
        clock.ahead += timedelta(seconds=61)
        poke(house)
        [entry] = await told(house, "overflow-taken", about=number, trigger="after")
        assert entry.data["did"] == did
        await became(house, number, way)


@pytest.mark.parametrize("way", WAYS)
async def test_by_length_when_it_joins(tmp_path: Path, way: str) -> None:
    does, did = WAYS[way]
    async with desk_of(tmp_path, queues=queues_of({"length": 2, **does})) as house:
        first, second = await say(house, 1), await say(house, 2)
        [entry] = await told(house, "overflow-taken", about=second, trigger="length")
        assert entry.data["did"] == did
        await became(house, second, way)
        assert await entries(house, "overflow-taken", about=first) == []


@pytest.mark.parametrize("way", WAYS)
async def test_by_length_while_it_waits(tmp_path: Path, way: str, database: str) -> None:
    """Somebody with an older wait is put in before it: from then on it stands where the step is."""
    does, did = WAYS[way]
    given = {**queues_of({"length": 2, **does}), "other": {"skills": ["other"]}}
    async with desk_of(tmp_path, database, queues=given, channel={"queue": "other"}) as house:
        older = await say(house, 1)
        await move(house, younger := await say(house, 2), "general")
        await until(lambda: house.dispatch.desk.length(queue_of(house, "general")) == 1, what="one waits there")
        assert await entries(house, "overflow-taken") == []
        await move(house, older, "general")
        [entry] = await told(house, "overflow-taken", about=younger, trigger="length")
        assert entry.data["did"] == did
        await became(house, younger, way)
        assert await entries(house, "overflow-taken", about=older) == []


@pytest.mark.parametrize("way", WAYS)
async def test_by_honest_wait_while_it_waits(tmp_path: Path, way: str) -> None:
    """Two are at work and the wait is short; one leaves, and the last in line will wait too long."""
    does, did = WAYS[way]
    async with desk_of(tmp_path, queues=queues_of()) as house:
        sara, omid = await agent(house, "sara", capacity=2), await agent(house, "omid", capacity=2)
        numbers = [await say(house, number) for number in range(1, 7)]
        for number in numbers[:2]:
            await until(lambda number=number: offered(house, number), what="both are asked")
        await accept(house, numbers[0])
        await accept(house, numbers[1])
        last = numbers[-1]
        await until(lambda: house.dispatch.desk.place(last) == 4, what="the router has all of it")
        desk = house.dispatch.desk
        both = desk.honest_wait(ContactId(last), house.dispatch.ticks.now().ms)
        await overflow(house, {"wait": int(both) + 30, **does})
        assert await entries(house, "overflow-taken") == []
        await state(house, omid, "offline")
        [entry] = await told(house, "overflow-taken", about=last, trigger="wait", seconds=15)
        assert entry.data["did"] == did
        await became(house, last, way)
        assert sara.id and await entries(house, "overflow-taken", about=numbers[2]) == []


async def test_by_honest_wait_when_it_joins_and_once_only(tmp_path: Path) -> None:
    async with desk_of(tmp_path, queues=queues_of({"wait": 1, "alarm": True})) as house:
        sara = await agent(house, capacity=2)
        first, second = await say(house, 1), await say(house, 2)
        await held_by(house, first, sara)
        await told(house, "overflow-taken", about=second, trigger="wait")
        for wanted in ("away", "ready", "away", "ready"):
            await state(house, sara, wanted)
        await say(house, 3)
        await told(house, "overflow-taken", trigger="wait", count=2)
        assert len(await entries(house, "overflow-taken", about=second)) == 1


async def test_where_nobody_works_as_long_again_as_they_waited_counts(tmp_path: Path) -> None:
    """Nothing honest can be said then, and silence must not keep anybody for ever."""
    clock = Clock()
    async with desk_of(tmp_path, queues=queues_of({"wait": 600, "alarm": True}), clock=clock) as house:
        await agent(house, ready=False)
        first, second = await say(house, 1), await say(house, 2)
        await until(lambda: house.dispatch.desk.place(ContactId(second)) == 2, what="the router has both")
        honest, ticks = house.dispatch.desk.honest_wait, house.dispatch.ticks
        assert 0 <= honest(ContactId(first), ticks.now().ms) < 600
        clock.ahead += timedelta(seconds=590)
        third = await say(house, 3)
        clock.ahead += timedelta(seconds=20)
        await say(house, 4)
        for number in (first, second):
            [entry] = await told(house, "overflow-taken", about=number, trigger="wait")
            assert entry.data["did"] == ["alarm"]
        assert await entries(house, "overflow-taken", about=third) == []


async def test_a_step_is_taken_once_also_after_a_restart(tmp_path: Path, database: str) -> None:
    given = queues_of({"length": 1, "alarm": True})
    async with desk_of(tmp_path, database, queues=given) as house:
        number = await say(house)
        await told(house, "overflow-taken", about=number, trigger="length")
    async with desk_of(tmp_path, database, queues=given) as house:
        await house.dispatch.ready.wait()
        second = await say(house, 2)
        await told(house, "overflow-taken", about=second, trigger="length")
        assert len(await entries(house, "overflow-taken", about=number)) == 1
        sara = await agent(house, capacity=2)
        await held_by(house, number, sara)
        assert house.dispatch.refused == 0 and house.dispatch.desk.core.audit() == []


async def test_two_steps_of_one_queue_do_not_follow_it_into_another(tmp_path: Path) -> None:
    steps = ({"length": 1, "to": "help"}, {"wait": 1, "to": "last"}, {"length": 1, "alarm": True})
    async with desk_of(tmp_path, queues={**queues_of(*steps), "last": {"skills": ["last"]}}) as house:
        number = await say(house)
        await told(house, "overflow-taken", about=number, did=["queue:help"])
        await say(house, 2)
        await told(house, "overflow-taken", count=2)
        assert house.dispatch.plan.queues[(await contact(house, number)).queue].name == "help"
        assert len(await entries(house, "overflow-taken", about=number)) == 1


def test_looks_cost_nothing_where_there_is_nothing_to_look_at() -> None:
    """A long line is not gone through: a look asks for two waits of each kind, and one more a case."""
    from router.dispatch.watching import AGAIN, APART, Watch
    from router.records import Queue
    asked: list[int] = []
    queue = Queue(id=QueueId(1), name="a", title_fa="", title_en="", skills=(), priority=0, accept_seconds=30,
                  target_seconds=120, active=True, overflow=({"wait": 100, "alarm": True},))
    known, limit = Known(), [50]
    for number in range(1, 5001):
        known.keep(routed(number))

    def honest(contact: int, ms: int) -> float:
        asked.append(contact)
        return float(limit[0] if contact < 5000 else limit[0] + 5)
    watch = Watch(known, Plan(queues={QueueId(1): queue}), honest)
    assert watch.take(0, staff=False) == [] and asked == [5000, 1] and watch.due == AGAIN
    assert watch.take(1, staff=True) == [] and len(asked) == 2 and watch.due == APART  # too soon; it is remembered
    limit[0] = 96
    [case] = watch.take(APART, staff=False)
    assert (case.contact, case.trigger, case.queue, len(asked)) == (5000, "wait", 1, 5)
    limit[0] = 1000
    found: list[int] = []
    for turn in range(2, 100):
        found += [each.contact for each in watch.take(turn * AGAIN, staff=False)]
    assert found == list(range(4999, 0, -1))  # bounded a look, the last in line first, each once
    known.drop(ContactId(7))
    assert watch.take(101 * AGAIN, staff=True) == [] and watch.due is None


def routed(number: int, **fields: Any) -> Any:
    from router.records import Routed
    given: dict[str, Any] = {
        "id": ContactId(number), "state": ContactState.WAITING, "queue": QueueId(1), "agent": None, "last_agent": None,
        "customer": 1, "channel": "line", "medium": "sms", "segment": "ordinary", "kind": "", "language": "fa",
        "priority": 0, "effort": 2, "queued_ms": number, "excluded": (), "needs": {}, "prefers": {}, "step": 0,
        "version": 1}
    return Routed(**(given | fields))


async def overflow(house: Any, *steps: dict[str, Any]) -> None:
    """The supervisor sets other steps, and routing knows them."""
    def unit(tx: Any) -> None:
        from router.events import QueueChanged
        queue = tx.desk.queue_named("general")
        tx.desk.set_queue(queue.id, overflow=[dict(step) for step in steps])
        tx.emit(QueueChanged(queue=queue.id), actor="test")
    await house.store.run(unit)
    await until(lambda: house.dispatch.plan.named("general").overflow, what="the steps are known")
