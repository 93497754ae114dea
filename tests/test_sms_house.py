"""A text message's whole life in a running house: in, answered, reported, and the ways it can go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from channels.sandbox.sms import FakeGateway
from router.events import MessageAdded
from router.model import DeliveryState, OutKind
from router.records import Direction
from tests.house import read, running, until

SECRETS = {"PISHKHAN_TOWN_PASSWORD": "pw", "PISHKHAN_TOWN_WEBHOOK_SECRET": "s3cret"}


class Town:
    """A house with one SMS channel, and its gateway."""

    def __init__(self, house: Any, gateway: FakeGateway) -> None:
        self.house, self.gateway = house, gateway

    async def contact(self) -> Any:
        """The one contact there is."""
        (contact,) = await read(self.house, lambda tx: tx.contacts.listed())
        return contact

    async def reply(self, words: str, **data: Any) -> Any:
        """An agent's answer, as the console makes it."""
        contact = await self.contact()

        def unit(tx: Any) -> Any:
            message = tx.messages.add(contact.id, Direction.OUT, at=tx.now, text=words, data=data)
            delivery = tx.outbox.add(message, contact, OutKind.REPLY, key=f"reply:{message.id}")
            tx.emit(MessageAdded(about=contact.id, message=message.id, direction="out", delivery=delivery.id),
                    actor="agent:1")
            return delivery
        return await self.house.store.run(unit)

    async def state(self, delivery: Any) -> DeliveryState:
        """How it stands now."""
        return (await read(self.house, lambda tx: tx.outbox.get(delivery.id))).state  # type: ignore[no-any-return]

    async def reaches(self, delivery: Any, state: DeliveryState) -> None:
        """Until it stands so."""
        async def there() -> bool:
            return await self.state(delivery) is state
        await until(there, seconds=15, what=f"delivery {state}")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    gateway = FakeGateway(secret="s3cret", retry_seconds=0.05)
    await gateway.start()
    own = {"medium": "sms", "send_url": gateway.send_url, "username": "app", "sender": "3000", "answer_seconds": 1.0}
    async with running(tmp_path, {"town": own}, environ=SECRETS) as house:
        gateway.inbound_url = f"{house.url}/channels/town/inbound"
        yield Town(house, gateway)
    await gateway.stop()


async def test_in_answered_and_delivered(town: Town) -> None:
    assert await town.gateway.say("09121234567", "سلام، پی\u200cگیری", id="a1") == 200
    assert await town.gateway.say("09121234567", "سلام، پی\u200cگیری", id="a1") == 200
    contact = await town.contact()
    messages = await read(town.house, lambda tx: tx.messages.of(contact.id))
    assert [message.text for message in messages] == ["سلام، پی\u200cگیری"] and contact.language == "fa"
    delivery = await town.reply("در راه است.")
    await town.reaches(delivery, DeliveryState.DELIVERED)
    assert [(taken.to, taken.text) for taken in town.gateway.sent] == [("+989121234567", "در راه است.")]
    # Another spelling of the number is the same citizen and the same contact.
    assert await town.gateway.say("+98 912 123 4567", "ممنون", id="a2") == 200
    assert len(await read(town.house, lambda tx: tx.contacts.listed())) == 1


@pytest.mark.parametrize(("last", "state"), [
    ("181", DeliveryState.DELIVERED), ("111", DeliveryState.DELIVERED), ("002", DeliveryState.FAILED),
    ("016", DeliveryState.FAILED), ("000", DeliveryState.SENT), ("103", DeliveryState.DELIVERED),
    ("408", DeliveryState.UNCERTAIN), ("777", DeliveryState.UNCERTAIN), ("400", DeliveryState.FAILED),
])
async def test_how_it_ends(town: Town, last: str, state: DeliveryState) -> None:
    await town.gateway.say(f"+98912000{last.zfill(4)}", "سلام", id="a1")
    delivery = await town.reply("پاسخ")
    await town.reaches(delivery, state)
    # Late reports arrive and change nothing that was settled.
    await until(lambda: all(report.statuses[-1:] == [200] for report in town.gateway.reports))
    await asyncio.sleep(0.1)
    assert await town.state(delivery) is state
    assert len(town.gateway.sent) == (0 if last == "400" else 1), "never twice"


async def test_the_gateway_comes_back(town: Town) -> None:
    await town.gateway.say("+989121234567", "سلام", id="a1")
    port = town.gateway.port
    await town.gateway.stop()
    delivery = await town.reply("پاسخ")

    async def waits() -> bool:
        found = await read(town.house, lambda tx: tx.outbox.get(delivery.id))
        return found.state is DeliveryState.PENDING and found.attempts >= 1  # type: ignore[no-any-return]
    await until(waits, what="the message waits")
    await town.gateway.start(port)
    await town.reaches(delivery, DeliveryState.DELIVERED)
    assert len(town.gateway.sent) == 1


async def test_a_forged_report_and_a_forged_message(town: Town) -> None:
    await town.gateway.say("+989120000000", "سلام", id="a1")
    delivery = await town.reply("پاسخ")
    await town.reaches(delivery, DeliveryState.SENT)
    town.gateway.secret = "guess"
    assert await town.gateway.say("+989120000000", "forged", id="a2") == 403
    (taken,) = town.gateway.sent
    forged = type(taken)(**{name: getattr(taken, name) for name in taken.__slots__} | {
        "report_url": taken.report_url.replace("secret=", "secret=0")})
    assert await town.gateway.report(forged, 1) == 403
    assert await town.state(delivery) is DeliveryState.SENT
    names = [entry.name for entry in await read(town.house, lambda tx: tx.journal.after(0, limit=1000))]
    assert "request-refused" in names
