"""Help within other pages in a real browser: a site of another origin, our own contact form; nobody else is asked."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import expect

from knowledge import articles
from router.records import Role
from storage.knowledge import ArticleState
from tests.house import agent, free_port, running, until
from tests.servers.browser import Browser
from tests.test_webchat_page import policy
from tests.test_webchat_page import town as host

pytestmark = pytest.mark.chromium
TEXTS = {"fa": ("گم شدن کارت ملی", "کارت ملی من گم شده", "شاید پاسخ همین‌جاست"),
         "en": ("Lost national card", "lost my national card", "Perhaps this answers it")}


@contextlib.asynccontextmanager
async def site(desk: str, language: str, port: int, rules: str) -> AsyncIterator[str]:
    """A page of somebody else with a form of its own; `rules` are its content security policy."""
    async def page(request: web.Request) -> web.Response:
        text = (f'<!doctype html><html lang="{language}"><title>Town</title><form action="/sent"><label for="message">?'
                '</label><textarea id="message"></textarea><button>ok</button></form>'
                f'<iframe src="{desk}/help"></iframe>'
                f'<script src="{desk}/help/embed.js" data-for="#message" data-language="{language}" defer></script>')
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": rules})

    async def icon(request: web.Request) -> web.Response:
        return web.Response(status=204)
    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/favicon.ico", icon)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def helping(tmp_path: Path, language: str, origin: str = "") -> AsyncIterator[Any]:
    """A house with two public articles that answers the pages of `origin`, and a contact form."""
    channels = {"form": {"medium": "form"}, "web": {"medium": "webchat", "allowed_origins": [origin] if origin else []}}
    async with running(tmp_path, channels, environ={"PISHKHAN_FORM_FORM_SECRET": "s3cret"},
                       knowledge={"origins": [origin] if origin else []}) as house:
        lead = await agent(house, "lead", role=Role.SUPERVISOR, ready=False)
        for title in (TEXTS[language][0], "Building permit" if language == "en" else "پروانهٔ ساختمان"):
            given = {"title": title, "body": title, "language": language, "state": ArticleState.PUBLIC}
            await house.store.run(lambda tx, given=given: articles.create(tx, lead, given))

        async def found() -> bool:
            return bool(await house.library.suggest(TEXTS[language][1], states={ArticleState.PUBLIC}))
        await until(found, what="the index")
        yield house


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_a_page_of_another_site_shows_what_answers(tmp_path: Path, browser: Browser, language: str) -> None:
    title, question, head = TEXTS[language]
    port = free_port()
    async with helping(tmp_path, language, f"http://127.0.0.1:{port}") as house:
        rules = (f"default-src 'none'; script-src {house.url}; connect-src {house.url}; frame-src {house.url}; "
                 "form-action 'self'")
        async with site(house.url, language, port, rules) as origin:
            page = await browser.page(language=language)
            await page.goto(origin)
            await page.locator("#message").fill(question)
            links = page.locator(".pishkhan-help a")
            await expect(links).to_have_count(1)
            await expect(page.locator(".pishkhan-help")).to_contain_text(head)
            await expect(page.locator("[role=status].pishkhan-help")).to_have_attribute(
                "dir", "rtl" if language == "fa" else "ltr")
            assert await links.text_content() == title
            await browser.shot(page, f"help-embedded-{language}")
            async with page.context.expect_page() as opened:
                await links.click()
            article = await opened.value
            await expect(article.locator("article h1")).to_have_text(title)
            assert await article.evaluate("window.opener") is None
            await page.locator("#message").fill("بلیت سینما" if language == "fa" else "cinema tickets tomorrow")
            await expect(links).to_have_count(0)
            watched = browser.watched[page]
            assert watched.strangers(house.url, origin) == [], "nobody else is asked"
            assert await page.context.cookies() == [], "and nothing is kept"
            # The help pages themselves are in nobody's frame.
            blocked = [fault for fault in watched.faults if "frame-ancestors" in fault or "refused to connect" in fault]
            assert len(blocked) == 1 and len(watched.faults) == 1, watched.faults


async def test_a_site_that_is_not_named_gets_nothing_and_works(tmp_path: Path, browser: Browser) -> None:
    async with contextlib.AsyncExitStack() as stack:
        house = await stack.enter_async_context(helping(tmp_path, "en"))
        rules = f"script-src {house.url}; connect-src {house.url}"
        origin = await stack.enter_async_context(site(house.url, "en", free_port(), rules))
        page = await browser.page(language="en")
        await page.goto(origin)
        async with page.expect_event("requestfailed", lambda asked: "embed.json" in asked.url):
            await page.locator("#message").fill(TEXTS["en"][1])
        await expect(page.locator(".pishkhan-help")).to_be_empty()
        await page.locator("button").click()
        await page.wait_for_url("**/sent**")


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_our_contact_form_shows_what_answers(tmp_path: Path, browser: Browser, language: str) -> None:
    title, question, head = TEXTS[language]
    async with helping(tmp_path, language) as house:
        page = await browser.page(language=language, width=360, height=740)
        await page.goto(f"{house.url}/channels/form/form?language={language}")
        await page.locator("#text").fill(question)
        await expect(page.locator(".pishkhan-help a")).to_have_text([title])
        await expect(page.locator(".pishkhan-help")).to_contain_text(head)
        await browser.shot(page, f"form-help-{language}-360")
        assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        watched = browser.watched[page]
        assert not watched.faults and watched.strangers(house.url) == []


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_the_widget_on_another_site_shows_what_answers(tmp_path: Path, browser: Browser, language: str) -> None:
    title, question, head = TEXTS[language]
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    async with contextlib.AsyncExitStack() as stack:
        house = await stack.enter_async_context(helping(tmp_path, language, origin))
        attributes = f'data-language="{language}" data-help="on" data-font="system"'
        site_ = await stack.enter_async_context(host(house.url, policy(house.url), port=port, attributes=attributes))
        page = await browser.page(language=language, width=360, height=740)
        await page.goto(site_)
        await page.locator(".launcher").click()
        await expect(page.locator(".panel")).to_have_attribute("data-status", "live")
        await page.locator("textarea").fill(question)
        await expect(page.locator(".found a")).to_have_text([title])
        await expect(page.locator(".found")).to_contain_text(head)
        await browser.shot(page, f"widget-help-{language}-360")
        await page.keyboard.press("Enter")
        await expect(page.locator(".found")).to_be_empty()
        await page.locator("textarea").fill(question)
        await expect(page.locator(".mine .bubble")).to_have_count(1)
        await expect(page.locator(".found")).to_be_empty()  # a conversation goes on: people answer it
        watched = browser.watched[page]
        asked = [each for each in watched.requests if "embed.json" in each]
        assert len(asked) == 1 and watched.strangers(house.url, house.url.replace("http", "ws"), site_) == []
        assert watched.faults == []


@pytest.mark.parametrize(("place", "field", "found"), [
    ("/channels/form/form?language=fa", "#text", ".pishkhan-help a"),
    ("/help?language=fa", "input[type=search]", "#typed li")], ids=["embed", "help"])
async def test_words_before_the_script_came_are_answered_too(tmp_path: Path, browser: Browser, place: str, field: str,
                                                             found: str) -> None:
    async with helping(tmp_path, "fa") as house:
        page = await browser.page(language="fa")
        held: list[Any] = []

        async def hold(route: Any, request: Any) -> None:
            held.append(route)
        await page.route(re.compile(r"\.js(\?|$)"), hold)
        await page.goto(f"{house.url}{place}", wait_until="commit")
        await page.locator(field).fill(TEXTS["fa"][1])
        await page.locator(field).focus()
        await until(lambda: held, what="the script is asked for")
        for route in held:
            await route.continue_()
        await expect(page.locator(found).first).to_contain_text(TEXTS["fa"][0])
