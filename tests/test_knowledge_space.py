"""How near vectors are as one house asks: learned in steps, and honest to the questions it was learned from."""

from __future__ import annotations

import random
from collections.abc import Generator

import numpy as np
import pytest

from knowledge.meaning import Floats, Meanings
from knowledge.models import unit
from knowledge.space import Space, learned, plain

SIZE, KEYS = 12, 8
CHANCE = np.random.default_rng(4)
PLACES = CHANCE.standard_normal((KEYS, SIZE)).astype(np.float32)
NOISE = CHANCE.standard_normal((3, SIZE)).astype(np.float32)  #: how any question differs, whatever its matter


def question(key: int, chance: np.random.Generator) -> Floats:
    loud = 3 * chance.standard_normal(3).astype(np.float32) @ NOISE
    return unit((PLACES[key] + loud + 2 + 0.3 * chance.standard_normal(SIZE)).astype(np.float32)[None])[0]


def finished(steps: Generator[None, None, Space]) -> Space:
    while True:
        try:
            next(steps)
        except StopIteration as over:
            made: Space = over.value
            return made


def read(held: Meanings[int], known: dict[str, Floats]) -> None:
    while some := held.unread(5):
        held.take(some, np.stack([known[each.text] for each in some]))


def filled(each: int, chance: np.random.Generator) -> tuple[Meanings[int], dict[str, Floats]]:
    held, known = Meanings[int](), {}
    for key in range(KEYS):
        known[f"article {key}"] = unit(PLACES[key][None])[0]
        held.put(key, f"article {key}")
    for number in range(KEYS * each):
        known[f"question {number}"] = question(number % KEYS, chance)
        held.keep(number, f"question {number}", number % KEYS)
    read(held, known)
    return held, known


def settled(held: Meanings[int]) -> None:
    for _ in held.settle():
        pass


@pytest.mark.parametrize("each", [4, 12])
def test_what_every_question_has_counts_less(each: int) -> None:
    chance = np.random.default_rng(8)
    held, _ = filled(each, chance)
    asked = [(question(key, chance), key) for key in range(KEYS) for _ in range(40)]

    def right() -> int:
        return sum(next(iter(held.judge(vector)), None) == key for vector, key in asked)
    before = right()
    settled(held)
    assert right() > before + 0.05 * len(asked)


def test_few_questions_leave_cosines_as_they_are() -> None:
    held, known = filled(3, np.random.default_rng(8))
    before = held.judge(known["question 5"])
    settled(held)
    assert held.judge(known["question 5"]) == before
    empty = Meanings[int]()
    settled(empty)
    assert empty.judge(known["question 5"]) == {}


@pytest.mark.parametrize("several", [True, False])
def test_a_question_is_judged_as_if_the_space_had_not_seen_it(several: bool) -> None:
    chance = np.random.default_rng(2)
    owners = np.arange(40) % KEYS if several else np.arange(40)
    questions = np.stack([question(key % KEYS, chance) for key in owners.tolist()])
    space = finished(learned(questions, owners, PLACES))
    assert space.within is several
    at = 11
    others = questions[(owners == owners[at]) & (np.arange(40) != at)]
    middles = np.stack([questions[owners == owner].mean(axis=0) if several else space.middle for owner in owners])
    apart = questions - middles
    if several:
        apart[owners == owners[at]] = questions[owners == owners[at]] - others.mean(axis=0)
    scatter = np.delete(apart, at, axis=0)
    inner = np.linalg.inv(space.worth * scatter.T @ scatter + 4.0 * np.eye(SIZE))
    wanted = inner @ (questions[at] - space.middle)
    found = space.unlearned(space.seen(questions[at]), questions[at], others)
    assert found == pytest.approx(wanted, rel=1e-3, abs=1e-4)


def test_vectors_that_mean_nothing_are_not_believed_because_they_were_learned() -> None:
    """Of questions without any sense the right article must not come out better than by chance."""
    chance, held, known = np.random.default_rng(9), Meanings[int](), {}
    for key in range(KEYS):
        known[f"article {key}"] = unit(chance.standard_normal((1, 64)).astype(np.float32))[0]
        held.put(key, f"article {key}")
    for number in range(120):
        known[f"question {number}"] = unit(chance.standard_normal((1, 64)).astype(np.float32))[0]
        held.keep(number, f"question {number}", number % KEYS)
    read(held, known)
    settled(held)
    told = [held.foretell(number, known[f"question {number}"], alone=False) for number in range(120)]
    right = sum(max(each, key=lambda key: each[key]) == number % KEYS for number, each in enumerate(told))
    assert right < 0.3 * 120


def test_what_changes_while_it_settles_is_measured_too() -> None:
    chance, held_chance = random.Random(1), np.random.default_rng(3)
    held, known = filled(10, held_chance)
    for step, _ in enumerate(held.settle()):
        key = chance.randrange(KEYS)
        number = 1_000 + step
        known[f"question {number}"] = question(key, held_chance)
        held.keep(number, f"question {number}", key)
        if step == 4:
            held.drop(3)
        if step == 6:
            known["new"] = unit(PLACES[3][None] + 1)[0]
            held.put(99, "new")
        read(held, known)
    found = held.judge(known["question 1001"])
    sizes, lengths = held._sizes.copy(), held._lengths.copy()
    for key in list(held._slots):
        held._measure(key)
        rows = held._rows_of(key)
        assert held._sizes[rows] == pytest.approx(held._space.lengths(held._past[rows] - held._space.middle), abs=1e-5)
    assert sizes.tolist() == held._sizes.tolist()
    assert lengths[list(held._slots.values())] == pytest.approx(held._lengths[list(held._slots.values())], abs=1e-5)
    assert held.judge(known["question 1001"]) == pytest.approx(found, abs=1e-5) and 3 not in found


def test_plain_is_the_cosine() -> None:
    one, other = (unit(CHANCE.standard_normal((1, SIZE)).astype(np.float32))[0] for _ in range(2))
    space = plain(SIZE)
    assert float(space.seen(one) @ other) == pytest.approx(float(one @ other))
    assert space.lengths(np.stack([one, other])) == pytest.approx([1, 1])
    assert space.unlearned(space.seen(one), one, other[None]) == pytest.approx(one)
