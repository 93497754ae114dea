"""Ranks texts by what they share with a question: BM25 over words in memory, then letter runs of the best. Pure."""

from __future__ import annotations

import heapq
import math
from array import array
from bisect import bisect_left
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from knowledge.tokens import ARTICLE_CHARS, Question, spaced, words
from knowledge.vocabulary import Vocabulary

K = TypeVar("K", bound=Hashable)

_K1, _B = 1.2, 0.75
#: Texts imagined beside the real ones, so that a word in both of two texts is not yet a common word.
BACKGROUND = 50
_FUZZ = 2.0  #: a likely misspelling counts likeness to this power
_TOP = _K1 + 1
_COMMON = 0.5  #: what a run of letters weighs that every compared text has
_RERANKED = 30  #: so many of the best by words are compared by runs of letters
_CLOSE = 0.4  #: of these, those with so much of the best one's score
_RUNS_OF = 6_000  #: characters of a text that are compared so
_FREQUENT = 1_000  #: a word in more texts than this refines what rarer words found
_REFINED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Generic[K]):
    """How well one text answers a question."""

    key: K
    score: float  #: 0..1, share of the question that is found, the more telling words weighing more


class _Posting:
    """Where one word stands: texts by rising number, and how much it counts in each."""

    __slots__ = ("counts", "texts")

    def __init__(self) -> None:
        self.texts = array("I")
        self.counts = array("f")

    def find(self, number: int) -> float:
        """How much it counts in one text; 0.0 = not there."""
        if number < 0:
            return 0.0
        at = bisect_left(self.texts, number)
        return self.counts[at] if at < len(self.texts) and self.texts[at] == number else 0.0

    def remove(self, number: int) -> None:
        at = bisect_left(self.texts, number)
        del self.texts[at], self.counts[at]


@dataclass(slots=True, kw_only=True)
class _Text(Generic[K]):
    key: K
    spaced: str
    terms: tuple[str, ...]
    length: float


class Index(Generic[K]):
    """Texts by key. Adding, replacing or removing one costs about a millisecond; a search reads only memory.

    Ranking depends on what is in the index, never on the order in which it came: equal scores go by key.
    """

    def __init__(self) -> None:
        self._postings: dict[str, _Posting] = {}
        self._vocabulary = Vocabulary()
        self._numbers: dict[K, int] = {}
        self._texts: list[_Text[K] | None] = []
        self._norms: list[float] = []
        self._total = 0.0
        self._step = 0  #: which average length the norms were made for

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, key: K) -> bool:
        return key in self._numbers

    def put(self, key: K, parts: Sequence[tuple[str, float]]) -> None:
        """Add a text, or replace it; `parts` are pieces of text and how much a word in each counts."""
        self.drop(key)
        counts: dict[str, float] = {}
        for piece, weight in parts:
            for word in words(piece[:ARTICLE_CHARS]):
                counts[word] = counts.get(word, 0.0) + weight
        number = len(self._texts)
        self._numbers[key] = number
        text = "\n".join(piece for piece, _ in parts)[:_RUNS_OF]
        self._texts.append(_Text(key=key, spaced=spaced(text), terms=tuple(counts), length=sum(counts.values())))
        self._norms.append(1.0)
        for word, count in counts.items():
            posting = self._postings.get(word)
            if posting is None:
                posting = self._postings[word] = _Posting()
                self._vocabulary.add(word)
            posting.texts.append(number)
            posting.counts.append(count)
        self._grow(number, sum(counts.values()))

    def drop(self, key: K) -> None:
        """Forget a text; nothing happens when it is not there."""
        number = self._numbers.pop(key, None)
        if number is None:
            return
        text = self._texts[number]
        assert text is not None
        for word in text.terms:
            posting = self._postings[word]
            posting.remove(number)
            if not posting.texts:
                del self._postings[word]
                self._vocabulary.drop(word)
        self._texts[number] = None
        self._grow(number, -text.length)

    def _grow(self, number: int, length: float) -> None:
        """Keep the norms true to the average length; it is rounded, so that they are seldom made anew."""
        self._total += length
        average = max(1.0, self._total / max(1, len(self._numbers)))
        step = round(math.log(average) * 10)
        numbers: Iterable[int] = (number,)
        if step != self._step:
            self._step = step
            numbers = range(len(self._texts))
        rounded = math.exp(step / 10)
        for each in numbers:
            text = self._texts[each]
            if text is not None:
                self._norms[each] = _K1 * (1 - _B + _B * text.length / rounded)

    def search(self, question: Question, limit: int = 10, *, only: Collection[K] | None = None) -> list[Match[K]]:
        """The best texts for a question (of `only`, when given), best first; [] when no word of it, nor one like it,
        is known."""
        scores, most = self._by_words(question.asked, only)
        if not scores:
            return []
        best = heapq.nlargest(_RERANKED, scores, key=scores.__getitem__)
        top_words = scores[best[0]]
        runs = self._by_runs(question.runs, [n for n in best if scores[n] >= _CLOSE * top_words])
        top_runs = max(runs.values()) or 1.0
        fused = {n: (scores[n] / top_words + runs.get(n, 0.0) / top_runs) / 2 for n in best}
        share = min(1.0, top_words / most) if most else 0.0
        order = sorted(best, key=lambda n: (-fused[n], by_key(self._text(n).key)))[:limit]
        return [Match(key=self._text(n).key, score=fused[n] * share) for n in order]

    def found(self, question: Question, key: K) -> tuple[str, ...]:
        """Stems of the question that stand in a text, the most telling first."""
        number = self._numbers.get(key, -1)
        there = [(len(p.texts), word) for word in question.asked if (p := self._postings.get(word)) and p.find(number)]
        return tuple(word for _, word in sorted(there))

    def _text(self, number: int) -> _Text[K]:
        text = self._texts[number]
        assert text is not None
        return text

    def _idf(self, texts: int) -> float:
        return math.log(1 + (len(self._numbers) + BACKGROUND - texts + 0.5) / (texts + 0.5))

    def _by_words(self, asked: Sequence[str], only: Collection[K] | None) -> tuple[dict[int, float], float]:
        """BM25 by text (of `only`), and the most that the question could reach."""
        meant = [(sum(len(posting.texts) for posting, _ in meanings), word, meanings)
                 for word in asked if (meanings := self._meanings(word))]
        most = sum(self._idf(len(self._postings[w].texts) if w in self._postings else 0) for w in asked)
        scores: dict[int, float] = {}
        narrow = False
        for texts, _, meanings in sorted(meant, key=lambda each: each[:2]):
            if texts > _FREQUENT and len(scores) >= _REFINED:
                if not narrow:
                    allowed = self._allowed(scores, only)
                    likely = heapq.nlargest(_REFINED, allowed, key=allowed.__getitem__)
                    scores, narrow = {number: scores[number] for number in likely}, True
                self._refine(meanings, scores)
            else:
                self._gather(meanings, scores)
        return self._allowed(scores, only), most

    def _allowed(self, scores: dict[int, float], only: Collection[K] | None) -> dict[int, float]:
        if only is None:
            return scores
        return {number: score for number, score in scores.items() if self._text(number).key in only}

    def _meanings(self, word: str) -> list[tuple[_Posting, float]]:
        """A known word means itself; an unknown one the known ones it is like, weighing by likeness."""
        if word in self._postings:
            return [(self._postings[word], self._idf(len(self._postings[word].texts)))]
        texts = 0
        found: list[tuple[_Posting, float]] = []
        for known, like in self._vocabulary.near(word):
            posting = self._postings[known]
            texts += len(posting.texts)
            if found and texts > _FREQUENT:
                break
            found.append((posting, self._idf(len(posting.texts)) * like**_FUZZ))
        return found

    def _gather(self, meanings: Sequence[tuple[_Posting, float]], scores: dict[int, float]) -> None:
        """In each text the best of the meanings counts."""
        norms = self._norms
        if len(meanings) == 1:
            [(posting, weight)] = meanings
            before = scores.get
            for number, count in zip(posting.texts, posting.counts, strict=True):
                scores[number] = before(number, 0.0) + weight * count * _TOP / (count + norms[number])
            return
        best: dict[int, float] = {}
        get = best.get
        for posting, weight in meanings:
            for number, count in zip(posting.texts, posting.counts, strict=True):
                score = weight * count * _TOP / (count + norms[number])
                if score > get(number, 0.0):
                    best[number] = score
        for number, score in best.items():
            scores[number] = scores.get(number, 0.0) + score

    def _refine(self, meanings: Sequence[tuple[_Posting, float]], scores: dict[int, float]) -> None:
        for number in scores:
            counts = ((posting.find(number), weight) for posting, weight in meanings)
            scores[number] += max(weight * count * _TOP / (count + self._norms[number]) for count, weight in counts)

    def _by_runs(self, asked: Collection[str], numbers: Sequence[int]) -> dict[int, float]:
        """The same texts by the runs of letters they share with the question; rare among them weighs more."""
        texts = [(number, self._text(number).spaced) for number in numbers]
        average = sum(len(text) for _, text in texts) / len(texts)
        norms = {number: _K1 * (1 - _B + _B * len(text) / average) for number, text in texts}
        scores = dict.fromkeys(numbers, 0.0)
        for run in asked:
            found = [(number, count) for number, text in texts if (count := text.count(run))]
            weight = _COMMON + math.log(1 + (len(texts) - len(found) + 0.5) / (len(found) + 0.5))
            for number, count in found:
                scores[number] += weight * count * _TOP / (count + norms[number])
        return scores


def by_key(key: Any) -> tuple[bool, Any]:
    """Keys of one kind by themselves, numbers before names."""
    return (isinstance(key, str), key)
