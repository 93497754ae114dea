"""Asking for approval and reading the answer, tasks, lists and set-up of knowledge, in a real browser."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from knowledge import articles, duties, review, routing
from router.records import Role
from storage.knowledge import ArticleState
from tests.house import read, until
from tests.servers.browser import Browser
from tests.servers.console import at_desk, spotless, town, worker
from tests.test_knowledge_browser import narrow, write

pytestmark = pytest.mark.chromium

WORDS = {
    "fa": {"ask": "درخواست تأیید", "refused": "رد شد", "restored": "برگشته از نسخهٔ ۱", "same": "هنوز همان است",
           "read": "خواندم", "preview": "پیش‌نمایش"},
    "en": {"ask": "Ask for approval", "refused": "Refused", "restored": "Restored from version 1",
           "same": "still the same", "read": "Read; it is right", "preview": "Preview"}}


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_words_are_asked_for_where_the_article_stands_and_the_answer_is_read(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser, language: str) -> None:
    says = WORDS[language]
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "نادر", role=Role.SUPERVISOR, language=language)
        await worker(house, "sara", "سارا", language=language)
        made = await write(house, lead, title="درونی", body="یک", state=ArticleState.INTERNAL)
        await house.store.run(lambda tx: articles.change(tx, lead, made.id, 1, {"body": "دو"}))
        await house.store.run(lambda tx: articles.restore(tx, lead, made.id, 2, 1, four_eyes=False))
        page = await at_desk(browser, house, "sara", to="/knowledge", width=360)
        await page.goto(f"{house.url}/knowledge#article/{made.id}")
        await page.locator(".column [name=body]").fill("یک و نیم")
        await expect(page.locator("[name=wanted]")).to_have_count(0)
        await page.locator(".column [name=note]").fill("شمارهٔ تازه")
        await page.get_by_role("button", name=says["ask"]).click()
        await until(lambda: read(house, lambda tx: tx.knowledge.life.approvals()), what="the request")
        [asked] = await read(house, lambda tx: tx.knowledge.life.approvals())
        assert (asked.wanted, asked.body, asked.note, asked.keywords) == ("internal", "یک و نیم", "شمارهٔ تازه", None)
        await page.locator("summary").nth(2).click()
        await expect(page.locator("details[open]")).to_contain_text(says["restored"])
        await house.store.run(lambda tx: duties.refuse(tx, lead, asked.id, "شماره همان است"))
        await page.goto(f"{house.url}/knowledge#approvals")  # what was asked for is no unsaved text
        decided = page.locator(f"[data-decided='{asked.id}']")
        await expect(decided).to_contain_text(says["refused"])
        await expect(decided.locator(".answer")).to_have_text("شماره همان است")
        await decided.locator("summary").click()
        await expect(decided.locator(".diff .new")).to_contain_text("یک و نیم")
        assert await narrow(page) <= 0
        await browser.shot(page, f"knowledge-decided-request-{language}")
        spotless(browser, house)


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_work_says_why_and_what_is_set_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                                      language: str) -> None:
    says = WORDS[language]
    async with town(tmp_path, monkeypatch) as house:
        boss = await worker(house, "boss", "مدیر", role=Role.ADMIN, language=language)
        made = await write(house, boss, title="Card", body="| a | b |\n|---|---|\n| 1 | 2 |", language="en")
        other = await write(house, boss, title="کارت", body="| خدمت | هزینه |\n|---|---|\n| ۱ | ۲ |")
        await house.store.run(lambda tx: duties.flag(tx, boss, tx.knowledge.get(made.id), "کهنه است"))
        await house.store.run(lambda tx: routing.set_thresholds(tx, boss, {"queue": 0.75}))

        def due(tx: Any) -> int:
            found = tx.knowledge.get(other.id)
            tx.knowledge.change(other.id, found.version, review_at=tx.now - timedelta(hours=1))
            return review.due(tx)
        assert await house.store.run(due) == 1
        page = await at_desk(browser, house, "boss", to="/knowledge")
        await page.goto(f"{house.url}/knowledge#work")
        wrong, reread = page.locator("[data-task='1']"), page.locator("[data-task='2']")
        await wrong.locator("button").first.click()
        await expect(page.locator(".toast").last).to_contain_text(says["same"])
        await browser.shot(page, f"knowledge-review-{language}")
        await reread.get_by_role("button", name=says["read"]).click()
        await expect(reread).to_have_count(0)
        assert (await read(house, lambda tx: tx.knowledge.get(other.id))).review_at is None
        await page.goto(f"{house.url}/knowledge#setup")
        await expect(page.locator("select[name=queue]")).to_have_value("0.75")
        for number, way in ((made.id, "ltr"), (other.id, "rtl")):
            await page.goto(f"{house.url}/knowledge#article/{number}")
            await page.locator(f"[data-article='{number}']").get_by_role("button", name=says["preview"]).click()
            await expect(page.locator(".look table")).to_have_css("direction", way)
            await expect(page.locator(".look")).to_have_css("direction", way)
        spotless(browser, house, "409")


async def test_the_list_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        boss = await worker(house, "boss", "مدیر", role=Role.ADMIN)

        def fill(tx: Any) -> None:
            for number in range(130):
                articles.create(tx, boss, {"title": f"مطلب {number}", "state": ArticleState.PUBLIC, "body": ""})
        await house.store.run(fill)
        page = await at_desk(browser, house, "boss", to="/knowledge")
        rows = page.locator(".articles [data-article]")
        await expect(rows).to_have_count(100)
        await page.locator(".more").click()
        await expect(rows).to_have_count(130)
        await expect(page.locator(".more")).to_have_count(0)
        await page.locator("select").first.select_option("draft")
        await expect(rows).to_have_count(0)
        spotless(browser, house)
