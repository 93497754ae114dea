"""Runs of letters as numbers, many texts at a time: what survives a typing error that a word does not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from knowledge.postings import TOP, norm

Codes: TypeAlias = NDArray[np.uint16]
Slots: TypeAlias = NDArray[np.int64]

GRAM = 4  #: letters in a run
_BITS = 20  #: a run's number has so many; two runs of one question meet by chance once in some thousand questions
_REST = 4  #: the last so many are looked at where the first are met: a table of these stays near the processor
_PRIME = 0x9E3779B1
_COMMON = 0.5  #: what a run of letters weighs that every compared text has


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


@dataclass(frozen=True, slots=True)
class Cut:
    """The runs of a text in order, their numbers in two pieces: most questions have none of a text's first pieces."""

    loose: NDArray[np.uint16]
    rest: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.loose)


def cut(spaced: str) -> Cut:
    """A text as `Counter` compares it; three bytes a letter."""
    numbers = numbered(coded(spaced))
    return Cut((numbers >> _REST).astype(np.uint16), (numbers & ((1 << _REST) - 1)).astype(np.uint8))


class Counter:
    """Counts the runs of a question in several texts. Keeps two tables, so a question costs no memory."""

    def __init__(self) -> None:
        self._table = np.zeros(1 << _BITS, dtype=np.int16)
        self._likely = np.zeros(1 << (_BITS - _REST), dtype=np.bool_)

    def scores(self, asked: Codes, texts: Sequence[Cut]) -> list[float]:
        """How much each text has of the question's runs, as BM25 has it; rare among these texts weighs more."""
        counts = self.count(asked, texts).astype(np.float64)
        lengths = np.array([len(text) + GRAM - 1 for text in texts], dtype=np.float64)
        norms = norm(lengths / (lengths.sum() / len(texts)))[:, None]
        there = np.count_nonzero(counts, axis=0)
        weights = _COMMON + np.log(1 + (len(texts) - there + 0.5) / (there + 0.5))
        weights[there == 0] = 0.0
        found: list[float] = (weights * TOP * counts / (counts + norms)).sum(axis=1).tolist()
        return found

    def count(self, asked: Codes, texts: Sequence[Cut]) -> NDArray[np.int64]:
        """How often each different run of the question stands in each text: texts x runs."""
        runs = np.sort(numbered(asked))
        runs = runs[np.append(True, runs[1:] != runs[:-1])[: len(runs)]][: np.iinfo(np.int16).max - 1]
        wide = len(runs) + 1
        hits, found = self._hits(runs, texts)
        owners = np.searchsorted(np.cumsum([len(text) for text in texts]), hits, side="right")
        counts = np.bincount(owners * wide + found, minlength=wide * len(texts))
        return counts.reshape(len(texts), wide)[:, 1:]

    def _hits(self, runs: Slots, texts: Sequence[Cut]) -> tuple[Slots, Slots]:
        """Where a run of the question starts, and which one, from 1."""
        loose = np.concatenate([text.loose for text in texts])
        self._likely[runs >> _REST] = True
        hits = np.flatnonzero(self._likely[loose])
        self._likely[runs >> _REST] = False
        rest = np.concatenate([text.rest for text in texts])[hits]
        self._table[runs] = np.arange(1, len(runs) + 1, dtype=np.int16)
        found = self._table[(loose[hits].astype(np.int64) << _REST) | rest].astype(np.int64)
        self._table[runs] = 0
        there = np.flatnonzero(found)
        return hits[there], found[there]
