"""Channels in the admin: pausing and resuming, and the exchange log, over the real API of a running house."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp

from agents.guard import digest
from router.records import Role
from tests.benches import Bench, bench, reply
from tests.house import agent, read, until


async def signed(made: Bench, login: str, role: Role) -> dict[str, str]:
    """Headers of a token."""
    person = await agent(made.house, login, role=role)
    token = f"token-of-{login}"
    await made.house.store.run(lambda tx: tx.accounts.add_token(person.id, "t", role, digest(token)))
    return {"Authorization": f"Bearer {token}"}


async def ask(made: Bench, method: str, path: str, headers: dict[str, str], body: Any = None) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as http, http.request(
            method, f"{made.house.url}{path}", json=body, headers=headers) as got:
        return got.status, await got.json()


async def test_an_administrator_pauses_and_resumes(tmp_path: Path) -> None:
    async with bench("generic", tmp_path) as made:
        admin, plain = await signed(made, "boss", Role.ADMIN), await signed(made, "sara", Role.AGENT)
        pause, resume = "/api/channels/town/pause", "/api/channels/town/resume"
        assert (await ask(made, "POST", pause, plain, {"reason": "x"}))[0] == 403
        assert (await ask(made, "POST", pause, admin, {"reason": "x" * 201}))[0] == 400
        assert (await ask(made, "POST", "/api/channels/no/pause", admin, {"reason": "x"}))[0] == 404
        assert (await ask(made, "POST", pause, admin, {"reason": "نوسازی درگاه"})) == (
            200, {"channel": "town", "paused": True})
        assert (await ask(made, "POST", pause, admin, {"reason": ""}))[0] == 409
        assert await made.say("+989121234567", "سلام", "a1") == 200
        delivery = await reply(made.house)
        await until(lambda: made.house.health["town"].code == "paused")
        (shown,) = (await ask(made, "GET", "/api/channels", admin))[1]["channels"]
        assert (shown["code"], shown["outbox"]) == ("paused", 1)
        assert "نوسازی درگاه" in shown["fa"]
        assert made.fake.sent == []
        assert (await ask(made, "POST", resume, admin, {}))[0] == 200
        assert (await ask(made, "POST", resume, admin, {}))[0] == 409
        await until(lambda: len(made.fake.sent) == 1)
        events = [each for each in await read(made.house, lambda tx: tx.journal.after(0))
                  if each.name == "channel-paused"]
        assert [each.data["paused"] for each in events] == [True, False]
        assert all(each.actor.startswith("agent:") for each in events)
        assert delivery.channel == "town"


async def test_the_exchange_log_shows_everything_but_words(tmp_path: Path) -> None:
    async with bench("generic", tmp_path) as made:
        admin = await signed(made, "boss", Role.ADMIN)
        assert await made.say("+989121234567", "راز شهروند", "a1") == 200
        await reply(made.house, "پاسخ محرمانه")

        async def three() -> Any:
            found = (await ask(made, "GET", "/api/channels/town/exchanges", admin))[1]["exchanges"]
            return found if {"SEND"} <= {each["method"] for each in found} and len(found) >= 3 else None
        found = await until(three, seconds=15)
        assert {(each["way"], each["method"]) for each in found} >= {("in", "POST"), ("out", "POST"), ("out", "SEND")}
        everything = str(found)
        for secret in ("راز", "محرمانه", "912123", "s3cret", "Bearer", "pw"):
            assert secret not in everything
        incoming = next(each for each in found if each["path"] == "/channels/town/inbound")
        assert "text: text(" in incoming["asked"]
        page = (await ask(made, "GET", "/api/channels/town/exchanges?limit=1", admin))[1]
        assert len(page["exchanges"]) == 1
        rest = (await ask(made, "GET", f"/api/channels/town/exchanges?before={page['next']}", admin))[1]["exchanges"]
        assert page["exchanges"][0]["id"] not in {each["id"] for each in rest}
        assert (await ask(made, "GET", "/api/channels/no/exchanges", admin))[0] == 404
