"""Those who wait, on a running house: hours, doors, overflow, promises near and broken, honest waits, clock steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agents import reading, reasons
from channels import registry
from router.records import ContactState
from settings import SettingsError
from tests import fake
from tests.house import agent, until
from tests.routing_house import (
    Clock,
    accept,
    contact,
    desk_of,
    entries,
    held_by,
    poke,
    say,
    says_why,
    told,
    waits,
)

#: A Saturday morning in Tehran, 10:00.
SATURDAY = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
OFFICE = {"week": {"saturday": ["08:00-12:00", "13:00-16:00"], "sunday": ["08:00-12:00"]}}


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the fake line under the medium sms."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


def office(tmp_path: Path, clock: Any, database: str = "", *, queue: dict[str, Any] | None = None,
           queues: dict[str, Any] | None = None, **more: Any) -> Any:
    """A desk whose first queue has office hours."""
    return desk_of(tmp_path, database, queues={"general": {"calendar": "office", **(queue or {})}, **(queues or {})},
                   clock=clock, calendars={"office": OFFICE}, **more)


async def test_a_queue_closes_and_opens_by_its_hours_and_keeps_who_waits(tmp_path: Path, database: str) -> None:
    clock = Clock(SATURDAY)
    async with office(tmp_path, clock, database, queue={"when_closed": "callback"}) as house:
        number = await say(house)
        await house.dispatch.ready.wait()
        clock.ahead += timedelta(hours=2, minutes=1)  # 12:01
        poke(house)
        await told(house, "queue-hours", open=False)
        await told(house, "overflow-taken", about=number, trigger="closed")
        line = await house.lines.line("line", (await contact(house, number)).thread_key)
        assert not line.open and line.trouble == "closed" and line.instead == ("callback",)
        assert line.opens_at == SATURDAY + timedelta(hours=3)  # 13:00
        sara = await agent(house)
        late = await say(house, 2)
        await told(house, "overflow-taken", about=late, trigger="closed")
        assert await waits(house, number)
        await says_why(house, number, "closed")
        listed = await house.store.snapshot(lambda tx: reading.contact_view(tx, number, house.dispatch.plan))
        assert listed["waiting_why"] == reasons.WAITING["closed"]
        clock.ahead += timedelta(hours=1)
        poke(house)
        await told(house, "queue-hours", open=True)
        await held_by(house, number, sara)


async def test_a_full_queue_sends_on_who_is_one_too_many(tmp_path: Path) -> None:
    queues = {"general": {"most_waiting": 2, "when_full": "queue:help"}, "help": {}}
    async with desk_of(tmp_path, queues=queues) as house:
        numbers = [await say(house, n) for n in range(1, 5)]
        for number in numbers[2:]:
            [entry] = await told(house, "overflow-taken", about=number, trigger="full")
            assert entry.data["did"] == ["queue:help"]
        found = [(await contact(house, number)).queue for number in numbers]
        assert found[0] == found[1] != found[2] == found[3]


async def test_steps_by_time_tell_move_and_alarm_once(tmp_path: Path, database: str) -> None:
    clock = Clock(SATURDAY)
    steps = [{"after": 60, "notice": True, "offer": ["callback"]}, {"after": 120, "alarm": True, "to": "help"}]
    queues = {"general": {"overflow": steps}, "help": {"skills": ["help"]}}
    async with desk_of(tmp_path, database, queues=queues, clock=clock) as house:
        await agent(house, "nobody", skills={"x": 1}, efforts={"sms": 0})
        number = await say(house)
        queued = (await contact(house, number)).queued_at
        await until(lambda: _timer(house, "overflow", number), what="the first step's timer")
        clock.ahead += timedelta(seconds=61)
        poke(house)
        [entry] = await told(house, "overflow-taken", about=number, trigger="after", step=0)
        assert entry.data["did"] == ["notice", "offer:callback"]
        await until(lambda: house.channels["line"].sent, what="the notice")
        clock.ahead += timedelta(seconds=60)
        poke(house)
        [entry] = await told(house, "overflow-taken", about=number, trigger="after", step=1)
        assert entry.data["did"] == ["alarm", "queue:help"]
        after = await contact(house, number)
        assert after.queued_at == queued and after.data["instead"] == ["callback"]
        helper = await agent(house, "helper", skills={"help": 1})
        await held_by(house, number, helper)
        taken = [each.data["trigger"] for each in await entries(house, "overflow-taken", about=number)]
        assert taken == ["unable", "after", "after"]  # nobody here has what it needs: the citizen heard that first


async def _timer(house: Any, kind: str, subject: int) -> Any:
    return await house.store.snapshot(lambda tx: tx.timers.get(kind, subject))


async def test_a_ring_opens_after_its_time_without_anybody_asking(tmp_path: Path) -> None:
    queues = {"gas": {"skills": ["gas"], "levels": {"gas": 3}, "overflow": [{"after": 1, "relax": 2}]}}
    async with desk_of(tmp_path, queues=queues) as house:
        weak = await agent(house, skills={"gas": 1})
        number = await say(house)
        assert await waits(house, number)
        await held_by(house, number, weak)
        [entry] = await entries(house, "offer-made", about=number)
        assert entry.data["why"]["ring"] == 1


async def test_a_long_queue_offers_another_way(tmp_path: Path) -> None:
    async with desk_of(tmp_path, queues={"general": {"overflow": [{"length": 2, "offer": ["write"]}]}}) as house:
        first, second = await say(house, 1), await say(house, 2)
        [entry] = await told(house, "overflow-taken", about=second, trigger="length")
        assert entry.data["did"] == ["offer:write", "notice"]
        assert await entries(house, "overflow-taken", about=first) == []


async def test_a_promise_is_near_then_broken_each_once_in_working_time(tmp_path: Path, database: str) -> None:
    clock = Clock(SATURDAY + timedelta(hours=1, minutes=55))  # 11:55, five minutes before lunch
    async with office(tmp_path, clock, database, queue={"target_seconds": 600}) as house:
        number = await say(house)
        await until(lambda: _timer(house, "promise", number), what="the promise's timer")
        clock.ahead += timedelta(minutes=30)  # lunch: nothing passes
        poke(house)
        assert await entries(house, "promise-near", about=number) == []
        clock.ahead += timedelta(minutes=39)  # 13:04: nine of ten minutes are used
        poke(house)
        [near] = await told(house, "promise-near", about=number, clock="first", seconds=600)
        assert near.data["segment"] == "ordinary" and near.data["medium"] == "sms"
        clock.ahead += timedelta(minutes=2)
        poke(house)
        await told(house, "promise-broken", about=number, clock="first")
        clock.ahead += timedelta(minutes=20)
        poke(house)
        await say(house, 2)
        assert len(await entries(house, "promise-near", "promise-broken", about=number)) == 2


async def test_targets_by_segment_and_an_answer_stops_the_clock(tmp_path: Path) -> None:
    from router.promises import standing

    clock = Clock(SATURDAY)
    targets = [{"seconds": 60, "segment": "vip"}, {"seconds": 3600, "clock": "resolution"}]
    async with desk_of(tmp_path, queues={"general": {"target_seconds": 600}}, clock=clock, targets=targets) as house:
        sara = await agent(house, ready=False)
        number = await say(house)

        async def now() -> Any:
            return await house.store.snapshot(lambda tx: standing(tx, number, house.dispatch.plan))

        async def known() -> Any:
            return len(await now()) == 2
        await until(known, what="both clocks run")
        found = await now()
        assert found["first"]["promised_seconds"] == 600 and found["resolution"]["promised_seconds"] == 3600
        from tests.routing_house import state
        await state(house, sara, "ready")
        await held_by(house, number, sara)
        await accept(house, number)

        async def met() -> Any:
            return (await now())["first"]["standing"] == "met"
        await until(met, what="the first answer is there")
        assert (await now())["resolution"]["standing"] == "on-time"


async def test_a_promised_answer_is_put_off_with_a_notice_before_it_breaks(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake.Adapter, "live", False, raising=False)
    clock = Clock(SATURDAY)
    async with desk_of(tmp_path, database, queues={"general": {"target_seconds": 3600}}, clock=clock,
                       channel={"acknowledge": True}) as house:
        number = await say(house)
        line = house.channels["line"]
        await until(lambda: line.sent, what="the acknowledgement")
        assert "آذر" in line.sent[0].text or "آبان" in line.sent[0].text
        [given] = await told(house, "promise-given", about=number, number=0)
        assert given.data["told"] is True
        for count in (1, 2):
            clock.ahead += timedelta(minutes=65)
            poke(house)
            await told(house, "promise-given", about=number, number=count)
            await until(lambda count=count: len(line.sent) == count + 1, what="the citizen hears so")
            assert datetime.fromisoformat(given.data["by"]) > clock() - timedelta(hours=3)
        clock.ahead += timedelta(minutes=65)
        poke(house)
        await told(house, "routing-alarm", about=number, code="promise-not-renewed")
        assert len(line.sent) == 3


async def test_the_line_says_place_interval_and_what_is_known(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as house:
        sara = await agent(house, capacity=2)
        numbers = [await say(house, n) for n in range(1, 4)]
        await held_by(house, numbers[0], sara)
        await accept(house, numbers[0])
        line = await house.lines.line("line", (await contact(house, numbers[2])).thread_key)
        assert (line.place, line.trouble, line.open) == (2, "", True)
        assert 0 <= line.wait_low < line.wait_high and line.wait_high % 60 == 0
        why = house.dispatch.explain(numbers[2])
        assert why["wait"]["basis"] == "formula" and why["who"][0]["agent"] == sara.id


@pytest.mark.parametrize("step", [timedelta(hours=-2), timedelta(days=400)])
async def test_a_clock_that_steps_loses_nobody(tmp_path: Path, step: timedelta) -> None:
    clock = Clock()
    async with desk_of(tmp_path, clock=clock) as house:
        first = await say(house, 1)
        await until(lambda: house.dispatch.desk.place(first), what="the router knows it")
        clock.ahead += step
        second = await say(house, 2)
        await told(house, "routing-alarm", code="clock-stepped")
        sara = await agent(house, capacity=2)
        await held_by(house, first, sara)
        await accept(house, first)
        assert await waits(house, second)
        assert house.dispatch.desk.core.audit() == []


async def test_an_invariant_that_breaks_is_counted_told_and_mended(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as house:
        sara = await agent(house, capacity=2)
        number = await say(house)
        await held_by(house, number, sara)
        house.dispatch.desk.core._state.agent(sara.id).load += 7  # as a fault of ours would
        assert await house.dispatch.audit()
        await told(house, "routing-alarm", code="audit")
        await say(house, 2)

        async def mended() -> bool:
            return not house.dispatch.desk.core.audit()
        await until(mended, what="the picture is made anew")
        assert house.dispatch.faults > 0


@pytest.mark.parametrize(("more", "message"), [
    ({"calendars": {"office": {"week": {"someday": "08:00-12:00"}}}}, "calendars.office.week.someday"),
    ({"policies": {"fast": {"rule": "magic"}}}, "policies.fast.rule: 'magic' is none of"),
    ({"policies": {"fast": {"parameters": {"guard": 1}}}}, "guard: a whole number, 2 to 1000"),
    ({"policies": {"fast": {"parameters": {"speed": 1}}}}, "policies.fast.parameters.speed: is not known"),
    ({"policies": {"fast": {"parameters": {"sticky": "hold"}}}}, "fast.hold_seconds: needed with sticky = hold"),
    ({"policies": {"fast": {"parameters": {"weights": {"²": 3}}}}}, "parameters.weights: must be a table"),
    ({"policies": {"fast": {"parameters": {"weights": {"1" * 5000: 3}}}}}, "parameters.weights: must be a table"),
    ({"queues": {"general": {"overflow": [{"after": 5, "to": ["x"]}]}}}, "overflow.0.to: there is no queue"),
    ({"queues": {"general": {"overflow": [{"after": 5, "to": {}}]}}}, "overflow.0.to: there is no queue"),
    ({"targets": [{"seconds": 60}, {"seconds": 60, "queue": "generl"}]}, "targets[1].queue: 'generl' is none of"),
    ({"targets": [{"seconds": 60, "medium": "fox"}]}, "targets[0].medium: 'fox' is none of"),
    ({"targets": [{"seconds": 60, "segment": "royal"}]}, "targets[0].segment: 'royal' is none of"),
    ({"routing": {"calendar": "office"}}, "routing.calendar: there is no calendar 'office'"),
    ({"targets": [{"seconds": 60}, {"seconds": 60, "clock": "late"}]}, "targets[1].clock: 'late' is not one of"),
    ({"media": {"telepathy": {"effort": 1}}}, "media.telepathy: there is no medium"),
    ({"media": {"sms": {"effort": 0}}}, "media.sms.effort"),
    ({"routing": {"near_percent": 101}}, "routing.near_percent: must be at most 100"),
])
async def test_impossible_policies_hours_and_promises_are_refused(
    tmp_path: Path, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        async with desk_of(tmp_path, **more):
            pass
    assert message in str(refused.value)


async def test_what_was_closed_is_not_waiting(tmp_path: Path) -> None:
    async with desk_of(tmp_path) as house:
        assert house.dispatch.explain(999) == {"code": "not-waiting"}
        number = await say(house)
        assert (await contact(house, number)).state is ContactState.WAITING
