"""The day's numbers: kept while things happen, recounted from the journal, and the same."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.tally import Count, Tally
from router.events import PromiseBroken, PromiseNear
from router.records import Entry, Role
from tests.agents_front import Desk, fronted

DAY = datetime.fromisoformat("2026-11-21T00:00:00+03:30")


def entry(minutes: float, name: str, contact: int = 1, actor: str = "customer:1", **data: Any) -> Entry:
    return Entry(seq=0, at=DAY + timedelta(minutes=minutes), name=name, actor=actor, contact=contact, data=data)


def queued(minutes: float, reason: str = "new", queue: int = 1, **more: Any) -> Entry:
    return entry(minutes, "contact-queued", queue=queue, reason=reason, **more)


def moved(minutes: float, state: str, **more: Any) -> Entry:
    return entry(minutes, "contact-changed", state=state, was="?", **more)


@pytest.mark.parametrize(("story", "numbers"), [
    ([queued(1), moved(2, "active")], {1: (1, 1, 0, 0)}),
    ([queued(1), moved(9, "active")], {1: (1, 0, 0, 0)}),
    ([queued(1), moved(1.05, "abandoned")], {1: (0, 0, 1, 1)}),
    ([queued(1), moved(2, "abandoned")], {1: (0, 0, 1, 0)}),
    ([queued(1), queued(1.5, "declined"), queued(2, "expired"), moved(2.5, "active")], {1: (1, 1, 0, 0)}),
    ([queued(1), queued(2, "transfer", 2), moved(3, "active")], {2: (1, 1, 0, 0)}),
    ([queued(1), moved(2, "active"), moved(3, "waiting"), queued(3, "transfer", 2), moved(4, "active")],
     {1: (1, 1, 0, 0)}),
    ([queued(1), moved(2, "active"), moved(3, "closed"), moved(60, "waiting"), queued(60, "reopened"),
      moved(61, "active")], {1: (2, 2, 0, 0)}),
    ([queued(1), moved(2, "active"), moved(3, "closed"), moved(4, "active")], {1: (1, 1, 0, 0)}),
    ([queued(1), moved(2, "active"), moved(3, "snoozed"), queued(9, "woke", actor="timer"), moved(10, "active")],
     {1: (1, 1, 0, 0)}),
    ([queued(1), moved(2, "active"), moved(3, "snoozed"), queued(9, "woke"), moved(10, "active")], {1: (2, 2, 0, 0)}),
    ([queued(1), moved(2, "closed")], {}),
    ([moved(2, "active"), moved(3, "abandoned")], {}),
    ([queued(-30), moved(1, "active")], {1: (1, 0, 0, 0)}),
    ([queued(-30), moved(-29, "active")], {}),
])
def test_what_counts(story: list[Entry], numbers: dict[int, tuple[int, int, int, int]]) -> None:
    tally = Tally(day=DAY, targets={1: 120, 2: 120})
    tally.feed(story)
    got = {queue: (c.answered, c.within_target, c.abandoned, c.left_at_once) for queue, c in tally.counts.items()}
    assert got == numbers


@pytest.mark.parametrize(("count", "level"), [
    (Count(), None), (Count(answered=4, within_target=3), 0.75), (Count(abandoned=2, left_at_once=2), None),
    (Count(answered=2, within_target=2, abandoned=3, left_at_once=1), 0.5)])
def test_service_level(count: Count, level: float | None) -> None:
    assert count.view()["service_level"] == level


def test_half_hours() -> None:
    tally = Tally(day=DAY, targets={})
    tally.feed([queued(5), queued(31, contact=2), moved(40, "active"), moved(95, "abandoned", contact=2)])
    assert [(half["at"] - DAY, half["arrived"], half["answered"], half["abandoned"]) for half in tally.intervals()] == [
        (timedelta(0), 1, 0, 0), (timedelta(minutes=30), 1, 1, 0), (timedelta(minutes=90), 0, 0, 1)]


async def recounted(desk: Desk) -> dict[int, dict[str, Any]]:
    """The same numbers by another hand: plain loops over the whole journal, contact by contact."""
    entries = await desk.read(lambda tx: tx.journal.after(0, limit=100_000))
    targets = {queue.id: queue.target_seconds for queue in await desk.read(lambda tx: tx.desk.queues())}
    day = desk.front.live.scene.tally.day
    stories = defaultdict(list)
    for each in entries:
        if each.contact is not None:
            stories[each.contact].append(each)
    found = {queue: {"answered": 0, "abandoned": 0, "within_target": 0, "base": 0, "near": 0, "broken": 0}
             for queue in targets}
    for each in entries:
        if each.name in ("promise-near", "promise-broken") and each.at >= day:
            found[each.data["queue"]][each.name.removeprefix("promise-")] += 1
    for story in stories.values():
        since = queue = None
        for each in story:
            if each.name == "contact-queued":
                new = each.data["reason"] in ("new", "asked", "callback", "reopened")
                if new or (each.data["reason"] == "woke" and each.actor.startswith("customer")):
                    since = each.at
                queue = each.data["queue"] if since else None
            elif each.name == "contact-changed" and since and each.data["state"] in ("active", "abandoned", "closed"):
                waited, here = (each.at - since).total_seconds(), found[queue]
                if each.at >= day and each.data["state"] == "active":
                    here["answered"] += 1
                    here["base"] += 1
                    here["within_target"] += waited <= targets[queue]
                elif each.at >= day and each.data["state"] == "abandoned":
                    here["abandoned"] += 1
                    here["base"] += waited >= 5
                since = None
    return {queue: {"answered": n["answered"], "abandoned": n["abandoned"], "within_target": n["within_target"],
                    "service_level": round(n["within_target"] / n["base"], 4) if n["base"] else None,
                    "near": n["near"], "broken": n["broken"]}
            for queue, n in found.items()}


async def promised(desk: Desk, kind: Any, contact: int, queue: int) -> None:
    """A promise is near its end, or broken, where there is such a contact."""
    def unit(tx: Any) -> None:
        if tx.contacts.many([contact]):
            tx.emit(kind(about=contact, clock="first", queue=queue, medium="webchat", segment="ordinary", kind="",
                         seconds=60), actor="timer")
    await desk.store.run(unit)


async def board(client: Any) -> Any:
    status, answer = await client.get("/api/board")
    assert status == 200
    return answer


async def test_the_board_equals_a_recount_of_the_journal(tmp_path: Path) -> None:
    rng = random.Random(7)
    async with fronted(tmp_path) as desk:
        boss = await desk.agent("boss", role=Role.SUPERVISOR)
        watcher = await boss.live()
        for step in range(120):
            desk.clock.ahead += timedelta(seconds=rng.choice([1, 3, 20, 100]))
            sender = f"c{rng.randrange(8)}"
            contact = 1 + rng.randrange(8)
            if rng.randrange(3) == 0:
                await promised(desk, rng.choice([PromiseNear, PromiseBroken]), contact, rng.choice([1, 2]))
            dice = rng.randrange(8)
            if dice < 3:
                await desk.say(sender, queue=rng.choice(["", "town"]))
            elif dice == 3:
                await desk.leave(sender)
            elif dice == 4:
                await boss.post(f"/api/contacts/{contact}/take")
            elif dice == 5:
                await boss.post(f"/api/contacts/{contact}/close", {"disposition": "resolved"})
            elif dice == 6:
                await boss.post(f"/api/contacts/{contact}/transfer", {"queue": rng.choice([1, 2])})
            else:
                until = (desk.clock() + timedelta(hours=1)).isoformat()
                await boss.post(f"/api/contacts/{contact}/snooze", {"until": until})
            if step % 20 == 19:
                await watcher.reach(await desk.read(lambda tx: tx.journal.head()))
                numbers = {queue["id"]: queue["today"] for queue in (await board(boss))["queues"]}
                assert numbers == await recounted(desk), step
        assert sum(n["answered"] for n in numbers.values()) > 5 and sum(n["abandoned"] for n in numbers.values()) > 2
        whole = await board(boss)
        assert sum(half["answered"] for half in whole["intervals"]) == sum(n["answered"] for n in numbers.values())
        live = {queue["id"]: queue["waiting"] for queue in whole["queues"]}
        waiting = await desk.read(lambda tx: tx.contacts.listed(state=["waiting", "offered"], limit=1000))
        assert live == {queue: sum(1 for c in waiting if c.queue == queue) for queue in live}
    async with fronted(tmp_path) as desk:
        desk_boss = await desk.session(boss.agent)
        again = {queue["id"]: queue["today"] for queue in (await board(desk_boss))["queues"]}
        assert again == await recounted(desk), "a new process counts the same"


async def test_a_new_day_begins_with_nothing(tmp_path: Path) -> None:
    async with fronted(tmp_path) as desk:
        boss = await desk.agent("boss", role=Role.SUPERVISOR)
        contact = await desk.say()
        await boss.ok(f"/api/contacts/{contact}/take")
        waiting = await desk.say("reza")
        watcher = await boss.live()
        await watcher.reach(await desk.read(lambda tx: tx.journal.head()))
        assert (await board(boss))["queues"][0]["today"]["answered"] == 1
        desk.clock.ahead += timedelta(days=1)
        await desk.front.live._tick()
        await watcher.until(lambda: watcher.state["queue"]["1"]["today"]["answered"] == 0, what="midnight")
        await (await desk.session(boss.agent)).ok(f"/api/contacts/{waiting}/take")
        await watcher.until(lambda: watcher.state["queue"]["1"]["today"]["answered"] == 1, what="yesterday's citizen")
        assert watcher.state["queue"]["1"]["today"]["within_target"] == 0
