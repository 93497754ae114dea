"""Other ways than waiting in the widget, in a browser: a number to call, a message left, changed, reloaded, over."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from router.records import ContactState
from router.rules import notices
from tests.house import read, until
from tests.servers.browser import Browser, unplug
from tests.servers.webchat import accepted, cut_all, moved
from tests.test_webchat_browser import clean, opened, write
from tests.test_webchat_browser_about import accessible
from tests.test_webchat_instead import NUMBER, data, offering

pytestmark = pytest.mark.chromium
HELLO = {"fa": "کسی هست؟", "en": "Anybody there?"}
DONE = {"fa": "با من تماس بگیرید", "en": "Call me"}


async def given(house: Any, number: str) -> None:
    """Wait until the contact holds this number."""
    async def there() -> bool:
        return (await data(house)).get("callback") == number
    await until(there, what=f"{number} stands at the contact")


async def fits(page: Page) -> None:
    """Nothing is wider than the panel, and the message field is still on the screen."""
    wide = await page.locator(".panel").evaluate("e => e.scrollWidth - e.clientWidth")
    assert wide <= 0
    await expect(page.locator(".composer textarea")).to_be_in_viewport()


@pytest.mark.parametrize(("language", "width", "theme"), [("fa", 360, "dark"), ("en", 1100, "light")])
async def test_a_call_is_chosen_corrected_and_known_after_a_reload(browser: Browser, tmp_path: Path, language: str,
                                                                  width: int, theme: str) -> None:
    async with offering(tmp_path, "callback") as house:
        page = await opened(browser, house, language, width=width, height=640)
        await page.locator(".frame").evaluate("(frame, theme) => { frame.dataset.theme = theme; }", theme)
        offer, field = page.locator("form.offer"), page.locator("form.offer input")
        await expect(offer).to_be_hidden()
        await write(page, HELLO[language])
        await expect(offer).to_be_visible()
        await expect(field).to_have_attribute("inputmode", "tel")
        assert await field.evaluate("e => getComputedStyle(e).direction") == "ltr"
        await accessible(page)
        await fits(page)
        # A page that was loaded again asks again.
        await page.reload()
        await page.locator(".launcher").click()
        await page.locator(".frame").evaluate("(frame, theme) => { frame.dataset.theme = theme; }", theme)
        await expect(offer).to_be_visible()
        for wrong in ("", "سلام", "12345", "88776655"):
            await field.fill(wrong)
            await field.press("Enter")
            await expect(offer.get_by_role("alert")).not_to_be_empty()
            await expect(field).to_have_attribute("aria-invalid", "true")
            await expect(field).to_be_focused()
        await accessible(page)
        await browser.shot(page, f"offer-{language}-{width}")
        assert "callback" not in await data(house)
        if width < 480:  # the keyboard of a phone leaves half a screen
            await page.set_viewport_size({"width": width, "height": 330})
            await fits(page)
            await field.scroll_into_view_if_needed()
            await expect(field).to_be_in_viewport()
            await page.set_viewport_size({"width": width, "height": 640})
        await field.fill("۰۹۱۲ ۱۲۳ ۴۵۶۷" if language == "fa" else "0912 123 4567")
        await expect(field).to_have_attribute("aria-invalid", "false")
        await page.keyboard.press("Tab")
        await expect(offer.get_by_role("button", name=DONE[language])).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(offer).to_be_hidden()
        await given(house, NUMBER)
        shown = notices.number(NUMBER, language)
        await expect(page.locator(".line")).to_contain_text(shown)
        await expect(page.locator(".theirs .bubble").filter(has_text=shown)).to_be_visible()  # in the log, read out
        await expect(page.locator(".composer textarea")).to_be_focused()
        await accessible(page)
        await browser.shot(page, f"offer-taken-{language}-{width}")
        await page.reload()
        await page.locator(".launcher").click()
        await expect(page.locator(".line")).to_contain_text(shown)
        await expect(offer).to_be_hidden()
        # Another number, by keyboard; first thought better of.
        change = page.locator(".line button")
        for button in (offer.locator("button.text"), None):
            await change.focus()
            await page.keyboard.press("Enter")
            await expect(field).to_be_focused()
            await expect(field).to_have_value(re.compile(r"\d"))
            if button is not None:
                await button.click()
                await expect(offer).to_be_hidden()
        await field.fill("021-88776655")
        await field.press("Enter")
        await given(house, "+982188776655")
        await expect(page.locator(".line")).to_contain_text(notices.number("+982188776655", language))
        # Somebody has the conversation: the offer and what was chosen are over.
        await accepted(house, 1, public_name="سارا")
        await expect(page.locator(".status")).to_contain_text("سارا")
        await expect(page.locator(".line")).to_be_hidden()
        await expect(offer).to_be_hidden()
        assert clean(browser, page, house)


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_a_message_is_left_instead(browser: Browser, tmp_path: Path, language: str) -> None:
    async with offering(tmp_path, "callback", "write") as house:
        page = await opened(browser, house, language, width=360, height=640)
        await write(page, HELLO[language])
        offer = page.locator("form.offer")
        await expect(offer.get_by_role("button")).to_have_count(2)
        await offer.get_by_role("button").first.click()
        await expect(offer).to_be_hidden()
        await expect(page.locator(".composer textarea")).to_be_focused()
        await expect(page.locator(".line small")).not_to_be_empty()
        # Nobody is here: only now it is asked where the answer goes.
        await expect(page.locator(".card")).to_be_visible()
        await accessible(page)
        await browser.shot(page, f"offer-left-{language}")
        await write(page, {"fa": "کنتورم خراب است", "en": "My meter is broken"}[language])
        await expect(page.locator(".mine").last).to_have_attribute("data-state", "sent")
        await page.reload()
        await page.locator(".launcher").click()
        await expect(page.locator(".mine")).to_have_count(2)
        await expect(offer).to_be_hidden()
        # Rather a call after all; and writing the number is as good as the form.
        await page.locator(".line button").click()
        await expect(offer).to_be_visible()
        await write(page, "09121234567")
        await given(house, NUMBER)
        await expect(page.locator(".line")).to_contain_text(notices.number(NUMBER, language))
        await moved(house, 1, ContactState.CLOSED)
        await expect(page.locator(".panel")).to_contain_text({"fa": "پایان یافت", "en": "has ended"}[language])
        await expect(offer).to_be_hidden()
        assert clean(browser, page, house)


async def test_an_offer_that_went_while_the_number_was_on_its_way(browser: Browser, tmp_path: Path) -> None:
    """The line is cut, the number is typed, an agent takes the contact: it is said, and nothing hangs."""
    async with offering(tmp_path, "callback") as house:
        page = await opened(browser, house, "fa", width=360, height=640)
        await write(page, HELLO["fa"])
        await expect(page.locator("form.offer")).to_be_visible()
        await unplug(page)
        cut_all(house)
        await expect(page.locator(".panel")).to_have_attribute("data-status", "waiting")
        await page.locator("form.offer input").fill("09121234567")
        await page.locator("form.offer input").press("Enter")
        await expect(page.locator(".mine").last).to_have_attribute("data-state", "held")
        await accepted(house, 1, public_name="سارا")
        await page.context.set_offline(False)
        await expect(page.locator(".hint")).to_contain_text("دیگر پیشنهاد تماس در کار نیست")
        await expect(page.locator(".mine")).to_have_count(1)
        await expect(page.locator("form.offer")).to_be_hidden()
        assert "callback" not in await data(house)
        messages = await read(house, lambda tx: tx.messages.of(1, limit=20))
        assert not [each for each in messages if "0912" in each.text]
