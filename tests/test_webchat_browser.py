"""The widget in a real browser against a whole house."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.servers.browser import Browser
from tests.servers.webchat import accepted, chat, reply

pytestmark = pytest.mark.chromium


def demo(house: Any, language: str = "fa") -> str:
    return f"{house.url}/channels/web/demo" + ("?lang=en" if language == "en" else "")


async def opened(browser: Browser, house: Any, language: str = "fa", **options: Any) -> Page:
    page = await browser.page(language=language, **options)
    await page.goto(demo(house, language))
    await page.locator(".launcher").click()
    await expect(page.locator(".panel")).to_have_attribute("data-status", "live")
    return page


async def write(page: Page, words: str) -> None:
    await page.locator("textarea").fill(words)
    await page.keyboard.press("Enter")


TALK = {
    "fa": ("سلام، قبض برق این ماهم نیامده است.\nشناسهٔ قبض ۱۲۳۴۵۶۷ است.",
           "سلام و درود. همین حالا پی‌گیری می‌کنم؛ صفحهٔ https://town.example/bills?id=7 را هم ببینید."),
    "en": ("Hello, my electricity bill has not come.\nThe bill number is 1234567.",
           "Hello! I am looking into it; meanwhile see https://town.example/bills?id=7."),
}


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_a_talk_from_the_first_word_to_a_reload(browser: Browser, tmp_path: Path, language: str) -> None:
    async with chat(tmp_path) as house:
        page = await opened(browser, house, language)
        question, answer = TALK[language]
        await page.locator("textarea").fill("x")
        await page.locator("textarea").fill(question)
        await page.keyboard.press("Enter")
        await expect(page.locator(".mine .bubble")).to_have_text(question)
        await expect(page.locator(".mine")).to_have_attribute("data-state", "sent")
        await browser.shot(page, f"waiting-{language}")
        await accepted(house, 1, public_name="سارا احمدی" if language == "fa" else "Sara Ahmadi")
        await reply(house, 1, answer, "k1", author="سارا احمدی" if language == "fa" else "Sara Ahmadi")
        await expect(page.locator(".theirs .bubble")).to_have_text(answer)
        link = page.locator(".theirs .bubble a")
        await expect(link).to_have_attribute("href", "https://town.example/bills?id=7")
        await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
        await expect(page.locator(".mine")).to_have_attribute("data-state", "delivered")
        await browser.shot(page, f"answered-{language}")
        direction = await page.locator(".mine .bubble").evaluate("e => getComputedStyle(e).direction")
        assert direction == ("rtl" if language == "fa" else "ltr")
        await page.reload()
        await page.locator(".launcher").click()
        await expect(page.locator(".bubble")).to_have_text([question, answer])
        watched = browser.watched[page]
        assert watched.faults == [] and watched.strangers(house.url) == []
