"""Values for tests of the voice channel: a line as the store would give it, a house with a telephone and a carrier."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from twilio.request_validator import RequestValidator

from agents import offers
from channels.sandbox.voice import FakeCarrier
from router.errors import NotFound
from router.events import MessageAdded
from router.model import AddressId, AgentId, ContactId, CustomerId, DeliveryState, Medium, OutKind, QueueId
from router.records import Contact, ContactState, Direction, Line
from tests.house import read, running, until

TOKEN = "carrier-token"
PATIENCE = 60.0  #: seconds that a loaded machine may need for what takes milliseconds
NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


def line(*, state: ContactState = ContactState.WAITING, place: int = 0, low: int = 0, high: int = 0, ready: int = 0,
         phone: str = "", agent: int | None = None, since: datetime = NOW, **data: Any) -> Line:
    """How a call's contact stands."""
    contact = Contact(
        id=ContactId(1), reference="482-913-5573", token="t", channel="line", medium=Medium.VOICE, thread_key="CA1",
        customer=CustomerId(1), address=AddressId(1), state=state, state_since=since, queue=QueueId(1),
        agent=None if agent is None else AgentId(agent), opened_at=NOW, data=data)
    return Line(contact=contact, place=place, wait_low=low, wait_high=high, ready_agents=ready, agent_phone=phone)


@contextlib.asynccontextmanager
async def telephone(tmp_path: Path, *, pace: float = 0.01, account: str = "AC1", queues: Any = None,
                    **own: Any) -> AsyncIterator[tuple[Any, FakeCarrier]]:
    """A running house with one telephone line, and the carrier it belongs to."""
    carrier = FakeCarrier(token=TOKEN, pace=pace)
    await carrier.start()
    table = {"medium": "voice", "effort": 6, "account_sid": account, "api_base": carrier.api_base,
             "rate_per_second": 1000.0, **own}
    try:
        environ = {"PISHKHAN_LINE_AUTH_TOKEN": TOKEN}
        async with running(tmp_path, {"line": table}, environ=environ, queues=queues) as house:
            carrier.hook_url = f"{house.url}/channels/line"
            try:
                yield house, carrier
            finally:
                await carrier.stop()
    finally:
        await carrier.stop()


async def post(url: str, form: dict[str, str], *, token: str = TOKEN, signed_url: str = "", headers: Any = None,
               ) -> tuple[int, str]:
    """A webhook signed by the carrier's own library."""
    signed = RequestValidator(token).compute_signature(signed_url or url, form)
    async with aiohttp.ClientSession() as session, session.post(
            url, data=urlencode(form), headers={"Content-Type": "application/x-www-form-urlencoded",
                                                "X-Twilio-Signature": signed, **(headers or {})}) as answer:
        return answer.status, await answer.text()


async def outgoing(house: Any, contact: int, words: str, key: str, kind: OutKind = OutKind.REPLY, **data: Any) -> Any:
    """A message of an agent into the outbox; its delivery."""
    def unit(tx: Any) -> Any:
        about = tx.contacts.get(contact)
        message = tx.messages.add(contact, Direction.OUT, at=tx.now, text=words, data=data)
        delivery = tx.outbox.add(message, about, kind, key=key, data=data)
        tx.emit(MessageAdded(about=contact, message=message.id, direction="out", delivery=delivery.id), actor="agent:1")
        return delivery
    return await house.store.run(unit)


async def contact_of(house: Any, number: int = 1) -> Contact:
    """A contact as it stands now."""
    return await read(house, lambda tx: tx.contacts.get(number))


async def in_state(house: Any, state: ContactState, number: int = 1) -> Contact:
    """Wait until a contact is in this state."""
    async def there() -> Contact | None:
        try:
            found = await contact_of(house, number)
        except NotFound:
            return None
        return found if found.state is state else None
    return await until(there, seconds=PATIENCE, what=f"contact {number} is {state}")


async def accept(house: Any, number: int = 1) -> Any:
    """The agent who was offered the contact takes it; the delivery of the order to connect, where they have a phone."""
    await in_state(house, ContactState.OFFERED, number)

    def unit(tx: Any) -> Any:
        offer = tx.offers.live(number)
        offers.accept(tx, tx.desk.agent(offer.agent), offer.id, limits={"line": house.channels["line"].limits})
        last = tx.messages.of(number)[-1]
        return last.delivery if last.data.get("kind") == "connect" else None
    return await house.store.run(unit)


async def delivery_of(house: Any, delivery: Any, state: DeliveryState) -> Any:
    """Wait until a delivery is in this state."""
    async def there() -> Any:
        found = await read(house, lambda tx: tx.outbox.get(delivery.id))
        return found if found.state is state else None
    return await until(there, seconds=PATIENCE, what=f"delivery {delivery.id} is {state}")


async def messages(house: Any, number: int = 1) -> list[Any]:
    """A contact's conversation."""
    return await read(house, lambda tx: tx.messages.of(number))
