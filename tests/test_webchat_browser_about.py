"""The cards and states of the widget in a real browser, looked at by an accessibility checker (axe, WCAG 2.2 AA)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from router.records import ContactState
from tests.house import agent, read, until
from tests.servers.browser import Browser
from tests.servers.webchat import accepted, chat, moved, reply
from tests.test_webchat_browser import clean, opened, write

pytestmark = pytest.mark.chromium
RULES = {"runOnly": {"type": "tag", "values": [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


async def accessible(page: Page) -> None:
    """No violation in the widget, in whatever state it is now. The host page around it is not ours."""
    found = await Axe().run(page, context="pishkhan-chat", options=RULES)
    assert found.response["passes"], "nothing was looked at"
    assert [(each["id"], node["html"]) for each in found.response["violations"] for node in each["nodes"]] == []


async def contacts(house: Any) -> Any:
    return await read(house, lambda tx: tx.contacts.listed())


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_asked_before_the_first_word(browser: Browser, tmp_path: Path, language: str) -> None:
    async with chat(tmp_path, ask=["name", "phone"], ask_required=True) as house:
        await agent(house)
        page = await opened(browser, house, language, width=360, height=720)
        await expect(page.locator(".composer")).to_be_hidden()
        await accessible(page)
        await browser.shot(page, f"asked-{language}")
        await page.locator(".card button").click()
        await expect(page.locator(".card .wrong")).not_to_be_empty()
        await page.locator("input[name=name]").fill("سارا")
        await page.locator("input[name=phone]").fill("۱۲")
        await page.keyboard.press("Enter")
        await expect(page.locator("input[name=phone]")).to_have_attribute("aria-invalid", "true")
        await accessible(page)
        await page.locator("input[name=phone]").fill("۰۹۱۲۱۲۳۴۵۶۷")
        await page.keyboard.press("Enter")
        await expect(page.locator(".card")).to_be_hidden()
        await write(page, "سلام")
        (contact,) = await until(lambda: contacts(house))
        assert {"medium": "sms", "value": "+989121234567"} in contact.data["stated"]
        await page.reload()
        await page.locator(".launcher").click()
        await expect(page.locator(".mine .bubble")).to_have_text("سلام")
        await expect(page.locator(".card")).to_be_hidden()
        assert clean(browser, page, house)


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_with_nobody_on_duty_the_card_asks_where_to_send_the_answer(browser: Browser, tmp_path: Path,
                                                                         language: str) -> None:
    async with chat(tmp_path) as house:
        page = await opened(browser, house, language, width=360, height=720)
        await write(page, {"fa": "کسی هست؟", "en": "Anybody there?"}[language])
        await expect(page.locator(".card")).to_be_visible()
        await accessible(page)
        await browser.shot(page, f"away-{language}")
        await page.locator("input[name=email]").fill("Sara@Example.org")
        await page.keyboard.press("Enter")
        await expect(page.locator(".card")).to_be_hidden()
        await expect(page.locator(".line")).to_contain_text("Sara@Example.org")

        async def kept() -> bool:
            (contact,) = await contacts(house)
            return contact.data.get("stated") == [{"medium": "email", "value": "sara@example.org"}]
        await until(kept, what="the address stands at the contact")
        assert clean(browser, page, house)


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_outside_the_hours(browser: Browser, tmp_path: Path, language: str) -> None:
    """What the widget says when the desk tells it that the queue is closed until a moment."""
    async with chat(tmp_path) as house:
        await agent(house)
        adapter, opens = house.channels["web"], datetime(2026, 11, 28, 4, 30, tzinfo=UTC)
        line = adapter._thread.wire.reads.line

        async def closed(channel: str, key: str) -> Any:
            found = await line(channel, key)
            return None if found is None else replace(found, open=False, opens_at=opens, place=0, wait_high=0)
        adapter._thread.wire.reads.line = closed
        page = await opened(browser, house, language, width=360, height=720)
        await write(page, {"fa": "کسی هست؟", "en": "Anybody there?"}[language])
        await expect(page.locator(".line strong")).to_contain_text({"fa": "۷ آذر", "en": "28 November"}[language])
        await expect(page.locator(".card")).to_be_visible()
        await accessible(page)
        await browser.shot(page, f"closed-{language}")


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_a_copy_of_what_was_said(browser: Browser, tmp_path: Path, language: str) -> None:
    async with chat(tmp_path, transcript=True) as house:
        await agent(house)
        page = await opened(browser, house, language, width=360, height=720)
        await write(page, {"fa": "سلام", "en": "Hello"}[language])
        await expect(page.locator(".mine")).to_have_attribute("data-state", "sent")
        await moved(house, 1, ContactState.CLOSED)
        await page.locator(".line button").click()
        await accessible(page)
        await browser.shot(page, f"copy-{language}")
        await page.locator("input[name=email]").fill("sara@example.org")
        await page.keyboard.press("Enter")
        await expect(page.locator(".line small")).to_contain_text("sara@example.org")
        await expect(page.locator(".card")).to_be_hidden()
        assert clean(browser, page, house)


async def test_what_the_desk_does_not_take_is_asked_again(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        page = await opened(browser, house)
        await write(page, "کسی هست؟")
        await page.locator("input[name=email]").fill("سارا@دوم.ایران؛")
        await page.keyboard.press("Enter")
        await expect(page.locator(".card .wrong")).not_to_be_empty()
        await expect(page.locator(".card")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_whole_talk_is_accessible(browser: Browser, tmp_path: Path, theme: str) -> None:
    async with chat(tmp_path, typing_preview=True) as house:
        page = await browser.page(language="fa")
        await page.goto(f"{house.url}/channels/web/demo")
        await page.locator(".frame").evaluate("(frame, theme) => { frame.dataset.theme = theme; }", theme)
        await accessible(page)
        await page.locator(".launcher").click()
        await expect(page.locator(".panel")).to_have_attribute("data-status", "live")
        await expect(page.locator(".composer small")).to_be_visible()
        await write(page, "سلام، قبض برق من نیامده است")
        await accepted(house, 1, public_name="سارا")
        await reply(house, 1, "بله؛ https://town.example را ببینید", "k1",
                    data={"buttons": [{"label": "ممنون", "value": "yes"}]})
        await expect(page.locator(".choices button")).to_be_visible()
        await accessible(page)
        await browser.shot(page, f"talk-{theme}")

