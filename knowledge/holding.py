"""What the library holds in memory at one time: the engine, the states of articles, how far a model has read them. Must
not ask the database or a model by itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from knowledge.encoder import AT_ONCE
from knowledge.meaning import Floats, Unread
from knowledge.suggest import Article, Engine
from router.model import ContactId
from storage import knowledge as kept
from storage.knowledge import ArticleState

log = logging.getLogger("pishkhan.knowledge")

_FOUND = frozenset({ArticleState.DRAFT, ArticleState.INTERNAL, ArticleState.PUBLIC})
_TOLD_EVERY = 10.0  #: seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How far a model of meaning has read, in texts. `state`: off, opening, reading, on, fault."""

    state: str = "off"
    fault: str = ""  #: why it is off, for the operator
    read: int = 0
    waiting: int = 0
    counts: bool = False  #: whether past questions showed that it helps


@dataclass(slots=True)
class Shelf:
    """The engine and what is known about what stands in it."""

    engine: Engine[int]
    states: dict[int, ArticleState] = field(default_factory=dict)
    by_state: dict[ArticleState, set[int]] = field(default_factory=lambda: {state: set() for state in ArticleState})
    learned: set[tuple[ContactId, int]] = field(default_factory=set)
    fresh: int = 0  #: lessons since it last learned deeply

    def stands(self, article: int, state: ArticleState) -> None:
        """An article is in this state now."""
        if article in self.states:
            self.by_state[self.states[article]].discard(article)
        self.states[article] = state
        self.by_state[state].add(article)

    def unread(self) -> list[Unread[int]]:
        """What the model of meaning reads next; nothing without one."""
        return self.engine.meanings.unread(AT_ONCE) if self.engine.meanings else []

    def take(self, some: Sequence[Unread[int]], vectors: Floats) -> tuple[int, int]:
        """What it made of these; how many texts were read by now, and how many wait."""
        meanings = self.engine.meanings
        if meanings is None:
            return 0, 0
        meanings.take(some, vectors)
        return meanings.read, meanings.waiting

    def reading(self) -> Reading:
        """How far it has read."""
        meanings = self.engine.meanings
        return Reading() if meanings is None else Reading(
            read=meanings.read, waiting=meanings.waiting, counts=self.engine.uses_meaning)

    def without_meaning(self) -> None:
        """The model is off."""
        self.engine.meanings = None


class Union(Collection[int]):
    """Several sets asked as one, without copying them for every question."""

    def __init__(self, sets: list[set[int]]) -> None:
        self._sets = sets

    def __contains__(self, number: object) -> bool:
        return any(number in each for each in self._sets)

    def __iter__(self) -> Iterator[int]:
        for each in self._sets:
            yield from each

    def __len__(self) -> int:
        return sum(map(len, self._sets))


class Progress:
    """Says now and then how far the model of meaning has read."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._told, self._read = 0.0, 0

    def tell(self, read: int, waiting: int) -> None:
        """So much was read by now, so much waits."""
        now = time.monotonic()
        if self._began is None:
            self._began = self._told = now
            log.info("the model of meaning reads: %d texts wait", waiting)
        elif now - self._told >= _TOLD_EVERY:
            self._told = now
            log.info("the model of meaning has read %d texts, %d wait", read, waiting)
        self._read = read

    def over(self) -> bool:
        """Nothing waits any more; whether something was read since it was so the last time."""
        began, self._began = self._began, None
        if began is not None:
            log.info("the model of meaning has read all %d texts, in %.1f s", self._read, time.monotonic() - began)
        return began is not None


def put(shelf: Shelf, articles: Iterable[kept.Article]) -> Iterator[None]:
    """These stand in the engine, or are gone from it."""
    for article in articles:
        if article.state in _FOUND:
            shelf.engine.put(Article(id=article.id, title=article.title, body=article.body, language=article.language,
                                     keywords=article.keywords))
        else:
            shelf.engine.drop(article.id)
        shelf.stands(article.id, article.state)
        yield


def learn(shelf: Shelf, lessons: Iterable[kept.Lesson]) -> Iterator[None]:
    """A contact that is reopened and closed again teaches once."""
    for lesson in lessons:
        if (lesson.contact, lesson.article) not in shelf.learned:
            shelf.learned.add((lesson.contact, lesson.article))
            shelf.engine.learn(lesson.question, lesson.article)
            shelf.fresh += 1
        yield
