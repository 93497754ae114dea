"""Gathers questions that are like each other, one at a time. Pure; each meets a bounded number of clusters."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TypeVar

from knowledge.tokens import telling, words

K = TypeVar("K")
LIKE = 0.45  #: cosine from which a question belongs to a cluster
_STEMS = 24  #: of a question
_KEPT = 40  #: stems of a cluster
MOST = 500  #: clusters that a question is compared with
_CHARS = 1_000
_SHORT, _LONG = 80, 0.002  #: of a title: characters from which each one more costs so much likeness
_MARKED = 0.15  #: of likeness that a mark in place of something personal costs a title


def stems(text: str) -> frozenset[str]:
    """What a question is compared by; empty when it says nothing."""
    found = dict.fromkeys(each for each in telling(words(text[:_CHARS])) if len(each) > 1 and not each.isdigit())
    return frozenset(list(found)[:_STEMS])


def nearest(asked: frozenset[str], clusters: Iterable[tuple[K, Mapping[str, float]]]) -> K | None:
    """The cluster most like the question, when one is like it enough."""
    best, found = LIKE, None
    for key, weights in clusters:
        alike = likeness(asked, weights)
        if alike >= best:
            best, found = alike, key
    return found


def likeness(asked: frozenset[str], weights: Mapping[str, float]) -> float:
    """Cosine of a question's stems and a cluster's weights."""
    length = math.sqrt(len(asked) * sum(each * each for each in weights.values()))
    return sum(weights.get(each, 0.0) for each in asked) / length if length else 0.0


def clearest(texts: Iterable[str], weights: Mapping[str, float]) -> str:
    """The question that says best what all of them ask: most like them, not long, with nothing taken out of it. Of
    equals the first."""
    def clear(text: str) -> float:
        return likeness(stems(text), weights) - _LONG * max(0, len(text) - _SHORT) - _MARKED * ("[" in text)
    return max(texts, key=clear)


def grown(weights: Mapping[str, float], count: int, asked: frozenset[str]) -> dict[str, float]:
    """A cluster's weights after one more question: of how many of its questions a stem is part."""
    made = {each: weight * count / (count + 1) for each, weight in weights.items()}
    for each in asked:
        made[each] = made.get(each, 0.0) + 1 / (count + 1)
    best = sorted(made.items(), key=lambda pair: (-pair[1], pair[0]))[:_KEPT]
    return {each: round(weight, 4) for each, weight in best}
