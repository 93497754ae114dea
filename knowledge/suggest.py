"""Which articles answer a question, and why: the text of articles, what past questions taught, and the questions most
like it, added up as scores of one scale. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, Generic, TypeVar

from knowledge import lessons as learning
from knowledge import readings
from knowledge.found import SURE, Article, Suggestion
from knowledge.fusion import ENOUGH, Parts, Tried, Weights, fit, fit_alone
from knowledge.index import Index, Match
from knowledge.lessons import Judgement, Lessons
from knowledge.material import Material, learned
from knowledge.meaning import Floats, Meanings
from knowledge.outcome import Outcome, proven
from knowledge.past import Past
from knowledge.postings import by_key
from knowledge.synonyms import NONE, Synonyms
from knowledge.tokens import Question, read, words

__all__ = ["SURE", "Article", "Engine", "Suggestion"]

K = TypeVar("K", bound=Hashable)

TITLE_WEIGHT, KEYWORD_WEIGHT = 1.0, 1.0
_NEIGHBOURS = 20
_CLOSENESS = 4  #: a neighbour counts its likeness to this power
_FRESH = 0.8  #: what neighbours weigh at least where they came after the last training
_BELIEVED = 3.0  #: so many past questions make an article's history half believed
_TRIED = 600  #: past questions that weights are learned from
_OTHER_LANGUAGE = 0.8
_CANDIDATES = 30
_RETRAIN = 0.1  #: lessons are behind when so large a part of what was asked came after them
_RETRAIN_LEAST = 20
_IN_ORDER = itemgetter(0, 1, 2)
_UNTOLD = 0.15  #: the most confidence in an answer to greetings and stop words alone: below what counts as near
_NOTHING: Judgement[Any] = Judgement(shares={}, scope=0.0)


class Engine(Generic[K]):
    """All articles and what was learned, in memory. Not safe for several threads at once.

    A resolved contact counts from the next question on (`learn`); `train` learns from all of them more deeply, a
    few milliseconds at a time, and is worth running whenever `behind` says so.
    """

    def __init__(self, meanings: Meanings[K] | None = None) -> None:
        self.meanings = meanings  #: whoever has a model fills it; None without one
        self._texts: Index[K] = Index()
        self._articles: dict[K, Article[K]] = {}
        self._spoken: Counter[str] = Counter()  #: articles by language
        self._past: Past[K] = Past()
        self._lessons: Lessons[K] | None = None
        self._taught_at = 0
        self._weights = Weights()
        self._places: dict[int, int] = {}  #: past question -> its place in the last training
        self._tried: dict[int, dict[K, tuple[float, float]]] = {}  #: past question -> text and alike before it was kept
        self._synonyms: Synonyms = NONE
        self._outcomes: Mapping[K, Outcome] = {}

    def __len__(self) -> int:
        return len(self._texts)

    def put(self, article: Article[K]) -> None:
        """Add an article or replace its text; what was learned for it stays."""
        before = self._articles.get(article.id)
        if before is not None:
            self._spoken[before.language] -= 1
        self._spoken[article.language] += 1
        self._articles[article.id] = article
        self._texts.put(article.id, [(article.title, TITLE_WEIGHT), (" \n".join(article.keywords), KEYWORD_WEIGHT),
                                     (article.body, 1.0)])
        if self.meanings:
            self.meanings.put(article.id, "\n".join((article.title, *article.keywords, article.body)))

    def drop(self, key: K) -> None:
        """Forget an article and what was learned for it."""
        self._texts.drop(key)
        if self.meanings:
            self.meanings.drop(key)
        before = self._articles.pop(key, None)
        if before is not None:
            self._spoken[before.language] -= 1
        self._past.forget(key)

    def learn(self, question: str, key: K) -> None:
        """This question was resolved with this article: counts from the next suggestion on."""
        if key in self._articles and question.strip():
            parts = self._try(read(question))
            self._tried[self._keep(question, key)] = parts
            if len(self._tried) > _TRIED:
                del self._tried[min(self._tried)]

    def _keep(self, question: str, key: K) -> int:
        number = self._past.keep(question, key)
        if self.meanings:
            self.meanings.keep(number, question, key)
        return number

    def teach(self, history: Sequence[tuple[str, K]], *, train: bool = True) -> Iterator[None]:
        """Learn many past questions, a little at each step, and `train` on all; the iterator must be run to its end."""
        kept = []
        for question, key in history:
            if key in self._articles and question.strip():
                kept.append(self._keep(question, key))
                yield
        for number in kept[:: -(-len(kept) // _TRIED) or 1]:
            if self._past.has(number):
                self._tried[number] = self._try(read(self._past.question(number)), without=number)
                yield
        if train:
            yield from self.train()

    def _try(self, asked: Question, without: int = -1) -> dict[K, tuple[float, float]]:
        """What text and neighbours say to a question before it is learned."""
        texts = {match.key: match.score for match in self._texts.search(asked, _CANDIDATES)}
        alike = self._alike([each for each in self._past.near(asked, _NEIGHBOURS + 1) if each.key != without])
        return {key: (texts.get(key, 0.0), alike.get(key, 0.0)) for key in texts.keys() | alike.keys()}

    @property
    def behind(self) -> bool:
        """Whether so much was learned since the last training that another one is worth its time."""
        return self._past.taken - self._taught_at >= max(_RETRAIN_LEAST, _RETRAIN * len(self._past))

    def train(self) -> Iterator[None]:
        """Learn deeply from all that was kept, a few milliseconds at each step; questions may be asked in between and
        are answered with what was learned before. The same past in the same order gives the same lessons."""
        material = self.material()
        lessons = yield from learned(material)
        yield from self.take(material, lessons)

    def material(self) -> Material[K]:
        """What there is to learn from."""
        past = self._past.everything()
        titles = {key: self._articles[key].title for _, _, key in past}
        return Material(titles=tuple(titles.items()), past=tuple(past), probe=frozenset(self._tried),
                        taken=self._past.taken)

    def take(self, material: Material[K], lessons: Lessons[K] | None) -> Iterator[None]:
        """These were learned from that: from now on they count; weights are learned anew, a little at each step."""
        self._lessons, self._taught_at, self._places = lessons, material.taken, material.places
        yield from self.refit()

    def refit(self) -> Iterator[None]:
        """Weigh the parts anew by past questions, as the last training left them; a little at each step."""
        if self.meanings:
            yield from self.meanings.settle()
        tried, alone = [], []
        for number, parts in list(self._tried.items()):
            if not self._past.has(number):
                continue
            right, vector = self._past.key(number), self._vector(number)
            place, lessons = self._places.get(number, -1), self._lessons
            several = self._past.learned(right) > 1  # an only question cannot be foretold from others
            if several and lessons is not None and place in lessons.unmet:
                tried.append(self._tested(parts, lessons.read(lessons.unmet[place]), number, vector))
                yield
            elif vector is not None and not several:
                alone.append(self._tested(parts, _NOTHING, number, vector, alone=True))
                yield
        meant = [each for each in tried if each.meant]
        before = Weights() if self._weights.meaning else self._weights
        weights = fit(meant if len(meant) >= ENOUGH else tried, before, usually=self._past.usually)
        self._weights = fit_alone(alone, before) if weights is before else weights

    @property
    def uses_meaning(self) -> bool:
        """Whether vectors of questions count at all."""
        return self.meanings is not None and self._weights.meaning > 0

    def _vector(self, number: int) -> Floats | None:
        return self.meanings.of(number) if self.meanings and self.meanings.ready else None

    def _tested(self, parts: Mapping[K, tuple[float, float]], judged: Judgement[K], number: int,
                vector: Floats | None, alone: bool = False) -> Tried:
        meant = self.meanings.foretell(number, vector, alone=alone) if self.meanings and vector is not None else {}
        right, every = self._past.key(number), parts.keys() | judged.shares.keys() | meant.keys()
        keys = sorted((key for key in every if key in self._articles), key=by_key)
        found = tuple(self._parts(key, *parts.get(key, (0.0, 0.0)), judged) for key in keys)
        return Tried(parts=found, right=keys.index(right) if right in keys else None,
                     meant=tuple(meant.get(key, 0.0) for key in keys) if vector is not None else ())

    def _parts(self, key: K, text: float, alike: float, lessons: Judgement[K]) -> Parts:
        learned = self._past.learned(key)
        if not learned:
            return text, 0.0, 0.0
        believed = learned / (learned + _BELIEVED)
        return text, believed * lessons.scope * lessons.shares.get(key, 0.0), believed * alike

    def understand(self, synonyms: Synonyms) -> None:
        """From now on these words mean the same."""
        self._synonyms = synonyms

    def weigh(self, outcomes: Mapping[K, Outcome]) -> None:
        """From now on what became of suggestions counts: articles that resolved more than is usual among comparable
        contacts rise a little, as far as there is evidence."""
        self._outcomes = outcomes

    def suggest(self, question: str, limit: int = 5, *, language: str = "", only: Collection[K] | None = None,
                vector: Floats | None = None) -> list[Suggestion[K]]:
        """The best articles (of `only`, when given), best first, ties by id. [] when nothing fits at all. `vector` is
        what a model of meaning makes of the question."""
        asked = self._read(question)
        found = self._suggest(asked, limit, language, only, vector)
        found = self._as_sure(asked, found)
        if not asked.matter or (found and not found[0].weak) or not self._is_strange(asked):
            return found
        for other in readings.others(question, self._is_used):
            meant = self._read(other)
            again = self._as_sure(meant, self._suggest(meant, limit, "", only))
            if again and readings.is_better(again[0].confidence, found[0].confidence if found else 0.0):
                found = [replace(each, read_as=other) for each in again]
        return found

    def _is_used(self, word: str) -> bool:
        return any(self._texts.known(stem) or self._past.known(stem) for stem in words(word))

    def _is_strange(self, asked: Question) -> bool:
        """Whether most of its words are in no article and no past question."""
        known = sum(self._texts.known(stem) or self._past.known(stem) for stem in asked.asked)
        return 2 * known <= len(asked.asked)

    def _as_sure(self, asked: Question, found: list[Suggestion[K]]) -> list[Suggestion[K]]:
        """Nobody is sure what is asked where nothing is said but a greeting and words that nobody ever used, however
        often greetings were answered before."""
        if not found or (asked.matter and (found[0].weak or found[0].meaning or any(map(self._is_meant, (
                *asked.matter, *(other for others in asked.also.values() for other, _ in others)))))):
            return found
        return [replace(each, confidence=min(each.confidence, _UNTOLD)) for each in found]

    def _is_meant(self, word: str) -> bool:
        """Whether somebody used this word or one like it."""
        known = self._texts.known(word) or self._past.known(word)
        return known or self._texts.near(word) != word or self._past.correct(word) != word

    def _read(self, question: str) -> Question:
        return self._synonyms.widen(read(question))

    def _suggest(self, asked: Question, limit: int, language: str, only: Collection[K] | None,
                 vector: Floats | None = None) -> list[Suggestion[K]]:
        texts = {match.key: match.score for match in self._texts.search(asked, _CANDIDATES, only=only)}
        near = self._past.near(asked, _NEIGHBOURS)
        known = self._lessons
        lessons = known.judge(learning.pieces(asked, self._past.correct)) if known else _NOTHING
        alike = self._alike(near)
        fresh = {self._past.key(match.key) for match in near if match.key >= self._taught_at}
        model = self.meanings if self.uses_meaning else None
        meant = model.judge(vector, only=only) if model and vector is not None else {}
        usual, lately = self._weights, max(_FRESH, self._weights.alike)
        choice = bool(language and self._spoken[language])
        found = []
        for key in dict.fromkeys((*texts, *lessons.shares, *alike, *meant)):
            article = self._articles.get(key)
            if article is None or (only is not None and key not in only):
                continue
            text, taught, voted = self._parts(key, texts.get(key, 0.0), alike.get(key, 0.0) if alike else 0.0, lessons)
            parts = usual.text * text, usual.lessons * taught, (lately if key in fresh else usual.alike) * voted
            by_meaning = usual.meaning * meant.get(key, 0.0) if meant else 0.0
            if (score := parts[0] + parts[1] + parts[2] + by_meaning) > 0:
                fits = proven(self._outcomes, key) if self._outcomes else 1.0
                if choice and article.language and article.language != language:
                    fits *= _OTHER_LANGUAGE
                found.append((-round(fits * score, 9), *by_key(key), fits, parts, by_meaning))
        found.sort(key=_IN_ORDER)
        best = found[:limit]
        said = self._texts.found(asked, [each[2] for each in best])
        return [self._suggestion(-score, key, (fits * parts[0], fits * parts[1], fits * parts[2], fits * meaning),
                                 terms, near)
                for (score, _, key, fits, parts, meaning), terms in zip(best, said, strict=True)]

    def _alike(self, near: Sequence[Match[int]]) -> dict[K, float]:
        """Each article's share of the neighbours, as much as the nearest of them is like the question."""
        votes: defaultdict[K, float] = defaultdict(float)
        for match in near:
            votes[self._past.key(match.key)] += match.score**_CLOSENESS
        total = sum(votes.values())
        return {key: near[0].score * vote / total for key, vote in votes.items()} if total else {}

    def _suggestion(self, score: float, key: K, parts: tuple[float, float, float, float],
                    terms: tuple[str, ...], near: Sequence[Match[int]]) -> Suggestion[K]:
        close = [each for each in near if self._past.key(each.key) == key and each.score >= near[0].score / 2]
        text, lessons, alike, meaning = parts
        return Suggestion(
            id=key, score=score, confidence=self._weights.confidence(score), text=text, lessons=lessons, alike=alike,
            words=terms, contacts=len(close), learned=self._past.learned(key),
            meaning=meaning, outcome=self._outcomes.get(key))
