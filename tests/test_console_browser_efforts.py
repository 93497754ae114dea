"""What contacts cost, as the admin shows it, in a real browser and two languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from router.records import Role
from tests.servers.browser import Browser
from tests.servers.console import at_desk, spotless, town, worker

pytestmark = pytest.mark.chromium


@pytest.mark.parametrize(("language", "width", "words"), [
    ("fa", 360, ("هنوز چیزی", "آموخته", "۲۴۰", "سنجیده: ۱٫۱", "تماس کم")),
    ("en", 1280, ("Nothing was measured", "learned", "240", "measured 1.1", "too few"))])
async def test_what_was_learned_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                         language: str, width: int, words: tuple[str, ...]) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "Boss", role=Role.ADMIN, language=language)
        page = await at_desk(browser, house, "boss", to="/admin", width=width, height=900)
        await page.goto(f"{house.url}/admin#routing")
        part = page.locator("[data-part=efforts]")
        await expect(part).to_contain_text(words[0])

        def learn(tx: Any) -> str:
            queue = tx.desk.queues()[0]
            tx.marks.set("routing", "efforts", json.dumps([[queue.id, "webchat", 1]]))
            tx.marks.set("routing", "efforts-seen", json.dumps([
                [queue.id, "webchat", 240, 1.1, tx.now.isoformat()], [queue.id, "sms", 12, 2.5, None]]))
            return str(queue.name)
        queue = await house.store.run(learn)
        await page.reload()
        row = page.locator(f"[data-effort='{queue}/webchat']")
        for each in words[1:4]:
            await expect(row).to_contain_text(each)
        await expect(page.locator(f"[data-effort='{queue}/sms']")).to_contain_text(words[4])
        found = await Axe().run(page, context="[data-part=efforts]", options={"runOnly": {
            "type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}})
        assert found.response["passes"]
        assert [(each["id"], node["html"]) for each in found.response["violations"] for node in each["nodes"]] == []
        await part.scroll_into_view_if_needed()
        await browser.shot(page, f"admin-efforts-{language}-{width}")
        assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        spotless(browser, house)
