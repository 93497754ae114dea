"""The field that finds what an article depends on, in a real browser: by words, by keyboard, by an address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from knowledge import articles
from router.records import Role
from storage.knowledge import ArticleState
from tests.house import read, until
from tests.servers.browser import Browser
from tests.servers.console import at_desk, spotless, town, worker
from tests.test_knowledge_browser_days import accessible

pytestmark = pytest.mark.chromium


@pytest.mark.parametrize(("language", "width"), [("fa", 360), ("en", 1280)])
async def test_another_article_is_found_and_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                                   language: str, width: int) -> None:
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "نادر", role=Role.SUPERVISOR, language=language)

        def write(tx: Any) -> list[int]:
            return [articles.create(tx, lead, {"title": title, "body": "متن", "state": state, "language": "fa"}).id
                    for title, state in (("قبض آب", ArticleState.PUBLIC), ("تعرفهٔ آب و فاضلاب", ArticleState.INTERNAL),
                                         ("تعرفهٔ گاز", ArticleState.DRAFT), ("درخواست کنتور", ArticleState.PUBLIC))]
        bill, water, gas, meter = await house.store.run(write)
        await house.library.ready.wait()
        page = await at_desk(browser, house, "nader", to="/knowledge", width=width, height=900)
        await page.goto(f"{house.url}/knowledge#article/{bill}")

        async def kept() -> set[tuple[str, str]]:
            return {(each.kind, each.target) for each in await read(
                house, lambda tx: tx.knowledge.life.links(bill))}
        await page.locator("summary").nth(1).click()
        field = page.get_by_role("combobox", name="عنوان" if language == "fa" else "Title, number")
        options = page.locator(".offers [role=option]")
        await field.fill("تعرفه ی")
        await field.fill("تعرفه")
        await expect(options).to_have_count(2)
        await expect(options.filter(has_text="گاز")).to_contain_text("پیش‌نویس" if language == "fa" else "Draft")
        await accessible(page, ".picker")
        await browser.shot(page, f"knowledge-picker-{language}-{width}")
        assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        await field.press("Escape")
        await expect(options).to_have_count(0)
        await field.fill("تعرفه اب")
        await expect(options.first).to_contain_text("فاضلاب")
        await field.press("ArrowDown")
        await expect(options.first).to_have_attribute("aria-selected", "true")
        await field.press("Enter")
        await until(lambda: _is(kept, {("article", str(water))}), what="the first link")
        row = page.locator(f"[data-link='article/{water}']")
        await expect(row).to_contain_text("تعرفهٔ آب و فاضلاب")
        await expect(row.locator(".chip").nth(1)).to_have_text("درونی" if language == "fa" else "Internal")
        await field.fill(f"{house.url}/help/{meter}")
        await expect(options).to_have_count(1)
        await field.press("Enter")
        await until(lambda: _is(kept, {("article", str(water)), ("article", str(meter))}), what="the second link")
        await row.locator("button").click()
        await expect(row).to_have_count(0)
        # A service that nobody named yet is taken as it is written.
        await page.locator("[name=link-kind]").select_option("service")
        other = page.locator(".picker input")
        await other.fill("water-bill")
        await options.last.click()
        await page.locator("input[name=title]").last.fill("قبض آب")
        await page.locator("form button.slim").last.click()
        await until(lambda: _is(kept, {("article", str(meter)), ("service", "water-bill")}), what="the service")
        assert gas not in {int(target) for kind, target in await kept() if kind == "article"}
        spotless(browser, house)


async def _is(kept: Any, wanted: set[tuple[str, str]]) -> bool:
    return bool(await kept() == wanted)
