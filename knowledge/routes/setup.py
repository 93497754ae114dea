"""Setting up knowledge, as JSON: categories, synonyms, automatic routing, imports. Decides nothing."""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict
from functools import partial
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from knowledge import archives, articles, importing, permits, reading, routing, sight
from knowledge.asks import FLAG, MAYBE, NUMBER, TEXT, answer, id_of, many, number_in, obj
from knowledge.given import Given
from router.errors import BadRequest, NotFound
from router.events import KnowledgeSet
from router.records import Role
from router.routes import Access, Route
from router.rules.text import clean
from router.web import json_answer, json_body, take
from storage.knowledge import ArticleState, Category
from storage.tx import StoreTx

_ANY = {"type": "object"}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
GROUPS, WORDS, WORD_CHARS = 2_000, 20, 60
_CATEGORY = {"name": TEXT, "title_fa": TEXT, "title_en": TEXT, "position": NUMBER, "least_role": TEXT,
             "skills": many(TEXT), "queues": many(TEXT), "editors": many(TEXT), "owner": MAYBE, "public": FLAG}


class Setup:
    """One method a route."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See docs/knowledge.md."""
        get = partial(Route, method="GET", access=Access.AGENT, api=True)
        admin = partial(Route, method="POST", access=Access.ADMIN, api=True, errors=(404, 409))
        return [
            get(path="/api/knowledge/categories", handler=self.categories, summary="The shelves one may look at",
                answer=answer(categories=many(_ANY))),
            admin(path="/api/knowledge/categories", handler=self.add_category, summary="A new shelf",
                  body=obj("name", "title_fa", "title_en", **_CATEGORY), answer=answer(category=_ANY)),
            admin(path="/api/knowledge/categories/{id}", handler=self.change_category, summary="Change a shelf",
                  body=obj("version", version=NUMBER, **_CATEGORY), answer=answer(category=_ANY)),
            get(path="/api/knowledge/synonyms", handler=self.synonyms, summary="Words that mean the same",
                answer=answer(synonyms=many(_ANY))),
            admin(path="/api/knowledge/synonyms", handler=self.add_synonyms, summary="A new group of such words",
                  body=obj("words", words=many(TEXT)), answer=answer(id=NUMBER)),
            admin(path="/api/knowledge/synonyms/{id}", handler=self.set_synonyms,
                  summary="The words of a group; without words it goes",
                  body=obj("words", words=many(TEXT)), answer=answer(id=NUMBER)),
            get(path="/api/knowledge/meaning", handler=self.meaning, access=Access.SUPERVISOR,
                summary="How far the model of meaning has read, and whether it counts",
                answer=answer(meaning=_ANY)),
            get(path="/api/knowledge/routing", handler=self.routing, access=Access.SUPERVISOR,
                summary="From which confidence a contact is routed without a person, and how right proposals were",
                answer=answer(thresholds=_ANY, record=_ANY)),
            admin(path="/api/knowledge/routing", handler=self.set_routing, answer=answer(thresholds=_ANY),
                  summary="Set that; null switches a field off", body=obj(queue={"type": ["number", "null"]},
                  service={"type": ["number", "null"]}, kind={"type": ["number", "null"]})),
            Route(method="POST", path="/api/knowledge/import", handler=self.take_in, access=Access.SUPERVISOR,
                  api=True, max_bytes=archives.MOST_BYTES, errors=(413,),
                  summary="Import CSV, Markdown, HTML or a zip: the raw file, its name in X-File-Name",
                  query={"dry": NUMBER, "state": TEXT, "category": NUMBER},
                  answer=answer(report=many(_ANY), counts=_ANY)),
        ]

    async def categories(self, request: web.Request) -> web.Response:
        """In their order, with how many articles stand there."""
        agent = self._given.who(request)

        def read(tx: StoreTx) -> list[dict[str, Any]]:
            all_of, open_ones = tx.knowledge.counts(permits.LIVE), tx.knowledge.counts([ArticleState.PUBLIC])
            granted = sight.rights(tx, agent)
            return [asdict(each) | {"articles": (all_of if granted.holds(each) else open_ones).get(each.id, 0),
                                    "holds": granted.holds(each)}
                    for each in tx.knowledge.life.categories() if each.id not in granted.unseen]
        return json_answer({"categories": await self._given.store.snapshot(read)})

    async def add_category(self, request: web.Request) -> web.Response:
        """Its name is for addresses and imports."""
        agent, data = self._given.who(request), await json_body(request)
        given = {"position": 0, "least_role": "agent", "skills": [], "public": True, **_category(data)}
        for name in ("name", "title_fa", "title_en"):
            take(given, name, str)

        def unit(tx: StoreTx) -> Category:
            tx.emit(KnowledgeSet(what="categories"), actor=f"agent:{agent.id}")
            return tx.knowledge.life.add_category(**_there(tx, given))
        return json_answer({"category": asdict(await self._given.store.run(unit))})

    async def change_category(self, request: web.Request) -> web.Response:
        """Compare-and-set."""
        agent, number, data = self._given.who(request), id_of(request), await json_body(request)
        version = take(data, "version", int)
        given = _category({name: value for name, value in data.items() if name != "version"})

        def unit(tx: StoreTx) -> Category:
            tx.emit(KnowledgeSet(what="categories"), actor=f"agent:{agent.id}")
            return tx.knowledge.life.change_category(number, version, **_there(tx, given))
        return json_answer({"category": asdict(await self._given.store.run(unit))})

    async def synonyms(self, request: web.Request) -> web.Response:
        """Every group."""
        found = await self._given.store.snapshot(lambda tx: tx.knowledge.life.synonyms())
        return json_answer({"synonyms": [{"id": number, "words": list(words)} for number, words in found]})

    async def add_synonyms(self, request: web.Request) -> web.Response:
        """At least two words."""
        return await self._synonyms(request, None, _words(await json_body(request), least=2))

    async def set_synonyms(self, request: web.Request) -> web.Response:
        """[] lets the group go."""
        words = _words(await json_body(request), least=0)
        if len(words) == 1:
            raise BadRequest("one word alone means nothing else; name two, or none", field="words")
        return await self._synonyms(request, id_of(request), words)

    async def _synonyms(self, request: web.Request, number: int | None, words: tuple[str, ...]) -> web.Response:
        agent = self._given.who(request)

        def unit(tx: StoreTx) -> int:
            if number is None and len(tx.knowledge.life.synonyms()) >= GROUPS:
                raise BadRequest(f"there are at most {GROUPS} groups", field="words")
            tx.emit(KnowledgeSet(what="synonyms"), actor=f"agent:{agent.id}")
            return tx.knowledge.life.set_synonyms(number, words, agent.id)
        return json_answer({"id": await self._given.store.run(unit)})

    async def meaning(self, request: web.Request) -> web.Response:
        """Of this node."""
        return json_answer({"meaning": asdict(await self._given.library.meaning())})

    async def routing(self, request: web.Request) -> web.Response:
        """What an administrator needs to choose a threshold."""
        def read(tx: StoreTx) -> dict[str, Any]:
            return {"thresholds": routing.thresholds(tx), "record": routing.record(tx.knowledge.gaps.hints())}
        return json_answer(await self._given.store.snapshot(read))

    async def set_routing(self, request: web.Request) -> web.Response:
        """Off by default."""
        agent, data = self._given.who(request), await json_body(request)
        return json_answer({"thresholds": await self._given.store.run(
            lambda tx: routing.set_thresholds(tx, agent, data))})

    async def take_in(self, request: web.Request) -> web.Response:
        """A line of report for each item; with `dry` nothing is stored."""
        agent, content = self._given.who(request), await request.read()
        name = unquote(request.headers.get("X-File-Name", ""))[:300]
        state, dry = _state(request), bool(number_in(request, "dry"))
        category = number_in(request, "category")
        if category is not None:
            holds = await self._given.store.snapshot(
                lambda tx: sight.rights(tx, agent).holds(tx.knowledge.life.category(category)))
            if not holds:
                raise NotFound(f"there is no category {category}")
        items = await asyncio.to_thread(reading.read, name, content)
        report = await importing.run(self._given.store, agent, items, state=state, category=category, dry=dry,
                                     four_eyes=self._given.rules.four_eyes)
        counts = {word: sum(line["outcome"] == word for line in report)
                  for word in ("created", "changed", "same", "refused")}
        return json_answer({"report": report, "counts": counts})


def _state(request: web.Request) -> ArticleState:
    named = request.query.get("state", "draft")
    if named not in ("draft", "internal", "public"):
        raise BadRequest("state is one of draft, internal, public", field="state")
    return ArticleState(named)


def _category(data: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(data.keys() - _CATEGORY.keys())
    if unknown:
        raise BadRequest(f"a category has no field {unknown[0]!r}", field=unknown[0])
    found: dict[str, Any] = {}
    if "name" in data:
        found["name"] = take(data, "name", str)
        if not _NAME.fullmatch(found["name"]):
            raise BadRequest("a name has small letters, digits and hyphens", field="name")
    for name in ("title_fa", "title_en"):
        if name in data:
            found[name] = articles.text_of(data, name, 80, least=1)
    if "position" in data:
        found["position"] = max(-10_000, min(10_000, take(data, "position", int)))
    if "least_role" in data:
        found["least_role"] = articles.one_of(data, "least_role", [role.value for role in Role])
    if "skills" in data:
        found["skills"] = list(articles.keywords_of(take(data, "skills", list)))
    for name in ("queues", "editors"):
        if name in data:
            found[name] = list(articles.keywords_of(take(data, name, list)))
    if "owner" in data:
        found["owner_id"] = take(data, "owner", int, default=None)
    if "public" in data:
        found["public"] = take(data, "public", bool)
    if not found:
        raise BadRequest("name at least one field")
    return found


def _there(tx: StoreTx, given: dict[str, Any]) -> dict[str, Any]:
    """BadRequest when a queue or the owner that a category names is not there."""
    known = {each.name for each in tx.desk.queues()}
    for name in ("queues", "editors"):
        for each in given.get(name, ()):
            if each not in known:
                raise BadRequest(f"there is no queue {each!r}", field=name)
    if given.get("owner_id") is not None and not any(
            each.id == given["owner_id"] and each.active for each in tx.desk.agents()):
        raise BadRequest("nobody with this number works here", field="owner")
    return given


def _words(data: dict[str, Any], *, least: int) -> tuple[str, ...]:
    given = take(data, "words", list)
    words = tuple(dict.fromkeys(" ".join(clean(each).split()) for each in given if isinstance(each, str)))
    if len(words) != len(given) or not least <= len(words) <= WORDS or any(
            not 1 <= len(each) <= WORD_CHARS for each in words):
        raise BadRequest(f"a group has 2 to {WORDS} different words of at most {WORD_CHARS} characters", field="words")
    return words
