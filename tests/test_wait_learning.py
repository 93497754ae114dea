"""What honest waits learn from the waits that were, and whether the intervals hold on simulated days."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping
from typing import Any

import pytest

from router.core import NAMED
from router.rules.wait import Estimator, Kind, Pace, graded
from router.rules.wait.model import FEW, Model
from router.simulation.day import Arrival
from router.simulation.draw import draw
from router.simulation.reading import parse
from router.simulation.waits import Waits, pooled
from router.simulation.world import World
from tests.scenarios import town
from tests.waiting import CARDS, house, queue


def test_it_learns_how_far_the_formula_is_off_and_keeps_it_over_a_restart() -> None:
    rng, made, now = random.Random(5), house(4), 0.0
    for number in range(600):
        now += 500
        made.queued(number, Kind(medium="voice", skills=CARDS), now)
        said = made.estimate(number, now)
        made.answered(number, now + 20 + rng.lognormvariate(math.log(120), 0.5))  # four times the formula's 50 s
    assert said.basis == "learned" and said.middle == pytest.approx(140, rel=0.2)
    record = made.records()["voice"]
    assert 0.75 <= record["coverage"] <= 0.85 and abs(record["bias"]) < 0.1
    again = house(4)
    again.learn_from(json.loads(json.dumps(made.to_data())))
    queue(again, 1, at=now)
    queue(made, 1, at=now)
    assert again.estimate(100, now) == made.estimate(100, now)


def test_it_follows_a_change_of_weather() -> None:
    rng, made, now, held = random.Random(6), house(4), 0.0, []
    for number in range(1500):
        now += 500
        made.queued(number, Kind(medium="voice", skills=CARDS), now)
        said = made.estimate(number, now)
        wait = 20 + rng.expovariate(1 / (40 if number < 700 else 300))
        held.append(said.low <= wait <= said.high)
        made.answered(number, now + wait)
    assert 0.7 <= sum(held[1100:]) / 400 <= 0.9


def test_whoever_heard_nothing_teaches_nothing() -> None:
    made = house(4)
    for number in range(2 * FEW):
        made.queued(number, Kind(medium="voice", skills=CARDS), 0.0)
        made.estimate(number, 0.0)
        made.answered(number, 3.0)
    assert made.records()["voice"]["n"] == 0


def test_a_model_with_wild_history_stays_within_eight_times_the_formula() -> None:
    model = Model()
    for number in range(500):
        model.learn((1.0, math.log(60), 0.0, 5.0 * (number % 2), 0.0), 1e7 if number % 3 else 1.0)
    low, middle, high = model.interval((1.0, math.log(60), 9.0, 9.0, 9.0))
    assert 0 < low <= middle <= high <= 60 * 64.1


def measured(table: Mapping[str, Any], seeds: int, ears: type[Waits] = Waits) -> dict[str, dict[str, Any]]:
    scenario, before, rows = parse(json.dumps(table)), None, []
    for seed in range(1, seeds + 1):
        day = draw(scenario, seed)
        before = ears(day).take_over(before)
        assert World(day, NAMED["promise"], watch=before).run().violations == ()
        rows.append(before.figures())
    return pooled(rows)


#: So many days that no bad one weighs a third of the few chats that wait at all.
@pytest.mark.parametrize(("size", "seeds"), [({"agents": 30, "load": 2.6}, 24), ({"agents": 20, "load": 3.2}, 24)])
def test_intervals_hold_on_days_nobody_tuned_for(size: dict[str, Any], seeds: int) -> None:
    found = measured(town(**size), seeds)
    for name in ("voice", "chat"):
        row = found[name]
        assert row["n"] > 100, name
        assert 0.74 <= row["coverage"] <= 0.87, (name, row)
        # a call is better guessed than by "as long as the last one" by a fifth, a message by a tenth
        assert row["error"] <= {"voice": 0.8, "chat": 0.9}[name] * row["last_served_error"], (name, row)
        assert abs(row["bias"]) <= 0.35, (name, row)
    assert found["voice"]["error"] <= 0.6


BORNE = {"vip": 1500.0, "ordinary": 45.0}


class Told(Waits):
    """Ears to which each contact says how long people like it bear waiting."""

    def kind(self, arrival: Arrival) -> Kind:
        plain = super().kind(arrival)
        own = None if arrival.channel == "email" else graded(int(1000 * BORNE[arrival.segment]))
        return Kind(medium=plain.medium, skills=plain.skills, rank=plain.rank, patience=own)


def test_intervals_hold_where_patience_is_told_and_are_no_worse_than_where_it_is_not() -> None:
    table = town(agents=20, load=2.6)
    table["patience_s"] = {"voice": BORNE, "chat": BORNE, "email": None}
    for each in table["demand"]:
        each["segment_mix"] = {"vip": 0.6, "ordinary": 0.4}
    plain, told = measured(table, 6)["voice"], measured(table, 6, Told)["voice"]
    assert told["n"] == plain["n"] > 100, "nobody is served otherwise"
    assert 0.74 <= told["coverage"] <= 0.87 and told["coverage"] >= plain["coverage"] - 0.03
    assert told["error"] <= 1.05 * plain["error"], (told, plain)


def test_media_that_learn_together_but_are_served_unlike_each_find_their_own_middle() -> None:
    """Short messages stand behind chats although they came before: three times as long a wait, day after day."""
    media = {name: Pace(seat_seconds=100.0, pool="shared") for name in ("chat", "sms")}
    made = Estimator(media)
    made.agent(1, frozenset({"a"}), frozenset(media))
    made.duty(1, True)
    now, number, under = 0.0, 0, {"chat": 0, "sms": 0}
    for turn in range(600):
        for medium, times in (("chat", 1.0), ("sms", 3.0)):
            number += 1
            now += 1_000.0
            made.queued(number, Kind(medium=medium, skills=frozenset({"a"})), now)
            middle = made.estimate(number, now).middle
            wait = times * (60.0 + 60.0 * (turn * 7 % 10) / 10)
            made.answered(number, now + wait)
            under[medium] += turn >= 300 and wait <= middle
    assert all(0.4 < count / 300 < 0.72 for count in under.values()), under
    again = Estimator(media)
    again.learn_from(made.to_data())
    assert again.to_data() == made.to_data()


def test_media_that_learn_together_but_are_less_sure_each_find_their_own_width() -> None:
    """Of chats the wait is nearly always the same, of short messages it is anything within a factor of six."""
    media = {name: Pace(seat_seconds=100.0, pool="shared") for name in ("chat", "sms")}
    made, rng = Estimator(media), random.Random(5)
    made.agent(1, frozenset({"a"}), frozenset(media))
    made.duty(1, True)
    now, held, wide = 0.0, {"chat": 0, "sms": 0}, {"chat": 0.0, "sms": 0.0}
    for number in range(1, 3001):
        medium = "chat" if number % 5 else "sms"
        now += 1_000.0
        made.queued(number, Kind(medium=medium, skills=frozenset({"a"})), now)
        said = made.estimate(number, now)
        wait = 100.0 * math.exp(rng.gauss(0.0, 0.3 if medium == "chat" else 0.9))
        made.answered(number, now + wait)
        if number > 1500:
            held[medium] += said.low <= wait <= said.high
            wide[medium] = said.high / said.low
    assert 0.75 <= held["chat"] / 1200 <= 0.85 and 0.75 <= held["sms"] / 300 <= 0.85, held
    assert wide["sms"] > 2 * wide["chat"]
    again = Estimator(media)
    again.learn_from(made.to_data())
    again.agent(1, frozenset({"a"}), frozenset(media))
    again.duty(1, True)
    for each in (made, again):  # who starts anew knows as much as before
        each.queued(0, Kind(medium="sms", skills=frozenset({"a"})), now)
    assert again.estimate(0, now) == made.estimate(0, now)
