"""The editor and the help centre in a real browser: both languages, a phone and a wide screen, two editors at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from knowledge import articles
from router.records import Role
from storage.knowledge import ArticleState
from tests.house import read, until
from tests.servers.browser import Browser
from tests.servers.console import at_desk, spotless, town, worker

pytestmark = pytest.mark.chromium

BODY = ("برای صدور دوباره این‌ها لازم است:\n\n- شناسنامه\n- رسید پرداخت\n"
        "\n| خدمت | هزینه |\n|---|---|\n| کارت ملی | ۵۰۰٬۰۰۰ ریال |\n"
        "\nنشانی: [دفترها](https://example.org/offices)")


async def write(house: Any, by: Any, **fields: Any) -> Any:
    given = {"state": ArticleState.PUBLIC, "body": BODY, **fields}
    return await house.store.run(lambda tx: articles.create(tx, by, given))


def narrow(page: Page) -> Any:
    """How much wider the page is than the screen."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


async def test_an_article_is_written_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                       browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "نادر", role=Role.SUPERVISOR, language="fa")
        await worker(house, "mina", "Mina", role=Role.SUPERVISOR, language="en")
        await write(house, lead, title="گم شدن کارت ملی")
        page = await at_desk(browser, house, "nader", to="/knowledge")
        await expect(page.locator(".articles [data-article='1']")).to_contain_text("گم شدن کارت ملی")
        await browser.shot(page, "knowledge-list-fa")
        await page.locator(".articles a").first.click()
        column = page.locator(".column[data-language=fa]")
        await column.get_by_role("button", name="پیش‌نمایش").click()
        await expect(column.locator(".look table tr")).to_have_count(2)
        await expect(column.locator(".look li")).to_have_count(2)
        await column.get_by_role("button", name="نوشتن").click()
        await page.locator(".add-twin").click()
        other = page.locator(".column[data-language=en]")
        await other.locator("[name=title]").fill("Lost national card")
        await other.locator("[name=body]").fill("Bring your birth certificate.")
        await other.get_by_role("button", name="ذخیره").click()
        await until(lambda: read(house, lambda tx: tx.knowledge.get(1).twin == 2), what="the pair")
        await column.locator("[name=title]").fill("گم شدن کارت ملی هوشمند")
        await column.get_by_role("button", name="ذخیره").first.click()
        await expect(page.locator(".column[data-language=en] header")).to_contain_text("ترجمه عقب است")
        await browser.shot(page, "knowledge-editor-fa")
        await page.set_viewport_size({"width": 360, "height": 740})
        await browser.shot(page, "knowledge-editor-fa-360")
        assert await narrow(page) <= 0
        english = await at_desk(browser, house, "mina", to="/knowledge")
        await english.goto(f"{house.url}/knowledge#article/2")
        await english.reload()
        mine = english.locator(".column[data-language=en]")
        await mine.locator("[name=in_step]").check()
        await mine.locator("[name=body]").fill("Bring your birth certificate and the receipt.")
        await mine.get_by_role("button", name="Save").click()
        await expect(mine.locator("header")).not_to_contain_text("Translation is behind")
        await browser.shot(english, "knowledge-editor-en")
        spotless(browser, house)


async def test_two_editors_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "Nader", role=Role.SUPERVISOR, language="en")
        made = await write(house, lead, title="Card", body="first\nsecond\nthird", language="en")
        page = await at_desk(browser, house, "nader", to="/knowledge")
        await page.goto(f"{house.url}/knowledge#article/{made.id}")
        await page.reload()
        area = page.locator(".column [name=body]")
        await area.fill("first\nsecond\nthird by me")
        await house.store.run(lambda tx: articles.change(tx, lead, made.id, 1, {"body": "first by her\nsecond\nthird"}))
        await page.locator(".column").get_by_role("button", name="Save").click()
        await expect(page.locator("[role=alert]")).to_contain_text("put together")
        await expect(area).to_have_value("first by her\nsecond\nthird by me")
        await page.locator(".column").get_by_role("button", name="Save").click()
        await until(lambda: read(house, lambda tx: tx.knowledge.get(made.id).version == 3), what="the saved merge")
        assert (await read(house, lambda tx: tx.knowledge.get(made.id))).body == "first by her\nsecond\nthird by me"
        await area.fill("mine\nsecond\nthird")
        await house.store.run(lambda tx: articles.change(tx, lead, made.id, 3, {"body": "hers\nsecond\nthird by me"}))
        await page.locator(".column").get_by_role("button", name="Save").click()
        await expect(area).to_have_value(re.compile("<<<<<<<\nmine\n=======\nhers\n>>>>>>>"))
        await browser.shot(page, "knowledge-merge-en")
        await page.locator(".column").get_by_role("button", name="Save").click()
        await expect(page.locator(".toast.bad")).to_contain_text("conflict marks")
        await area.fill("both\nsecond\nthird")
        await page.locator(".column").get_by_role("button", name="Save").click()
        await until(lambda: read(house, lambda tx: tx.knowledge.get(made.id).body == "both\nsecond\nthird"))
        await page.locator("summary", has_text="Versions").click()
        await page.get_by_role("button", name="Difference to now").nth(3).click()
        await expect(page.locator(".diff .gone").first).to_contain_text("first")
        await page.get_by_role("button", name="Restore").nth(3).click()
        await expect(area).to_have_value("first\nsecond\nthird")
        spotless(browser, house, "409")


@pytest.mark.parametrize(("language", "title", "question"), [
    ("fa", "گم شدن کارت ملی", "کارت ملی گم شده"), ("en", "Lost national card", "lost my national card")])
async def test_citizens_find_while_they_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                             language: str, title: str, question: str) -> None:
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "نادر", role=Role.SUPERVISOR)
        shelf = await house.store.run(lambda tx: tx.knowledge.life.add_category(
            name="papers", title_fa="مدارک", title_en="Papers", position=0, least_role="agent", skills=[], public=True))
        made = await write(house, lead, title=title, category=shelf.id, language=language)
        await write(house, lead, title="Building permit" if language == "en" else "پروانهٔ ساختمان", language=language,
                    body="x")
        page = await browser.page(language=language, width=1100)
        await page.goto(f"{house.url}/help?language={language}")
        await expect(page.locator(".shelves a")).to_have_count(2)
        await browser.shot(page, f"help-{language}")
        await page.locator("input[type=search]").press_sequentially(question, delay=5)
        await expect(page.locator("#typed li")).to_have_count(1)
        await browser.shot(page, f"help-typed-{language}")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/help/{made.id}**")
        await expect(page.locator("article h1")).to_have_text(title)
        await page.set_viewport_size({"width": 360, "height": 740})
        await browser.shot(page, f"help-article-{language}-360")
        assert await narrow(page) <= 0
        await page.locator("textarea").fill("my number is 09121234567")
        await page.locator("button[value=no]").click()
        await expect(page.locator("[role=status]#helped")).to_be_visible()
        [said] = await read(house, lambda tx: tx.knowledge.outcomes.said(made.id))
        assert said["helped"] is False and "0912" not in said["words"]
        watched = browser.watched[page]
        assert not watched.faults and not watched.strangers(house.url)
