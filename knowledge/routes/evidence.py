"""The evidence about articles as JSON: reports, gaps, drafts out of contacts, where contacts may belong."""

from __future__ import annotations

from functools import partial
from typing import Any

from aiohttp import web

from knowledge import articles, drafts, gaps, reports, routing, sight
from knowledge.asks import MAYBE, MOMENT, NUMBER, TEXT, answer, id_of, many, number_in, obj
from knowledge.given import Given
from knowledge.routes.articles import ARTICLE
from knowledge.sight import readable
from router.errors import BadRequest
from router.model import ContactId
from router.records import Contact
from router.routes import Access, Route
from router.web import json_answer, json_body, take
from storage.tx import StoreTx

_ANY = {"type": "object"}


class Evidence:
    """One method a route."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See docs/knowledge.md."""
        get = partial(Route, method="GET", access=Access.AGENT, api=True, errors=(404,))
        post = partial(Route, method="POST", access=Access.AGENT, api=True, errors=(404, 409))
        return [
            get(path="/api/articles/{id}/outcomes", handler=self.outcomes, summary="What an article achieved",
                answer=answer(outcomes=_ANY)),
            get(path="/api/knowledge/report", handler=self.report, access=Access.SUPERVISOR, errors=(),
                summary="What articles and categories achieved, against contacts without them",
                answer=answer(articles=many(_ANY), categories=many(_ANY), return_days=NUMBER)),
            get(path="/api/knowledge/gaps", handler=self.gaps, errors=(), query={"state": TEXT, "owner": NUMBER},
                summary="Questions without a good answer, asked most often first; `owner` names whose",
                answer=answer(gaps=many(_ANY), counts=_ANY)),
            get(path="/api/knowledge/gaps/{id}", handler=self.gap,
                answer=answer(gap=_ANY, examples=many(_ANY), draft=_ANY),
                summary="One gap with its examples and the draft that is prepared from them"),
            post(path="/api/knowledge/gaps/{id}", handler=self.change_gap, answer=answer(gap=_ANY),
                 summary="Take a gap, give it to somebody or (null) back, set its day, or settle it",
                 body=obj("version", version=NUMBER, state=TEXT, owner=MAYBE, due_at=MOMENT, note=TEXT)),
            post(path="/api/knowledge/gaps/{id}/draft", handler=self.draft_gap,
                 summary="The prepared draft becomes an article; `kept` are the marked pieces that stay on purpose",
                 body=obj("version", version=NUMBER, kept=many(TEXT)),
                 answer=answer(gap=_ANY, article=NUMBER)),
            get(path="/api/contacts/{id}/draft", handler=self.draft, errors=(404, 409),
                summary="An article out of a resolved contact, with personal data marked; nothing is stored",
                answer=answer(title=TEXT, body=TEXT, language=TEXT, title_finds=many(_ANY), body_finds=many(_ANY))),
            post(path="/api/contacts/{id}/draft", handler=self.look, errors=(404,),
                 summary="What somebody made of that draft, with personal data marked; nothing is stored",
                 body=obj("title", "body", title=TEXT, body=TEXT, language=TEXT),
                 answer=answer(title=TEXT, body=TEXT, language=TEXT, title_finds=many(_ANY), body_finds=many(_ANY))),
            post(path="/api/contacts/{id}/article", handler=self.write, answer=answer(article=ARTICLE),
                 summary="Store that draft; `kept` are the marked pieces that stay on purpose",
                 body=obj("title", "body", title=TEXT, body=TEXT, language=TEXT, keywords=many(TEXT), category=MAYBE,
                          kept=many(TEXT))),
            get(path="/api/contacts/{id}/routing", handler=self.routing, answer=answer(routing=_ANY),
                summary="Where a contact may belong, with confidence; recorded the first time"),
            post(path="/api/contacts/{id}/routing/undo", handler=self.undo, answer=answer(undone=many(TEXT)),
                 summary="Take back what was set without a person"),
        ]

    async def outcomes(self, request: web.Request) -> web.Response:
        """Steps, shares with intervals, feedback."""
        agent, number, days = self._given.who(request), id_of(request), self._given.rules.return_days
        return json_answer({"outcomes": await self._given.store.snapshot(
            lambda tx: reports.article(tx, readable(tx, agent, number), days))})

    async def report(self, request: web.Request) -> web.Response:
        """Those used most first."""
        agent, days = self._given.who(request), self._given.rules.return_days
        return json_answer(await self._given.store.snapshot(
            lambda tx: reports.everything(tx, days, sight.rights(tx, agent).unseen)))

    async def gaps(self, request: web.Request) -> web.Response:
        """Open and owned ones unless told otherwise."""
        named = request.query.get("state", "")
        if named and named not in gaps.STATES:
            raise BadRequest(f"state is one of {', '.join(gaps.STATES)}", field="state")
        states, owner = (named,) if named else ("open", "owned"), number_in(request, "owner")

        def read(tx: StoreTx) -> dict[str, Any]:
            return {"gaps": [gaps.view(tx, each) for each in tx.knowledge.gaps.listed(states, owner=owner)],
                    "counts": tx.knowledge.gaps.counted(owner)}
        return json_answer(await self._given.store.snapshot(read))

    async def gap(self, request: web.Request) -> web.Response:
        """Examples carry no personal data; the draft proposes what to take out of the answers."""
        agent, number = self._given.who(request), id_of(request)

        def read(tx: StoreTx) -> dict[str, Any]:
            found = tx.knowledge.gaps.get(number)
            return {"gap": gaps.view(tx, found), "examples": tx.knowledge.gaps.examples(number),
                    "draft": drafts.of_gap(tx, agent, found, self._given.readable)}
        return json_answer(await self._given.store.snapshot(read))

    async def change_gap(self, request: web.Request) -> web.Response:
        """Compare-and-set."""
        agent, number, data = self._given.who(request), id_of(request), await json_body(request)
        version = take(data, "version", int)
        rules = self._given.rules
        return json_answer({"gap": await self._given.store.run(
            lambda tx: gaps.view(tx, gaps.change(tx, rules, agent, number, version, data)))})

    async def draft_gap(self, request: web.Request) -> web.Response:
        """Whoever asks owns the gap then."""
        agent, number, data = self._given.who(request), id_of(request), await json_body(request)
        version, kept = take(data, "version", int), drafts.kept_of(dict(data))
        rules, reads = self._given.rules, self._given.readable

        def unit(tx: StoreTx) -> dict[str, Any]:
            gap, article = gaps.draft(tx, rules, agent, number, version, reads, kept)
            return {"gap": gaps.view(tx, gap), "article": article}
        return json_answer(await self._given.store.run(unit))

    async def draft(self, request: web.Request) -> web.Response:
        """For a person's eyes."""
        agent, number = self._given.who(request), ContactId(id_of(request))
        return json_answer(await self._given.store.snapshot(
            lambda tx: drafts.proposed(tx, self._given.readable(tx, agent, number))))

    async def look(self, request: web.Request) -> web.Response:
        """Before it is stored, as often as somebody likes."""
        agent, number, data = self._given.who(request), ContactId(id_of(request)), await json_body(request)
        return json_answer(await self._given.store.snapshot(
            lambda tx: drafts.looked_at(tx, self._given.readable(tx, agent, number), data)))

    async def write(self, request: web.Request) -> web.Response:
        """400 while something personal is left that nobody kept on purpose."""
        agent, number, data = self._given.who(request), ContactId(id_of(request)), await json_body(request)
        made = await self._given.store.run(
            lambda tx: drafts.write(tx, agent, self._given.readable(tx, agent, number), dict(data)))
        return json_answer({"article": articles.view(made)})

    async def routing(self, request: web.Request) -> web.Response:
        """Proposed now when it was not before."""
        agent, number = self._given.who(request), ContactId(id_of(request))

        def read(tx: StoreTx) -> dict[int, str]:
            self._given.readable(tx, agent, number)
            return {queue.id: queue.name for queue in tx.desk.queues()}
        names = await self._given.store.snapshot(read)
        found = await routing.consider(self._given, number)
        applied = {name: {"was": names.get(each["was"], each["was"]), "now": names.get(each["now"], each["now"])}
                   for name, each in (found.get("applied") or {}).items()}
        return json_answer({"routing": {"proposed": found.get("proposed") or {}, "applied": applied,
                                        "undone_at": found.get("undone_at")}})

    async def undo(self, request: web.Request) -> web.Response:
        """Once."""
        agent, number = self._given.who(request), ContactId(id_of(request))

        def unit(tx: StoreTx) -> list[str]:
            contact: Contact = self._given.readable(tx, agent, number)
            return routing.undo(tx, agent, contact)
        return json_answer({"undone": await self._given.store.run(unit)})
