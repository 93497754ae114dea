"""The pages of flows in a real browser: what there is, a talk tried out by buttons and words, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from router.records import Role
from tests.servers.accessible import accessible
from tests.servers.browser import Browser
from tests.servers.console import at_desk, spotless, town, worker

pytestmark = pytest.mark.chromium

WORDS = {
    "fa": ("گفت‌وگوها", "منوی اصلی", "شکایت", "گردآوری‌شده", "تلگرام"),
    "en": ("Flows", "Main menu", "a complaint", "Gathered", "Telegram"),
}


@pytest.mark.parametrize(("language", "width"), [("fa", 1280), ("en", 360)])
async def test_a_flow_is_tried_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                   language: str, width: int) -> None:
    title, menu, choice, gathered, medium = WORDS[language]
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "مدیر", role=Role.ADMIN, language=language)
        page = await at_desk(browser, house, "boss", to="/flows", width=width, height=800)
        await expect(page.locator("h1")).to_have_text(title)
        await expect(page.locator("tbody tr")).to_have_count(7)
        await accessible(page)
        await browser.shot(page, f"flows-{language}-{width}")
        await page.locator("tbody tr", has_text=menu).locator("a.button").click()
        await expect(page.locator(".talk li")).to_have_count(1)
        await page.locator("select[name=medium]").select_option(label=medium)
        await page.locator(".setting button").click()
        await page.get_by_role("button", name=choice).click()
        await expect(page.locator(".talk li.citizen p")).to_have_text(choice)
        await page.locator("#say").fill("<b>آب</b> قطع است")
        await page.keyboard.press("Enter")
        await expect(page.locator(".talk li.citizen").last).to_contain_text("<b>آب</b> قطع است")
        await expect(page.locator("h2")).to_have_text(gathered)
        await accessible(page)
        await browser.shot(page, f"flow-tried-{language}-{width}")
        spotless(browser, house)
