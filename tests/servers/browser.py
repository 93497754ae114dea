"""A headless Chromium for tests: one browser a test, pages in the visitor's or agent's language, and screenshots.

    @pytest.mark.chromium
    async def test_x(browser: Browser) -> None:
        page = await browser.page(language="fa", width=360, height=720)
        await page.goto(url)
        await browser.shot(page, "name")          # written to $PISHKHAN_SHOTS when that is set
        assert browser.watched[page].faults == []

The fixture is a plugin of every test (tests/conftest.py); a test that uses it carries `@pytest.mark.chromium`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.house import until
from tests.suites import command

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request

ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
LOCALES = {"fa": "fa-IR", "en": "en-GB"}
SHOTS = "PISHKHAN_SHOTS"
PATIENCE = 25_000  # milliseconds until something that does not come is given up: a busy machine is no fault of a page


class Watched:
    """What a page did that nobody may do unseen: faults in its scripts, errors on its console, requests, dialogs."""

    def __init__(self, page: Page) -> None:
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._console)
        page.on("request", self._request)
        page.on("dialog", self._dialog)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"{message.text} {message.location.get('url', '')}".strip())

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)

    async def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        await dialog.dismiss()

    def strangers(self, *own: str) -> list[str]:
        """Requests to anybody but the servers at these addresses."""
        hosts = {urlsplit(each).netloc for each in own}
        return [
            url
            for url in self.requests
            if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc not in hosts
        ]


class Browser:
    """One Chromium. Pages of one `context` share cookies and storage; without one, each page stands alone."""

    def __init__(self, chromium: Any) -> None:
        self._chromium = chromium
        self.watched: dict[Page, Watched] = {}

    async def context(
        self, *, language: str = "fa", width: int = 1100, height: int = 760, phone: bool = False, **options: Any
    ) -> BrowserContext:
        """A browser profile of its own. `phone`: touch screen, mobile layout."""
        context: BrowserContext = await self._chromium.new_context(
            locale=LOCALES[language],
            timezone_id="Asia/Tehran",
            viewport={"width": width, "height": height},
            has_touch=phone,
            is_mobile=phone,
            device_scale_factor=2 if phone else 1,
            **options,
        )
        context.set_default_timeout(PATIENCE)
        return context

    async def page(self, context: BrowserContext | None = None, **options: Any) -> Page:
        """A watched page; `options` as for `context`."""
        page = await (context or await self.context(**options)).new_page()
        self.watched[page] = Watched(page)
        return page

    async def shot(self, page: Page, name: str) -> None:
        """A picture for people to look at, when they asked for pictures: PISHKHAN_SHOTS=folder."""
        folder = os.environ.get(SHOTS)
        if folder:
            await page.evaluate("document.fonts.ready")
            await page.screenshot(path=str(Path(folder) / f"{name}.png"))


async def unplug(page: Page) -> None:
    """No network for the page's profile, and proof of it: a browser says so a moment before it is so. Connections
    that stand are the caller's to cut; `page.context.set_offline(False)` plugs it in again."""
    await page.context.set_offline(True)
    await until(lambda: page.evaluate("fetch('/', {cache: 'no-store'}).then(() => false, () => true)"),
                what="no network")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium, closed at the end."""
    from playwright.async_api import async_playwright, expect

    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=command("chromium|chromium-browser|google-chrome"), args=ARGS
        )
        try:
            yield Browser(chromium)
        finally:
            await chromium.close()
