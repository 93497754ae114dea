"""Promise clocks: which target counts and why, working time with pauses, warnings and breaches told once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.records import Target
from router.rules import sla
from router.rules.hours import Hours, always, read

DAYS = ("saturday", "sunday", "monday", "tuesday", "wednesday")
OFFICE = Hours(read({"zone": "UTC", "week": dict.fromkeys(DAYS, "08:00-16:00")}))
OPEN = Hours(always())
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)  # a Saturday


def target(number: int, seconds: int = 3600, **fields: Any) -> Target:
    return Target(id=number, seconds=seconds, **fields)


ROWS = [target(1), target(2, medium="email"), target(3, segment="vip"), target(4, queue="billing"),
        target(5, medium="email", segment="vip"), target(6, kind="complaint", clock="resolution"),
        target(7, queue="billing", kind="complaint", clock="resolution"), target(8, queue="it", medium="email"),
        target(9, segment="vip", kind="complaint")]


@pytest.mark.parametrize(("asked", "row", "passed"), [
    ({"queue": "x", "medium": "sms", "segment": "ordinary"}, 1, []),
    ({"queue": "x", "medium": "email", "segment": "ordinary"}, 2, [1]),
    ({"queue": "billing", "medium": "email", "segment": "ordinary"}, 4, [2, 1]),  # queue before medium
    ({"queue": "billing", "medium": "email", "segment": "vip"}, 5, [4, 2, 3, 1]),  # two fields before one
    ({"queue": "it", "medium": "email", "segment": "vip"}, 8, [5, 2, 3, 1]),  # the one with the queue before the other
    ({"queue": "x", "medium": "sms", "segment": "vip", "kind": "complaint"}, 9, [3, 1]),
    ({"queue": "billing", "medium": "sms", "segment": "vip", "kind": "complaint", "clock": "resolution"}, 7, [6]),
    ({"queue": "billing", "medium": "sms", "segment": "vip", "clock": "resolution"}, None, []),
    ({"queue": "billing", "medium": "sms", "segment": "vip", "clock": "next"}, None, []),
])
def test_the_row_that_says_most_counts_and_says_so(asked: dict[str, str], row: int | None, passed: list[int]) -> None:
    for rows in (ROWS, ROWS[::-1]):
        found = sla.find(rows, **asked)
        assert (found.target.id if found.target else None) == row
        assert [each["target"] for each in found.why["passed_over"]] == passed
    assert json.loads(json.dumps(found.why)) == found.why
    assert found.why["rule"] == ("target" if row else "none")


def test_a_queues_own_figure_stands_in_where_no_row_matches() -> None:
    found = sla.find([], queue="billing", medium="sms", segment="vip", default=90)
    assert found.target is not None and (found.target.seconds, found.why["rule"]) == (90, "queue")


@pytest.mark.parametrize(("rows", "says"), [
    ([target(1), target(2)], "same contacts as target 1"), ([target(3, clock="soon")], "no clock 'soon'"),
    ([target(3, seconds=0)], "from 1 second"), ([target(3, seconds=40_000_000)], "from 1 second")])
def test_targets_that_cannot_be_meant_are_refused(rows: list[Target], says: str) -> None:
    with pytest.raises(sla.TargetError, match=says):
        sla.check(rows)
    sla.check(ROWS)


def test_time_passes_only_in_hours() -> None:
    clock = sla.start(target(1, 8 * 3600), NOON)  # four hours today, four tomorrow
    assert sla.due(clock, OFFICE) == NOON + timedelta(days=1)
    assert sla.near(clock, OFFICE) == NOON + timedelta(hours=22, minutes=24)
    assert sla.left(clock, NOON + timedelta(hours=12), OFFICE) == timedelta(hours=4)
    assert sla.standing(clock, NOON + timedelta(hours=23), OFFICE) == "near"
    assert sla.standing(clock, NOON + timedelta(days=1), OFFICE) == "breached"
    assert sla.due(clock, Hours(read({"week": {}}))) is None


def test_pauses_of_several_reasons_hold_it_until_the_last_ends() -> None:
    minute = timedelta(minutes=1)
    clock = sla.start(target(1, 600), NOON)
    clock = sla.pause(clock, "waiting-for-citizen", NOON + 4 * minute, OPEN)
    clock = sla.pause(clock, "closed-queue", NOON + 5 * minute, OPEN)
    assert sla.pause(clock, "closed-queue", NOON + 6 * minute, OPEN) == clock
    assert sla.due(clock, OPEN) is None and sla.next_moment(clock, OPEN) is None
    assert sla.standing(clock, NOON + 60 * minute, OPEN) == "paused"
    clock = sla.resume(clock, "waiting-for-citizen", NOON + 7 * minute, OPEN)
    assert clock.pauses == ("closed-queue",) and sla.used(clock, NOON + 60 * minute, OPEN) == 4 * minute
    clock = sla.resume(clock, "closed-queue", NOON + 60 * minute, OPEN)
    assert sla.next_moment(clock, OPEN) == (NOON + 64 * minute, "near")
    assert sla.due(clock, OPEN) == NOON + 66 * minute
    assert sla.standing(sla.stop(clock, NOON + 66 * minute, OPEN), NOON + 99 * minute, OPEN) == "met"
    assert sla.standing(sla.stop(clock, NOON + 67 * minute, OPEN), NOON + 67 * minute, OPEN) == "missed"


def test_near_and_breach_are_told_once_each() -> None:
    clock, told = sla.start(target(1, 600), NOON), []
    for second in range(0, 1200, 30):
        clock, said = sla.tell(clock, NOON + timedelta(seconds=second), OPEN)
        told += [(second, name) for name in said]
    assert told == [(480, "near"), (600, "breach")]
    assert sla.next_moment(clock, OPEN) is None
    late, said = sla.tell(sla.start(target(1, 600), NOON), NOON + timedelta(days=1), OPEN)
    assert said == ("breach",) and sla.tell(late, NOON + timedelta(days=2), OPEN)[1] == ()


def test_another_target_keeps_what_is_used_and_may_warn_again() -> None:
    clock, said = sla.tell(sla.start(target(1, 600), NOON), NOON + timedelta(minutes=9), OPEN)
    assert said == ("near",)
    wider = sla.retarget(clock, target(2, 1200), NOON + timedelta(minutes=9), OPEN)
    assert wider.told == () and sla.next_moment(wider, OPEN) == (NOON + timedelta(minutes=16), "near")
    tighter = sla.retarget(clock, target(3, 60), NOON + timedelta(minutes=9), OPEN)
    assert sla.tell(tighter, NOON + timedelta(minutes=9), OPEN)[1] == ("breach",)


def test_a_clock_that_steps_back_costs_nothing_and_stopping_twice_keeps_the_first() -> None:
    clock = sla.pause(sla.start(target(1, 600), NOON), "x", NOON + timedelta(minutes=5), OPEN)
    clock = sla.resume(clock, "x", NOON - timedelta(minutes=5), OPEN)
    assert (clock.used, clock.since) == (timedelta(minutes=5), NOON + timedelta(minutes=5))
    stopped = sla.stop(clock, NOON + timedelta(minutes=6), OPEN)
    assert sla.stop(stopped, NOON + timedelta(minutes=60), OPEN) == stopped
    assert sla.pause(stopped, "x", NOON, OPEN) == stopped and sla.tell(stopped, NOON + timedelta(days=1), OPEN)[1] == ()
    again = sla.reopen(stopped, NOON + timedelta(minutes=60))
    assert sla.due(again, OPEN) == NOON + timedelta(minutes=64)


def test_editing_the_calendar_keeps_the_books() -> None:
    clock = sla.start(target(1, 8 * 3600), NOON)
    settled = sla.settle(clock, NOON + timedelta(hours=2), OFFICE)
    assert sla.due(settled, OPEN) == NOON + timedelta(hours=8)


_steps = st.lists(st.tuples(st.sampled_from(["pause", "resume", "tell", "settle"]), st.sampled_from(["a", "b"]),
                            st.integers(0, 50_000)), max_size=12)


@given(_steps, st.integers(1, 400_000))
def test_used_time_is_what_a_second_account_says(steps: list[tuple[str, str, int]], promised: int) -> None:
    clock, at, spent, reasons = sla.start(target(1, promised), NOON), NOON, timedelta(), set[str]()
    for what, reason, seconds in steps:
        if not reasons:
            spent += OFFICE.working(at, at + timedelta(seconds=seconds))
        at += timedelta(seconds=seconds)
        if what == "pause":
            clock, _ = sla.pause(clock, reason, at, OFFICE), reasons.add(reason)
        elif what == "resume":
            clock, _ = sla.resume(clock, reason, at, OFFICE), reasons.discard(reason)
        elif what == "tell":
            clock, _ = sla.tell(clock, at, OFFICE)
        else:
            clock = sla.settle(clock, at, OFFICE)
        assert sla.from_data(json.loads(json.dumps(sla.to_data(clock)))) == clock
    assert sla.used(clock, at, OFFICE) == spent
    moment = sla.due(clock, OFFICE)
    if moment is not None and moment > at:
        assert sla.used(clock, moment, OFFICE) == clock.promised
        assert "breach" in sla.tell(clock, moment, OFFICE)[1]
        assert "breach" not in sla.tell(clock, moment - timedelta(seconds=1), OFFICE)[1]
    elif moment is None:
        assert reasons
