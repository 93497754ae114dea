"""The pictures of a seeded desk that the documentation shows: a talk in the console and sign-in, in two languages.

`make pictures` writes them (PISHKHAN_SHOTS names the folder); an ordinary run only checks what they would show.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from agents import contacts
from router.events import ArticleChanged, MessageAdded
from router.model import Health, OutKind, Upload
from router.records import Direction, Role
from storage.knowledge import ArticleState
from tests.house import until
from tests.servers.browser import Browser
from tests.servers.console import QUEUES, at_desk, leaves, says, spotless, town, worker

pytestmark = pytest.mark.chromium

SEEDS: dict[str, Any] = json.loads((Path(__file__).parent / "cases" / "console" / "seeds.json").read_text("utf-8"))


def ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


async def told(house: Any, contact: int, direction: str, at: datetime, text: str) -> None:
    """A word of the desk in the talk, as if it had been said at that time."""
    def unit(tx: Any) -> None:
        about, way = tx.contacts.get(contact), Direction(direction)
        message = tx.messages.add(contact, way, at=at, text=text, agent=about.agent, author="", kind="")
        delivery = None
        if way is Direction.OUT:
            delivery = tx.outbox.add(message, about, OutKind.REPLY, key=f"told-{message.id}").id
        tx.emit(MessageAdded(about=contact, message=message.id, direction=direction, delivery=delivery), actor="test")
    await house.store.run(unit)


async def knows(house: Any, language: str) -> None:
    """The desk's articles."""
    def unit(tx: Any) -> None:
        for title, body, keywords in SEEDS[language]["articles"]:
            made = tx.knowledge.add(title=title, body=body, language=language, state=ArticleState.PUBLIC,
                                    keywords=tuple(keywords), author=1)
            tx.emit(ArticleChanged(article=made.id), actor="test")
    await house.store.run(unit)


async def staff(house: Any, language: str) -> None:
    """Six people."""
    logins = ("sara", "ali", "mina", "ben", "emma", "boss")
    for login, name in zip(logins, SEEDS[language]["staff"], strict=True):
        role = Role.ADMIN if login == "boss" else Role.SUPERVISOR if login == "ben" else Role.AGENT
        await worker(house, login, name, language=language, role=role, capacity={"sara": 4, "ali": 2}.get(login, 6),
                     skills={"building": 3})


#: A water meter, drawn in the browser: a picture that looks like one.
METER = """() => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [420, 240];
  const pen = canvas.getContext("2d"), sky = pen.createLinearGradient(0, 0, 0, 240);
  sky.addColorStop(0, "#7f9aa6");
  sky.addColorStop(1, "#43565e");
  pen.fillStyle = sky;
  pen.fillRect(0, 0, 420, 240);
  pen.fillStyle = "#e8ecec";
  pen.beginPath();
  pen.arc(210, 120, 98, 0, 7);
  pen.fill();
  pen.fillStyle = "#1b282c";
  pen.fillRect(130, 92, 160, 40);
  pen.fillStyle = "#fff";
  pen.font = "25px monospace";
  pen.fillText("0 4 4 7 1", 142, 120);
  pen.fillStyle = "#ae2219";
  pen.fillRect(206, 150, 8, 48);
  return canvas.toDataURL("image/png").split(",")[1];
}"""
DESK = QUEUES | {"complaints": {"title_fa": "رسیدگی به شکایت‌ها", "title_en": "Complaints", "target_seconds": 300}}


async def settled(page: Page) -> None:
    """Nothing moves but clocks."""
    await page.evaluate("Promise.all(document.querySelector('main').getAnimations({subtree: true})"
                        ".filter((each) => each instanceof CSSAnimation).map((each) => each.finished))")


async def talk(house: Any, page: Page, language: str) -> None:
    """The conversation in the middle of the picture; the agent takes it by hand."""
    seeds, meter = SEEDS[language], base64.b64decode(await page.evaluate(METER))
    for number, (direction, minutes, text) in enumerate(seeds["talk"]):
        if direction == "in":
            photo = Upload(name=seeds["photo"], media_type="image/png", content=meter)
            await says(house, text, sender="v-1", name=seeds["citizen"], at=ago(minutes),
                       uploads=(photo,) if number == 2 else ())
        else:
            await told(house, 1, direction, ago(minutes), text)
        if number == 0:
            await page.locator("#tab-waiting").click()
            await page.locator(".contact-row .take").click()
            await expect(page.locator("#composer-reply")).to_be_visible()


async def crowd(house: Any, language: str) -> None:
    """Citizens who wait, two of them with colleagues, and three who went away."""
    for channel, sender, name, text in SEEDS[language]["waiting"]:
        await says(house, text, channel=channel, sender=sender, name=name)
    for contact, who in ((2, 2), (3, 5)):
        await house.store.run(partial(_given, contact=contact, who=who))
    for number in range(3):
        await says(house, "...", sender=f"gone-{number}", name="x")
        await leaves(house, f"gone-{number}")
    for name in house.channels:
        house._lights.report(name, Health(code="ok", since=ago(300)))
    down = {"en": "The SMS gateway does not answer.", "fa": "درگاه پیامک پاسخ نمی‌دهد."}
    house._lights.report("town-sms", Health(code="down", since=ago(4), **down))


def _given(tx: Any, contact: int, who: int) -> None:
    contacts.take(tx, tx.desk.agent(who), contact, limits={})


async def pause(page: Page, choice: int) -> None:
    """Choose a line of the status menu."""
    await page.locator(".status").click()
    await page.get_by_role("menuitemradio").nth(choice).click()
    await expect(page.locator(".menu-panel")).to_have_count(0)


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_pictures_of_a_desk_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                          language: str) -> None:
    async with town(tmp_path, monkeypatch, queues=DESK) as house:
        await staff(house, language)
        await knows(house, language)
        gate = await browser.page(language=language, width=1280, height=800)
        await gate.goto(f"{house.url}/signin?language={language}")
        await browser.shot(gate, f"signin-{language}")
        page = await at_desk(browser, house, "sara", ready=False, width=1440, height=900)
        await talk(house, page, language)
        await crowd(house, language)
        ali = await at_desk(browser, house, "ali")
        emma = await at_desk(browser, house, "emma", ready=False)
        await pause(emma, 2)
        await page.locator("#tab-mine").click()
        await pause(page, 0)
        await expect(page.locator(".offer")).to_be_visible()
        await expect(page.locator(".message")).to_have_count(6)
        await expect(page.locator(".suggestion").first).to_be_visible()
        await until(lambda: len(house.channels["town-chat"].sent) >= 2, what="the answers went")
        await expect(page.locator(".delivery.pending")).to_have_count(0)
        await expect(page.locator(".picture img")).to_have_js_property("naturalWidth", 420)
        await page.locator(".said").evaluate("box => { box.scrollTop = box.scrollHeight; }")
        await settled(page)
        await browser.shot(page, f"talk-{language}")
        board = await at_desk(browser, house, "ben", to="/board", width=1440, height=960)
        await expect(board.locator("[data-agent]")).to_have_count(6)
        await expect(board.locator("[data-channel=town-sms][data-code=down]")).to_be_visible()
        await expect(board.locator(".chart canvas")).to_be_visible()
        await expect(ali.locator(".status .light")).to_have_class("light good")
        spotless(browser, house)
