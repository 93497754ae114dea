"""What a model of meaning says: articles and past questions as vectors in memory, and how near a new one is to them.
Calls no model by itself: says what is to be read, takes the vectors. Pure."""

from __future__ import annotations

from collections.abc import Collection, Generator, Hashable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from knowledge.space import Floats, Ints, Space, learned, plain
from router.rules.text import fold

__all__ = ["Floats", "Meanings", "Model", "Unread", "readable"]

K = TypeVar("K", bound=Hashable)

CHARS = 2_000  #: of a text that a model reads
_KEPT = 50  #: newest questions of each article that are read
_BELIEVED = 3.0  #: so many past questions make the nearest of them half believed
_CANDIDATES = 30
_LOOKED = 200  #: articles measured in one step
_READY = 0.05  #: with more than so much unread, it says nothing yet


class Model(Protocol):
    """Texts as unit vectors of one size; near meanings have near vectors. Need not bear several threads at once."""

    @property
    def size(self) -> int:
        """Of every vector."""

    def questions(self, texts: Sequence[str]) -> Floats:
        """One row for each question."""

    def passages(self, texts: Sequence[str]) -> Floats:
        """One row for each text that answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread(Generic[K]):
    """A text that has no vector yet: of an article (`key`) or of a past question (`number`)."""

    text: str
    key: K
    number: int | None = None


def readable(text: str) -> str:
    """A text as models read it: folded, half-spaces as spaces, bounded."""
    return fold(text[:CHARS], half_space=" ")


class Meanings(Generic[K]):
    """Vectors by article and by past question. A vector is 4 bytes a number."""

    def __init__(self) -> None:
        self._keys: list[K | None] = []
        self._slots: dict[K, int] = {}
        self._gone: list[int] = []
        self._texts: dict[K, str] = {}
        self._own: Floats = np.zeros((0, 0), dtype=np.float32)  #: by slot, the article itself
        self._has: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)  #: by slot, whether the article was read
        self._lengths: Floats = np.zeros(0, dtype=np.float32)  #: of the article and its questions added up
        self._alone: Floats = np.zeros(0, dtype=np.float32)  #: of the article by itself
        self._space: Space = plain(0)
        self._changed: set[K] = set()  #: since a space began to be learned
        self._of: dict[K, dict[int, str]] = {}  #: questions, oldest first
        self._past: Floats = np.zeros((0, 0), dtype=np.float32)
        self._owner: Ints = np.zeros(0, dtype=np.int64)  #: slot by row of `_past`; -1 where it is free
        self._sizes: Floats = np.zeros(0, dtype=np.float32)  #: lengths by row
        self._rows: dict[int, int] = {}
        self._free: list[int] = []
        self._counts: Ints = np.zeros(0, dtype=np.int64)
        self._unread: dict[tuple[K, int | None], str] = {}

    @property
    def waiting(self) -> int:
        """How many texts have no vector yet."""
        return len(self._unread)

    @property
    def read(self) -> int:
        """How many have one."""
        return int(self._has.sum()) + len(self._rows)

    @property
    def ready(self) -> bool:
        """Whether nearly all was read."""
        return self.read > 0 and self.waiting <= _READY * (self.read + self.waiting)

    def put(self, key: K, text: str) -> None:
        """An article, or its new text; the same text keeps its vector."""
        if self._texts.get(key) == text:
            return
        if key not in self._slots:
            self._slots[key] = self._place(key)
            self._of[key] = {}
        self._texts[key] = text
        self._take_off(key)
        self._unread[key, None] = text

    def _place(self, key: K) -> int:
        """Slots of articles that are gone are given again."""
        if self._gone:
            slot = self._gone.pop()
            self._keys[slot] = key
            return slot
        self._keys.append(key)
        if len(self._keys) > len(self._counts):
            more = max(64, len(self._counts))
            self._counts = np.concatenate([self._counts, np.zeros(more, dtype=np.int64)])
            self._has = np.concatenate([self._has, np.zeros(more, dtype=np.bool_)])
            self._lengths = np.concatenate([self._lengths, np.zeros(more, dtype=np.float32)])
            self._alone = np.concatenate([self._alone, np.zeros(more, dtype=np.float32)])
            self._own = np.concatenate([self._own, np.zeros((more, self._own.shape[1]), dtype=np.float32)])
        return len(self._keys) - 1

    def _take_off(self, key: K) -> None:
        slot = self._slots[key]
        self._own[slot], self._has[slot] = 0, False
        self._measure(key)

    def _together(self, key: K, space: Space, without: int = -1) -> Floats:
        """The article and its questions added up, each measured from the middle of its kind."""
        slot, rows = self._slots[key], [row for row in self._rows_of(key) if row != without]
        total: Floats = self._past[rows].sum(axis=0) - np.float32(len(rows)) * space.middle
        return total + self._own[slot] - space.apart if self._has[slot] else total

    def _rows_of(self, key: K) -> list[int]:
        return [self._rows[number] for number in self._of[key] if number in self._rows]

    def _measure(self, key: K) -> None:
        self._changed.add(key)
        if len(self._space.middle):
            slot = self._slots[key]
            self._lengths[slot], self._alone[slot] = self._measured(key, self._space)

    def _measured(self, key: K, space: Space) -> Floats:
        """Lengths of all together and of the article alone."""
        return space.lengths(np.stack([self._together(key, space), self._own[self._slots[key]] - space.apart]))

    def settle(self) -> Generator[None, None, None]:
        """Learn anew how near vectors are, a little at each step; questions meanwhile are measured as before."""
        if not self.ready:
            return
        self._changed.clear()
        used = np.flatnonzero(self._owner >= 0)
        space = yield from learned(self._past[used], self._owner[used], self._own[np.flatnonzero(self._has)])
        measured: dict[K, tuple[Floats, Floats]] = {}

        def measure(key: K) -> None:
            measured[key] = self._measured(key, space), space.lengths(self._past[self._rows_of(key)] - space.middle)
        for key in list(self._slots):
            if key in self._slots:
                measure(key)
                yield
        for key in self._changed & self._slots.keys():
            measure(key)
        self._space = space
        for key in measured.keys() & self._slots.keys():
            slot, (both, sizes) = self._slots[key], measured[key]
            self._lengths[slot], self._alone[slot] = both
            self._sizes[self._rows_of(key)] = sizes

    def drop(self, key: K) -> None:
        """An article and its questions are gone."""
        if key not in self._slots:
            return
        for number in list(self._of[key]):
            self._lose(key, number)
        self._take_off(key)
        self._unread.pop((key, None), None)
        slot = self._slots.pop(key)
        self._keys[slot] = None
        self._gone.append(slot)
        del self._of[key], self._texts[key]

    def keep(self, number: int, question: str, key: K) -> None:
        """A question that this article answered; the oldest goes when there are too many."""
        if key not in self._slots:
            return
        kept = self._of[key]
        if len(kept) >= _KEPT:
            self._lose(key, next(iter(kept)))
        kept[number] = question
        self._unread[key, number] = question

    def _lose(self, key: K, number: int) -> None:
        del self._of[key][number]
        self._unread.pop((key, number), None)
        row = self._rows.pop(number, None)
        if row is not None:
            slot = self._slots[key]
            self._counts[slot] -= 1
            self._owner[row] = -1
            self._free.append(row)
            self._measure(key)

    def unread(self, count: int) -> list[Unread[K]]:
        """What a model should read next, articles and questions in the order they came."""
        return [Unread(text=readable(text), key=key, number=number)
                for (key, number), text in islice(self._unread.items(), count)]

    def take(self, read: Sequence[Unread[K]], vectors: Floats) -> None:
        """The vectors of these; what has changed or gone meanwhile is passed over."""
        if self._own.shape[1] != vectors.shape[1]:
            self._own = np.zeros((len(self._counts), vectors.shape[1]), dtype=np.float32)
            self._past = np.zeros((0, vectors.shape[1]), dtype=np.float32)
            self._space = plain(vectors.shape[1])
        for each, vector in zip(read, vectors, strict=True):
            text = self._unread.get((each.key, each.number))
            if text is None or readable(text) != each.text:
                continue
            del self._unread[each.key, each.number]
            slot = self._slots[each.key]
            if each.number is None:
                self._own[slot], self._has[slot] = vector, True
            else:
                self._remember(each.number, slot, vector)
            self._measure(each.key)

    def _remember(self, number: int, slot: int, vector: Floats) -> None:
        if not self._free:
            rows, more = len(self._past), max(64, len(self._past))
            self._past = np.concatenate([self._past, np.zeros((more, len(vector)), dtype=np.float32)])
            self._sizes = np.concatenate([self._sizes, np.zeros(more, dtype=np.float32)])
            self._owner = np.concatenate([self._owner, np.full(more, -1, dtype=np.int64)])
            self._free = list(range(rows + more - 1, rows - 1, -1))
        row = self._free.pop()
        self._past[row], self._owner[row], self._rows[number] = vector, slot, row
        self._sizes[row] = self._space.lengths((vector - self._space.middle)[None])[0]
        self._counts[slot] += 1

    def of(self, number: int) -> Floats | None:
        """The vector of a past question."""
        row = self._rows.get(number)
        return None if row is None else self._past[row].copy()

    def judge(self, vector: Floats, *, only: Collection[K] | None = None) -> dict[K, float]:
        """The articles nearest to a question, 0 (as near as the average one) to 1 (the same)."""
        return self._best(*self._near(vector), only) if self._fits(vector) else {}

    def foretell(self, number: int, vector: Floats, *, alone: bool) -> dict[K, float]:
        """The same for a past question, as if it had not been learned; `alone`: nor any other, so that an article
        without another question is not compared with those that have some."""
        if not self._fits(vector):
            return {}
        return self._best(*self._near(vector, self._rows.get(number, -1), alone=alone), None)

    def _fits(self, vector: Floats) -> bool:
        return bool(self._keys) and self._own.shape[1] == len(vector)

    def _best(self, near: Floats, there: NDArray[np.bool_], only: Collection[K] | None) -> dict[K, float]:
        found: dict[K, float] = {}
        if not there.any():
            return found
        usual = float(near[there].mean())
        scores = np.where(there, np.clip((near - usual) / max(1e-3, 1 - usual), 0, 1), 0)
        for slot in np.argsort(-scores, kind="stable").tolist():
            key = self._keys[slot]
            if scores[slot] <= 0 or len(found) == _CANDIDATES:
                break
            if key is not None and (only is None or key in only):
                found[key] = float(scores[slot])
        return found

    def _near(self, vector: Floats, hidden: int = -1, *, alone: bool = False) -> tuple[Floats, NDArray[np.bool_]]:
        """By slot, how near article and questions are together, and more and more the nearest question by itself.
        `hidden`: the row of a question that is judged as if it had not been learned."""
        size, space = len(self._keys), self._space
        counts, lengths = self._counts[:size].astype(np.float32), self._lengths[:size]
        through, owners = space.seen(vector), self._owner
        if hidden >= 0:
            slot, owners, lengths = int(owners[hidden]), owners.copy(), lengths.copy()
            key = self._keys[slot]
            if key is not None:
                through = space.unlearned(through, vector, self._others(key, hidden))
                lengths[slot] = space.lengths(self._together(key, space, hidden)[None])[0]
            counts[slot] -= 1
            owners[hidden] = -1
        own = np.where(self._has[:size], self._own[:size] @ through - float(space.apart @ through), 0.0)
        far = max(1e-3, float(space.lengths((vector - space.middle)[None])[0]))
        if alone:
            return (own / np.maximum(self._alone[:size] * far, 1e-3)).astype(np.float32), self._has[:size]
        likes, used = self._past @ through - float(space.middle @ through), owners >= 0
        whole = own + np.bincount(owners[used], weights=likes[used], minlength=size)
        best = np.full(size, -1, dtype=np.float32)
        np.maximum.at(best, owners[used], likes[used] / np.maximum(self._sizes[used] * far, 1e-3))
        there = lengths > 1e-3
        near = np.where(there, whole / np.maximum(lengths * far, 1e-3), 0.0)
        believed = 2 * counts / (counts + _BELIEVED)
        return ((near + believed * best) / (1 + believed)).astype(np.float32), there

    def _others(self, key: K, hidden: int) -> Floats:
        return self._past[[row for row in self._rows_of(key) if row != hidden]]
