"""Work that articles make, as JSON: schedule, approval, words that one is wrong, tasks. Decides nothing."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

from aiohttp import web

from knowledge import articles, duties, gaps, merge, permits, sight
from knowledge.asks import MAYBE, MOMENT, NUMBER, TEXT, answer, id_of, many, obj
from knowledge.given import Given
from knowledge.routes.articles import ARTICLE, FIELDS, STATE
from knowledge.sight import readable
from router.routes import Access, Route
from router.web import json_answer, json_body, take
from storage.knowledge import Approval, Article, ArticleState
from storage.tx import StoreTx

_ANY = {"type": "object"}
_DONE = answer(article=ARTICLE)


class Duties:
    """One method a route."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See docs/knowledge.md."""
        get = partial(Route, method="GET", access=Access.AGENT, api=True, errors=(404,))
        post = partial(Route, method="POST", access=Access.AGENT, api=True, errors=(404, 409))
        lead, one = partial(post, access=Access.SUPERVISOR), "/api/articles/{id}"
        return [
            lead(path=one + "/schedule", handler=self.schedule,
                 summary="Internal, public or archived by itself at a time; null forgets it",
                 body=obj("version", "publish_at", version=NUMBER, publish_at=MOMENT, state=STATE), answer=_DONE),
            post(path=one + "/approvals", handler=self.ask, summary="Ask that words be published",
                 body=obj("version", version=NUMBER, publish_at=MOMENT, note=TEXT, **FIELDS),
                 answer=answer(approval=_ANY)),
            get(path="/api/knowledge/approvals", handler=self.approvals, answer=answer(approvals=many(_ANY)),
                summary="Words that wait for a yes; `decided`: one's own that somebody decided on, with the answer",
                query={"state": {"type": "string", "enum": ["open", "decided"]}}),
            lead(path="/api/knowledge/approvals/{id}/approve", handler=self.approve, answer=_DONE,
                 summary="Publish them as asked"),
            post(path="/api/knowledge/approvals/{id}/refuse", handler=self.refuse, answer=answer(approval=_ANY),
                 summary="Refuse them, or take one's own back", body=obj("words", words=TEXT)),
            post(path=one + "/flags", handler=self.flag, summary="Say that an article is wrong",
                 body=obj("words", words=TEXT, contact=MAYBE), answer=answer(task=_ANY)),
            get(path="/api/knowledge/tasks", handler=self.tasks,
                summary="Work on articles and gaps: one's own, or all; `counts` say how much is open",
                query={"state": TEXT, "all": NUMBER},
                answer=answer(tasks=many(_ANY), gaps=many(_ANY), counts=_ANY)),
            post(path="/api/knowledge/tasks/{id}/settle", handler=self.settle, answer=answer(task=_ANY),
                 summary="Done by a newer version, or by reading it again; or refused with words",
                 body=obj("state", state={"type": "string", "enum": ["done", "refused"]}, words=TEXT)),
            lead(path="/api/knowledge/changed", handler=self.changed, answer=answer(tasks=many(NUMBER)),
                 summary="Something that articles depend on changed",
                 body=obj("kind", "target", kind=TEXT, target=TEXT, words=TEXT)),
        ]

    async def schedule(self, request: web.Request) -> web.Response:
        """A timer does it."""
        agent, number, data = self._given.who(request), id_of(request), await json_body(request)
        version, at = take(data, "version", int), articles.moment_of(data, "publish_at")
        state = ArticleState(articles.one_of({"state": "public", **data}, "state", [s.value for s in ArticleState]))

        def unit(tx: StoreTx) -> Any:
            readable(tx, agent, number)
            return articles.schedule(tx, agent, number, version, at, state, four_eyes=self._given.rules.four_eyes)
        return json_answer({"article": articles.view(await self._given.store.run(unit))})

    async def ask(self, request: web.Request) -> web.Response:
        """Anybody who may read an article may propose better words for it."""
        agent, number, data = self._given.who(request), id_of(request), await json_body(request)
        version, given = take(data, "version", int), articles.fields_of(data)
        made = await self._given.store.run(
            lambda tx: duties.ask(tx, agent, readable(tx, agent, number), version, given))
        return json_answer({"approval": asdict(made)})

    async def approvals(self, request: web.Request) -> web.Response:
        """All for supervisors; one's own for agents, and what was decided."""
        agent = self._given.who(request)
        over = articles.one_of({"state": "open", **request.query}, "state", ("open", "decided")) == "decided"

        def read(tx: StoreTx) -> list[dict[str, Any]]:
            granted, mine = sight.rights(tx, agent), over or not permits.leads(agent)
            every = tx.knowledge.life.approvals(*(("approved", "refused") if over else ()),
                                                agent=agent.id if mine else None)
            about = tx.knowledge.many({each.article for each in every})
            return [_asked(tx, each) for each in every if not granted.hides(about[each.article])]
        return json_answer({"approvals": await self._given.store.snapshot(read)})

    async def approve(self, request: web.Request) -> web.Response:
        """409 when the article changed meanwhile and the changes do not fit."""
        agent, number = self._given.who(request), id_of(request)

        def unit(tx: StoreTx) -> Article:
            readable(tx, agent, tx.knowledge.life.approval(number).article)
            return duties.approve(tx, agent, number, four_eyes=self._given.rules.four_eyes)
        made = await self._given.store.run(unit)
        return json_answer({"article": articles.view(made)})

    async def refuse(self, request: web.Request) -> web.Response:
        """With words."""
        agent, number = self._given.who(request), id_of(request)
        words = articles.text_of(await json_body(request), "words", articles.NOTE_CHARS, least=1)
        made = await self._given.store.run(lambda tx: duties.refuse(tx, agent, number, words))
        return json_answer({"approval": asdict(made)})

    async def flag(self, request: web.Request) -> web.Response:
        """The owner's task."""
        agent, number, data = self._given.who(request), id_of(request), await json_body(request)
        words = articles.text_of(data, "words", articles.NOTE_CHARS, least=1)
        contact = take(data, "contact", int, default=None)

        def unit(tx: StoreTx) -> dict[str, Any]:
            if contact is not None:
                self._given.readable(tx, agent, contact)
            return duties.view(tx, duties.flag(tx, agent, readable(tx, agent, number), words, contact))
        return json_answer({"task": await self._given.store.run(unit)})

    async def tasks(self, request: web.Request) -> web.Response:
        """Supervisors may ask for all."""
        agent = self._given.who(request)
        state = articles.one_of({"state": "open", **request.query}, "state", ("open", "done", "refused"))
        everybody = permits.leads(agent) and request.query.get("all") == "1"

        def read(tx: StoreTx) -> dict[str, Any]:
            owner = None if everybody else agent.id
            found, granted = tx.knowledge.life.tasks(state=state, owner=owner), sight.rights(tx, agent)
            titles = {each.id: each.title for each in tx.knowledge.many({task.article for task in found}).values()
                      if not granted.hides(each)}
            found = [task for task in found if task.article in titles]
            open_ones = tx.knowledge.gaps.listed(owner=owner) if state == "open" else []
            mine = tx.knowledge.gaps.counted(owner)
            return {"tasks": [duties.view(tx, task) | {"title": titles[task.article]} for task in found],
                    "gaps": [gaps.view(tx, each) for each in open_ones],
                    "counts": {"tasks": len(found) if state == "open" else 0, **mine}}
        return json_answer(await self._given.store.snapshot(read))

    async def settle(self, request: web.Request) -> web.Response:
        """Done or refused."""
        agent, number, data = self._given.who(request), id_of(request), await json_body(request)
        state = articles.one_of(data, "state", ("done", "refused"))
        words = articles.text_of({"words": "", **data}, "words", articles.NOTE_CHARS)
        days = self._given.rules.review_days
        return json_answer({"task": await self._given.store.run(
            lambda tx: duties.view(tx, duties.settle(tx, agent, number, state, words, review_days=days)))})

    async def changed(self, request: web.Request) -> web.Response:
        """For other systems; modules of this house tell the journal instead."""
        agent, data = self._given.who(request), await json_body(request)
        kind, target = articles.one_of(data, "kind", duties.KINDS), articles.text_of(
            data, "target", duties.TARGET_CHARS, least=1)
        words = articles.text_of({"words": "", **data}, "words", articles.NOTE_CHARS)
        made = await self._given.store.run(lambda tx: duties.changed(tx, agent, kind, target, words))
        return json_answer({"tasks": made})


def _asked(tx: StoreTx, approval: Approval) -> dict[str, Any]:
    now = tx.knowledge.get(approval.article)
    return asdict(approval) | {
        "article_title": now.title, "article_state": now.state.value, "changed_since": now.version != approval.version,
        "title_pieces": _pieces(now.title, approval.title), "pieces": _pieces(now.body, approval.body)}


def _pieces(old: str, new: str) -> list[dict[str, Any]]:
    return [{"kind": piece.kind, "lines": list(piece.lines)} for piece in merge.diff(old, new)]
