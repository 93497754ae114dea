"""What became of a suggestion, said in the console: did it help, were its words taken out, where it may belong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from router.records import Role
from tests.house import read, until
from tests.servers.browser import Browser
from tests.servers.console import at_desk, says, spotless, town, worker
from tests.test_knowledge_browser import write


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_whether_it_helped_is_said_beside_what_was_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                              browser: Browser, language: str) -> None:
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "نادر", role=Role.SUPERVISOR)
        await worker(house, "sara", "سارا", language=language)
        made = await write(house, lead, title="گم شدن کارت ملی", body="برای کارت ملی گم شده با شناسنامه به دفتر بروید.")
        await house.library.ready.wait()
        [queue, *_] = await read(house, lambda tx: tx.desk.queues())
        page = await at_desk(browser, house, "sara", ready=False)
        proposed = {"queue": {"value": queue.name, "confidence": 0.63, "contacts": 4}}
        await page.route("**/api/contacts/*/routing", lambda route: route.fulfill(
            json={"routing": {"proposed": proposed, "applied": {}, "undone_at": None}}))
        accepted = await says(house, "کارت ملی من گم شده چه کنم")
        contact = (await read(house, lambda tx: tx.messages.get(accepted.message))).contact
        await page.locator("#tab-waiting").click()
        await page.locator(".contact-row .take").click()
        await expect(page.locator(".likely")).to_contain_text(queue.title_fa if language == "fa" else queue.title_en)
        card, text = page.locator(f".suggestion[data-article='{made.id}']"), page.locator("#composer-text")
        yes, no = card.locator("[data-said=yes]"), card.locator("[data-said=no]")
        await expect(card).to_be_visible()
        await expect(yes).to_have_count(0)

        async def shown() -> Any:
            return (await read(house, lambda tx: tx.knowledge.shown(contact)))[0]

        async def used() -> bool:
            return (await shown()).used_at is not None

        async def said(word: str) -> bool:
            return bool((await shown()).said == word)
        await page.keyboard.press("Alt+Digit1")
        await expect(yes).to_be_visible()
        # Other words instead of it: it was not used. Taken back: it was.
        await text.fill("بعداً تماس می‌گیریم")
        await expect(yes).to_have_count(0)
        assert not await used()
        await text.fill("سلام. برای کارت ملی گم شده با شناسنامه به دفتر بروید.")
        await expect(yes).to_be_visible()
        await until(used, what="what was used after all")
        async with page.expect_request("**/reply") as asked:
            await text.press("Control+Enter")
        assert (await asked.value).post_data_json["suggestion"] == made.id
        await expect(text).to_have_value("")
        await card.locator(".button").first.focus()
        await page.keyboard.press("Tab")
        await expect(yes).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(yes).to_have_attribute("aria-pressed", "true")
        await until(lambda: said("yes"), what="what the citizen said")
        await no.press("Space")
        await expect(no).to_have_attribute("aria-pressed", "true")
        await expect(yes).to_have_attribute("aria-pressed", "false")
        await until(lambda: said("no"), what="the citizen's last word")
        await browser.shot(page, f"console-helped-{language}")
        # It stays where the citizen talks of something else by now.
        await says(house, "۲۲۲")
        await says(house, "عوارض")
        await says(house, "مالیات")
        other = page.locator(f"[data-used='{made.id}']")
        await expect(other.locator("[data-said=no]")).to_have_attribute("aria-pressed", "true")
        spotless(browser, house)
