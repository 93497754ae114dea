"""A running house with one program for each role, for tests of knowledge: `async with town(tmp_path) as t`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from agents.guard import digest
from channels import registry
from house import utc_now
from router.records import Role
from tests import fake
from tests.databases import storage
from tests.house import agent, configured, read, until

#: An article, for `Town.write`.
CARD = {"title": "گم شدن کارت ملی", "body": "اگر کارت ملی گم شد به دفتر پیشخوان بروید.", "state": "public"}


@dataclass
class Town:
    """A house and one program for each role."""

    house: Any
    http: dict[str, aiohttp.ClientSession]
    people: dict[str, Any]
    said: int = 0
    answered: list[int] = field(default_factory=list)

    async def ask(self, method: str, path: str, body: Any = None, *, by: str = "lead", **how: Any) -> tuple[int, Any]:
        """(status, answer)."""
        if body is not None:
            how["json"] = body
        async with self.http[by].request(method, path, **how) as answer:
            if answer.content_type == "application/json":
                return answer.status, await answer.json()
            content = await answer.read()
            return answer.status, content.decode() if answer.content_type.startswith("text/") else content

    async def ok(self, method: str, path: str, body: Any = None, *, by: str = "lead", **how: Any) -> Any:
        """The answer of a call that must work."""
        status, answer = await self.ask(method, path, body, by=by, **how)
        assert status == 200, (path, status, answer)
        return answer

    async def refused(self, status: int, method: str, path: str, body: Any = None, *, by: str = "lead",
                      **how: Any) -> Any:
        """The error of a call that must not work."""
        got, answer = await self.ask(method, path, body, by=by, **how)
        assert got == status, (path, got, answer)
        return answer["error"]

    async def write(self, *, by: str = "lead", **fields: Any) -> dict[str, Any]:
        """A new article."""
        made: dict[str, Any] = (await self.ok("POST", "/api/articles", {"body": "", **fields}, by=by))["article"]
        return made

    async def found(self, question: str) -> list[int]:
        """What a search finds."""
        answer = await self.ok("GET", "/api/articles", params={"q": question})
        return [each["id"] for each in answer["articles"]]

    async def say(self, text: str, *, sender: str = "+989121234567") -> int:
        """A citizen writes; returns the contact."""
        self.said += 1
        accepted = await self.house.intake(fake.said(f"m{self.said}", text, sender=sender))
        return (await read(self.house, lambda tx: tx.messages.get(accepted.message))).contact

    async def answer(self, contact: int, *, article: int | None = None, text: str = "", close: str = "resolved",
                     by: str = "lead") -> None:
        """Somebody takes the contact, answers, perhaps with the words of an article, and closes it; the ledger has
        settled it."""
        await self.ok("POST", f"/api/contacts/{contact}/take", by=by)
        if article and not text:
            text = (await self.ok("GET", f"/api/articles/{article}"))["article"]["text"]
        body = {"key": f"k{len(self.answered)}", "text": text or "پاسخ"} | ({"suggestion": article} if article else {})
        self.answered.append(contact)
        await self.ok("POST", f"/api/contacts/{contact}/reply", body, by=by)
        if close:
            await self.close(contact, close, by=by)

    async def close(self, contact: int, disposition: str = "resolved", *, by: str = "lead") -> None:
        """Close it and wait for the ledger."""
        await self.ok("POST", f"/api/contacts/{contact}/close", {"disposition": disposition}, by=by)
        at = (await read(self.house, lambda tx: tx.contacts.get(contact))).closed_at

        def settled(tx: Any) -> bool:
            found = tx.knowledge.outcomes.matter(contact)
            return found is not None and found.closed_at == at
        await until(lambda: read(self.house, settled), what="the settled contact")

    async def names(self) -> list[str]:
        """Every event so far."""
        return [each.name for each in await read(self.house, lambda tx: tx.journal.after(0))]

    async def take_in(self, name: str, content: bytes, query: str = "", *, by: str = "lead") -> Any:
        """An import."""
        return await self.ok("POST", f"/api/knowledge/import{query}", by=by, data=content,
                             headers={"X-File-Name": quote(name), "Content-Type": "application/octet-stream"})


@contextlib.asynccontextmanager
async def town(tmp_path: Path, database: str = "", *, clock: Any = utc_now, queues: Mapping[str, Any] | None = None,
               **knowledge: Any) -> AsyncIterator[Town]:
    """`knowledge` are settings of [knowledge]."""
    from dataclasses import replace

    from house import House
    from settings import KnowledgeSettings
    from tests.house import CHEAP, QUICK
    given = configured(tmp_path, {"line": {"medium": "sms", "rate_per_second": 1000.0}},
                       storage=storage(tmp_path, database), queues=queues)
    house = House(replace(given, knowledge=KnowledgeSettings(**knowledge)), clock=clock, schedule=QUICK,
                  password_cost=CHEAP)
    await house.start()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(house.stop)
        people, http = {}, {}
        for name, role in (("agent", Role.AGENT), ("other", Role.AGENT), ("lead", Role.SUPERVISOR),
                           ("second", Role.SUPERVISOR), ("admin", Role.ADMIN)):
            people[name] = await agent(house, name, role=role, ready=False)
            secret = f"token-of-{name}"
            await house.store.run(lambda tx, n=name, s=secret: tx.accounts.add_token(
                people[n].id, "test", people[n].role, digest(s)))
            http[name] = await stack.enter_async_context(
                aiohttp.ClientSession(house.url, headers={"Authorization": f"Bearer {secret}"}))
        http["nobody"] = await stack.enter_async_context(aiohttp.ClientSession(house.url))
        await asyncio.wait_for(house.library.ready.wait(), 10)
        # What happened before the ledger began to follow is history to it.
        await until(lambda: read(house, lambda tx: tx.marks.get("knowledge", "followed")), what="the ledger follows")
        yield Town(house, http, people)


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The channel "line" is the tests' own; a test module that imports this has it in each of its tests."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


class Clock:
    """Real time plus what a test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


async def leaves(t: Town, name: str) -> None:
    """Somebody works here no more."""
    await t.ok("POST", f"/api/agents/{t.people[name].id}", {"active": False}, by="admin")
