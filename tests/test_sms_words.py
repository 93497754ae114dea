"""Stop, start and keywords; long messages joined; caps of a channel; what one part costs."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from channels.sandbox.sms import FakeGateway
from channels.sms import gsm, joining, words
from channels.sms.settings import Settings
from router.model import Address, DeliveryState, Fate, Medium, Said, Signal, SignalKind
from router.records import ContactState, Direction
from settings import Secret
from tests.house import read, running, until
from tests.test_sms_house import SECRETS, Town

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def said(text: str, **data: Any) -> Said:
    return Said(channel="town", external_id="a", sender=Address(medium=Medium.SMS, value="+989121234567"), at=NOW,
                text=text, data=data)


@pytest.mark.parametrize("text", ["STOP", "stop", " Stop. ", "لغو", "لغو!", "«لغو»", "لـغو", "لغو عضویت",
                                  "لغو\u200cعضویت", "ＳＴＯＰ", "توقف\n"])
def test_stop_words(text: str) -> None:
    found = words.understood(said(text), Settings())
    assert isinstance(found, Signal)
    assert (found.kind, found.data) == (SignalKind.OPT_OUT, {"confirm": True})


@pytest.mark.parametrize("text", ["stop it please", "لغو قرارداد من", "قطع", "yes", "", "!!!", "stop" * 20,
                                  "don't stop"])
def test_other_words_stop_nothing(text: str) -> None:
    assert words.understood(said(text), Settings()) == said(text)


@pytest.mark.parametrize("text", ["START", "شروع", "unstop"])
def test_start_words_are_only_marked(text: str) -> None:
    found = words.understood(said(text), Settings())
    assert isinstance(found, Said)
    assert found.text == text
    assert found.data == {"start": {"confirm": True}}


@pytest.mark.parametrize(("text", "number", "queue"), [
    ("قبض 123", "3000", "bills"), ("قبض\u200c", "3000", "bills"), ("Bill: 77", "3000", "bills"),
    ("آب قطع است", "3000", "water"),
    ("آب قطع است", "+3000", "water"), ("hello", "3000", ""), ("hello", "4000", "other"), ("قبض", "4000", "bills"),
    ("", "3000", ""), ("x" * 1000, "", "")])
def test_keywords(text: str, number: str, queue: str) -> None:
    settings = Settings(keywords={"قبض": "bills", "bill": "bills", "3000:آب": "water", "4000:": "other"})
    found = words.understood(said(text, to=number), settings)
    assert isinstance(found, Said)
    assert found.queue == queue


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    gateway = FakeGateway(secret="s3cret", retry_seconds=0.05)
    await gateway.start()
    own = {"medium": "sms", "send_url": gateway.send_url, "username": "app", "sender": "3000", "answer_seconds": 1.0,
           "join_seconds": 10, "keywords": {"قبض": "bills"}, "cap_address_day": 4, "part_cost": 120.0,
           "currency": "IRR"}
    queues = {name: {"title_fa": name, "title_en": name} for name in ("general", "bills")}
    async with running(tmp_path, {"town": own}, environ=SECRETS, queues=queues) as house:
        gateway.inbound_url = f"{house.url}/channels/town/inbound"
        yield Town(house, gateway)
    await gateway.stop()


async def test_stop_is_confirmed_once_and_holds_until_start(town: Town) -> None:
    assert await town.gateway.say("09121234567", "سلام", id="a1") == 200
    for number in range(2):
        assert await town.gateway.say("09121234567", "لغو", id=f"s{number}") == 200
    await until(lambda: len(town.gateway.sent) == 1)
    assert "شروع" in town.gateway.sent[0].text
    refused = await town.reply("سلام")
    await town.reaches(refused, DeliveryState.FAILED)
    assert (await read(town.house, lambda tx: tx.outbox.get(refused.id))).error == "opted_out"
    # A word that is no start word brings the question in, and no answer out.
    assert await town.gateway.say("09121234567", "راستی یک سؤال", id="a2") == 200
    still = await town.reply("بله؟")
    await town.reaches(still, DeliveryState.FAILED)
    assert await town.gateway.say("09121234567", "شروع", id="s9") == 200
    await town.reaches(await town.reply("خوش آمدید"), DeliveryState.DELIVERED)
    assert [each.text[:2] for each in town.gateway.sent] == ["از", "از", "خو"]
    kinds = [each.kind for each in await read(town.house, lambda tx: tx.messages.of(1))
             if each.direction is Direction.SYSTEM]
    assert kinds == ["opt-out", "opt-in"]


async def test_a_strangers_stop_is_nobodys_work(town: Town) -> None:
    assert await town.gateway.say("09121234599", "STOP") == 200
    await until(lambda: len(town.gateway.sent) == 1)
    assert (await town.contact()).state is ContactState.CLOSED
    assert town.gateway.sent[0].text.startswith("We will send no more")


async def test_start_without_stop_is_a_message(town: Town) -> None:
    assert await town.gateway.say("09121234567", "شروع") == 200
    assert (await town.contact()).state is ContactState.WAITING
    assert town.gateway.sent == []


async def test_a_keyword_chooses_the_queue(town: Town) -> None:
    assert await town.gateway.say("09121234567", "قبض ۱۲۳۴") == 200
    queue = (await town.contact()).queue
    assert (await read(town.house, lambda tx: tx.desk.queue(queue))).name == "bills"


async def test_a_number_has_its_days_cap(town: Town) -> None:
    assert await town.gateway.say("09121234567", "سلام") == 200
    await town.reaches(await town.reply("یک " * 40), DeliveryState.DELIVERED)  # two parts
    await town.reaches(await town.reply("دو " * 40), DeliveryState.DELIVERED)
    third = await town.reply("سه")
    await town.reaches(third, DeliveryState.FAILED)
    assert (await read(town.house, lambda tx: tx.outbox.get(third.id))).error == "capped"
    limits = town.house.channels["town"].limits
    assert (limits.part_cost, limits.currency) == (120.0, "IRR")


# --- joining

def udh(kind: int, ref: int, of: int, number: int) -> str:
    head = bytes([5, 0, 3, ref, of, number]) if kind == 8 else bytes([6, 8, 4, ref >> 8, ref & 255, of, number])
    return "".join(f"%{byte:02x}" for byte in head)


async def part(town: Town, text: str, *, kind: int = 8, ref: int = 7, of: int = 3, number: int = 1, id: str = "",
               sender: str = "+989121234567") -> int:
    values = {"from": sender, "to": "3000", "text": text, "ts": "2026-11-22 09:00:00", "coding": "2",
              "charset": "UTF-8", "id": id or f"p{ref}-{number}", "secret": "s3cret"}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
    async with town.gateway._out.get(  # type: ignore[union-attr]
            __import__("yarl").URL(f"{town.gateway.inbound_url}?{query}&udh={udh(kind, ref, of, number)}",
                                   encoded=True)) as got:
        return int(got.status)


async def words_in(town: Town) -> list[str]:
    contacts = await read(town.house, lambda tx: tx.contacts.listed())
    return [each.text for contact in contacts
            for each in await read(town.house, lambda tx, c=contact: tx.messages.of(c.id))]


@pytest.mark.parametrize("kind", [8, 16])
@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
async def test_parts_are_joined_in_any_order(town: Town, kind: int, order: tuple[int, ...]) -> None:
    texts = {1: "سلام، ", 2: "من می\u200cخواهم ", 3: "بپرسم."}
    for number in order:
        assert await words_in(town) == []
        for _ in range(2):  # every part twice, as gateways do
            assert await part(town, texts[number], kind=kind, ref=300 if kind == 16 else 44, number=number) == 200
    assert await words_in(town) == ["سلام، من می\u200cخواهم بپرسم."]
    assert await part(town, texts[2], kind=kind, ref=300 if kind == 16 else 44, number=2) == 200
    assert len(await words_in(town)) == 1, "a late repeat is no new message"


async def test_reference_numbers_come_round(town: Town) -> None:
    for turn in range(3):
        for number in (2, 1):
            assert await part(town, f"{turn}{number} ", of=2, number=number, id=f"t{turn}-{number}") == 200
    assert await words_in(town) == ["01 02 ", "11 12 ", "21 22 "]


async def test_a_missing_part_is_marked_after_a_while(town: Town) -> None:
    assert await part(town, "آغاز ", number=1) == 200
    assert await part(town, " پایان", number=3) == 200
    channel = town.house.channels["town"]
    await channel.sweep()  # type: ignore[attr-defined]
    assert await words_in(town) == []
    now = channel.wire.clock()  # type: ignore[attr-defined]
    from dataclasses import replace
    channel.wire = replace(channel.wire, clock=lambda: now + timedelta(minutes=5))  # type: ignore[attr-defined]
    for _ in range(2):
        await channel.sweep()  # type: ignore[attr-defined]
    assert await words_in(town) == ["آغاز […] پایان"]
    items = await read(town.house, lambda tx: tx.items.with_fate(Fate.NEW))
    assert len(items) == 1


async def test_two_senders_with_one_reference_do_not_mix(town: Town) -> None:
    for sender in ("+989121234567", "+989121234568"):
        for number in (1, 2):
            assert await part(town, f"{sender[-1]}{number}", of=2, number=number, sender=sender,
                              id=f"{sender}{number}") == 200
    assert sorted(await words_in(town)) == ["7172", "8182"]


@pytest.mark.parametrize("data", [{"ref": 1, "of": 1, "number": 1}, {"ref": 1, "of": 300, "number": 2},
                                  {"ref": 1, "of": 2, "number": 3}, {"ref": 1, "of": 2, "number": 0}])
def test_impossible_parts_stand_alone(data: dict[str, int]) -> None:
    assert not joining.is_part(said("x", part=data))


def test_what_is_split_is_joined_again() -> None:
    """Any text, cut as the network cuts it, comes together as it was."""
    pick = random.Random(7)
    letters = "سلامچطوریدgsm{}€😀\u200c \n"
    for _ in range(50):
        text = "".join(pick.choice(letters) for _ in range(pick.randrange(1, 600)))
        parts = gsm.split(text)
        assert "".join(parts) == text
        assert all(sum(gsm.cost(c, gsm.alphabet(text)) for c in each) <= gsm.alphabet(text).single for each in parts)


def test_settings_of_money() -> None:
    with pytest.raises(ValueError, match="budget_day"):
        Settings(budget_day=5.0)
    with pytest.raises(ValueError, match="caps"):
        Settings(cap_prefix_day={"+98": -1})
    with pytest.raises(ValueError, match="answer_errors"):
        Settings(answer_errors={"1": "no"})
    assert Settings(password=Secret("x")).stop_words
