"""What resolved contacts taught: which article answers which kind of question. Trained apart from use, a little at a
time, on labels that may be wrong. Pure."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Collection, Generator, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from knowledge.network import Floats, Ints, Network, Panel, Row, panel, share, train
from knowledge.runs import coded, numbered
from knowledge.tokens import Question

K = TypeVar("K", bound=Hashable)

_BITS = 18  #: features are numbered with so many
_APART = 4  #: words that may stand between two that are taken together
_WORDS = 60  #: of a question
_LETTERS = 600
_RUNS = (3, 4)
_RARE = 2  #: a run of letters in fewer questions is not learned
_MOST = 20_000  #: newest questions learned from
_MOST_CLASSES = 2_000  #: articles, those with the most questions
_FOLDS = 3
_MANY = 3_000
_LEAST = 0.001  #: a smaller share says nothing
_DOUBTED = 0.01  #: a label with so little of the likeliest one's probability, seen by a network that had not met it
_SOFTER = 0.7  #: networks are surer than right
_CHECKED_FROM = 8  #: labels are checked when articles have so many questions on average


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """The features of one question: numbers of words and word pairs, numbers of letter runs, how often each."""

    words: Ints
    words_often: Ints
    runs: Ints
    runs_often: Ints


def pieces(question: Question, known: Callable[[str], str] = str) -> Pieces:
    """Stems, neighbours, pairs further apart, words with their endings and runs of letters; `known` corrects a misspelt
    stem. Words with their endings tell «نمی‌شود» from «می‌شود», which have one stem."""
    stems = [known(each) for each in question.stems[:_WORDS]]
    found = [*stems, *("=" + each for each in question.written[:_WORDS])]
    found += map("\n".join, zip(("", *stems), (*stems, ""), strict=True))
    for at, one in enumerate(stems):
        found += [f"{one}\t{other}" if one < other else f"{other}\t{one}" for other in stems[at + 2 : at + 2 + _APART]]
    numbers = [zlib.crc32(each.encode("utf-8", "surrogatepass")) >> (32 - _BITS) for each in found]
    words, words_often = np.unique(np.array(numbers, dtype=np.int64), return_counts=True)
    codes = coded(question.spaced[:_LETTERS])
    every = np.concatenate([numbered(codes, size, _BITS - 1) for size in _RUNS])
    runs, runs_often = np.unique(every, return_counts=True)
    return Pieces(words=words, words_often=words_often.astype(np.int64), runs=runs,
                  runs_often=runs_often.astype(np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Which features are learned, and how telling each is."""

    words: Ints  #: number -> row or -1
    runs: Ints
    telling: Floats  #: by row
    border: int  #: rows of words come before those of runs

    def row(self, found: Pieces) -> Row:
        """A question over the learned features; words and runs weigh the same."""
        parts = [self._part(self.words, found.words, found.words_often), self._part(self.runs, found.runs,
                                                                                    found.runs_often)]
        return Row(features=np.concatenate([rows for rows, _ in parts]),
                   values=np.concatenate([values for _, values in parts]))

    def _part(self, table: Ints, numbers: Ints, often: Ints) -> tuple[Ints, Floats]:
        rows = table[numbers]
        there = rows >= 0
        rows = rows[there]
        values = ((1 + np.log(often[there])) * self.telling[rows]).astype(np.float32)
        return rows, values / max(np.float32(1e-6), np.float32(np.sqrt(np.square(values).sum())))


def _table(examples: Sequence[Pieces]) -> Table:
    words = np.bincount(np.concatenate([each.words for each in examples]), minlength=1 << _BITS)
    runs = np.bincount(np.concatenate([each.runs for each in examples]), minlength=1 << _BITS)
    few = len(examples) < 500
    word_numbers, run_numbers = np.flatnonzero(words), np.flatnonzero(runs >= (1 if few else _RARE))
    tables = []
    for numbers, start in ((word_numbers, 0), (run_numbers, len(word_numbers))):
        table = np.full(1 << _BITS, -1, dtype=np.int64)
        table[numbers] = np.arange(start, start + len(numbers))
        tables.append(table)
    seen = np.concatenate([words[word_numbers], runs[run_numbers]])
    telling = (np.log((len(examples) + 1) / (seen + 1)) + 1).astype(np.float32)
    return Table(words=tables[0], runs=tables[1], telling=telling, border=len(word_numbers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement(Generic[K]):
    """What lessons say to a question."""

    shares: dict[K, float]  #: of 1, of the likeliest articles
    scope: float  #: 0..1, how much the question is like those that were learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons(Generic[K]):
    """What was learned from past questions up to one moment."""

    keys: tuple[K, ...]
    table: Table
    network: Panel
    middle: float  #: by how much the favourite usually leads the average
    spread: float
    doubted: int  #: labels that were set aside
    unmet: Mapping[int, Floats]  #: favours for some examples, by their place, from networks that had not met them

    def judge(self, found: Pieces, most: int = 30) -> Judgement[K]:
        """The likeliest articles."""
        row = self.table.row(found)
        if not len(row.features):
            return Judgement(shares={}, scope=0.0)
        return self.read(self.network.judge(row), most)

    def read(self, favoured: Floats, most: int = 30) -> Judgement[K]:
        """What the network's favours mean."""
        shares = share(favoured * _SOFTER)
        best = np.argsort(-shares, kind="stable")[:most]
        lead = float(favoured.max() - favoured.mean())
        scope = 1 / (1 + float(np.exp(-(lead - self.middle) / self.spread - 1)))
        return Judgement(shares={self.keys[at]: float(shares[at]) for at in best.tolist() if shares[at] >= _LEAST},
                         scope=scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example(Generic[K]):
    """A past question and the article that resolved it; `sure` when the label cannot be wrong."""

    pieces: Pieces
    key: K
    sure: bool = False


def learn(examples: Sequence[Example[K]], probe: Collection[int] = ()) -> Generator[None, None, Lessons[K] | None]:
    """Lessons from examples, oldest first, a few milliseconds at each step; None when there is nothing to tell apart.
    The same examples in the same order give the same lessons. What is said of the examples at `probe` is kept."""
    chosen = _chosen(examples)
    examples = [each for _, each in chosen]
    keys = tuple(dict.fromkeys(each.key for each in examples))
    if len(keys) < 2:
        return None
    slots = {key: at for at, key in enumerate(keys)}
    table = _table([each.pieces for each in examples])
    yield
    rows = []
    for each in examples:
        rows.append(table.row(each.pieces))
        yield
    classes = np.array([slots[each.key] for each in examples], dtype=np.int64)
    size = len(table.telling)
    seen = yield from _crossed(rows, classes, size, len(keys))
    keep = _believable(seen, classes, len(keys)) | np.array([each.sure for each in examples])
    lead = (seen.max(axis=1) - seen.mean(axis=1))[keep]
    kept = np.flatnonzero(keep)
    network = yield from _panel([rows[at] for at in kept], classes[kept], table, len(keys))
    return Lessons(keys=keys, table=table, network=network, middle=float(lead.mean()),
                   spread=max(0.1, float(lead.std())), doubted=len(rows) - len(kept),
                   unmet={place: seen[at] for at, (place, _) in enumerate(chosen) if place in probe})


def _panel(rows: Sequence[Row], classes: Ints, table: Table, width: int) -> Generator[None, None, Panel]:
    """Networks that look at words and runs of letters, at words, and at runs of letters: they err in different ways and
    judge better together than three of one kind."""
    epochs, batch = _pace(len(rows))
    size, border = len(table.telling), table.border
    networks: list[Network] = []
    for seed, (start, end) in enumerate(((0, size), (0, border), (border, size))):
        seen = [_between(row, start, end) for row in rows]
        networks.append((yield from train(seen, classes, features=end - start, width=width, epochs=epochs, batch=batch,
                                          seed=seed)))
    return panel(*networks)


def _between(row: Row, start: int, end: int) -> Row:
    there = (row.features >= start) & (row.features < end)
    return Row(features=row.features[there] - start, values=row.values[there])


def _believable(seen: Floats, classes: Ints, width: int) -> NDArray[np.bool_]:
    """Which labels are not far from what is likely; all of them while articles have few."""
    if len(classes) < _CHECKED_FROM * width:
        return np.ones(len(classes), dtype=bool)
    shares = share(seen)
    believable: NDArray[np.bool_] = shares[np.arange(len(classes)), classes] > _DOUBTED * shares.max(axis=1)
    return believable


def _chosen(examples: Sequence[Example[K]]) -> list[tuple[int, Example[K]]]:
    """The newest, of those articles that have the most; each with its place."""
    newest = list(enumerate(examples))[-_MOST:]
    often = Counter(each.key for _, each in newest)
    most = {key for key, _ in often.most_common(_MOST_CLASSES)}
    return [(at, each) for at, each in newest if each.key in most]


def _pace(examples: int) -> tuple[int, int]:
    """Epochs and size of a batch: few examples are looked at more often."""
    if examples < 1_000:
        return 30, 16
    return (15, 32) if examples < _MANY else (8, 64)


def _crossed(rows: Sequence[Row], classes: Ints, size: int, width: int) -> Generator[None, None, Floats]:
    """Each example judged by a network that learned from others."""
    seen = np.zeros((len(rows), width), dtype=np.float32)
    numbers = np.arange(len(rows))
    for fold in range(_FOLDS):
        taught, asked = numbers[numbers % _FOLDS != fold], numbers[numbers % _FOLDS == fold]
        network = yield from train([rows[at] for at in taught], classes[taught], features=size, width=width,
                                   epochs=_pace(len(rows))[0] // 2, batch=_pace(len(rows))[1])
        seen[asked] = yield from network.judge_all([rows[at] for at in asked])
    return seen
