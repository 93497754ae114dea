"""The console by keyboard alone, named for a screen reader, and on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from router.model import Upload
from router.records import Role
from tests.servers.browser import Browser
from tests.servers.console import at_desk, says, spotless, town, worker
from tests.test_console_browser_files import DOT

pytestmark = pytest.mark.chromium

AUDIT = """() => {
  const shown = (element) => element.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const named = (element) => (element.getAttribute("aria-label") || element.textContent.trim() || element.title
    || [...element.querySelectorAll("img[alt]")].map((image) => image.alt).join("") || element.placeholder
    || [...(element.labels ?? [])].map((label) => label.textContent.trim()).join("")).trim();
  const faults = [];
  for (const element of document.querySelectorAll("button, a[href], input:not([type=hidden]), select, textarea")) {
    if (shown(element) && !named(element)) faults.push(`without a name: ${element.outerHTML.slice(0, 120)}`);
    if (element.tabIndex > 0) faults.push(`in an order of its own: ${element.outerHTML.slice(0, 120)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`twice: #${id}`);
  for (const image of document.querySelectorAll("img:not([alt])")) faults.push(`without alt: ${image.src}`);
  for (const id of [...document.querySelectorAll("[aria-labelledby], [aria-controls]")].flatMap((element) =>
    [element.getAttribute("aria-labelledby"), element.getAttribute("aria-controls")].filter(Boolean)))
    if (!document.getElementById(id)) faults.push(`points to nothing: ${id}`);
  if (document.querySelectorAll("main").length !== 1) faults.push("not one main");
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  return faults;
}"""
FOCUS = """() => {
  const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
  if (element === document.body) return {name: "BODY"};
  return {name: element.id || element.dataset.deed || element.className || element.tagName,
    seen: style.outlineStyle !== "none", there: box.width > 0 && box.height > 0};
}"""
WIDE = "document.documentElement.scrollWidth - innerWidth"


async def tabbed(page: Page, most: int = 160) -> list[dict[str, Any]]:
    """What the Tab key reaches from the first to the last."""
    found: list[dict[str, Any]] = []
    rounds = 0
    for _ in range(most):
        await page.keyboard.press("Tab")
        here = await page.evaluate(FOCUS)
        if here["name"] == "BODY":
            rounds += 1
        elif rounds:
            found.append(here)
        if rounds == 2:
            break
    return found


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_everything_is_named_and_reached_by_keyboard(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser, language: str) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "مدیر", role=Role.ADMIN, language=language)
        page = await at_desk(browser, house, "boss")
        await says(house, "سلام", uploads=(Upload(name="قبض.png", media_type="image/png", content=DOT),))
        await expect(page.locator(".offer")).to_be_visible()
        await page.keyboard.press("Alt+Enter")
        await expect(page.locator(".message.in")).to_be_visible()
        await says(house, "من هم هستم", sender="v-2", name="")
        await expect(page.locator(".offer")).to_be_visible()
        assert await page.evaluate(AUDIT) == []
        reached = await tabbed(page)
        names = " ".join(here["name"] for here in reached)
        for wanted in ("search", "tab-mine", "contact-open", "composer-text", "composer-reply", "side-suggestions",
                       "status", "transfer", "snooze", "finish", "close", "said", "composer-files"):
            assert wanted in names, f"{wanted} is not reached"
        assert [here for here in reached if not here["there"]] == []
        assert [here["name"] for here in reached if not here["seen"] and here["name"] != "composer-files"] == []
        for dialog in ("Alt+t", "Alt+s", "Alt+e", "Alt+p", "Alt+Slash"):
            await page.keyboard.press(dialog)
            await expect(page.locator("dialog[open]")).to_be_visible()
            assert await page.evaluate(AUDIT) == []
            assert await page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
            await page.keyboard.press("Escape")
            await expect(page.locator("dialog")).to_have_count(0)
        for place in ("/board", "/admin", "/"):
            await page.goto(house.url + place)
            await expect(page.locator("main h2, main h1").first).to_be_attached()
            assert await page.evaluate(AUDIT) == []
        spotless(browser, house)


async def test_arrows_walk_menus_and_tabs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "sara", "سارا")
        page = await at_desk(browser, house, "sara", ready=False)
        await page.locator("#tab-mine").focus()
        await page.keyboard.press("ArrowLeft")  # towards the end of a right-to-left line
        await expect(page.locator("#tab-waiting")).to_be_focused()
        await expect(page.locator("#tab-waiting")).to_have_attribute("aria-selected", "true")
        await page.locator(".status").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(".menu-item").first).to_be_focused()
        await page.keyboard.press("ArrowDown")
        await expect(page.locator(".menu-item").nth(1)).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.locator(".menu-panel")).to_have_count(0)
        await expect(page.locator(".status")).to_be_focused()
        await page.keyboard.press("Shift+Slash")
        await page.locator("dialog input[type=checkbox]").uncheck()
        await page.keyboard.press("Escape")
        await page.keyboard.press("1")
        await expect(page.locator("#tab-waiting")).to_have_attribute("aria-selected", "true")  # letters are off
        spotless(browser, house)


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_a_phone_shows_one_pane_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser,
                                                language: str) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "مدیر", role=Role.ADMIN, language=language)
        page = await at_desk(browser, house, "boss", width=360, height=720, phone=True)
        assert await page.evaluate(WIDE) <= 0
        await says(house, "سلام، نشانی دفتر مرکزی کجاست؟ http://example.org/" + "a" * 200)
        await page.locator(".offer .primary").tap()
        await expect(page.locator(".message.in")).to_be_visible()
        await expect(page.locator(".lists")).to_be_hidden()
        assert await page.evaluate(WIDE) <= 0
        await browser.shot(page, f"phone-talk-{language}")
        await page.locator(".side-toggle").tap()
        await expect(page.locator(".side")).to_be_visible()
        assert await page.evaluate(WIDE) <= 0
        await page.locator(".side-close").tap()
        await page.locator(".talk-head .menu button").tap()
        await page.locator(".narrow-menu .menu-item").nth(1).tap()
        await expect(page.locator("dialog[open]")).to_be_visible()
        assert await page.evaluate(WIDE) <= 0
        await page.locator("dialog .dialog-head button").tap()
        await page.locator(".talk-head .narrow-only").tap()
        await expect(page.locator(".contact-row")).to_be_visible()
        await expect(page.locator(".talk")).to_be_hidden()
        for place in ("/board", "/admin", "/"):
            await page.goto(house.url + place)
            await expect(page.locator("main").first).to_be_visible()
            await page.wait_for_load_state("networkidle")
            assert await page.evaluate(WIDE) <= 0, place
        spotless(browser, house)
