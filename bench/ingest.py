"""Durable webhook ingest: text messages a second, each acknowledged after its commit."""

from __future__ import annotations

import asyncio
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import aiohttp

from bench import servers, table

CONFIG = """
[queues.general]
title_fa = "عمومی"
title_en = "General"
[channels.line]
medium = "sms"
send_url = "http://127.0.0.1:9/none"
probe_seconds = 0
"""
SECRETS = {"PISHKHAN_LINE_WEBHOOK_SECRET": "s", "PISHKHAN_LINE_PASSWORD": "p"}
AT_ONCE = 100


async def run(folder: Path, port: int, write: Callable[[str], None], *, messages: int, rounds: int) -> None:
    """Bare handler, product, and product without group commit, in turn."""
    bare: list[float] = []
    grouped: list[float] = []
    single: list[float] = []
    for number in range(rounds):
        async with servers.limit(port):
            bare.append(await _rate(f"http://127.0.0.1:{port}/inbound", messages))
        for found, batch in ((grouped, 0), (single, 1)):
            async with servers.house(folder / f"ingest-{batch}-{number}", port, CONFIG, SECRETS, batch=batch):
                found.append(await _rate(f"http://127.0.0.1:{port}/channels/line/inbound", messages))
    table.show(f"Durable SMS webhook ingest, {messages} messages, {AT_ONCE} at once", [
        table.Row(name="bare aiohttp handler, nothing stored", unit="/s", runs=tuple(bare), limit=True),
        table.Row(name="Pishkhan, group commit, synchronous=FULL", unit="/s", runs=tuple(grouped)),
        table.Row(name="Pishkhan, a transaction for every message", unit="/s", runs=tuple(single))], write)


async def _rate(url: str, messages: int) -> float:
    turn = asyncio.Semaphore(AT_ONCE)
    connector = aiohttp.TCPConnector(limit=AT_ONCE)

    async def one(http: aiohttp.ClientSession, number: int) -> None:
        fields = {"from": f"+98912{number % 1000:07d}", "to": "3000", "text": f"پیام شمارهٔ {number}", "coding": "2",
                  "charset": "UTF-8", "id": f"id-{number}", "ts": "2026-11-21 08:00:00", "secret": "s"}
        async with turn, http.get(f"{url}?{urllib.parse.urlencode(fields)}") as answer:
            if answer.status != 200:
                raise RuntimeError(f"status {answer.status}: {await answer.text()}")

    async with aiohttp.ClientSession(connector=connector) as http:
        await asyncio.gather(*(one(http, -n) for n in range(1, 101)))
        began = time.perf_counter()
        await asyncio.gather(*(one(http, n) for n in range(messages)))
        return messages / (time.perf_counter() - began)
