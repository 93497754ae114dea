"""Which articles answer a question, and why: the text of articles, what past questions taught, and the questions most
like it, added up as scores of one scale. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from knowledge.index import Index, Match, by_key
from knowledge.lessons import Lessons
from knowledge.tokens import Question, read

K = TypeVar("K", bound=Hashable)

TITLE_WEIGHT, KEYWORD_WEIGHT = 1.0, 1.0
#: Below this an agent sees a suggestion marked as weak, and a citizen does not see it.
SURE = 0.6

_TEXT_LEAST = 0.3  #: what the text of articles weighs when there is much history; 1 when there is none
_TEXT_FADES = 4.0  #: past questions an article (on average) at which it has half faded
_NEIGHBOURS = 20
_NEIGHBOURS_WEIGHT = 0.5
_CLOSENESS = 4  #: a neighbour counts its likeness to this power
_TRIED = 6.0  #: so many past questions make an article's history half believed
_OTHER_LANGUAGE = 0.8
_STEEP = 4.0  #: how fast confidence rises with the score; measured, see docs/knowledge.md
_KEPT_A_KEY = 300  #: newest past questions kept word by word for each article
_CANDIDATES = 30


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
    """An article for a question. `text`, `lessons` and `alike` are the parts that `score` is the sum of."""

    id: K
    score: float
    confidence: float  #: about how often such a suggestion was right, 0..1
    text: float
    lessons: float
    alike: float
    words: tuple[str, ...]  #: stems of the question that stand in the article, the most telling first
    contacts: int  #: past questions much like this one that this article answered
    learned: int  #: past questions it answered at all

    @property
    def weak(self) -> bool:
        """Not sure enough for a citizen."""
        return self.confidence < SURE


class Engine(Generic[K]):
    """All articles and what was learned, in memory. Not safe for several threads at once."""

    def __init__(self) -> None:
        self._texts: Index[K] = Index()
        self._languages: dict[K, str] = {}
        self._spoken: Counter[str] = Counter()  #: articles by language
        self._lessons: Lessons[K] = Lessons()
        self._asked: Index[int] = Index()
        self._asked_of: dict[int, K] = {}
        self._kept: defaultdict[K, list[int]] = defaultdict(list)
        self._next = 0

    def __len__(self) -> int:
        return len(self._texts)

    def put(self, article: Article[K]) -> None:
        """Add an article or replace its text; what was learned for it stays."""
        self._texts.put(article.id, [(article.title, TITLE_WEIGHT), (" \n".join(article.keywords), KEYWORD_WEIGHT),
                                     (article.body, 1.0)])
        self._spoken[self._languages.get(article.id, "")] -= 1
        self._languages[article.id] = article.language
        self._spoken[article.language] += 1

    def drop(self, key: K) -> None:
        """Forget an article and what was learned for it."""
        self._texts.drop(key)
        self._spoken[self._languages.pop(key, "")] -= 1
        self._lessons.forget(key)
        for number in self._kept.pop(key, ()):
            self._asked.drop(number)
            del self._asked_of[number]

    def learn(self, question: str, key: K) -> None:
        """This question was resolved with this article: counts from the next suggestion on."""
        if key in self._texts and question.strip():
            self._keep(question, key)
            self._lessons.learn(read(question), key)

    def teach(self, history: Sequence[tuple[str, K]]) -> Iterator[None]:
        """Learn many past questions, a little at each step; the iterator must be run to its end."""
        known = []
        for question, key in history:
            if key in self._texts and question.strip():
                self._keep(question, key)
                known.append((read(question), key))
                yield
        yield from self._lessons.teach(known)

    def _keep(self, question: str, key: K) -> None:
        number, self._next = self._next, self._next + 1
        kept = self._kept[key]
        if len(kept) >= _KEPT_A_KEY:
            oldest = kept.pop(0)
            self._asked.drop(oldest)
            del self._asked_of[oldest]
        kept.append(number)
        self._asked_of[number] = key
        self._asked.put(number, [(question, 1.0)])

    def suggest(self, question: str, limit: int = 5, *, language: str = "", only: Collection[K] | None = None,
                ) -> list[Suggestion[K]]:
        """The best articles (of `only`, when given), best first, ties by id. [] when nothing fits at all."""
        asked = read(question)
        texts = {match.key: match.score for match in self._texts.search(asked, _CANDIDATES, only=only)}
        lessons = self._lessons.judge(asked) if len(self._lessons) else {}
        near = self._asked.search(asked, _NEIGHBOURS) if len(self._asked) else []
        alike = self._alike(near)
        text_weight = self._text_weight()
        found = []
        for key in texts.keys() | lessons.keys() | alike.keys():
            if only is not None and key not in only:
                continue
            learned = self._lessons.learned(key)
            fits = _OTHER_LANGUAGE if self._is_other(key, language) else 1.0
            believed = fits * learned / (learned + _TRIED)
            parts = (fits * text_weight * texts.get(key, 0.0),
                     believed * max(0.0, lessons.get(key, 0.0)),
                     believed * _NEIGHBOURS_WEIGHT * alike.get(key, 0.0))
            if sum(parts) > 0:
                found.append((sum(parts), key, parts))
        found.sort(key=lambda each: (-each[0], by_key(each[1])))
        return [self._suggestion(score, key, parts, asked, near) for score, key, parts in found[:limit]]

    def _text_weight(self) -> float:
        learned = len(self._lessons) / max(1, len(self._kept))
        return _TEXT_LEAST + (1 - _TEXT_LEAST) * _TEXT_FADES / (learned + _TEXT_FADES)

    def _alike(self, near: Sequence[Match[int]]) -> dict[K, float]:
        """Each article's share of the neighbours, as much as the nearest of them is like the question."""
        votes: dict[K, float] = {}
        for match in near:
            key = self._asked_of[match.key]
            votes[key] = votes.get(key, 0.0) + match.score**_CLOSENESS
        total = sum(votes.values())
        return {key: near[0].score * vote / total for key, vote in votes.items()} if total else {}

    def _is_other(self, key: K, language: str) -> bool:
        """Whether an article is in another language than the question, and others are not."""
        own = self._languages.get(key, "")
        return bool(language and own and own != language and self._spoken[language])

    def _suggestion(self, score: float, key: K, parts: tuple[float, float, float], asked: Question,
                    near: Sequence[Match[int]]) -> Suggestion[K]:
        close = [each for each in near if self._asked_of[each.key] == key and each.score >= near[0].score / 2]
        text, lessons, alike = parts
        return Suggestion(
            id=key, score=score, confidence=1 - math.exp(-_STEEP * score), text=text, lessons=lessons, alike=alike,
            words=self._texts.found(asked, key), contacts=len(close), learned=self._lessons.learned(key))
