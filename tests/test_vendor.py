"""The vendored front-end files are the ones VENDOR.md names, and a browser can load them under the strict policy."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from aiohttp import web

VENDOR = Path(__file__).parent.parent / "agents" / "static" / "vendor"
BARE = {"preact", "preact/hooks", "htm", "tinykeys"}
_ROW = re.compile(r"^\|[^|]+\|[^|]+\|[^|]+\| (?P<file>\S+) \| (?P<sha>[0-9a-f]{64}) \|$", re.MULTILINE)
_IMPORT = re.compile(r"""(?:\bimport|\bfrom)\s*\(?\s*["']([^"'\s]+)["']""")
_IMPORT_MAP = re.compile(r"```json\n(.+?)\n```", re.DOTALL)


def _page() -> str:
    return (VENDOR / "VENDOR.md").read_text(encoding="utf-8")


def _named() -> dict[str, str]:
    return {row["file"]: row["sha"] for row in _ROW.finditer(_page())}


def test_every_file_is_named_with_its_checksum() -> None:
    there = {str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
             for path in VENDOR.rglob("*") if path.is_file() and path.name != "VENDOR.md"}
    assert there == _named()


@pytest.mark.parametrize("name", [name for name in _named() if name.endswith((".js", ".mjs"))])
def test_modules_import_only_names_of_the_import_map(name: str) -> None:
    text = (VENDOR / name).read_text(encoding="utf-8")
    assert set(_IMPORT.findall(text)) <= BARE
    assert "sourceMappingURL" not in text


def test_the_import_scan_sees_every_form() -> None:
    found = _IMPORT.findall("import a from'x';import{b}from \"y\";export*from 'z';import 'w';await import('v')")
    assert found == ["x", "y", "z", "w", "v"]


PAGE = """<!doctype html><title>modules</title><script type="importmap">{imports}</script>
<link rel="stylesheet" href="/page.css"><body><script type="module" src="/page.js"></script>"""
CSS = '@font-face{font-family:Vazirmatn;src:url(/static/vendor/vazirmatn/Vazirmatn.woff2) format("woff2")}'
SCRIPT = """
import {h, render} from "preact";
import {useState} from "preact/hooks";
import htm from "htm";
import {tinykeys} from "tinykeys";
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
async def test_a_browser_loads_every_module_under_the_strict_policy(aiohttp_server, browser_page) -> None:  # type: ignore[no-untyped-def]
    found = _IMPORT_MAP.search(_page())
    assert found is not None
    imports = found[1]
    digest = base64.b64encode(hashlib.sha256(imports.encode()).digest()).decode()
    policy = (f"default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self'; font-src 'self'")

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGE.replace("{imports}", imports), content_type="text/html",
                            headers={"Content-Security-Policy": policy})

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
    faults: list[str] = []
    browser_page.on("pageerror", lambda error: faults.append(str(error)))
    browser_page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    await browser_page.goto(str(server.make_url("/")))
    await browser_page.locator(".u-wrap canvas").wait_for()
    await browser_page.locator("button").click()
    await browser_page.locator("button", has_text="1").wait_for()
    await browser_page.keyboard.press("g")
    await browser_page.keyboard.press("i")
    assert await browser_page.evaluate("window.keys") == ["g i"]
    assert await browser_page.evaluate(
        "document.fonts.load('16px Vazirmatn', 'سلام').then(() => document.fonts.check('16px Vazirmatn', 'سلام'))")
    assert not faults
