"""Ranks texts by what they share with a question: BM25 over words in memory, then letter runs of the best. Pure."""

from __future__ import annotations

import math
import zlib
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from knowledge.postings import TOP, Meaning, Numbers, Posting, Scores, by_key, gather, norm, refine
from knowledge.runs import GRAM, Counter, Cut, coded, cut
from knowledge.standing import Asked, Lookup, Terms
from knowledge.tokens import ARTICLE_CHARS, Question, spaced, telling, words
from knowledge.vocabulary import Vocabulary

K = TypeVar("K", bound=Hashable)

#: Texts imagined beside the real ones, so that a word in both of two texts is not yet a common word.
BACKGROUND = 50
_FUZZ = 2.0  #: a likely misspelling counts likeness to this power
_COMMON = 0.5  #: what a run of letters weighs that every compared text has
_RERANKED = 30  #: so many of the best by words are compared by runs of letters
_CLOSE = 0.4  #: of these, those with so much of the best one's score
_RUNS_OF = 3_000  #: characters of a text that are compared so
_FREQUENT = 3_000  #: a word in more texts than this refines what rarer words found
_REFINED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Generic[K]):
    """How well one text answers a question."""

    key: K
    score: float  #: 0..1, share of the question that is found, the more telling words weighing more


@dataclass(slots=True, kw_only=True)
class _Text(Generic[K]):
    key: K
    runs: Cut
    terms: Terms  #: its words in order, as numbers
    title: Terms  #: different words of the first of several parts, those that tell something
    length: float


class Index(Generic[K]):
    """Texts by key. Adding, replacing or removing one costs about a millisecond; a search reads only memory.

    Ranking depends on what is in the index, never on the order in which it came: equal scores go by key. `flat` texts
    are single questions, in which it matters little where a word stands.
    """

    def __init__(self, *, flat: bool = False) -> None:
        self._flat = flat
        self._postings: dict[str, Posting] = {}
        self._words: list[str] = []  #: by number
        self._unused: list[int] = []
        self._often: Numbers = np.zeros(64, dtype=np.int64)  #: texts that have a word
        self._vocabulary = Vocabulary()
        self._numbers: dict[K, int] = {}
        self._texts: list[_Text[K] | None] = []
        self._free: list[int] = []
        self._norms: Scores = np.ones(64)
        self._scratch: Scores = np.zeros(64)
        self._lengths: Scores = np.zeros(64)
        self._places: Numbers = np.zeros(64, dtype=np.int64)  #: of keys among equals
        self._total = 0.0
        self._step = 0  #: which average length the norms were made for
        self._runs = Counter()
        self._lookup = Lookup()

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, key: K) -> bool:
        return key in self._numbers

    def put(self, key: K, parts: Sequence[tuple[str, float]]) -> None:
        """Add a text, or replace it; `parts` are pieces of text and how much a word in each counts (quarters)."""
        self.drop(key)
        counts: dict[str, float] = {}
        read = [words(piece[:ARTICLE_CHARS]) for piece, _ in parts]
        for found, (_, weight) in zip(read, parts, strict=True):
            for word in found:
                counts[word] = counts.get(word, 0.0) + weight
        numbers = {word: self._posting(word).number for word in counts}
        title = telling(dict.fromkeys(read[0])) if len(read) > 1 else []
        text = "\n".join(piece for piece, _ in parts)[:_RUNS_OF]
        made = _Text(key=key, runs=cut(spaced(text)), length=sum(counts.values()),
                     terms=np.array([numbers[word] for found in read for word in found], dtype=np.uint32),
                     title=np.array([numbers[word] for word in title], dtype=np.uint32))
        number = self._place(made)
        for word, count in counts.items():
            self._postings[word].add(number, count)
        self._often[list(numbers.values())] += 1
        self._grow(number, made.length)

    def _posting(self, word: str) -> Posting:
        posting = self._postings.get(word)
        if posting is None:
            number = self._unused.pop() if self._unused else len(self._words)
            if number == len(self._words):
                self._words.append(word)
                if number == len(self._often):
                    self._often = np.concatenate([self._often, np.zeros_like(self._often)])
            self._words[number] = word
            posting = self._postings[word] = Posting(number)
            self._vocabulary.add(word)
        return posting

    def _place(self, text: _Text[K]) -> int:
        if self._free:
            number = self._free.pop()
            self._texts[number] = text
        else:
            number = len(self._texts)
            self._texts.append(text)
            if number == len(self._norms):
                self._norms = np.concatenate([self._norms, np.ones_like(self._norms)])
                self._scratch = np.zeros(len(self._norms))
                self._lengths = np.concatenate([self._lengths, np.zeros_like(self._lengths)])
                self._places = np.concatenate([self._places, np.zeros_like(self._places)])
        self._numbers[text.key] = number
        self._places[number] = text.key if isinstance(text.key, int) else zlib.crc32(str(text.key).encode())
        return number

    def drop(self, key: K) -> None:
        """Forget a text; nothing happens when it is not there."""
        number = self._numbers.pop(key, None)
        if number is None:
            return
        text = self._text(number)
        terms = np.unique(text.terms)
        self._often[terms] -= 1
        for word in [self._words[term] for term in terms.tolist()]:
            posting = self._postings[word]
            posting.remove(number)
            if not posting.texts:
                del self._postings[word]
                self._unused.append(posting.number)
                self._vocabulary.drop(word)
        self._texts[number] = None
        self._free.append(number)
        self._grow(number, -text.length)

    def _grow(self, number: int, length: float) -> None:
        """Keep the norms true to the average length; it is rounded, so that they are seldom made anew."""
        self._total += length
        self._lengths[number] = max(0.0, length)
        average = max(1.0, self._total / max(1, len(self._numbers)))
        step = round(math.log(average) * 10)
        rounded = math.exp(step / 10)
        if step != self._step:
            self._step = step
            self._norms = norm(self._lengths / rounded)
        else:
            self._norms[number] = norm(self._lengths[number : number + 1] / rounded)[0]

    def search(self, question: Question, limit: int = 10, *, only: Collection[K] | None = None) -> list[Match[K]]:
        """The best texts for a question (of `only`, when given), best first; [] when no word of it, nor one like it,
        is known."""
        best, scores, asked = self._by_words(question, max(_RERANKED, limit), only)
        if not best:
            return []
        top = scores[best[0]]
        runs = self._by_runs(question, [n for n in best[:_RERANKED] if scores[n] >= _CLOSE * top])
        top_runs = max(runs.values()) or 1.0
        fused = [(scores[n] / top + runs.get(n, 0.0) / top_runs) / 2 for n in best]
        if not self._flat:
            fused = self._with_places(fused, asked, best)
        most = sum(each.telling for each in asked)
        share = min(1.0, top / most) if most else 0.0
        order = sorted([(-round(score, 9), *by_key(self._text(n).key)) for score, n in zip(fused, best, strict=True)])
        return [Match(key=key, score=-score * share) for score, _, key in order[:limit]]

    def _with_places(self, alone: Sequence[float], asked: Sequence[Asked], best: Sequence[int]) -> list[float]:
        """These scores and what the places of words say, as high as they were before."""
        texts = [self._text(number) for number in best]
        told = self._lookup.told(asked, [text.terms for text in texts], [text.title for text in texts], self._telling)
        fused: Scores = told + alone
        fused *= max(alone) / fused.max()
        both: list[float] = fused.tolist()
        return both

    def found(self, question: Question, keys: Sequence[K]) -> list[tuple[str, ...]]:
        """By text, stems of the question that stand in it, the most telling first."""
        there = sorted((len(posting), word, posting.has) for word in question.asked
                       if (posting := self._postings.get(word)) is not None)
        numbers = [self._numbers.get(key, -1) for key in keys]
        return [tuple(word for _, word, has in there if number >= 0 and has(number)) for number in numbers]

    def known(self, word: str) -> bool:
        """Whether a stem stands in any text."""
        return word in self._postings

    def near(self, word: str) -> str:
        """The known stem that an unknown one most likely is; itself when there is none."""
        found = self._vocabulary.near(word)
        return found[0][0] if found else word

    def _text(self, number: int) -> _Text[K]:
        text = self._texts[number]
        assert text is not None
        return text

    def _idf(self, texts: int) -> float:
        return math.log(1 + (len(self._numbers) + BACKGROUND - texts + 0.5) / (texts + 0.5))

    def _telling(self, terms: Terms) -> Scores:
        often = self._often[terms]
        worth: Scores = np.log(1 + (len(self._numbers) + BACKGROUND - often + 0.5) / (often + 0.5))
        return worth

    def _by_words(self, question: Question, count: int, only: Collection[K] | None,
                  ) -> tuple[list[int], dict[int, float], list[Asked]]:
        """The best texts (of `only`) by BM25 with their scores, and the words of the question."""
        meant, asked = [], []
        for word in question.asked:
            meanings = self._meanings(word, question.also.get(word, ()))
            asked.append(Asked(means=tuple(posting.number for posting, _ in meanings),
                               telling=self._idf(len(self._postings[word]) if word in self._postings else 0)))
            if meanings:
                meant.append((sum(len(posting) for posting, _ in meanings), word, meanings))
        scores: Scores = np.zeros(len(self._texts))
        narrow: Numbers | None = None
        for texts, _, meanings in sorted(meant, key=lambda each: each[:2]):
            if texts > _FREQUENT and narrow is None:
                touched = np.flatnonzero(scores)
                if len(touched) >= _REFINED:
                    narrow = self._narrowed(touched, scores, only)
            if narrow is None:
                gather(meanings, self._norms, scores, self._scratch)
            else:
                refine(meanings, narrow, self._norms, scores)
        likely = self._best(np.flatnonzero(scores) if narrow is None else narrow, scores, count, only)
        return likely, {number: float(scores[number]) for number in likely}, asked

    def _narrowed(self, touched: Numbers, scores: Scores, only: Collection[K] | None) -> Numbers:
        return np.sort(np.array(self._best(touched, scores, _REFINED, only), dtype=np.int64))

    def _best(self, touched: Numbers, scores: Scores, count: int, only: Collection[K] | None) -> list[int]:
        """The best of those touched that are allowed, ties by key. Asks `only` of no more than it must."""
        found: list[int] = []
        for batch in self._sorted(touched, scores, count if only is None else 2 * count):
            found += [n for n in batch if only is None or self._text(n).key in only]
            if len(found) >= count:
                break
        return found[:count]

    def _sorted(self, touched: Numbers, scores: Scores, first: int) -> Iterator[list[int]]:
        """All numbers by falling score, ties by key, in batches of rising size."""
        values, size = scores[touched], first
        while len(touched) > size:
            least = np.partition(values, -size)[-size]
            good = values >= least
            yield self._ordered(touched[good], values[good])
            touched, values, size = touched[~good], values[~good], size * 4
        yield self._ordered(touched, values)

    def _ordered(self, numbers: Numbers, values: Scores) -> list[int]:
        order: list[int] = numbers[np.lexsort((self._places[numbers], -values))].tolist()
        return order

    def _meanings(self, word: str, also: Sequence[tuple[str, float]]) -> list[Meaning]:
        """A known word means itself; an unknown one the known ones it is like, weighing by likeness; either one's
        synonyms (`also`) weigh what they say."""
        found = [(self._postings[w], self._idf(len(self._postings[w])) * weight) for w, weight in also
                 if w in self._postings]
        own = self._postings.get(word)
        if own is not None:
            return [(own, self._idf(len(own))), *found]
        if found:
            return found
        texts = 0
        for known, like in self._vocabulary.near(word):
            posting = self._postings[known]
            texts += len(posting)
            if found and texts > _FREQUENT:
                break
            found.append((posting, self._idf(len(posting)) * like**_FUZZ))
        return found

    def _by_runs(self, question: Question, numbers: Sequence[int]) -> dict[int, float]:
        """The same texts by the runs of letters they share with the question; rare among them weighs more."""
        texts = [self._text(number).runs for number in numbers]
        counts = self._runs.count(coded(question.spaced), texts).astype(np.float64)
        lengths = np.array([len(text) + GRAM - 1 for text in texts], dtype=np.float64)
        norms = norm(lengths / (lengths.sum() / len(texts)))[:, None]
        there = np.count_nonzero(counts, axis=0)
        weights = _COMMON + np.log(1 + (len(texts) - there + 0.5) / (there + 0.5))
        weights[there == 0] = 0.0
        scores = (weights * TOP * counts / (counts + norms)).sum(axis=1)
        return dict(zip(numbers, scores.tolist(), strict=True))
