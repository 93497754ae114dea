"""`make demo` as a newcomer sees it: one command, and within a minute there is work on every channel."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, expect

from demo.town import PASSWORD
from tests.house import free_port, until
from tests.servers.browser import Browser
from tests.stories.desk import MILLISECONDS

pytestmark = pytest.mark.chromium

ROOT = Path(__file__).parents[2]
MEDIA = {"email", "sms", "webchat", "telegram", "voice", "form"}


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[str]:
    """The demo town's address; ended as Ctrl-C does, which must leave no fault behind."""
    port, words = free_port(), tmp_path / "words"
    with words.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "run.py", "demo", "--port", str(port), "--folder", str(tmp_path / "town"), cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        url = f"http://127.0.0.1:{port}"
        await until(lambda: f"The demo town is at {url}" in words.read_text(encoding="utf-8"), seconds=60,
                    what="the demo says where it is")
        yield url
        assert process.returncode is None, words.read_text(encoding="utf-8")
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 30) == 0
        assert "Traceback" not in words.read_text(encoding="utf-8"), words.read_text(encoding="utf-8")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def signed_in(browser: Browser, url: str, login: str, to: str) -> Page:
    """Somebody of the town, with the password that the demo prints."""
    page = await browser.page(width=1280, height=800)
    await page.goto(f"{url}{to}")
    await page.locator("input[name=login]").fill(login)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{url}{to}")
    return page


async def test_the_demo_has_work_on_every_channel(demo: str, browser: Browser) -> None:
    async with aiohttp.ClientSession() as session:
        for way in ("/", "/healthz", "/readyz", "/channels/site-chat/demo",
                    "/channels/site-form/form?language=fa", "/help"):
            async with session.get(f"{demo}{way}") as got:
                assert got.status == 200, way
    board = await signed_in(browser, demo, "mina", "/board")

    async def media() -> bool:
        got = await board.request.get(f"{demo}/api/contacts?limit=200")
        return {each["medium"] for each in (await got.json())["contacts"]} >= MEDIA
    await until(media, seconds=60, what="contacts of every medium")
    sara = await signed_in(browser, demo, "sara", "/console")
    await sara.locator(".status").click(timeout=MILLISECONDS)
    await sara.get_by_role("menuitemradio").first.click()
    await expect(sara.locator(".offer")).not_to_have_count(0, timeout=60_000)
    await sara.keyboard.press("Alt+Enter")
    await expect(sara.locator("#composer-text")).to_be_visible(timeout=MILLISECONDS)
    assert all(watched.faults == [] and watched.strangers(demo, demo.replace("http", "ws")) == []
               for watched in browser.watched.values())
