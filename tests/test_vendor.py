"""The vendored front-end files are the ones VENDOR.md names, and a browser can load them under the strict policy."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.servers.browser import Browser

VENDOR = Path(__file__).parent.parent / "agents" / "static" / "vendor"
_ROW = re.compile(r"^\|[^|]+\|[^|]+\|[^|]+\| (?P<file>\S+) \| (?P<sha>[0-9a-f]{64}) \|$", re.MULTILINE)
_IMPORT = re.compile(r"""(?:\bimport|\bfrom)\s*\(?\s*["']([^"'\s]+)["']""")


def _page() -> str:
    return (VENDOR / "VENDOR.md").read_text(encoding="utf-8")


def _named() -> dict[str, str]:
    return {row["file"]: row["sha"] for row in _ROW.finditer(_page())}


def test_every_file_is_named_with_its_checksum() -> None:
    there = {str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
             for path in VENDOR.rglob("*") if path.is_file() and path.name != "VENDOR.md"}
    assert there == _named()


@pytest.mark.parametrize("name", [name for name in _named() if name.endswith((".js", ".mjs"))])
def test_modules_import_only_their_neighbours(name: str) -> None:
    text = (VENDOR / name).read_text(encoding="utf-8")
    assert all(name.startswith("./") and name[2:] in _named() for name in _IMPORT.findall(text))
    assert "sourceMappingURL" not in text


def test_the_import_scan_sees_every_form() -> None:
    found = _IMPORT.findall("import a from'x';import{b}from \"y\";export*from 'z';import 'w';await import('v')")
    assert found == ["x", "y", "z", "w", "v"]


PAGE = """<!doctype html><title>modules</title>
<link rel="stylesheet" href="/page.css"><body><script type="module" src="/page.js"></script>"""
CSS = '@font-face{font-family:Vazirmatn;src:url(/static/vendor/vazirmatn/Vazirmatn.woff2) format("woff2")}'
SCRIPT = """
import {h, render} from "/static/vendor/preact.mjs";
import {useState} from "/static/vendor/hooks.mjs";
import htm from "/static/vendor/htm.mjs";
import {tinykeys} from "/static/vendor/tinykeys.module.js";
import uPlot from "/static/vendor/uPlot.esm.js";
const html = htm.bind(h);
function Counter() {
  const [count, set] = useState(0);
  return html`<button onClick=${() => set(count + 1)}>${count}</button>`;
}
render(html`<${Counter} />`, document.body);
const keys = [];
tinykeys(window, {"g i": () => keys.push("g i")});
new uPlot({width: 200, height: 100, series: [{}, {}]}, [[1, 2], [3, 4]], document.body);
window.keys = keys;
"""


@pytest.mark.chromium
async def test_a_browser_loads_every_module_under_the_strict_policy(aiohttp_server: Any, browser: Browser) -> None:
    policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'"

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html", headers={"Content-Security-Policy": policy})

    async def script(request: web.Request) -> web.Response:
        return web.Response(text=SCRIPT, content_type="text/javascript")

    async def css(request: web.Request) -> web.Response:
        return web.Response(text=CSS, content_type="text/css")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/page.js", script)
    app.router.add_get("/page.css", css)
    app.router.add_static("/static/vendor", VENDOR)
    server = await aiohttp_server(app)
    shown = await browser.page()
    await shown.goto(str(server.make_url("/")))
    await shown.locator(".u-wrap canvas").wait_for()
    await shown.locator("button").click()
    await shown.locator("button", has_text="1").wait_for()
    await shown.keyboard.press("g")
    await shown.keyboard.press("i")
    assert await shown.evaluate("window.keys") == ["g i"]
    assert await shown.evaluate(
        "document.fonts.load('16px Vazirmatn', 'سلام').then(() => document.fonts.check('16px Vazirmatn', 'سلام'))")
    # Chromium asks for /favicon.ico by itself; nothing here serves one.
    assert [fault for fault in browser.watched[shown].faults if "favicon" not in fault] == []
