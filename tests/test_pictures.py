"""A newcomer's first look: the demo town in a browser, and the pictures of it that the documentation shows.

`make pictures` writes them; an ordinary run only looks whether there is something to see.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from demo.town import PASSWORD, Town
from tests.house import free_port, until
from tests.servers.browser import Browser

pytestmark = pytest.mark.chromium
DRAFTS = {"fa": "سلام، وقت شما بخیر. پرونده‌تان را دیدم؛", "en": "Hello, I have looked at your case;"}
PERSIAN = re.compile(r"[آ-ی]{3}")


async def _at_work(page: Page, town: Any, language: str) -> None:
    """Signed in as an agent, in a language."""
    await page.goto(f"{town.url}/signin?next=/console&language={language}")
    await page.locator("input[name=login]").fill("sara")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console")
    assert (await _call(page, "POST", "/api/me/language", {"language": language}))["me"]["language"] == language
    await page.reload()
    await expect(page.locator(".rows")).to_be_visible()


async def _call(page: Page, method: str, path: str, body: Any = None) -> Any:
    """One call of the API as the console makes it; its answer."""
    return await page.evaluate("""async ([method, path, body]) => (await fetch(path, {method,
        headers: {"X-CSRF-Token": JSON.parse(document.getElementById("boot").textContent).csrf},
        body: body === null ? undefined : JSON.stringify(body)})).json()""", [method, path, body])


async def _written(page: Page, least: int) -> list[int]:
    """Waiting contacts of citizens who write, when there are enough of them."""
    waiting = (await _call(page, "GET", "/api/contacts?state=waiting"))["contacts"]
    found = [each["id"] for each in waiting if each["last"] and PERSIAN.search(each["last"]["text"])
             and each["last"]["direction"] == "in"]
    return found if len(found) >= least else []


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_the_demo_town_is_alive(tmp_path: Path, browser: Browser, language: str) -> None:
    town = Town(free_port(), tmp_path / "demo", gap=0.7)
    await town.start()
    try:
        page = await browser.page(language=language, width=1360, height=820)
        await _at_work(page, town, language)
        for contact in (await until(lambda: _written(page, 2), seconds=60, what="two citizens who wrote"))[:2]:
            assert "error" not in await _call(page, "POST", f"/api/contacts/{contact}/take", {})
            row = page.locator(f".contact-row[data-contact='{contact}']")
            await row.locator(".contact-open").click()
            await expect(page.locator(".message.in").first).to_be_visible()
        assert await page.evaluate("getComputedStyle(document.body).direction") == {"fa": "rtl", "en": "ltr"}[language]
        await page.locator("#side-customer").click()
        await page.locator(".status").click()
        await page.get_by_role("menuitemradio").first.click()
        await expect(page.locator(".status .light")).to_have_class("light good")
        await page.locator("#composer-text").fill(DRAFTS[language])
        await browser.shot(page, f"console-{language}")
    finally:
        await town.stop()
