"""What an article may depend on, found while somebody types: other articles by title, number or address; services,
faults, warranties and pages by what is known of them here. Reads only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from knowledge import permits, sight
from router.records import Agent
from router.rules.text import HALF_SPACE, digits_latin, fold
from storage.knowledge import Article, ArticleState, Link
from storage.tx import StoreTx

ARTICLE = "article"
MOST = 10
QUERY_CHARS = 500
_WORDS = 8  #: of a query, that a title is looked through for
_KNOWN = 2_000  #: links and cases that are looked through
_PLACE = re.compile(r"(?:#article/|/help/|/api/articles/)(\d{1,12})(?!\d)")
_NUMBER = re.compile(r"#?(\d{1,12})")
#: Letters that are written in one way only; for any other one the database is asked for whatever letter.
_SURE = frozenset("abcdefghijklmnopqrstuvwxyzبپتثجچحخدذرزژسشصضطظعغفقلمنگ")


def number_in(query: str, hosts: Collection[str]) -> int | None:
    """The article that a number or an address of this house names."""
    text = digits_latin(query.strip())
    if found := _NUMBER.fullmatch(text):
        return int(found[1])
    try:
        host = urlsplit(text).netloc if "://" in text else ""
    except ValueError:
        return None
    place = _PLACE.search(text)
    return int(place[1]) if place and " " not in text and (not host or host in hosts) else None


def titled(tx: StoreTx, agent: Agent, query: str, number: int | None) -> list[Article]:
    """Articles that somebody may read whose title holds every word, also one that is not written to its end: the named
    one first, then those that begin so, then the newest."""
    granted, words = sight.rights(tx, agent), _words(query)
    named = [each for each in tx.knowledge.many([] if number is None else [number]).values()
             if permits.reads(agent, each, granted)]
    if not words:
        return named
    states = frozenset(ArticleState) - {ArticleState.ARCHIVED}
    some = tx.knowledge.titled([_pattern(word) for word in words], states, hidden=granted.unseen, inner=granted.inner,
                               drafts_of=None if permits.leads(agent) else agent.id)
    found = [each for each in some if each.id != number and permits.reads(agent, each, granted)
             and _holds(words, each.title)]
    return named + sorted(found, key=lambda each: not fold(each.title).startswith(words[0]))


def together(articles: Sequence[Article], more: Iterable[Article], without: int | None) -> list[dict[str, Any]]:
    """As the page offers them; each once, without the article that links."""
    found = {each.id: each for each in (*articles, *more) if each.id != without}
    return [_offer(each) for each in list(found.values())[:MOST]]


def known(tx: StoreTx, agent: Agent, kind: str, query: str) -> list[dict[str, Any]]:
    """What articles that somebody may read depend on already, and services that cases are about."""
    granted, words = sight.rights(tx, agent), _words(query)
    links = tx.knowledge.life.targets(kind, limit=_KNOWN)
    about = tx.knowledge.many({each.article for each in links})
    offers: dict[str, dict[str, Any]] = {}
    for each in links:
        if permits.reads(agent, about[each.article], granted):
            offers.setdefault(each.target, _plain(kind, each.target, each.title, each.url))
    if kind == "service":
        for name in tx.knowledge.gaps.services(limit=_KNOWN):
            offers.setdefault(name, _plain(kind, name))
    return [each for each in offers.values() if _holds(words, f"{each['title']} {each['target']}")][:MOST]


def shown(tx: StoreTx, agent: Agent, links: Sequence[Link]) -> list[dict[str, Any]]:
    """Links with what stands behind them now; of an article that somebody may not read only its number."""
    granted = sight.rights(tx, agent)
    there = tx.knowledge.many({int(each.target) for each in links if each.kind == ARTICLE})
    made = []
    for each in links:
        article = there.get(int(each.target)) if each.kind == ARTICLE else None
        if article is not None and permits.reads(agent, article, granted):
            made.append({"article": each.article, **_offer(article)})
        else:
            made.append({"article": each.article, **_plain(each.kind, each.target, each.title, each.url)})
    return made


def _words(query: str) -> list[str]:
    return fold(query[:QUERY_CHARS], half_space=" ").split()[:_WORDS]


def _holds(words: Iterable[str], text: str) -> bool:
    apart = fold(text, half_space=HALF_SPACE)
    both = apart.replace(HALF_SPACE, ""), apart.replace(HALF_SPACE, " ")
    return all(word in both[0] or word in both[1] for word in words)


def _pattern(word: str) -> str:
    return "%" + "".join(_wild(word[:40])) + "%"


def _wild(word: str) -> Iterator[str]:
    for letter in word:
        yield letter if letter in _SURE else "_"


def _offer(article: Article) -> dict[str, Any]:
    return {"kind": ARTICLE, "target": str(article.id), "title": article.title, "language": article.language,
            "url": f"/knowledge#article/{article.id}", "state": article.state.value}


def _plain(kind: str, target: str, title: str = "", url: str = "") -> dict[str, Any]:
    return {"kind": kind, "target": target, "title": title, "language": "", "url": url, "state": ""}
