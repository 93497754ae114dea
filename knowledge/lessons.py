"""Learns from resolved contacts which article answers which kind of question: class centroids, corrected where they
err. A contact counts at once; nothing is trained apart. Pure."""

from __future__ import annotations

import heapq
import math
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from knowledge.index import BACKGROUND
from knowledge.tokens import Question, features

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_MARGIN = 0.3  #: by so much the right article is to lead
_DOUBTED = 0.1  #: a rival that leads by more than this makes the label doubtful; nothing is corrected for it
_SHARED, _LIKELY = 160, 100  #: articles
_FEATURES = 300  #: the rarest of a long question
_CALM = 1.0  #: the higher, the smaller a correction


class Lessons(Generic[K]):
    """What past questions taught. One question costs well under a millisecond to learn or to judge."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}  #: feature -> past questions that have it
        self._count = 0
        self._slots: dict[K, int] = {}
        self._keys: list[K | None] = []  #: by slot
        self._squares: list[float] = []  #: by slot, squared length of its weights
        self._learned: list[int] = []  #: by slot, questions
        self._weights: dict[str, dict[int, float]] = {}  #: feature -> slot -> weight
        self._trust: dict[str, float] = {}  #: feature -> how far its weights may still move, 1 at first

    def __len__(self) -> int:
        return self._count

    def learned(self, key: K) -> int:
        """From how many questions an article is known."""
        slot = self._slots.get(key)
        return 0 if slot is None else self._learned[slot]

    def teach(self, examples: Sequence[tuple[Question, K]]) -> Iterator[None]:
        """Learn many, a little at each step of the iterator (it must be run to its end): better than one by one,
        because every word's rarity is known first, and because the examples are mixed."""
        found = []
        for question, key in examples:
            found.append((features(question), self._slot(key)))
            self._meet(found[-1][0])
            yield
        mixed = []
        for each, slot in _mixed(found):
            mixed.append((self._vector(each), slot))
            self._gather(*mixed[-1])
            yield
        for vector, slot in mixed:
            self._correct(vector, slot)
            yield

    def learn(self, question: Question, key: K) -> None:
        """Learn one."""
        found, slot = features(question), self._slot(key)
        self._meet(found)
        vector = self._vector(found)
        self._gather(vector, slot)
        self._correct(vector, slot)

    def forget(self, key: K) -> None:
        """An article is gone."""
        slot = self._slots.pop(key, None)
        if slot is not None:
            self._keys[slot] = None
            for weights in self._weights.values():
                weights.pop(slot, None)

    def judge(self, question: Question) -> dict[K, float]:
        """How well the question fits what each article was given for: about -1..1, 1 = like every one of them."""
        found = self._scores(self._vector(features(question)))
        return {key: score for slot, score in found.items() if (key := self._keys[slot]) is not None}

    def _slot(self, key: K) -> int:
        slot = self._slots.get(key)
        if slot is None:
            slot = self._slots[key] = len(self._keys)
            self._keys.append(key)
            self._squares.append(0.0)
            self._learned.append(0)
        return slot

    def _meet(self, found: Iterable[str]) -> None:
        self._count += 1
        for each in found:
            self._texts[each] = self._texts.get(each, 0) + 1

    def _vector(self, found: Iterable[str]) -> dict[str, float]:
        """TF-IDF of length 1, of the rarest features."""
        texts, all_texts = self._texts, self._count + BACKGROUND
        # Sorted, so that sums of floats come out the same in every process.
        pairs = [(math.log(1 + all_texts / (texts.get(each, 0) + 0.5)), each) for each in sorted(found)]
        if len(pairs) > _FEATURES:
            pairs = heapq.nlargest(_FEATURES, pairs)
        length = math.sqrt(sum(weight * weight for weight, _ in pairs)) or 1.0
        return {each: weight / length for weight, each in pairs}

    def _scores(self, vector: dict[str, float]) -> dict[int, float]:
        sums = [0.0] * len(self._keys)
        shared = []
        for each, value in vector.items():
            weights = self._weights.get(each)
            if not weights:
                continue
            if len(weights) > _SHARED:
                shared.append((value, weights))
                continue
            for slot, weight in weights.items():
                sums[slot] += value * weight
        squares = self._squares
        found = {slot: total / math.sqrt(squares[slot]) for slot, total in enumerate(sums) if total}
        if shared and found:
            # What a great many articles have in common finds none of them; it only tells the likely ones apart.
            likely = heapq.nlargest(_LIKELY, found, key=found.__getitem__)
            found = {slot: found[slot] + sum(value * weights.get(slot, 0.0) for value, weights in shared)
                     / math.sqrt(squares[slot]) for slot in likely}
        return found

    def _gather(self, vector: dict[str, float], slot: int) -> None:
        square = self._squares[slot]
        for each, value in vector.items():
            weights = self._weights.setdefault(each, {})
            before = weights.get(slot, 0.0)
            weights[slot] = before + value
            square += value * (2 * before + value)
        self._squares[slot] = max(square, 1e-9)
        self._learned[slot] += 1

    def _correct(self, vector: dict[str, float], slot: int) -> None:
        """Where another article comes too near, move both, least where much was learned before (AROW, Crammer 2009)."""
        scores = self._scores(vector)
        right = scores.pop(slot, 0.0)
        if not scores:
            return
        rival = max(scores, key=scores.__getitem__)
        lack = _MARGIN - (right - scores[rival])
        if lack <= 0 or scores[rival] - right > _DOUBTED:
            return
        trust = self._trust
        unsure = 2 * sum(trust.get(each, 1.0) * value * value for each, value in vector.items())
        rate = 1 / (unsure + _CALM)
        up, down = lack * rate * math.sqrt(self._squares[slot]), lack * rate * math.sqrt(self._squares[rival])
        for each, value in vector.items():
            firm = trust.get(each, 1.0)
            weights = self._weights[each]
            weights[slot] = weights.get(slot, 0.0) + up * firm * value
            weights[rival] = weights.get(rival, 0.0) - down * firm * value
            trust[each] = firm - rate * firm * firm * value * value


def _mixed(examples: Sequence[T]) -> Iterator[T]:
    """The same, mixed in a fixed way: files come sorted by article, and a run of one article teaches badly."""
    count = len(examples)
    step = next(each for each in range(max(1, int(count * 0.618)), count + 2) if math.gcd(each, max(1, count)) == 1)
    return (examples[at * step % count] for at in range(count))
