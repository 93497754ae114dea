"""The main job in one picture: five real servers, five citizens at once, one queue, one agent."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from router.records import ContactState, Direction
from tests.house import until
from tests.servers.browser import Browser
from tests.stories.desk import MILLISECONDS, PATIENCE, town
from tests.stories.lines import Chat, Mail, Sms, Telephone, Webhook
from tests.stories.test_email import text_of
from tests.stories.test_voice import MENU
from tests.stories.test_webchat import sees, visitor, write

pytestmark = [pytest.mark.dovecot, pytest.mark.kannel, pytest.mark.telemelya, pytest.mark.sip, pytest.mark.chromium]

ANSWER = "سلام، درخواست شما انجام شد."


async def test_five_citizens_on_five_channels(tmp_path: Path, browser: Browser) -> None:
    mail, sms, chat, bot, phone = Mail(), Sms(), Chat(), Webhook(), Telephone(MENU)
    async with town(tmp_path, browser, mail, sms, chat, bot, phone, ready=False, capacity=40) as desk, \
            phone.call("2", "wait-bye") as (caller, call):
        mail.writes(mail.letter("Ali <ali@citizen.example>", "گواهی", "سلام، گواهی پایان‌کارم آماده است؟"))
        await sms.says("+989121234567", "سلام، قبض آب نیامده است.")
        widget = await visitor(desk, chat, language="fa")
        await write(widget, "سلام، چراغ کوچه خاموش است.")
        await bot.says(77, "سلام، نوبت شنبه دارید؟")
        await phone.hears(call, "سلام، پیشخوان شهر")
        caller.go_on()
        # All five stand in the one queue; the board counts them; nobody has them yet.
        await desk.counted(waiting=5)
        await desk.agent.locator("#tab-waiting").click()
        await expect(desk.agent.locator(".contact-row")).to_have_count(5, timeout=MILLISECONDS)
        contacts = await desk.contacts()
        assert {each.medium.value for each in contacts} == {"email", "sms", "webchat", "telegram", "voice"}
        assert {(each.queue, each.state) for each in contacts} == {(contacts[0].queue, ContactState.WAITING)}
        # The agent comes, and is offered one after the other until all five are hers.
        await desk.ready()
        for _ in contacts:
            card = desk.agent.locator(".offer").first
            number = await card.get_attribute("data-contact", timeout=MILLISECONDS)
            await card.locator("button.primary").click(timeout=MILLISECONDS)
            # The answer to the click may come before the card goes: it must not be clicked twice.
            await expect(desk.agent.locator(f".offer[data-contact='{number}']")).to_have_count(0, timeout=MILLISECONDS)
        await desk.agent.locator("#tab-mine").click()
        await expect(desk.agent.locator(".contact-row")).to_have_count(5, timeout=MILLISECONDS)
        for each in contacts:
            await desk.agent.locator(f".contact-row[data-contact='{each.id}'] .contact-open").click()
            await expect(desk.agent.locator(f".talk[data-contact='{each.id}']")).to_be_visible()
            await desk.agent.locator("#composer-text").fill(ANSWER)
            await desk.agent.locator("#composer-text").press("Control+Enter")
            await expect(desk.agent.locator("#composer-text")).to_have_value("")
        # Each answer reaches its citizen by the way they came.
        assert ANSWER in text_of(await mail.nth(2))
        await until(lambda: sms.received("+989121234567") == [ANSWER], seconds=PATIENCE, what="the text message")
        await sees(widget, "theirs", ANSWER)
        await until(lambda: bot.received("sendMessage"), seconds=PATIENCE, what="the bot's answer")
        assert [each["text"] for each in await bot.received("sendMessage")] == [ANSWER]
        await phone.hears(call, ANSWER)
        await desk.counted(answered=5, abandoned=0, waiting=0)
        for each in contacts:
            answers = [said.text for said in await desk.said(each.id, Direction.OUT) if said.agent]
            assert answers == [ANSWER], each.medium
