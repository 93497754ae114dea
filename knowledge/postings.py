"""Where one word stands, as arrays that grow in place and are read in one go. Pure."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Scores: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = NDArray[np.int64]
Meaning: TypeAlias = "tuple[Posting, float]"

_K1, _B = 1.2, 0.75  #: of BM25
TOP = _K1 + 1


class Posting:
    """Where one word stands: texts by rising number, and how much it counts in each. The word has a number itself."""

    __slots__ = ("counts", "number", "texts")

    def __init__(self, number: int) -> None:
        self.number = number
        self.texts = array("I")
        self.counts = array("f")

    def __len__(self) -> int:
        return len(self.texts)

    def add(self, number: int, count: float) -> None:
        """Numbers mostly rise; one that a removed text had is put in its place."""
        at = len(self.texts) if not self.texts or self.texts[-1] < number else bisect_left(self.texts, number)
        self.texts.insert(at, number)
        self.counts.insert(at, count)

    def remove(self, number: int) -> None:
        """Forget a text that is there."""
        at = bisect_left(self.texts, number)
        del self.texts[at], self.counts[at]

    def has(self, number: int) -> bool:
        """Whether the word stands in a text."""
        at = bisect_left(self.texts, number)
        return at < len(self.texts) and self.texts[at] == number


def norm(lengths: Scores) -> Scores:
    """What texts of so many times the average length are measured against."""
    found: Scores = _K1 * (1 - _B + _B * lengths)
    return found


def gather(words: Sequence[Sequence[Meaning]], norms: Scores, scores: Scores, scratch: Scores) -> None:
    """Add the BM25 of some words to the scores, word by word; in each text the best of a word's meanings counts.
    `scratch` is all nought."""
    every, counted = array("I"), array("f")
    weights, sizes, ends = [], [], []
    for meanings in words:
        for posting, weight in meanings:
            every += posting.texts
            counted += posting.counts
            weights.append(weight * TOP)
            sizes.append(len(posting.texts))
        ends.append(len(every))
    numbers = np.frombuffer(every, dtype=np.uint32).astype(np.int64)
    counts = np.frombuffer(counted, dtype=np.float32).astype(np.float64)
    values = np.repeat(weights, sizes) * counts / (counts + norms[numbers])
    for meanings, start, end in zip(words, (0, *ends), ends, strict=False):
        some = numbers[start:end]
        if len(meanings) == 1:
            scores[some] += values[start:end]
        else:
            np.maximum.at(scratch, some, values[start:end])
            scores[some] += scratch[some]  # a text that is there twice is written twice, not added twice
            scratch[some] = 0.0


def refine(meanings: Sequence[Meaning], narrow: Numbers, norms: Scores, scores: Scores) -> None:
    """The same for these texts only."""
    best: Scores = np.zeros(len(narrow))
    for posting, weight in meanings:
        texts, counts = np.frombuffer(posting.texts, dtype=np.uint32), np.frombuffer(posting.counts, np.float32)
        at = np.minimum(np.searchsorted(texts, narrow.astype(np.uint32)), len(texts) - 1)
        there = texts[at] == narrow
        found = np.where(there, counts[at].astype(np.float64), 0.0)
        best = np.maximum(best, (weight * TOP) * found / (found + norms[narrow]))
    scores[narrow] += best


def by_key(key: Any) -> tuple[bool, Any]:
    """Keys of one kind by themselves, numbers before names."""
    return (isinstance(key, str), key)
