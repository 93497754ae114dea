"""Putting a contact aside in a real browser: a day of the desk's calendar, typed or chosen, by keyboard."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import jdatetime
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from router.records import ContactState
from router.rules.text import digits_fa
from tests.house import read
from tests.servers.browser import Browser
from tests.servers.console import at_desk, spotless, town, worker
from tests.test_console_browser_story import accepted, becomes

pytestmark = pytest.mark.chromium
TEHRAN = ZoneInfo("Asia/Tehran")


@pytest.mark.parametrize(("language", "width"), [("fa", 1280), ("en", 360)])
async def test_put_aside_until_a_day_of_the_desks_calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                           browser: Browser, language: str, width: int) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "Sara", language=language)
        page = await at_desk(browser, house, "sara")
        await accepted(page, house)
        await page.set_viewport_size({"width": width, "height": 800})
        await page.keyboard.press("Alt+KeyS")
        field, hour, send = (page.locator(f"dialog {name}") for name in (
            "[name=until]", "[name=clock]", ".dialog-foot .primary"))
        wanted = datetime.now(TEHRAN).date() + timedelta(days=40)
        theirs = digits_fa(jdatetime.date.fromgregorian(date=wanted).strftime("%Y/%m/%d"))
        shown = theirs if language == "fa" else wanted.isoformat()
        for wrong in ("1404/12/30", "2027-02-29", "۱۴۰۰/۰۱/۰۱"):
            await field.fill(wrong)
            await field.press("Enter")
            await expect(page.locator("dialog .day [role=alert]")).to_be_visible()
            await send.click()
            await expect(page.locator("dialog")).to_be_visible()  # what is no day keeps it from being sent
        await field.fill(theirs)
        await field.press("Enter")
        await expect(field).to_have_value(shown)
        await hour.fill("25:00")
        await expect(send).to_be_disabled()
        await hour.fill("۹:۳۰")
        # By keyboard: the calendar, seven days on, back to the button that opened it.
        await page.locator("dialog .day-open").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(".calendar .day-cell[tabindex='0']")).to_be_focused()
        found = await Axe().run(page, context="dialog", options={"runOnly": {"type": "tag", "values": [
            "wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}})
        assert [(each["id"], node["html"]) for each in found.response["violations"] for node in each["nodes"]] == []
        await browser.shot(page, f"console-snooze-{language}-{width}")
        assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        await page.keyboard.press("Escape")
        await expect(page.locator(".calendar")).to_have_count(0)
        await expect(page.locator("dialog")).to_be_visible()  # only the calendar went
        await page.keyboard.press("Enter")
        await expect(page.locator(".calendar .day-cell[tabindex='0']")).to_be_focused()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(page.locator("dialog .day-open")).to_be_focused()
        await send.click()
        await becomes(house, ContactState.SNOOZED)
        due = await read(house, lambda tx: tx.timers.get("wake", 1))
        assert due.due_at.astimezone(TEHRAN) == datetime.combine(wanted + timedelta(days=7), time(9, 30), tzinfo=TEHRAN)
        spotless(browser, house)
