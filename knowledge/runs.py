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
_LOOSE = 16  #: so many of them are looked at first: a table of their size stays near the processor
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
        self._likely = np.zeros(1 << _LOOSE, dtype=np.bool_)

    def count(self, asked: Codes, texts: Sequence[Codes]) -> NDArray[np.int64]:
        """How often each different run of the question stands in each text: texts x runs."""
        runs = np.unique(numbered(asked))[: np.iinfo(np.int16).max - 1]
        wide = len(runs) + 1
        self._table[runs] = np.arange(1, wide, dtype=np.int16)
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        hits, found = self._hits(runs, np.concatenate(texts)) if lengths.sum() >= GRAM else (runs[:0], runs[:0])
        self._table[runs] = 0
        ends = np.cumsum(lengths)
        owners = np.searchsorted(ends, hits, side="right")
        inside = hits + GRAM <= ends[owners]  # a run that reaches into the next text is none
        counts = np.bincount((owners * wide + found)[inside], minlength=wide * len(texts))
        return counts.reshape(len(texts), wide)[:, 1:]

    def _hits(self, runs: Slots, codes: Codes) -> tuple[Slots, Slots]:
        """Where a run of the question starts, and which one, from 1."""
        every = numbered(codes)
        loose = runs >> (_BITS - _LOOSE)
        self._likely[loose] = True
        hits = np.flatnonzero(self._likely[every >> (_BITS - _LOOSE)])
        self._likely[loose] = False
        found = self._table[every[hits]].astype(np.int64)
        there = np.flatnonzero(found)
        return hits[there], found[there]
