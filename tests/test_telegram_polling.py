"""Asking for updates: nothing is confirmed before its commit, nothing blocks for ever, the light tells why."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram.error import NetworkError

from channels.sandbox.telegram import FakeBotApi
from channels.telegram.adapter import TRIES, Adapter
from channels.telegram.listen import pause
from settings import Secret
from tests.recorder import Recorder, until
from tests.servers.kannel import free_ports
from tests.test_telegram_send import channel

MARK = ("town", "offset:123456")


@pytest.fixture
async def server() -> AsyncIterator[FakeBotApi]:
    fake = FakeBotApi()
    await fake.start()
    yield fake
    await fake.stop()


@contextlib.asynccontextmanager
async def polling(server: FakeBotApi | str, house: Recorder, **settings: Any) -> AsyncIterator[Adapter]:
    adapter = channel(server, house, **({"mode": "polling", "poll_seconds": 1, "answer_seconds": 3.0} | settings))
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(adapter.run())
        try:
            yield adapter
        finally:
            run.cancel()


async def test_updates_come_in_order_and_the_offset_is_kept(server: FakeBotApi) -> None:
    house = Recorder()
    await server.say(77, "waited")
    async with polling(server, house):
        await until(lambda: house.said)
        for n in range(5):
            await server.say(77, f"{n}")
        await until(lambda: len(house.said) == 6)
        assert house.lights[0].code == "ok"
    assert [said.text for said in house.said] == ["waited", "0", "1", "2", "3", "4"]
    await until(lambda: house.marks.get(MARK) == "100007")
    # After a restart nothing comes twice and nothing is left out.
    await server.say(77, "meanwhile")
    async with polling(server, house):
        await until(lambda: len(house.said) == 7)
    assert house.duplicates == []


async def test_a_webhook_is_removed_first(server: FakeBotApi) -> None:
    house = Recorder()
    server.hook.url = "https://old.example.org/hook"
    async with polling(server, house):
        await until(lambda: not server.hook.url)
        await server.say(77, "x")
        await until(lambda: house.said)
    drop = next(call.values for call in server.calls if call.method == "deleteWebhook").get("drop_pending_updates")
    assert str(drop).lower() != "true"


async def test_nothing_is_confirmed_before_the_commit(server: FakeBotApi) -> None:
    house = Recorder()
    house.fails = lambda item: None
    house.down = True
    await server.say(77, "one")
    async with polling(server, house):
        light = await until(lambda: next((each for each in house.lights if each.code == "down"), None))
        assert "store" in light.en and MARK not in house.marks
        house.down = False
        await until(lambda: house.said)
    assert house.said[0].text == "one" and house.said[0].quarantine == ""


async def test_one_bad_update_is_put_aside(server: FakeBotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.telegram.listen._BACKOFF", (0.01,))
    house = Recorder()
    tried: list[str] = []

    def fails(item: Any) -> BaseException | None:
        tried.append(item.text)
        return ValueError("a fault of intake") if item.text == "bad" else None

    house.fails = fails
    for text in ("first", "bad", "good"):
        await server.say(77, text)
    async with polling(server, house):
        await until(lambda: len(house.said) == 3)
    assert [(said.text, said.quarantine) for said in house.said] == [("first", ""), ("", "intake-failed"), ("good", "")]
    assert tried.count("bad") == TRIES and tried.count("first") == 1, "what was committed is not fetched again"


async def test_strange_updates_do_not_block(server: FakeBotApi) -> None:
    house = Recorder()
    await server.push({"message": {"message_id": "x"}})
    await server.push({"inline_query": {"id": "1"}})
    await server.say(77, "after")
    async with polling(server, house):
        await until(lambda: len(house.said) == 3)
    assert house.said[0].quarantine.startswith("malformed") and house.said[1].ignored == "kind-inline_query"
    assert house.said[2].text == "after"


async def test_two_pollers(server: FakeBotApi) -> None:
    first, second = Recorder(), Recorder()
    async with polling(server, first):
        await until(lambda: any(call.method == "getUpdates" for call in server.calls))
        async with polling(server, second):
            light = await until(lambda: next((each for each in first.lights if each.code == "down"), None))
            assert "another program" in light.en and "برنامهٔ دیگری" in light.fa


@pytest.mark.parametrize(("status", "code", "word"), [
    (401, "misconfigured", "token"), (429, "down", "wait"), (500, "down", "500"), (409, "down", "another program")])
async def test_lights(server: FakeBotApi, status: int, code: str, word: str) -> None:
    house = Recorder()
    server.fails.append(("getUpdates", status, "scripted"))
    async with polling(server, house):
        light = await until(lambda: next((each for each in house.lights if each.code == code), None))
        assert word in light.en and light.fa and light.since is not None
        await server.say(77, "x")
        await until(lambda: house.said)
        await until(lambda: house.lights[-1].code == "ok")


async def test_the_server_is_away_and_comes_back() -> None:
    (port,) = free_ports(1)
    house, server = Recorder(), FakeBotApi()
    async with polling(f"http://127.0.0.1:{port}", house):
        await until(lambda: house.lights and house.lights[-1].code == "down")
        await server.start(port)
        await server.say(77, "back")
        await until(lambda: house.said)
        await until(lambda: house.lights[-1].code == "ok")
    await server.stop()


async def test_no_token(server: FakeBotApi) -> None:
    house = Recorder()
    async with polling(server, house, token=Secret("")):
        await until(lambda: house.lights and house.lights[-1].code == "misconfigured")
        assert server.calls == []


def test_waits_grow_and_end() -> None:
    waits = [pause(NetworkError("x"), failures) for failures in range(1, 12)]
    assert waits == sorted(waits) and waits[-1] == 60
