"""Past questions word by word, apart from the texts of articles: the ones most like a new one. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from typing import Generic, TypeVar

from knowledge.index import Index, Match
from knowledge.tokens import Question

K = TypeVar("K", bound=Hashable)

_KEPT = 300  #: newest questions of each article


class Past(Generic[K]):
    """Which questions were resolved with which article. Adding one costs about a millisecond."""

    def __init__(self) -> None:
        self._index: Index[int] = Index(flat=True)
        self._questions: dict[int, tuple[str, K]] = {}
        self._of: defaultdict[K, list[int]] = defaultdict(list)
        self._corrected: dict[str, str] = {}
        self.taken = 0  #: questions ever kept

    def __len__(self) -> int:
        return len(self._questions)

    @property
    def articles(self) -> int:
        """How many articles have a past."""
        return len(self._of)

    @property
    def usually(self) -> float:
        """Questions an article has on average."""
        return len(self._questions) / max(1, len(self._of))

    def keep(self, question: str, key: K) -> int:
        """Its number. The oldest of an article goes when it has too many."""
        number, self.taken = self.taken, self.taken + 1
        kept = self._of[key]
        if len(kept) >= _KEPT:
            self._drop(kept.pop(0))
        kept.append(number)
        self._questions[number] = question, key
        self._index.put(number, [(question, 1.0)])
        self._corrected.clear()
        return number

    def _drop(self, number: int) -> None:
        self._index.drop(number)
        del self._questions[number]

    def forget(self, key: K) -> None:
        """An article is gone."""
        for number in self._of.pop(key, ()):
            self._drop(number)

    def learned(self, key: K) -> int:
        """How many questions of an article are kept."""
        return len(self._of[key]) if key in self._of else 0

    def key(self, number: int) -> K:
        """Which article resolved it."""
        return self._questions[number][1]

    def everything(self) -> list[tuple[int, str, K]]:
        """All that is kept, oldest first."""
        return [(number, *self._questions[number]) for number in sorted(self._questions)]

    def has(self, number: int) -> bool:
        """Whether it is still kept."""
        return number in self._questions

    def question(self, number: int) -> str:
        """Its words."""
        return self._questions[number][0]

    def near(self, question: Question, count: int) -> list[Match[int]]:
        """The questions most like this one."""
        return self._index.search(question, count) if self._questions else []

    def known(self, word: str) -> bool:
        """Whether a stem stands in any of them."""
        return self._index.known(word)

    def correct(self, word: str) -> str:
        """The word of past questions that a stem nobody used most likely is."""
        if self._index.known(word):
            return word
        found = self._corrected.get(word)
        if found is None:
            found = self._index.near(word)
            if len(self._corrected) < 10_000:
                self._corrected[word] = found
        return found
