"""What strangers write stays words: as message, name, subject, file name and formatted mail. Nothing runs or loads.

PISHKHAN_STRINGS may name a folder with more strings (`*.jsonl`, one object with `payload` a line).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from router.model import Upload
from router.records import Role
from tests.servers.browser import Browser
from tests.servers.console import at_desk, says, spotless, town, worker

pytestmark = pytest.mark.chromium

HOSTILE: list[str] = json.loads((Path(__file__).parent / "cases" / "console" / "hostile.json").read_text("utf-8"))
LONG = ["a" * 20_000, "ا" * 5_000, "\u0301" * 500, "👩\u200d👩\u200d👧\u200d👦" * 200]
WATCH = """() => {
  window.refusals = [];
  const keep = (event) => window.refusals.push(`${event.violatedDirective} ${event.blockedURI}`);
  addEventListener("securitypolicyviolation", keep);
}"""


def more() -> list[str]:
    """Strings from elsewhere, when a folder is named."""
    folder = os.environ.get("PISHKHAN_STRINGS")
    if not folder:
        return []
    return [json.loads(line)["payload"] for path in sorted(Path(folder).rglob("*.jsonl"))
            for line in path.read_text(encoding="utf-8").splitlines()]


async def unharmed(page: Page) -> None:
    """Nothing ran and nothing had to be refused."""
    assert await page.evaluate("window.hit ?? null") is None
    assert await page.evaluate("window.refusals") == []
    strange = "document.querySelectorAll('.said script, .said iframe:not(.citizen-html), .rows script').length"
    assert await page.evaluate(strange) == 0


def clean(text: str) -> str:
    """As a channel would hand it over: no lone surrogates reach the core."""
    return text.encode("utf-8", "replace").decode("utf-8")


async def test_hostile_words_stay_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    strings = [clean(text) for text in [*HOSTILE, *LONG, *more()]]
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا <b>م</b>", role=Role.ADMIN, capacity=100)
        context = await browser.context(width=1280, height=800)
        await context.add_init_script(f"({WATCH})()")
        page = await at_desk(browser, house, "sara", ready=False, context=context)
        for number, text in enumerate(strings):
            file = Upload(name=text[:100], media_type="text/html", content=text.encode()[:500] or b"x")
            name = strings[(number * 7) % len(strings)][:200]
            await says(house, text or " ", sender=f"v-{number % 40}", name=name, subject=text[:200], html=text,
                       uploads=(file,))
        await page.locator("#tab-waiting").click()
        rows = page.locator(".contact-open")
        await expect(rows).to_have_count(40)
        for number in range(40):
            await rows.nth(number).click()
            await expect(page.locator(".message.in").first).to_be_attached()
            await unharmed(page)
        await page.locator("#side-customer").click()
        await expect(page.locator(".side-body h3")).to_be_visible()
        await page.locator("#side-story").click()
        await page.locator("#tab-mine").click()
        await unharmed(page)
        for other in ("/board", "/admin", "/"):
            await page.goto(house.url + other)
            await expect(page.locator("main").first).to_be_visible()
            await page.wait_for_load_state("networkidle")
            await unharmed(page)
        spotless(browser, house)


async def test_formatted_mail_is_shown_and_harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                    browser: Browser) -> None:
    strings = [clean(text) for text in [*HOSTILE, *more()] if "<" in text]
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        context = await browser.context(width=1280, height=800)
        await context.add_init_script(f"({WATCH})()")
        page = await at_desk(browser, house, "sara", ready=False, context=context)
        for text in strings:
            await says(house, "متن ساده", html=f"<p>پاراگراف</p>{text}", channel="town-mail", sender="a@example.org")
        await page.locator("#tab-waiting").click()
        await page.locator(".contact-open").click()
        await expect(page.locator(".message.in")).to_have_count(len(strings))
        show = page.get_by_role("button", name="نمایش به شکل اصلی")
        for number in range(len(strings)):
            await show.nth(0).click()
            await expect(page.locator(".citizen-html")).to_have_count(number + 1)
        await page.locator(".citizen-html").last.scroll_into_view_if_needed()
        await expect(page.frame_locator(".citizen-html >> nth=-1").locator("body")).to_contain_text("پاراگراف")
        box = await page.locator(".citizen-html").first.get_attribute("sandbox")
        assert box == "allow-popups allow-popups-to-escape-sandbox"
        await unharmed(page)
        spotless(browser, house)


async def test_addresses_in_a_text_become_links_that_lead_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                               browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        page = await at_desk(browser, house, "sara", ready=False)
        await says(house, "ببینید (https://desk.example.org/a?b=1)، یا javascript:alert(1) یا http://example.org/x؛")
        await page.locator("#tab-waiting").click()
        await page.locator(".contact-open").click()
        links: Any = page.locator(".text a")
        await expect(links).to_have_count(2)
        found = await links.evaluate_all("all => all.map(a => [a.getAttribute('href'), a.rel, a.target])")
        assert found == [["https://desk.example.org/a?b=1", "noopener noreferrer nofollow", "_blank"],
                         ["http://example.org/x", "noopener noreferrer nofollow", "_blank"]]
        spotless(browser, house)
