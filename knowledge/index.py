"""Ranks texts by what they share with a question: BM25 over words in memory, then letter runs of the best. Pure."""

from __future__ import annotations

import math
import zlib
from bisect import bisect_left
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Generic, TypeVar

import numpy as np

from knowledge.postings import Meaning, Numbers, Posting, Scores, by_key, gather, norm, refine
from knowledge.runs import Counter, Cut, coded, cut
from knowledge.standing import Asked, Lookup, Terms
from knowledge.tokens import ARTICLE_CHARS, Question, spaced, telling, words
from knowledge.vocabulary import Vocabulary

K = TypeVar("K", bound=Hashable)

#: Texts imagined beside the real ones, so that a word in both of two texts is not yet a common word.
BACKGROUND = 50
_FUZZ = 2.0  #: a likely misspelling counts likeness to this power
_RERANKED = 30  #: so many of the best by words are compared by runs of letters
_CLOSE = 0.5  #: of these, those with so much of the best one's score
_PLACED = 20  #: so many of the best by both are told apart by the places of words
_RUNS_OF = 3_000  #: characters of a text that are compared so
_NOWHERE = 1 << 40  #: no text has this number
_BY_TWO = itemgetter(0, 1)
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
        close = [self._text(n).runs for n in best[:_RERANKED] if scores[n] >= _CLOSE * top]
        runs = self._runs.scores(coded(question.spaced), close)
        most_runs, none = max(runs) or 1.0, [0.0] * (len(best) - len(runs))
        fused = [(scores[n] / top + run / most_runs) / 2 for n, run in zip(best, runs + none, strict=True)]
        if not self._flat:
            fused = self._with_places(fused, asked, best)
        share = min(1.0, top / (sum([each.telling for each in asked]) or math.inf))
        order = sorted([(-round(score, 9), *by_key(self._text(n).key)) for score, n in zip(fused, best, strict=True)])
        return [Match(key=key, score=-score * share) for score, _, key in order[:limit]]

    def _with_places(self, alone: Sequence[float], asked: Sequence[Asked], best: Sequence[int]) -> list[float]:
        """These scores and what the places of words say of the highest, as high as they were before."""
        fused: Scores = np.array(alone)
        highest = np.argsort(-fused, kind="stable")[:_PLACED]
        texts = [self._text(best[at]) for at in highest.tolist()]
        titles = [text.title for text in texts]
        fused[highest] += self._lookup.told(asked, [text.terms for text in texts], titles, self._telling)
        fused *= max(alone) / fused.max()
        both: list[float] = fused.tolist()
        return both

    def found(self, question: Question, keys: Sequence[K]) -> list[tuple[str, ...]]:
        """By text, stems of the question that stand in it, the most telling first."""
        there = sorted([(len(posting.texts), word, posting.texts) for word in question.asked
                        if (posting := self._postings.get(word)) is not None], key=_BY_TWO)
        numbers = [self._numbers.get(key, _NOWHERE) for key in keys]
        return [tuple([word for often, word, texts in there
                       if (at := bisect_left(texts, number)) < often and texts[at] == number]) for number in numbers]

    def known(self, word: str) -> bool:
        """Whether a stem stands in any text."""
        return word in self._postings

    def near(self, word: str) -> str:
        """The known stem that an unknown one most likely is; itself when there is none."""
        return next((known for known, _ in self._vocabulary.near(word)), word)

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
        for word, meanings in zip(question.asked, self._meanings(question), strict=True):
            asked.append(Asked(means=tuple([posting.number for posting, _ in meanings]),
                               telling=self._idf(len(self._postings[word]) if word in self._postings else 0)))
            if meanings:
                meant.append((sum([len(posting.texts) for posting, _ in meanings]), word, meanings))
        meant.sort(key=_BY_TWO)
        scores: Scores = np.zeros(len(self._texts))
        rare = sum(texts <= _FREQUENT for texts, _, _ in meant)
        gather([meanings for _, _, meanings in meant[:rare]], self._norms, scores, self._scratch)
        touched, narrow = np.flatnonzero(scores), None
        for _, _, meanings in meant[rare:]:
            if narrow is None and len(touched) >= _REFINED:
                narrow = self._narrowed(touched, scores, only)
            if narrow is not None:
                refine(meanings, narrow, self._norms, scores)
            else:
                gather([meanings], self._norms, scores, self._scratch)
                touched = np.flatnonzero(scores)
        likely = self._best(touched if narrow is None else narrow, scores, count, only)
        return likely, dict(zip(likely, scores[likely].tolist(), strict=True)), asked

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

    def _meanings(self, question: Question) -> list[list[Meaning]]:
        """Of each word: itself, or the known ones an unknown one is like, weighing by likeness; and its synonyms."""
        found: list[list[Meaning]] = []
        strange = []
        for word in question.asked:
            meant = []
            for each, weight in ((word, 1.0), *question.also.get(word, ())):
                posting = self._postings.get(each)
                if posting is not None:
                    meant.append((posting, self._idf(len(posting.texts)) * weight))
            if not meant:
                strange.append(len(found))
            found.append(meant)
        for at, likes in zip(strange, self._vocabulary.near_each([question.asked[at] for at in strange]), strict=True):
            found[at] = self._alike(likes)
        return found

    def _alike(self, likes: Sequence[tuple[str, float]]) -> list[Meaning]:
        texts = 0
        found: list[Meaning] = []
        for known, like in likes:
            posting = self._postings[known]
            texts += len(posting.texts)
            if found and texts > _FREQUENT:
                break
            found.append((posting, self._idf(len(posting.texts)) * like**_FUZZ))
        return found
