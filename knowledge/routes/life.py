"""How an article lives, as JSON: versions, merging, files, links, approval, schedule, tasks. Decides nothing."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from aiohttp import web

from knowledge import articles, duties, merge, notes, permits, sight, targets
from knowledge.asks import NUMBER, TEXT, answer, id_of, many, number_in, obj
from knowledge.given import Given
from knowledge.library import FOR_AGENTS
from knowledge.markup import as_html
from knowledge.pictures import judged
from knowledge.routes.articles import ARTICLE
from knowledge.sight import readable
from router.errors import BadRequest, Conflict
from router.routes import Access, Route
from router.rules.text import clean
from router.web import json_answer, json_body, take
from storage.knowledge import File
from storage.tx import StoreTx

FILES = 40
FILE_BYTES = 10_000_000
STAFF_FILES = "/knowledge/files/"
_ANY = {"type": "object"}
_DONE = answer(article=ARTICLE)


class Living:
    """One method a route."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See docs/knowledge.md."""
        get = partial(Route, method="GET", access=Access.AGENT, api=True, errors=(404,))
        post = partial(Route, method="POST", access=Access.AGENT, api=True, errors=(404, 409))
        one = "/api/articles/{id}"
        return [
            get(path=one + "/versions", handler=self.versions, summary="Every version of an article, newest first",
                answer=answer(versions=many(_ANY))),
            get(path=one + "/diff", handler=self.diff, summary="What changed between two versions, line by line",
                query={"from": NUMBER, "to": NUMBER}, answer=answer(title=many(_ANY), body=many(_ANY))),
            post(path=one + "/restore", handler=self.restore, summary="An earlier version's words again",
                 body=obj("version", "restore", version=NUMBER, restore=NUMBER), answer=_DONE),
            post(path=one + "/merge", handler=self.merge, answer=answer(article=ARTICLE, title=TEXT, body=TEXT,
                                                                       conflicts=NUMBER),
                 summary="Two people's changes put together", body=obj("version", "title", "body", version=NUMBER,
                                                                       title=TEXT, body=TEXT)),
            post(path="/api/knowledge/preview", handler=self.preview, summary="A body as it will look",
                 body=obj("body", body=TEXT), answer=answer(html=TEXT)),
            get(path=one + "/files", handler=self.files, summary="Pictures and attachments of an article",
                answer=answer(files=many(_ANY))),
            post(path=one + "/files", handler=self.upload, max_bytes=FILE_BYTES, answer=answer(file=_ANY),
                 summary="Add a file: the raw body, its type, its name percent-encoded in X-File-Name"),
            get(path="/api/knowledge/targets", handler=self.targets, answer=answer(targets=many(_ANY)),
                summary="What an article may depend on, while one types: `q` is a title, a number or an address",
                query={"kind": {"type": "string", "enum": list(duties.KINDS)}, "q": TEXT, "without": NUMBER}),
            get(path=one + "/links", handler=self.links, summary="What an article depends on",
                answer=answer(links=many(_ANY))),
            post(path=one + "/links", handler=self.set_links, answer=answer(links=many(_ANY)),
                 summary="What an article depends on: single ones more (`add`) and less (`remove`), or `links` anew",
                 body=obj(add=many(_ANY), remove=many(_ANY), links=many(_ANY))),
        ]

    async def _read(self, request: web.Request, unit: Any) -> Any:
        agent, number = self._given.who(request), id_of(request)
        return await self._given.store.snapshot(lambda tx: unit(tx, readable(tx, agent, number)))

    async def versions(self, request: web.Request) -> web.Response:
        """Without the bodies: a list must stay small."""
        def unit(tx: StoreTx, article: Any) -> list[dict[str, Any]]:
            return [{name: value for name, value in asdict(each).items() if name not in ("body", "own")}
                    | {"told": notes.told(tx, each.own)} for each in tx.knowledge.life.versions(article.id)]
        return json_answer({"versions": await self._read(request, unit)})

    async def diff(self, request: web.Request) -> web.Response:
        """Pieces that are the same, gone and new."""
        wanted = [request.query.get(name, "") for name in ("from", "to")]
        if not all(each.isascii() and each.isdigit() and len(each) < 10 for each in wanted):
            raise BadRequest("from and to are versions")
        old, new = await self._read(request, lambda tx, each: [
            tx.knowledge.life.version(each.id, int(version)) for version in wanted])
        return json_answer({name: [{"kind": piece.kind, "lines": list(piece.lines)} for piece in
                                   merge.diff(getattr(old, name), getattr(new, name))] for name in ("title", "body")})

    async def restore(self, request: web.Request) -> web.Response:
        """As the next version."""
        agent, number, data = self._given.who(request), id_of(request), await json_body(request)
        version, old = take(data, "version", int), take(data, "restore", int)

        def unit(tx: StoreTx) -> Any:
            readable(tx, agent, number)
            return articles.restore(tx, agent, number, version, old, four_eyes=self._given.rules.four_eyes)
        return json_answer({"article": articles.view(await self._given.store.run(unit))})

    async def merge(self, request: web.Request) -> web.Response:
        """Of what was read (`version`), what I wrote, and what stands there now. Stores nothing."""
        data = await json_body(request)
        base, mine = take(data, "version", int), articles.fields_of({
            "title": take(data, "title", str), "body": take(data, "body", str)})

        def unit(tx: StoreTx, article: Any) -> dict[str, Any]:
            was = tx.knowledge.life.version(article.id, base)
            both = merge.merge(was.body, mine["body"], article.body)
            theirs = mine["title"] == was.title
            clash = not theirs and article.title not in (was.title, mine["title"])
            return {"article": articles.view(article), "title": article.title if theirs else mine["title"],
                    "body": both.text, "conflicts": both.conflicts + clash}
        return json_answer(await self._read(request, unit))

    async def preview(self, request: web.Request) -> web.Response:
        """The same HTML that the help pages show."""
        body = take(await json_body(request), "body", str)
        if len(body) > articles.BODY_CHARS:
            raise BadRequest(f"a body has at most {articles.BODY_CHARS} characters", field="body")
        return json_answer({"html": as_html(clean(body), STAFF_FILES)})

    async def files(self, request: web.Request) -> web.Response:
        """Oldest first."""
        return json_answer({"files": [_file(each) for each in await self._read(
            request, lambda tx, each: tx.knowledge.life.files(each.id))]})

    async def upload(self, request: web.Request) -> web.Response:
        """Durable before it is named."""
        agent, number = self._given.who(request), id_of(request)
        four_eyes = self._given.rules.four_eyes
        await self._given.store.snapshot(lambda tx: sight.editable(tx, agent, number, four_eyes=four_eyes))
        content = await request.read()
        name = " ".join(clean(unquote(request.headers.get("X-File-Name", ""))[:400]).split())[:200] or "file"
        if not content:
            raise BadRequest("the file is empty")
        declared = request.content_type if len(request.content_type) < 100 else "application/octet-stream"
        kind = await asyncio.to_thread(judged, content, declared)
        digest = await self._given.store.blobs.put(content)

        def unit(tx: StoreTx) -> File:
            sight.editable(tx, agent, number, four_eyes=self._given.rules.four_eyes)
            if len(tx.knowledge.life.files(number)) >= FILES:
                raise Conflict(f"an article has at most {FILES} files")
            return tx.knowledge.life.add_file(number, agent.id, name=name, media_type=kind, size=len(content),
                                              digest=digest)
        return json_answer({"file": _file(await self._given.store.run(unit))})

    async def links(self, request: web.Request) -> web.Response:
        """By kind and target."""
        agent = self._given.who(request)
        return json_answer({"links": await self._read(
            request, lambda tx, each: targets.shown(tx, agent, tx.knowledge.life.links(each.id)))})

    async def set_links(self, request: web.Request) -> web.Response:
        """Single ones, so that two people do not undo each other; or these and no others."""
        agent, number, data = self._given.who(request), id_of(request), await json_body(request)
        if not data.keys() & {"add", "remove", "links"} or ("links" in data and len(data) > 1):
            raise BadRequest("name links to add or to remove, or all of them", field="links")
        given = {name: duties.links_of(data, name) for name in ("add", "remove", "links") if name in data}

        def unit(tx: StoreTx) -> Any:
            sight.editable(tx, agent, number, four_eyes=self._given.rules.four_eyes)
            duties.there(tx, agent, number, [*given.get("add", ()), *given.get("links", ())])
            return targets.shown(tx, agent, duties.link(tx, number, **given))
        return json_answer({"links": await self._given.store.run(unit)})

    async def targets(self, request: web.Request) -> web.Response:
        """By what is written so far; of articles those that answer it, too, as every search finds them."""
        agent, query = self._given.who(request), clean(request.query.get("q", ""), limit=targets.QUERY_CHARS).strip()
        kind, without = articles.one_of({**request.query}, "kind", duties.KINDS), number_in(request, "without")
        if kind != targets.ARTICLE:
            return json_answer({"targets": await self._given.store.snapshot(
                lambda tx: targets.known(tx, agent, kind, query))})
        number = targets.number_in(query, {request.host, urlsplit(self._given.url).netloc})
        found = await self._given.store.snapshot(lambda tx: targets.titled(tx, agent, query, number))
        best = [] if number is not None or not query else await self._given.library.suggest(
            query, states=FOR_AGENTS, limit=targets.MOST)

        def more(tx: StoreTx) -> list[dict[str, Any]]:
            granted, near = sight.rights(tx, agent), tx.knowledge.many([each.id for each in best])
            return targets.together(found, (near[each.id] for each in best if each.id in near and permits.reads(
                agent, near[each.id], granted)), without)
        return json_answer({"targets": await self._given.store.snapshot(more)})


def _file(file: File) -> dict[str, Any]:
    return {"id": file.id, "name": file.name, "media_type": file.media_type, "size": file.size,
            "picture": file.media_type in PICTURES, "url": f"{STAFF_FILES}{file.id}"}


PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
