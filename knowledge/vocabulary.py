"""Finds the known words that a misspelt one may mean. Pure."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from knowledge.tokens import owned

_LIKE = 0.5  #: least likeness (Dice of letter pairs, 0..1) that counts
_CERTAIN = 0.95  #: a word with a possessive of several letters is no misspelling
_AT_MOST = 8  #: known words taken for one unknown
_SHORTEST = 3
_LONGER = 2  #: letters more or fewer
_COMPARED = 8  #: those that look most alike are compared exactly
_ADD_UP = np.uint32(0x01010101)  #: the highest byte of the product is the sum of all four
_WIDE = 4  #: 64-bit words of a mark, one bit for a letter pair
_BITS = 64 * _WIDE
_LOOSE = 0.1  #: pairs may share a bit, so that marks are compared by so much less strictly
_PAIRS = 24  #: of a word that are compared; longer ones differ in their first half or not at all
_NONE, _NO_OTHER = 0, 1  #: in place of pairs that a known word, and one that is looked for, does not have

Marks: TypeAlias = NDArray[np.uint64]
Numbers: TypeAlias = NDArray[np.int64]
Shorts: TypeAlias = NDArray[np.uint16]


def _pairs(word: str) -> list[int]:
    """Different pairs of neighbours, both ends included, as numbers that no two pairs of one script share."""
    framed = f"^{word[:_PAIRS]}$"
    codes = framed.encode("utf-16-le", "surrogatepass")
    letters = array("H", codes).tolist()
    return list({(one * 40_503 + other) % 65_534 + 2: None for one, other in pairwise(letters)})[:_PAIRS]


def _mark(pairs: Sequence[int]) -> list[int]:
    """The pairs as bits, so that many words are compared in one go."""
    whole = 0
    for pair in pairs:
        whole |= 1 << pair % _BITS
    return [whole >> (64 * at) & 0xFFFF_FFFF_FFFF_FFFF for at in range(_WIDE)]


def _ends(word: str) -> tuple[str, ...]:
    """Both ends of a word, short and long: one typing error leaves one of the halves as it was."""
    return (f"^{word[:2]}", f"^{word[:3]}", f"{word[-2:]}$", f"{word[-3:]}$")


class Vocabulary:
    """The words of an index. Adding one costs microseconds, and so does looking for the likes of one."""

    def __init__(self) -> None:
        self._with: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self._words: list[str] = []
        self._numbers: dict[str, int] = {}
        self._free: list[int] = []
        self._marks: Marks = np.zeros((64, _WIDE), dtype=np.uint64)
        self._pairs: Shorts = np.zeros((64, _PAIRS), dtype=np.uint16)
        self._often: NDArray[np.int16] = np.zeros(64, dtype=np.int16)  #: how many pairs a word has
        self._letters: NDArray[np.int32] = np.zeros(64, dtype=np.int32)

    def __contains__(self, word: str) -> bool:
        return word in self._numbers

    def add(self, word: str) -> None:
        """Make a word known that was not. A number that differs is another number, no typing error."""
        if word in self._numbers or any(char.isdigit() for char in word):
            return
        number = self._free.pop() if self._free else len(self._words)
        if number == len(self._words):
            self._words.append(word)
            if number == len(self._often):
                self._grow()
        self._words[number] = word
        self._numbers[word] = number
        pairs = _pairs(word)
        self._marks[number] = _mark(pairs)
        self._pairs[number] = pairs + [_NONE] * (_PAIRS - len(pairs))
        self._often[number], self._letters[number] = len(pairs), len(word)
        for end in _ends(word):
            self._with[end].append(number)

    def _grow(self) -> None:
        self._marks = np.concatenate([self._marks, np.zeros_like(self._marks)])
        self._pairs = np.concatenate([self._pairs, np.zeros_like(self._pairs)])
        self._often = np.concatenate([self._often, np.zeros_like(self._often)])
        self._letters = np.concatenate([self._letters, np.zeros_like(self._letters)])

    def drop(self, word: str) -> None:
        """Forget a word that stands in no text any more."""
        number = self._numbers.pop(word, None)
        if number is None:
            return
        for end in _ends(word):
            self._with[end].remove(number)
            if not self._with[end]:
                del self._with[end]
        self._words[number] = ""
        self._free.append(number)

    def near(self, word: str) -> list[tuple[str, float]]:
        """Known words like this one with their likeness, the best first, ties by the word."""
        return self.near_each([word])[0]

    def near_each(self, words: Sequence[str]) -> list[list[tuple[str, float]]]:
        """The same for several words, which takes little longer than for one."""
        return [self._with_owned(word, likes) for word, likes in zip(words, self._alike(words), strict=True)]

    def _with_owned(self, word: str, likes: list[tuple[str, float]]) -> list[tuple[str, float]]:
        """And the known word that it is with a possessive; where that is certain, it alone."""
        bare, like = next(((bare, like) for bare, like in owned(word) if bare in self._numbers), ("", 0.0))
        if not bare or like >= _CERTAIN:
            return [(bare, like)] if bare else likes
        both = {**dict(likes), bare: max(like, dict(likes).get(bare, 0.0))}
        return sorted(both.items(), key=lambda each: (-each[1], each[0]))[:_AT_MOST]

    def _alike(self, words: Sequence[str]) -> list[list[tuple[str, float]]]:
        found: list[list[tuple[str, float]]] = [[] for _ in words]
        halves = [self._halves(word) for word in words]
        places = [place for place, some in enumerate(halves) if some]
        if not places:
            return found
        among = [number for place in places for number in halves[place]]
        looked = [(len(words[place]), _pairs(words[place])) for place in places]
        owners = np.repeat(np.arange(len(places)), [sum(map(len, halves[place])) for place in places])
        numbers, owners = self._likely(looked, np.concatenate(among), owners)
        likes: list[dict[str, float]] = [{} for _ in places]
        like = self._like(looked, numbers, owners)
        for number, owner, much in zip(numbers.tolist(), owners.tolist(), like.tolist(), strict=True):
            if much >= _LIKE:
                likes[owner][self._words[number]] = much
        for place, alike in zip(places, likes, strict=True):
            found[place] = sorted(alike.items(), key=lambda each: (-each[1], each[0]))[:_AT_MOST]
        return found

    def _halves(self, word: str) -> list[NDArray[np.uint32]]:
        """Known words that have one end with this one in common."""
        if len(word) < _SHORTEST or any(char.isdigit() for char in word):
            return []
        short, long, tail, long_tail = _ends(word)
        return [np.frombuffer(self._with[half], dtype=np.uint32)
                for half in ((long, long_tail) if len(word) > 5 else (short, tail)) if half in self._with]

    def _likely(self, looked: Sequence[tuple[int, list[int]]], numbers: NDArray[np.uint32], owners: Numbers,
                ) -> tuple[NDArray[np.uint32], Numbers]:
        """For each word those whose marks look most alike, a few more than are wanted."""
        size = np.array([letters for letters, _ in looked], dtype=np.int32)
        sized = np.abs(self._letters[numbers] - size[owners]) <= _LONGER
        numbers, owners = numbers[sized], owners[sized]
        own = np.array([len(pairs) for _, pairs in looked], dtype=np.int16)
        marks = np.array([_mark(pairs) for _, pairs in looked], dtype=np.uint64)
        counts = np.bitwise_count(self._marks[numbers] & marks[owners])
        shared = (counts.view(np.uint32).ravel() * _ADD_UP >> np.uint32(24)).astype(np.int16)
        like = 2 * shared / (self._often[numbers] + own[owners])
        good = np.flatnonzero(like >= _LIKE - _LOOSE)
        ends = np.searchsorted(owners[good], np.arange(len(looked) + 1)).tolist()
        some = [_best(good[start:end], like) for start, end in pairwise(ends)]
        chosen = np.concatenate(some)
        return numbers[chosen], owners[chosen]

    def _like(self, looked: Sequence[tuple[int, list[int]]], numbers: NDArray[np.uint32], owners: Numbers,
              ) -> NDArray[np.float64]:
        """How like its word each of these is."""
        wide = max(len(pairs) for _, pairs in looked)
        asked = np.array([pairs + [_NO_OTHER] * (wide - len(pairs)) for _, pairs in looked], dtype=np.uint16)
        both = self._pairs[numbers][:, :, None] == asked[owners][:, None, :]
        shared = np.count_nonzero(both, axis=(1, 2))  # a pair stands once in either
        own = np.array([len(pairs) for _, pairs in looked])
        like: NDArray[np.float64] = 2 * shared / (self._often[numbers] + own[owners])
        return like


def _best(good: Numbers, like: NDArray[np.float64]) -> Numbers:
    """Equals stay together: what is found must not hang on the order of arrival."""
    if len(good) <= _COMPARED:
        return good
    alike = like[good]
    best: Numbers = good[alike >= np.partition(alike, -_COMPARED)[-_COMPARED]][: 10 * _COMPARED]
    return best
