"""Days in the editor in a real browser: typed in either calendar, any digits, chosen by keyboard, read by a machine."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jdatetime
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from knowledge import articles
from router.records import Role
from router.rules.text import digits_fa
from storage.knowledge import ArticleState
from tests.house import read, until
from tests.servers.browser import Browser
from tests.servers.console import at_desk, spotless, town, worker

pytestmark = pytest.mark.chromium
RULES = {"runOnly": {"type": "tag", "values": [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
TEHRAN = ZoneInfo("Asia/Tehran")


async def accessible(page: Page, place: str) -> None:
    """No violation within a part of the page, as it is now."""
    found = await Axe().run(page, context=place, options=RULES)
    assert found.response["passes"], "nothing was looked at"
    assert [(each["id"], node["html"]) for each in found.response["violations"] for node in each["nodes"]] == []


def shown(day: date, language: str) -> str:
    """As the field writes it."""
    if language == "en":
        return day.isoformat()
    return digits_fa(jdatetime.date.fromgregorian(date=day).strftime("%Y/%m/%d"))


@pytest.mark.parametrize(("language", "width"), [("fa", 1280), ("en", 360)])
async def test_a_day_is_typed_or_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                        language: str, width: int) -> None:
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "نادر", role=Role.SUPERVISOR, language=language)
        made = await house.store.run(lambda tx: articles.create(
            tx, lead, {"title": "تعرفه", "body": "متن", "state": ArticleState.INTERNAL, "language": language}))
        page = await at_desk(browser, house, "nader", to="/knowledge", width=width, height=900)
        await page.goto(f"{house.url}/knowledge#article/{made.id}")
        field = page.locator("input[name=review_at]")
        await field.wait_for()

        async def kept(day: date | None) -> None:
            async def there() -> bool:
                at = (await read(house, lambda tx: tx.knowledge.get(made.id))).review_at
                return (at.astimezone(TEHRAN).date() if at else None) == day
            await until(there, what=f"the review on {day}")
            await expect(field).to_have_value(shown(day, language) if day else "")
        today = datetime.now(TEHRAN).date()
        soon, later = today + timedelta(days=40), today + timedelta(days=100)
        theirs = jdatetime.date.fromgregorian(date=soon)
        await field.fill(digits_fa(theirs.strftime("%Y/%m/%d")))
        await field.press("Enter")
        await kept(soon)
        await field.fill(jdatetime.date.fromgregorian(date=later).strftime("%d-%m-%Y"))
        await field.press("Tab")
        await kept(later)
        await field.fill(soon.strftime("%Y/%m/%d"))
        await field.press("Enter")
        await kept(soon)
        for wrong in ("۱۴۰۵/۱۳/۰۱", "1404/12/30", "2027-02-29", "فردا", "1 2 3", "۱۴۰۰/۰۱/۰۱"):
            await field.fill(wrong)
            await field.press("Enter")
            await expect(page.locator(".day [role=alert]")).to_be_visible()
            await expect(field).to_have_attribute("aria-invalid", "true")
        await accessible(page, ".day")
        assert (await read(house, lambda tx: tx.knowledge.get(made.id))).review_at.astimezone(TEHRAN).date() == soon
        # By keyboard: the chosen day has the focus; in Persian the next day stands on the left.
        await page.locator(".day-open").first.focus()
        await page.keyboard.press("Enter")
        chosen = page.locator(".calendar .day-cell[tabindex='0']")
        await expect(chosen).to_be_focused()
        await expect(chosen).to_have_attribute("data-day", soon.isoformat())
        await accessible(page, ".calendar")
        await browser.shot(page, f"knowledge-calendar-{language}-{width}")
        assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        await page.keyboard.press("ArrowLeft" if language == "fa" else "ArrowRight")
        await page.keyboard.press("ArrowDown")
        await expect(chosen).to_have_attribute("data-day", (soon + timedelta(days=8)).isoformat())
        await page.keyboard.press("PageDown")
        await page.keyboard.press("PageUp")
        await page.keyboard.press("Escape")
        await expect(page.locator(".calendar")).to_have_count(0)
        await expect(page.locator(".day-open").first).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(chosen).to_be_focused()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await kept(soon + timedelta(days=7))
        await page.locator(".day-open").first.click()
        await page.locator(".calendar .row.wrap button").last.click()
        await kept(None)
        # Another state at a day and an hour of the desk.
        await page.locator("select[name=publish_state]").select_option("archived")
        await page.locator("input[name=publish_at]").fill(shown(later, language))
        await page.locator("input[name=publish_at]").press("Tab")
        await page.locator("input[name=clock]").fill("۹:۳۰" if language == "fa" else "9:30")
        await page.locator(".later > .button").click()

        async def waits() -> bool:
            now = await read(house, lambda tx: tx.knowledge.get(made.id))
            return now.publish_state == "archived" and now.publish_at.astimezone(TEHRAN) == datetime(
                later.year, later.month, later.day, 9, 30, tzinfo=TEHRAN)
        await until(waits, what="the scheduled archiving")
        await expect(page.locator(".notice .link")).to_be_visible()
        # The list says so, narrows to it, and takes it back.
        await page.goto(f"{house.url}/knowledge#articles")
        row = page.locator(f"li[data-article='{made.id}']")
        await expect(row.locator(".chip.waits")).to_contain_text("بایگانی" if language == "fa" else "Archived")
        await expect(row.locator(".chip.waits")).to_contain_text("۹:۳۰" if language == "fa" else "9:30")
        await page.locator("select").nth(2).select_option("scheduled")
        await row.locator("button.link").click()
        await expect(row).to_have_count(0)
        assert (await read(house, lambda tx: tx.knowledge.get(made.id))).publish_at is None
        spotless(browser, house)


async def test_who_wrote_what_waits_for_its_day_sees_it_and_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                                 browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "نادر", role=Role.SUPERVISOR)
        sara = await worker(house, "sara", "سارا", language="fa")
        made = await house.store.run(lambda tx: articles.create(tx, sara, {"title": "تعرفه", "language": "fa"}))
        await house.store.run(lambda tx: articles.schedule(
            tx, lead, made.id, 1, tx.now + timedelta(days=9), ArticleState.INTERNAL, four_eyes=False))
        page = await at_desk(browser, house, "sara", to="/knowledge", width=360)
        await page.goto(f"{house.url}/knowledge#article/{made.id}")
        await expect(page.locator(".column .notice")).to_contain_text("درونی")
        await expect(page.locator(".column .notice button")).to_have_count(0)
        await expect(page.get_by_role("button", name="درخواست تأیید")).to_be_visible()
        await expect(page.get_by_role("button", name="ذخیره", exact=True)).to_have_count(0)
        spotless(browser, house)


async def test_days_of_both_calendars_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "nader", "نادر", role=Role.SUPERVISOR)
        page = await at_desk(browser, house, "nader", to="/knowledge")
        days = [date(2000, 1, 1) + timedelta(days=n) for n in range(0, 20_000, 7)]
        days += [date(year, 3, 18) + timedelta(days=n) for year in range(2000, 2060) for n in range(5)]
        theirs = [jdatetime.date.fromgregorian(date=day) for day in days]
        asked: Any = [[day.isoformat(), [each.year, each.month, each.day]]
                      for day, each in zip(days, theirs, strict=True)]
        wrong = await page.evaluate("""async (asked) => {
            const {jalali, fromJalali, written, read} = await import("/static/calendar.js");
            return asked.filter(([key, parts]) => jalali(key).join() !== parts.join() || fromJalali(...parts) !== key
                || read(written(key, "fa")) !== key || read(written(key, "en")) !== key);
        }""", asked)
        assert wrong == []
        assert await page.evaluate("""async () => {
            const {weeks, monthsOn, instant, read} = await import("/static/calendar.js");
            return [weeks("2026-11-22", "fa")[0], weeks("2026-11-22", "en")[0], monthsOn("2026-10-22", "fa", 5),
                    monthsOn("2026-01-31", "en", 1), instant("2026-11-22", "08:30", "Asia/Tehran"),
                    instant("2026-03-29", "12:00", "Europe/Berlin"), instant("2026-03-28", "12:00", "Europe/Berlin"),
                    read("x".repeat(100000)), read("1405/9/1"), read("۱۴۰۵۰۹۰۱"), read("1/9/1405")];
        }""") == [
            # Azar 1405 begins on a Sunday, November 2026 on a Sunday too; weeks begin on Saturday and on Monday.
            ["", "2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"],
            ["", "", "", "", "", "", "2026-11-01"],
            "2027-03-20",  # 30 Mehr: five months on is 29 Esfand, the last day of 1405
            "2026-02-28", "2026-11-22T05:00:00.000Z", "2026-03-29T10:00:00.000Z", "2026-03-28T11:00:00.000Z",
            "", "2026-11-22", "2026-11-22", "2026-11-22"]
        assert datetime(2026, 11, 22, tzinfo=UTC).weekday() == 6
