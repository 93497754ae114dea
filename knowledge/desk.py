"""The editor's page for those who work here, its scripts, and files of articles. Decides nothing; asks the API."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from urllib.parse import quote

import jinja2
from aiohttp import web

from knowledge.articles import LANGUAGES
from knowledge.asks import id_of
from knowledge.given import Given
from knowledge.routes.life import PICTURES
from knowledge.sheets import Sheets
from knowledge.sight import readable
from knowledge.words import DESK
from router.routes import Access, Route
from storage.knowledge import File
from storage.tx import StoreTx

#: For bytes that people brought: nothing may run or load, and the page may not use our origin.
CSP_OF_FILES = "default-src 'none'; sandbox; frame-ancestors 'none'"
_KNOWN = PICTURES | {"application/pdf", "text/plain", "application/zip"}


class KnowledgeDesk:
    """One page; what it shows comes by the API."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True,
            undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        self._templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": True}
        self._sheets = Sheets("/knowledge/static/")
        self._templates.globals["sheet"] = self._sheets.address

    def routes(self) -> list[Route]:
        """See docs/knowledge.md."""
        get = partial(Route, method="GET", access=Access.AGENT)
        return [
            get(path="/knowledge", handler=self.page, page=True, summary="Knowledge: write, approve, look at outcomes"),
            get(path="/knowledge/static/{name}", handler=self.sheet, access=Access.PUBLIC,
                summary="The editor's scripts and style sheet"),
            get(path="/knowledge/files/{id}", handler=self.file, csp=CSP_OF_FILES, summary="A file of an article"),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """The shell with who is here and the desk's settings."""
        agent = self._given.who(request)

        def read(tx: StoreTx) -> list[dict[str, object]]:
            return [{"id": each.id, "name": each.name} for each in tx.desk.agents() if each.active]
        people = await self._given.store.snapshot(read)
        language = agent.language if agent.language in LANGUAGES else self._given.language
        desk = {"name_fa": self._given.name_fa, "name_en": self._given.name_en, "timezone": self._given.timezone}
        boot = {"page": "knowledge", "csrf": self._given.csrf(request), "language": language, "desk": desk,
                "now": self._given.clock().isoformat(), "people": people, "four_eyes": self._given.rules.four_eyes,
                "me": {"id": agent.id, "name": agent.name, "role": agent.role.value, "language": language}}
        text = self._templates.get_template("desk.html").render(
            language=language, words=DESK[language], boot=boot, desk=desk["name_fa" if language == "fa" else "name_en"])
        return web.Response(text=text, content_type="text/html", charset="utf-8")

    async def sheet(self, request: web.Request) -> web.Response:
        """One of ours."""
        return self._sheets.answer(request, request.match_info["name"])

    async def file(self, request: web.Request) -> web.Response:
        """To whoever may read the article."""
        agent, number = self._given.who(request), id_of(request)

        def read(tx: StoreTx) -> File:
            found = tx.knowledge.life.file(number)
            readable(tx, agent, found.article)
            return found
        found = await self._given.store.snapshot(read)
        return served(await self._given.store.blobs.read(found.digest), found.name, found.media_type)


def served(content: bytes, name: str, media_type: str, *, public: bool = False) -> web.Response:
    """A plain picture in place, anything else to keep; its type is only stated when it is harmless."""
    kind = media_type if media_type in _KNOWN else "application/octet-stream"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("_.") or "file"
    way = "inline" if kind in PICTURES else "attachment"
    headers = {"Content-Disposition": f"{way}; filename=\"{plain[-100:]}\"; filename*=UTF-8''{quote(name, safe='')}",
               "Cache-Control": "public, max-age=3600" if public else "private, max-age=3600"}
    return web.Response(body=content, content_type=kind, charset="utf-8" if kind == "text/plain" else None,
                        headers=headers)
