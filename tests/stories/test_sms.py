"""Two stories by text message, through Kannel and its fake message centre."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.house import until
from tests.servers.browser import Browser
from tests.stories.desk import PATIENCE, town
from tests.stories.lines import Sms

pytestmark = [pytest.mark.kannel, pytest.mark.chromium]


async def test_a_short_question_and_a_short_answer(tmp_path: Path, browser: Browser) -> None:
    sms, emma = Sms(), "+989121234567"
    async with town(tmp_path, browser, sms, language="en") as desk:
        # Citizen: Is the library open on Friday?
        await sms.says("09121234567", "Is the library open on Friday?")
        await desk.offered(emma, "Is the library open on Friday?", "SMS")
        await desk.accept(by="key")
        await desk.shows("Is the library open on Friday?")
        await desk.knows(emma, first=True)
        # Agent: Yes, from 9 to 13.
        await desk.reply("Yes, from 9 to 13.", state="delivered")
        assert sms.received(emma) == ["Yes, from 9 to 13."]
        # Citizen: Thanks! And on Saturday? (Another spelling of the same number.)
        await sms.says("+989121234567", "Thanks! And on Saturday?")
        await desk.shows("Is the library open on Friday?", "Thanks! And on Saturday?")
        await desk.reply("From 8 to 20.", state="delivered")
        await until(lambda: sms.received(emma)[1:] == ["From 8 to 20."], seconds=PATIENCE, what="the second answer")
        await desk.close("Answered")
        # The console tells the same story in words.
        await desk.agent.locator("#side-story").click()
        await expect(desk.agent.locator(".story-line").first).to_contain_text("The contact began.")
        await expect(desk.agent.locator(".story-line").last).to_contain_text(re.compile("Closed: .?Answered"))
        (contact,) = await desk.contacts()
        await desk.journal_tells(
            contact.id,
            "customer opened by sms", "customer queued: new", "customer said in", "router offered",
            "agent offer accepted", "agent offered -> active", "agent said out", "customer said in", "agent said out",
            "agent active -> closed answered")
        await desk.counted(answered=1, abandoned=0, waiting=0)


async def test_a_persian_answer_in_four_parts_is_reported_delivered(tmp_path: Path, browser: Browser) -> None:
    sms, mother = Sms(), "+989351112233"
    question = "سلام، برای ثبت‌نام مهدکودک شهرداری چه کار باید بکنم؟ گچپژ 😀"
    answer = ("برای ثبت‌نام، شناسنامهٔ کودک، کارت واکسن و دو قطعه عکس لازم است. " * 4)[:252]
    async with town(tmp_path, browser, sms) as desk:
        # Citizen: How do I enrol my child in the nursery?
        await sms.says("+989351112233", question)
        await desk.offered(question)
        await desk.accept()
        await desk.shows(question)
        # Agent: writes a long answer and sees what it costs.
        await desk.agent.locator("#composer-text").fill(answer)
        await expect(desk.agent.locator("#sms-count")).to_contain_text("۴")
        await desk.reply()
        # The telephone shows all four parts, which put together are the answer; the console shows that they came.
        parts = await until(lambda: len(found := sms.received(mother)) == 4 and found, seconds=PATIENCE,
                            what="four parts")
        assert [part[:5] for part in parts] == ["1/4: ", "2/4: ", "3/4: ", "4/4: "]
        assert "".join(part[5:] for part in parts) == answer.strip()
        await desk.delivered(0, "delivered")
        await desk.close("پاسخ داده شد")
        (contact,) = await desk.contacts()
        (states,) = (await desk.deliveries(contact.id)).values()
        assert states[-1] == "delivered" and "failed" not in states and "uncertain" not in states
        await desk.journal_tells(
            contact.id,
            "customer opened by sms", "customer queued: new", "customer said in", "router offered",
            "agent offer accepted", "agent offered -> active", "agent said out", "agent active -> closed answered")
        await desk.counted(answered=1, abandoned=0, waiting=0)
