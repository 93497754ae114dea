"""What citizens may read, as plain reads: found articles, categories, one article with its twin, the sitemap."""

from __future__ import annotations

from datetime import date
from typing import Any

from knowledge import permits
from knowledge.library import FOR_CITIZENS
from knowledge.markup import as_text, files_of
from router.errors import NotFound
from router.rules.jalali import from_gregorian
from router.rules.text import digits_fa, direction
from storage.knowledge import Article, Category, File
from storage.tx import StoreTx

_EXCERPT_CHARS = 220
MOST_IN_SITEMAP = 50_000


def shown(article: Article) -> dict[str, Any]:
    """An article as a line of a list."""
    return {"id": article.id, "title": article.title, "language": article.language,
            "direction": direction(article.title), "excerpt": excerpt(article.body)}


def excerpt(body: str) -> str:
    """The beginning of a body in one line."""
    lines = (line.lstrip("-*• ") for line in as_text(body[: 4 * _EXCERPT_CHARS]).split("\n"))
    text = " ".join(" ".join(lines).split())
    return text if len(text) <= _EXCERPT_CHARS else text[:_EXCERPT_CHARS].rsplit(" ", 1)[0] + "…"


def public(tx: StoreTx, ids: list[int]) -> list[Article]:
    """Those of some articles that citizens may read, in their order."""
    there, private = tx.knowledge.many(ids), permits.private(tx.knowledge.life.categories())
    return [there[number] for number in ids if number in there and _open(there[number], private)]


def _open(article: Article, private: frozenset[int]) -> bool:
    return article.state in FOR_CITIZENS and article.category not in private


def newest(tx: StoreTx, language: str, limit: int, category: int | None = None, before: int | None = None,
           ) -> list[Article]:
    """Of one category, when given; NotFound when citizens do not see it. `before` goes on behind an article."""
    private = permits.private(tx.knowledge.life.categories())
    if category is not None and (category in private or tx.knowledge.life.category(category) is None):
        raise NotFound("there is no such category")
    return tx.knowledge.newest(FOR_CITIZENS, language=language, limit=limit, hidden=private, before=before,
                               categories=None if category is None else [category])


def categories(tx: StoreTx, language: str) -> list[tuple[Category, int]]:
    """Those with public articles in a language, and how many."""
    counts = tx.knowledge.counts(FOR_CITIZENS, language)
    every = tx.knowledge.life.categories()
    private = permits.private(every)
    return [(each, counts[each.id]) for each in every if each.id not in private and counts.get(each.id)]


def one(tx: StoreTx, number: int) -> tuple[Article, Article | None]:
    """A public article and, when citizens may read it too, its translation. NotFound otherwise."""
    found = public(tx, [number])
    if not found:
        raise NotFound("there is no such article")
    twin = public(tx, [found[0].twin]) if found[0].twin is not None else []
    return found[0], twin[0] if twin else None


def file(tx: StoreTx, number: int) -> File:
    """A file that a public article shows or offers."""
    found = tx.knowledge.life.file(number)
    article, _ = one(tx, found.article)
    if number not in files_of(article.body):
        raise NotFound("there is no such file")
    return found


def sitemap(tx: StoreTx) -> list[tuple[Article, int | None]]:
    """Every public article, and its public translation's number."""
    private = permits.private(tx.knowledge.life.categories())
    every = tx.knowledge.newest(FOR_CITIZENS, limit=MOST_IN_SITEMAP, hidden=private)
    there = {each.id for each in every}
    return [(each, each.twin if each.twin in there else None) for each in every]


def day(of: date, language: str) -> str:
    """As people write it: the Iranian calendar in Persian."""
    return digits_fa("{:04}/{:02}/{:02}".format(*from_gregorian(of))) if language == "fa" else of.isoformat()
