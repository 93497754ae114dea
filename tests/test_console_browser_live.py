"""The console's state and socket under 500 schedules of cuts, losses, echoes and silences, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from router.web import STRICT_CSP
from tests.servers.browser import Browser

pytestmark = pytest.mark.chromium

ROOT = Path(__file__).parent.parent
PLAY = """async ({first, count, planted}) => {
  const {play} = await import("/cases/schedules.mjs");
  const {Live} = await import("/static/live.js");
  const made = (change) => class extends Live { constructor(given) { super({...given, ...change(given)}); } };
  const broken = {
    deaf: made(() => ({missed: () => false})),
    forgetful: class extends Live { open(contact) { this.opened.add(contact); } },
    hoarder: class extends Live { shut(contact) { this.opened.delete(contact); } },
    patient: made(({later}) => ({later: (run, ms) => ms === 50000 ? null : later(run, ms)})),
    hasty: made(({later}) => ({later: (run, ms) => later(run, ms === 50000 ? ms : 0)})),
  };
  const Client = planted ? broken[planted] : Live;
  return Array.from({length: count}, (_, n) => play(first + n, {Client}));
}"""


@pytest.fixture
async def page(aiohttp_server: Any, browser: Browser) -> Any:
    """A page with the console's modules and the scripted house beside them."""
    async def empty(request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>schedules</title>", content_type="text/html",
                            headers={"Content-Security-Policy": STRICT_CSP})
    app = web.Application()
    app.router.add_get("/", empty)
    app.router.add_static("/static", ROOT / "agents" / "static")
    app.router.add_static("/cases", ROOT / "tests" / "cases" / "console")
    server = await aiohttp_server(app)
    page = await browser.page(language="en")
    await page.goto(str(server.make_url("/")))
    yield page
    assert [fault for fault in browser.watched[page].faults if "favicon" not in fault] == []


async def test_500_schedules_end_in_a_fresh_snapshot(page: Any) -> None:
    played = await page.evaluate(PLAY, {"first": 1, "count": 500, "planted": ""})
    assert [run for run in played if run["fault"]] == []
    # The schedules did bite: lines were lost many times, and much was said.
    assert sum(run["dials"] for run in played) > 2500
    assert sum(run["words"] for run in played) > 20_000


@pytest.mark.parametrize("planted", ["deaf", "forgetful", "hoarder", "patient", "hasty"])
async def test_a_planted_fault_is_found(page: Any, planted: str) -> None:
    played = await page.evaluate(PLAY, {"first": 1, "count": 60, "planted": planted})
    assert [run for run in played if run["fault"]]
