"""Where the words of a question stand in texts: early, side by side, in the title. Tells apart texts that have the same
words; must not find texts by itself. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Terms: TypeAlias = NDArray[np.uint32]
Scores: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = NDArray[np.int64]

#: What each counts at most; words and runs of letters count half each.
_EARLY, _BESIDE, _NAMED = 0.3, 0.2, 0.1
_HALF = 20  #: a word that first stands so far from the beginning counts half as early
_REACH = 2  #: so far apart, words still stand side by side
_LOOKED_AT = 600  #: words of a text
_MOST = 100  #: words of a question


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A word of a question: numbers of the words it may mean, and how telling it is."""

    means: tuple[int, ...]
    telling: float


class Lookup:
    """Finds the words of a question in some texts. Keeps one table, so a question costs no memory."""

    def __init__(self) -> None:
        self._table = np.zeros(64, dtype=np.uint8)

    def told(self, asked: Sequence[Asked], texts: Sequence[Terms], titles: Sequence[Terms],
             telling: Callable[[Terms], Scores]) -> Scores:
        """What the places of its words speak for each text. `texts`: their words in order, as numbers; `titles`: the
        different words of each title, and `telling` says how much such words tell."""
        asked, texts = asked[:_MOST], [terms[:_LOOKED_AT] for terms in texts]
        worth = np.array([each.telling for each in asked])
        named = np.concatenate(titles)
        slots = self._slots(asked, np.concatenate([*texts, named]))
        body = slots[: len(slots) - len(named)]
        lengths = np.array([len(terms) for terms in texts], dtype=np.int64)
        hits = np.flatnonzero(body > 0)
        owners = np.repeat(np.arange(len(texts)), lengths)[hits]
        cells = owners * len(worth) + body[hits].astype(np.int64) - 1
        return (_EARLY * _early(cells, hits - (np.cumsum(lengths) - lengths)[owners], worth, len(texts))
                + _BESIDE * _beside(cells, hits, worth, len(texts))
                + _NAMED * _named(slots[len(body):] > 0, titles, telling(named)))

    def _slots(self, asked: Sequence[Asked], terms: Terms) -> NDArray[np.uint8]:
        """For each word of the texts, which word of the question it is, from 1; 0 for none."""
        numbers = [number for each in asked for number in each.means]
        highest = max(int(terms.max(initial=0)), max(numbers, default=0))
        if highest >= len(self._table):
            self._table = np.zeros(2 * highest, dtype=np.uint8)
        for at in range(len(asked) - 1, -1, -1):  # a word that two words may mean is the first
            for number in asked[at].means:
                self._table[number] = at + 1
        slots: NDArray[np.uint8] = self._table[terms]
        self._table[numbers] = 0
        return slots


def _early(cells: Numbers, places: Numbers, worth: Scores, texts: int) -> Scores:
    """`cells`: text and word of the question in one number, in the order of the texts."""
    first = np.full(texts * len(worth), np.inf)
    first[cells[::-1]] = places[::-1]  # of several places the one written last stays
    found: Scores = (_HALF / (_HALF + first)).reshape(texts, len(worth)) @ worth / max(1e-9, float(worth.sum()))
    return found


def _beside(cells: Numbers, hits: Numbers, worth: Scores, texts: int) -> Scores:
    """Neighbours in the question that are neighbours in the text, in either order."""
    pairs = np.minimum(worth, np.append(worth[1:], 0.0))  # the last has none
    there = np.zeros(texts * len(worth))
    for step in range(1, _REACH + 1):
        near = (hits[step:] - hits[:-step] <= _REACH) & (np.abs(cells[step:] - cells[:-step]) == 1)
        there[np.minimum(cells[step:], cells[:-step])[near]] = 1
    found: Scores = there.reshape(texts, len(worth)) @ pairs / max(1e-9, float(pairs.sum()))
    return found


def _named(there: NDArray[np.bool_], titles: Sequence[Terms], worth: Scores) -> Scores:
    """How much of a title the question says."""
    owners = np.repeat(np.arange(len(titles)), np.array([len(title) for title in titles], dtype=np.int64))
    said = np.bincount(owners, weights=worth * there, minlength=len(titles))
    found: Scores = said / np.maximum(1e-9, np.bincount(owners, weights=worth, minlength=len(titles)))
    return found
