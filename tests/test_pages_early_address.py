"""A page on a slow machine: an address that changes before the page listens is followed all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from router.records import Role
from tests.servers.browser import Browser
from tests.servers.console import at_desk, spotless, town, worker

pytestmark = pytest.mark.chromium

# The view library runs what follows a drawing after the next frame; here frames and short waits take a second longer.
SLOW = """
  const wait = window.setTimeout.bind(window);
  window.requestAnimationFrame = (run) => wait(() => run(performance.now()), 1000);
  window.setTimeout = (run, after = 0, ...rest) => wait(run, after < 200 ? after + 1000 : after, ...rest);
"""


@pytest.mark.parametrize(("place", "part"), [("/knowledge", "approvals"), ("/admin", "channels")])
async def test_an_early_change_of_the_address_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                          browser: Browser, place: str, part: str) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "Boss", role=Role.ADMIN, language="en")
        page = await at_desk(browser, house, "boss", to=place)
        await page.add_init_script(SLOW)
        await page.reload()
        link = page.locator(f"nav.parts a[href='#{part}']")
        await link.wait_for()
        await page.evaluate("part => { location.hash = part; }", part)
        await expect(link).to_have_attribute("aria-current", "page")
        spotless(browser, house)
