"""Suggestions beside a plain FTS5 search of the same texts: how often right, how long, how much memory.

`python -m bench.retrieval --sets FOLDER` scores every `*.jsonl.gz` there (lines of articles, contacts, queries);
`--synthetic N` measures time over N made-up articles.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import resource
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from bench.table import percentile
from knowledge.suggest import Article, Engine

_SEARCHED = 10
_NOISE = 0.2
_REFUSED = 0.05  #: of good questions, while out-of-scope ones are counted
_CURVE = (1, 5, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question, the articles that answer it (none: out of scope) and how it was disturbed."""

    text: str
    right: frozenset[str]
    language: str
    variant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """One benchmark."""

    name: str
    articles: tuple[Article[str], ...]
    history: tuple[tuple[str, str], ...]
    queries: tuple[Query, ...]


class System(Protocol):
    """What is compared."""

    def load(self, articles: Sequence[Article[str]], history: Sequence[tuple[str, str]]) -> None:
        """Take in everything."""

    def search(self, query: Query) -> list[tuple[str, float]]:
        """Articles and scores, best first."""


class Ours:
    """The engine of the house."""

    def load(self, articles: Sequence[Article[str]], history: Sequence[tuple[str, str]]) -> None:
        """Take in everything."""
        self.engine: Engine[str] = Engine()
        for article in articles:
            self.engine.put(article)
        for _ in self.engine.teach(history):
            pass

    def search(self, query: Query) -> list[tuple[str, float]]:
        """As the protocol answers."""
        found = self.engine.suggest(query.text, _SEARCHED, language=query.language)
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


def load(path: Path) -> Set:
    """A set from its file."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            each = json.loads(line)
            found[each["type"]].append(each)
    history = [(each["query"], each["id"]) for each in found["contact"]]
    random.Random(7).shuffle(history)  # files are sorted by article
    return Set(name=path.name.split(".")[0], history=tuple(history),
               articles=tuple(Article(id=each["id"], title=each["title"], body=each["body"], language=each["lang"])
                              for each in found["article"]),
               queries=tuple(Query(text=each["query"], right=frozenset(each["ids"]), language=each.get("lang", ""),
                                   variant=each["variant"]) for each in found["query"]))


def few(history: Iterable[tuple[str, str]], each: int) -> list[tuple[str, str]]:
    """The first contacts of every article."""
    taken: defaultdict[str, int] = defaultdict(int)
    kept = []
    for text, key in history:
        taken[key] += 1
        if taken[key] <= each:
            kept.append((text, key))
    return kept


def mislabelled(given: Set) -> list[tuple[str, str]]:
    """A share of the contacts under some other article."""
    chance = random.Random(11)
    keys = [article.id for article in given.articles]
    return [(text, chance.choice(keys) if chance.random() < _NOISE else key) for text, key in given.history]


def score(given: Set, system: System, queries: Sequence[Query]) -> str:
    """R@1 / R@3, out-of-scope found, and processor time of a question."""
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
    line = f"{100 * first / max(1, len(good)):5.1f} / {100 * third / max(1, len(good)):5.1f}"
    if bad:
        least = percentile(good, _REFUSED)
        line += f"   out of scope found {100 * sum(top < least for top in bad) / len(bad):.1f}"
    return f"{line}   {percentile(spent, 0.5):.2f} / {percentile(spent, 0.95):.2f} ms"


def compare(given: Set, write: Callable[[str], None], *, most: int) -> None:
    """Every row of one set, ours and the plain search."""
    write(f"\n{given.name}: {len(given.articles)} articles, {len(given.history)} contacts; "
          "R@1 / R@3, processor time p50 / p95")
    cases: list[tuple[str, Sequence[tuple[str, str]]]] = [("", given.history)]
    if given.history:
        cases += [("nothing learned", ())]
        cases += [(f"{each} contacts an article", few(given.history, each)) for each in _CURVE]
        cases += [("20 % wrong labels", mislabelled(given))]
    for system in (Ours(), Plain()):
        for name, history in cases:
            began = time.process_time()
            system.load(given.articles, history)
            taken = time.process_time() - began
            for variant in dict.fromkeys(query.variant for query in given.queries):
                if not name or variant.startswith("clean"):
                    queries = [query for query in given.queries if query.variant == variant][:most]
                    what = f"{type(system).__name__.lower():6}{variant}{', ' + name if name else ''}"
                    write(f"  {what:<44}{score(given, system, queries)}   (loaded in {taken:.1f} s)")


_ONSETS = "بپتجچحخدرزسشصطعغفقکگلمنوهی"
_TAILS = ("", "", "ها", "های", "ی", "ان", "تر", "‌ها", "‌های")
_LITTLE = ["و", "در", "از", "به", "با", "برای", "که", "این", "را", "است", "یا", "هم", "تا", "بر", "آن", "شده", "باید"]


def _words(chance: random.Random, count: int) -> list[str]:
    """Words of a made-up language with stems, endings, names and numbers; short ones first, as people use them."""
    stems = dict.fromkeys("".join(chance.choice(_ONSETS) + chance.choice(("", "ا", "ی", "و"))
                                  for _ in range(chance.choice((2, 2, 3, 3, 4)))) for _ in range(count))
    made = [stem + chance.choice(_TAILS) for stem in sorted(stems, key=len)]
    return _LITTLE + made + [str(chance.randrange(1_000_000)) for _ in range(count // 50)]


def synthetic(count: int) -> tuple[Iterator[Article[str]], list[Query]]:
    """Articles of realistic length over a vocabulary with Zipf's tail, and questions drawn from some of them."""
    chance = random.Random(5)
    numbers = np.random.default_rng(5)
    words = _words(chance, 80_000)
    weights = 1 / (np.arange(len(words)) + 2.7)
    lengths = np.clip(numbers.lognormal(4.4, 0.6, count), 15, 900).astype(int)
    drawn = numbers.choice(len(words), size=int(lengths.sum()), p=weights / weights.sum())
    ends = np.cumsum(lengths)

    def text(at: int) -> list[str]:
        return [words[n] for n in drawn[ends[at] - lengths[at] : ends[at]]]

    def articles() -> Iterator[Article[str]]:
        for at in range(count):
            found = text(at)
            yield Article(id=f"a{at}", title=" ".join(found[:5]), body=" ".join(found[5:]), language="fa")
    asked = []
    for at in range(0, count, max(1, count // 400)):
        own = chance.sample(text(at), 6)
        if at % 3 == 0:
            own[0] = own[0][1:] or own[0]  # a letter lost
        asked.append(Query(text=" ".join([*own, *chance.choices(_LITTLE, k=3)]), right=frozenset({f"a{at}"}),
                           language="fa", variant="made up"))
    return articles(), asked


def scale(count: int, write: Callable[[str], None]) -> None:
    """Time and memory over so many articles; an edit among them."""
    articles, queries = synthetic(count)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    ours = Ours()
    ours.load(tuple(articles), ())
    taken = time.process_time() - began
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    empty = Set(name="", articles=(), history=(), queries=())
    write(f"\n{count} made-up articles: built in {taken:.1f} s of processor time, {memory:.0f} MiB")
    write(f"  ours   {score(empty, ours, queries)}")
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
    write(f"  plain  {score(empty, plain, queries[:100])}")


def run(write: Callable[[str], None], *, sets: Path | None, sizes: Sequence[int], most: int) -> None:
    """Everything: the sets of a folder, when there is one, and made-up articles."""
    for path in sorted(sets.glob("*.jsonl.gz")) if sets else ():
        compare(load(path), write, most=most)
    for count in sizes:
        scale(count, write)


def main() -> None:
    """As the command line says."""
    options = argparse.ArgumentParser(prog="python -m bench.retrieval", description=(__doc__ or "").splitlines()[0])
    options.add_argument("--sets", type=Path, help="folder of *.jsonl.gz")
    options.add_argument("--synthetic", type=int, nargs="*", default=[], help="numbers of made-up articles")
    options.add_argument("--most", type=int, default=10_000, help="questions of a variant")
    given = options.parse_args()
    run(print, sets=given.sets, sizes=given.synthetic, most=given.most)


if __name__ == "__main__":
    main()
