"""The widget as a guest: other people's pages and policies, hostile words, keyboards, blocked storage."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from channels.sandbox.webchat import Visitor
from tests.house import free_port
from tests.servers.browser import Browser
from tests.servers.webchat import accepted, chat, reply

pytestmark = pytest.mark.chromium

#: Each would set window.__xss or open a dialog if anything took it for more than text.
HOSTILE = [
    "<script>window.__xss=1</script>",
    "<img src=x onerror=window.__xss=1>",
    "<svg onload=window.__xss=1>",
    '"><script>window.__xss=1</script>',
    "'><img src=x onerror='window.__xss=1'>",
    "</textarea><script>alert(1)</script>",
    "<iframe srcdoc='<script>parent.__xss=1</script>'></iframe>",
    "<a href='javascript:window.__xss=1'>اینجا</a>",
    "javascript:window.__xss=1",
    "JaVaScRiPt://%0awindow.__xss=1",
    "data:text/html,<script>alert(1)</script>",
    'https://x" onmouseover="window.__xss=1',
    "https://a.example/<img src=x onerror=window.__xss=1>",
    "http://javascript:alert(1)@town.example/",
    "https://town.example/\u2028javascript:alert(1)",
    "{{constructor.constructor('window.__xss=1')()}}",
    "${window.__xss=1}",
    "<style>*{background:url(http://evil.invalid/)}</style>",
    "<link rel=stylesheet href=//evil.invalid/x.css>",
    "<base href=//evil.invalid/>",
    "<math><mtext><mglyph><style><img src=x onerror=window.__xss=1>",
    "<details open ontoggle=window.__xss=1>",
    "\u202emoc.live//:sptth\u202c",
    "<bdo dir=rtl>برعکس</bdo>",
    "&lt;script&gt;window.__xss=1&lt;/script&gt;",
    "%3Cscript%3Ewindow.__xss=1%3C/script%3E",
    "constructor",
    "__proto__",
    "toString",
    "<template shadowrootmode=open><script>window.__xss=1</script></template>",
    "<form action=javascript:window.__xss=1><button id=x>",
    "<object data=javascript:window.__xss=1>",
    "<embed src=javascript:window.__xss=1>",
]
STRINGS = "PISHKHAN_STRINGS"  #: a folder of .jsonl files with a "payload" each: more of the same kind


def hostile() -> list[str]:
    found = list(HOSTILE)
    folder = os.environ.get(STRINGS)
    for path in sorted(Path(folder).rglob("*.jsonl")) if folder else ():
        found += [json.loads(line)["payload"] for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [each for each in found if each.strip() and len(each) <= 4000]


@contextlib.asynccontextmanager
async def town(desk: str, csp: str, *, port: int = 0, attributes: str = "", body: str = "") -> AsyncIterator[str]:
    """A host site on another origin, with its own policy and one script tag."""
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>town</title><link rel="icon" href="data:,">'
        f"</head><body><h1>A town</h1>{body}"
        f'<script src="{desk}/channels/web/widget.js" {attributes} async></script></body>'
    )

    async def index(request: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": csp})

    app = web.Application()
    app.router.add_get("/", index)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    port = port or free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def policy(desk: str) -> str:
    """What docs/channels/webchat.md asks of a host page's policy, and nothing more."""
    socket = desk.replace("http", "ws", 1)
    return (
        f"default-src 'none'; script-src {desk}; connect-src {desk} {socket}; img-src {desk} blob: data:; "
        f"font-src {desk}; require-trusted-types-for 'script'; trusted-types 'none'"
    )


async def test_a_strict_page_of_another_site(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    async with (
        chat(tmp_path, allowed_origins=[f"http://127.0.0.1:{port}"]) as house,
        town(
            house.url,
            policy(house.url),
            port=port,
            attributes='data-language="en" data-name="Ali"',
            body="<button data-pishkhan-open>Help</button>",
        ) as site,
    ):
        page = await browser.page(language="en")
        await page.goto(site)
        await page.get_by_role("button", name="Help").click()
        await expect(page.locator(".panel")).to_have_attribute("data-status", "live")
        picker = page.locator("input[type=file]")
        await picker.set_input_files([{"name": "a.txt", "mimeType": "text/plain", "buffer": b"plain"}])
        await page.locator("textarea").fill("from another site")
        await page.keyboard.press("Enter")
        await expect(page.locator(".mine[data-state=sent] a.file")).to_contain_text("a.txt")
        watched = browser.watched[page]
        assert watched.faults == []
        assert await page.evaluate("document.fonts.check('16px Pishkhan', 'سلام')")
        assert watched.strangers(house.url, site) == []


async def test_a_site_that_is_not_allowed_is_told_so(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house, town(house.url, policy(house.url), attributes='data-language="en"') as site:
        page = await browser.page(language="en")
        await page.goto(site)
        await page.locator(".launcher").click()
        await expect(page.locator(".status")).to_have_text("This site may not use this chat.")


#: Text in the widget whose contrast with what lies behind it is under 4.5 (WCAG 2.2, 1.4.3).
CONTRAST = """() => {
    const light = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
            .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const back = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if (!/, 0(\\.\\d+)?\\)$/.test(colour)) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const root = document.querySelector("pishkhan-chat").shadowRoot;
    const worded = "h2, .status, .greeting, .line *, .bubble, .bubble a, .author, time, .day span, .choice, textarea";
    return [...root.querySelectorAll(worded)].filter((e) => e.offsetParent).map((e) => {
            const [a, b] = [light(getComputedStyle(e).color), light(back(e))];
            return [e.className || e.localName, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
        }).filter(([, ratio]) => ratio < 4.5);
}"""


async def shows(page: Page, count: int) -> None:
    await page.locator(".launcher").click()
    await expect(page.locator(".message")).to_have_count(count)


async def inspect(page: Page) -> dict[str, Any]:
    """What stands in the widget's tree that text alone could not have put there."""
    found: dict[str, Any] = await page.evaluate("""() => {
        const root = document.querySelector("pishkhan-chat").shadowRoot;
        const known = new Set(("section form label div h2 p button svg path ol li span bdi time a textarea input " +
            "small strong i").split(" "));
        const all = [...root.querySelectorAll("*")];
        const schemes = [...root.querySelectorAll("a")].map((a) => a.protocol);
        return {
            strange: all.map((e) => e.localName).filter((name) => !known.has(name)),
            handlers: all.filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length,
            links: schemes.filter((scheme) => scheme !== "http:" && scheme !== "https:"),
            ran: window.__xss !== undefined,
            outside: document.querySelectorAll("body script").length,
        };
    }""")
    return found


async def test_hostile_words_and_names_stay_words(browser: Browser, tmp_path: Path) -> None:
    strings = hostile()
    async with chat(tmp_path) as house:
        for number, chunk in enumerate([strings[i : i + 80] for i in range(0, len(strings), 80)], start=1):
            async with Visitor(house.url, "web") as visitor:
                for index, each in enumerate(chunk):
                    await visitor.say(each)
                    await reply(house, number, each, f"{number}.{index}", author=each[:200])
                await visitor.until(lambda visitor=visitor, chunk=chunk: len(visitor.answers) == len(chunk), seconds=30)
                context = await browser.context()
                key = json.dumps(f"pishkhan:{house.url}/channels/web/:token")
                await context.add_init_script(f"localStorage.setItem({key}, {json.dumps(visitor.token)})")
                page = await browser.page(context)
                await page.goto(f"{house.url}/channels/web/demo")
                await shows(page, 2 * len(visitor.own))
                assert await page.locator(".mine .bubble").all_text_contents() == visitor.own
                links = page.locator(".bubble a")
                for link in (await links.all())[:5]:
                    await link.hover()
                assert await inspect(page) == {"strange": [], "handlers": 0, "links": [], "ran": False, "outside": 1}
                watched = browser.watched[page]
                assert watched.dialogs == [] and watched.strangers(house.url) == []
                await context.close()


async def test_a_hostile_agent_name_in_the_header(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        page = await browser.page()
        await page.goto(f"{house.url}/channels/web/demo")
        await page.locator(".launcher").click()
        await page.locator("textarea").fill("سلام")
        await page.keyboard.press("Enter")
        await expect(page.locator(".mine")).to_have_attribute("data-state", "sent")
        who = await accepted(house, 1, public_name="<img src=x onerror=window.__xss=1>")
        await expect(page.locator(".status")).to_contain_text("<img src=x")
        house.bus.whisper("typing", 1, {"who": f"agent:{who.id}"})
        await expect(page.locator(".typing")).to_contain_text("<img src=x")
        assert (await inspect(page))["strange"] == [] and not (await inspect(page))["ran"]


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_by_keyboard_and_by_role(browser: Browser, tmp_path: Path, language: str) -> None:
    words = {
        "fa": ("باز کردن گفت‌وگو", "گفت‌وگو با پیشخوان", "متن پیام", "پیام‌های گفت‌وگو", "بستن گفت‌وگو"),
        "en": ("Open chat", "Chat with the front desk", "Message", "Messages", "Close chat"),
    }[language]
    async with chat(tmp_path) as house:
        page = await browser.page(language=language)
        await page.goto(f"{house.url}/channels/web/demo?lang={language}")
        launcher = page.get_by_role("button", name=words[0], exact=True)
        await expect(launcher).to_have_attribute("aria-expanded", "false")
        await launcher.focus()
        await page.keyboard.press("Enter")
        panel = page.get_by_role("dialog", name=words[1])
        await expect(panel).to_be_visible()
        field = panel.get_by_role("textbox", name=words[2])
        await expect(field).to_be_focused()
        await expect(panel.get_by_role("log", name=words[3])).to_have_attribute("aria-live", "polite")
        await field.fill("x")
        inside = (
            "() => { const a = document.activeElement; return a.localName === 'pishkhan-chat' "
            "&& Boolean(a.shadowRoot.activeElement.closest('.panel')); }"
        )
        seen = set()
        for key in ["Tab"] * 8 + ["Shift+Tab"] * 8:
            await page.keyboard.press(key)
            assert await page.evaluate(inside)
            seen.add(await page.evaluate("document.activeElement.shadowRoot.activeElement.className"))
        assert {"round send", "round close", "round clip", "heard"} <= seen
        nameless = await page.evaluate("""() => [...document.querySelector("pishkhan-chat").shadowRoot
            .querySelectorAll("button, textarea, a, [role=log], [role=dialog]")]
            .filter((e) => !e.getAttribute("aria-label") && !e.getAttribute("aria-labelledby") && !e.textContent.trim())
            .length""")
        assert nameless == 0
        await page.keyboard.press("Escape")
        await expect(panel).to_be_hidden()
        await expect(launcher).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_colours_have_contrast(browser: Browser, tmp_path: Path, theme: str) -> None:
    port = free_port()
    async with (
        chat(tmp_path, allowed_origins=["*"]) as house,
        town(house.url, policy(house.url), port=port, attributes=f'data-language="fa" data-theme="{theme}"') as site,
    ):
        page = await browser.page()
        await page.goto(site)
        await page.locator(".launcher").click()
        await page.locator("textarea").fill("سلام، نشانی صفحه https://town.example است؟")
        await page.keyboard.press("Enter")
        await expect(page.locator(".mine")).to_have_attribute("data-state", "sent")
        await reply(
            house, 1, "بله، همان https://town.example است.", "k1", data={"buttons": [{"label": "ممنون", "value": "t"}]}
        )
        await expect(page.locator(".theirs .bubble")).to_have_count(1)
        await expect(page.locator(".line")).to_be_visible()
        await browser.shot(page, f"theme-{theme}")
        low = await page.evaluate(CONTRAST)
        assert low == []


async def test_motion_is_left_out_for_those_who_ask(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        page = await browser.page(reduced_motion="reduce")
        await page.goto(f"{house.url}/channels/web/demo")
        await page.locator(".launcher").click()
        assert await page.locator(".panel").evaluate("e => getComputedStyle(e).animationName") == "none"


async def test_blocked_storage_is_told_and_the_talk_goes_on(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        context = await browser.context()
        await context.add_init_script(
            "Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked'); } })"
        )
        page = await browser.page(context)
        await page.goto(f"{house.url}/channels/web/demo")
        await page.locator(".launcher").click()
        await expect(page.locator(".note")).to_contain_text("نگه نمی‌دارد")
        await page.locator("textarea").fill("سلام")
        await page.keyboard.press("Enter")
        await expect(page.locator(".mine")).to_have_attribute("data-state", "sent")
        await reply(house, 1, "درود", "k1")
        await expect(page.locator(".theirs .bubble")).to_have_text("درود")


@pytest.mark.parametrize(("days", "renewed", "same"), [(5, False, True), (40, True, True), (200, True, False)])
async def test_a_visitor_who_keeps_coming_keeps_the_conversation(
    browser: Browser, tmp_path: Path, days: int, renewed: bool, same: bool
) -> None:
    async with chat(tmp_path) as house:
        sealer = await house.channels["web"]._gate.sealer()
        token = sealer.token("v" + "a" * 22, house.clock() - timedelta(days=days))
        key = json.dumps(f"pishkhan:{house.url}/channels/web/:token")
        page = await browser.page()
        await page.goto(f"{house.url}/channels/web/demo")
        await page.evaluate(f"localStorage.setItem({key}, {json.dumps(token)})")
        await page.reload()
        await page.locator(".launcher").click()
        await expect(page.locator(".panel")).to_have_attribute("data-status", "live", timeout=10_000)
        kept = await page.evaluate(f"localStorage.getItem({key})")
        assert (kept != token) is renewed and (kept.split(".")[0] == token.split(".")[0]) is same


async def test_tabs_opened_together_are_one_visitor(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        context = await browser.context()
        tabs = [await browser.page(context) for _ in range(3)]
        await asyncio.gather(*(tab.goto(f"{house.url}/channels/web/demo") for tab in tabs))
        await asyncio.gather(*(tab.locator(".launcher").evaluate("e => e.click()") for tab in tabs))
        for tab in tabs:
            await expect(tab.locator(".panel")).to_have_attribute("data-status", "live")
        assert len(house.channels["web"]._rooms.here) == 1


async def test_who_never_opens_the_chat_costs_no_connection(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        page = await browser.page()
        await page.goto(f"{house.url}/channels/web/demo")
        await expect(page.locator(".launcher")).to_be_visible()
        paths = [url.removeprefix(house.url) for url in browser.watched[page].requests]
        assert set(paths) - {"data:,"} == {f"/channels/web/{name}" for name in ("demo", "demo.css", "widget.js")}
        assert len(house.channels["web"]._links) == 0


async def test_the_script_twice_is_one_widget(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path) as house:
        page = await browser.page()
        await page.goto(f"{house.url}/channels/web/demo")
        await expect(page.locator(".launcher")).to_be_visible()
        await page.add_script_tag(url=f"{house.url}/channels/web/widget.js")
        await expect(page.locator("pishkhan-chat")).to_have_count(1)
