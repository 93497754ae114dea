"""How near vectors are as one house asks: measured from the middle of its questions, and less along the ways in which
questions of one article differ anyway. Pure."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int64]

_FIRM = 4.0  #: how much all directions count alike, in parts of the average direction
_ENOUGH = 30  #: questions from which a space is learned
_AT_ONCE = 500  #: vectors looked at in one step


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Where vectors are measured from, and how."""

    middle: Floats  #: of questions
    apart: Floats  #: of articles, which lie elsewhere than questions
    inner: Floats  #: the product of two vectors is taken through it
    within: bool  #: whether it was learned from what differs within articles, or from all that differs
    worth: float  #: what one question counted in it

    def seen(self, vector: Floats) -> Floats:
        """What others are multiplied by to be compared with a question."""
        through: Floats = self.inner @ (vector - self.middle)
        return through

    def lengths(self, centred: Floats) -> Floats:
        """Of vectors that are measured from their middle already, row by row."""
        squares: Floats = np.einsum("ij,ij->i", centred @ self.inner, centred)
        found: Floats = np.sqrt(np.maximum(squares, 0)).astype(np.float32)
        return found

    def unlearned(self, through: Floats, vector: Floats, others: Floats) -> Floats:
        """What `seen` said of a question that the space was learned from, as if it had not been (Sherman and Morrison,
        1950); `others` are the other questions of its article."""
        if self.within and not len(others):
            return through
        apart: Floats = vector - self.middle
        worth = self.worth
        if self.within:
            middle: Floats = others.mean(axis=0)
            apart = vector - middle
            worth *= len(others) / (len(others) + 1)
        turned = self.inner @ apart
        pull = min(0.9, worth * float(apart @ turned))
        back: Floats = through + turned * np.float32(worth * float(apart @ through) / (1 - pull))
        return back


def plain(size: int) -> Space:
    """Nothing learned: cosines as they are."""
    nowhere = np.zeros(size, dtype=np.float32)
    return Space(middle=nowhere, apart=nowhere, inner=np.eye(size, dtype=np.float32), within=True, worth=0.0)


def learned(questions: Floats, owners: Ints, articles: Floats) -> Generator[None, None, Space]:
    """The space of these questions, each with its article's number; `plain` while there are few. Some milliseconds
    at each step."""
    count, size = questions.shape
    if count < _ENOUGH:
        return plain(size)
    middle: Floats = questions.mean(axis=0)
    often = np.bincount(owners)
    sums = np.zeros((len(often), size), dtype=np.float32)
    for start in range(0, count, _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        np.add.at(sums, owners[some], questions[some])
        yield
    within = count - np.count_nonzero(often) >= np.count_nonzero(often)  # two of each, or there is little to see
    middles = sums / np.maximum(often, 1)[:, None].astype(np.float32)
    scatter: NDArray[np.floating[Any]] = np.zeros((size, size), dtype=np.float32)
    for start in range(0, count, _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        apart = questions[some] - middles[owners[some]] if within else questions[some] - middle
        scatter = scatter + apart.T @ apart
        yield
    worth = size / max(1e-6, float(np.trace(scatter)))
    inner = np.linalg.inv(worth * scatter + _FIRM * np.eye(size))
    yield
    return Space(middle=middle, inner=inner.astype(np.float32), within=bool(within), worth=worth,
                 apart=articles.mean(axis=0) if len(articles) else np.zeros(size, dtype=np.float32))
