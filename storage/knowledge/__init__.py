"""Articles, how they live, which were proposed for which contact, and what became of it. Ranks nothing."""

from __future__ import annotations

from functools import cached_property

from storage.knowledge.articles import Article, ArticleRows, ArticleState
from storage.knowledge.gaps import Gap, GapRows
from storage.knowledge.life import Approval, File, Life, Link, Task, Version
from storage.knowledge.outcomes import Matter, Outcomes, Tally
from storage.knowledge.shelves import Category
from storage.knowledge.suggestions import NO_MATTER, UNRESOLVED, Lesson, Shown, SuggestionRows

__all__ = [
    "NO_MATTER", "UNRESOLVED", "Approval", "Article", "ArticleState", "Category", "File", "Gap", "Knowledge", "Lesson",
    "Link", "Matter", "Shown", "Tally", "Task", "Version",
]


class Knowledge(ArticleRows, SuggestionRows):
    """Everything about knowledge inside a transaction."""

    @cached_property
    def life(self) -> Life:
        """Versions, approvals, categories, files, links, tasks, synonyms."""
        return Life(self._db, self._now)

    @cached_property
    def outcomes(self) -> Outcomes:
        """What became of articles."""
        return Outcomes(self._db, self._now)

    @cached_property
    def gaps(self) -> GapRows:
        """Questions without a good answer, and where contacts were proposed to go."""
        return GapRows(self._db, self._now)
