"""The whole way through a running house: citizens write to the sandbox's mailbox and get answers from it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from channels.email.child import Reader
from channels.email.mailbox import Mailbox
from channels.email.parse import Arrival, parse
from channels.email.settings import Settings
from channels.sandbox.mail import FakeMail
from house import House
from router.events import MessageAdded
from router.model import DeliveryState, OutKind
from router.records import ContactState, Direction
from settings import Secret
from tests.house import read, running
from tests.house import until as within
from tests.recorder import Recorder
from tests.recorder import until as seen

until = functools.partial(within, seconds=20.0)


def letter(number: int, *, sender: str = "ali@citizen.example", extra: str = "",
           text: str = "پروانه‌ام کی آماده است؟") -> bytes:
    return (f"From: Ali <{sender}>\r\nTo: desk@city.example\r\nSubject: permit {number}\r\n{extra}"
            f"Date: Mon, 02 Nov 2026 09:30:00 +0330\r\nMessage-ID: <n{number}@citizen.example>\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n").encode()


@contextlib.asynccontextmanager
async def town(tmp_path: Path, **settings: Any) -> AsyncIterator[tuple[House, FakeMail]]:
    """A house with one mailbox."""
    mail = FakeMail()
    await mail.start()
    try:
        channels = {"town-email": {**mail.settings(), "rate_per_second": 1000.0, **settings}}
        environ = {"PISHKHAN_TOWN_EMAIL_PASSWORD": mail.password}
        async with running(tmp_path, channels, environ=environ) as house:
            yield house, mail
    finally:
        await mail.stop()


async def contacts(house: House) -> list[Any]:
    return list(await read(house, lambda tx: tx.contacts.listed()))


async def reply(house: House, contact: int, words: str) -> Any:
    def unit(tx: Any) -> Any:
        about = tx.contacts.get(contact)
        message = tx.messages.add(contact, Direction.OUT, at=tx.now, text=words)
        delivery = tx.outbox.add(message, about, OutKind.REPLY, key=f"reply:{message.id}")
        tx.emit(MessageAdded(about=about.id, message=message.id, direction="out", delivery=delivery.id),
                actor="agent:1")
        return delivery
    return await house.store.run(unit)


async def test_a_conversation(tmp_path: Path) -> None:
    async with town(tmp_path, acknowledge=True) as (house, mail):
        mail.deliver(letter(1))
        await until(lambda: mail.sent, what="the acknowledgement")
        [contact] = await contacts(house)
        assert contact.state is ContactState.WAITING and contact.language == "fa"
        acknowledgement = parse(mail.sent[0].raw, Arrival(channel="x", now=house.clock()))
        assert acknowledgement.automatic == "auto-submitted" and contact.reference in acknowledgement.subject
        echo = f"{acknowledgement.subject} {acknowledgement.text}"
        assert "پروانه" not in echo and "permit" not in echo, "the citizen's words came back"
        delivery = await reply(house, contact.id, "فردا آماده است.")
        await until(lambda: len(mail.sent) == 2, what="the reply")
        answer = parse(mail.sent[1].raw, Arrival(channel="x", now=house.clock()))
        assert answer.thread.references[0] == "n1@citizen.example"
        mail.deliver(letter(2, extra=f"In-Reply-To: <{answer.ids[0]}>\r\n", text="ممنون\r\n\r\n> فردا آماده است."))
        await until(lambda: said(house, contact.id, 2), what="the citizen's answer in the same contact")
        assert len(await contacts(house)) == 1
        settled = await read(house, lambda tx: tx.outbox.get(delivery.id))
        assert settled.state is DeliveryState.SENT
        assert all("\\Seen" in stored.flags for stored in mail.mails)


async def said(house: House, contact: int, count: int) -> bool:
    messages = await read(house, lambda tx: tx.messages.of(contact))
    return sum(message.direction is Direction.IN for message in messages) == count


async def test_a_reply_to_ones_own_mail_continues_it(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, mail):
        mail.deliver(letter(1))
        mail.deliver(letter(2, extra="References: <n1@citizen.example>\r\n"))
        await until(lambda: said(house, 1, 2), what="both mails in one contact")


async def test_whoever_holds_a_forwarded_mail_is_not_let_in(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, mail):
        mail.deliver(letter(1))
        [contact] = await until(lambda: contacts(house), what="a contact")
        mail.deliver(letter(2, sender="eve@evil.example", extra="In-Reply-To: <n1@citizen.example>\r\n",
                            text=f"[p:{contact.token}]"))

        async def two() -> bool:
            return len(await contacts(house)) == 2
        await until(two, what="a contact of her own")
        assert await said(house, contact.id, 1)


async def test_robots_are_attached_and_never_answered(tmp_path: Path) -> None:
    async with town(tmp_path, acknowledge=True) as (house, mail):
        for round_ in range(5):
            mail.deliver(letter(round_, sender="robot@other.example", extra="Auto-Submitted: auto-replied\r\n"))

        async def five() -> bool:
            return len(await contacts(house)) == 5
        await until(five, what="five automatic mails kept")
        assert all(contact.state is ContactState.CLOSED for contact in await contacts(house))
        assert not mail.sent


async def test_an_answer_that_bounces_fails_its_delivery(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, mail):
        mail.deliver(letter(1, sender="bounce@citizen.example"))
        [contact] = await until(lambda: contacts(house), what="a contact")
        delivery = await reply(house, contact.id, "سلام")

        async def failed() -> bool:
            found = await read(house, lambda tx: tx.outbox.get(delivery.id))
            return bool(found.state is DeliveryState.FAILED and found.error == "bounced")
        await until(failed, what="the bounce is bound to the delivery")
        assert len(await contacts(house)) == 1


async def test_an_absence_notice_lands_in_its_contact(tmp_path: Path) -> None:
    async with town(tmp_path, acknowledge=True) as (house, mail):
        mail.deliver(letter(1, sender="away@citizen.example"))
        await until(lambda: len(mail.mails) == 2, what="the robot's answer to the acknowledgement")
        await until(lambda: said(house, 1, 2), what="attached to the contact")
        assert len(mail.sent) == 1, "a robot was answered"


async def test_the_same_mail_twice_is_one_message(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, mail):
        mail.deliver(letter(1))
        mail.deliver(b"Received: by another way\r\n" + letter(1))
        mail.deliver(letter(1, text="another text under the same Message-ID"))
        await until(lambda: all("\\Seen" in stored.flags for stored in mail.mails) and len(mail.mails) == 3)
        messages = [m for c in await contacts(house) for m in await read(house, lambda tx, c=c: tx.messages.of(c.id))]
        assert len(messages) == 2


async def test_everything_a_mailbox_can_do_wrong(tmp_path: Path) -> None:
    async with town(tmp_path, idle_seconds=1, timeout_seconds=1.0) as (house, mail):
        expected = 0
        for number, trouble in enumerate((mail.box.goodbye, mail.box.drop, mail.box.renumber, mail.box.drop)):
            await until(lambda: mail.box.idling, what="waiting for mail")
            trouble()
            mail.deliver(letter(number, sender=f"a{number}@citizen.example"))
            expected += 1
            await until(lambda n=expected: count(house, n), what=f"mail {number} after {trouble.__name__}")
        mail.box.hang = True
        mail.deliver(letter(9, sender="b@citizen.example"))
        await asyncio.sleep(0.5)
        mail.box.hang = False
        mail.box.drop()
        await until(lambda: count(house, expected + 1), what="the mail after the silence")
        await until(lambda: house.health["town-email"].code == "ok")


async def count(house: House, number: int) -> bool:
    return len(await contacts(house)) == number


@pytest.mark.parametrize(("how", "start"), [("no", "all"), ("drop", "all"), ("drop", "unseen")])
async def test_a_mail_that_the_server_cannot_give_holds_nobody_up(how: str, start: str) -> None:
    mail, house, reader = FakeMail(), Recorder(), Reader()
    await mail.start()
    for number in range(30):
        mail.deliver(letter(number))
    mail.box.broken = {7: how}
    values = {name: value for name, value in mail.settings().items() if name != "medium"}
    async with asyncio.TaskGroup() as group:
        wanted = Settings(**values, password=Secret(mail.password), start_from=start)
        task = group.create_task(Mailbox("town", wanted, house.wire(), reader).run())
        await seen(lambda: len(house.said) == 30, seconds=40)
        task.cancel()
    [note] = [said for said in house.said if said.quarantine]
    assert b"UID 7 " in note.raw
    assert sorted(said.ids for said in house.said if said.ids) == sorted(
        (f"n{number}@citizen.example",) for number in range(30) if number != 6)
    await reader.close()
    await mail.stop()


async def test_an_invitation_that_names_no_zone_is_at_the_desks_clock() -> None:
    mail, house, reader = FakeMail(), Recorder(), Reader()
    await mail.start()
    values = {name: value for name, value in mail.settings().items() if name != "medium"}
    wanted, wire = Settings(**values, password=Secret(mail.password)), replace(house.wire(), zone="Asia/Kabul")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(Mailbox("town", wanted, wire, reader).run())
        await seen(lambda: house.lights[-1:] and house.lights[-1].code == "ok")
        mail.deliver(b"From: ali@citizen.example\r\nMessage-ID: <z@citizen.example>\r\n"
                     b"Content-Type: text/calendar\r\n\r\n"
                     b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261128T070000\nSUMMARY:Meeting\nEND:VEVENT\n"
                     b"END:VCALENDAR\n")
        await seen(lambda: house.said)
        task.cancel()
    [said] = house.said
    assert said.data["events"][0]["start"] == "2026-11-28T07:00:00+04:30" and "07:00 (UTC+0430)" in said.text
    await reader.close()
    await mail.stop()


@pytest.mark.parametrize("idle", [True, False])
async def test_with_and_without_idle(idle: bool) -> None:
    mail, house, reader = FakeMail(idle=idle), Recorder(), Reader()
    await mail.start()
    values = {name: value for name, value in mail.settings().items() if name != "medium"}
    wanted = Settings(**values, password=Secret(mail.password), poll_seconds=0.1)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(Mailbox("town", wanted, house.wire(), reader).run())
        await seen(lambda: house.lights[-1:] and house.lights[-1].code == "ok")
        mail.deliver(letter(1))
        await seen(lambda: house.said)
        task.cancel()
    assert mail.box.logins == 1
    await reader.close()
    await mail.stop()


async def test_wrong_password_lights_up_and_does_not_hammer() -> None:
    mail, house, reader = FakeMail(), Recorder(), Reader()
    await mail.start()
    values = {name: value for name, value in mail.settings().items() if name != "medium"}
    wanted = Settings(**values, password=Secret("no"), login_retry_seconds=0.3)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(Mailbox("town", wanted, house.wire(), reader).run())
        await seen(lambda: house.lights[-1:] and house.lights[-1].code == "misconfigured")
        await seen(lambda: mail.box.logins == 3)
        mail.box.password = "no"
        await seen(lambda: house.lights[-1].code == "ok")
        task.cancel()
    assert mail.box.logins == 4
    await reader.close()
    await mail.stop()


LATE = b"From: a@home.example\r\nTo: desk@city.example\r\nMessage-ID: <late@home.example>\r\nSubject: s\r\n\r\nlate\r\n"


async def test_a_mail_announced_during_another_command_is_not_left_waiting(tmp_path: Path) -> None:
    """It arrives while an earlier one is being marked as read: the server says EXISTS then, and not again in IDLE."""
    mail = FakeMail()
    await mail.start()

    class Flags(set[str]):
        def __ior__(self, names: Any) -> Any:
            if not any(b"late" in each.raw for each in mail.box.mails):
                mail.deliver(LATE)
            return super().__ior__(names)
    secret = {"PISHKHAN_POST_PASSWORD": mail.password}
    try:
        async with running(tmp_path, {"post": mail.settings()}, environ=secret) as house:
            await within(lambda: house.health["post"].code == "ok", seconds=20, what="the mailbox is watched")
            mail.deliver(LATE.replace(b"late", b"early"))
            mail.mails[-1].flags = Flags()

            async def both() -> bool:
                return len(await read(house, lambda tx: tx.contacts.listed())) == 2
            await within(both, seconds=20, what="the second mail, long before IDLE is renewed")
    finally:
        await mail.stop()
