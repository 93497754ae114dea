"""Two stories by web chat: the widget in one real browser window, the console in another."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from router.records import Direction
from tests.house import until
from tests.servers.browser import Browser, unplug
from tests.stories.desk import MILLISECONDS, PATIENCE, PICTURE, Desk, town
from tests.stories.lines import Chat

pytestmark = pytest.mark.chromium


async def visitor(desk: Desk, chat: Chat, *, language: str, phone: bool = False) -> Page:
    """A citizen on the town's page who opens the widget."""
    size = {"width": 390, "height": 760, "phone": True} if phone else {}
    page = await desk.browser.page(language=language, **size)
    await page.goto(f"{desk.house.url}/channels/{chat.name}/demo" + ("?lang=en" if language == "en" else ""))
    await page.locator(".launcher").click()
    await expect(page.locator(".panel")).to_have_attribute("data-status", "live", timeout=MILLISECONDS)
    return page


async def write(page: Page, words: str) -> None:
    """Type into the widget and press Enter."""
    await page.locator(".panel textarea").fill(words)
    await page.keyboard.press("Enter")


async def sees(page: Page, whose: str, *words: str) -> None:
    """What stands in the widget, on one side of the conversation: all of it, once each, in this order."""
    await expect(page.locator(f".{whose} .bubble")).to_have_text(list(words), timeout=MILLISECONDS)


async def test_a_question_from_a_telephone_in_the_street(tmp_path: Path, browser: Browser) -> None:
    chat = Chat()
    async with town(tmp_path, browser, chat, ready=False) as desk:
        citizen = await visitor(desk, chat, language="fa", phone=True)
        # Citizen: the lamp at our corner is out. (Nobody is free yet, and the widget says so.)
        await write(citizen, "سلام، چراغ سر خیابان بهار خاموش است.")
        await expect(citizen.locator(".mine")).to_have_attribute("data-state", "sent", timeout=MILLISECONDS)
        await expect(citizen.locator(".line")).to_be_visible()
        await desk.counted(waiting=1)
        await desk.ready()
        await desk.offered("چراغ سر خیابان بهار خاموش است.")
        await desk.accept()
        await desk.shows("سلام، چراغ سر خیابان بهار خاموش است.")
        await desk.knows(first=True)
        # Agent: begins to type; the citizen sees it. Which pole?
        await desk.agent.locator("#composer-text").press_sequentially("شمارهٔ", delay=20)
        await expect(citizen.locator(".typing").first).to_be_visible(timeout=MILLISECONDS)
        await desk.reply("سلام. شمارهٔ روی تیر چیست؟")
        await sees(citizen, "theirs", "سلام. شمارهٔ روی تیر چیست؟")
        await expect(citizen.locator(".panel .status")).to_contain_text("سارا محمدی")
        await desk.delivered(0, "read")
        # Citizen: 47. (The agent sees that it is being typed, and no more once it has come.)
        await citizen.locator(".panel textarea").press_sequentially("۴۷", delay=20)
        await expect(desk.agent.locator(".typing")).to_be_visible(timeout=MILLISECONDS)
        await citizen.keyboard.press("Enter")
        await desk.shows("سلام، چراغ سر خیابان بهار خاموش است.", "۴۷")
        await expect(desk.agent.locator(".typing")).to_have_count(0, timeout=2000)
        # Agent: it will be repaired tonight.
        await desk.reply("سپاس؛ امشب درست می‌شود.")
        await sees(citizen, "theirs", "سلام. شمارهٔ روی تیر چیست؟", "سپاس؛ امشب درست می‌شود.")
        await desk.close("حل شد")
        (contact,) = await desk.contacts()
        await desk.journal_tells(
            contact.id,
            "customer opened by webchat", "customer queued: new", "customer said in", "router offered",
            "agent offer accepted", "agent offered -> active", "agent said out", "customer said in", "agent said out",
            "agent active -> closed resolved")
        await desk.counted(answered=1, abandoned=0, waiting=0)


async def test_a_tunnel_in_the_middle_of_the_conversation(tmp_path: Path, browser: Browser) -> None:
    chat = Chat()
    async with town(tmp_path, browser, chat, language="en") as desk:
        desk.faults += ["ERR_INTERNET_DISCONNECTED", "WebSocket"]
        await desk.knowledge("Renewing a resident parking permit",
                             "Bring the papers of the new car and a proof of address to any district office.",
                             "parking", "permit", "car")
        citizen = await visitor(desk, chat, language="en")
        # Citizen: how do I renew my permit? Here is a picture of it.
        await citizen.locator(".panel input[type=file]").set_input_files(
            {"name": "permit.png", "mimeType": "image/png", "buffer": PICTURE})
        await expect(citizen.locator(".chip")).to_have_count(1)
        await write(citizen, "How do I renew a parking permit for a new car?")
        await desk.offered("How do I renew a parking permit for a new car?")
        await desk.accept(by="key")
        await expect(desk.agent.locator(".message.in .file-line")).to_contain_text("permit.png")
        # Agent: takes the ready answer.
        await desk.suggested("Renewing a resident parking permit")
        await desk.reply()
        await expect(citizen.locator(".theirs .bubble")).to_contain_text("Bring the papers of the new car",
                                                                         timeout=MILLISECONDS)
        # The citizen's train goes into a tunnel. Both go on writing.
        await unplug(citizen)
        chat.cut()
        await write(citizen, "Do I have to come in person?")
        await desk.reply("You can also send photos of both here.")
        await expect(citizen.locator(".mine").last).to_have_attribute("data-state", "held", timeout=MILLISECONDS)
        await expect(citizen.locator(".theirs .bubble")).to_have_count(1)
        await citizen.context.set_offline(False)
        await expect(citizen.locator(".panel")).to_have_attribute("data-status", "live", timeout=MILLISECONDS)
        # Out of it again: everything arrived on both sides, once.
        await desk.shows("How do I renew a parking permit for a new car?", "Do I have to come in person?")
        await sees(citizen, "theirs", "Bring the papers of the new car and a proof of address to any district office.",
                   "You can also send photos of both here.")
        await sees(citizen, "mine", "How do I renew a parking permit for a new car?", "Do I have to come in person?")
        # Agent: here is the form. Citizen: opens it.
        await desk.agent.locator("#composer-files").set_input_files(
            {"name": "form.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 permit form"})
        await expect(desk.agent.locator(".draft-files .accent")).to_be_visible()
        await desk.reply("No. Here is the form.")
        form = citizen.locator(".theirs a.file")
        await expect(form).to_contain_text("form.pdf", timeout=MILLISECONDS)
        got = await citizen.request.get(str(await form.get_attribute("href")))
        assert await got.body() == b"%PDF-1.7 permit form"
        await desk.close("Resolved")
        (contact,) = await desk.contacts()
        (first, _) = await desk.said(contact.id, Direction.IN)
        assert await desk.house.store.blobs.read(first.attachments[0].digest) == PICTURE
        await until(lambda: _settled(desk, contact.id), seconds=PATIENCE, what="all three answers arrived")
        # The agent wrote before the citizen's second question came out of the tunnel.
        await desk.journal_tells(
            contact.id,
            "customer opened by webchat", "customer queued: new", "customer said in", "router offered",
            "agent offer accepted", "agent offered -> active", "agent suggestion inserted", "agent said out",
            "agent suggestion sent", "agent said out", "customer said in", "agent said out",
            "agent active -> closed resolved")
        await desk.counted(answered=1, abandoned=0, waiting=0)


async def _settled(desk: Desk, contact: int) -> bool:
    answers = await desk.said(contact, Direction.OUT)
    return len(answers) == 3 and {each.delivery.state.value for each in answers} <= {"delivered", "read"}
