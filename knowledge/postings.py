"""Where one word stands, as arrays that grow in place and are read in one go. Pure."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Scores: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = NDArray[np.int64]


class Posting:
    """Where one word stands: texts by rising number, and how much it counts in each."""

    __slots__ = ("counts", "texts")

    def __init__(self) -> None:
        self.texts = array("I")
        self.counts = array("f")

    def __len__(self) -> int:
        return len(self.texts)

    def add(self, number: int, count: float) -> None:
        """Numbers mostly rise; one that a removed text had is put in its place."""
        at = len(self.texts) if not self.texts or self.texts[-1] < number else bisect_left(self.texts, number)
        self.texts.insert(at, number)
        self.counts.insert(at, count)

    def remove(self, number: int) -> None:
        """Forget a text that is there."""
        at = bisect_left(self.texts, number)
        del self.texts[at], self.counts[at]

    def views(self) -> tuple[Numbers, Scores]:
        """Texts and counts; read before the next change."""
        return (np.frombuffer(self.texts, dtype=np.uint32).astype(np.int64),
                np.frombuffer(self.counts, dtype=np.float32).astype(np.float64))
