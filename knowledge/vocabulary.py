"""Finds the known words that a misspelt one may mean. Pure."""

from __future__ import annotations

from array import array
from collections import defaultdict
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

_LIKE = 0.5  #: least likeness (Dice of letter pairs, 0..1) that counts
_AT_MOST = 8  #: known words taken for one unknown
_SHORTEST = 3
_LONGER = 2  #: letters more or fewer
_COMPARED = 12  #: those that look most alike are compared exactly
_ADD_UP = np.uint32(0x01010101)  #: the highest byte of the product is the sum of all four
_CUT = 5_000  #: words whose pairs are kept
_WIDE = 4  #: 64-bit words of a mark, one bit for a letter pair
_BITS = 64 * _WIDE
_LOOSE = 0.1  #: pairs may share a bit, so that marks are compared by so much less strictly

Marks: TypeAlias = NDArray[np.uint64]


def _pairs(word: str) -> set[str]:
    framed = f"^{word}$"
    return {framed[at : at + 2] for at in range(len(framed) - 1)}


def _mark(pairs: set[str]) -> list[int]:
    """The pairs as bits, so that many words are compared in one go."""
    bits = [0] * _WIDE
    for pair in pairs:
        place = (ord(pair[0]) * 131 + ord(pair[1]) * 31) % _BITS
        bits[place // 64] |= 1 << place % 64
    return bits


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
        self._cut: dict[str, set[str]] = {}  #: pairs of words that were compared before
        self._marks: Marks = np.zeros((64, _WIDE), dtype=np.uint64)
        self._pairs: NDArray[np.int16] = np.zeros(64, dtype=np.int16)

    def __contains__(self, word: str) -> bool:
        return word in self._numbers

    def add(self, word: str) -> None:
        """Make a word known that was not. A number that differs is another number, no typing error."""
        if word in self._numbers or any(char.isdigit() for char in word):
            return
        number = self._free.pop() if self._free else len(self._words)
        if number == len(self._words):
            self._words.append(word)
            if number == len(self._pairs):
                self._marks = np.concatenate([self._marks, np.zeros_like(self._marks)])
                self._pairs = np.concatenate([self._pairs, np.zeros_like(self._pairs)])
        self._words[number] = word
        self._numbers[word] = number
        pairs = _pairs(word)
        self._marks[number] = _mark(pairs)
        self._pairs[number] = min(len(pairs), np.iinfo(np.int16).max)
        for end in _ends(word):
            self._with[end].append(number)

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
        size = len(word)
        if size < _SHORTEST or any(char.isdigit() for char in word):
            return []
        short, long, tail, long_tail = _ends(word)
        halves = [self._with[half] for half in ((long, long_tail) if size > 5 else (short, tail)) if half in self._with]
        if not halves:
            return []
        pairs, found = _pairs(word), []
        own = len(pairs)
        for known in self._likely(np.concatenate([np.frombuffer(half, dtype=np.uint32) for half in halves]), pairs):
            if -_LONGER <= len(known) - size <= _LONGER:
                others = self._pairs_of(known)
                like = 2 * len(pairs & others) / (own + len(others))
                if like >= _LIKE:
                    found.append((-like, known))
        found.sort()
        return [(known, -like) for like, known in found[:_AT_MOST]]

    def _pairs_of(self, known: str) -> set[str]:
        found = self._cut.get(known)
        if found is None:
            if len(self._cut) >= _CUT:
                self._cut.clear()
            found = self._cut[known] = _pairs(known)
        return found

    def _likely(self, numbers: NDArray[np.uint32], pairs: set[str]) -> set[str]:
        """Those whose marks look most alike, a few more than are wanted."""
        own = min(len(pairs), 1000)
        others = self._pairs[numbers]
        numbers = numbers[np.abs(others - own) <= 2 * _LONGER]  # a pair that stands twice counts once
        counts = np.bitwise_count(self._marks[numbers] & np.array(_mark(pairs), dtype=np.uint64))
        shared = (counts.view(np.uint32).ravel() * _ADD_UP >> np.uint32(24)).astype(np.int16)
        like = 2 * shared / (self._pairs[numbers] + np.int16(own))
        good = np.flatnonzero(like >= _LIKE - _LOOSE)
        if len(good) > _COMPARED:  # equals stay together: what is found must not hang on the order of arrival
            least = np.partition(like[good], -_COMPARED)[-_COMPARED]
            good = good[like[good] >= least][: 10 * _COMPARED]
        return {self._words[number] for number in numbers[good].tolist()}
