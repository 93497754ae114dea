"""Messages to a Bot API server: every answer it can give, against the fake one over real HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden

from channels.sandbox.telegram import TOKEN, FakeBotApi
from channels.telegram.adapter import Adapter, Settings
from channels.telegram.api import answer_of
from router.errors import (
    Doubtful,
    InvalidMessage,
    Misconfigured,
    OptedOut,
    Refused,
    SendError,
    Throttled,
    Unreachable,
)
from router.model import Address, Attachment, Button, ContactId, DeliveryId, Medium, Outbound, OutKind, Part
from settings import ChannelSettings, Secret
from tests.recorder import Recorder
from tests.servers.kannel import free_ports

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture
async def server() -> AsyncIterator[FakeBotApi]:
    fake = FakeBotApi()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
def house() -> Recorder:
    recorder = Recorder()
    (recorder.port,) = free_ports(1)
    return recorder


def channel(server: FakeBotApi | str, house: Recorder, **settings: Any) -> Adapter:
    url = server if isinstance(server, str) else server.url
    values: dict[str, Any] = {"token": Secret(TOKEN), "webhook_secret": Secret("hook-secret"),
                              "api_base_url": f"{url}/bot", "file_base_url": f"{url}/file/bot",
                              "connect_seconds": 1.0, "answer_seconds": 1.0, "upload_seconds": 2.0}
    return Adapter("town", Settings(**(values | settings)), ChannelSettings(medium="telegram"), house.wire())


@pytest.fixture
async def bot(server: FakeBotApi, house: Recorder) -> AsyncIterator[Adapter]:
    adapter = channel(server, house)
    yield adapter
    await adapter.close()


def out(chat: int | str = 77, text: str = "سلام", **fields: Any) -> Outbound:
    values: dict[str, Any] = {
        "delivery": DeliveryId(1), "contact": ContactId(1), "key": "k1", "kind": OutKind.REPLY, "channel": "town",
        "to": Address(medium=Medium.TELEGRAM, value=str(chat)), "thread_key": str(chat), "text": text}
    return Outbound(**(values | fields))


async def attached(house: Recorder, *files: tuple[str, str, bytes]) -> tuple[Attachment, ...]:
    return tuple([Attachment(name=name, media_type=kind, size=len(content), digest=await house.put(content))
                  for name, kind, content in files])


async def test_text_goes_as_it_is(server: FakeBotApi, bot: Adapter) -> None:
    text = "*سلام* <b>x</b> [a](tg://user?id=1) `x` _y_"
    sent = await bot.send(out(text=text))
    (message,) = server.sent
    assert message["text"] == text and message["chat"]["id"] == 77
    assert sent.parts == (Part(index=0, external_id=f"77:{message['message_id']}"),)
    assert "parse_mode" not in server.calls[-1].values


async def test_a_long_text_goes_in_pieces(server: FakeBotApi, bot: Adapter) -> None:
    text = "\n".join(f"سطر {n} از متن بلند" for n in range(500))
    sent = await bot.send(out(text=text))
    assert len(server.sent) == len(sent.parts) > 1
    assert "\n".join(message["text"] for message in server.sent) == text


async def test_bale_is_another_world(server: FakeBotApi, house: Recorder) -> None:
    adapter = channel(server, house, messenger="bale")
    await adapter.send(out("77@bale"))
    assert server.sent[0]["chat"]["id"] == 77
    for other in ("77", "77@telegram"):
        with pytest.raises(InvalidMessage):
            await adapter.send(out(other))
    assert adapter.settings.api_url == server.api_base_url
    assert Settings(messenger="bale").api_url == "https://tapi.bale.ai/bot"
    await adapter.close()


async def test_what_went_does_not_go_again(server: FakeBotApi, bot: Adapter) -> None:
    text = "a" * 4096 + "b" * 4096 + "c" * 10
    server.fails = []
    first = await bot.send(out(text="a" * 4096))
    server.fails.append(("sendMessage", 500, "Internal Server Error"))
    done = {0: first.parts[0].external_id}
    with pytest.raises(Unreachable) as caught:
        await bot.send(out(text=text, parts_done=done))
    assert caught.value.part == 1 and caught.value.parts == ()
    sent = await bot.send(out(text=text, parts_done=done))
    assert [message["text"][0] for message in server.sent] == ["a", "b", "c"]
    assert [part.index for part in sent.parts] == [0, 1, 2] and sent.parts[0].external_id == done[0]


async def test_a_failure_in_the_middle_tells_what_went(server: FakeBotApi, bot: Adapter, house: Recorder) -> None:
    files = await attached(house, ("a.pdf", "application/pdf", b"%PDF"), ("b.pdf", "application/pdf", b"%PDF2"))
    server.fails.append(("sendDocument", 429, "Too Many Requests: retry after 1"))
    with pytest.raises(Throttled) as caught:
        await bot.send(out(text="x", attachments=files))
    assert caught.value.part == 1 and caught.value.retry_after == timedelta(seconds=1)
    assert caught.value.parts == ((0, f"77:{server.sent[0]['message_id']}"),)
    await bot.send(out(text="x", attachments=files, parts_done=dict(caught.value.parts)))
    assert [message["method"] for message in server.sent] == ["sendMessage", "sendDocument", "sendDocument"]


ANSWERS: list[tuple[int, type[SendError], int]] = [
    # chat, what the caller is told, how many messages did go
    (7400, Refused, 0), (7403, OptedOut, 0), (7408, Doubtful, 1), (7409, Refused, 0), (7413, InvalidMessage, 0),
    (7429, Throttled, 0), (7500, Unreachable, 0), (7502, Doubtful, 0), (7666, Doubtful, 1), (7667, Doubtful, 1),
    (7777, Doubtful, 1),
]


@pytest.mark.parametrize(("chat", "error", "went"), ANSWERS)
async def test_errors(server: FakeBotApi, bot: Adapter, chat: int, error: type[SendError], went: int,
                      caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(SendError) as caught:
        await bot.send(out(chat, text="secret words"))
    assert type(caught.value) is error and len(server.sent) == went
    if isinstance(caught.value, Throttled):
        assert caught.value.retry_after == timedelta(seconds=2)
        await bot.send(out(chat))
    for record in caplog.records:
        assert "secret words" not in record.getMessage() and "SANDBOX" not in record.getMessage()


async def test_nobody_listens(house: Recorder) -> None:
    (port,) = free_ports(1)
    adapter = channel(f"http://127.0.0.1:{port}", house)
    with pytest.raises(Unreachable):
        await adapter.send(out())
    await adapter.close()


async def test_no_token_or_a_wrong_one(server: FakeBotApi, house: Recorder) -> None:
    for token in ("", "123456:another-token"):
        adapter = channel(server, house, token=Secret(token))
        with pytest.raises(Misconfigured):
            await adapter.send(out())
        assert not all(finding.ok for finding in await adapter.check())
        await adapter.close()


@pytest.mark.parametrize("message", [
    out(text=""), out(text=" \n"), out("abc"), out("9" * 30), out("77@bale"), out("077"),
    out(text="x" * 100_000), out(kind=OutKind.HANGUP),
    out(buttons=(Button(label="x", value="ب" * 33),)), out(buttons=(Button(label=" ", value="x"),)),
    out(buttons=(Button(label="x", value=""),)), out(buttons=(Button(label="x", value="y"),) * 51),
    out(attachments=(Attachment(name="a", media_type="a/b", size=60_000_000, digest="0"),)),
    out(attachments=(Attachment(name="a", media_type="a/b", size=0, digest="0"),)),
    out(text="", attachments=(Attachment(name="a", media_type="a/b", size=5, digest="not kept"),)),
])
async def test_what_never_goes_is_refused_before(server: FakeBotApi, bot: Adapter, message: Outbound) -> None:
    with pytest.raises(InvalidMessage):
        await bot.send(message)
    assert server.sent == []


async def test_files_by_kind(server: FakeBotApi, bot: Adapter, house: Recorder) -> None:
    files = await attached(house, ("نامه.pdf", "application/pdf", b"%PDF"), ("p.png", "image/png", PNG),
                           ("v.ogg", "audio/ogg; codecs=opus", b"OggS"), ("broken.jpg", "image/jpeg", b"no picture"))
    sent = await bot.send(out(text="", attachments=files, buttons=(Button(label="باشه", value="ok"),)))
    assert [message["method"] for message in server.sent] == ["sendDocument", "sendPhoto", "sendVoice", "sendDocument"]
    assert server.sent[0]["document"]["file_name"] == "نامه.pdf" and len(sent.parts) == 4
    held = [content for _, content in server.files.values()]
    assert held == [b"%PDF", PNG, b"OggS", b"no picture"]
    assert "reply_markup" in server.sent[3] and "reply_markup" not in server.sent[0]


async def test_buttons(server: FakeBotApi, bot: Adapter) -> None:
    await bot.send(out(buttons=(Button(label="بله", value="y"), Button(label="خیر", value="n"))))
    keys = server.sent[0]["reply_markup"]["inline_keyboard"]
    assert [[(key["text"], key["callback_data"]) for key in row] for row in keys] == [[("بله", "y")], [("خیر", "n")]]


async def test_check_changes_nothing(server: FakeBotApi, house: Recorder) -> None:
    for mode, third in (("polling", True), ("webhook", False)):
        adapter = channel(server, house, mode=mode)
        found = await adapter.check()
        assert all(finding.ok for finding in found[:-1]) and found[-1].ok is third, found
        assert all(finding.en and finding.fa for finding in found)
        await adapter.close()
    assert {call.method for call in server.calls} == {"getMe", "getWebhookInfo"} and not server.hook.url


async def test_the_library_reads_the_fake_server(server: FakeBotApi) -> None:
    """The library's own strict parsing is the check of the fake server's JSON."""
    async with Bot(server.token, base_url=server.api_base_url, base_file_url=server.file_base_url) as bot:
        keys = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="y")]])
        message = await bot.send_message(77, "سلام", reply_markup=keys)
        assert message.text == "سلام" and message.reply_markup == keys
        assert (await bot.send_location(77, 35.5, 51.5)).location is not None
        photo = (await bot.send_photo(77, PNG)).photo[-1]
        assert bytes(await (await bot.get_file(photo.file_id)).download_as_bytearray()) == PNG
        voice = (await bot.send_voice(77, b"OggS")).voice
        assert voice is not None and voice.file_size == 4
        assert await bot.send_chat_action(77, "typing")
        assert (await bot.edit_message_text("خوب", chat_id=77, message_id=message.message_id)).text == "خوب"  # type: ignore[union-attr]
        for chat, error in ((7403, Forbidden), (7400, BadRequest)):
            with pytest.raises(error):
                await bot.send_message(chat, "x")
        for text in (" ", "x" * 4097):
            with pytest.raises(BadRequest):
                await bot.send_message(77, text)
        await server.say(77, "one")
        await server.press(77, server.sent[0], "y")
        updates = await bot.get_updates()
        assert [update.effective_user.id for update in updates] == [77, 77]  # type: ignore[union-attr]
        assert updates[1].callback_query is not None and updates[1].callback_query.data == "y"
        assert await bot.get_updates(offset=updates[-1].update_id + 1) == ()


@pytest.mark.parametrize(("status", "data", "error"), [
    (200, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}, Refused),
    (200, {"ok": False, "error_code": 403, "description": "Forbidden"}, OptedOut),
    (200, {"ok": False}, InvalidMessage), (200, {"ok": True}, Doubtful), (200, [], Doubtful), (200, None, Doubtful),
    (403, {"ok": False, "description": 5}, OptedOut),
    (429, {"ok": False, "parameters": {"retry_after": "x"}}, Throttled),
    (429, {"ok": False, "parameters": {"retry_after": 1e300}}, Throttled), (429, None, Throttled),
    (503, None, Unreachable), (504, None, Doubtful), (302, None, Doubtful), (404, {}, Misconfigured),
])
def test_strange_answers(status: int, data: Any, error: type[SendError]) -> None:
    found = answer_of(status, data).error
    assert type(found) is error
    if isinstance(found, Throttled):
        assert timedelta(0) < found.retry_after <= timedelta(hours=1)


async def test_many_at_once(server: FakeBotApi, bot: Adapter) -> None:
    await asyncio.gather(*(bot.send(out(1000 + n, text=f"{n}")) for n in range(60)))
    assert sorted(int(message["text"]) for message in server.sent) == list(range(60))
