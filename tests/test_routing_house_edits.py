"""What is set otherwise while contacts wait, on a running house: kind and segment, hours, steps, queues that merged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agents import staff
from channels import registry
from router.events import ContactEdited, QueueChanged, RoutingChanged
from router.promises import standing
from tests import fake
from tests.house import agent, until
from tests.routing_house import Clock, accept, contact, desk_of, entries, held_by, move, poke, queue_of, say, told
from tests.test_routing_house_waits import SATURDAY

DAYS = ("saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday")
ALWAYS = {"week": {day: ["00:00-24:00"] for day in DAYS}}
NEVER: dict[str, Any] = {"week": {}}


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the fake line under the medium sms."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


async def promises(house: Any, number: int) -> dict[str, Any]:
    return await house.store.snapshot(lambda tx: standing(tx, number, house.dispatch.plan))


async def stands(house: Any, number: int, wanted: dict[str, int]) -> dict[str, Any]:
    """Waits until these clocks promise so many seconds, and no other clock runs."""
    async def there() -> Any:
        found = await promises(house, number)
        return found if {name: each["promised_seconds"] for name, each in found.items()} == wanted else None
    found: dict[str, Any] = await until(there, what=f"the promises are {wanted}")
    return found


async def edit(house: Any, number: int, **fields: Any) -> None:
    """A colleague says what the contact is about."""
    def unit(tx: Any) -> None:
        tx.contacts.change(tx.contacts.get(number), **fields)
        tx.emit(ContactEdited(about=number, fields=tuple(fields)), actor="agent:1")
    await house.store.run(unit)


async def set_hours(house: Any, name: str, definition: dict[str, Any]) -> None:
    def unit(tx: Any) -> None:
        tx.routing.put_calendar(name, definition)
        tx.emit(RoutingChanged(what="calendar", which=name), actor="agent:1")
    await house.store.run(unit)


async def set_queue(house: Any, name: str, **fields: Any) -> None:
    def unit(tx: Any) -> None:
        queue = tx.desk.queue_named(name)
        tx.desk.set_queue(queue.id, **fields)
        tx.emit(QueueChanged(queue=queue.id), actor="agent:1")
    await house.store.run(unit)


async def merge(house: Any, name: str, into: str) -> None:
    boss = await agent(house, f"boss-{name}", ready=False)
    numbers = queue_of(house, name), queue_of(house, into)
    await house.store.run(lambda tx: staff.merge(tx, boss, *numbers, house.dispatch.desk.base))
    await until(lambda: house.dispatch.plan.named(name).merged_into == numbers[1], what="routing knows it")


# --- promises by kind and segment

async def test_a_kind_and_a_segment_set_after_queueing_reach_the_promises(tmp_path: Path, database: str) -> None:
    clock = Clock(SATURDAY)
    targets = [{"seconds": 60, "kind": "complaint"}, {"seconds": 3600, "kind": "complaint", "clock": "resolution"},
               {"seconds": 30, "segment": "vip", "kind": "complaint", "queue": "general"}]
    async with desk_of(tmp_path, database, queues={"general": {"target_seconds": 600}}, clock=clock,
                       targets=targets) as house:
        number = await say(house)
        await stands(house, number, {"first": 600})
        clock.ahead += timedelta(seconds=50)
        await edit(house, number, kind="complaint")
        found = await stands(house, number, {"first": 60, "resolution": 3600})
        assert all(50 <= each["used_seconds"] < 60 for each in found.values())  # the time used is kept
        await told(house, "promise-near", about=number, clock="first", seconds=60, kind="complaint")
        await edit(house, number, segment="vip")
        await stands(house, number, {"first": 30, "resolution": 3600})
        await told(house, "promise-broken", about=number, clock="first", seconds=30, segment="vip")
        await edit(house, number, kind="question")  # nothing is promised for it but the queue's own
        found = await stands(house, number, {"first": 600, "resolution": 3600})
        assert found["first"]["standing"] == "on-time"


async def test_a_kind_set_after_the_answer_begins_the_resolution_alone(tmp_path: Path) -> None:
    clock = Clock(SATURDAY)
    targets = [{"seconds": 60, "kind": "complaint"}, {"seconds": 3600, "kind": "complaint", "clock": "resolution"}]
    async with desk_of(tmp_path, queues={"general": {"target_seconds": 600}}, clock=clock, targets=targets) as house:
        sara = await agent(house)
        number = await say(house)
        await held_by(house, number, sara)
        await accept(house, number)

        async def met() -> Any:
            return (await promises(house, number)).get("first", {}).get("standing") == "met"
        await until(met, what="the first answer is there")
        clock.ahead += timedelta(seconds=100)
        await edit(house, number, kind="complaint")
        found = await stands(house, number, {"first": 600, "resolution": 3600})
        assert found["first"]["standing"] == "met" and found["resolution"]["used_seconds"] >= 100
        assert await entries(house, "promise-near", "promise-broken") == []


# --- hours

async def test_hours_edited_to_open_wake_promises_and_steps(tmp_path: Path, database: str) -> None:
    clock = Clock(SATURDAY)
    given = {"general": {"target_seconds": 60, "calendar": "office", "overflow": [{"after": 90, "alarm": True}]}}
    async with desk_of(tmp_path, database, queues=given, calendars={"office": NEVER}, clock=clock) as house:
        number = await say(house)
        await stands(house, number, {"first": 60})
        clock.ahead += timedelta(hours=5)
        await set_hours(house, "office", ALWAYS)
        await told(house, "queue-hours", open=True)

        async def due() -> Any:
            return (await promises(house, number))["first"]["due_at"]
        await until(due, what="the promise runs")
        assert (await promises(house, number))["first"]["used_seconds"] < 30  # closed time does not count
        clock.ahead += timedelta(seconds=55)
        poke(house)
        await told(house, "promise-near", about=number)
        clock.ahead += timedelta(seconds=10)
        poke(house)
        await told(house, "promise-broken", about=number)
        [step] = await told(house, "overflow-taken", about=number, trigger="after")
        assert step.data["did"] == ["alarm"]


async def test_hours_edited_to_closed_stop_the_promise_and_send_through_the_door(tmp_path: Path) -> None:
    clock = Clock(SATURDAY)
    given = {"general": {"target_seconds": 600, "calendar": "office", "when_closed": "write"}}
    async with desk_of(tmp_path, queues=given, calendars={"office": ALWAYS}, clock=clock) as house:
        number = await say(house)
        await stands(house, number, {"first": 600})
        clock.ahead += timedelta(seconds=300)
        await set_hours(house, "office", NEVER)
        await told(house, "queue-hours", open=False)
        await told(house, "overflow-taken", about=number, trigger="closed")

        async def stopped() -> Any:
            found = (await promises(house, number))["first"]
            return found if found["due_at"] is None and found["used_seconds"] >= 300 else None
        await until(stopped, what="it stands still with what was used")
        clock.ahead += timedelta(days=2)
        poke(house)
        await say(house, 2)
        assert (await promises(house, number))["first"]["used_seconds"] < 400
        assert await entries(house, "promise-near", "promise-broken") == []


async def test_hours_given_to_a_queue_while_contacts_wait_keep_what_was_used(tmp_path: Path) -> None:
    clock = Clock(SATURDAY)
    given = {"general": {"target_seconds": 600}, "other": {"target_seconds": 600}}
    async with desk_of(tmp_path, queues=given, calendars={"office": NEVER}, clock=clock) as house:
        number, second = await say(house), await say(house, 2)
        await move(house, second, "other")
        await stands(house, number, {"first": 600})
        await stands(house, second, {"first": 600})
        clock.ahead += timedelta(seconds=200)
        await set_queue(house, "general", calendar="office")

        async def stopped() -> Any:
            found = (await promises(house, number))["first"]
            return found if found["due_at"] is None and found["used_seconds"] >= 200 else None
        await until(stopped, what="it stands still with what was used")
        clock.ahead += timedelta(hours=3)
        found = (await promises(house, number))["first"]
        assert 200 <= found["used_seconds"] < 260 and found["standing"] == "on-time"
        poke(house)
        await told(house, "promise-broken", about=second)
        assert await entries(house, "promise-broken", about=number) == []


async def test_hours_that_the_settings_changed_between_two_runs_count_from_the_second(
    tmp_path: Path, database: str
) -> None:
    clock = Clock(SATURDAY)
    given = {"general": {"target_seconds": 600}}
    async with desk_of(tmp_path, database, queues=given, calendars={"office": NEVER}, clock=clock) as house:
        number = await say(house)
        await stands(house, number, {"first": 600})
        clock.ahead += timedelta(seconds=100)
    async with desk_of(tmp_path, database, queues=given, calendars={"office": NEVER}, clock=clock,
                       routing={"calendar": "office"}) as house:
        async def stopped() -> Any:
            found = (await promises(house, number))["first"]
            return found if found["due_at"] is None and found["used_seconds"] >= 100 else None
        await until(stopped, what="the books were closed under the old hours")


# --- steps

async def test_steps_by_time_added_while_contacts_wait_are_taken_for_them(tmp_path: Path, database: str) -> None:
    clock = Clock(SATURDAY)
    async with desk_of(tmp_path, database, clock=clock) as house:
        number = await say(house)
        await until(lambda: house.dispatch.desk.length(queue_of(house, "general")) == 1, what="it waits there")
        clock.ahead += timedelta(seconds=100)
        await set_queue(house, "general", overflow=[{"after": 60, "alarm": True}, {"after": 600, "notice": True}])
        await told(house, "overflow-taken", about=number, trigger="after", step=0)
        await set_queue(house, "general", overflow=[{"after": 60, "alarm": True}])  # the second is taken back

        async def timer() -> Any:
            return await house.store.snapshot(lambda tx: tx.timers.get("overflow", number)) is None
        await until(timer, what="nothing more is to come")


# --- merged queues

async def test_steps_and_doors_follow_queues_that_merged(tmp_path: Path, database: str) -> None:
    given = {"general": {"skills": ["a"]}, "source": {"skills": ["b"], "overflow": [{"after": 1, "to": "target"}]},
             "full": {"skills": ["c"], "most_waiting": 1, "when_full": "queue:target"}, "target": {"skills": ["d"]},
             "middle": {"skills": ["e"]}, "last": {"skills": ["f"]}}
    clock = Clock()
    async with desk_of(tmp_path, database, queues=given, clock=clock) as house:
        await merge(house, "target", "middle")
        await merge(house, "middle", "last")
        stepped, first, second = [await say(house, number) for number in (1, 2, 3)]
        await move(house, stepped, "source")
        await move(house, first, "full")
        await until(lambda: house.dispatch.desk.length(queue_of(house, "full")) == 1, what="one waits there")
        await move(house, second, "full")
        await told(house, "overflow-taken", about=second, trigger="full", did=["queue:last"])

        async def timer() -> Any:
            return await house.store.snapshot(lambda tx: tx.timers.get("overflow", stepped)) \
                or await entries(house, "overflow-taken", about=stepped)
        await until(timer, what="the step's timer")
        clock.ahead += timedelta(seconds=2)
        poke(house)
        await told(house, "overflow-taken", about=stepped, trigger="after", did=["queue:last"])
        for number in (stepped, second):
            assert (await contact(house, number)).queue == queue_of(house, "last")
