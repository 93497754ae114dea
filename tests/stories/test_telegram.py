"""Two stories by Telegram: a webhook behind a Bot API server that is not ours, and polling of our own strict one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from router.events import MessageAdded
from router.model import OutKind
from router.records import Direction
from tests.house import until
from tests.servers.browser import Browser
from tests.stories.desk import MILLISECONDS, PATIENCE, PICTURE, Desk, town
from tests.stories.lines import Polling, Webhook

pytestmark = pytest.mark.chromium


@pytest.mark.telemelya
async def test_by_webhook_a_lost_travel_card(tmp_path: Path, browser: Browser) -> None:
    bot = Webhook()
    async with town(tmp_path, browser, bot) as desk:
        # Citizen: I lost my travel card.
        await bot.says(77, "سلام، کارت بلیتم را گم کرده‌ام. موجودی‌اش چه می‌شود؟")
        await desk.offered("کارت بلیتم را گم کرده‌ام", "تلگرام")
        await desk.accept(by="key")
        await desk.shows("سلام، کارت بلیتم را گم کرده‌ام. موجودی‌اش چه می‌شود؟")
        await desk.knows("77", first=True)
        # Agent: is it in your name?
        await desk.reply("کارت به نام خودتان است؟")
        # Citizen: yes. Agent: then it is moved to a new one.
        await bot.says(77, "بله")
        await desk.shows("سلام، کارت بلیتم را گم کرده‌ام. موجودی‌اش چه می‌شود؟", "بله")
        await desk.reply("پس موجودی به کارت تازه منتقل می‌شود.")
        answers = await bot.received("sendMessage")
        assert [(str(each["chat_id"]), each["text"]) for each in answers] == [
            ("77", "کارت به نام خودتان است؟"), ("77", "پس موجودی به کارت تازه منتقل می‌شود.")]
        await desk.close("حل شد")
        (contact,) = await desk.contacts()
        await desk.journal_tells(
            contact.id,
            "customer opened by telegram", "customer queued: new", "customer said in", "router offered",
            "agent offer accepted", "agent offered -> active", "agent said out", "customer said in", "agent said out",
            "agent active -> closed resolved")
        await desk.counted(answered=1, abandoned=0, waiting=0)


async def test_by_polling_a_photo_and_a_question_with_buttons(tmp_path: Path, browser: Browser) -> None:
    bot = Polling()
    async with town(tmp_path, browser, bot, language="en") as desk:
        # Citizen: a photo of a hole in the road.
        photo = {"file_id": bot.server.put_file(PICTURE, "photos/hole.png"), "file_unique_id": "u1", "width": 1,
                 "height": 1, "file_size": len(PICTURE)}
        await bot.server.say(9001, photo=[photo], caption="A hole in front of the school", language="en")
        await desk.offered("A hole in front of the school", "Telegram")
        await desk.accept()
        await desk.shows("A hole in front of the school")
        picture = desk.agent.locator(".message.in .picture img")
        await until(lambda: picture.evaluate("each => each.complete && each.naturalWidth > 0"), seconds=PATIENCE,
                    what="the photo is shown")
        # Agent: thank you, with a photo of the crew. The desk, by a flow: was that helpful?
        await desk.agent.locator("#composer-files").set_input_files(
            {"name": "crew.png", "mimeType": "image/png", "buffer": PICTURE})
        await expect(desk.agent.locator(".draft-files .accent")).to_be_visible()
        await desk.reply("Thank you, the crew is on its way.")
        (contact,) = await desk.contacts()
        await asks(desk, contact.id)
        await desk.delivered(1, "sent")
        words, crew, asked = bot.server.sent
        assert [words["method"], crew["method"], asked["method"]] == ["sendMessage", "sendPhoto", "sendMessage"]
        assert bot.server.files[crew["photo"][0]["file_id"]][1] == PICTURE
        assert [key["text"] for row in asked["reply_markup"]["inline_keyboard"] for key in row] == ["Yes", "No"]
        # Citizen: presses Yes; the button stops turning, and the agent sees the choice.
        await bot.server.press(9001, asked, "helpful:yes")
        await expect(desk.agent.locator("[data-message]", has_text="Yes").last).to_be_visible(timeout=MILLISECONDS)
        await until(lambda: bot.server.answered, seconds=PATIENCE, what="the button is let go")
        await desk.close("Resolved")
        assert len(await desk.contacts()) == 1
        await desk.journal_tells(
            contact.id,
            "customer opened by telegram", "customer queued: new", "customer said in", "router offered",
            "agent offer accepted", "agent offered -> active", "agent said out", "router said out",
            "customer said in", "agent active -> closed resolved")
        await desk.counted(answered=1, abandoned=0, waiting=0)


async def asks(desk: Desk, contact: int) -> None:
    """The desk asks with two buttons, as a flow does it."""
    def unit(tx: Any) -> None:
        about, buttons = tx.contacts.get(contact), [{"label": "Yes", "value": "helpful:yes"},
                                                    {"label": "No", "value": "helpful:no"}]
        message = tx.messages.add(contact, Direction.OUT, at=tx.now, text="Was this helpful?",
                                  data={"buttons": buttons})
        delivery = tx.outbox.add(message, about, OutKind.REPLY, key="asks", data={"buttons": buttons})
        tx.emit(MessageAdded(about=contact, message=message.id, direction="out", delivery=delivery.id), actor="router")
    await desk.house.store.run(unit)
