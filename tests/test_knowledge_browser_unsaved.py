"""What is being written in the editor is neither published by another change nor lost by one, in a real browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from knowledge import articles
from router.records import ContactState, Role
from storage.knowledge import ArticleState
from tests.house import read, until
from tests.servers.browser import Browser
from tests.servers.console import at_desk, says, spotless, town, worker
from tests.test_knowledge_browser import narrow, write

pytestmark = pytest.mark.chromium


async def opened(browser: Browser, house: Any, number: int, name: str = "nader") -> Page:
    """The editor with an article."""
    page = await at_desk(browser, house, name, to="/knowledge")
    await page.goto(f"{house.url}/knowledge#article/{number}")
    await expect(page.locator(".column [name=title]")).to_be_visible()
    return page


async def now(house: Any, number: int) -> Any:
    return await read(house, lambda tx: tx.knowledge.get(number))


async def test_half_a_sentence_is_not_published_with_another_field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                                   browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "نادر", role=Role.SUPERVISOR)
        made = await write(house, lead, title="کارت ملی", body="یک\nمیان\nدو")
        page = await opened(browser, house, made.id)
        area, title = page.locator(".column [name=body]"), page.locator(".column [name=title]")
        await area.fill("یک\nمیان\nدو نیمه‌کاره")
        await page.locator("[name=state]").select_option("internal")
        await expect(page.locator(".toast").last).to_contain_text("هنوز ذخیره نشده است")
        assert ((await now(house, made.id)).state, (await now(house, made.id)).body) == ("internal", "یک\nمیان\nدو")
        await expect(area).to_have_value("یک\nمیان\nدو نیمه‌کاره")
        # A colleague was first: what was chosen counts all the same, both people's words are kept.
        await house.store.run(lambda tx: articles.change(tx, lead, made.id, 2, {"body": "یکم\nمیان\nدو"}))
        await page.locator("[name=state]").select_option("archived")
        await until(lambda: read(house, lambda tx: tx.knowledge.get(made.id).state is ArticleState.ARCHIVED))
        await expect(page.locator(".toast").last).to_contain_text("روی تازه‌ترین نسخه نشست")
        await expect(area).to_have_value("یکم\nمیان\nدو نیمه‌کاره")
        assert (await now(house, made.id)).body == "یکم\nمیان\nدو"
        await page.locator("[name=state]").select_option("draft")
        await until(lambda: read(house, lambda tx: tx.knowledge.get(made.id).state is ArticleState.DRAFT))
        # Scheduled and taken back with words that are not saved.
        day = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
        await page.locator("[name=publish_at]").fill(day)
        await page.locator("[name=publish_at]").press("Tab")
        await page.locator(".later > button").last.click()
        await until(lambda: read(house, lambda tx: tx.knowledge.get(made.id).publish_at), what="the schedule")
        await expect(page.locator(".notice .link")).to_be_visible()
        await expect(area).to_have_value("یکم\nمیان\nدو نیمه‌کاره")
        await page.locator(".notice .link").click()
        await until(lambda: read(house, lambda tx: tx.knowledge.get(made.id).publish_at is None), what="no schedule")
        await expect(area).to_have_value("یکم\nمیان\nدو نیمه‌کاره")
        await title.fill("کارت ملی هوشمند")
        await page.locator(".column .primary").first.click()
        await until(lambda: read(house, lambda tx: tx.knowledge.get(made.id).title == "کارت ملی هوشمند"))
        assert (await now(house, made.id)).body == "یکم\nمیان\nدو نیمه‌کاره"
        spotless(browser, house, "409")


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_a_draft_out_of_a_contact_is_mended_before_anything_is_stored(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser, language: str) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "nader", "نادر", role=Role.SUPERVISOR, language=language)
        accepted = await says(house, "تمدید پروانه؟ همراه 09121234567، همسایهٔ عمو فرهاد")
        contact = (await read(house, lambda tx: tx.messages.get(accepted.message))).contact
        page = await at_desk(browser, house, "nader", to="/knowledge", width=360 if language == "fa" else 1280)
        await page.goto(f"{house.url}/knowledge#from/{contact}")
        goes_on = "ادامه دارد" if language == "fa" else "goes on"
        await expect(page.locator("main .faint")).to_contain_text(goes_on)
        await house.store.run(lambda tx: tx.contacts.change(
            tx.contacts.get(contact), state=ContactState.CLOSED, closed_at=tx.now, disposition="resolved"))
        await page.reload()
        await expect(page.locator("[data-find]")).not_to_have_count(0)
        for find in await page.locator("[data-find]").all():
            await find.locator("input").first.check()
        await page.locator("[name=title]").fill("تمدید پروانه")
        body = page.locator("[name=body]")
        await expect(body).to_have_value(re.compile(r"\[.+\]، همسایهٔ عمو فرهاد"))
        await body.fill("به دفتر بروید. 09351112233")
        await page.locator(".button.primary").last.focus()
        await expect(page.locator("[data-find=mobile]", has_text="09351112233")).to_have_count(1)
        assert await read(house, lambda tx: tx.knowledge.after(0)) == []
        await expect(page.locator(".button.primary").last).to_be_disabled()
        await browser.shot(page, f"knowledge-mended-{language}")
        assert await narrow(page) <= 0
        await page.locator("[data-find=mobile] input").last.check()
        await page.locator(".button.primary").last.click()
        await expect(page.locator(".column [name=body]")).to_have_value("به دفتر بروید. 09351112233")
        [made] = await read(house, lambda tx: tx.knowledge.after(0))
        [version] = await read(house, lambda tx: tx.knowledge.life.versions(made.id))
        assert version.title == "تمدید پروانه" and "فرهاد" not in version.body and made.source == contact
        spotless(browser, house, "409")


async def test_whoever_leaves_unsaved_words_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                     browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        lead = await worker(house, "nader", "Nader", role=Role.SUPERVISOR, language="en")
        made = await write(house, lead, title="Card", body="first", language="en")
        await house.store.run(lambda tx: articles.change(tx, lead, made.id, 1, {"body": "second"}))
        page = await opened(browser, house, made.id)
        [watched] = browser.watched.values()
        asked = watched.dialogs  # each is answered with no
        area = page.locator(".column [name=body]")
        await area.fill("half a sen")
        await page.locator("a[href='#articles']").last.click()
        await until(lambda: asked, what="the question")
        await expect(area).to_have_value("half a sen")
        assert page.url.endswith(f"#article/{made.id}") and "not saved" in asked[0]
        await page.locator("summary", has_text="Versions").click()
        await page.get_by_role("button", name="Restore").click()
        await until(lambda: len(asked) == 2, what="the second question")
        assert (await now(house, made.id)).body == "second"
        await page.evaluate("window.asked = 0; window.confirm = () => { window.asked += 1; return true; }; 0")
        await page.get_by_role("button", name="Restore").click()
        await expect(area).to_have_value("first")
        await page.locator("a[href='#articles']").last.click()
        await expect(page.locator(".articles [data-article]")).to_have_count(1)
        assert await page.evaluate("window.asked") == 1, "what is saved is left without a question"
        await page.locator(".articles a").first.click()
        await area.fill("lost on purpose")
        await page.locator("a[href='#articles']").last.click()
        await expect(page.locator(".articles [data-article]")).to_have_count(1)
        assert await page.evaluate("window.asked") == 2 and (await now(house, made.id)).body == "first"
        asked.clear()
        spotless(browser, house)
