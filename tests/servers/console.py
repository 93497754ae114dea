"""A running house with its pages, people who can sign in, and a line on every medium; for tests in a browser."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from agents import users
from agents.given import Cost
from channels import registry
from router.model import Address, Medium, Said, Signal, SignalKind
from router.records import Role
from tests.house import running
from tests.servers.browser import Browser

CHEAP = Cost(passes=1, kibibytes=64, lanes=1)  #: a password check that costs nothing
PASSWORD = "correct horse 7"
#: The channels of the town; every one is the fake line, the medium is what the pages show.
CHANNELS: Mapping[str, Mapping[str, Any]] = {
    "town-chat": {"medium": "webchat"}, "town-mail": {"medium": "email"}, "town-sms": {"medium": "sms"},
    "town-telegram": {"medium": "telegram"}, "town-phone": {"medium": "phone"}, "town-letters": {"medium": "letter"},
}
LINES = (Medium.WEBCHAT, Medium.EMAIL, Medium.SMS, Medium.TELEGRAM)
QUEUES = {
    "general": {"title_fa": "امور مشترکان", "title_en": "Subscribers", "target_seconds": 120},
    "building": {"title_fa": "ساختمان و شهرسازی", "title_en": "Building", "skills": ["building"]},
}


@contextlib.asynccontextmanager
async def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, queues: Mapping[str, Any] = QUEUES,
               **desk: Any) -> AsyncIterator[Any]:
    """A house of a small town; `desk` are settings of [desk]."""
    for medium in LINES:
        monkeypatch.setitem(registry._MODULES, medium, "tests.fake")
    names = {"name_fa": "شهرداری نمونه", "name_en": "Sample Town"}
    async with running(tmp_path, CHANNELS, desk=names | desk, queues=queues) as house:
        yield house


async def worker(house: Any, login: str, name: str, *, role: Role = Role.AGENT, language: str = "fa",
                 skills: Mapping[str, int] | None = None, **fields: Any) -> Any:
    """Somebody who can sign in with PASSWORD."""
    made, _ = await users.add(house.store, login, name=name, role=role.value, password=PASSWORD, cost=CHEAP)

    def unit(tx: Any) -> Any:
        from router.events import AgentChanged
        changed = tx.desk.set_agent(made.id, language=language, skills=dict(skills or {}), **fields)
        tx.emit(AgentChanged(agent=made.id, profile=True), actor="test")
        return changed
    return await house.store.run(unit)


_said = iter(range(1, 1_000_000))


async def says(house: Any, text: str, *, channel: str = "town-chat", sender: str = "v-1", name: str = "مریم احمدی",
               **fields: Any) -> Any:
    """A citizen says something; returns what intake answers."""
    medium = Medium(CHANNELS[channel]["medium"])
    return await house.intake(Said(
        channel=channel, external_id=f"said-{next(_said)}", sender=Address(medium=medium, value=sender, name=name),
        text=text, **{"at": datetime.now(UTC), **fields}))


async def leaves(house: Any, sender: str, *, channel: str = "town-chat") -> None:
    """The citizen goes away."""
    medium = Medium(CHANNELS[channel]["medium"])
    await house.intake(Signal(
        channel=channel, external_id=f"left-{next(_said)}", sender=Address(medium=medium, value=sender),
        kind=SignalKind.LEFT, at=datetime.now(UTC)))


async def sign_in(page: Page, house: Any, login: str, *, to: str = "/console", language: str = "") -> None:
    """Through the form, as a person does."""
    await page.goto(f"{house.url}{to}")
    await page.locator("input[name=login]").fill(login)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("button.primary").click()
    await page.wait_for_url(f"**{to}")


async def at_desk(browser: Browser, house: Any, login: str, *, ready: bool = True,
                  context: BrowserContext | None = None, to: str = "/console", **options: Any) -> Page:
    """A signed-in person's page whose line stands; ready unless told otherwise."""
    page = await browser.page(context, **({"width": 1280, "height": 800} | options))
    await sign_in(page, house, login, to=to)
    if to == "/console":
        await expect(page.locator(".rows")).to_be_visible()
        await expect(page.locator(".line-banner")).to_have_count(0)
        if ready:
            await page.locator(".status").click()
            await page.get_by_role("menuitemradio").first.click()
            await expect(page.locator(".status .light")).to_have_class("light good")
    return page


def spotless(browser: Browser, house: Any, *but: str) -> None:
    """No page had a fault in a script, a word on its console, a dialog, or a request to anybody else. `but`: parts of
    faults a test provokes on purpose."""
    for watched in browser.watched.values():
        faults = [fault for fault in watched.faults if not any(part in fault for part in but)]
        assert not faults, faults
        assert watched.dialogs == [] and watched.strangers(house.url, house.url.replace("http", "ws")) == []
