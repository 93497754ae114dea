"""A Bot API server at our door: who is let in, what is acknowledged and when, and how the webhook stays registered."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from channels.sandbox.telegram import FakeBotApi
from channels.telegram.adapter import SECRET_HEADER, TRIES, Adapter
from router.model import Button, SignalKind
from settings import Secret
from tests.recorder import Recorder, until
from tests.servers.kannel import free_ports
from tests.test_telegram_send import channel, out

TEXT = {"update_id": 5, "message": {"message_id": 1, "date": 1700000000, "chat": {"id": 77, "type": "private"},
                                    "from": {"id": 77, "is_bot": False, "first_name": "x"}, "text": "سلام"}}


class Town:
    """A house, a server and the channel between them."""

    def __init__(self, house: Recorder, server: FakeBotApi, session: aiohttp.ClientSession) -> None:
        self.house, self.server, self.session = house, server, session
        self.adapter: Adapter

    async def open(self, **settings: Any) -> None:
        self.adapter = channel(self.server, self.house, **({"mode": "webhook"} | settings))
        await self.house.listen(self.adapter)

    async def post(self, body: Any, secret: str | None = "hook-secret") -> int:
        headers = {} if secret is None else {SECRET_HEADER: secret}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.session.post(self.adapter.webhook_url, data=io.BytesIO(data), headers=headers) as got:
            return got.status

    @contextlib.asynccontextmanager
    async def running(self, **settings: Any) -> AsyncIterator[None]:
        await self.open(**settings)
        async with asyncio.TaskGroup() as tasks:
            run = tasks.create_task(self.adapter.run())
            yield
            run.cancel()


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    house, server = Recorder(), FakeBotApi(retry_seconds=0.02)
    (house.port,) = free_ports(1)
    await server.start()
    async with aiohttp.ClientSession() as session:
        made = Town(house, server, session)
        yield made
        if hasattr(made, "adapter"):
            await made.adapter.close()
    await house.hang_up()
    await server.stop()


async def test_the_whole_way(town: Town) -> None:
    async with town.running():
        await until(lambda: town.server.hook.url)
        assert town.server.hook.secret == "hook-secret" and "callback_query" in town.server.hook.kinds
        await town.server.say(77, "سلام")
        (said,) = town.house.said
        assert said.text == "سلام" and said.sender.value == "77" and said.ids
        await town.adapter.send(out(77, buttons=(Button(label="بله", value="y"),)))
        await town.server.press(77, town.server.sent[0], "y")
        await until(lambda: town.server.answered)
        assert town.house.said[1].text == "بله" and town.house.said[1].data["button"] == "y"
        assert [push.statuses for push in town.server.pushes] == [[200], [200]]
        assert town.house.lights[-1].code == "ok"


@pytest.mark.parametrize("secret", [None, "", "no", "hook-secre", "hook-secret ", "é"])
async def test_a_wrong_secret(town: Town, secret: str | None) -> None:
    await town.open()
    assert await town.post(TEXT, secret) == (403 if secret != "hook-secret " else 200)
    if secret != "hook-secret ":  # HTTP itself drops the space at the end
        assert town.house.items == [] and town.house.refusals == ["bad-secret"]


async def test_no_secret_configured_lets_nobody_in(town: Town) -> None:
    async with town.running(webhook_secret=Secret("")):
        for shown in (None, "", "x"):
            assert await town.post(TEXT, shown) == 403
        assert town.house.items == [] and town.house.refusals == ["no-secret-configured"] * 3
        assert town.house.lights[-1].code == "misconfigured" and town.server.calls == []


async def test_polling_mode_has_no_door(town: Town) -> None:
    await town.open(mode="polling")
    assert await town.post(TEXT) == 403 and town.house.refusals == ["not-in-webhook-mode"]


@pytest.mark.parametrize(("body", "status", "fate"), [
    (b"{", 400, None), (b"", 400, None), (b"\xff", 400, None), (b"[1]", 400, None), (b'"x"', 400, None),
    (b"[" * 100_000, 400, None), (b" " * 1_100_000, 413, None),
    (b'{"a":' * 500 + b"1" + b"}" * 500, 200, "no-update"), (b'{"update_id":9}', 200, ""),
    (b'{"update_id":9,"message":7}', 200, "malformed-message"), (b'{"x":"\\ud800"}', 200, "no-update"),
])
async def test_bodies(town: Town, body: bytes, status: int, fate: str | None) -> None:
    await town.open()
    assert await town.post(body) == status
    if fate is None:
        assert town.house.items == []
    else:
        assert town.house.said[0].quarantine.startswith(fate)


async def test_a_repeat_is_acknowledged_and_taken_once(town: Town) -> None:
    await town.open()
    assert [await town.post(TEXT) for _ in range(3)] == [200] * 3
    assert len(town.house.said) == 1 and town.house.duplicates == ["u5"] * 2


async def test_the_store_is_down_for_a_while(town: Town) -> None:
    async with town.running():
        await until(lambda: town.server.hook.url)
        town.house.down = True
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(town.server.say(77, "one"))
            await until(lambda: town.server.pushes and len(town.server.pushes[0].statuses) > TRIES + 1)
            town.house.down = False
        assert town.server.pushes[0].statuses[-1] == 200 and 503 in town.server.pushes[0].statuses
        (said,) = town.house.said
        assert said.text == "one" and said.quarantine == "", "the store's trouble is not the update's"


async def test_one_bad_update_does_not_block_the_others(town: Town) -> None:
    town.house.fails = lambda item: ValueError("a fault of intake") if getattr(item, "text", "") == "bad" else None
    async with town.running():
        await until(lambda: town.server.hook.url)
        await town.server.say(77, "bad")
        await town.server.say(77, "good")
    assert town.server.pushes[0].statuses == [500] * TRIES + [200]
    assert [(said.text, said.quarantine) for said in town.house.said] == [("", "intake-failed"), ("good", "")]
    assert b"bad" in town.house.said[0].raw


async def test_blocking_and_unblocking(town: Town) -> None:
    await town.open()
    me = {"id": 99, "is_bot": True, "first_name": "b"}
    for number, state in ((1, {"status": "kicked", "until_date": 0}), (2, {"status": "member"})):
        change = {"chat": {"id": 77, "type": "private"}, "from": {"id": 77, "is_bot": False, "first_name": "x"},
                  "date": 1, "old_chat_member": {"status": "left", "user": me},
                  "new_chat_member": {**state, "user": me}}
        assert await town.post({"update_id": number, "my_chat_member": change}) == 200
    assert [signal.kind for signal in town.house.signals] == [SignalKind.OPT_OUT, SignalKind.OPT_IN]


async def test_files_come_with_the_message(town: Town) -> None:
    await town.open(max_file_bytes=1000)
    server = town.server
    good, large, broken = (server.put_file(content) for content in (b"%PDF good", b"x" * 1001, b"cut off"))
    unsized = server.put_file(b"y" * 1001)
    server.broken_files.add(broken)
    server.unsized_files.add(unsized)
    cases = [(good, 9, b"%PDF good", ""), (large, 1001, None, "too-large"), (large, 0, None, "too-large"),
             (broken, 7, None, "unreachable"), ("unknown", 5, None, "refused-400"),
             # Nobody says how large it is: counted while it comes.
             (unsized, 0, None, "too-large"),
             # A server that names a file of ours: the library would read it.
             ("local", 5, None, "no-address")]
    server.files["local"] = (__file__, b"x")
    for number, (file_id, size, content, reason) in enumerate(cases, 1):
        document = {"file_id": file_id, "file_unique_id": "u", "file_name": "نامه.pdf", "file_size": size,
                    "mime_type": "application/pdf"}
        message = {**TEXT["message"], "message_id": number, "document": document, "caption": "ببینید"}  # type: ignore[dict-item]
        del message["text"]
        assert await town.post({"update_id": number, "message": message}) == 200
        said = town.house.said[-1]
        assert said.text == "ببینید", "the words are taken whatever becomes of the file"
        if content is not None:
            (upload,) = said.uploads
            assert (upload.name, upload.media_type, upload.content) == ("نامه.pdf", "application/pdf", content)
        else:
            assert said.uploads == () and said.data["missing_files"][0]["reason"].startswith(reason)


async def test_a_button_that_cannot_be_answered_is_taken_all_the_same(town: Town) -> None:
    await town.open()
    town.server.fails.append(("answerCallbackQuery", 400, "Bad Request: query is too old"))
    query = {"id": "1", "from": {"id": 77, "is_bot": False, "first_name": "x"}, "chat_instance": "1", "data": "y"}
    assert await town.post({"update_id": 3, "callback_query": query}) == 200
    assert town.house.said[0].text == "y" and town.server.answered == []


async def test_an_older_webhook_is_replaced_and_a_newer_one_is_not(town: Town) -> None:
    town.server.hook.url = "https://old.example.org/hook"
    async with town.running(watch_seconds=0.05):
        await until(lambda: town.server.hook.url == town.adapter.webhook_url)
        town.server.hook.url = "https://other.example.org/hook"
        await until(lambda: town.house.lights[-1].code == "refused")
        assert town.server.hook.url == "https://other.example.org/hook"
        town.server.hook.url = town.adapter.webhook_url
        await until(lambda: town.house.lights[-1].code == "ok")


async def test_what_waited_comes_when_the_webhook_is_set(town: Town) -> None:
    await town.server.say(77, "before")
    async with town.running():
        await until(lambda: town.house.said)
    assert town.house.said[0].text == "before"


async def test_the_light_tells_why(town: Town) -> None:
    town.server.fails.append(("setWebhook", 400, "Bad Request: bad webhook: HTTPS url must be provided"))
    async with town.running(watch_seconds=0.05):
        light = await until(lambda: next((each for each in town.house.lights if each.code == "misconfigured"), None))
        assert "HTTPS" in light.en and light.fa
    town.house.lights.clear()
    await town.house.hang_up()
    async with town.running(token=Secret("1:unknown")):
        await until(lambda: town.house.lights)
        assert "token" in town.house.lights[-1].en and town.house.lights[-1].code == "misconfigured"
