"""A Telegram conversation in a running house, by polling and by webhook: nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from channels.sandbox.telegram import TOKEN, FakeBotApi
from router.model import Address, DeliveryState, Medium
from tests.house import read, running, until
from tests.test_sms_house import Town

SECRETS = {"PISHKHAN_TOWN_TOKEN": TOKEN, "PISHKHAN_TOWN_WEBHOOK_SECRET": "hook-secret"}


@pytest.fixture
async def server() -> AsyncIterator[FakeBotApi]:
    fake = FakeBotApi(retry_seconds=0.05)
    await fake.start()
    yield fake
    await fake.stop()


def own(server: FakeBotApi, **settings: Any) -> dict[str, Any]:
    return {"medium": "telegram", "mode": "polling", "poll_seconds": 1, "api_base_url": server.api_base_url,
            "file_base_url": server.file_base_url, "answer_seconds": 2.0, **settings}


async def contacts(house: Any) -> Any:
    return await read(house, lambda tx: tx.contacts.listed())


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_talk(tmp_path: Path, server: FakeBotApi, mode: str) -> None:
    async with running(tmp_path, {"town": own(server, mode=mode)}, environ=SECRETS) as house:
        town = Town(house, server)  # type: ignore[arg-type]
        if mode == "webhook":
            await until(lambda: server.hook.url)
        document = {"file_id": server.put_file(b"%PDF"), "file_unique_id": "u", "file_name": "نامه.pdf"}
        await server.say(77, "سلام")
        await server.say(77, document=document, caption="پیوست")
        contact = (await until(lambda: contacts(house)))[0]

        async def both() -> Any:
            found = await read(house, lambda tx: tx.messages.of(contact.id))
            return found if len(found) == 2 else None
        messages = await until(both, what="two messages")
        assert [message.text for message in messages] == ["سلام", "پیوست"]
        (file,) = messages[1].attachments
        assert file.name == "نامه.pdf" and await house.store.blobs.read(file.digest) == b"%PDF"
        await town.reaches(await town.reply("بفرمایید"), DeliveryState.SENT)
        assert [message["text"] for message in server.sent] == ["بفرمایید"]
        assert len(await contacts(house)) == 1 and contact.language == "fa"


async def test_a_long_answer_is_not_begun_again(tmp_path: Path, server: FakeBotApi) -> None:
    async with running(tmp_path, {"town": own(server)}, environ=SECRETS) as house:
        town = Town(house, server)  # type: ignore[arg-type]
        await server.say(7429, "سلام")
        await until(lambda: contacts(house))
        # The first try of all is asked to wait two seconds; later the second piece fails once.
        delivery = await town.reply("a" * 4096 + "b" * 4096)
        await until(lambda: server.sent, seconds=15)
        await town.reaches(delivery, DeliveryState.SENT)
        assert [message["text"][0] for message in server.sent] == ["a", "b"]
        second = await _second_fails(town, server)
        await town.reaches(second, DeliveryState.SENT)
        assert [message["text"][0] for message in server.sent[2:]] == ["c", "d"]


async def _second_fails(town: Town, server: FakeBotApi) -> Any:
    """The server fails after the first piece went."""
    before = len(server.sent)
    original = server.sent

    class Watched(list[dict[str, Any]]):
        """Schedules a failure when the first piece of the message has gone."""

        def append(self, message: dict[str, Any]) -> None:
            super().append(message)
            if len(self) == before + 1:
                server.fails.append(("sendMessage", 500, "Internal Server Error"))

    server.sent = Watched(original)
    return await town.reply("c" * 4096 + "d" * 100)


async def test_who_blocks_us_is_not_written_to(tmp_path: Path, server: FakeBotApi) -> None:
    async with running(tmp_path, {"town": own(server)}, environ=SECRETS) as house:
        town = Town(house, server)  # type: ignore[arg-type]
        await server.say(7403, "سلام")
        await until(lambda: contacts(house))
        refused = await town.reply("پاسخ")
        await town.reaches(refused, DeliveryState.FAILED)
        calls = len([call for call in server.calls if call.method == "sendMessage"])
        # The house remembers, and does not even ask.
        await town.reaches(await town.reply("باز هم"), DeliveryState.FAILED)
        assert len([call for call in server.calls if call.method == "sendMessage"]) == calls == 1


async def test_blocking_is_remembered_and_writing_again_undoes_it(tmp_path: Path, server: FakeBotApi) -> None:
    async with running(tmp_path, {"town": own(server)}, environ=SECRETS) as house:
        town = Town(house, server)  # type: ignore[arg-type]
        await server.say(77, "سلام")
        contact = (await until(lambda: contacts(house)))[0]
        me = {"id": 123456, "is_bot": True, "first_name": "b"}
        await server.push({"my_chat_member": {
            "chat": {"id": 77, "type": "private"}, "from": {"id": 77, "is_bot": False, "first_name": "x"}, "date": 1,
            "old_chat_member": {"status": "member", "user": me},
            "new_chat_member": {"status": "kicked", "user": me, "until_date": 0}}})

        async def out() -> bool:
            return (await read(house, lambda tx: tx.people.address(contact.id))).opted_out_at is not None
        await until(out, what="opted out")
        await town.reaches(await town.reply("پاسخ"), DeliveryState.FAILED)
        assert server.sent == []
        await server.say(77, "برگشتم")

        async def back() -> bool:
            return not await out()
        await until(back, what="opted in")
        await town.reaches(await town.reply("خوش آمدید"), DeliveryState.SENT)


async def test_after_a_restart_it_goes_on_where_it_was(tmp_path: Path, server: FakeBotApi) -> None:
    for count, text in enumerate(("one", "two"), 1):
        before = len(server.calls)
        async with running(tmp_path, {"town": own(server)}, environ=SECRETS) as house:
            await server.say(77, text)

            async def kept(house: Any = house, wanted: str = str(100_001 + count)) -> bool:
                return bool(await house.lines.mark("town", "offset:123456") == wanted)
            await until(kept, what="the offset is kept")
            messages = await read(house, lambda tx: tx.messages.of(1))
            assert [message.text for message in messages] == ["one", "two"][:count]
        first = next(call for call in server.calls[before:] if call.method == "getUpdates")
        assert first.values.get("offset") == (None if count == 1 else "100002")


async def test_a_group_is_recorded_as_ignored(tmp_path: Path, server: FakeBotApi) -> None:
    async with running(tmp_path, {"town": own(server)}, environ=SECRETS) as house:
        await server.push({"message": {"message_id": 1, "date": 1, "chat": {"id": -5, "type": "group", "title": "g"},
                                       "from": {"id": 1, "is_bot": False, "first_name": "x"}, "text": "chatter"}})

        async def fate() -> Any:
            return [e for e in await read(house, lambda tx: tx.journal.after(0)) if e.name == "item-taken"]
        (entry,) = await until(fate, what="a fate")
        assert entry.data["fate"] == "ignored" and entry.data["reason"].startswith("not-private")
        assert await contacts(house) == []


async def test_a_shared_number_joins_what_belongs_to_one_person(tmp_path: Path, server: FakeBotApi) -> None:
    """The number somebody texts and calls from, shared by button in the messenger: one file, the older."""
    async with running(tmp_path, {"town": own(server), "letters": {"medium": "letter"}}, environ=SECRETS) as house:
        older = await house.store.run(lambda tx: tx.people.known(
            Address(medium=Medium.SMS, value="+989121234567", name="زهرا"), "fa"))
        await server.say(77, "سلام")
        contact = (await until(lambda: contacts(house)))[0]
        assert contact.customer != older.customer
        await server.say(77, contact={"phone_number": "989121234567", "first_name": "x", "user_id": 78})

        async def told(count: int) -> bool:
            return len(await read(house, lambda tx: tx.messages.of(contact.id))) == count
        await until(lambda: told(2), what="somebody else's card")
        assert (await contacts(house))[0].customer == contact.customer
        await server.say(77, contact={"phone_number": "989121234567", "first_name": "x", "user_id": 77})
        await until(lambda: told(3), what="their own card")
        (joined,) = await contacts(house)
        assert joined.customer == older.customer
        files = await read(house, lambda tx: tx.people.of_customer(older.customer))
        assert {(f.medium, f.value, f.verified_at is not None) for f in files} == {
            (Medium.SMS, "+989121234567", True), (Medium.VOICE, "+989121234567", True), (Medium.TELEGRAM, "77", False)}
        names = await read(house, lambda tx: [e.name for e in tx.journal.after(0, limit=1000)])
        assert names.count("customers-joined") == 1 and names.count("address-verified") == 2
        await server.say(77, contact={"phone_number": "989121234567", "first_name": "x", "user_id": 77})
        await until(lambda: told(4), what="again")
        again = await read(house, lambda tx: [e.name for e in tx.journal.after(0, limit=1000)])
        assert again.count("address-verified") == 2


async def test_a_link_with_a_code_arrives_with_the_code(tmp_path: Path, server: FakeBotApi) -> None:
    async with running(tmp_path, {"town": own(server)}, environ=SECRETS) as house:
        await server.say(77, "/start PX-123")
        contact = (await until(lambda: contacts(house)))[0]
        (message,) = await read(house, lambda tx: tx.messages.of(contact.id))
        assert message.data["start"] == "PX-123"


async def test_a_key_that_shares_the_number(tmp_path: Path, server: FakeBotApi) -> None:
    async with running(tmp_path, {"town": own(server)}, environ=SECRETS) as house:
        town = Town(house, server)  # type: ignore[arg-type]
        await server.say(77, "سلام")
        await until(lambda: contacts(house))
        await town.reaches(await town.reply("شماره؟", buttons=[{"label": "شمارهٔ من", "value": "-", "asks": "phone"}]),
                           DeliveryState.SENT)
        keys = server.sent[0]["reply_markup"]["keyboard"]
        assert keys == [[{"text": "شمارهٔ من", "request_contact": True}]]
