"""A town whose citizens and agents are real programs: a house, real providers, and two people in a browser.

    async with town(tmp_path, browser, mail) as desk:
        mail.writes(...)                       # the citizen's word, by the real server
        await desk.offered("مریم احمدی")        # on the agent's screen
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import difflib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from playwright.async_api import Locator, Page, expect

from router.events import ArticleChanged
from router.records import ContactState, Direction, Entry, Role
from router.rules.text import digits_fa
from storage.knowledge import ArticleState
from tests.house import read, running, until
from tests.servers.browser import Browser
from tests.servers.console import at_desk, spotless, worker

#: Generous: the machine may be busy with other things, and nothing here waits longer than it must.
PATIENCE = 40.0
MILLISECONDS = PATIENCE * 1000
ONE_QUEUE = {"general": {"title_fa": "امور شهروندان", "title_en": "Citizens", "accept_seconds": 300}}
#: A red square.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")
#: A delivery only moves forward, and a quick one may be further than what is waited for.
FROM_ON = {"sent": re.compile("sent|delivered|read"), "delivered": re.compile("delivered|read"),
           "read": re.compile("read")}
NAMES = {"name_fa": "شهرداری نمونه", "name_en": "Sample Town"}


class Line(Protocol):
    """A channel and the real server behind it."""

    name: str
    secrets: Mapping[str, str]

    async def start(self, folder: Path) -> Mapping[str, Any]:
        """Start what the house is pointed at; returns the channel's settings."""
        ...

    async def join(self, house: Any) -> None:
        """The house serves now: start what is pointed at the house."""
        ...

    async def stop(self) -> None:
        """End every process."""
        ...


@dataclass(slots=True, kw_only=True)
class Desk:
    """The house, the agent's console and the supervisor's board."""

    house: Any
    browser: Browser
    agent: Page
    board: Page
    language: str
    faults: list[str] = field(default_factory=list)  #: parts of console errors that a story provokes on purpose

    def digits(self, number: int) -> str:
        """A number as this desk's pages write it."""
        return digits_fa(str(number)) if self.language == "fa" else str(number)

    async def offered(self, *words: str) -> Locator:
        """Wait for the offer on the agent's screen; it shows these words."""
        card = self.agent.locator(".offer")
        await expect(card).to_be_visible(timeout=MILLISECONDS)
        for each in words:
            await expect(card).to_contain_text(each)
        return card

    async def accept(self, *, by: str = "button") -> None:
        """Take what is offered, with the mouse or with the keyboard; the conversation opens, ready to be answered."""
        if by == "button":
            await self.agent.locator(".offer button.primary").click()
        else:
            await self.agent.keyboard.press("Alt+Enter")
        await expect(self.agent.locator(".offer")).to_have_count(0)
        await expect(self.agent.locator("#composer-text")).to_be_focused()

    async def shows(self, *words: str, timeout: float = MILLISECONDS) -> None:
        """The citizen's words in the conversation, all of them and in this order."""
        await expect(self.agent.locator(".message.in .text")).to_have_text(list(words), timeout=timeout)

    async def knows(self, *words: str, first: bool) -> None:
        """The customer's file beside the conversation, and whether it is their first contact."""
        await self.agent.locator("#side-customer").click()
        for each in words:
            await expect(self.agent.locator(".side-body")).to_contain_text(each)
        said = {"fa": "نخستین تماس اوست", "en": "This is their first contact"}[self.language]
        row = self.agent.locator(".history li", has_text=said)
        await expect(row).to_have_count(1 if first else 0)

    async def suggested(self, title: str) -> None:
        """The answer that the desk proposes first, put into the reply by its key."""
        await self.agent.locator("#side-suggestions").click()
        best = self.agent.locator(".suggestion").get_by_role("heading").first
        await expect(best).to_have_text(title, timeout=MILLISECONDS)
        await self.agent.locator("#composer-text").focus()
        await self.agent.keyboard.press("Alt+1")
        await expect(self.agent.locator("#composer-text")).not_to_have_value("")

    async def reply(self, text: str = "", *, state: str = "sent") -> None:
        """Answer by keyboard (with what stands there already when `text` is empty); wait until it is so delivered."""
        before = await self.agent.locator(".message.out").count()
        if text:
            await self.agent.locator("#composer-text").fill(text)
        await self.agent.locator("#composer-text").press("Control+Enter")
        await expect(self.agent.locator("#composer-text")).to_have_value("")
        await self.delivered(before, state)

    async def delivered(self, place: int, state: str) -> None:
        """The message at this place of ours is marked in the conversation as having come so far."""
        mark = self.agent.locator(".message.out").nth(place).locator(".delivery")
        await expect(mark).to_have_attribute("data-state", FROM_ON[state], timeout=MILLISECONDS)

    async def close(self, disposition: str) -> None:
        """End it by the dialog, with the disposition of this name."""
        await self.agent.locator("[data-deed=close]").click()
        await self.agent.get_by_role("radio", name=disposition, exact=True).check()
        await self.agent.locator("dialog .dialog-foot .primary").click()
        await expect(self.agent.locator(".ending")).to_contain_text(disposition)

    async def ready(self) -> None:
        """The agent takes work from now on."""
        await self.agent.locator(".status").click()
        await self.agent.get_by_role("menuitemradio").first.click()
        await expect(self.agent.locator(".status .light")).to_have_class("light good")

    async def counted(self, **figures: int) -> None:
        """The numbers on the supervisor's board, for the whole desk and for its one queue."""
        for name, value in figures.items():
            for place in (".summary", ".queue"):
                shown = self.board.locator(f"{place} [data-figure={name}] dd")
                await expect(shown).to_have_text(self.digits(value), timeout=MILLISECONDS)

    async def becomes(self, contact: int, state: ContactState) -> None:
        """Wait until a contact stands so."""
        async def there() -> bool:
            return (await self.contact(contact)).state is state
        await until(there, seconds=PATIENCE, what=f"contact {contact} is {state}")

    async def contact(self, number: int) -> Any:
        """A contact as it stands."""
        return await read(self.house, lambda tx: tx.contacts.get(number))

    async def contacts(self) -> list[Any]:
        """All there are, the oldest first."""
        return sorted(await read(self.house, lambda tx: list(tx.contacts.listed())), key=lambda each: each.id)

    async def said(self, contact: int, direction: Direction) -> list[Any]:
        """What was said in one direction."""
        found = await read(self.house, lambda tx: tx.messages.of(contact))
        return [message for message in found if message.direction is direction]

    async def journal_tells(self, contact: int, *lines: str) -> None:
        """The whole story of a contact, in order and nothing else; deliveries are told by `deliveries`."""
        story = [line for entry in await self._journal(contact) if (line := told(entry))]
        assert story == list(lines), "\n".join(["another story:", *difflib.ndiff(lines, story)])

    async def deliveries(self, contact: int) -> dict[int, list[str]]:
        """The states that each message of ours went through, by message."""
        found: dict[int, list[str]] = {}
        for entry in await self._journal(contact):
            if entry.name == "delivery-changed":
                found.setdefault(entry.data["message"], []).append(entry.data["state"])
        return found

    async def _journal(self, contact: int) -> list[Entry]:
        return list(await read(self.house, lambda tx: tx.journal.of_contacts([contact], limit=2000)))

    async def knowledge(self, title: str, body: str, *keywords: str) -> None:
        """An article in the desk's language, known before any citizen asks."""
        def unit(tx: Any) -> None:
            made = tx.knowledge.add(title=title, body=body, language=self.language, state=ArticleState.INTERNAL,
                                    keywords=keywords)
            tx.emit(ArticleChanged(article=made.id), actor="test")
        await self.house.store.run(unit)


def told(entry: Entry) -> str:
    """One line of a story: who, and what happened."""
    data, who = entry.data, entry.actor.partition(":")[0]
    match entry.name:
        case "contact-opened":
            return f"{who} opened by {data['medium']}"
        case "contact-queued":
            return f"{who} queued: {data['reason']}"
        case "message-added":
            return f"{who} said {data['direction']}"
        case "offer-made":
            return f"{who} offered"
        case "offer-ended":
            return f"{who} offer {data['outcome']}"
        case "contact-changed":
            return f"{who} {data['was']} -> {data['state']} {data['disposition']}".strip()
        case "suggestion-used":
            return f"{who} suggestion {data['how']}"
        case _:
            return ""


@contextlib.asynccontextmanager
async def town(tmp_path: Path, browser: Browser, *lines: Line, language: str = "fa", ready: bool = True,
               capacity: int = 20, phone: str = "") -> AsyncIterator[Desk]:
    """A house with these channels and one queue; Sara at her console, Nader at the board."""
    async with contextlib.AsyncExitStack() as stack:
        channels, secrets = {}, {}
        for line in lines:
            stack.push_async_callback(line.stop)
            channels[line.name] = {**await line.start(tmp_path), "queue": "general", "rate_per_second": 100.0}
            secrets |= line.secrets
        house = await stack.enter_async_context(
            running(tmp_path, channels, environ=secrets, desk=NAMES, queues=ONE_QUEUE))
        name = {"fa": "سارا محمدی", "en": "Sara Mohammadi"}[language]
        await worker(house, "sara", name, language=language, capacity=capacity, phone=phone)
        await worker(house, "nader", "Nader", role=Role.SUPERVISOR, language=language)
        async with asyncio.TaskGroup() as group:
            for line in lines:
                group.create_task(line.join(house))
            pages = group.create_task(_signed_in(browser, house, language, ready=ready))
        for line in lines:
            await until(lambda name=line.name: house.health[name].code == "ok", seconds=PATIENCE,
                        what=f"{line.name} works: {house.health[line.name]}")
        sara, nader = pages.result()
        desk = Desk(house=house, browser=browser, agent=sara, board=nader, language=language)
        yield desk
        spotless(browser, house, *desk.faults)


async def _signed_in(browser: Browser, house: Any, language: str, *, ready: bool) -> tuple[Page, Page]:
    sara = await at_desk(browser, house, "sara", ready=ready, language=language)
    nader = await at_desk(browser, house, "nader", to="/board", language=language)
    await expect(nader.locator(".summary")).to_be_visible(timeout=MILLISECONDS)
    return sara, nader
