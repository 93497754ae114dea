"""The public help pages: search and read what is public, in Persian and English, without any script or sign-in."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

import jdatetime
import jinja2
from aiohttp import web
from markupsafe import Markup

from knowledge.articles import LANGUAGES
from knowledge.given import Given
from knowledge.library import FOR_CITIZENS
from knowledge.markup import as_html, as_text
from router.errors import NotFound
from router.routes import Access, Route
from router.rules.text import clean, digits_fa, direction
from storage.knowledge import Article
from storage.tx import StoreTx

QUERY_CHARS = 200
_LISTED, _EXCERPT_CHARS = 30, 220
_BIGGEST = 2**53
_FOLDER = Path(__file__).parent


class HelpPages:
    """Three routes; everything on them is public."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_FOLDER / "templates"), autoescape=True, undefined=jinja2.StrictUndefined,
            trim_blocks=True, lstrip_blocks=True)
        self._sheet = (_FOLDER / "static" / "help.css").read_bytes()
        self._mark = hashlib.sha256(self._sheet).hexdigest()[:16]

    def routes(self) -> list[Route]:
        """The style sheet stands before the articles, whose addresses are numbers."""
        return [
            Route(method="GET", path="/help", handler=self.search, access=Access.PUBLIC, page=True,
                  summary="Help: search and the newest public articles"),
            Route(method="GET", path="/help/help.css", handler=self.sheet, access=Access.PUBLIC,
                  summary="The help pages' style sheet"),
            Route(method="GET", path="/help/{id}", handler=self.article, access=Access.PUBLIC, page=True,
                  summary="Help: one public article"),
        ]

    async def search(self, request: web.Request) -> web.Response:
        """What answers the question, or without one the newest articles in the page's language."""
        language = self._language(request)
        question = " ".join(clean(request.query.get("q", ""), limit=QUERY_CHARS).split())
        if question:
            best = await self._given.library.suggest(question, states=FOR_CITIZENS, limit=_LISTED, language=language)
            found = await self._given.store.snapshot(lambda tx: _public(tx, [each.id for each in best]))
        else:
            found = await self._given.store.snapshot(
                lambda tx: tx.knowledge.newest(FOR_CITIZENS, language=language, limit=_LISTED))
        shown = [{"id": each.id, "title": each.title, "language": each.language, "direction": direction(each.title),
                  "excerpt": _excerpt(each.body)} for each in found]
        return self._page("search.html", language, question=question, found=shown)

    async def article(self, request: web.Request) -> web.Response:
        """One article; what is not public is not there."""
        text = request.match_info["id"]
        if not (text.isascii() and text.isdigit()) or int(text[:20]) > _BIGGEST:
            raise NotFound("there is no such article")
        found = await self._given.store.snapshot(lambda tx: tx.knowledge.get(int(text)))
        if found.state not in FOR_CITIZENS:
            raise NotFound("there is no such article")
        language = self._language(request, found.language)
        return self._page("article.html", language, article=found, question="",
                          body=Markup(as_html(found.body)), direction=direction(found.title + "\n" + found.body),
                          changed=found.updated_at.date().isoformat(), day=_day(found.updated_at, language))

    async def sheet(self, request: web.Request) -> web.Response:
        """With its mark in the query it never changes."""
        keep = "public, max-age=31536000, immutable" if request.query.get("v") == self._mark else "public, no-cache"
        return web.Response(body=self._sheet, content_type="text/css", charset="utf-8", headers={"Cache-Control": keep})

    def _language(self, request: web.Request, otherwise: str = "") -> str:
        asked = request.query.get("language", "")
        return next(each for each in (asked, otherwise, self._given.language, *LANGUAGES) if each in LANGUAGES)

    def _page(self, template: str, language: str, **values: Any) -> web.Response:
        text = self._templates.get_template(template).render(
            language=language, other=next(each for each in LANGUAGES if each != language), words=_WORDS[language],
            desk=self._given.name_fa if language == "fa" else self._given.name_en, mark=self._mark, **values)
        return web.Response(text=text, content_type="text/html", charset="utf-8")


def _public(tx: StoreTx, ids: list[int]) -> list[Article]:
    there = tx.knowledge.many(ids)
    return [there[number] for number in ids if number in there and there[number].state in FOR_CITIZENS]


def _excerpt(body: str) -> str:
    lines = (line.lstrip("-*• ") for line in as_text(body[: 4 * _EXCERPT_CHARS]).split("\n"))
    text = " ".join(" ".join(lines).split())
    return text if len(text) <= _EXCERPT_CHARS else text[:_EXCERPT_CHARS].rsplit(" ", 1)[0] + "…"


def _day(at: datetime, language: str) -> str:
    """As people write it: the Iranian calendar in Persian."""
    if language == "fa":
        return digits_fa(jdatetime.date.fromgregorian(date=at.date()).strftime("%Y/%m/%d"))
    return at.date().isoformat()


_WORDS = {
    "fa": {
        "help": "راهنما", "search": "جست‌وجو", "ask": "پرسش خود را بنویسید", "newest": "تازه‌ترین‌ها", "found": "یافته‌ها",
        "nothing": "پاسخی برای این پرسش پیدا نشد. واژه‌های دیگری بنویسید.", "empty": "هنوز مطلبی منتشر نشده است.",
        "back": "همهٔ راهنما", "changed": "آخرین تغییر", "other": "English", "skip": "رفتن به متن",
    },
    "en": {
        "help": "Help", "search": "Search", "ask": "Write your question", "newest": "Newest", "found": "Found",
        "nothing": "Nothing answers this question. Try other words.", "empty": "Nothing is published yet.",
        "back": "All help", "changed": "Last change", "other": "فارسی", "skip": "Skip to the text",
    },
}
