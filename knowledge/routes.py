"""The HTTP side of knowledge: articles and suggestions as JSON for agents. Decides nothing."""

from __future__ import annotations

from functools import partial
from typing import Any

from aiohttp import web

from knowledge import articles, proposals, reasons
from knowledge.given import Given
from knowledge.library import FOR_AGENTS
from router.errors import BadRequest, NotFound
from router.model import ContactId
from router.records import Agent, Role
from router.routes import Access, Route
from router.rules.text import clean
from router.web import json_answer, json_body, take
from storage.knowledge import ArticleState
from storage.tx import StoreTx

MOST_LISTED = 100
QUERY_CHARS = 500
_BIGGEST = 2**53
_TEXT, _NUMBER, _MOMENT = {"type": "string"}, {"type": "integer"}, {"type": "string", "format": "date-time"}
_WORDS = {"type": "object", "properties": {"en": _TEXT, "fa": _TEXT}, "required": ["en", "fa"]}
_STATE = {"type": "string", "enum": [state.value for state in ArticleState]}
_FIELDS = {"title": _TEXT, "body": _TEXT, "language": {"type": "string", "enum": list(articles.LANGUAGES)},
           "state": _STATE, "keywords": {"type": "array", "items": _TEXT}}
_ARTICLE = {"type": "object", "properties": {
    "id": _NUMBER, **_FIELDS, "version": _NUMBER, "created_at": _MOMENT, "updated_at": _MOMENT,
    "author": {"type": ["integer", "null"]}, "why": _WORDS, "weak": {"type": "boolean"}},
    "required": ["id", *_FIELDS, "version", "created_at", "updated_at", "author"], "additionalProperties": False}
_SUGGESTION = {"type": "object", "properties": {
    "article": _NUMBER, "title": _TEXT, "text": _TEXT, "language": _TEXT, "weak": {"type": "boolean"}, "why": _WORDS},
    "required": ["article", "title", "text", "language", "weak", "why"], "additionalProperties": False}


def _answer(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


class Articles:
    """One method a route."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See docs/knowledge.md."""
        get = partial(Route, method="GET", access=Access.AGENT, api=True)
        write = partial(Route, method="POST", access=Access.SUPERVISOR, api=True, answer=_answer(article=_ARTICLE))
        version = {"version": _NUMBER}
        return [
            get(path="/api/articles", handler=self.listed,
                summary="Articles, newest first; with `q` those that answer it, best first (`language` is preferred)",
                query={"q": _TEXT, "state": _STATE, "language": _TEXT, "before": _NUMBER, "limit": _NUMBER},
                answer=_answer(articles={"type": "array", "items": _ARTICLE}, next={"type": ["integer", "null"]})),
            get(path="/api/articles/{id}", handler=self.one, summary="One article", errors=(404,),
                answer=_answer(article=_ARTICLE)),
            write(path="/api/articles", handler=self.create, summary="Write an article",
                  body={"type": "object", "properties": _FIELDS, "required": ["title"]}),
            write(path="/api/articles/{id}", handler=self.change, errors=(404, 409),
                  summary="Change an article; `version` is the one that was read",
                  body={"type": "object", "properties": _FIELDS | version, "required": ["version"]}),
            write(path="/api/articles/{id}/archive", handler=self.archive, errors=(404, 409),
                  summary="Take an article out of use", body={"type": "object", "properties": version,
                                                              "required": ["version"]}),
            get(path="/api/contacts/{id}/suggestions", handler=self.suggestions, errors=(404, 429),
                summary="Articles that answer what the citizen said; recorded as shown",
                answer=_answer(suggestions={"type": "array", "items": _SUGGESTION})),
            Route(method="POST", path="/api/contacts/{id}/suggestions/{article}/used", handler=self.used, errors=(404,),
                  access=Access.AGENT, api=True, summary="An article was put into an answer",
                  body={"type": "object", "properties": {"how": {"type": "string", "enum": ["inserted"]}}},
                  answer=_answer(used={"type": "boolean"})),
        ]

    async def listed(self, request: web.Request) -> web.Response:
        """Newest first; with `q` best first, each with its reason."""
        states = _states(request, self._given.who(request))
        language, limit = request.query.get("language", ""), _number(request, "limit", MOST_LISTED) or 50
        question = clean(request.query.get("q", ""), limit=QUERY_CHARS).strip()
        if question:
            return await self._found(question, states, language, limit)
        before = _number(request, "before")
        page = await self._given.store.snapshot(
            lambda tx: tx.knowledge.newest(states, language=language, before=before, limit=limit + 1))
        following = page[limit - 1].id if len(page) > limit else None
        return json_answer({"articles": [articles.view(each) for each in page[:limit]], "next": following})

    async def _found(self, question: str, states: frozenset[ArticleState], language: str, limit: int) -> web.Response:
        best = await self._given.library.suggest(question, states=states, limit=limit, language=language)
        there = await self._given.store.snapshot(lambda tx: tx.knowledge.many([each.id for each in best]))
        views = [articles.view(there[each.id]) | {"weak": each.weak, "why": reasons.told(reasons.kept(each))}
                 for each in best if each.id in there and there[each.id].state in states]
        return json_answer({"articles": views, "next": None})

    async def one(self, request: web.Request) -> web.Response:
        """Drafts and archived ones only for those who write."""
        agent, number = self._given.who(request), _id(request)
        found = await self._given.store.snapshot(lambda tx: tx.knowledge.get(number))
        if found.state not in _visible(agent):
            raise NotFound(f"there is no article {number}")
        return json_answer({"article": articles.view(found)})

    async def create(self, request: web.Request) -> web.Response:
        """A new article."""
        agent, given = self._given.who(request), articles.fields_of(await json_body(request))
        made = await self._given.store.run(lambda tx: articles.create(tx, agent, given))
        return json_answer({"article": articles.view(made)})

    async def change(self, request: web.Request) -> web.Response:
        """The next version."""
        agent, number, data = self._given.who(request), _id(request), await json_body(request)
        version, given = take(data, "version", int), articles.fields_of(data)
        made = await self._given.store.run(lambda tx: articles.change(tx, agent, number, version, given))
        return json_answer({"article": articles.view(made)})

    async def archive(self, request: web.Request) -> web.Response:
        """Its last state; it is found no more."""
        agent, number, data = self._given.who(request), _id(request), await json_body(request)
        version, state = take(data, "version", int), {"state": ArticleState.ARCHIVED}
        made = await self._given.store.run(lambda tx: articles.change(tx, agent, number, version, state))
        return json_answer({"article": articles.view(made)})

    async def suggestions(self, request: web.Request) -> web.Response:
        """For the console's side panel."""
        found = await proposals.propose(self._given, self._given.who(request), ContactId(_id(request)))
        return json_answer({"suggestions": found})

    async def used(self, request: web.Request) -> web.Response:
        """Idempotent."""
        agent, contact, article = self._given.who(request), ContactId(_id(request)), _id(request, "article")
        data = await json_body(request) if request.can_read_body else {}
        if take(data, "how", str, default="inserted") != "inserted":
            raise BadRequest("how is 'inserted'", field="how")

        def unit(tx: StoreTx) -> None:
            proposals.use(tx, self._given, agent, contact, article)
        await self._given.store.run(unit)
        return json_answer({"used": True})


def _visible(agent: Agent) -> frozenset[ArticleState]:
    return FOR_AGENTS if agent.role is Role.AGENT else frozenset(ArticleState)


def _states(request: web.Request, agent: Agent) -> frozenset[ArticleState]:
    allowed = _visible(agent)
    named = request.query.get("state", "")
    if not named:
        return allowed - {ArticleState.ARCHIVED}
    if named not in [state.value for state in ArticleState]:
        raise BadRequest(f"state is one of {', '.join(ArticleState)}", field="state")
    return allowed & {ArticleState(named)}


def _id(request: web.Request, name: str = "id") -> int:
    text = request.match_info[name]
    if not (text.isascii() and text.isdigit()) or int(text[:20]) > _BIGGEST:
        raise NotFound("there is no such thing")
    return int(text)


def _number(request: web.Request, name: str, most: int = _BIGGEST) -> int | None:
    text = request.query.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:20]) <= most:
        raise BadRequest(f"{name} is a number from 1 to {most}", field=name)
    return int(text)
