"""The core's own stories on both databases: in, waiting, offered, answered, out - and what may go wrong on the way."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels import registry
from router.errors import Doubtful, Misconfigured, OptedOut, Refused, Throttled, Unreachable
from router.model import Bounce, DeliveryState, Fate, OutKind, SignalKind, Thread
from router.records import AgentState, ContactState, Direction
from tests import fake
from tests.databases import storage
from tests.house import agent, read, running, until
from tests.routing_house import says_why


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the fake line under the medium sms."""
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


def house_of(tmp_path: Path, database: str, **settings: Any) -> Any:
    return running(tmp_path, {"line": {"medium": "sms", "rate_per_second": 1000.0, **settings}},
                   storage=storage(tmp_path, database))


async def contact_of(house: Any, number: int = 1) -> Any:
    return await read(house, lambda tx: tx.contacts.get(number))


async def reply(house: Any, contact: int, words: str, key: str) -> Any:
    def unit(tx: Any) -> Any:
        from router.events import MessageAdded
        about = tx.contacts.get(contact)
        message = tx.messages.add(contact, Direction.OUT, at=tx.now, text=words)
        delivery = tx.outbox.add(message, about, OutKind.REPLY, key=key)
        tx.emit(MessageAdded(about=contact, message=message.id, direction="out", delivery=delivery.id), actor="agent:1")
        return delivery
    return await house.store.run(unit)


async def delivery_of(house: Any, delivery: Any) -> Any:
    return await read(house, lambda tx: tx.outbox.get(delivery.id))


async def test_a_message_becomes_a_contact_and_an_offer_at_once(tmp_path: Path, database: str) -> None:
    async with house_of(tmp_path, database) as house:
        sara = await agent(house)
        accepted = await house.intake(fake.said("m1"))
        assert accepted.fate is Fate.NEW
        contact = await until(lambda: offered(house), what="an offer")
        assert contact.agent == sara.id
        offer = await read(house, lambda tx: tx.offers.live(contact.id))
        assert offer.why["rule"] in ("specialist", "promise") and offer.why["candidates"] == 1
        assert {"queue", "policy", "waited_seconds"} <= set(offer.why)
        names = [e.name for e in await read(house, lambda tx: tx.journal.of_contacts([contact.id]))]
        # Where the citizen was quicker than the agent's own news, supervisors are told so and told that it is over.
        told = [name for name in names if name != "routing-alarm"]
        assert told == ["contact-opened", "contact-queued", "message-added", "item-taken", "offer-made"]


async def offered(house: Any, number: int = 1) -> Any:
    contact = await contact_of(house, number)
    return contact if contact.state is ContactState.OFFERED else None


async def test_a_freed_agent_gets_the_next_at_once(tmp_path: Path, database: str) -> None:
    async with house_of(tmp_path, database) as house:
        await house.intake(fake.said("m1"))
        assert (await contact_of(house)).state is ContactState.WAITING
        assert house.dispatch.explain(1)["code"] in ("nobody-has-skills", "not-waiting")
        await agent(house)
        await until(lambda: offered(house), what="an offer to the agent who became ready")


async def test_the_same_item_a_hundred_times_at_once_is_one_message(tmp_path: Path, database: str) -> None:
    async with house_of(tmp_path, database) as house:
        answers = await asyncio.gather(*(house.intake(fake.said("same")) for _ in range(100)))
        assert sorted(a.fate for a in answers).count(Fate.DUPLICATE) == 99
        assert len(await read(house, lambda tx: tx.messages.of(1))) == 1


async def test_a_hundred_messages_of_a_new_citizen_at_once_are_one_contact(tmp_path: Path, database: str) -> None:
    async with house_of(tmp_path, database) as house:
        await asyncio.gather(*(house.intake(fake.said(f"m{i}", f"پیام {i}")) for i in range(100)))
        contacts = await read(house, lambda tx: tx.contacts.listed())
        assert len(contacts) == 1
        assert len(await read(house, lambda tx: tx.messages.of(contacts[0].id))) == 100


async def test_an_offer_that_lapses_returns_the_contact_to_its_place(tmp_path: Path, database: str) -> None:
    queues = {"general": {"title_fa": "عمومی", "title_en": "General", "accept_seconds": 1}}
    async with running(
        tmp_path, {"line": {"medium": "sms"}}, storage=storage(tmp_path, database), queues=queues
    ) as house:
        sara = await agent(house)
        await house.intake(fake.said("m1"))
        first = await until(lambda: offered(house), what="the first offer")

        async def away() -> Any:
            return (await read(house, lambda tx: tx.desk.agent(sara.id))).state is AgentState.AWAY
        await until(away, what="the agent is set away")
        contact = await contact_of(house)
        assert contact.state is ContactState.WAITING and contact.queued_at == first.queued_at
        assert contact.excluded == (sara.id,)
        omid = await agent(house, "omid")
        again = await until(lambda: offered(house), what="the next agent is asked")
        assert again.agent == omid.id


async def test_a_citizen_who_leaves_while_offered_rescinds_the_offer(tmp_path: Path, database: str) -> None:
    async with house_of(tmp_path, database) as house:
        await agent(house)
        await house.intake(fake.said("m1"))
        await until(lambda: offered(house), what="an offer")
        await house.intake(fake.signal(SignalKind.LEFT, "gone"))
        contact = await contact_of(house)
        assert contact.state is ContactState.ABANDONED and contact.agent is None
        assert await read(house, lambda tx: tx.offers.live(1)) is None
        again = await house.intake(fake.said("m2"))
        assert again.fate is Fate.CONTINUES and again.reason == "thread-reopened"
        assert (await until(lambda: offered(house), what="offered again")).last_agent is None


async def test_capacity_is_never_exceeded(tmp_path: Path, database: str) -> None:
    async with house_of(tmp_path, database) as house:
        sara = await agent(house, capacity=6)
        await asyncio.gather(*(house.intake(fake.said(f"m{i}", sender=f"+98912000{i:04}")) for i in range(10)))

        async def full() -> Any:
            return len(await read(house, lambda tx: tx.contacts.held_by(sara.id))) == 3
        await until(full, what="three contacts of two points")
        assert len(await read(house, lambda tx: tx.contacts.in_state(ContactState.WAITING))) == 7
        await says_why(house, 10, "all-busy")


@pytest.mark.parametrize(
    ("error", "state", "tries"),
    [
        (Unreachable(), DeliveryState.SENT, 2),
        (Throttled(retry_after=timedelta(seconds=0.1)), DeliveryState.SENT, 2),
        (Refused(), DeliveryState.FAILED, 1),
        (Doubtful(), DeliveryState.UNCERTAIN, 1),
        (Misconfigured(), DeliveryState.SENT, 2),
        (OptedOut(), DeliveryState.FAILED, 1),
    ],
)
async def test_each_error_has_its_consequence(
    tmp_path: Path, database: str, error: Any, state: DeliveryState, tries: int
) -> None:
    async with house_of(tmp_path, database) as house:
        await house.intake(fake.said("m1"))
        house.channels["line"].errors.append(error)
        made = await reply(house, 1, "پاسخ", "r1")

        async def settled() -> Any:
            found = await delivery_of(house, made)
            return found if found.state is state else None
        found = await until(settled, what=f"the delivery is {state}")
        assert found.attempts == tries
        if isinstance(error, OptedOut):
            second = await reply(house, 1, "باز هم", "r2")

            async def failed() -> Any:
                return (await delivery_of(house, second)).state is DeliveryState.FAILED
            await until(failed, what="nothing more goes to who opted out")
            assert not house.channels["line"].sent


async def test_order_is_kept_within_a_contact(tmp_path: Path, database: str) -> None:
    async with house_of(tmp_path, database) as house:
        await house.intake(fake.said("m1"))
        house.channels["line"].errors.append(Unreachable())
        for i in range(5):
            await reply(house, 1, f"پاسخ {i}", f"r{i}")
        line = house.channels["line"]
        await until(lambda: len(line.sent) == 5, what="all five")
        assert [out.text for out in line.sent] == [f"پاسخ {i}" for i in range(5)]


async def test_what_was_being_sent_at_a_crash_becomes_uncertain(tmp_path: Path, database: str) -> None:
    async with house_of(tmp_path, database) as house:
        await house.intake(fake.said("m1"))
        house.channels["line"].hold = asyncio.Event()
        made = await reply(house, 1, "پاسخ", "r1")

        async def sending() -> Any:
            return (await delivery_of(house, made)).state is DeliveryState.SENDING
        await until(sending, what="sending")
    async with house_of(tmp_path, database) as house:
        async def uncertain() -> Any:
            return (await delivery_of(house, made)).state is DeliveryState.UNCERTAIN
        await until(uncertain, what="uncertain after the restart")
        assert not house.channels["line"].sent


@pytest.mark.parametrize(
    ("sign", "state"),
    [
        ("auto-submitted", ContactState.CLOSED),
        ("robot-sender", ContactState.CLOSED),
        ("precedence", ContactState.WAITING),
        ("list-id", ContactState.WAITING),
    ],
)
async def test_a_robot_is_kept_and_never_answered(tmp_path: Path, sign: str, state: ContactState) -> None:
    async with house_of(tmp_path, "", acknowledge=True) as house:
        accepted = await house.intake(fake.said("m1", automatic=sign))
        assert accepted.fate is Fate.AUTOMATIC
        assert (await contact_of(house)).state is state
        assert [m.direction for m in await read(house, lambda tx: tx.messages.of(1))] == [Direction.IN]


async def test_a_new_citizen_is_told_the_reference_a_few_times_a_day(tmp_path: Path, database: str) -> None:
    async with house_of(tmp_path, database, acknowledge=True, acknowledge_per_day=2, reopen_hours=0) as house:
        for i in range(4):
            await house.intake(fake.said(f"m{i}", thread=Thread(key=f"k{i}")))
        line = house.channels["line"]
        await until(lambda: len(line.sent) == 2, what="two acknowledgements")
        reference = (await contact_of(house)).reference
        assert reference.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) in line.sent[0].text
        deliveries = await read(house, lambda tx: [m for c in range(1, 5) for m in tx.messages.of(c) if m.delivery])
        assert len(deliveries) == 2


async def test_a_bounce_finds_its_message_by_id_or_by_token(tmp_path: Path, database: str) -> None:
    async with house_of(tmp_path, database) as house:
        await house.intake(fake.said("m1"))
        first = await reply(house, 1, "پاسخ", "r1")
        await until(lambda: house.channels["line"].sent, what="sent")

        async def sent() -> Any:
            return (await delivery_of(house, first)).state is DeliveryState.SENT
        await until(sent, what="settled")
        token = (await contact_of(house)).token
        bounced = Bounce(permanent=True, recipient="x", code="5.1.1", reason="no such user", tokens=(token,))
        accepted = await house.intake(fake.said("b1", bounce=bounced))
        assert accepted.fate is Fate.BOUNCE
        found = await delivery_of(house, first)
        assert found.state is DeliveryState.FAILED and found.error == "bounced" and "5.1.1" in found.detail


async def test_a_late_step_of_a_call_that_ended_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake.Adapter, "connects", True)
    async with house_of(tmp_path, "") as house:
        await house.intake(fake.signal(SignalKind.OPEN, "s1", key="CA1"))
        await house.intake(fake.signal(SignalKind.LEFT, "s2", key="CA1"))
        await house.intake(fake.signal(SignalKind.ENQUEUE, "s3", key="CA1"))
        assert [c.state for c in await read(house, lambda tx: tx.contacts.listed())] == [ContactState.ABANDONED]
