"""What happens to knowledge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from router.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleChanged(Event):
    """An article was created, edited or archived."""

    name: ClassVar[str] = "article-changed"
    article: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlesSuggested(Event):
    """Articles were proposed for a contact; `shown` lists (article id, score)."""

    name: ClassVar[str] = "articles-suggested"
    shown: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionUsed(Event):
    """An agent put a suggested article into a reply."""

    name: ClassVar[str] = "suggestion-used"
    article: int
    agent: int
    how: str = "inserted"
