"""What contacts cost is learned from the desk's own past, within bounds, and counts for what comes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import efforts as shown
from channels import registry
from router.model import QueueId
from router.records import ContactState, Direction
from router.rules import efforts
from router.rules.efforts import LEAST, SEAT, Answered
from router.rules.plan import MediumPlan, Plan
from tests import fake
from tests.house import agent, until
from tests.routing_house import accept, desk_of, held_by, say, says_why, waits

KEY = (QueueId(1), "webchat")


def past(count: int, *, worked: int, held: int, agents: int = 1) -> list[Answered]:
    """So many contacts one after the other, each with one answer at the end of the work; seconds."""
    return [Answered(agent=number % agents, at=1000 * (number * held + worked), contact=number, key=KEY,
                     taken=1000 * number * held, over=1000 * (number + 1) * held) for number in range(count)]


def measured(count: int, *, worked: int, held: int, agents: int = 1) -> Any:
    """What such a past says."""
    return efforts.seen(past(count, worked=worked, held=held, agents=agents))


@pytest.mark.parametrize(("count", "worked", "held", "usual", "now", "points"), [
    (LEAST, 200, 600, 2, {}, None),  # a third of a seat is two points, as set
    (LEAST, 60, 600, 2, {}, 1), (LEAST, 60, 600, 4, {}, 2),  # at least half of what is set
    (LEAST, 290, 300, 2, {}, 4), (LEAST, 290, 300, 4, {}, 6),  # at most twice, and never more than a seat
    (LEAST, 300, 600, 2, {}, 3),
    (LEAST, 270, 600, 2, {}, None), (LEAST, 270, 600, 2, {KEY: 3}, 3),  # 2.7: what stands stays
    (LEAST - 1, 60, 600, 2, {}, None), (LEAST, 60, 600, 0, {}, None), (0, 1, 1, 2, {}, None)])
def test_points_follow_the_share_of_a_seat(count: int, worked: int, held: int, usual: int, now: Any,
                                           points: int | None) -> None:
    found = efforts.learned(measured(count, worked=worked, held=held), lambda key: usual, now)
    assert found == ({} if points is None else {KEY: points})


def test_time_is_work_on_one_contact_only() -> None:
    """Three contacts held together for ten minutes and answered in turn: the agent worked on each for a third."""
    answers = sorted((Answered(agent=1, at=600_000 * group + 60_000 * turn, contact=3 * group + turn % 3, key=KEY,
                               taken=600_000 * group, over=600_000 * (group + 1))
                      for group in range(LEAST) for turn in range(1, 11)), key=lambda each: each.at)
    assert efforts.learned(efforts.seen(answers), lambda key: 4, {}) == {KEY: 2}
    other_hand = [Answered(agent=1, at=each.at - 30_000, contact=9_999_999, key=(QueueId(2), "sms"), taken=each.taken,
                           over=each.over) for each in answers]
    both = sorted([*answers, *other_hand], key=lambda each: each.at)
    assert efforts.learned(efforts.seen(both), lambda key: 2, {})[KEY] == 1, "half of it was work on something else"


def test_whoever_was_away_did_not_work() -> None:
    assert efforts.learned(measured(LEAST, worked=20_000, held=24_000), lambda key: 2, {}) == {KEY: 1}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10**7), st.integers(0, 400), st.integers(0, 10**7)),
                max_size=900), st.integers(1, 12))
def test_bounds_hold_whatever_happened(rows: list[tuple[int, int, int, int]], usual: int) -> None:
    answers = [Answered(agent=who, at=at, contact=number, key=KEY, taken=taken, over=taken - 5 if number % 7 == 0
                        else at + 1) for who, at, number, taken in sorted(rows, key=lambda row: row[1])]
    points = efforts.learned(efforts.seen(answers), lambda key: usual, {}).get(KEY, usual)
    assert -(-usual // 2) <= points <= min(2 * usual, max(SEAT, usual))


def test_what_may_be_learned() -> None:
    plan = Plan(media={"webchat": MediumPlan(effort=2), "voice": MediumPlan(effort=6, at_once=1)})
    assert plan.teachable(KEY) == 0, "there is no such queue"


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the fake line under the medium sms."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


async def lived(house: Any, who: Any, queue: int) -> None:
    """Enough contacts that were answered after a minute and held for ten."""
    def unit(tx: Any) -> None:
        address = tx.contacts.listed()[0].address
        customer = tx.contacts.listed()[0].customer
        for number in range(LEAST):
            taken = tx.now - timedelta(days=3) + timedelta(minutes=10 * number)
            made = tx.contacts.open(
                channel="line", medium="sms", customer=customer, address=address, state=ContactState.CLOSED,
                queue=QueueId(queue), agent=who.id, answered_at=taken, closed_at=taken + timedelta(minutes=10))
            tx.messages.add(made.id, Direction.OUT, at=taken + timedelta(minutes=1), text="x", kind="reply",
                            agent=who.id)
    await house.store.run(unit)


async def test_learned_costs_count_for_what_comes_and_not_for_what_is_held(tmp_path: Path, database: str) -> None:
    async with desk_of(tmp_path, database) as house:
        sara = await agent(house, capacity=4)
        first = await say(house, 1)
        await held_by(house, first, sara)
        await accept(house, first)
        held = await house.store.snapshot(lambda tx: tx.contacts.get(first))
        costs = house.switchboard.costs
        assert held.effort == 2 and not await costs.look(), "nothing is known yet"
        await lived(house, sara, held.queue)
        assert await costs.look()
        await until(lambda: house.dispatch.plan.learned == {(held.queue, "sms"): 1}, what="the router hears of it")
        assert not await costs.look(), "the same past teaches nothing new"
        for number in (2, 3):
            await held_by(house, contact := await say(house, number), sara)
            offer = await house.store.snapshot(lambda tx, contact=contact: tx.offers.live(contact))
            assert offer.why["cost"] == 1
        third = await say(house, 4)
        await until(lambda: waits(house, third), what="the seat is full: two points and twice one")
        await says_why(house, third, "all-busy")
        assert house.dispatch.desk.core.audit() == []
        [entry] = [each for each in await house.store.snapshot(lambda tx: tx.journal.after(0))
                   if each.name == "routing-changed" and each.data["what"] == "efforts"]
        assert entry.data["which"] == "1" and entry.actor == "router"
        [row] = await house.store.snapshot(lambda tx: shown.listed(tx, house.dispatch.plan))
        assert (row["queue"], row["medium"], row["set"], row["learned"]) == (held.queue, "sms", 2, 1)
        assert row["why"] == "learned"
        assert row["contacts"] == LEAST and abs(row["measured"] - 0.6) < 0.01 and row["since"] is not None
        # Looked at again: the same since then; a row that is nobody's event.
        assert not await costs.look()
        [again] = await house.store.snapshot(lambda tx: shown.listed(tx, house.dispatch.plan))
        assert again == row


async def test_what_is_set_is_not_learned(tmp_path: Path) -> None:
    async with desk_of(tmp_path, queues={"general": {"efforts": {"sms": 2}}}) as house:
        sara = await agent(house, ready=False)
        first = await say(house, 1)
        queue = (await house.store.snapshot(lambda tx: tx.contacts.get(first))).queue
        await lived(house, sara, queue)
        assert not await house.switchboard.costs.look()
        [row] = await house.store.snapshot(lambda tx: shown.listed(tx, house.dispatch.plan))
        assert (row["set"], row["learned"], row["since"], row["why"]) == (2, None, None, "set")
        assert row["contacts"] == LEAST
