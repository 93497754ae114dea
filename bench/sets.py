"""Sets of questions with their answers, from files; and the past of one cut short or spoiled."""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.suggest import Article

_NOISE = 0.2


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
