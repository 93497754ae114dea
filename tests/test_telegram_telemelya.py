"""Telegram against a Bot API server that somebody else wrote: webhook in, answer with buttons, press, photo, file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from channels.telegram.adapter import Adapter
from router.model import Button
from settings import Secret
from tests.recorder import Recorder, until
from tests.servers.kannel import free_ports
from tests.servers.telemelya import TOKEN, SecretFront, Telemelya
from tests.test_telegram_send import PNG, attached, channel, out

pytestmark = pytest.mark.telemelya


class Town:
    """The server, the channel's house, and the front that adds the secret."""

    def __init__(self, server: Telemelya, house: Recorder, adapter: Adapter) -> None:
        self.server, self.house, self.adapter = server, house, adapter


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    server, inner, outer = Telemelya(tmp_path), Recorder(), Recorder()
    (inner.port,) = free_ports(1)
    front = SecretFront(inner.base_url, "hook-secret")
    await front.start()
    # To the outside the house has the front's address, as behind any reverse proxy.
    outer.port = front.port
    adapter = channel(server.url, outer, token=Secret(TOKEN), mode="webhook", answer_seconds=5.0)
    await inner.listen(adapter)
    try:
        await server.start()
        async with asyncio.TaskGroup() as tasks:
            run = tasks.create_task(adapter.run())
            await until(lambda: outer.lights and outer.lights[-1].code == "ok", seconds=30)
            yield Town(server, outer, adapter)
            run.cancel()
    finally:
        await inner.hang_up()
        await front.stop()
        await server.stop()


async def test_a_talk(town: Town) -> None:
    done = await town.server.inject(chat_id=77, update_type="message", text="سلام، سفارش ۱۲۳؟")
    assert done["delivery"]["status_code"] == 200
    (said,) = town.house.said
    assert said.text == "سلام، سفارش ۱۲۳؟" and said.sender.value == "77" and said.quarantine == ""

    sent = await town.adapter.send(out(77, "مشکل حل شد؟", buttons=(Button(label="بله", value="solved:yes"),)))
    (answer,) = await town.server.responses()
    assert answer["method"] == "sendMessage" and answer["text"] == "مشکل حل شد؟"
    assert answer["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "solved:yes"
    assert sent.parts[0].external_id == f"77:{answer['message_id']}"

    await town.server.inject(chat_id=77, update_type="callback_query", callback_data="solved:yes",
                             callback_message_id=answer["message_id"])
    pressed = town.house.said[1]
    assert pressed.data["button"] == "solved:yes" and pressed.thread.key == "77"
    answered = await until(lambda: _method(town.server, "answerCallbackQuery"))
    assert answered


async def _method(server: Telemelya, name: str) -> Any:
    return next((each for each in await server.responses() if each["method"] == name), None)


async def test_a_photo_in_and_out(town: Town) -> None:
    file_id = await town.server.upload("card.png", PNG)
    await town.server.inject(chat_id=77, update_type="message", photo_file_id=file_id, photo_caption="کارت ملی")
    (said,) = town.house.said
    assert said.text == "کارت ملی" and [upload.content for upload in said.uploads] == [PNG]

    files = await attached(town.house, ("answer.png", "image/png", PNG))
    await town.adapter.send(out(77, "بفرمایید", attachments=files))
    assert [each["method"] for each in await town.server.responses()] == ["sendMessage", "sendPhoto"]


async def test_without_the_front_nothing_is_taken(town: Town) -> None:
    """Telemelya alone sends no secret: it must stay outside."""
    bare = Recorder()
    (bare.port,) = free_ports(1)
    adapter = channel(town.server.url, bare, token=Secret(TOKEN), mode="webhook", answer_seconds=5.0)
    await bare.listen(adapter)
    try:
        async with asyncio.TaskGroup() as tasks:
            run = tasks.create_task(adapter.run())
            await until(lambda: bare.lights and bare.lights[-1].code == "ok", seconds=30)
            done = await town.server.inject(chat_id=77, update_type="message", text="سلام")
            run.cancel()
    finally:
        await bare.hang_up()
    assert done["delivery"]["status_code"] == 403 and bare.items == [] and bare.refusals == ["bad-secret"]


async def test_check(town: Town) -> None:
    found = await town.adapter.check()
    assert [finding.check for finding in found] == ["token", "webhook-secret", "get-me", "webhook"]
    assert all(finding.ok for finding in found), found
