"""Articles and suggestions as JSON for agents. Decides nothing."""

from __future__ import annotations

from functools import partial
from typing import Any

from aiohttp import web

from knowledge import articles, owners, permits, proposals, reasons, sight
from knowledge.asks import FLAG, MAYBE, MOMENT, NUMBER, TEXT, answer, id_of, many, number_in, obj
from knowledge.given import Given
from knowledge.markup import as_text
from knowledge.sight import readable
from router.errors import BadRequest
from router.model import ContactId
from router.records import Agent
from router.routes import Access, Route
from router.rules.text import clean
from router.web import json_answer, json_body, take
from storage.knowledge import Article, ArticleState
from storage.tx import StoreTx

MOST_LISTED = 100
QUERY_CHARS = 500
_WORDS = answer(en=TEXT, fa=TEXT)
STATE = {"type": "string", "enum": [state.value for state in ArticleState]}
_WHEN = {"type": ["string", "null"], "format": "date-time"}
FIELDS: dict[str, Any] = {
    "title": TEXT, "body": TEXT, "language": {"type": "string", "enum": list(articles.LANGUAGES)}, "state": STATE,
    "keywords": many(TEXT), "category": MAYBE, "owner": MAYBE, "review_at": _WHEN, "twin": MAYBE}
_SHOWN = {**FIELDS, "id": NUMBER, "version": NUMBER, "created_at": MOMENT, "updated_at": MOMENT, "author": MAYBE,
          "publish_at": _WHEN, "publish_state": TEXT}
ARTICLE = {"type": "object", "properties": {
    **_SHOWN, "text": TEXT, "why": _WORDS, "weak": FLAG, "behind": FLAG, "tasks": many(TEXT), "editable": FLAG,
    "owner_why": _WORDS, "unseen": many(TEXT)},
    "required": list(_SHOWN), "additionalProperties": False}
_SUGGESTION = answer(article=NUMBER, version=NUMBER, state=STATE, title=TEXT, text=TEXT, language=TEXT, weak=FLAG,
                     why=_WORDS, marks=many(TEXT))
_USED = answer(article=NUMBER, title=TEXT, said={"type": "string", "enum": ["", "yes", "no"]})


class Articles:
    """One method a route."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See docs/knowledge.md."""
        get = partial(Route, method="GET", access=Access.AGENT, api=True)
        write = partial(Route, method="POST", access=Access.AGENT, api=True)
        used = "/api/contacts/{id}/suggestions/{article}"
        more = {"version": NUMBER, "in_step": FLAG, "note": TEXT}
        return [
            get(path="/api/articles", handler=self.listed,
                summary="Articles, newest first; with `q` those that answer it, best first (`language` is preferred)",
                query={"q": TEXT, "state": STATE, "language": TEXT, "before": NUMBER, "limit": NUMBER,
                       "category": NUMBER, "owner": NUMBER, "overdue": NUMBER, "behind": NUMBER, "flagged": NUMBER,
                       "scheduled": NUMBER},
                answer=answer(articles=many(ARTICLE), next=MAYBE)),
            get(path="/api/articles/{id}", handler=self.one, summary="One article", errors=(404,),
                answer=answer(article=ARTICLE)),
            write(path="/api/articles", handler=self.create, summary="Write an article",
                  body=obj("title", **FIELDS), answer=answer(article=ARTICLE)),
            write(path="/api/articles/{id}", handler=self.change, errors=(404, 409), answer=answer(article=ARTICLE),
                  summary="Change an article; `version` is the one that was read",
                  body=obj("version", **FIELDS, **more)),
            write(path="/api/articles/{id}/archive", handler=self.archive, errors=(404, 409),
                  access=Access.SUPERVISOR, answer=answer(article=ARTICLE),
                  summary="Take an article out of use", body=obj("version", version=NUMBER)),
            get(path="/api/contacts/{id}/suggestions", handler=self.suggestions, errors=(404, 429),
                summary="Articles that answer what the citizen said; recorded as shown",
                answer=answer(suggestions=many(_SUGGESTION), used=many(_USED))),
            write(path=used + "/used", handler=self.used, errors=(404, 409),
                  summary="An article was put into an answer, or taken out of it again before it went",
                  body=obj(how={"type": "string", "enum": ["inserted", "dropped"]}), answer=answer(used=FLAG)),
            write(path=used + "/opened", handler=self.opened, errors=(404,), answer=answer(opened=FLAG),
                  summary="An agent read a suggested article in full"),
            write(path=used + "/said", handler=self.said, errors=(404,), answer=answer(helped=FLAG),
                  summary="The citizen said whether a used article helped", body=obj("helped", helped=FLAG)),
        ]

    async def listed(self, request: web.Request) -> web.Response:
        """Newest first; with `q` best first, each with its reason."""
        agent = self._given.who(request)
        states = _states(request, agent)
        language, limit = request.query.get("language", ""), number_in(request, "limit", MOST_LISTED) or 50
        question = clean(request.query.get("q", ""), limit=QUERY_CHARS).strip()
        which, before = _which(request, agent), number_in(request, "before")
        if question:
            return await self._found(question, agent, states, language, limit, which)

        def read(tx: StoreTx) -> dict[str, Any]:
            granted = sight.rights(tx, agent)
            page = tx.knowledge.newest(states, language=language, before=before, limit=limit + 1, **which,
                                       hidden=granted.unseen, inner=granted.inner)
            shown = [each for each in page[:limit] if permits.reads(agent, each, granted)]
            return {"articles": _marked(tx, shown), "next": page[limit - 1].id if len(page) > limit else None}
        return json_answer(await self._given.store.snapshot(read))

    async def _found(self, question: str, agent: Agent, states: frozenset[ArticleState], language: str, limit: int,
                     which: dict[str, Any]) -> web.Response:
        """What was not asked for takes no place among what is found, nor do drafts of others."""
        filters = {name: value for name, value in which.items() if name != "drafts_of" and value}
        whole = states - {ArticleState.DRAFT} if which["drafts_of"] is not None else states

        def among(tx: StoreTx) -> tuple[permits.Rights, set[int] | None, set[int]]:
            mine = tx.knowledge.numbers(states - whole, **which) if whole != states else set()
            return sight.rights(tx, agent), tx.knowledge.numbers(states, **which) if filters else None, mine
        granted, only, mine = await self._given.store.snapshot(among)
        more = limit * proposals.MORE if granted.narrow else limit
        best = await self._given.library.suggest(question, states=whole, limit=more, language=language, also=mine,
                                                 among=only)

        def read(tx: StoreTx) -> list[dict[str, Any]]:
            there, granted = tx.knowledge.many([each.id for each in best]), sight.rights(tx, agent)
            found = [each for each in best if each.id in there and there[each.id].state in states
                     and permits.reads(agent, there[each.id], granted)][:limit]
            marked = _marked(tx, [there[each.id] for each in found])
            return [_plain(there[each.id]) | mark | {"weak": each.weak, "why": reasons.told(reasons.kept(each))}
                    for each, mark in zip(found, marked, strict=True)]
        return json_answer({"articles": await self._given.store.snapshot(read), "next": None})

    async def one(self, request: web.Request) -> web.Response:
        """Drafts only for those who write them, archived ones for supervisors."""
        agent, number = self._given.who(request), id_of(request)
        def read(tx: StoreTx) -> dict[str, Any]:
            article, granted = readable(tx, agent, number), sight.rights(tx, agent)
            may = permits.edits(agent, article, granted, four_eyes=self._given.rules.four_eyes)
            return _plain(article) | _marked(tx, [article])[0] | {
                "editable": may, "owner_why": owners.told(tx, article.why), "unseen": articles.unseen(tx, article)}
        return json_answer({"article": await self._given.store.snapshot(read)})

    async def create(self, request: web.Request) -> web.Response:
        """Version 1; an agent's is a draft."""
        agent, given = self._given.who(request), articles.fields_of(await json_body(request))
        rules = self._given.rules
        made = await self._given.store.run(lambda tx: articles.create(
            tx, agent, given, four_eyes=rules.four_eyes, review_days=rules.review_days))
        return json_answer({"article": articles.view(made)})

    async def change(self, request: web.Request) -> web.Response:
        """The next version."""
        agent, number, data = self._given.who(request), id_of(request), await json_body(request)
        version, given = take(data, "version", int), articles.fields_of(data)
        given.pop("publish_at", None)

        def unit(tx: StoreTx) -> Article:
            readable(tx, agent, number)
            return articles.change(tx, agent, number, version, given, four_eyes=self._given.rules.four_eyes)
        return json_answer({"article": articles.view(await self._given.store.run(unit))})

    async def archive(self, request: web.Request) -> web.Response:
        """Its last state; it is found no more."""
        agent, number, data = self._given.who(request), id_of(request), await json_body(request)
        version, state = take(data, "version", int), {"state": ArticleState.ARCHIVED}
        made = await self._given.store.run(lambda tx: articles.change(tx, agent, number, version, state))
        return json_answer({"article": articles.view(made)})

    async def suggestions(self, request: web.Request) -> web.Response:
        """For the console's side panel."""
        agent, contact = self._given.who(request), ContactId(id_of(request))
        found = await proposals.propose(self._given, agent, contact)
        return json_answer({"suggestions": found, "used": await proposals.used(self._given, agent, contact)})

    async def used(self, request: web.Request) -> web.Response:
        """Idempotent; 409 when it was taken out of use while it was open."""
        agent, contact, article = self._given.who(request), ContactId(id_of(request)), id_of(request, "article")
        data = await json_body(request) if request.can_read_body else {}
        how = take(data, "how", str, default="inserted")
        if how not in ("inserted", "dropped"):
            raise BadRequest("how is 'inserted' or 'dropped'", field="how")
        what = proposals.use if how == "inserted" else proposals.dropped
        await self._given.store.run(lambda tx: what(tx, self._given, agent, contact, article))
        return json_answer({"used": how == "inserted"})

    async def opened(self, request: web.Request) -> web.Response:
        """Idempotent."""
        agent, contact, article = self._given.who(request), ContactId(id_of(request)), id_of(request, "article")
        first = await self._given.store.run(lambda tx: proposals.opened(tx, self._given, agent, contact, article))
        return json_answer({"opened": first})

    async def said(self, request: web.Request) -> web.Response:
        """The last word counts."""
        agent, contact, article = self._given.who(request), ContactId(id_of(request)), id_of(request, "article")
        helped = take(await json_body(request), "helped", bool)
        await self._given.store.run(
            lambda tx: proposals.said(tx, self._given, agent, contact, article, helped=helped))
        return json_answer({"helped": helped})


def _plain(article: Article) -> dict[str, Any]:
    """With its words as they go into an answer."""
    return articles.view(article) | {"text": as_text(article.body)}


def _marked(tx: StoreTx, found: list[Article]) -> list[dict[str, Any]]:
    """With what is to be done about each: its translation ran ahead, somebody says it is wrong."""
    twins = tx.knowledge.many([each.twin for each in found if each.twin is not None])
    tasks = tx.knowledge.life.open_tasks([each.id for each in found])
    return [articles.view(each) | {"behind": articles.behind(each, twins.get(each.twin or 0)),
                                   "tasks": tasks.get(each.id, [])} for each in found]


def _which(request: web.Request, agent: Agent) -> dict[str, Any]:
    """What a list is narrowed to; agents see drafts of their own."""
    category = number_in(request, "category")
    marks = {name: bool(number_in(request, name)) for name in ("overdue", "behind", "flagged", "scheduled")}
    return {**marks, "owner": number_in(request, "owner"), "categories": None if category is None else [category],
            "drafts_of": None if permits.leads(agent) else agent.id}


def _states(request: web.Request, agent: Agent) -> frozenset[ArticleState]:
    allowed = frozenset(ArticleState) if permits.leads(agent) else permits.LIVE | {ArticleState.DRAFT}
    named = request.query.get("state", "")
    if not named:
        # One that comes back by itself is among what is scheduled.
        return allowed if number_in(request, "scheduled") else allowed - {ArticleState.ARCHIVED}
    if named not in [state.value for state in ArticleState]:
        raise BadRequest(f"state is one of {', '.join(ArticleState)}", field="state")
    return allowed & {ArticleState(named)}
