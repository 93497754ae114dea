"""Every node, over either database, ranks the same articles with the same past alike to the last digit."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from house import utc_now
from knowledge import school
from knowledge.library import FOR_AGENTS, Library
from tests.databases import fresh
from tests.knowledge_town import Town, town

pytestmark = pytest.mark.postgres

ARTICLES = (("گم شدن کارت ملی", "برای صدور کارت ملی المثنی با شناسنامه مراجعه کنید.", "کیف مدارک سرقت شناسایی"),
            ("تمدید گذرنامه", "عکس ۴×۳ و رسید پرداخت هزینه لازم است.", "سفر پاسپورت اعتبار مرز"),
            ("Parking permit", "Residents park free of charge; visitors pay.", "car street zone visitor"),
            ("Water meter", "It is read twice a year; a leak is told by phone.", "pipe bill flat reading"))
QUESTIONS = ("کارتم را گم کردم", "پاسپورت و مرز", "my car stands in the street", "a leaking pipe", "كارت ملي",
             "gozarnameh", "visitor reading", "کیف پول", "meterr", "?", "")


async def _made(t: Town) -> None:
    """Articles, and contacts that each of them resolved."""
    made = []
    for title, body, _ in ARTICLES:
        made.append((await t.write(title=title, body=body, state="public"))["id"])
    for at in range(6):
        for article, (_, _, words) in zip(made, ARTICLES, strict=True):
            one = words.split()
            contact = await t.say(f"{one[at % 4]} {one[(at + 1) % 4]} {at}", sender=f"+98912{article:03}{at:04}")
            await t.house.store.run(lambda tx, c=contact, a=article: tx.knowledge.told(c, a, utc_now()))
            await t.ok("POST", f"/api/contacts/{contact}/take")
            await t.ok("POST", f"/api/contacts/{contact}/close", {"disposition": "resolved"})


@contextlib.asynccontextmanager
async def _node(t: Town) -> AsyncIterator[Library]:
    library = Library(t.house.store, t.house.bus)
    running = asyncio.create_task(library.run())
    try:
        await asyncio.wait_for(library.ready.wait(), 60)
        yield library
    finally:
        running.cancel()
        await asyncio.wait([running])
        library.close()


async def _ranks(library: Library) -> list[list[Any]]:
    return [[(each.id, each.score, each.confidence, each.text, each.lessons, each.alike, each.words, each.read_as)
             for each in await library.suggest(question, states=FOR_AGENTS)] for question in QUESTIONS]


async def test_two_nodes_over_both_databases_rank_alike(
        tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for name, database in (("sqlite", ""), ("postgres", fresh(postgres))):
        async with town(tmp_path / name, database) as t:
            await _made(t)
            for apart in (10_000, 10):  # one node learns between questions, the other in a process of its own
                monkeypatch.setattr(school, "APART", apart)
                async with _node(t) as library:
                    found.append(await _ranks(library))
    assert found[0] == found[1] == found[2] == found[3]
    assert all(ranks[0][4] > 0 for ranks in found[0][:4]), "lessons count"
    assert found[0][5][0][7] and not found[0][9] and not found[0][10]
