"""Two desks pointed at each other: both acknowledge, both are robots to the other, and it stops."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from channels.sandbox.mail import FakeMail
from channels.sandbox.sms import FakeGateway
from router.model import OutKind
from tests.benches import words
from tests.house import read, running, until
from tests.test_sms_house import SECRETS


async def quiet(counts: Any, *, seconds: float = 2.0) -> int:
    """The number of messages once none was added for a while."""
    last, since = -1, 0.0
    while since < seconds:
        now = counts()
        since, last = (since + 0.1, last) if now == last else (0.0, now)
        await asyncio.sleep(0.1)
    return last


async def answering(house: Any, sent: list[int]) -> None:
    """A simple bot: whatever comes in is answered by itself, each time a little differently."""
    listener = house.bus.subscribe("bot", size=1000)
    while True:
        what = await listener.get()
        for entry in getattr(what, "entries", ()):
            if entry.name == "message-added" and entry.data["direction"] == "in":
                sent.append(1)
                await house.store.run(lambda tx, about=entry.contact: speak(tx, about, len(sent)))


def speak(tx: Any, about: int, number: int) -> None:
    from router.events import MessageAdded
    from router.records import Direction
    contact = tx.contacts.get(about)
    message = tx.messages.add(about, Direction.OUT, at=tx.now, kind="notice", data={"lane": "answer"},
                              text=f"Your question number {number} has been received by our assistant.")
    delivery = tx.outbox.add(message, contact, OutKind.NOTICE, key=f"bot:{message.id}")
    tx.emit(MessageAdded(about=about, message=message.id, direction="out", delivery=delivery.id), actor="bot")


@pytest.mark.parametrize("bots", [False, True])
async def test_two_desks_by_sms(tmp_path: Path, bots: bool) -> None:
    gateways = [FakeGateway(secret="s3cret", retry_seconds=0.05) for _ in range(2)]
    numbers = ("+989120000001", "+989120000002")
    for gateway in gateways:
        await gateway.start()
    own = [{"medium": "sms", "send_url": each.send_url, "username": "app", "acknowledge": True} for each in gateways]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with running(tmp_path / "a", {"town": own[0]}, environ=SECRETS) as left, \
            running(tmp_path / "b", {"town": own[1]}, environ=SECRETS) as right:
        for gateway, house in zip(gateways, (left, right), strict=True):
            gateway.inbound_url = f"{house.url}/channels/town/inbound"

        async def carry(number: int) -> None:
            """The network: what one desk sends is said by its number to the other."""
            done = 0
            while True:
                for taken in gateways[number].sent[done:]:
                    done += 1
                    await gateways[1 - number].say(numbers[number], taken.text)
                await asyncio.sleep(0.02)
        said: list[int] = []
        work = [carry(0), carry(1), *([answering(left, said), answering(right, said)] if bots else [])]
        tasks = [asyncio.create_task(each) for each in work]
        await gateways[0].say(numbers[1], "Good morning, is anybody there?")
        await until(lambda: gateways[0].sent)
        total = await quiet(lambda: sum(len(each.sent) for each in gateways))
        for task in tasks:
            task.cancel()
        assert 1 <= total <= (10 if bots else 3)
        if bots:
            alarms = {each.data["kind"] for house in (left, right)
                      for each in await read(house, lambda tx: tx.journal.after(0)) if each.name == "channel-alarm"}
            assert alarms == {"robot"}
            assert await words(left), "what came in is kept all the same"
    for gateway in gateways:
        await gateway.stop()


async def test_two_desks_by_mail(tmp_path: Path) -> None:
    mails = [FakeMail("left@a.example"), FakeMail("right@b.example")]
    for mail in mails:
        await mail.start()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    environ = {"PISHKHAN_TOWN_PASSWORD": mails[0].password}
    own = [{**mail.settings(), "acknowledge": True, "rate_per_second": 1000.0} for mail in mails]
    try:
        async with running(tmp_path / "a", {"town": own[0]}, environ=environ), \
                running(tmp_path / "b", {"town": own[1]}, environ=environ):

            async def carry(number: int) -> None:
                done = 0
                while True:
                    for handed in mails[number].sent[done:]:
                        done += 1
                        mails[1 - number].deliver(handed.raw)
                    await asyncio.sleep(0.02)
            tasks = [asyncio.create_task(carry(number)) for number in (0, 1)]
            mails[0].deliver(b"From: <right@b.example>\r\nTo: left@a.example\r\nSubject: hello\r\nMessage-ID: <1@b>\r\n"
                             b"Date: Mon, 02 Nov 2026 09:30:00 +0330\r\n\r\nIs anybody there?\r\n")
            await until(lambda: mails[0].sent, seconds=20)
            total = await quiet(lambda: sum(len(each.sent) for each in mails), seconds=4.0)
            for task in tasks:
                task.cancel()
            assert total == 1, "an acknowledgement is automatic mail and is not acknowledged"
    finally:
        for mail in mails:
            await mail.stop()
