"""The widget in a real browser against a whole house."""

from __future__ import annotations

import asyncio
import base64
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from router.records import ContactState
from tests.house import read, until
from tests.servers.browser import Browser, unplug
from tests.servers.webchat import accepted, chat, cut_all, moved, reply

pytestmark = pytest.mark.chromium

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
TALK = {
    "fa": (
        "سلام، قبض برق این ماهم نیامده است.\nشناسهٔ قبض ۱۲۳۴۵۶۷ است.",
        "سلام و درود. همین حالا پی‌گیری می‌کنم؛ صفحهٔ https://town.example/bills?id=7 را هم ببینید.",
    ),
    "en": (
        "Hello, my electricity bill has not come.\nThe bill number is 1234567.",
        "Hello! I am looking into it; meanwhile see https://town.example/bills?id=7.",
    ),
}


def demo(house: Any, language: str = "fa") -> str:
    return f"{house.url}/channels/web/demo" + ("?lang=en" if language == "en" else "")


async def opened(browser: Browser, house: Any, language: str = "fa", **options: Any) -> Page:
    page = await browser.page(language=language, **options)
    await page.goto(demo(house, language))
    await page.locator(".launcher").click()
    await expect(page.locator(".panel")).to_have_attribute("data-status", "live")
    return page


async def write(page: Page, words: str) -> None:
    await page.locator("textarea").fill(words)
    await page.keyboard.press("Enter")


def clean(browser: Browser, page: Page, house: Any) -> bool:
    """No fault in a script, no refusal by the page's strict policy, no request to anybody else."""
    watched = browser.watched[page]
    assert watched.faults == [] and watched.strangers(house.url) == [] and watched.dialogs == []
    return True


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_a_talk_from_the_first_word_to_a_reload(browser: Browser, tmp_path: Path, language: str) -> None:
    async with chat(tmp_path) as house:
        page = await opened(browser, house, language)
        question, answer = TALK[language]
        name = {"fa": "سارا احمدی", "en": "Sara Ahmadi"}[language]
        await write(page, question)
        await expect(page.locator(".mine .bubble")).to_have_text(question)
        await expect(page.locator(".mine")).to_have_attribute("data-state", "sent")
        await browser.shot(page, f"waiting-{language}")
        await accepted(house, 1, public_name=name)
        await reply(house, 1, answer, "k1", author=name)
        await expect(page.locator(".theirs .bubble")).to_have_text(answer)
        link = page.locator(".theirs .bubble a")
        await expect(link).to_have_attribute("href", "https://town.example/bills?id=7")
        await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
        await expect(page.locator(".mine")).to_have_attribute("data-state", "delivered")
        await expect(page.locator(".status")).to_contain_text(name)
        await browser.shot(page, f"answered-{language}")
        direction = await page.locator(".mine .bubble").evaluate("e => getComputedStyle(e).direction")
        assert direction == ("rtl" if language == "fa" else "ltr")
        digits = await page.locator("time").first.text_content()
        assert re.fullmatch("[۰-۹]{2}:[۰-۹]{2}" if language == "fa" else "[0-9]{2}:[0-9]{2}", digits or "")
        assert await page.evaluate("document.fonts.check('16px Pishkhan', 'سلام')")
        await page.reload()
        await page.locator(".launcher").click()
        await expect(page.locator(".bubble")).to_have_text([question, answer])
        assert clean(browser, page, house)


async def test_direction_follows_each_message_and_shift_enter_makes_a_line(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        page = await opened(browser, house)
        await page.locator("textarea").fill("Order number 12345")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("second line")
        await page.keyboard.press("Enter")
        await expect(page.locator(".mine .bubble")).to_have_text("Order number 12345\nsecond line")
        await write(page, "این یکی فارسی است")
        await expect(page.locator(".mine[data-state=sent] .bubble")).to_have_count(2)
        found = await page.locator(".mine .bubble").evaluate_all("all => all.map(e => getComputedStyle(e).direction)")
        assert found == ["ltr", "rtl"]


async def test_a_message_stays_the_same_element_while_its_state_changes(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        page = await opened(browser, house)
        await write(page, "سلام")
        await page.locator(".mine").evaluate("e => { e.marked = true; }")
        await expect(page.locator(".mine")).to_have_attribute("data-state", "sent")
        await reply(house, 1, "درود", "k1")
        await expect(page.locator(".mine")).to_have_attribute("data-state", "delivered")
        assert await page.locator(".mine").evaluate("e => e.marked === true && e.isConnected")


async def test_a_photo_and_a_document(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path, upload_bytes=5000) as house:
        page = await opened(browser, house)
        picker = page.locator("input[type=file]")
        await picker.set_input_files(
            [
                {"name": "قبض برق.png", "mimeType": "image/png", "buffer": DOT},
                {"name": "نامه.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + b"x" * 2000},
            ]
        )
        await expect(page.locator(".chip")).to_have_count(2)
        await page.locator("textarea").fill("عکس قبض و نامه پیوست است")
        await browser.shot(page, "attaching")
        await page.locator(".send").click()
        image = page.locator(".mine .picture img")
        await expect(image).to_have_attribute("alt", "تصویر قبض برق.png")
        await expect(page.locator(".mine a.file")).to_contain_text("نامه.pdf")
        await until(lambda: image.evaluate("e => e.complete && e.naturalWidth === 1"), what="the picture is shown")
        await browser.shot(page, "attached")
        message = (await read(house, lambda tx: tx.messages.of(1)))[0]
        assert [each.name for each in message.attachments] == ["قبض برق.png", "نامه.pdf"]
        await picker.set_input_files([{"name": "x.html", "mimeType": "text/html", "buffer": b"<p>"}])
        await expect(page.locator(".hint")).to_contain_text("x.html")
        await picker.set_input_files([{"name": "big.png", "mimeType": "image/png", "buffer": DOT + b"0" * 6000}])
        await expect(page.locator(".hint")).to_contain_text("۵ کیلوبایت")
        assert clean(browser, page, house)


async def test_a_phone_of_360_pixels(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        page = await browser.page(width=360, height=700, phone=True)
        await page.goto(demo(house))
        await browser.shot(page, "phone-closed")
        await page.locator(".launcher").tap()
        await expect(page.locator(".panel")).to_have_attribute("data-status", "live")
        await write(page, TALK["fa"][0])
        await expect(page.locator(".mine")).to_have_attribute("data-state", "sent")
        await reply(
            house,
            1,
            "کدام مورد؟",
            "k1",
            data={
                "buttons": [
                    {"label": "قبض برق", "value": "power"},
                    {"label": "قبض آب", "value": "water"},
                    {"label": "عوارض", "value": "tax"},
                ]
            },
        )
        await expect(page.locator(".choice")).to_have_count(3)
        await browser.shot(page, "phone-open")
        box = await page.locator(".panel").bounding_box()
        assert box == {"x": 0, "y": 0, "width": 360, "height": 700}
        small = await page.evaluate("""() => [...document.querySelector("pishkhan-chat").shadowRoot
            .querySelectorAll(".panel button, .panel textarea")].filter(e => e.offsetParent)
            .map(e => [e.className, e.getBoundingClientRect()])
            .filter(([, r]) => r.width < 44 || r.height < 44).map(([name]) => name)""")
        assert small == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        await page.locator(".close").tap()
        await expect(page.locator(".panel")).to_be_hidden()
        assert clean(browser, page, house)


async def test_a_quick_reply_is_said_and_the_question_is_settled(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        page = await opened(browser, house)
        await write(page, "سلام")
        await expect(page.locator(".mine")).to_have_attribute("data-state", "sent")
        buttons = [{"label": "بله", "value": "yes"}, {"label": "نه", "value": "no"}]
        await reply(house, 1, "کدام؟", "k1", data={"buttons": buttons})
        group = page.get_by_role("group", name="پاسخ‌های آماده")
        await group.get_by_role("button", name="بله").click()
        await expect(page.locator(".mine[data-state=sent] .bubble")).to_have_text(["بله"])
        await expect(group).to_have_count(0)
        said = (await read(house, lambda tx: tx.messages.of(1)))[-1]
        assert said.text == "بله" and said.data["button"] == "yes"
        await page.reload()
        await page.locator(".launcher").click()
        await expect(page.locator(".bubble")).to_have_text(["سلام", "کدام؟", "بله"])
        await expect(group).to_have_count(0)


async def test_the_network_goes_and_comes_back(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        page = await opened(browser, house)
        await write(page, "یک")
        await expect(page.locator(".mine")).to_have_attribute("data-state", "sent")
        await unplug(page)
        await expect(page.locator(".status")).to_contain_text("اینترنت شما قطع است")  # no line was seen to break
        cut_all(house)
        await write(page, "دو")
        await write(page, "سه")
        await expect(page.locator(".mine[data-state=held]")).to_have_count(2)
        await reply(house, 1, "پاسخی که در قطعی آمد", "k1")
        await browser.shot(page, "offline")
        await page.context.set_offline(False)
        await expect(page.locator(".mine[data-state=delivered]")).to_have_count(1)
        await expect(page.locator(".mine[data-state=sent]")).to_have_count(2)
        await expect(page.locator(".bubble")).to_have_text(["یک", "پاسخی که در قطعی آمد", "دو", "سه"])
        assert [m.text for m in await read(house, lambda tx: tx.messages.of(1))] == [
            "یک",
            "پاسخی که در قطعی آمد",
            "دو",
            "سه",
        ]


async def test_the_desk_dies_and_is_started_again(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        port = house.settings.server.port
        page = await opened(browser, house)
        await write(page, "پیش از خاموشی")
        await expect(page.locator(".mine")).to_have_attribute("data-state", "sent")
    await expect(page.locator(".status")).to_contain_text("دوباره وصل می‌شویم")
    await write(page, "در خاموشی")
    async with chat(tmp_path, server={"port": port}) as house:
        await expect(page.locator(".mine[data-state=sent]")).to_have_count(2, timeout=20_000)
        assert [m.text for m in await read(house, lambda tx: tx.messages.of(1))] == ["پیش از خاموشی", "در خاموشی"]


async def test_words_written_while_the_desk_is_away_survive_a_reload(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        page = await opened(browser, house)
        await write(page, "یک")
        await expect(page.locator(".mine")).to_have_attribute("data-state", "sent")
        await page.evaluate("WebSocket.prototype.send = () => {}")
        await write(page, "هنوز نرفته")
        await expect(page.locator(".mine[data-state=sending]")).to_have_count(1)
        await page.locator("textarea").fill("پیش‌نویس")
        await page.reload()
        await page.locator(".launcher").click()
        await expect(page.locator(".mine[data-state=sent] .bubble")).to_have_text(["یک", "هنوز نرفته"])
        await expect(page.locator("textarea")).to_have_value("پیش‌نویس")


async def test_what_is_refused_can_be_sent_again_or_given_up(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path, text_chars=50) as house:
        page = await opened(browser, house)
        await page.evaluate(
            "document.querySelector('pishkhan-chat').shadowRoot.querySelector('textarea').maxLength = 1000"
        )
        await write(page, "ب" * 60)
        await expect(page.locator(".mine")).to_have_attribute("data-state", "failed")
        await browser.shot(page, "failed")
        await page.get_by_role("button", name="دوباره بفرست").click()
        await expect(page.locator(".mine")).to_have_attribute("data-state", "failed")
        await write(page, "کوتاه")
        await expect(page.locator(".mine[data-state=sent] .bubble")).to_have_text(["کوتاه"])
        await page.get_by_role("button", name="پاک کن").click()
        await expect(page.locator(".mine")).to_have_count(1)


async def test_unread_answers_are_counted_until_they_are_seen(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        page = await opened(browser, house)
        await write(page, "سلام")
        await expect(page.locator(".mine")).to_have_attribute("data-state", "sent")
        await page.keyboard.press("Escape")
        await expect(page.locator(".panel")).to_be_hidden()
        one, two = await reply(house, 1, "یک", "k1"), await reply(house, 1, "دو", "k2")
        await expect(page.locator(".badge")).to_have_text("۲")
        await expect(page.locator(".launcher")).to_have_attribute("aria-label", "باز کردن گفت‌وگو، ۲ پیام خوانده‌نشده")
        await browser.shot(page, "unread")

        async def states() -> set[str]:
            return {(await read(house, lambda tx, d=d: tx.outbox.get(d.id))).state.value for d in (one, two)}

        async def are(wanted: str) -> bool:
            return await states() == {wanted}

        await until(lambda: are("delivered"), what="both are delivered")
        await page.locator(".launcher").click()
        await until(lambda: are("read"), what="both are read")
        await expect(page.locator(".badge")).to_be_hidden()


async def test_typing_is_seen_on_both_sides(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        page = await opened(browser, house)
        await write(page, "سلام")
        await expect(page.locator(".mine")).to_have_attribute("data-state", "sent")
        who = await accepted(house, 1, public_name="سارا")
        await expect(page.locator(".status")).to_contain_text("سارا")
        feed = house.bus.subscribe("test")
        await page.locator("textarea").press_sequentially("شماره")
        frames = []
        while not frames or frames[-1] != {"who": "customer"}:
            frames.append(getattr(await asyncio.wait_for(feed.get(), 5), "data", None))
        house.bus.whisper("typing", 1, {"who": f"agent:{who.id}"})
        await expect(page.locator(".typing")).to_contain_text("سارا در حال نوشتن است")
        await browser.shot(page, "typing")
        await reply(house, 1, "بفرمایید", "k1")
        await expect(page.locator(".typing")).to_be_hidden()


async def test_the_place_in_line_and_the_end_are_told(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        first = await opened(browser, house, "en")
        await write(first, "first")
        await expect(first.locator(".mine")).to_have_attribute("data-state", "sent")
        second = await opened(browser, house, "en")
        await write(second, "second")
        await expect(second.locator(".line")).to_contain_text("No agent is ready now")
        await accepted(house, 1, public_name="Sara")
        await expect(first.locator(".line")).to_be_hidden()
        await moved(house, 1, ContactState.CLOSED)
        await expect(first.locator(".line")).to_contain_text("This conversation has ended")


async def test_two_tabs_are_one_visitor(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        one = await opened(browser, house)
        await write(one, "از زبانهٔ یکم")
        await expect(one.locator(".mine")).to_have_attribute("data-state", "sent")
        two = await browser.page(one.context)
        await two.goto(demo(house))
        await two.locator(".launcher").click()
        await expect(two.locator(".mine .bubble")).to_have_text(["از زبانهٔ یکم"])
        await write(two, "از زبانهٔ دوم")
        await expect(one.locator(".mine .bubble")).to_have_text(["از زبانهٔ یکم", "از زبانهٔ دوم"])
        assert len(await read(house, lambda tx: tx.messages.of(1))) == 2
