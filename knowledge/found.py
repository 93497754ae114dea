"""Articles as the ranking knows them, and what it says of them to a question. Pure; decides nothing."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from knowledge.outcome import Outcome

K = TypeVar("K", bound=Hashable)

#: Below this an agent sees a suggestion marked as weak, and a citizen does not see it.
SURE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Generic[K]):
    """What the ranking knows of an article."""

    id: K
    title: str
    body: str = ""
    language: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion(Generic[K]):
    """An article for a question. `text`, `lessons`, `alike` and `meaning` are the parts that `score` is the sum of."""

    id: K
    score: float
    confidence: float  #: about how often such a suggestion was right, 0..1
    text: float
    lessons: float
    alike: float
    words: tuple[str, ...]  #: stems of the question that stand in the article, the most telling first
    contacts: int  #: past questions much like this one that this article answered
    learned: int  #: past questions it answered at all
    read_as: str = ""  #: how the question was read, when not as it was written
    meaning: float = 0.0
    outcome: Outcome | None = None  #: what became of it when it was shown, as far as that was told

    @property
    def weak(self) -> bool:
        """Not sure enough for a citizen."""
        return self.confidence < SURE
