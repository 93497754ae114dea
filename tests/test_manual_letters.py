"""Letters: numbers in the register, the printed answer, its way by post; promised calls; who wrote it down."""

from __future__ import annotations

import asyncio
import contextlib
import re
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from agents import replies
from channels.manual import parse
from channels.manual.letters import Letter, render
from house import House
from router.errors import BadRequest, Conflict, NotFound
from router.model import DeliveryState, Receipt
from router.records import ContactState
from storage.tables import Registrations
from tests.house import agent, read, running, until

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@contextlib.asynccontextmanager
async def town(tmp_path: Path, **settings: Any) -> AsyncIterator[House]:
    channels = {"letters": {"medium": "letter", "queue": "general", "register": "secretariat",
                            "letter": {"top.fa": "شهرداری یزد"}, **settings},
                "faxes": {"medium": "fax", "queue": "general", "register": "secretariat"},
                "phones": {"medium": "phone", "queue": "general"}}
    async with running(tmp_path, channels) as house:
        yield house


async def record(house: House, key: str, channel: str = "letters", **fields: str) -> Any:
    given = {"key": f"record-key-{key}", "name": "علی رضایی", "text": "درخواست انشعاب", **fields}
    return await house.channels[channel].record(given, [], actor="agent:7")


async def messages(house: House, accepted: Any) -> list[Any]:
    return list(await read(house, lambda tx: tx.messages.of(accepted.line.contact.id)))


async def answer(house: House, person: Any, contact: int, words: str = "آماده است.") -> Any:
    limits = {name: channel.limits for name, channel in house.channels.items()}

    def unit(tx: Any) -> Any:
        tx.contacts.change(tx.contacts.get(contact), state=ContactState.ACTIVE, agent=person.id)
        number = replies.reply(tx, person, contact, replies.Draft(key=f"k{contact}", text=words), limits=limits)
        return tx.messages.get(number)
    return await house.store.run(unit)


async def test_every_letter_gets_the_next_number_of_its_unit_and_year(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        person = await agent(house, ready=False)
        first = await record(house, "1")
        await record(house, "2", "faxes")
        assert (await record(house, "1")).message == first.message, "the same record again takes no number"
        reply = await answer(house, person, first.line.contact.id)
        rows = await read(house, lambda tx: tx.connection.execute(
            select(Registrations.number, Registrations.way, Registrations.year, Registrations.actor)).all())
        assert [(row.number, row.way) for row in rows] == [(1, "in"), (2, "in"), (3, "out")]
        assert rows[0].actor == "agent:7" and rows[0].year > 1404
        [incoming, _] = await messages(house, first)
        assert incoming.data["registered"] == {"unit": "secretariat", "year": rows[0].year, "number": 1}
        assert reply.data["registered"]["number"] == 3


async def test_numbers_have_no_gaps_when_units_of_work_fail_and_none_is_given_twice(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        def broken(tx: Any) -> None:
            tx.register.take("secretariat", way="in", contact=None, actor="agent:1")
            raise NotFound("the disk is gone")

        async def fail() -> None:
            with pytest.raises(NotFound):
                await house.store.run(broken)
        await asyncio.gather(*[each for n in range(20) for each in (record(house, f"n{n}"), fail())])
        numbers = await read(house, lambda tx: tx.connection.execute(select(Registrations.number)).scalars().all())
        assert sorted(numbers) == list(range(1, 21))

        def again(tx: Any) -> None:
            row = {"unit": "secretariat", "year": 1405, "number": 1, "way": "in", "contact_id": None, "actor": "",
                   "at": tx.now}
            for _ in range(2):
                tx.connection.execute(Registrations.__table__.insert().values(**row))
        with pytest.raises(Conflict):
            await house.store.run(again)


async def test_the_year_is_jalali_and_begins_in_tehran(tmp_path: Path) -> None:
    from storage.register import Register

    async with town(tmp_path) as house:
        def at(when: datetime) -> Any:
            return lambda tx: Register(tx.connection, when).take("u", way="in", contact=None, actor="")
        before = await house.store.run(at(datetime(2027, 3, 20, 20, 0, tzinfo=UTC)))
        after = await house.store.run(at(datetime(2027, 3, 20, 21, 0, tzinfo=UTC)))
        assert (before["year"], before["number"]) == (1405, 1) and (after["year"], after["number"]) == (1406, 1)


async def test_the_journal_names_who_wrote_it_down(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        accepted = await record(house, "1")
        entries = await read(house, lambda tx: tx.journal.of_contacts([accepted.line.contact.id]))
        actors = {entry.name: entry.actor for entry in entries}
        assert actors["message-added"] == actors["contact-opened"] == "agent:7"


# --- on paper


def streams(pdf: bytes) -> bytes:
    """Every stream of a PDF, unpacked."""
    found = b""
    for each in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            found += zlib.decompress(each)
    return found


def letter(text: str = "پاسخ", **more: Any) -> Letter:
    return Letter(**{"text": text, "name": "علی", "subject": "آب", "number": "1405/3", "reference": "1-2",
                     "agent": "مریم", "at": NOW, **more})


def test_an_answer_becomes_a_letter_with_our_own_font_and_always_the_same() -> None:
    made = render(letter(), {"top.fa": "شهرداری"})
    assert made == render(letter(), {"top.fa": "شهرداری"}) and made.startswith(b"%PDF-")
    assert b"Vazirmatn" in made and b"/FontFile2" in made, "the font is inside"
    assert b"1405" not in streams(made), "Persian digits, as glyphs"
    assert len(made) < 100_000


def test_letters_are_joined_and_run_from_right_to_left() -> None:
    """The shaped glyphs of a word are other glyphs than those of its letters alone."""
    apart, joined = (set(re.findall(rb"<([0-9a-f]{4})>", streams(render(letter(each), {}))))
                     or streams(render(letter(each), {})) for each in ("س ل ا م", "سلام"))
    assert apart != joined


@pytest.mark.parametrize("text", ["", "x" * 5_000, "سلام " * 3_000, "line\n" * 500,
                                  "\u202e\u2066\x00 \U0001f600 漢字", "{name} {x} {{"])
def test_whatever_an_agent_writes_prints(text: str) -> None:
    pages = render(letter(text), {"closing.fa": "{name} {agent} {nothing}"})
    assert pages.startswith(b"%PDF-")


def test_a_wrong_template_is_refused_at_the_start() -> None:
    from channels.manual.settings import Settings

    with pytest.raises(ValueError, match="letter"):
        Settings(letter={"head.fa": "x"})


async def test_the_printed_letter_waits_for_whoever_carries_it_and_its_way_is_kept(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        person = await agent(house, ready=False)
        accepted = await record(house, "1", address="یزد، خیابان کاشانی")
        reply = await answer(house, person, accepted.line.contact.id)
        delivery = (await read(house, lambda tx: tx.messages.get(reply.id))).delivery

        async def state(wanted: DeliveryState) -> bool:
            return (await read(house, lambda tx: tx.outbox.get(delivery.id))).state is wanted
        await until(lambda: state(DeliveryState.SENT))
        digest = await house.lines.mark("letters", f"letter:{delivery.id}")
        assert (await house.store.blobs.read(digest)).startswith(b"%PDF-")
        assert reply.data["postal"] == "یزد، خیابان کاشانی"
        for step, detail in (("posted", "سفارشی ۱۲۳"), ("delivered", ""), ("delivered", "")):
            receipt = parse.handed_over({"delivery": delivery.id, "state": step, "detail": detail}, channel="letters",
                                        now=house.clock(), zone=ZoneInfo("Asia/Tehran"), actor="agent:7")
            assert isinstance(receipt, Receipt)
            await house.intake(receipt)
        await until(lambda: state(DeliveryState.DELIVERED))
        found = await read(house, lambda tx: tx.messages.get(reply.id))
        assert [(each["step"], each["detail"], each["by"]) for each in found.data["steps"]] == [
            ("posted", "سفارشی ۱۲۳", "agent:7"), ("delivered", "", "agent:7")], "told twice is told once"


# --- promises


async def test_a_promised_call_sleeps_until_shortly_before_it(tmp_path: Path) -> None:
    async with town(tmp_path) as house:
        when = house.clock() + timedelta(days=1)
        accepted = await record(house, "1", "phones", phone="09120000001", callback=when.isoformat(timespec="minutes"))
        contact = await read(house, lambda tx: tx.contacts.get(accepted.line.contact.id))
        assert contact.state is ContactState.SNOOZED
        timer = await read(house, lambda tx: tx.timers.many("wake", [contact.id])[contact.id])
        assert timedelta(minutes=4) < when - timer.due_at < timedelta(minutes=7)
        soon = (house.clock() + timedelta(minutes=3)).isoformat(timespec="minutes")
        again = await record(house, "2", "phones", phone="09120000002", callback=soon)
        assert again.line.contact.state is ContactState.WAITING


@pytest.mark.parametrize("written", ["1390/01/01 10:00", "فردا", "2026-11-22", "1499/01/01 10:00", "1405/13/01 10:00"])
async def test_a_promise_must_be_a_time_that_can_be_kept(tmp_path: Path, written: str) -> None:
    async with town(tmp_path) as house:
        with pytest.raises(BadRequest) as refusal:
            await record(house, "1", "phones", phone="09120000001", callback=written)
        assert refusal.value.field == "callback"
