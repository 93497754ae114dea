"""The report of a house with history in a real browser: both languages, a phone, a wide screen, read by a machine."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from sqlalchemy import update

from knowledge import articles
from router.records import ContactState, Role
from storage.knowledge import ArticleState
from storage.tables.knowledge import Suggestions
from tests.house import read
from tests.servers.browser import Browser
from tests.servers.console import at_desk, says, spotless, town, worker

pytestmark = pytest.mark.chromium
RULES = {"runOnly": {"type": "tag", "values": [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
TITLES = ("گم شدن کارت ملی",
          "Renewing a building permit: what to bring, whom to ask, and how long it takes in each district",
          "عوارض خودرو", "قبض آب و تخفیف سالمندان و خانواده‌های پرجمعیت در ماه‌های گرم سال", "Parking permits",
          "نوبت دفتر")
SAID = {"fa": ("بیشتر", "کمتر", "تفاوتی دیده نمی‌شود", "شمار کم است"),
        "en": ("more", "fewer", "no difference seen", "too few to say")}
#: Of an article: contacts with it and how many of them were resolved; the same without it.
PAST = ((40, 37, 30, 12), (25, 9, 25, 22), (12, 8, 11, 7), (3, 2, 1, 0), (6, 6, 0, 0), (0, 0, 0, 0))


async def accessible(page: Page) -> None:
    found = await Axe().run(page, context="main", options=RULES)
    assert found.response["passes"], "nothing was looked at"
    assert [(each["id"], node["html"]) for each in found.response["violations"] for node in each["nodes"]] == []


async def history(house: Any, boss: Any) -> None:
    """Two months of contacts: each article shown, used in some, resolved in some of those."""
    rng = random.Random(3)
    accepted = await says(house, "سلام", sender="v-0")
    first = await read(house, lambda tx: tx.contacts.get(tx.messages.get(accepted.message).contact))

    def unit(tx: Any) -> None:
        shelves = [tx.knowledge.life.add_category(
            name=name, title_fa=fa, title_en=en, position=at, least_role="agent", skills=[], public=True)
            for at, (name, fa, en) in enumerate((("papers", "مدارک شناسایی", "Identity papers"),
                                                 ("town", "شهر", "Town")))]
        for at, (title, past) in enumerate(zip(TITLES, PAST, strict=True)):
            made = articles.create(tx, boss, {
                "title": title, "body": "متن", "state": ArticleState.PUBLIC, "category": shelves[at % 2].id})
            for used, of, good in ((True, *past[:2]), (False, *past[2:])):
                for number in range(of):
                    key = f"{at}-{used}-{number}"
                    contact = tx.contacts.open(
                        channel=first.channel, medium=first.medium, thread_key=key, customer=first.customer,
                        address=first.address, queue=first.queue, state=ContactState.CLOSED, language="fa")
                    tx.knowledge.show(contact.id, [(made.id, 1.0, {})])
                    if used:
                        tx.knowledge.use(contact.id, made.id, boss.id)
                        tx.knowledge.sent(contact.id, made.id, rng.choice((1.0, 0.7)))
                        said = rng.choice(("yes", "", "no" if number >= good else "yes"))
                        tx.knowledge.say(contact.id, made.id, said)
                    tx.knowledge.outcomes.settle(
                        contact.id, customer_id=first.customer, closed_at=tx.now - timedelta(days=20),
                        disposition="resolved", article_id=made.id, category_id=made.category, used=used, fit="sure",
                        confidence=0.9)
                    if number >= good:
                        tx.knowledge.outcomes.back(contact.id, tx.now, contact.id)
        tx.connection.execute(update(Suggestions).values(shown_at=tx.now - timedelta(days=21)))  # before they were over
    await house.store.run(unit)


@pytest.mark.parametrize(("language", "width"), [("fa", 360), ("fa", 1280), ("en", 360), ("en", 1280)])
async def test_the_report_of_a_house_with_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                                  language: str, width: int) -> None:
    async with town(tmp_path, monkeypatch) as house:
        boss = await worker(house, "boss", "مدیر", role=Role.ADMIN, language=language)
        await history(house, boss)
        page = await at_desk(browser, house, "boss", to="/knowledge", width=width, height=900)
        await page.goto(f"{house.url}/knowledge#report")
        await expect(page.locator("[data-article]")).to_have_count(5)
        assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        await accessible(page)
        await browser.shot(page, f"knowledge-report-{language}-{width}")
        chips = page.locator("[data-article] tbody tr:first-child .chip")
        more, fewer, none, few = SAID[language]
        await expect(chips).to_have_text([more, fewer, none, few, few])
        share = page.locator("[data-article='1'] tbody tr:first-child .share.own")
        between = "میان .۸۰٪. و .۹۷٪" if language == "fa" else "between .80%. and .97%"
        await expect(share).to_contain_text(re.compile(between))
        # Nothing of a table is cut off, not even on a phone.
        whole = "[...document.querySelectorAll('.scrolls')].every(e => e.scrollWidth <= e.clientWidth)"
        assert await page.evaluate(whole)
        await page.locator("main select").last.select_option("least")
        await expect(page.locator("[data-article]").first).to_have_attribute("data-article", "2")
        await page.locator("[data-article]").first.scroll_into_view_if_needed()
        await browser.shot(page, f"knowledge-report-least-{language}-{width}")
        spotless(browser, house)
