"""The public help centre: search while typing, categories, articles, whether they helped; no sign-in, no cookie.

Everything works without its script; the script only looks things up while one types.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web
from markupsafe import Markup

from knowledge import gaps, shelves
from knowledge.articles import LANGUAGES
from knowledge.asks import id_of, number_in
from knowledge.desk import CSP_OF_FILES, served
from knowledge.given import Given
from knowledge.library import FOR_CITIZENS
from knowledge.markup import as_html
from knowledge.pace import Pace
from knowledge.personal import masked
from knowledge.sheets import Sheets
from knowledge.words import HELP
from router.errors import BadRequest, Forged, PishkhanError, TooMany
from router.routes import Access, Route
from router.rules.text import clean, digits_fa, direction
from router.web import PEER, json_answer
from storage.knowledge import Article
from storage.tx import StoreTx

QUERY_CHARS, FEEDBACK_CHARS = 200, 500
_LISTED, _TYPED, _FEEDBACKS = 30, 6, 6
_FOLDER = Path(__file__).parent


class HelpPages:
    """Everything here is public."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_FOLDER / "templates"), autoescape=True, undefined=jinja2.StrictUndefined,
            trim_blocks=True, lstrip_blocks=True)
        self._sheets = Sheets("/help/static/")
        self._templates.globals["sheet"] = self._sheets.address
        self._pace = Pace(given.clock, given.rules.questions_per_minute)
        self._zone = ZoneInfo(given.timezone)
        self._feedback = Pace(given.clock, _FEEDBACKS)

    def routes(self) -> list[Route]:
        """Fixed words stand before the articles, whose addresses are numbers."""
        get = partial(Route, method="GET", access=Access.PUBLIC)
        shown = partial(get, fault=self.fault)
        return [
            shown(path="/help", handler=self.search, page=True, summary="Help: search, categories, newest articles"),
            shown(path="/help/", handler=self.search, page=True, summary="The same"),
            get(path="/help/search.json", handler=self.typed, summary="Help: what is sure to answer, while one types"),
            get(path="/help/embed.json", handler=self.embedded, summary="The same for the pages of allowed sites"),
            get(path="/help/embed.js", handler=self.script, cors=True, summary="A script that shows it on other sites"),
            get(path="/help/static/{name}", handler=self.sheet, summary="The help pages' style sheet and script"),
            get(path="/help/sitemap.xml", handler=self.sitemap, summary="Every public article, for search engines"),
            get(path="/robots.txt", handler=self.robots, summary="What search engines may read"),
            shown(path="/help/files/{id}", handler=self.file, csp=CSP_OF_FILES, summary="A file of a public article"),
            shown(path="/help/{id}", handler=self.article, page=True, summary="Help: one public article"),
            Route(method="POST", path="/help/{id}/feedback", handler=self.feedback, access=Access.PUBLIC, page=True,
                  fault=self.fault, max_bytes=20_000, summary="Help: did it help? Yes or no, and words if one likes"),
        ]

    async def search(self, request: web.Request) -> web.Response:
        """What is sure to answer the question; without one, a category or the newest in the page's language."""
        language = self._language(request)
        question, category = _question(request), number_in(request, "category")
        before, behind = number_in(request, "before"), None
        if question:
            found, near = await self._asked(request, question, language, _LISTED)
            if not found:
                await self._given.store.run(lambda tx: gaps.asked_in_vain(tx, self._given.rules, question, near))
        else:
            found = await self._given.store.snapshot(
                lambda tx: shelves.newest(tx, language, _LISTED + 1, category, before))
            found, behind = found[:_LISTED], found[_LISTED - 1].id if len(found) > _LISTED else None
        all_of = await self._given.store.snapshot(lambda tx: shelves.categories(tx, language))
        title = "title_fa" if language == "fa" else "title_en"
        chosen = next((getattr(each, title) for each, _ in all_of if each.id == category), "")
        shown = [{"id": each.id, "title": getattr(each, title), "count": _number(count, language),
                  "here": each.id == category} for each, count in all_of]
        return self._page("search.html", language, question=question, found=list(map(shelves.shown, found)),
                          categories=shown, chosen=chosen, category=category, before=before, behind=behind,
                          indexed=not question)

    def fault(self, request: web.Request, error: PishkhanError) -> web.Response:
        """A page that cannot be shown, in both languages; whoever gives the status gives the rest."""
        language = self._language(request, _understood(request))
        texts = {}
        for each in LANGUAGES:
            words = HELP[each]
            said = str(error.status) if str(error.status) in words else "fault"
            wait = int(error.retry_after.total_seconds()) if isinstance(error, TooMany) else 0
            texts[each] = words[said], words[f"{said} text"].format(n=_number(max(1, wait), each))
        other = next(each for each in LANGUAGES if each != language)
        return self._page("fault.html", language, question=_question(request), title=texts[language][0],
                          text=texts[language][1], in_other=": ".join(texts[other]), indexed=False)

    async def _sure(self, request: web.Request, question: str, language: str, limit: int) -> list[Article]:
        return (await self._asked(request, question, language, limit))[0]

    async def _asked(self, request: web.Request, question: str, language: str, limit: int,
                     ) -> tuple[list[Article], int | None]:
        """What is sure to answer; and the article that comes nearest, sure or not."""
        self._pace.take(request[PEER])
        best = await self._given.library.suggest(question, states=FOR_CITIZENS, limit=limit, language=language)
        sure = [each.id for each in best if not each.weak]
        near = next((each.id for each in best if each.confidence >= gaps.WEAK), None)
        return await self._given.store.snapshot(lambda tx: shelves.public(tx, sure)), near

    async def typed(self, request: web.Request) -> web.Response:
        """Nothing when nothing is sure."""
        language, question = self._language(request), _question(request)
        found = await self._sure(request, question, language, _TYPED) if len(question) > 1 else []
        return json_answer({"found": [_line(each, language, "") for each in found]})

    async def embedded(self, request: web.Request) -> web.Response:
        """Only for pages of this house and of the sites that the configuration names."""
        origin = request.headers.get("Origin", "")
        if origin and origin != self._given.url and origin not in self._given.rules.origins:
            raise Forged("this site may not ask; name it in [knowledge] origins")
        language, question = self._language(request), _question(request)
        found = await self._sure(request, question, language, _TYPED) if len(question) > 1 else []
        headers = {"Vary": "Origin"}
        if origin:
            headers |= {"Access-Control-Allow-Origin": origin, "Cross-Origin-Resource-Policy": "cross-origin"}
        return json_answer({"found": [_line(each, language, self._given.url) for each in found]}, headers=headers)

    async def script(self, request: web.Request) -> web.Response:
        """For a page of another site."""
        return self._sheets.answer(request, "embed.js")

    async def sheet(self, request: web.Request) -> web.Response:
        """One of ours."""
        return self._sheets.answer(request, request.match_info["name"])

    async def article(self, request: web.Request) -> web.Response:
        """One article; what is not public is not there."""
        return await self._article(request, thanks="")

    async def _article(self, request: web.Request, *, thanks: str) -> web.Response:
        number = id_of(request)
        found, twin = await self._given.store.snapshot(lambda tx: shelves.one(tx, number))
        language = self._language(request, found.language)
        changed = found.updated_at.astimezone(self._zone).date()
        return self._page(
            "article.html", language, article=found, twin=twin, question="", thanks=thanks, indexed=True,
            body=Markup(as_html(found.body)), direction=direction(found.title + "\n" + found.body),
            changed=changed.isoformat(), day=shelves.day(changed, language),
            address=f"{self._given.url}/help/{found.id}", base=self._given.url)

    async def feedback(self, request: web.Request) -> web.Response:
        """Kept without anything about who said it; what looks personal in the words is masked."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise Forged("this form stands on the help page")
        self._feedback.take(request[PEER])
        data, number = await request.post(), id_of(request)
        said, words = data.get("helped"), data.get("words", "")
        if said not in ("yes", "no") or not isinstance(words, str):
            raise BadRequest("helped is yes or no", field="helped")
        found, _ = await self._given.store.snapshot(lambda tx: shelves.one(tx, number))
        language = self._language(request, found.language)
        kept = masked(" ".join(clean(words, limit=FEEDBACK_CHARS).split()), language)

        def unit(tx: StoreTx) -> None:
            tx.knowledge.outcomes.feedback(number, found.version, helped=said == "yes", words=kept, language=language)
        await self._given.store.run(unit)
        return await self._article(request, thanks=str(said))

    async def file(self, request: web.Request) -> web.Response:
        """Pictures in place, everything else to keep."""
        number = id_of(request)
        found = await self._given.store.snapshot(lambda tx: shelves.file(tx, number))
        return served(await self._given.store.blobs.read(found.digest), found.name, found.media_type, public=True)

    async def sitemap(self, request: web.Request) -> web.Response:
        """As sitemaps.org says, with translations beside each other."""
        every = await self._given.store.snapshot(shelves.sitemap)
        base = escape(self._given.url)
        lines = []
        for each, twin in every:
            other = "en" if each.language == "fa" else "fa"
            pair = "" if twin is None else "".join(
                f'<xhtml:link rel="alternate" hreflang="{tongue}" href="{base}/help/{number}"/>'
                for tongue, number in ((each.language, each.id), (other, twin)))
            lines.append(f"<url><loc>{base}/help/{each.id}</loc>"
                         f"<lastmod>{each.updated_at.date().isoformat()}</lastmod>{pair}</url>")
        text = ('<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
                ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n' + "\n".join(lines) + "\n</urlset>\n")
        return web.Response(text=text, content_type="application/xml", charset="utf-8")

    async def robots(self, request: web.Request) -> web.Response:
        """Help may be found; the rest is for those who work here."""
        text = f"User-agent: *\nAllow: /help\nDisallow: /\nSitemap: {self._given.url}/help/sitemap.xml\n"
        return web.Response(text=text, content_type="text/plain")

    def _language(self, request: web.Request, otherwise: str = "") -> str:
        asked = request.query.get("language", "")
        return next(each for each in (asked, otherwise, self._given.language, *LANGUAGES) if each in LANGUAGES)

    def _page(self, template: str, language: str, **values: Any) -> web.Response:
        text = self._templates.get_template(template).render(
            language=language, other=next(each for each in LANGUAGES if each != language), words=HELP[language],
            desk=self._given.name_fa if language == "fa" else self._given.name_en, **values)
        return web.Response(text=text, content_type="text/html", charset="utf-8")


def _question(request: web.Request) -> str:
    return " ".join(clean(request.query.get("q", ""), limit=QUERY_CHARS).split())


def _understood(request: web.Request) -> str:
    """The first of our languages that a browser asks for."""
    asked = (each.partition(";")[0].strip()[:2].lower()
             for each in request.headers.get("Accept-Language", "")[:200].split(","))
    return next((each for each in asked if each in LANGUAGES), "")


def _line(article: Article, language: str, base: str) -> dict[str, Any]:
    return {"title": article.title, "excerpt": shelves.excerpt(article.body), "language": article.language,
            "url": f"{base}/help/{article.id}?language={language}"}


def _number(count: int, language: str) -> str:
    return digits_fa(str(count)) if language == "fa" else str(count)


