"""Stories of the console in a real browser against a whole running house: an agent's day, by keyboard, in two languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from router.records import ContactState
from tests.house import read, until
from tests.servers.browser import Browser
from tests.servers.console import at_desk, says, spotless, town, worker

pytestmark = pytest.mark.chromium


async def contact_of(house: Any, number: int = 1) -> Any:
    return await read(house, lambda tx: tx.contacts.get(number))


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_an_agent_answers_by_keyboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                            language: str) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا محمدی", language=language)
        page = await at_desk(browser, house, "sara")
        await says(house, "سلام، قبض این ماهم نیامده است.")
        await expect(page.locator(".offer")).to_contain_text("مریم احمدی")
        assert (await page.title()).startswith("(۱)" if language == "fa" else "(1)")
        await page.keyboard.press("Alt+Enter")
        await expect(page.locator(".offer")).to_have_count(0)
        await expect(page.locator(".message.in")).to_contain_text("قبض این ماهم نیامده است")
        await expect(page.locator("#composer-text")).to_be_focused()
        await page.keyboard.type("سلام، همین حالا نگاه می‌کنم.")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator(".message.out .delivery")).to_have_attribute("data-state", "sent")
        await expect(page.locator("#composer-text")).to_have_value("")
        assert [out.text for out in house.channels["town-chat"].sent] == ["سلام، همین حالا نگاه می‌کنم."]
        await page.keyboard.press("Alt+n")
        await page.keyboard.type("پرونده را دیدم.")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator(".message.note")).to_contain_text("پرونده را دیدم.")
        await page.keyboard.press("Alt+e")
        await page.keyboard.press("Space")
        await page.keyboard.press("Enter")
        await expect(page.locator(".ending")).to_be_visible()
        await until(lambda: closed(house), what="the contact is closed")
        spotless(browser, house)


async def closed(house: Any) -> bool:
    return (await contact_of(house)).state is ContactState.CLOSED
