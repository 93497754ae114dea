"""Runs of letters as numbers, many texts at a time: what survives a typing error that a word does not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Codes: TypeAlias = NDArray[np.uint16]
Slots: TypeAlias = NDArray[np.int64]

GRAM = 4  #: letters in a run
_BITS = 20  #: a run's number has so many; two runs of one question meet by chance once in some thousand questions
_PRIME = 0x9E3779B1


def coded(spaced: str) -> Codes:
    """The letters of a text as numbers; a letter beyond the first plane is two of them."""
    return np.frombuffer(spaced.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)


def numbered(codes: Codes, size: int = GRAM, bits: int = _BITS) -> Slots:
    """The number of the run that starts at each letter; empty for a text shorter than a run."""
    count = len(codes) - size + 1
    if count <= 0:
        return np.zeros(0, dtype=np.int64)
    wide = codes.astype(np.uint32)
    found = wide[:count]
    for at in range(1, size):
        found = found * np.uint32(31_415_927) + wide[at : at + count]
    return ((found * np.uint32(_PRIME)) >> np.uint32(32 - bits)).astype(np.int64)


class Counter:
    """Counts the runs of a question in several texts. Keeps one table, so a question costs no memory."""

    def __init__(self) -> None:
        self._table = np.zeros(1 << _BITS, dtype=np.int16)

    def count(self, asked: Codes, texts: Sequence[Codes]) -> NDArray[np.int64]:
        """How often each different run of the question stands in each text: texts x runs."""
        runs = np.unique(numbered(asked))[: np.iinfo(np.int16).max - 1]
        wide = len(runs) + 1
        self._table[runs] = np.arange(1, wide, dtype=np.int16)
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        found = self._table[numbered(np.concatenate(texts))].astype(np.int64) if lengths.sum() >= GRAM else runs[:0]
        self._table[runs] = 0
        ends = np.cumsum(lengths)
        for back in range(1, GRAM):  # a run that reaches into the next text is none
            across = ends - back
            found[across[(across >= 0) & (across < len(found))]] = 0
        owner = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)[: len(found)]
        counts = np.bincount(owner * wide + found, minlength=wide * len(texts))
        return counts.reshape(len(texts), wide)[:, 1:]
