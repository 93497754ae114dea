"""Mail out of a real Dovecot: pushed, polled, by the thousand, with the server killed, restarted and renumbered."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from channels.email.adapter import Adapter, Settings
from channels.email.child import Reader
from channels.email.imap import Connection, encoded
from channels.email.mailbox import Mailbox, read_mark
from channels.email.tls import Denied
from settings import ChannelSettings, Secret
from tests.recorder import Recorder, until
from tests.servers.dovecot import PASSWORD, USER, Dovecot

pytestmark = pytest.mark.dovecot


def letter(number: int, text: str = "کی آماده می‌شود؟") -> bytes:
    return (f"From: Ali <ali{number}@citizen.example>\r\nTo: {USER}\r\nSubject: smile ( * {number}\r\n"
            f"Date: Mon, 02 Nov 2026 09:30:00 +0330\r\nMessage-ID: <n{number}@citizen.example>\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n").encode()


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    server.start()
    yield server
    server.stop()


def settings(server: Dovecot, **changed: Any) -> Settings:
    values: dict[str, Any] = {
        "from_address": USER, "password": Secret(PASSWORD), "imap_host": "127.0.0.1", "imap_port": server.tls_port,
        "ca_file": server.ca_file, "timeout_seconds": 5.0}
    return Settings(**{**values, **changed})


@contextlib.asynccontextmanager
async def following(house: Recorder, wanted: Settings) -> AsyncIterator[Mailbox]:
    """A mailbox that is being followed."""
    reader = Reader()
    mailbox = Mailbox("town", wanted, house.wire(), reader)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(mailbox.run())
        try:
            yield mailbox
        finally:
            task.cancel()
    await reader.close()


def lights(house: Recorder) -> list[str]:
    return [light.code for light in house.lights]


def numbers(house: Recorder) -> list[int]:
    return [int(said.subject.split()[-1]) for said in house.said]


async def test_pushed_mail_is_taken_and_marked_read_after_the_commit(dovecot: Dovecot) -> None:
    house = Recorder()
    dovecot.drop(letter(1))
    async with following(house, settings(dovecot)):
        await until(lambda: house.said and lights(house)[-1:] == ["ok"])
        loop = asyncio.get_running_loop()
        began = loop.time()
        dovecot.drop(letter(2))
        await until(lambda: len(house.said) == 2)
        assert loop.time() - began < 5, "not pushed"
        await until(lambda: dovecot.read() == 2)
    assert numbers(house) == [1, 2]
    assert house.said[1].text == "کی آماده می‌شود؟" and house.said[1].sender.value == "ali2@citizen.example"


@pytest.mark.parametrize("tls", ["tls", "starttls", "none"])
async def test_each_kind_of_connection(dovecot: Dovecot, tls: str) -> None:
    port = dovecot.tls_port if tls == "tls" else dovecot.port
    connection = Connection(settings(dovecot, imap_tls=tls, imap_port=port))
    dovecot.drop(letter(1))
    await connection.open()
    uids = await connection.unseen()
    assert await connection.contents(uids) == {uids[0]: letter(1)}
    assert await connection.contents(uids, beginning=100) == {uids[0]: letter(1)[:100]}
    assert await connection.sizes(uids) == {uids[0]: len(letter(1))}
    await connection.close()


async def test_not_committed_means_not_read_and_taken_later(dovecot: Dovecot) -> None:
    house = Recorder()
    house.down = True
    dovecot.drop(letter(1))
    async with following(house, settings(dovecot)):
        await until(lambda: "down" in lights(house))
        assert dovecot.read() == 0 and not house.said
        house.down = False
        await until(lambda: dovecot.read() == 1)
    assert numbers(house) == [1]


async def test_a_mail_that_intake_cannot_digest_is_kept_raw_and_the_next_is_taken(dovecot: Dovecot) -> None:
    house = Recorder()
    house.fails = lambda item: ValueError("x") if getattr(item, "subject", "").endswith("1") else None
    dovecot.drop(letter(1))
    dovecot.drop(letter(2))
    async with following(house, settings(dovecot)):
        await until(lambda: dovecot.read() == 2)
    assert house.said[0].quarantine == "not taken (ValueError)" and house.said[0].raw == letter(1)
    assert house.said[1].subject.endswith("2")


async def test_killed_server_process_is_noticed_at_once(dovecot: Dovecot) -> None:
    house = Recorder()
    async with following(house, settings(dovecot)):
        await until(lambda: lights(house)[-1:] == ["ok"])
        await until(lambda: dovecot.kill_imap())
        dovecot.drop(letter(1))
        await until(lambda: house.said, seconds=8)
    assert numbers(house) == [1]


async def test_restarted_server(dovecot: Dovecot) -> None:
    house = Recorder()
    async with following(house, settings(dovecot)):
        await until(lambda: lights(house)[-1:] == ["ok"])
        await asyncio.to_thread(dovecot.end)
        dovecot.drop(letter(1))
        await until(lambda: lights(house)[-1] == "down", seconds=15)
        await asyncio.to_thread(dovecot.start)
        await until(lambda: house.said and lights(house)[-1] == "ok", seconds=15)
    assert numbers(house) == [1]


async def test_a_mail_server_delivers_the_same_mail_by_two_ways_and_it_is_one(dovecot: Dovecot) -> None:
    house = Recorder()
    async with following(house, settings(dovecot)):
        await until(lambda: lights(house)[-1:] == ["ok"])
        await asyncio.to_thread(dovecot.deliver, letter(1))
        await until(lambda: len(house.said) == 1)
        await asyncio.to_thread(dovecot.deliver, letter(1))  # other trace headers, the same mail
        await asyncio.to_thread(dovecot.deliver, letter(2, "کوتاه"))
        await until(lambda: len(house.said) == 2)
        await until(lambda: dovecot.read() == 3)
    assert numbers(house) == [1, 2] and len(house.duplicates) == 1
    assert b"Received:" in house.said[0].raw and house.said[0].automatic == "", "a real delivery, a person's mail"


async def test_three_thousand_mails(dovecot: Dovecot) -> None:
    house = Recorder()
    for number in range(3000):
        dovecot.drop(letter(number, "x"))
    async with following(house, settings(dovecot)):
        await until(lambda: dovecot.read() == 3000, seconds=120)
    assert sorted(numbers(house)) == list(range(3000)) and not house.duplicates


async def test_three_thousand_old_mails_are_left_alone_when_only_new_ones_count(dovecot: Dovecot) -> None:
    house = Recorder()
    for number in range(3000):
        dovecot.drop(letter(number, "x"))
    async with following(house, settings(dovecot, start_from="new")):
        await until(lambda: lights(house)[-1:] == ["ok"], seconds=20)
        dovecot.drop(letter(3000))
        await until(lambda: house.said)
    assert numbers(house) == [3000]
    mark = read_mark(house.marks["town", "imap"])
    assert mark is not None and mark.uid == 3001


async def test_renumbered_mailbox_loses_and_doubles_nothing(dovecot: Dovecot) -> None:
    house = Recorder()
    dovecot.drop(letter(1))
    dovecot.drop(letter(2))
    async with following(house, settings(dovecot)):
        await until(lambda: dovecot.read() == 2 and ("town", "imap") in house.marks)
    before = read_mark(house.marks["town", "imap"])
    await asyncio.to_thread(dovecot.renumber)
    dovecot.drop(letter(3))
    async with following(house, settings(dovecot)):
        await until(lambda: len(house.said) == 3 and lights(house)[-1] == "ok")
    after = read_mark(house.marks["town", "imap"])
    assert before and after and before.validity != after.validity
    assert numbers(house) == [1, 2, 3] and len(house.duplicates) == 2


async def test_mail_read_elsewhere_is_still_taken(dovecot: Dovecot) -> None:
    house = Recorder()
    async with following(house, settings(dovecot)):
        await until(lambda: lights(house)[-1:] == ["ok"])
    dovecot.drop(letter(1))
    colleague = Connection(settings(dovecot))
    await colleague.open()
    await colleague.seen(await colleague.unseen())
    await colleague.close()
    async with following(house, settings(dovecot)):
        await until(lambda: house.said)
    assert numbers(house) == [1]


async def test_all_the_mail_there_is(dovecot: Dovecot) -> None:
    house = Recorder()
    dovecot.drop(letter(1))
    colleague = Connection(settings(dovecot))
    await colleague.open()
    await colleague.seen(await colleague.unseen())
    await colleague.close()
    async with following(house, settings(dovecot, start_from="all")):
        await until(lambda: house.said)


async def test_of_a_mail_beyond_the_limit_the_beginning_is_taken(dovecot: Dovecot) -> None:
    house = Recorder()
    large = EmailMessage()
    large["From"], large["Subject"], large["Message-ID"] = "ali@citizen.example", "نقشه", "<n1@citizen.example>"
    large.set_content("نقشه پیوست است.")
    large.add_attachment(b"small", maintype="text", subtype="plain", filename="list.txt")
    large.add_attachment(bytes(60_000), maintype="image", subtype="png", filename="plan.png")
    dovecot.drop(large.as_bytes(policy=SMTP))
    dovecot.drop(letter(2))
    async with following(house, settings(dovecot, max_bytes=50_000)):
        await until(lambda: dovecot.read() == 2)
    first = house.said[0]
    assert (first.quarantine, first.text.strip(), first.subject) == ("", "نقشه پیوست است.", "نقشه")
    assert [each.name for each in first.uploads] == ["list.txt"], "what the cut went through is no file"
    assert first.data["cut"]["bytes"] > 80_000 and len(first.raw) == 50_000
    assert house.said[1].subject.endswith("2")


async def test_server_without_idle_is_polled() -> None:
    server = Dovecot("imap_capability = IMAP4rev1 LITERAL+ UIDPLUS")
    server.start()
    try:
        house = Recorder()
        async with following(house, settings(server, poll_seconds=0.2)):
            await until(lambda: lights(house)[-1:] == ["ok"])
            server.drop(letter(1))
            await until(lambda: server.read() == 1)
        assert numbers(house) == [1]
    finally:
        server.stop()


async def test_wrong_password_is_misconfigured_and_tried_slowly(dovecot: Dovecot) -> None:
    house = Recorder()
    async with following(house, settings(dovecot, password=Secret("wrong"))):
        await until(lambda: lights(house)[-1:] == ["misconfigured"])
        assert "username or password" in house.lights[-1].en and "گذرواژه" in house.lights[-1].fa
        await until(lambda: dovecot.log().count("auth failed") == 1)
        await asyncio.sleep(1.0)
        assert dovecot.log().count("auth failed") == 1, "tried again at once"


async def test_strange_certificate_is_refused(dovecot: Dovecot) -> None:
    connection = Connection(settings(dovecot, ca_file=""))
    with pytest.raises(Denied) as refusal:
        await connection.open()
    assert refusal.value.check == "imap-certificate"


async def test_missing_folder_and_persian_folder(dovecot: Dovecot) -> None:
    connection = Connection(settings(dovecot, folder="نامه‌های شهر & حومه"))
    with pytest.raises(Denied) as refusal:
        await connection.open()
    assert refusal.value.check == "imap-folder"
    plain = Connection(settings(dovecot))
    await plain.open()
    created = await plain._client.create(encoded("نامه‌های شهر & حومه"))
    assert created.result == "OK"
    await plain.close()
    await connection_opens(settings(dovecot, folder="نامه‌های شهر & حومه"))


async def connection_opens(wanted: Settings) -> None:
    connection = Connection(wanted)
    await connection.open()
    await connection.close()


async def test_doctor_changes_nothing(dovecot: Dovecot) -> None:
    house = Recorder()
    dovecot.drop(letter(1))
    adapter = Adapter("town", settings(dovecot), ChannelSettings(medium="email"), house.wire())
    found = {finding.check: finding for finding in await adapter.check()}
    assert found["imap-login"].ok and not found["smtp-host"].ok
    assert dovecot.read() == 0
    wrong = Adapter("town", settings(dovecot, password=Secret("no")), ChannelSettings(medium="email"), house.wire())
    refused = next(finding for finding in await wrong.check() if finding.check == "imap-login")
    assert not refused.ok and refused.fa and refused.en


async def test_server_that_stops_answering_is_left(dovecot: Dovecot) -> None:
    house = Recorder()
    async with following(house, settings(dovecot, timeout_seconds=1.0, idle_seconds=1)):
        await until(lambda: lights(house)[-1:] == ["ok"])
        stopped = await until(lambda: [p for p in dovecot.pids("imap") if dovecot.serves(p)])
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            dovecot.drop(letter(1))
            await until(lambda: house.said, seconds=20)
        finally:
            for pid in stopped:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
