"""Outgoing mail: how it is written, how a resend is the same mail, and what each failure of a server means."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.adapter import Adapter, Settings
from channels.email.compose import Letter, compose
from channels.email.parse import Arrival, parse
from channels.sandbox.mail import FakeMail
from router.errors import (
    Doubtful,
    InvalidMessage,
    Misconfigured,
    Refused,
    SendError,
    Suppressed,
    Throttled,
    Unreachable,
)
from router.model import Address, Attachment, ContactId, DeliveryId, Medium, Outbound, OutKind
from settings import ChannelSettings, Secret
from tests.recorder import Recorder
from tests.suites import command

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOKEN = "0123456789abcdef0123"
DESK = Settings(from_address="desk@city.example", from_name="پیشخوان شهر")


def out(**changed: Any) -> Outbound:
    values: dict[str, Any] = {
        "delivery": DeliveryId(1), "contact": ContactId(2), "key": "reply:5", "kind": OutKind.REPLY, "channel": "town",
        "to": Address(medium=Medium.EMAIL, value="ali@citizen.example"), "thread_key": "", "text": "سلام\n\nبفرمایید.",
        "subject": "پروانه", "reference": "AB12", "token": TOKEN, "references": ("own-1@citizen.example",)}
    return Outbound(**{**values, **changed})


def written(letter: Letter) -> Any:
    return email.message_from_bytes(letter.raw, policy=email.policy.default)


def test_a_reply_in_persian() -> None:
    letter = compose(out(sender_name="سارا"), DESK, (), NOW)
    mail = written(letter)
    assert str(mail["From"]) == '"سارا (پیشخوان شهر)" <desk@city.example>' and mail["To"] == "ali@citizen.example"
    assert mail["Subject"] == "Re: پروانه [#AB12]"
    assert mail["Message-ID"] == f"<p.{TOKEN}.35oand2mwdqkwena@city.example>" == f"<{letter.message_id}>"
    assert mail["In-Reply-To"] == mail["References"] == "<own-1@citizen.example>"
    assert mail["X-Pishkhan-Thread"] == TOKEN and mail["X-Pishkhan-Loop"] == "desk@city.example"
    assert "Auto-Submitted" not in mail and "Reply-To" not in mail
    plain, page = (part.get_content() for part in mail.iter_parts())
    assert plain == f"سلام\n\nبفرمایید.\n\n[p:{TOKEN}]\n"
    assert '<html lang="fa" dir="rtl">' in page and "<p>سلام</p><p>بفرمایید.</p>" in page


def test_english_runs_the_other_way_and_hostile_words_stay_words() -> None:
    page = written(compose(out(text="see <b> https://x.example/?a=1&b=2.", language="en"), DESK, (), NOW)).get_body(
        ("html",)).get_content()
    assert 'dir="ltr"' in page and "see &lt;b&gt;" in page
    assert '<a href="https://x.example/?a=1&amp;b=2">' in page


def test_the_same_delivery_is_the_same_mail() -> None:
    file = Attachment(name="گزارش.pdf", media_type="application/pdf", size=3, digest="d")
    first, again = (compose(replace(out(), attempt=n), DESK, [(file, b"abc")], NOW) for n in (1, 2))
    assert first == again
    assert compose(out(key="reply:6"), DESK, (), NOW).message_id != first.message_id


def test_automatic_mail_says_so() -> None:
    for kind, word in ((OutKind.ACK, "auto-replied"), (OutKind.NOTICE, "auto-generated")):
        letter = compose(out(kind=kind), DESK, (), NOW)
        assert written(letter)["Auto-Submitted"] == word and written(letter)["Precedence"] == "auto_reply"
        assert written(letter)["X-Auto-Response-Suppress"] == "All"
        assert parse(letter.raw, Arrival(channel="other", now=NOW)).automatic == "auto-submitted"


def test_the_signature_of_queue_and_language_stands_below_answers_only() -> None:
    desk = replace(DESK, signatures={"fa": "پیشخوان شهر\nتلفن 021-1", "water.fa": "ادارهٔ آب", "en": "City Desk"})

    def text(**changed: Any) -> str:
        letter = compose(out(**changed), desk, (), NOW)
        return str(written(letter).get_body(("plain",)).get_content())
    assert "-- \nپیشخوان شهر\nتلفن 021-1" in text(queue="general") and "-- \nادارهٔ آب" in text(queue="water")
    assert "-- \nCity Desk" in text(language="en", queue="water")
    assert "-- " not in text(kind=OutKind.ACK) and "-- " not in text(language="ar")
    page = written(compose(out(queue="water"), desk, (), NOW)).get_body(("html",)).get_content()
    assert '<div dir="rtl"' in page and "ادارهٔ آب" in page and '<html lang="fa" dir="rtl">' in page
    seen = parse(compose(out(queue="general"), desk, (), NOW).raw, Arrival(channel="x", now=NOW))
    assert seen.new_text == "سلام\n\nبفرمایید.", "others cut it off as a signature"


def test_copies_are_named_and_ours_never_among_them() -> None:
    letter = compose(out(data={"cc": ["maryam@citizen.example", "desk@city.example", "water@city.example", "x",
                                      "ali@citizen.example", "desk+abc@city.example"]}), DESK, (), NOW,
                     ("water@city.example",))
    assert letter.copies == ("maryam@citizen.example",) and written(letter)["Cc"] == "maryam@citizen.example"
    assert compose(out(kind=OutKind.ACK, data={"cc": ["m@citizen.example"]}), DESK, (), NOW).copies == ()


def test_mail_to_many_says_how_to_leave() -> None:
    mail = written(compose(out(kind=OutKind.NOTICE, data={"bulk": True}), DESK, (), NOW))
    assert mail["List-Id"] == "<town.city.example>" and "mailto:desk@city.example" in mail["List-Unsubscribe"]


def test_our_own_mail_coming_back_is_a_loop() -> None:
    raw = compose(out(), DESK, (), NOW).raw.replace(b"From: ", b"From: x@y.example, ")
    assert parse(raw, Arrival(channel="town", now=NOW, own=DESK.own)).automatic == "own-loop"
    assert parse(raw, Arrival(channel="other-town", now=NOW, own=("desk@other.example",))).automatic == ""


def test_plus_address_carries_the_token() -> None:
    letter = compose(out(), replace(DESK, plus_addressing=True), (), NOW)
    assert letter.sender == f"desk+{TOKEN}@city.example" == written(letter)["Reply-To"]
    assert written(letter)["From"].addresses[0].addr_spec == "desk@city.example"


def test_files_with_persian_names() -> None:
    files = [(Attachment(name=name, media_type=kind, size=3, digest="d"), b"a\x00b") for name, kind in (
        ("گزارش نهایی.pdf", "application/pdf"), ("plain.txt", "text/plain"), ("ب" * 300 + ".jpeg", "image/jpeg"),
        ('a"b\r\nBcc: x@y.example', "nonsense"), ("x.eml", "message/rfc822"))]
    letter = compose(out(), DESK, files, NOW)
    mail = written(letter)
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert names[:2] == ["گزارش نهایی.pdf", "plain.txt"] and names[2].endswith(".jpeg") and len(names[2]) <= 90
    assert all(part.get_payload(decode=True) == b"a\x00b" for part in mail.iter_attachments())
    assert max(map(len, letter.raw.split(b"\r\n"))) <= 998
    assert b"\nBcc" not in letter.raw
    said = parse(letter.raw, Arrival(channel="x", now=NOW))
    assert said.uploads[0].name == "گزارش نهایی.pdf" and len(said.uploads) == 5


def test_long_threads_keep_the_first_and_the_newest() -> None:
    chain = tuple(f"m{n}@x.example" for n in range(100))
    mail = written(compose(out(references=(*chain, "bad id@x", "no-at", "p.ffffffffffffffffffff.k@city.example")), DESK,
                           (), NOW))
    known = mail["References"].split()
    assert known[0] == "<m0@x.example>" and known[-2] == "<m99@x.example>" and len(known) == 20
    assert mail["In-Reply-To"] == "<m99@x.example>", "their newest, not ours"


@pytest.mark.parametrize("subject", [
    "=?utf-8?q?a=0ABcc=3A_evil=40x=2Eexample?=", "a\r\nBcc: evil@x.example", "a\nBcc: evil@x.example",
    "a\rBcc: evil@x.example", "a\u2028Bcc: evil@x.example", "a\x85Bcc: evil@x.example", "a\x0bBcc: evil@x.example",
    "=?utf-8?b?CkJjYzogeEB5?= x", "\0"])
def test_nothing_becomes_a_header(subject: str) -> None:
    letter = compose(out(subject=subject, sender_name=subject, reference=subject), DESK, (), NOW)
    headers = letter.raw.partition(b"\r\n\r\n")[0].decode("ascii")
    assert "bcc" not in {line.partition(":")[0].lower() for line in headers.split("\r\n")}
    assert written(letter)["To"] == "ali@citizen.example" and "Bcc" not in written(letter)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=300), st.text(max_size=200), st.text(max_size=80))
def test_any_words_can_be_written(text: str, subject: str, name: str) -> None:
    letter = compose(out(text=text, subject=subject, sender_name=name), DESK, (), NOW)
    mail = email.message_from_bytes(letter.raw)
    assert mail["To"] == "ali@citizen.example" and mail.defects == [] and len(mail.get_payload()) == 2
    assert sorted(mail.keys()) == sorted(set(mail.keys()))
    assert max(map(len, letter.raw.split(b"\r\n"))) <= 998
    assert b"\n" not in letter.raw.replace(b"\r\n", b"") and b"\r" not in letter.raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("address", ["", "x", "a b", "a@b\r\nRCPT TO:<x@y>", "علی@city.example", "a@b,c@d"])
def test_addresses_that_cannot_be_written(address: str) -> None:
    with pytest.raises(InvalidMessage):
        compose(out(to=Address(medium=Medium.EMAIL, value=address)), DESK, (), NOW)


@pytest.fixture
async def mail() -> AsyncIterator[FakeMail]:
    fake = FakeMail()
    await fake.start()
    yield fake
    await fake.stop()


def adapter(mail: FakeMail, house: Recorder | None = None, **changed: Any) -> Adapter:
    values = {name: value for name, value in mail.settings().items() if name != "medium"}
    wanted = Settings(**{**values, "password": Secret(mail.password), "timeout_seconds": 5.0, **changed})
    return Adapter("town", wanted, ChannelSettings(medium="email"), (house or Recorder()).wire())


async def test_a_message_is_handed_over(mail: FakeMail) -> None:
    house = Recorder()
    digest = await house.put(b"scan")
    file = Attachment(name="اسکن.png", media_type="image/png", size=4, digest=digest)
    sent = await adapter(mail, house).send(out(attachments=(file,)))
    assert sent.parts[0].external_id == f"p.{TOKEN}.35oand2mwdqkwena@city.example" and "taken" in sent.detail
    assert mail.sent[0].to == ("ali@citizen.example",) and mail.sent[0].sender == "desk@city.example"
    assert parse(mail.sent[0].raw, Arrival(channel="x", now=NOW)).uploads[0].content == b"scan"
    again = await adapter(mail, house).send(out(parts_done={0: sent.parts[0].external_id}))
    assert again.parts == () and len(mail.sent) == 1, "what was taken is not handed over again"


@pytest.mark.parametrize(("local", "kind", "code"), [
    ("defer", Unreachable, "4.2.0"), ("slow", Throttled, "4.7.0"), ("nouser", Suppressed, "5.1.1"),
    ("relay", Misconfigured, "5.7.1"), ("large", InvalidMessage, "5.3.4"), ("spam", Refused, "5.7.1"),
    ("busy", Unreachable, "4.3.0"), ("drop", Doubtful, "lost"), ("cut", Unreachable, "")])
async def test_what_each_failure_means(mail: FakeMail, local: str, kind: type[SendError], code: str) -> None:
    with pytest.raises(SendError) as error:
        await adapter(mail).send(out(to=Address(medium=Medium.EMAIL, value=f"{local}@citizen.example")))
    assert type(error.value) is kind and error.value.provider_code == code
    assert "citizen.example" not in error.value.detail, "an address in the error"


async def test_wrong_login_no_server_and_missing_settings(mail: FakeMail) -> None:
    with pytest.raises(Misconfigured) as login:
        await adapter(mail, password=Secret("wrong")).send(out())
    assert login.value.provider_code == "535"
    with pytest.raises(Misconfigured):
        await adapter(mail, smtp_host="").send(out())
    with pytest.raises(InvalidMessage):
        await adapter(mail, send_bytes=10_000).send(out(text="x" * 20_000))
    with pytest.raises(InvalidMessage):
        await adapter(mail).send(out(attachments=(Attachment(name="a", media_type="b/c", size=1, digest="gone"),)))
    await mail.stop_smtp()
    with pytest.raises(Unreachable):
        await adapter(mail).send(out())
    assert not mail.sent


async def test_no_starttls_where_it_is_wanted(mail: FakeMail) -> None:
    with pytest.raises(Misconfigured):
        await adapter(mail, smtp_tls="starttls").send(out())
    with pytest.raises((Misconfigured, Unreachable)):
        await adapter(mail, smtp_tls="tls").send(out())
    assert not mail.sent


async def test_certificates_are_checked(tmp_path: Path) -> None:
    await asyncio.to_thread(
        subprocess.run, [command("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                         "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                         str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")],
        check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    loop = asyncio.get_running_loop()
    fake = FakeMail()
    servers = [
        ("starttls", await loop.create_server(lambda: SMTP(fake, tls_context=context, loop=loop), "127.0.0.1", 0)),
        ("tls", await loop.create_server(lambda: SMTP(fake, loop=loop), "127.0.0.1", 0, ssl=context))]
    for tls, server in servers:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Misconfigured) as error:
            await adapter(fake, smtp_port=port, smtp_tls=tls, smtp_username="-").send(out())
        assert error.value.provider_code == "certificate"
        trusting = adapter(fake, smtp_port=port, smtp_tls=tls, smtp_username="-", ca_file=str(tmp_path / "cert.pem"))
        await trusting.send(out())
    assert len(fake.sent) == 2
    for _, server in servers:
        server.close()
        await server.wait_closed()


async def test_a_server_that_says_nothing_is_unreachable() -> None:
    gone = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    fake = FakeMail()
    fake.smtp_port = server.sockets[0].getsockname()[1]
    with pytest.raises(Unreachable):
        await adapter(fake, timeout_seconds=0.3).send(out())
    await gone.wait()
    server.close()
    await server.wait_closed()


async def test_doctor_tells_what_is_wrong(mail: FakeMail) -> None:
    found = await adapter(mail).check()
    assert [finding.check for finding in found if finding.ok] == ["imap-login", "smtp-login"] and len(found) == 2
    wrong = await adapter(mail, password=Secret("x")).check()
    assert [finding.check for finding in wrong if not finding.ok] == ["imap-login", "smtp-login"]
    bare = await Adapter("x", Settings(), ChannelSettings(medium="email"), Recorder().wire()).check()
    assert {finding.check for finding in bare if not finding.ok} == {"from-address", "smtp-host"}
    assert all(finding.en and finding.fa for finding in (*found, *wrong, *bare))
    assert not mail.sent
