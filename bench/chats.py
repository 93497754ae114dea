"""Live chat: latency both ways with many open chats, from free to offered, memory of an idle widget socket."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

import aiohttp

from bench import servers, table
from bench.agent import Desk, hired
from channels.sandbox.webchat import Visitor

CONFIG = """
[desk]
presence_seconds = 3600
[queues.general]
title_fa = "عمومی"
title_en = "General"
accept_seconds = 600
[channels.site]
medium = "webchat"
messages_per_minute = 100000
requests_per_minute = 100000
leave_seconds = 3600
"""


async def run(folder: Path, port: int, write: Callable[[str], None], *, chats: int, samples: int) -> None:
    """The relay first, then the product with the same number of open sockets."""
    async with servers.limit(port):
        relay = await _relay(port, chats, samples)
    place, url = folder / "chats", f"http://127.0.0.1:{port}"
    place.mkdir(parents=True, exist_ok=True)
    token = await hired(place, capacity=4 * chats)
    async with (servers.house(place, port, CONFIG, {}) as pid, aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0)) as http, Desk(url, token) as desk):
        visitors, idle = await _open(url, http, chats, pid)
        await _accept_all(desk, visitors)
        inward, outward = await _talk(desk, visitors, samples)
        freed = await _freed(desk, url, http, min(samples, 100))
        for visitor in visitors:
            await visitor.__aexit__(None, None, None)
    table.show(
        f"One direction of a chat, {chats} open chats, {samples} samples, p50",
        [
            table.Row(name="bare WebSocket relay", unit="ms", runs=(table.percentile(relay, 0.5),), limit=True),
            table.Row(name="visitor -> agent's console (committed)", unit="ms", runs=(table.percentile(inward, 0.5),)),
            table.Row(
                name="agent's reply -> visitor (committed, outbox)", unit="ms", runs=(table.percentile(outward, 0.5),)
            ),
        ],
        write,
    )
    table.show("The same, p99", [
        table.Row(name="bare WebSocket relay", unit="ms", runs=(table.percentile(relay, .99),), limit=True),
        table.Row(name="visitor -> agent's console", unit="ms", runs=(table.percentile(inward, .99),)),
        table.Row(name="agent's reply -> visitor", unit="ms", runs=(table.percentile(outward, .99),))], write)
    table.show("From free (contact closed) to the next offer in the console's socket", [
        table.Row(name="p50", unit="ms", runs=(table.percentile(freed, .5),)),
        table.Row(name="p99", unit="ms", runs=(table.percentile(freed, .99),))], write)
    table.show("Memory of the server process", [
        table.Row(name="per idle widget socket", unit="KiB", runs=(idle / 1024,))], write)


async def _relay(port: int, chats: int, samples: int) -> list[float]:
    found = []
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        pairs = [[await http.ws_connect(f"http://127.0.0.1:{port}/relay/{n}") for _ in range(2)] for n in range(chats)]
        for _ in range(samples):
            left, right = random.choice(pairs)
            began = time.perf_counter()
            await left.send_str('{"op":"say","text":"سلام"}')
            await right.receive_str()
            found.append(1000 * (time.perf_counter() - began))
        for pair in pairs:
            for socket in pair:
                await socket.close()
    return found


async def _open(url: str, http: aiohttp.ClientSession, chats: int, pid: int) -> tuple[list[Visitor], float]:
    """All visitors connected, and the bytes an idle one costs the server."""
    warm = [await _enter(url, http) for _ in range(50)]
    before = servers.resident(pid)
    visitors = [await _enter(url, http) for _ in range(chats)]
    idle = (servers.resident(pid) - before) / chats
    for visitor in warm:
        await visitor.__aexit__(None, None, None)
    return visitors, idle


async def _enter(url: str, http: aiohttp.ClientSession) -> Visitor:
    visitor = Visitor(url, "site", http=http)
    await visitor.__aenter__()
    await visitor.live()
    return visitor


async def _accept_all(desk: Desk, visitors: Iterable[Visitor]) -> None:
    """Every visitor says a word, the agent accepts every offer."""
    await desk.post("/api/me/state", {"state": "ready"})
    for visitor in visitors:
        await visitor.say("سلام")
        await desk.wait(desk.offers)
        for offer, _ in desk.offers():
            await desk.post(f"/api/offers/{offer}/accept", {})
        await desk.wait(lambda: not desk.offers())


async def _talk(desk: Desk, visitors: list[Visitor], samples: int) -> tuple[list[float], list[float]]:
    both = [await _exchange(desk, random.choice(visitors), uuid.uuid4().hex, uuid.uuid4().hex) for _ in range(samples)]
    return [inward for inward, _ in both], [outward for _, outward in both]


async def _exchange(desk: Desk, visitor: Visitor, word: str, answer: str) -> tuple[float, float]:
    """A word and its answer; milliseconds each way."""
    began = time.perf_counter()
    saying = asyncio.create_task(visitor.say(word))
    inward = await desk.wait(lambda: _contact_of(desk, word)) - began
    await saying
    began = time.perf_counter()
    sending = asyncio.create_task(
        desk.post(f"/api/contacts/{_contact_of(desk, word)}/reply", {"key": answer, "text": answer})
    )
    await visitor.until(lambda: answer in visitor.answers)
    outward = time.perf_counter() - began
    await sending
    return 1000 * inward, 1000 * outward


def _contact_of(desk: Desk, word: str) -> int:
    return next((view["id"] for view in desk.contacts.values() if view.get("last") and view["last"]["text"] == word), 0)


async def _freed(desk: Desk, url: str, http: aiohttp.ClientSession, samples: int) -> list[float]:
    """The agent is full; somebody waits; one contact is closed: how long until the next offer is in the socket?"""
    held = [view["id"] for view in desk.contacts.values() if view["agent"] == desk.id and view["state"] == "active"]
    await desk.post("/api/me/state", {"state": "away"})
    waiting = [await _enter(url, http) for _ in range(samples)]
    for visitor in waiting:
        await visitor.say("من منتظرم")
    found = []
    for contact in held[:samples]:
        await desk.post("/api/me/state", {"state": "away"})
        await desk.post(f"/api/contacts/{contact}/close", {"disposition": "resolved"})
        began = time.perf_counter()
        freeing = asyncio.create_task(desk.post("/api/me/state", {"state": "ready"}))
        seen = await desk.wait(desk.offers)
        found.append(1000 * (seen - began))
        await freeing
        for offer, _ in desk.offers():
            await desk.post(f"/api/offers/{offer}/accept", {})
        await desk.wait(lambda: not desk.offers())
        if not any(view["state"] == "waiting" for view in desk.contacts.values()):
            break
    for visitor in waiting:
        await visitor.__aexit__(None, None, None)
    return found
