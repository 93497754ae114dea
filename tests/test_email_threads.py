"""Which contact a mail belongs to, who may write in it, who gets copies, and which addresses are written to no more."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agents import replies, threading
from agents.sight import eye, sees
from channels.email.parse import Arrival, beginning_of, parse
from channels.sandbox.mail import FakeMail
from house import House
from router.errors import BadRequest, Conflict, Forbidden
from router.model import Attachment, DeliveryState, Fate
from router.records import Contact, ContactState
from router.rules import subjects
from tests.house import agent, read, running, until

QUEUES = {"general": {"title_fa": "عمومی", "title_en": "General"},
          "water": {"title_fa": "آب", "title_en": "Water", "skills": ["water"]}}


def mail(number: int, *, sender: str = "ali@citizen.example", to: str = "desk@city.example", subject: str = "permit",
         extra: str = "", text: str = "کی آماده است؟") -> bytes:
    return (f"From: <{sender}>\r\nTo: {to}\r\nSubject: {subject}\r\n{extra}Date: Mon, 02 Nov 2026 09:30:00 +0330\r\n"
            f"Message-ID: <n{number}@citizen.example>\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n").encode()


@contextlib.asynccontextmanager
async def town(tmp_path: Path, **settings: Any) -> AsyncIterator[tuple[House, FakeMail]]:
    """Two mailboxes that only send; what comes in is handed to intake as the mailbox would."""
    server = FakeMail()
    await server.start_smtp()
    smtp = {"medium": "email", "smtp_host": "127.0.0.1", "smtp_port": server.smtp_port, "smtp_tls": "none",
            "rate_per_second": 1000.0, "queue": "general"}
    channels = {"town": {**smtp, "from_address": "desk@city.example", **settings},
                "water": {**smtp, "from_address": "water@city.example", "queue": "water", **settings}}
    environ = {"PISHKHAN_TOWN_PASSWORD": server.password, "PISHKHAN_WATER_PASSWORD": server.password}
    channels["town"]["username"] = channels["water"]["username"] = server.address
    try:
        async with running(tmp_path, channels, environ=environ, queues=QUEUES) as house:
            yield house, server
    finally:
        await server.stop_smtp()


async def take(house: House, raw: bytes, channel: str = "town") -> Any:
    own = house.channels[channel].limits.own
    return await house.intake(parse(raw, Arrival(channel=channel, now=house.clock(), own=own, ours=house._ours())))


async def contact_of(house: House, accepted: Any) -> Contact:
    return await read(house, lambda tx: tx.contacts.get(accepted.line.contact.id))


async def answer(house: House, person: Any, contact: int, **draft: Any) -> Any:
    """The agent takes the contact and answers it."""
    limits = {name: channel.limits for name, channel in house.channels.items()}

    def unit(tx: Any) -> Any:
        if tx.contacts.get(contact).state is ContactState.WAITING:
            tx.contacts.change(tx.contacts.get(contact), state=ContactState.ACTIVE, agent=person.id, answered_at=tx.now)
        draft.setdefault("key", f"k{len(tx.messages.of(contact))}")
        number = replies.reply(tx, person, contact, replies.Draft(**{"text": "فردا", **draft}), limits=limits)
        return tx.messages.get(number)
    return await house.store.run(unit)


# --- side replies


@pytest.mark.parametrize("subject", ["Re: permit", "RE: permit", "AW: [EXTERNAL] permit", "پاسخ: permit",
                                     "Re[2]: Re: permit", "Re: permit [#{reference}]", "permit [#{reference}]"])
async def test_an_answer_without_references_is_known_by_its_subject(tmp_path: Path, subject: str) -> None:
    async with town(tmp_path) as (house, _):
        first = await contact_of(house, await take(house, mail(1)))
        later = await take(house, mail(2, subject=subject.format(reference=first.reference)))
        assert later.fate is Fate.CONTINUES and later.reason in ("subject", "number")
        [_, message] = await read(house, lambda tx: tx.messages.of(first.id))
        assert message.data["thread"]["reason"] == later.reason, "why it stands here is kept for its readers"


@pytest.mark.parametrize(("subject", "sender"), [
    ("permit", "ali@citizen.example"), ("Fwd: permit", "ali@citizen.example"), ("WG: permit", "ali@citizen.example"),
    ("Re: permit", "eve@evil.example"), ("Re: another", "ali@citizen.example"), ("Re:", "ali@citizen.example")])
async def test_a_subject_proves_nothing_for_others_nor_for_a_new_matter(tmp_path: Path, subject: str,
                                                                        sender: str) -> None:
    async with town(tmp_path) as (house, _):
        await take(house, mail(1))
        assert (await take(house, mail(2, subject=subject, sender=sender))).fate is Fate.NEW


async def test_outlooks_name_of_the_conversation_counts_with_sender_and_subject(tmp_path: Path) -> None:
    index = "Thread-Index: AdxKFQ1zZ3JvdXAtY29udmVyc2F0aW9uAAA="
    async with town(tmp_path) as (house, _):
        await take(house, mail(1, extra=f"{index}\r\n"))
        longer = index[:-4] + "AAABBBB="
        assert (await take(house, mail(2, extra=f"{longer}\r\n"))).reason == "conversation"
        assert (await take(house, mail(3, extra=f"{longer}\r\n", subject="bill"))).fate is Fate.NEW
        assert (await take(house, mail(4, extra=f"{longer}\r\n", sender="eve@evil.example"))).fate is Fate.NEW


async def test_references_that_a_mail_program_encoded_are_read(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, _):
        await take(house, mail(1))
        extra = "In-Reply-To: =?utf-8?q?=3Cn1=40citizen=2Eexa?=\r\n =?utf-8?q?mple=3E?=\r\n"
        assert (await take(house, mail(2, subject="x", extra=extra))).reason == "reference"


def test_prefixes_of_subjects() -> None:
    assert subjects.base("Re: FW: پاسخ: [#1] انشعاب  آب") == subjects.base("انشعاب آب")
    assert subjects.answers("Re: x") and not subjects.answers("Fwd: Re: x") and not subjects.answers("Report: x")
    assert subjects.base("re:" * 100_000) is not None


# --- who has a right to a thread


async def test_an_outsider_with_a_token_opens_a_claim_that_a_person_may_join(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, _):
        person = await agent(house, ready=False)
        first = await contact_of(house, await take(house, mail(1)))
        marked = {"extra": "In-Reply-To: <n1@citizen.example>\r\n", "text": f"[p:{first.token}]"}
        claim = await take(house, mail(2, sender="eve@evil.example", **marked))
        assert claim.fate is Fate.NEW and claim.reason == "other-sender"
        second = await contact_of(house, claim)
        assert second.data["claims"] is True and second.data["related"] == first.id
        await house.store.run(lambda tx: tx.contacts.change(
            tx.contacts.get(second.id), state=ContactState.ACTIVE, agent=person.id))
        await house.store.run(lambda tx: threading.join(tx, person, second.id))
        gone = await read(house, lambda tx: tx.contacts.get(second.id))
        assert gone.state is ContactState.CLOSED and gone.disposition == "joined"
        assert len(await read(house, lambda tx: tx.messages.of(first.id))) == 2
        assert not await read(house, lambda tx: tx.messages.of(second.id))
        later = await take(house, mail(3, sender="eve@evil.example", subject="z", extra=marked["extra"]))
        assert later.fate is Fate.CONTINUES and later.line.contact.id == first.id
        with pytest.raises(Forbidden):
            await house.store.run(lambda tx: threading.join(tx, person, first.id))


async def test_whoever_got_a_copy_may_write_in_the_thread(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, _):
        copies = "Cc: Maryam <maryam@citizen.example>, water@city.example\r\n"
        first = await contact_of(house, await take(house, mail(1, extra=copies)))
        assert [each["address"] for each in first.data["people"]] == ["maryam@citizen.example"], "none of ours"
        extra = "In-Reply-To: <n1@citizen.example>\r\nCc: sister@citizen.example\r\n"
        theirs = await take(house, mail(2, sender="maryam@citizen.example", extra=extra))
        assert theirs.fate is Fate.CONTINUES and theirs.line.contact.id == first.id
        [_, message] = await read(house, lambda tx: tx.messages.of(first.id))
        assert message.data["from"] == "maryam@citizen.example"
        people = (await read(house, lambda tx: tx.contacts.get(first.id))).data["people"]
        assert [each["address"] for each in people] == ["maryam@citizen.example", "sister@citizen.example"]


# --- several mailboxes


async def test_a_mail_to_two_mailboxes_is_one_contact_that_both_queues_see(tmp_path: Path) -> None:
    async with town(tmp_path, acknowledge=True) as (house, server):
        plumber = await agent(house, "omid", ready=False, skills={"water": 1})
        raw = mail(1, to="desk@city.example, water@city.example")
        first = await take(house, b"Received: one\r\n" + raw)
        second = await take(house, b"Received: two\r\nDelivered-To: water@city.example\r\n" + raw, "water")
        assert (second.fate, second.reason) == (Fate.DUPLICATE, "other-mailbox")
        contact = await contact_of(house, first)
        assert second.line.contact.id == contact.id and len(await read(house, lambda tx: tx.contacts.listed())) == 1
        queues = await read(house, lambda tx: tx.desk.queues())
        water = next(queue for queue in queues if queue.name == "water")
        assert contact.data["also"] == [{"channel": "water", "queue": water.id}] and contact.queue != water.id
        assert sees(eye(plumber, [water]), contact), "visible on both"
        again = await take(house, b"Received: three\r\n" + raw, "water")
        assert again.fate is Fate.DUPLICATE
        await until(lambda: server.sent, what="one acknowledgement")
        assert len(await read(house, lambda tx: tx.messages.of(contact.id))) == 2, "the mail and one acknowledgement"
        later = await take(house, mail(2, subject="x", extra="In-Reply-To: <n1@citizen.example>\r\n"), "water")
        assert later.line.contact.id == contact.id, "an answer to the other copy finds it too"


async def test_the_same_message_id_with_other_words_is_another_mail(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, _):
        assert (await take(house, mail(1))).fate is Fate.NEW
        assert (await take(house, mail(1, subject="bill", text="قبض"))).fate is Fate.NEW
        assert (await take(house, mail(1, subject="bill", text="قبض"), "water")).reason == "other-mailbox"
        assert (await take(house, mail(1))).fate is Fate.DUPLICATE


# --- copies


async def test_an_answer_goes_to_the_readers_the_agent_chose_and_says_so(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, server):
        person = await agent(house, ready=False)
        first = await contact_of(house, await take(house, mail(1)))
        message = await answer(house, person, first.id, cc=("Maryam@Citizen.example", "ali@citizen.example"))
        assert message.data["cc"] == ["maryam@citizen.example"]
        await until(lambda: server.sent, what="the answer")
        [sent] = server.sent
        assert sent.to == ("ali@citizen.example", "maryam@citizen.example")
        assert b"\nCc: maryam@citizen.example" in sent.raw and b"bcc" not in sent.raw.lower()
        theirs = await take(house, mail(2, sender="maryam@citizen.example", subject="x",
                                        extra="In-Reply-To: <n1@citizen.example>\r\n"))
        assert theirs.fate is Fate.CONTINUES, "who got our copy may answer"


@pytest.mark.parametrize("cc", ["water@city.example", "desk+abc@city.example", "no address",
                                "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example"])
async def test_copies_that_cannot_be_are_refused_with_a_word(tmp_path: Path, cc: str) -> None:
    async with town(tmp_path) as (house, _):
        person = await agent(house, ready=False)
        first = await contact_of(house, await take(house, mail(1)))
        with pytest.raises(BadRequest) as refusal:
            await answer(house, person, first.id, cc=(cc,))
        assert refusal.value.field == "cc"


async def test_a_copy_that_the_server_refuses_does_not_hold_up_the_answer(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, server):
        person = await agent(house, ready=False)
        first = await contact_of(house, await take(house, mail(1)))
        message = await answer(house, person, first.id, cc=("nouser@citizen.example",))
        await until(lambda: server.sent, what="the answer")
        assert server.sent[0].to == ("ali@citizen.example",)
        found = await read(house, lambda tx: tx.messages.get(message.id))
        await until(lambda: _state(house, found.delivery.id, DeliveryState.SENT))
        assert "copies refused" in (await read(house, lambda tx: tx.outbox.get(found.delivery.id))).detail


async def _state(house: House, delivery: Any, state: DeliveryState) -> bool:
    found = await read(house, lambda tx: tx.outbox.get(delivery))
    return found.state is state


async def test_the_answer_has_the_subject_that_the_citizen_wrote_last(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, server):
        person = await agent(house, ready=False)
        first = await contact_of(house, await take(house, mail(1)))
        await take(house, mail(2, subject="water bill", extra="In-Reply-To: <n1@citizen.example>\r\n"))
        await answer(house, person, first.id)
        await until(lambda: server.sent, what="the answer")
        assert b"Subject: Re: water bill" in server.sent[0].raw


# --- what comes back


def report(identity: str, *, status: str = "5.1.1", recipient: str = "ali@citizen.example", number: int = 90) -> bytes:
    return (f"From: MAILER-DAEMON@mx.example\r\nTo: desk@city.example\r\nMessage-ID: <r{number}@mx.example>\r\n"
            "Subject: Undelivered\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
            "--b\r\n\r\nsorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
            f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: {status}\r\n\r\n"
            f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{identity}>\r\n\r\n--b--\r\n").encode()


def complaint(identity: str) -> bytes:
    return ("From: fbl@mx.example\r\nTo: desk@city.example\r\nMessage-ID: <c@mx.example>\r\nSubject: complaint\r\n"
            "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\r\nspam\r\n"
            "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n"
            "Original-Rcpt-To: <ali@citizen.example>\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
            f"Message-ID: <{identity}>\r\n\r\n--b--\r\n").encode()


async def answered(house: House, server: FakeMail, **draft: Any) -> tuple[Any, Contact, Any, str]:
    """An agent, a contact, its answer, and the answer's Message-ID."""
    person = await agent(house, ready=False)
    first = await contact_of(house, await take(house, mail(1)))
    message = await answer(house, person, first.id, **draft)
    await until(lambda: server.sent, what="the answer")
    delivery = (await read(house, lambda tx: tx.messages.get(message.id))).delivery
    await until(lambda: _state(house, delivery.id, DeliveryState.SENT))
    identity = parse(server.sent[0].raw, Arrival(channel="x", now=house.clock())).ids[0]
    return person, first, delivery, identity


async def test_an_address_that_does_not_exist_is_written_to_no_more_until_it_writes(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, server):
        person, first, delivery, identity = await answered(house, server)
        bounce = await take(house, report(identity))
        assert bounce.fate is Fate.BOUNCE
        found = await read(house, lambda tx: tx.outbox.get(delivery.id))
        assert (found.state, found.error) == (DeliveryState.FAILED, "bounced") and "5.1.1" in found.detail
        assert (await read(house, lambda tx: tx.people.address(first.id))).suppressed == "bounced"
        with pytest.raises(Conflict, match="lift"):
            await answer(house, person, first.id)
        await take(house, mail(2, subject="Re: permit"))
        assert (await read(house, lambda tx: tx.people.address(first.id))).suppressed == ""
        await answer(house, person, first.id)


async def test_a_complaint_stops_mail_and_a_person_may_lift_that(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, server):
        person, first, delivery, identity = await answered(house, server)
        await take(house, complaint(identity))
        found = await read(house, lambda tx: tx.outbox.get(delivery.id))
        assert (found.state, found.error) == (DeliveryState.SENT, "complaint"), "it did arrive"
        address = await read(house, lambda tx: tx.people.address(first.id))
        assert address.suppressed == "complaint"
        await house.store.run(lambda tx: threading.lift(tx, person, address.id))
        await answer(house, person, first.id)


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "5.3.4", "5.0.0"])
async def test_a_full_box_or_a_refused_word_stops_nothing_later(tmp_path: Path, status: str) -> None:
    async with town(tmp_path) as (house, server):
        _, first, _, identity = await answered(house, server)
        await take(house, report(identity, status=status))
        assert (await read(house, lambda tx: tx.people.address(first.id))).suppressed == ""


async def test_what_waits_for_a_suppressed_address_is_refused_with_a_word(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, server):
        person = await agent(house, ready=False)
        first = await contact_of(house, await take(house, mail(1)))
        await house.store.run(lambda tx: tx.people.suppress(tx.people.address(first.id), ""))

        def both(tx: Any) -> Any:
            limits = {name: channel.limits for name, channel in house.channels.items()}
            tx.contacts.change(tx.contacts.get(first.id), state=ContactState.ACTIVE, agent=person.id)
            number = replies.reply(tx, person, first.id, replies.Draft(key="k", text="x"), limits=limits)
            tx.people.suppress(tx.people.address(first.id), "bounced")
            return number
        number = await house.store.run(both)
        delivery = (await read(house, lambda tx: tx.messages.get(number))).delivery
        await until(lambda: _state(house, delivery.id, DeliveryState.FAILED))
        found = await read(house, lambda tx: tx.outbox.get(delivery.id))
        assert found.error == "suppressed" and not server.sent


async def test_an_address_that_the_server_does_not_know_is_written_to_once(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, server):
        person = await agent(house, ready=False)
        first = await contact_of(house, await take(house, mail(1, sender="nouser@citizen.example")))
        await house.store.run(lambda tx: tx.contacts.change(
            tx.contacts.get(first.id), state=ContactState.ACTIVE, agent=person.id))
        delivery = (await answer(house, person, first.id)).delivery
        await until(lambda: _state(house, delivery.id, DeliveryState.FAILED))
        assert (await read(house, lambda tx: tx.outbox.get(delivery.id))).error == "suppressed"
        assert (await read(house, lambda tx: tx.people.address(first.id))).suppressed == "bounced"
        with pytest.raises(Conflict):
            await answer(house, person, first.id)
        assert server.refused == 1
        await take(house, mail(2, sender="nouser@citizen.example"))
        assert (await read(house, lambda tx: tx.people.address(first.id))).suppressed == "", "who writes is not gone"


async def test_a_copy_that_comes_back_does_not_fail_the_answer(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, server):
        _, first, delivery, identity = await answered(house, server, cc=("maryam@citizen.example",))
        await take(house, report(identity, recipient="maryam@citizen.example"))
        found = await read(house, lambda tx: tx.outbox.get(delivery.id))
        assert (found.state, found.error) == (DeliveryState.SENT, "copy-bounced")
        assert (await read(house, lambda tx: tx.people.address(first.id))).suppressed == ""


# --- files


async def upload(house: House, person: Any, size: int, name: str = "a.png") -> int:
    digest = await house.store.blobs.put(b"x" * 10)
    return int(await house.store.run(lambda tx: tx.messages.upload(person.id, Attachment(
        name=name, media_type="image/png", size=size, digest=digest))))


async def test_a_picture_stands_in_the_answer_and_loads_nothing_from_outside(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, server):
        person = await agent(house, ready=False)
        first = await contact_of(house, await take(house, mail(1)))
        number = await upload(house, person, 10)
        page = f'<p>ببینید: <img src="cid:upload-{number}" alt="نقشه"><img src="https://evil.example/x.png"></p>'
        await answer(house, person, first.id, text="ببینید", html=page, uploads=(number,))
        await until(lambda: server.sent, what="the answer")
        sent = parse(server.sent[0].raw, Arrival(channel="x", now=house.clock()))
        assert f"cid:upload-{number}" in sent.html and b"evil.example" not in server.sent[0].raw
        assert [(each.inline_id, each.content) for each in sent.uploads] == [(f"upload-{number}", b"x" * 10)]
        assert b"multipart/related" in server.sent[0].raw and b"multipart/alternative" in server.sent[0].raw


@pytest.mark.parametrize(("extra", "told"), [("", 1), ("Auto-Submitted: auto-replied\r\n", 0)])
async def test_who_sent_a_mail_that_is_too_large_is_told(tmp_path: Path, extra: str, told: int) -> None:
    async with town(tmp_path) as (house, server):
        own = house.channels["town"].limits.own
        said = parse(mail(1, extra=extra), Arrival(channel="town", now=house.clock(), own=own))
        accepted = await house.intake(beginning_of(said, 31_000_000, 25_000_000))
        [first, *_] = await read(house, lambda tx: tx.messages.of(accepted.line.contact.id))
        assert first.data["cut"]["limit"] == 25_000_000
        await until(lambda: len(server.sent) == told, what="the sender is told")
        assert not told or "۳۱" in parse(server.sent[0].raw, Arrival(channel="x", now=house.clock())).text
        again = await house.intake(beginning_of(said, 31_000_000, 25_000_000))
        assert again.fate is Fate.DUPLICATE and len(server.sent) == told


async def test_files_that_are_too_large_together_are_refused_before_they_are_sent(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, _):
        person = await agent(house, ready=False)
        first = await contact_of(house, await take(house, mail(1)))
        most = house.channels["town"].limits.attachment_bytes
        both = (await upload(house, person, most // 2 + 1), await upload(house, person, most // 2 + 1, "b.png"))
        with pytest.raises(BadRequest, match="together"):
            await answer(house, person, first.id, uploads=both)
