"""The network at its worst: 500 seeded schedules of cuts, and after each the state equals a fresh snapshot."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from channels.sandbox.webchat import Visitor
from channels.webchat import assets
from router.ports import Batch
from tests.house import free_port, read, until
from tests.servers.browser import Browser
from tests.servers.mailbox import mailbox
from tests.servers.webchat import chat, reply

SCHEDULES = 500  #: against a desk in memory
IN_THE_HOUSE = 40  #: the same against the whole house and its database
TOGETHER = 125


@contextlib.asynccontextmanager
async def talkative(house: Any) -> AsyncIterator[None]:
    """Somebody who answers every second message, while the visitor is cut off or not."""

    async def answer() -> None:
        feed = house.bus.subscribe("talkative", size=100_000)
        while True:
            batch = await feed.get()
            for entry in batch.entries if isinstance(batch, Batch) else ():
                if entry.name == "message-added" and entry.data["direction"] == "in" and entry.data["message"] % 2:
                    number = entry.data["message"]
                    await reply(house, entry.contact, f"re {number}", f"re{number}")

    task = asyncio.ensure_future(answer())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def cut_at_random(visitor: Visitor, rng: random.Random, steps: int) -> None:
    for _ in range(steps):
        await asyncio.sleep(rng.random() * 0.03)
        visitor.cut()


async def schedule(desk: Any, http: aiohttp.ClientSession, seed: int) -> None:
    rng = random.Random(seed)
    words = [f"{seed}.{number}" for number in range(rng.randint(1, 5))]
    async with Visitor(desk.url, "web", http=http) as visitor:
        cuts = asyncio.ensure_future(cut_at_random(visitor, rng, rng.randint(0, 5)))
        for each in words:
            about = f"{seed:08}-{each.replace('.', '-')}"
            await visitor.say(each, about=about)
            if rng.random() < 0.3:
                await visitor.send({"op": "say", "id": about, "text": each})
            await asyncio.sleep(rng.random() * 0.02)
        await cuts
        # Calm: everything that was said and answered is there, once, and an empty newcomer sees the very same.
        await visitor.until(lambda: visitor.own == words)
        async with Visitor(desk.url, "web", http=http, token=visitor.token) as fresh:
            await fresh.live()

            async def equal() -> bool:
                return visitor.thread() == fresh.thread() and visitor.line == fresh.line and fresh.own == words

            await until(equal, seconds=90, what=f"schedule {seed} ends equal")


async def run_schedules(desk: Any, count: int) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        for first in range(0, count, TOGETHER):
            await asyncio.gather(*(schedule(desk, http, seed) for seed in range(first, min(count, first + TOGETHER))))


async def test_a_thousand_cuts_lose_and_double_nothing() -> None:
    async with mailbox() as desk:
        await run_schedules(desk, SCHEDULES)
        assert desk.taken > len(desk.said)  # the trouble was real: much was said twice


async def test_cuts_lose_and_double_nothing_in_the_house(tmp_path: Path) -> None:
    async with chat(tmp_path) as house, talkative(house):
        await run_schedules(house, IN_THE_HOUSE)
        said, items = await read(house, counted)
        assert said == items


def counted(tx: Any) -> tuple[int, int]:
    """Messages of visitors, and the different ids under which they were said."""
    said = [
        e.data["message"]
        for e in tx.journal.after(0, limit=100_000)
        if e.name == "message-added" and e.data["direction"] == "in"
    ]
    return len(said), len({m.external_id for m in tx.messages.many(said)})


#: Runs the widget's own connection and state code through one schedule. `Chaos` is the page's network: it cuts before a
#: frame goes out, after it went (the acknowledgement is lost), before one is read, and sends some frames twice.
DRIVE = """async ([base, seeds]) => {
    const { Link } = await import("/link.js");
    const { fresh, ordered } = await import("/state.js");
    const { openStore } = await import("/store.js");
    const area = () => {
        const kept = {};
        Object.defineProperties(kept, Object.fromEntries(Object.entries({
            setItem: (key, value) => { kept[key] = value; }, getItem: (key) => kept[key] ?? null,
            removeItem: (key) => { delete kept[key]; },
        }).map(([name, value]) => [name, { value }])));
        return kept;
    };
    const random = (seed) => () => {
        seed = (seed + 0x6d2b79f5) | 0;
        let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    const pause = (ms) => new Promise((done) => setTimeout(done, ms));
    const network = (rng, trouble) => class Chaos {
        constructor(url, protocols) {
            this.real = new WebSocket(url, protocols);
            this.real.onopen = () => this.onopen();
            this.real.onclose = () => this.gone();
            this.real.onmessage = (event) => {
                if (trouble.left > 0 && rng() < 0.12) return this.cut();
                this.onmessage(event);
                if (trouble.left > 0 && rng() < 0.06) this.cut();
            };
        }
        get readyState() { return this.real.readyState; }
        send(frame) {
            if (trouble.left > 0 && rng() < 0.12) return this.cut();
            this.real.send(frame);
            if (trouble.left > 0 && rng() < 0.15) this.real.send(frame);
            if (trouble.left > 0 && rng() < 0.12) this.cut();
        }
        cut() { trouble.left -= 1; this.real.onmessage = null; this.real.close(); this.gone(); }
        gone() { const told = this.onclose; this.onclose = null; if (told) setTimeout(told, 0); }
        close() { this.real.onclose = null; this.real.onmessage = null; this.real.close(); }
    };
    const client = (store, rng, trouble) => {
        const state = fresh();
        const link = new Link({
            base, state, store, hello: () => ({ language: "fa" }), upload: null,
            told: () => link.seen(true),
            env: { WebSocket: network(rng, trouble), fetch: (...args) => fetch(...args), random: rng,
                setTimeout: (work, wait) => setTimeout(work, wait < 10000 ? wait / 25 : wait),
                clearTimeout: (timer) => clearTimeout(timer) },
        });
        return link;
    };
    const view = (link) => JSON.stringify([ordered(link.state), link.state.line]);
    const one = async (seed) => {
        const rng = random(seed);
        const trouble = { left: Math.floor(rng() * 7) };
        const store = openStore("x:", area());
        let link = client(store, rng, trouble);
        link.start();
        const words = Array.from({ length: 1 + Math.floor(rng() * 5) }, (_, number) => `${seed}.${number}`);
        for (const [number, text] of words.entries()) {
            link.say({ id: `js${String(seed).padStart(8, "0")}-${number}`, at: number, text });
            await pause(rng() * 15);
            if (rng() < 0.15) {
                // The page is reloaded: a new page with the same storage goes on.
                link.socket && link.socket.close();
                Object.values(link.timers).forEach(clearTimeout);
                link.socket = null;
                link.told = () => {};
                link.connect = link.dial = link.write = () => {};
                link = client(store, rng, trouble);
                link.recall();
                link.start();
            }
        }
        const own = () => ordered(link.state).filter((m) => m.mine).map((m) => m.text);
        const newcomer = client(openStore("x:", area()), rng, { left: 0 });
        let ends = Date.now() + 120000;
        while (link.state.pending.length || own().length < words.length) {
            if (Date.now() > ends) return `${seed}: not sent: ${own()} of ${words}; ${link.status}`;
            await pause(5);
        }
        newcomer.store.set("token", store.get("token"));
        newcomer.start();
        ends = Date.now() + 120000;
        while (view(link) !== view(newcomer)) {
            if (Date.now() > ends) return `${seed}: ${view(link)} is not ${view(newcomer)}`;
            await pause(5);
        }
        for (const each of [link, newcomer]) {
            const socket = each.socket;
            each.socket = null;
            Object.values(each.timers).forEach(clearTimeout);
            if (socket) socket.close();
        }
        if (JSON.stringify(own()) !== JSON.stringify(words)) return `${seed}: order: ${own()}`;
        if (store.keys("say:").length) return `${seed}: still stored`;
        return trouble.left > 0 ? "calm" : "";
    };
    return Promise.all(seeds.map(one));
}"""


@contextlib.asynccontextmanager
async def modules() -> AsyncIterator[str]:
    """The widget's modules as they are, on a page of their own."""

    async def blank(request: web.Request) -> web.Response:
        return web.Response(text='<!doctype html><link rel="icon" href="data:,">', content_type="text/html")

    app = web.Application()
    app.router.add_get("/", blank)
    app.router.add_static("/", assets.STATIC)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def drive(browser: Browser, site: str, desk: Any, count: int) -> None:
    page = await browser.page()
    await page.goto(site)
    ends: list[str] = []
    for first in range(0, count, TOGETHER):
        seeds = list(range(first, min(count, first + TOGETHER)))
        ends += await page.evaluate(DRIVE, [f"{desk.url}/channels/web/", seeds])
    assert [each for each in ends if each not in ("", "calm")] == []
    assert ends.count("") > count / 4  # the trouble was real


@pytest.mark.chromium
async def test_the_widgets_own_code_under_cuts_doubles_and_reloads(browser: Browser) -> None:
    async with modules() as site, mailbox() as desk:
        await drive(browser, site, desk, SCHEDULES)
        assert desk.taken > len(desk.said)


@pytest.mark.chromium
async def test_the_widgets_own_code_in_the_house(browser: Browser, tmp_path: Path) -> None:
    async with chat(tmp_path, allowed_origins=["*"]) as house, modules() as site, talkative(house):
        await drive(browser, site, house, IN_THE_HOUSE)
        said, items = await read(house, counted)
        assert said == items


@pytest.mark.chromium
async def test_days_sizes_and_links_in_both_languages(browser: Browser) -> None:
    async with modules() as site:
        page = await browser.page()
        await page.goto(site)
        found = await page.evaluate("""async () => {
            const { formats, linked } = await import("/format.js");
            const { WORDS } = await import("/words.js");
            const now = Date.parse("2026-03-22T10:00:00+03:30");
            const day = 86400000;
            const said = {};
            for (const language of ["fa", "en"]) {
                const f = formats(language, WORDS[language]);
                said[language] = [f.day(now, now), f.day(now - day, now), f.day(now - 2 * day, now),
                    f.day(now - 400 * day, now), f.time(now), f.size(999), f.size(12400000), f.number(1234)];
            }
            said.links = ["see https://a.example/x?y=1.", "(https://a.example)", "«http://آ.example»،", "javascript:x",
                "ftp://a.example", "https://", "HTTPS://A.EXAMPLE/\\u202egpj", "a https://b.example/c,d e"]
                .map((text) => linked(text).filter((piece) => piece.url).map((piece) => piece.text));
            return said;
        }""")
        assert found["fa"] == [
            "امروز",
            "دیروز",
            "جمعه ۲۹ اسفند",
            "۲۷ بهمن ۱۴۰۳",
            "۱۰:۰۰",
            "۹۹۹ بایت",
            "۱۲ مگابایت",
            "۱٬۲۳۴",
        ]
        assert found["en"] == [
            "Today",
            "Yesterday",
            "Friday 20 March",
            "15 February 2025",
            "10:00",
            "999 bytes",
            "12 MB",
            "1,234",
        ]
        assert found["links"] == [
            ["https://a.example/x?y=1"],
            ["https://a.example"],
            ["http://آ.example"],
            [],
            [],
            [],
            ["HTTPS://A.EXAMPLE/"],
            ["https://b.example/c,d"],
        ]
