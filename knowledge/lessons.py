"""Learns from resolved contacts which article answers which kind of question: class centroids, corrected where they
err. A contact counts at once; nothing is trained apart. Pure."""

from __future__ import annotations

import heapq
import math
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from knowledge.index import BACKGROUND
from knowledge.tokens import features

K = TypeVar("K", bound=Hashable)

_MARGIN = 0.3  #: by so much the right article is to lead
_DOUBTED = 0.1  #: a rival that leads by more than this makes the label doubtful; nothing is corrected for it
_SHARED, _LIKELY = 300, 100  #: articles
_CALM = 1.0  #: the higher, the smaller a correction


class Lessons(Generic[K]):
    """What past questions taught. One question costs well under a millisecond to learn or to judge."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}  #: feature -> past questions that have it
        self._count = 0
        self._weights: dict[str, dict[K, float]] = {}
        self._squares: dict[K, float] = {}  #: squared length of each article's weights
        self._learned: dict[K, int] = {}
        self._trust: dict[str, float] = {}  #: feature -> how far its weights may still move, 1 at first

    def __len__(self) -> int:
        return self._count

    def learned(self, key: K) -> int:
        """From how many questions an article is known."""
        return self._learned.get(key, 0)

    def teach(self, examples: Sequence[tuple[str, K]]) -> Iterator[None]:
        """Learn many, a little at each step of the iterator (it must be run to its end): better than one by one,
        because every word's rarity is known first, and because the examples are mixed."""
        found = []
        for question, key in examples:
            found.append((features(question), key))
            yield
        for each, _ in found:
            self._meet(each)
        yield
        mixed = list(_mixed([(self._vector(each), key) for each, key in found]))
        yield
        for vector, key in mixed:
            self._gather(vector, key)
        for vector, key in mixed:
            yield
            self._correct(vector, key)

    def learn(self, question: str, key: K) -> None:
        """Learn one."""
        found = features(question)
        self._meet(found)
        vector = self._vector(found)
        self._gather(vector, key)
        self._correct(vector, key)

    def forget(self, key: K) -> None:
        """An article is gone."""
        if self._learned.pop(key, None) is not None:
            del self._squares[key]
            for weights in self._weights.values():
                weights.pop(key, None)

    def judge(self, question: str) -> dict[K, float]:
        """How well the question fits what each article was given for: about -1..1, 1 = like every one of them."""
        return self._scores(self._vector(features(question)))

    def _meet(self, found: Iterable[str]) -> None:
        self._count += 1
        for each in found:
            self._texts[each] = self._texts.get(each, 0) + 1

    def _vector(self, found: Iterable[str]) -> dict[str, float]:
        """TF-IDF of length 1."""
        texts, all_texts = self._texts, self._count + BACKGROUND
        # Sorted, so that sums of floats come out the same in every process.
        vector = {each: math.log(1 + all_texts / (texts.get(each, 0) + 0.5)) for each in sorted(found)}
        length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
        return {each: weight / length for each, weight in vector.items()}

    def _scores(self, vector: dict[str, float]) -> dict[K, float]:
        sums: dict[K, float] = {}
        get = sums.get
        shared = []
        for each, value in vector.items():
            weights = self._weights.get(each)
            if not weights:
                continue
            if len(weights) > _SHARED:
                shared.append((value, weights))
                continue
            for key, weight in weights.items():
                sums[key] = get(key, 0.0) + value * weight
        squares = self._squares
        if shared and sums:
            # What a great many articles have in common finds none of them; it only tells the likely ones apart.
            likely = heapq.nlargest(_LIKELY, sums, key=lambda key: sums[key] / math.sqrt(squares[key]))
            sums = {key: sums[key] + sum(value * weights.get(key, 0.0) for value, weights in shared) for key in likely}
        return {key: total / math.sqrt(squares[key]) for key, total in sums.items()}

    def _gather(self, vector: dict[str, float], key: K) -> None:
        square = self._squares.get(key, 0.0)
        for each, value in vector.items():
            weights = self._weights.setdefault(each, {})
            before = weights.get(key, 0.0)
            weights[key] = before + value
            square += value * (2 * before + value)
        self._squares[key] = max(square, 1e-9)
        self._learned[key] = self._learned.get(key, 0) + 1

    def _correct(self, vector: dict[str, float], key: K) -> None:
        """Where another article comes too near, move both, least where much was learned before (AROW, Crammer 2009)."""
        scores = self._scores(vector)
        right = scores.pop(key, 0.0)
        if not scores:
            return
        most = max(scores.values())
        rival = min((each for each, score in scores.items() if score == most), key=str)
        lack = _MARGIN - (right - most)
        if lack <= 0 or most - right > _DOUBTED:
            return
        trust = self._trust
        unsure = 2 * sum(trust.get(each, 1.0) * value * value for each, value in vector.items())
        rate = 1 / (unsure + _CALM)
        up, down = lack * rate * math.sqrt(self._squares[key]), lack * rate * math.sqrt(self._squares[rival])
        for each, value in vector.items():
            firm = trust.get(each, 1.0)
            weights = self._weights[each]
            weights[key] = weights.get(key, 0.0) + up * firm * value
            weights[rival] = weights.get(rival, 0.0) - down * firm * value
            trust[each] = firm - rate * firm * firm * value * value


def _mixed(examples: Sequence[tuple[dict[str, float], K]]) -> Iterator[tuple[dict[str, float], K]]:
    """The same, mixed in a fixed way: files come sorted by article, and a run of one article teaches badly."""
    count = len(examples)
    step = next(each for each in range(max(1, int(count * 0.618)), count + 2) if math.gcd(each, max(1, count)) == 1)
    return (examples[at * step % count] for at in range(count))
