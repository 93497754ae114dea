"""The contact form in a real browser, as a citizen uses it: what is wrong, what is sent, what became of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from channels.form.words import WORDS
from tests.benches import reply
from tests.servers.accessible import accessible
from tests.servers.browser import Browser
from tests.servers.console import spotless
from tests.test_form_channel import site

pytestmark = pytest.mark.chromium


@pytest.mark.parametrize(("language", "width"), [("fa", 360), ("en", 1000)])
async def test_a_citizen_sends_the_form_and_reads_the_answer(tmp_path: Path, browser: Browser, language: str,
                                                             width: int) -> None:
    words = WORDS[language]
    async with site(tmp_path, topics={"قبض": "bills"}) as here:
        page = await browser.page(language=language, width=width, height=800)
        await page.goto(f"{here.base}/form?language={language}")
        await accessible(page)
        await browser.shot(page, f"form-{language}-{width}")
        await page.locator("#mobile").fill("12")
        await page.locator("#text").fill("چراغ کوچه خاموش است.")
        await page.get_by_role("button", name=words["send"]).click()
        await expect(page.locator("[role=alert]")).to_be_visible()
        await expect(page.locator("#text")).to_have_value("چراغ کوچه خاموش است.")
        await accessible(page)
        await browser.shot(page, f"form-wrong-{language}-{width}")
        await page.locator("#mobile").fill("۰۹۱۲ ۱۲۳ ۴۵۶۷")
        await page.locator("#topic").select_option("قبض")
        await page.get_by_role("button", name=words["send"]).click()
        await expect(page.locator("[role=status]")).to_have_text(words["thanks"])
        await accessible(page)
        await browser.shot(page, f"form-thanks-{language}-{width}")
        await page.get_by_role("link", name=words["track"]).click()
        await expect(page.locator("li.mine")).to_have_count(1)
        await reply(here.house, "امشب درست می‌شود.")
        await page.reload()
        await expect(page.locator("li.ours")).to_contain_text("امشب درست می‌شود.")
        await accessible(page)
        await browser.shot(page, f"form-track-{language}-{width}")
        spotless(browser, here.house, "422")
