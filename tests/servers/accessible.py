"""Whether a page can be used by everybody: axe's rules (WCAG 2.2 AA and best practice), and no sideways scrolling."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

RULES = {"runOnly": {"type": "tag", "values": [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


async def accessible(page: Page) -> None:
    """No violation on the page as it is now, and nothing wider than the screen."""
    found = await Axe().run(page, options=RULES)
    assert found.response["passes"], "nothing was looked at"
    faults = [(each["id"], node["html"]) for each in found.response["violations"] for node in each["nodes"]]
    assert not faults, faults
    assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
