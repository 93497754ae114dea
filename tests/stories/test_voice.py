"""Two stories by telephone: sipp calls baresip over SIP, keys and speech travel as RTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from channels.sandbox.bridge import loudness
from router.records import ContactState, Direction
from tests.servers.browser import Browser
from tests.stories.desk import MILLISECONDS, town
from tests.stories.lines import Telephone

pytestmark = [pytest.mark.sip, pytest.mark.chromium]

#: Short, so that a call takes seconds and not minutes. A call presses its keys in rising order: the recorded tones
#: carry the sequence numbers of one old call, and what goes back in them is dropped as late.
MENU = {"greeting_fa": "سلام، پیشخوان شهر.", "greeting_en": "Town desk.", "timeout_seconds": 30, "choices": {
    "1": {"action": "language", "fa": "فارسی یک.", "en": "English one."},
    "2": {"action": "queue", "fa": "کارشناس دو.", "en": "Agent two."}}}


async def test_a_caller_is_answered_in_writing_and_hears_it(tmp_path: Path, browser: Browser) -> None:
    phone = Telephone(MENU)
    async with town(tmp_path, browser, phone) as desk, phone.call("2", "wait-bye") as (caller, call):
        await phone.hears(call, "سلام، پیشخوان شهر")
        # Citizen: presses two.
        caller.go_on()
        await desk.offered("تماس", "989121234567")
        await desk.accept()
        await desk.knows("+989121234567", first=True)
        # Agent: writes; the words are spoken to the caller, who really hears a voice.
        before = len(caller.sound())
        await desk.reply("سلام، پروندهٔ شما آماده است.", state="delivered")
        await phone.hears(call, "پروندهٔ شما آماده است")
        assert loudness(caller.sound()[before:]) > 300
        # Agent: hangs up; the caller's telephone sees the end.
        await desk.agent.locator("[data-deed=hangup]").click()
        assert await caller.ended(60) == 0, "the call went as its steps say"
        (contact,) = await desk.contacts()
        await desk.becomes(contact.id, ContactState.WRAP_UP)
        await desk.close("پاسخ داده شد")
        await desk.journal_tells(
            contact.id,
            "customer opened by voice", "customer said system", "customer queued: asked", "router offered",
            "agent offer accepted", "agent offered -> active", "agent said out", "agent said system",
            "customer said system", "customer active -> wrap-up", "agent wrap-up -> closed answered")
        await desk.counted(answered=1, abandoned=0, waiting=0)


async def test_a_caller_who_does_not_wait(tmp_path: Path, browser: Browser) -> None:
    phone = Telephone(MENU)
    async with town(tmp_path, browser, phone, language="en", ready=False) as desk, \
            phone.call("1", "2", "bye") as (caller, call):
        # Citizen: one for English, two for an agent. Nobody is ready; the telephone says how it stands.
        await phone.hears(call, "سلام، پیشخوان شهر")
        caller.go_on()
        await phone.hears(call, "Agent two.")
        caller.go_on()
        await phone.hears(call, "You are next.")
        await desk.agent.locator("#tab-waiting").click()
        await expect(desk.agent.locator(".contact-row")).to_contain_text("989121234567", timeout=MILLISECONDS)
        await desk.counted(waiting=1)
        # The agent comes back and is offered the call at once, but the citizen has had enough.
        await desk.ready()
        await desk.offered("Call")
        caller.go_on()
        assert await caller.ended(60) == 0
        await expect(desk.agent.locator(".offer")).to_have_count(0, timeout=MILLISECONDS)
        (contact,) = await desk.contacts()
        await desk.becomes(contact.id, ContactState.ABANDONED)
        assert contact.language == "en" and await desk.said(contact.id, Direction.IN) == []
        await desk.journal_tells(
            contact.id,
            "customer opened by voice", "customer said system", "customer said system", "customer queued: asked",
            "router offered", "customer said system", "customer offer rescinded", "customer offered -> abandoned")
        await desk.counted(answered=0, abandoned=1, waiting=0)
