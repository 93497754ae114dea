"""Honest waits: what can be said and what cannot, and how long people bear waiting."""

from __future__ import annotations

import math
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.rules.wait import Estimator, Kind, graded, own
from router.rules.wait.bearing import LONGEST, reached
from tests.waiting import CARDS, CHAT, LOANS, VOICE, house, queue


def test_a_wait_is_the_work_ahead_shared_by_the_people_on_duty() -> None:
    made = house(4)
    queue(made, 3)
    one, three = made.estimate(100, 0.0), made.estimate(102, 0.0)
    assert (one.place, three.place, one.people) == (1, 3, 4)
    assert one.basis == "formula" and one.coverage is None
    assert three.middle == pytest.approx(3 * 200 / 4 * math.exp(-0.37), rel=0.01)
    assert one.low < one.middle < one.high and one.minutes()[1] >= 1


def test_better_ranks_come_before_and_later_ones_of_the_same_do_not() -> None:
    made = house(4)
    queue(made, 2, rank=1)
    queue(made, 3, first=200, rank=0, at=5.0)
    queue(made, 4, first=300, rank=2)
    assert made.estimate(101, 6.0).place == 5
    made.answered(200, 7.0)
    made.gone(100, 7.0)
    assert made.estimate(101, 8.0).place == 3


def test_who_waits_for_other_people_is_not_ahead_and_who_shares_some_counts_in_part() -> None:
    made = house(2)
    for number in (10, 11):
        made.agent(number, CARDS | LOANS, VOICE)
        made.duty(number, True)
    made.agent(20, LOANS, CHAT)
    made.duty(20, True)
    queue(made, 8, first=200, skills=LOANS, medium="chat")
    queue(made, 1, first=400, at=1.0)
    assert made.estimate(400, 2.0).place == 1
    queue(made, 8, first=300, skills=LOANS)  # all of whom only the two shared people may take
    queue(made, 1, first=401, at=3.0)
    assert made.estimate(401, 4.0).place == 1 + 8 + 1
    queue(made, 1, first=500, skills=LOANS, at=5.0)
    assert made.estimate(500, 6.0).place == 1 + 8 + 1  # of two who want cards half falls on the shared two


def test_those_who_give_up_shorten_the_wait() -> None:
    patient, hasty = house(1), house(1, patience=60.0)
    for made in (patient, hasty):
        queue(made, 20)
    assert hasty.estimate(119, 0.0).middle < 0.2 * patient.estimate(119, 0.0).middle


def borne(made: Estimator, count: int, patience: float | None, *, first: int = 100, at: float = 0.0) -> None:
    for number in range(first, first + count):
        made.queued(number, Kind(medium="voice", skills=CARDS, rank=1, patience=patience), at)


def test_ones_own_patience_counts_for_oneself_and_the_mediums_for_all_others() -> None:
    made, plain = house(1, patience=300.0), house(1, patience=300.0)
    queue(plain, 21)
    borne(made, 10, 30.0)
    queue(made, 11, first=110, at=1.0)
    hasty, usual = made.estimate(120, 2.0), plain.estimate(120, 2.0)
    assert hasty.middle < usual.middle and hasty.place == usual.place == 21, "the place is a place all the same"
    assert (hasty.own, usual.own) == (10, 0)
    patient = house(1, patience=300.0)
    borne(patient, 10, 86_400.0)
    queue(patient, 11, first=110, at=1.0)
    assert patient.estimate(120, 2.0).middle > usual.middle
    # Of its own nothing is reckoned: whoever asks is told for the case that they stay.
    alone, other = house(1), house(1)
    borne(alone, 1, 5.0)
    queue(other, 1)
    assert alone.estimate(100, 1.0) == other.estimate(100, 1.0)
    # Whoever may take it, and in which order, is the same: one line for learning.
    made.answered(100, 90.0)
    plain.answered(100, 90.0)
    assert made._last == plain._last


def test_what_one_bears_oneself_teaches_nothing_about_the_medium() -> None:
    made, other = house(1, patience=300.0), house(1, patience=300.0)
    for number in range(20):
        borne(made, 1, 10.0, first=number)
        made.gone(number, 8.0)
        borne(made, 1, 9_000.0, first=number)
        made.answered(number, 4_000.0)
    for each in (made, other):
        queue(each, 10, at=9_000.0)
    assert made.estimate(109, 9_001.0).middle == other.estimate(109, 9_001.0).middle


@given(st.lists(st.tuples(st.floats(0.0, 1e5), st.floats(0.0, 1.0)), min_size=1, max_size=6), st.integers(1, 50))
def test_a_line_of_people_who_bear_differently_empties_as_the_integral_says(
        groups: list[tuple[float, float]], people: int) -> None:
    whole = sum(work for work, _ in groups)
    said = reached(groups, people)
    assert 0.0 <= said <= whole / people * (1 + 1e-9)
    least, most = min(rate for _, rate in groups), max(rate for _, rate in groups)
    alone = [math.log1p(rate * whole / people) / rate if rate > 1e-9 else whole / people for rate in (most, least)]
    assert alone[0] * 0.98 - 1e-6 <= said <= alone[1] * 1.02 + 1e-6


@pytest.mark.parametrize("groups", [
    [(2000.0, 0.0), (2000.0, 0.1)], [(3000.0, 1 / 60), (1000.0, 1 / 1800)], [(100.0, 0.05), (9000.0, 1 / 400)]])
def test_the_integral_in_32_pieces_is_that_in_many(groups: list[tuple[float, float]]) -> None:
    whole, at = sum(work for work, _ in groups), 0.0
    for _ in range(50_000):
        at += whole / 50_000 / 4 * sum(work / whole * math.exp(-rate * at) for work, rate in groups)
    assert reached(groups, 4) == pytest.approx(at, rel=0.005)


def test_own_patience_is_seconds_in_few_steps() -> None:
    assert [own(text) for text in ("", "0", "90", "short", "-5", "1.5", "9" * 9, "9" * 30, "۹۰")] == [
        0, 0, 90, 0, 0, 0, LONGEST, 0, 0]
    assert graded(None) is graded(0) is graded(-1) is None
    steps = {graded(1000 * seconds) for seconds in range(1, 100_000, 7)}
    assert len(steps) < 60 and all(abs(math.log((graded(1000 * n) or 0) / n)) < 0.13 for n in (1, 5, 90, 3_600, 10**6))


def test_nothing_is_said_when_nobody_is_there() -> None:
    made = house(2)
    queue(made, 1)
    queue(made, 1, first=200, skills=LOANS)
    assert made.estimate(200, 1.0).reason == "nobody-able"
    for number in (0, 1):
        made.duty(number, False)
    said = made.estimate(100, 1.0)
    assert (said.basis, said.reason, said.minutes(), said.place) == ("none", "nobody-on-duty", (0, 0), 1)
    made.duty(0, True)
    assert made.estimate(100, 2.0).basis == "formula"
    assert made.estimate(999, 2.0).reason == "not-waiting"
    made.forget(0)
    made.forget(1)
    assert made.estimate(100, 3.0).reason == "nobody-able"


def test_more_people_wait_less_and_profiles_may_change() -> None:
    made = house(1)
    queue(made, 5)
    alone = made.estimate(104, 0.0).middle
    made.agent(7, CARDS, VOICE)
    made.duty(7, True)
    assert made.estimate(104, 0.0).middle == pytest.approx(alone / 2, rel=0.01)
    made.agent(7, LOANS, VOICE)
    assert made.estimate(104, 0.0).people == 1


@given(st.lists(st.floats(1.0, 20_000.0), max_size=60), st.integers(0, 30), st.integers(1, 20))
def test_an_estimate_never_grows_absurdly_however_long_it_overran(waits: list[float], ahead: int, people: int) -> None:
    made, now = house(people), 0.0
    for number, wait in enumerate(waits):
        made.queued(number, Kind(medium="voice", skills=CARDS), now)
        made.estimate(number, now)
        now += wait
        made.answered(number, now)
    queue(made, ahead + 1, first=1000, at=now)
    last = 1000 + ahead
    limit = 64 * max(1.0, (ahead + 1) * 200.0 / people) * 1.01
    before = None
    for age in (0.0, 30.0, 100.0, 1_000.0, 10_000.0, 1_000_000.0):
        said = made.estimate(last, now + age)
        assert 0 < said.low <= said.middle <= said.high <= limit
        before = said if before is None else before
    assert said.place == before.place  # type: ignore[union-attr]


def test_moving_and_dropping_leave_nothing_behind() -> None:
    made = house(4)
    queue(made, 3)
    made.queued(101, Kind(medium="voice", skills=CARDS, rank=0), 50.0)
    assert made.estimate(101, 51.0).place == 1 and made.estimate(100, 51.0).place == 2
    for number in (100, 101, 102):
        made.dropped(number)
    made.answered(100, 60.0)
    made.gone(100, 60.0)
    queue(made, 1, first=500)
    assert made.estimate(500, 61.0).place == 1


def test_an_estimate_among_many_costs_little() -> None:
    made = Estimator({})
    rng = random.Random(1)
    skills = [frozenset({f"s{n}"}) for n in range(60)]
    for number in range(1000):
        made.agent(number, frozenset().union(*rng.sample(skills, 4)), VOICE | CHAT)
        made.duty(number, True)
    for number in range(10_000):
        kind = Kind(medium=rng.choice(("voice", "chat")), skills=rng.choice(skills), rank=number % 4,
                    patience=graded(rng.choice((0, 30_000, 600_000))))
        made.queued(number, kind, 1.0)
    made.estimate(5, 2.0)
    begin = time.process_time()
    for number in range(200):
        made.estimate(number, 3.0)
    assert (time.process_time() - begin) / 200 < 0.01
