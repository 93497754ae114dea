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
FIRST = {"fa": "سلام، وقت شما بخیر. پیامتان را خواندم و همین حالا بررسی می‌کنم.",
         "en": "Hello, I have read your message and am looking into it."}
DRAFTS = {"fa": "پرونده‌تان را دیدم؛", "en": "I have looked at your case;"}
TALK = {
    "fa": ("سلام، کارت بلیتم را گم کرده‌ام. موجودی‌اش منتقل می‌شود؟",
           "سلام، بله. اگر کارت به نام شماست، در هر ایستگاه باطل می‌شود و موجودی به کارت تازه می‌رود."),
    "en": ("Hello, I lost my travel card. Can the credit be moved to a new one?",
           "Hello, yes. Any station cancels a card in your name and moves the credit to a new one."),
}
ANSWERING = ("webchat", "sms", "telegram")  #: citizens of the town who say something more when they are answered
#: What the town's articles know something about.
TOPICS = {"fa": re.compile("زباله|عوارض|پروانه|چراغ|کارت بلیت|کتابخانه"),
          "en": re.compile("bins|twice|parking|street light|library")}
AGENTS = {"fa": "sara", "en": "john"}


async def _signed_in(page: Page, town: Any, language: str, login: str, to: str) -> None:
    """Somebody of the town at a page of theirs, in a language."""
    await page.goto(f"{town.url}/signin?next={to}&language={language}")
    await page.locator("input[name=login]").fill(login)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{town.url}{to}")
    assert (await _call(page, "POST", "/api/me/language", {"language": language}))["me"]["language"] == language
    await page.reload()


async def _at_work(page: Page, town: Any, language: str) -> None:
    """An agent at the console."""
    await _signed_in(page, town, language, AGENTS[language], "/console")
    await expect(page.locator(".rows")).to_be_visible()


async def _talk_in_the_widget(browser: Browser, town: Any, console: Page, language: str) -> None:
    """A citizen asks in the widget and the agent answers."""
    question, answer = TALK[language]
    page = await browser.page(language=language, width=1120, height=760)
    await page.goto(f"{town.url}/channels/site-chat/demo" + ("?lang=en" if language == "en" else ""))
    await page.locator(".launcher").click()
    await page.locator(".panel textarea").fill(question)
    await page.keyboard.press("Enter")

    async def answered() -> bool:
        """By our agent where the contact waits; a simulated colleague may have been quicker."""
        for each in (await _call(console, "GET", "/api/contacts?state=waiting"))["contacts"]:
            if (each["last"] or {}).get("text") == question:
                await _call(console, "POST", f"/api/contacts/{each['id']}/take", {})
                await _call(console, "POST", f"/api/contacts/{each['id']}/reply", {"key": "widget", "text": answer})
        return await page.locator(".theirs .bubble").count() > 0
    await until(answered, seconds=60, what="an answer in the widget")
    await browser.shot(page, f"widget-{language}")


async def _board(browser: Browser, town: Any, language: str) -> None:
    """The supervisor's board, after somebody was answered."""
    page = await browser.page(language=language, width=1360, height=900)
    await _signed_in(page, town, language, "mina", "/board")
    answered = page.locator(".summary [data-figure=answered] dd")
    await expect(answered).to_have_text(re.compile("[1-9۱-۹]"), timeout=30_000)
    await expect(page.locator(".chart canvas")).to_be_visible(timeout=20_000)
    await browser.shot(page, f"board-{language}")


async def _call(page: Page, method: str, path: str, body: Any = None) -> Any:
    """One call of the API as the console makes it; its answer."""
    return await page.evaluate("""async ([method, path, body]) => (await fetch(path, {method,
        headers: {"X-CSRF-Token": JSON.parse(document.getElementById("boot").textContent).csrf},
        body: body === null ? undefined : JSON.stringify(body)})).json()""", [method, path, body])


async def _two_at_hand(page: Page, language: str) -> list[int]:
    """Two contacts of citizens who write in a language, taken from those who wait; a colleague may be quicker."""
    mine: list[int] = []

    async def enough() -> bool:
        for each in (await _call(page, "GET", "/api/contacts?state=waiting"))["contacts"]:
            last = each["last"] or {"text": "", "direction": ""}
            if each["medium"] in ANSWERING and last["direction"] == "in" and TOPICS[language].search(last["text"]) \
                    and "error" not in await _call(page, "POST", f"/api/contacts/{each['id']}/take", {}):
                mine.append(each["id"])
        return len(mine) >= 2
    await until(enough, seconds=60, what="two citizens who wrote")
    return mine[:2]


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_the_demo_town_is_alive(tmp_path: Path, browser: Browser, language: str) -> None:
    town = Town(free_port(), tmp_path / "demo", gap=0.7)
    await town.start()
    try:
        page = await browser.page(language=language, width=1360, height=820)
        await _at_work(page, town, language)
        for contact in await _two_at_hand(page, language):
            row = page.locator(f".contact-row[data-contact='{contact}']")
            await row.locator(".contact-open").click()
            await expect(page.locator(".message.in").first).to_be_visible()
        assert await page.evaluate("getComputedStyle(document.body).direction") == {"fa": "rtl", "en": "ltr"}[language]
        await page.locator(".status").click()
        await page.get_by_role("menuitemradio").first.click()
        await expect(page.locator(".status .light")).to_have_class("light good")
        await page.locator("#composer-text").fill(FIRST[language])
        await page.locator("#composer-text").press("Control+Enter")
        # Who comes by Telegram has talked with the menu before: only ours counts, and what is said after it.
        ours = page.locator(".message.out", has_text=FIRST[language])
        await expect(ours).to_have_count(1, timeout=20_000)
        await expect(ours.locator("xpath=following::article[contains(@class, 'message in')]").first).to_be_visible(
            timeout=40_000)
        await expect(page.locator(".suggestion").first).to_be_visible(timeout=20_000)
        await page.locator("#composer-text").fill(DRAFTS[language])
        await browser.shot(page, f"console-{language}")
        await _talk_in_the_widget(browser, town, page, language)
        await _board(browser, town, language)
    finally:
        await town.stop()
