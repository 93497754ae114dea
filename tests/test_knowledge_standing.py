"""Where asked words stand tells texts apart that have the same words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.standing import Asked, Lookup
from knowledge.suggest import Article, Engine

FILLING = "the office on the second floor keeps papers of every year and sends copies by post when somebody asks "
TOLD_APART = {
    "what a text begins with": (
        "water meter",
        ("", "The water meter is read twice a year. " + FILLING * 4),
        ("", FILLING * 4 + "The water meter is read twice a year.")),
    "words side by side": (
        "parking permit",
        ("", FILLING + "a parking permit costs nothing for residents and may be renewed"),
        ("", FILLING + "a permit for residents costs nothing and may be renewed for parking")),
    "a title that is named whole": (
        "building permit",
        ("Building permit", FILLING), ("Building permit refusal appeal hearing", FILLING)),
    "Persian, with and without half-spaces": (
        "پروانه ساختمان",
        ("", "پروانه‌ ساختمان را شهرداری می‌دهد. " + "نشانی دفتر در پایین همین برگه آمده است. " * 6),
        ("", "نشانی دفتر در پایین همین برگه آمده است. " * 6 + "پروانه‌ ساختمان را شهرداری می‌دهد.")),
}


@pytest.mark.parametrize("label", TOLD_APART)
@pytest.mark.parametrize("turned", [False, True])
def test_where_words_stand_tells_texts_apart(label: str, turned: bool) -> None:
    question, better, worse = TOLD_APART[label]
    engine: Engine[int] = Engine()
    both = [(1, worse), (2, better)] if turned else [(2, better), (1, worse)]
    for number, (title, body) in both:
        engine.put(Article(id=number, title=title, body=body))
    first, second = engine.suggest(question)
    assert (first.id, second.id) == (2, 1) and first.score > second.score


NUMBERS = st.lists(st.integers(0, 7), max_size=30)


def _reckoned(asked: Sequence[Asked], text: Sequence[int], title: Sequence[int]) -> float:
    """The same, as one would by hand."""
    word = [next((at for at, each in enumerate(asked) if number in each.means), None) for number in text]
    whole = sum(each.telling for each in asked)
    early = sum(each.telling * 20 / (20 + word.index(at)) for at, each in enumerate(asked) if at in word)
    pairs = [min(one.telling, other.telling) for one, other in itertools.pairwise(asked)]
    beside = {min(word[at], word[at + step])  # type: ignore[type-var]
              for step in (1, 2) for at in range(len(word) - step)
              if word[at] is not None and word[at + step] is not None and abs(word[at] - word[at + step]) == 1}  # type: ignore[operator]
    means = {number for each in asked for number in each.means}
    named = sum(number in means for number in title) / len(title) if title else 0
    return (0.3 * early / whole + 0.2 * (sum(pairs[at] for at in beside) / sum(pairs) if pairs else 0) + 0.1 * named)  # type: ignore[index]


@given(st.lists(st.lists(st.integers(0, 5), max_size=3, unique=True), min_size=1, max_size=5),
       st.lists(st.tuples(NUMBERS, st.lists(st.integers(0, 7), max_size=4, unique=True)), min_size=1, max_size=4))
def test_against_a_plain_reckoning(means: list[list[int]], texts: list[tuple[list[int], list[int]]]) -> None:
    asked = [Asked(means=tuple(each), telling=1.0 + at) for at, each in enumerate(means)]
    told = Lookup().told(asked, [np.array(text, dtype=np.uint32) for text, _ in texts],
                         [np.array(title, dtype=np.uint32) for _, title in texts], lambda terms: np.ones(len(terms)))
    assert told.tolist() == pytest.approx([_reckoned(asked, text, title) for text, title in texts])


def test_places_are_bounded() -> None:
    engine: Engine[int] = Engine()
    engine.put(Article(id=1, title="long", body="word " * 30_000 + "needle"))
    engine.put(Article(id=2, title="long", body="needle " + "word " * 30_000))
    many = " ".join(f"w{number}" for number in range(400)) + " needle"
    assert engine.suggest("needle " + many)[0].id == 2
    assert engine.suggest("needle")[0].id == 2
