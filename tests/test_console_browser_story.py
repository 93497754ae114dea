"""Stories of the console in a real browser against a whole running house: an agent's day, in two languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from agents import contacts
from router.errors import Doubtful, Refused
from router.model import AgentId, ContactId, DeliveryState, Receipt
from router.records import AgentState, ContactState, Role
from tests.house import read, until
from tests.servers.browser import Browser, unplug
from tests.servers.console import at_desk, says, spotless, town, worker

pytestmark = pytest.mark.chromium


async def contact_of(house: Any, number: int = 1) -> Any:
    return await read(house, lambda tx: tx.contacts.get(number))


async def becomes(house: Any, state: ContactState, number: int = 1) -> None:
    """Wait until a contact is in a state."""
    async def there() -> bool:
        return (await contact_of(house, number)).state is state
    await until(there, what=f"contact {number} becomes {state}")


async def accepted(page: Page, house: Any, text: str = "سلام", **fields: Any) -> None:
    """A citizen writes and the agent accepts by key."""
    await says(house, text, **fields)
    await expect(page.locator(".offer")).to_be_visible()
    await page.keyboard.press("Alt+Enter")
    await expect(page.locator(".message.in").last).to_be_visible()
    await expect(page.locator("#composer-text")).to_be_focused()


async def write(page: Page, text: str) -> None:
    await page.locator("#composer-text").fill(text)
    await page.keyboard.press("Control+Enter")


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_an_agent_answers_by_keyboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                            language: str) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا محمدی", language=language)
        page = await at_desk(browser, house, "sara")
        await says(house, "سلام، قبض این ماهم نیامده است.")
        await expect(page.locator(".offer")).to_contain_text("مریم احمدی")
        assert (await page.title()).startswith("(۱)" if language == "fa" else "(1)")
        await page.keyboard.press("Alt+Enter")
        await expect(page.locator(".offer")).to_have_count(0)
        await expect(page.locator(".message.in")).to_contain_text("قبض این ماهم نیامده است")
        await expect(page.locator("#composer-text")).to_be_focused()
        await page.keyboard.type("سلام، همین حالا نگاه می‌کنم.")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator(".message.out .delivery")).to_have_attribute("data-state", "sent")
        await expect(page.locator("#composer-text")).to_have_value("")
        assert [out.text for out in house.channels["town-chat"].sent] == ["سلام، همین حالا نگاه می‌کنم."]
        await page.keyboard.press("Alt+n")
        await page.keyboard.type("پرونده را دیدم.")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator(".message.note")).to_contain_text("پرونده را دیدم.")
        await page.keyboard.press("Alt+e")
        await page.keyboard.press("Space")
        await page.keyboard.press("Enter")
        await expect(page.locator(".ending")).to_be_visible()
        await becomes(house, ContactState.CLOSED)
        assert (await contact_of(house)).disposition == "resolved"
        spotless(browser, house)


async def test_two_agents_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    """Both see the queue; one takes; hands over with a note; the other declines, then takes from the queue."""
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا محمدی")
        await worker(house, "ali", "Ali Rostami", language="en")
        sara = await at_desk(browser, house, "sara", ready=False)
        ali = await at_desk(browser, house, "ali", ready=False)
        await says(house, "نوبت من چه شد؟")
        for page in (sara, ali):
            await page.locator("#tab-waiting").click()
            await expect(page.locator(".contact-row")).to_contain_text("مریم احمدی")
        await sara.locator(".contact-row .take").click()
        await expect(sara.locator(".talk-head")).to_contain_text("مریم احمدی")
        await expect(ali.locator(".contact-row")).to_have_count(0)
        await ali.locator("#tab-team").click()
        await expect(ali.locator(".contact-row")).to_contain_text("سارا محمدی")
        await ali.locator(".status").click()
        await ali.get_by_role("menuitemradio", name=re.compile("meeting")).click()
        await sara.keyboard.press("Alt+t")
        await sara.get_by_role("tab", name="به همکار").click()
        await sara.get_by_role("radio", name="Ali Rostami").check()
        await sara.locator("dialog textarea").fill("لطفاً شما ببینید.")
        await sara.keyboard.press("Tab")
        await sara.locator("dialog .button.primary").click()
        await expect(ali.locator(".offer")).to_contain_text("مریم احمدی")
        await ali.keyboard.press("Alt+Backspace")
        await expect(ali.locator(".offer")).to_have_count(0)
        await becomes(house, ContactState.WAITING)
        await ali.locator("#tab-waiting").click()
        await ali.locator(".contact-row .take").click()
        await expect(ali.locator(".message.note")).to_contain_text("لطفاً شما ببینید.")
        await expect(ali.locator("#composer-reply")).to_be_visible()
        assert (await contact_of(house)).agent == 2
        spotless(browser, house)


async def test_the_slower_of_two_hears_a_friendly_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                       browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا محمدی")
        await worker(house, "ali", "علی رستمی")
        sara = await at_desk(browser, house, "sara", ready=False)
        await says(house, "کسی هست؟")
        await sara.locator("#tab-waiting").click()
        await expect(sara.locator(".contact-row .take")).to_be_visible()
        # Her press travels slowly: a colleague is there before it arrives.
        async def slow(route: Any) -> None:
            await house.store.run(lambda tx: contacts.take(tx, tx.desk.agent(AgentId(2)), ContactId(1), limits={}))
            await route.continue_()
        await sara.route("**/take", slow)
        await sara.locator(".contact-row .take").click()
        await expect(sara.locator(".toast")).to_contain_text("همکاری زودتر آن را برداشت")
        await expect(sara.locator(".toast.bad")).to_have_count(0)
        spotless(browser, house, "409")


async def test_a_delivery_that_fails_says_why_and_can_be_sent_again(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا محمدی")
        page = await at_desk(browser, house, "sara")
        await accepted(page, house)
        line = house.channels["town-chat"]
        line.errors.append(Refused("no"))
        await write(page, "پاسخ نخست")
        state = page.locator(".message.out .delivery").first
        await expect(state).to_have_attribute("data-state", "failed")
        await expect(page.locator(".trouble")).to_contain_text("سرویس‌دهنده این پیام را نپذیرفت.")
        await page.locator(".trouble button").click()
        await expect(state).to_have_attribute("data-state", "sent")
        line.errors.append(Doubtful("cut"))
        await write(page, "پاسخ دوم")
        second = page.locator(".message.out").nth(1)
        await expect(second.locator(".delivery")).to_have_attribute("data-state", "uncertain")
        await expect(second.locator(".trouble button")).to_have_count(2)
        await second.locator(".trouble button").nth(1).click()
        await expect(second.locator(".delivery")).to_have_attribute("data-state", "failed")
        assert [out.text for out in line.sent] == ["پاسخ نخست"]
        spotless(browser, house)


async def test_receipts_show_as_they_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا محمدی")
        page = await at_desk(browser, house, "sara")
        await accepted(page, house)
        await write(page, "رسید؟")
        await expect(page.locator(".message.out .delivery")).to_have_attribute("data-state", "sent")
        for state in (DeliveryState.DELIVERED, DeliveryState.READ):
            await house.intake(Receipt(channel="town-chat", external_id="", part_id="x1.1", state=state,
                                       at=datetime.now(UTC)))
            await expect(page.locator(".message.out .delivery")).to_have_attribute("data-state", state.value)
        spotless(browser, house)


async def test_a_cut_line_is_said_and_nothing_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                        browser: Browser) -> None:
    """Messages that come while the line is cut are there afterwards, once each; the draft is as it was."""
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا محمدی")
        page = await at_desk(browser, house, "sara")
        await accepted(page, house, "پیام ۱")
        await page.locator("#composer-text").fill("پیش‌نویس من")
        await unplug(page)
        await expect(page.locator(".line-banner")).to_contain_text("قطع است")  # before any line was seen to break
        for peer in list(house.front.live.peers):
            peer.end(1012, "going away")
        for number in range(2, 6):
            await says(house, f"پیام {number}")
        await says(house, "یک نفر دیگر", sender="v-2", name="رضا")
        await page.context.set_offline(False)
        await expect(page.locator(".line-banner")).to_have_count(0)
        await expect(page.locator(".message.in")).to_have_count(5)
        await expect(page.locator(".message.in .text")).to_have_text([f"پیام {n}" for n in ("۱", 2, 3, 4, 5)])
        await expect(page.locator("#composer-text")).to_have_value("پیش‌نویس من")
        await expect(page.locator(".offer")).to_contain_text("رضا")
        spotless(browser, house, "ERR_INTERNET_DISCONNECTED", "WebSocket")


async def test_an_answer_that_got_lost_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                    browser: Browser) -> None:
    """The reply arrives but its answer does not: pressing again says it once."""
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا محمدی")
        page = await at_desk(browser, house, "sara")
        await accepted(page, house)
        lost: list[str] = []

        async def lose(route: Any) -> None:
            if lost:
                await route.continue_()
                return
            lost.append(route.request.post_data)
            await route.fetch()
            await route.abort()
        await page.route("**/reply", lose)
        await write(page, "یک بار")
        await expect(page.locator(".toast.bad")).to_contain_text("دو بار انجام نمی‌شود")
        await expect(page.locator("#composer-text")).to_have_value("یک بار")
        await page.locator("#composer-send").click()
        await expect(page.locator("#composer-text")).to_have_value("")
        await expect(page.locator(".message.out")).to_have_count(1)
        await until(lambda: house.channels["town-chat"].sent, what="the reply goes")
        assert len(house.channels["town-chat"].sent) == 1
        spotless(browser, house, "ERR_FAILED")


async def test_put_aside_finished_closed_and_reopened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                      browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "Sara", language="en")
        page = await at_desk(browser, house, "sara")
        await accepted(page, house)
        await page.locator("[data-deed=snooze]").click()
        await page.get_by_role("button", name="Three hours").click()
        await page.locator("dialog .dialog-foot .primary").click()
        await becomes(house, ContactState.SNOOZED)
        await expect(page.locator(".contact-row .chip", has_text="put aside")).to_be_visible()
        await page.locator("[data-deed=reopen]").click()
        await becomes(house, ContactState.ACTIVE)
        await page.locator("[data-deed=finish]").click()
        await becomes(house, ContactState.WRAP_UP)
        await page.locator("[data-deed=close]").click()
        await page.get_by_role("radio", name="Answered").check()
        await page.locator("dialog textarea").fill("done")
        await page.locator("dialog .dialog-foot .primary").click()
        await becomes(house, ContactState.CLOSED)
        await page.locator("#tab-ended").click()
        await expect(page.locator(".contact-row")).to_contain_text("Answered")
        await page.locator(".ending button").click()
        await becomes(house, ContactState.ACTIVE)
        await expect(page.locator("#composer-text")).to_be_visible()
        await page.locator("#side-story").click()
        await expect(page.locator(".story-line")).to_contain_text(["Answered"])
        await page.keyboard.press("w")
        await expect(page.locator("dialog .decision")).to_contain_text("Had waited (seconds)")
        await expect(page.locator("dialog .decision")).not_to_contain_text("%")
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog")).to_have_count(0)
        spotless(browser, house)


async def test_my_state_and_my_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا", language="fa")
        page = await at_desk(browser, house, "sara")
        await page.locator(".status").click()
        await page.get_by_role("menuitemradio", name="ناهار").click()
        await expect(page.locator(".status")).to_contain_text("ناهار")
        agent = await read(house, lambda tx: tx.desk.agents()[-1])
        assert (agent.state, agent.reason) == (AgentState.AWAY, "lunch")
        await page.locator(".bar .menu").first.locator("button").first.click()
        await page.get_by_role("menuitemradio", name="English").click()
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await expect(page.locator("html")).to_have_attribute("dir", "ltr")
        await expect(page.locator(".status")).to_contain_text("lunch")
        await page.keyboard.press("Shift+Slash")
        await expect(page.locator("dialog .keys")).to_contain_text("Accept the offer")
        await page.keyboard.press("Escape")
        await page.locator(".status").click()
        await page.get_by_role("menuitem", name="Sign out").click()
        await page.wait_for_url("**/signin")
        spotless(browser, house)


async def test_a_session_that_ended_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        page = await at_desk(browser, house, "sara")
        await accepted(page, house)
        await page.locator("#composer-text").fill("نیمه‌کاره")
        other = await browser.page(page.context)
        await other.goto(f"{house.url}/")
        await other.get_by_role("button", name="خروج").click()
        await other.wait_for_url("**/signin")
        await expect(page.locator(".line-banner.bad")).to_contain_text("نشست شما پایان یافته است")
        await expect(page.locator("#composer-text")).to_have_value("نیمه‌کاره")
        spotless(browser, house, "401")


async def test_a_supervisor_takes_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        await worker(house, "nader", "Nader", role=Role.SUPERVISOR, language="en")
        sara = await at_desk(browser, house, "sara")
        await accepted(sara, house)
        nader = await at_desk(browser, house, "nader", ready=False)
        await nader.locator("#tab-team").click()
        await nader.locator(".contact-open").click()
        await nader.locator("[data-deed=take]").click()
        await expect(nader.locator("#composer-reply")).to_be_visible()
        await expect(sara.locator("#composer-reply")).to_have_count(0)
        spotless(browser, house)
