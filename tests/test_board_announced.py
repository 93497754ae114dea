"""How announced waits came true: asked over HTTP and seen on the board."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from router.records import Role
from router.rules.wait import Kind
from tests.servers.browser import Browser
from tests.servers.console import at_desk, spotless, town, worker


def lived(house: Any) -> None:
    """Five waits of two minutes and one of a day, each announced; and one that left."""
    made = house.switchboard.dispatch.desk.waits.estimator
    made.agent("e", frozenset(), frozenset({"sms"}))
    made.duty("e", True)
    for number, seconds in enumerate((120, 120, 120, 120, 120, 86_400)):
        made.queued(f"c{number}", Kind(medium="sms"), 1_000.0 * number)
        said = made.estimate(f"c{number}", 1_000.0 * number)
        assert (said.low <= seconds <= said.high) is (seconds == 120)
        made.answered(f"c{number}", 1_000.0 * number + seconds)
    made.queued("left", Kind(medium="webchat"), 9_000.0)
    made.gone("left", 9_100.0)


@pytest.mark.chromium
@pytest.mark.parametrize(("language", "width"), [("fa", 360), ("en", 1280)])
async def test_the_board_shows_how_often_an_announced_wait_held(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser, language: str, width: int) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "مدیر", role=Role.SUPERVISOR, language=language)
        page = await at_desk(browser, house, "boss", to="/board", width=width)
        empty = {"fa": "هنوز هیچ انتظار گفته‌شده‌ای", "en": "No announced wait"}[language]
        await expect(page.locator("section[aria-labelledby=announced]")).to_contain_text(empty)
        lived(house)
        found = (await page.evaluate("fetch('/api/routing/state').then((answer) => answer.json())"))["waits"]
        assert list(found) == ["sms"]  # of a medium in which nobody was answered nothing is known
        assert (found["sms"]["n"], found["sms"]["coverage"]) == (6, 0.8333)
        assert found["sms"]["mean_wait"] == 14_500 and found["sms"]["error"] > 0.5 and found["sms"]["bias"] < 0
        await page.reload()
        shown = page.locator("[data-announced=sms]")
        # Between the words stand the marks that keep numbers apart from the direction of the sentence.
        await expect(shown).to_contain_text(re.compile({"fa": r"۸۳٪\W* از \W*۶\W* درست بود",
                                                        "en": r"83%\W* of \W*6\W* held"}[language]))
        await expect(shown).to_contain_text({"fa": "۴ ساعت", "en": "4 h"}[language])
        assert await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        await shown.scroll_into_view_if_needed()
        await browser.shot(page, f"announced-{language}-{width}")
        spotless(browser, house)
