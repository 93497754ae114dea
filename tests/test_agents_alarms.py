"""Alarms that stand: kept from the journal, told to supervisors as they come and go, bounded."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.alarms import SHOWN, WORDS, Standing
from router.events import PromiseBroken, PromiseNear, RoutingAlarm
from router.records import Entry, Role
from tests.agents_front import Desk, fronted

AT = datetime.fromisoformat("2026-11-21T09:00:00+03:30")


def alarm(seq: int, code: str, contact: int | None = 1, queue: int | None = 1, **more: Any) -> Entry:
    return Entry(seq=seq, at=AT + timedelta(seconds=seq), name="routing-alarm", actor="router", contact=contact,
                 data={"code": code, "queue": queue, "missing": [], "detail": "", "over": False, **more})


def moved(seq: int, state: str, contact: int = 1) -> Entry:
    return Entry(seq=seq, at=AT + timedelta(seconds=seq), name="contact-changed", actor="agent:1", contact=contact,
                 data={"was": "waiting", "state": state})


@pytest.mark.parametrize(("story", "stands"), [
    ([alarm(1, "overflow")], ["overflow"]),
    ([alarm(1, "overflow"), alarm(2, "overflow")], ["overflow"]),
    ([alarm(1, "nobody-able", missing=["gas"]), alarm(2, "nobody-able", over=True)], []),
    ([alarm(1, "nobody-able", queue=1), alarm(2, "nobody-able", queue=2, over=True)], []),
    ([alarm(1, "nobody-here", None), alarm(2, "nobody-here", None, 2), alarm(3, "nobody-here", None, over=True)],
     ["nobody-here"]),
    ([alarm(1, "overflow"), moved(2, "active")], []),
    ([alarm(1, "overflow"), moved(2, "abandoned")], []),
    ([alarm(1, "overflow"), moved(2, "waiting")], ["overflow"]),
    ([alarm(1, "overflow"), moved(2, "active", contact=7)], ["overflow"]),
    ([alarm(1, "overflow"), alarm(2, "promise-not-renewed"), alarm(3, "overflow", over=True), moved(4, "closed")], []),
    ([alarm(1, "audit", None, None), alarm(2, "overflow", 3)], ["audit", "overflow"]),
    ([alarm(1, "nobody-able", over=True)], []),
])
def test_what_stands(story: list[Entry], stands: list[str]) -> None:
    standing = Standing()
    standing.feed(story)
    assert [each.code for each in standing.first()] == stands
    slowly = Standing()
    for each in story:
        slowly.feed([each])
    assert slowly.found == standing.found


def test_it_stands_since_it_was_told_first_and_news_is_what_differs() -> None:
    standing = Standing()
    assert standing.feed([alarm(1, "nobody-able", missing=["gas"])])
    assert not standing.feed([alarm(9, "nobody-able", missing=["gas"])]), "told again after a restart"
    assert standing.feed([alarm(10, "nobody-able", missing=["water"])])
    [found] = standing.first()
    assert found.since == AT + timedelta(seconds=1) and found.missing == ("water",)
    assert not standing.feed([moved(11, "active", contact=5)])


def test_the_day_ends_what_nothing_ends() -> None:
    standing = Standing()
    standing.feed([alarm(1, "audit", None, None), alarm(2, "nobody-here", None), alarm(3, "overflow")])
    assert standing.end_day() and {each.code for each in standing.first()} == {"nobody-here", "overflow"}
    assert not standing.end_day()


def test_of_many_the_newest_are_shown_and_queues_first() -> None:
    standing = Standing()
    standing.feed([alarm(1, "nobody-here", None), *(alarm(n, "overflow", n) for n in range(2, 5_000))])
    shown = standing.first()
    assert len(shown) == SHOWN and shown[0].code == "nobody-here" and shown[1].contact == 4_999
    assert len(standing.found) == 4_999


async def tell(desk: Desk, event: Any) -> None:
    await desk.store.run(lambda tx: tx.emit(event, actor="router"))


async def test_supervisors_see_them_come_and_go(tmp_path: Path) -> None:
    async with fronted(tmp_path) as desk:
        boss, sara = await desk.agent("boss", role=Role.SUPERVISOR, ready=False), await desk.agent("sara", ready=False)
        number = await desk.say()
        watcher, other = await boss.live(), await sara.live()
        assert watcher.state["alarms"] == {"0": {"total": 0, "standing": []}}
        await tell(desk, RoutingAlarm(about=number, code="promise-not-renewed", queue=1))
        await watcher.until(lambda: watcher.state["alarms"]["0"]["total"] == 1, what="the alarm")
        [shown] = watcher.state["alarms"]["0"]["standing"]
        assert (shown["contact"], shown["queue"], shown["code"]) == (number, 1, "promise-not-renewed")
        assert shown["fa"] == WORDS["promise-not-renewed"]["fa"] and shown["since"].endswith("Z")
        status, answer = await boss.get("/api/board")
        assert status == 200 and answer["alarms"] == watcher.state["alarms"]["0"]
        fresh = await boss.live()
        assert fresh.state["alarms"] == watcher.state["alarms"]
        assert (await boss.post(f"/api/contacts/{number}/take"))[0] == 200
        await watcher.until(lambda: watcher.state["alarms"]["0"]["total"] == 0, what="somebody has it")
        await other.reach(watcher.seq)
        assert not other.state.get("alarms"), "agents are not told"


async def test_promises_are_counted_by_queue_today(tmp_path: Path) -> None:
    async with fronted(tmp_path) as desk:
        boss = await desk.agent("boss", role=Role.SUPERVISOR, ready=False)
        number, watcher = await desk.say(), await boss.live()
        about = {"about": number, "clock": "first", "medium": "webchat", "segment": "vip", "kind": "", "seconds": 60}
        for event in (PromiseNear(queue=1, **about), PromiseBroken(queue=1, **about), PromiseBroken(queue=2, **about),
                      PromiseNear(queue=None, **about)):
            await tell(desk, event)

        def counted() -> list[tuple[int, int]]:
            return [(each["today"]["near"], each["today"]["broken"]) for each in watcher.state["queue"].values()][:2]
        await watcher.until(lambda: counted() == [(1, 1), (0, 1)], what="both queues")
        desk.clock.ahead += timedelta(days=1)
        await tell(desk, RoutingAlarm(about=number, code="overflow", queue=1))
        await watcher.until(lambda: counted() == [(0, 0), (0, 0)], what="midnight", seconds=20)
