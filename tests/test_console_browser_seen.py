"""What supervisors see of how routing is set, in a browser: read only, explained; and what if, without the switch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from router.core import NAMED
from router.events import RoutingChanged
from router.records import Role
from router.rules.plan import PARAMETERS
from router.rules.text import digits_fa
from tests.house import read
from tests.recorded import record
from tests.servers.browser import Browser
from tests.servers.console import at_desk, spotless, town, worker
from tests.test_routing_whatif import lay_in, short_day

pytestmark = pytest.mark.chromium
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}


def calm(tx: Any) -> None:
    tx.routing.put_policy("calm", "ageing", {"guard": 6})
    tx.desk.set_queue(tx.desk.queue_named("building").id, policy="calm")
    tx.emit(RoutingChanged(what="policy", which="calm"), actor="test")


@pytest.mark.parametrize(("language", "width"), [("fa", 360), ("en", 1280)])
async def test_a_supervisor_reads_and_tries_but_does_not_set(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser, language: str, width: int) -> None:
    async with town(tmp_path, monkeypatch) as house:
        await worker(house, "boss", "سرپرست", role=Role.SUPERVISOR, language=language)
        lines, _ = record(short_day(), NAMED["fifo_longest_idle"])
        await lay_in(house, lines)
        await house.store.run(calm)
        page = await at_desk(browser, house, "boss", to="/board", width=width)
        link = page.locator(".places a[href='/admin']")
        await expect(link).to_have_text({"fa": "مسیریابی", "en": "Routing"}[language])
        await link.click()
        await expect(link).to_be_in_viewport(ratio=0.9)  # on a phone, too
        served = page.locator("[data-part=served]")
        assert (await page.title()).startswith({"fa": "مسیریابی", "en": "Routing"}[language])
        mine = served.locator("[data-policy=calm]")
        await expect(mine).to_contain_text({"fa": "ساختمان و شهرسازی", "en": "Building"}[language])
        await expect(mine).to_contain_text("guard = 6")
        await expect(served.locator("[data-policy=default]")).to_contain_text(
            {"fa": "امور مشترکان", "en": "Subscribers"}[language])
        await mine.locator("summary").click()
        meant = mine.locator("dd")
        await expect(meant).to_have_count(len(PARAMETERS))
        assert all(" " in text and not text.startswith("param.") for text in await meant.all_inner_texts())
        await expect(mine.locator("dt").first).to_contain_text("guard = 6")  # what was set here stands first
        # Nothing to set anywhere, and no other part under whatever address.
        await page.evaluate("location.hash = 'tokens'")
        for many in ("header button", "tbody button"):
            await expect(page.locator(f"[data-part=calendar] {many}, [data-part=policy] {many}, "
                                      f"[data-part=target] {many}")).to_have_count(0)
        await expect(page.locator("nav.parts, #add")).to_have_count(0)
        found = await Axe().run(page, options=RULES)
        assert [(each["id"], node["html"]) for each in found.response["violations"] for node in each["nodes"]] == []
        assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        await browser.shot(page, f"seen-{language}-{width}")
        part = page.locator("[data-part=whatif]")
        await part.locator("[name=day]").fill("۱۴۰۵/۰۸/۳۰" if language == "fa" else "2026-11-21")
        await part.locator("[name=rule]").select_option("fifo_longest_idle")
        await part.locator("[name=parameters]").fill("guard = 9")
        await part.locator("button[type=submit]").click()
        await expect(part.locator("[data-answer]")).to_be_visible(timeout=240_000)
        for figure in ("kept", "wait", "uneven", "busy"):
            await expect(part.locator(f"tr[data-figure={figure}]").first.locator("td.number")).to_have_count(3)
        theirs = part.locator("[data-part=handed]")
        await expect(theirs).to_contain_text("guard = 9")
        await expect(part.locator("[data-answer] button")).to_have_count(0)
        await theirs.scroll_into_view_if_needed()
        await browser.shot(page, f"seen-whatif-{language}-{width}")
        assert [each.name for each in await read(house, lambda tx: tx.routing.policies())] == ["calm"]
        assert digits_fa(str(len(PARAMETERS))) in await served.inner_text() or language == "en"
        spotless(browser, house)
