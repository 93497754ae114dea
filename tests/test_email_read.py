"""Raw mail to values: own cases, other people's collections, hostile mail, and any bytes at all."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import statistics
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.email import markup
from channels.email.addresses import boxes
from channels.email.charsets import codec, decode
from channels.email.child import Reader
from channels.email.inspect import fate
from channels.email.mime import split
from channels.email.parse import Arrival, parse
from channels.email.words import filename, header, parameters
from router.model import Fate, Said

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ARRIVAL = Arrival(channel="town", now=NOW, own=("desk@city.example",))
CASES = Path(__file__).parent / "cases" / "email" / "mail"
#: Collections of other people's mail stand beside the project on some machines; without them these tests have no
#: parameters, and pytest says so ("got empty parameter set").
COLLECTIONS = Path(__file__).parents[2] / "shared" / "data" / "mail"
PRESENT = sorted(each.name for each in COLLECTIONS.iterdir() if each.is_dir()) if COLLECTIONS.is_dir() else []
TOP = b"From: Ali <ali@citizen.example>\r\nTo: desk@city.example\r\nSubject: s\r\nMessage-ID: <m1@citizen.example>\r\n"


def read(raw: bytes) -> Said:
    return parse(raw, ARRIVAL)


def stored(name: str) -> list[Path]:
    return sorted(path for path in (COLLECTIONS / name).rglob("*")
                  if path.suffix == ".eml" or (path.suffix == ".txt" and path.name.startswith("msg_")))


def account(said: Said) -> dict[str, object]:
    """What a case's .json holds."""
    return {
        "fate": fate(said).value, "sender": said.sender.value, "name": said.sender.name, "subject": said.subject,
        "text": said.text, "new_text": said.new_text, "html": said.html, "automatic": said.automatic,
        "uploads": [[u.name, u.media_type, len(u.content), u.inline_id] for u in said.uploads],
        "bounce": [said.bounce.permanent, said.bounce.recipient, said.bounce.code] if said.bounce else None,
        "tokens": list(said.thread.tokens), "references": list(said.thread.references), "ids": list(said.ids),
        "quarantine": said.quarantine, "language": said.language, "data": dict(said.data)}


@pytest.mark.parametrize("path", sorted(CASES.glob("*.eml")), ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    """Each .eml has its .json; `PISHKHAN_REWRITE=1` writes it anew, to be reviewed as a diff."""
    found = account(read(path.read_bytes()))
    truth = path.with_suffix(".json")
    if os.environ.get("PISHKHAN_REWRITE"):
        truth.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(truth.read_text(encoding="utf-8"))


@pytest.mark.parametrize("collection", PRESENT)
def test_every_stored_mail_ends_in_a_fate(collection: str) -> None:
    times = []
    for path in stored(collection):
        raw = path.read_bytes()
        began = time.perf_counter()
        said = read(raw)
        times.append(time.perf_counter() - began)
        assert not said.quarantine.startswith("unreadable"), path
        assert fate(said) in Fate and said.external_id and said.raw == raw
        for words in (said.text, said.new_text, said.html, said.subject, said.sender.name, said.external_id,
                      *(upload.name for upload in said.uploads)):
            words.encode("utf-8")
            assert "\x00" not in words
        assert read(raw).external_id == said.external_id
    assert times
    print(f"{collection}: {len(times)} mails, median {statistics.median(times) * 1000:.2f} ms")


@pytest.mark.parametrize("manifest", [name for name in PRESENT if name == "own"])
def test_what_must_hold_for_our_own_collection(manifest: str) -> None:
    folder = COLLECTIONS / manifest
    for case in json.loads((folder / "manifest.json").read_text(encoding="utf-8")):
        said, expect = read((folder / case["file"]).read_bytes()), case["expect"]
        assert said.raw or not case["bytes"], case
        if "body_contains" in expect:
            assert expect["body_contains"].split(" (")[0] in said.text, case
        if expect.get("subject_contains"):
            assert expect["subject_contains"] in said.subject, case
        if expect.get("auto_reply") in (False, "should be false"):
            assert said.automatic or said.quarantine, case
        if expect.get("auto_reply") is True:
            assert not said.automatic and not said.quarantine, case
        if "bounce" in expect:
            assert said.bounce and said.bounce.permanent == (expect["bounce"] == "failed"), case
        if "bounced_address" in expect:
            assert said.bounce and said.bounce.recipient == expect["bounced_address"], case


@pytest.mark.parametrize("collection", [name for name in PRESENT if name == "sisimai-bounces"])
def test_bounces_are_told_from_other_robots(collection: str) -> None:
    right = located = bounces = 0
    wrong = []
    for path in stored(collection):
        said = read(path.read_bytes())
        robot = path.name.startswith(("arf-", "rfc3834-"))
        hit = bool(said.automatic) and (not said.bounce or said.bounce.complaint) if robot else said.bounce is not None
        right += hit
        if not hit:
            wrong.append(path.name)
        if said.bounce:
            bounces += 1
            located += bool(said.bounce.recipient) and bool(said.bounce.code)
    total = len(stored(collection))
    print(f"{right} of {total} right, {located} of {bounces} bounces with receiver and code; wrong: {wrong}")
    assert right / total > 0.98
    assert located / bounces > 0.98


@pytest.mark.parametrize("collection", [name for name in PRESENT if name not in ("own", "sisimai-bounces")])
def test_ordinary_mail_is_no_bounce(collection: str) -> None:
    """Those that are say so: a delivery-status part, or a mail system as sender."""
    for path in stored(collection):
        said = read(path.read_bytes())
        if said.bounce:
            assert b"delivery-status" in said.raw.lower() or b"mailer-daemon" in said.raw.lower(), path


def test_same_mail_twice_is_one_and_reused_ids_are_two() -> None:
    raw = TOP + b"Date: Mon, 02 Nov 2026 09:30:00 +0330\r\n\r\nfirst\r\n"
    again = b"Received: from elsewhere\r\nDelivered-To: desk@city.example\r\n" + raw
    other = raw.replace(b"first", b"second")
    assert read(raw).external_id == read(again).external_id == read(raw.replace(b"\r\n", b"\n")).external_id
    assert read(raw).external_id != read(other).external_id
    assert read(raw).ids == read(other).ids == ("m1@citizen.example",)
    nameless = raw.replace(b"Message-ID: <m1@citizen.example>\r\n", b"")
    assert read(nameless).external_id == read(nameless).external_id != ""
    assert read(nameless).ids == ()


def test_tokens_of_ours_wherever_they_stand() -> None:
    token, other = "0123456789abcdef0123", "fedcba98765432100123"
    raw = (b"From: a@b.example\r\nTo: Desk <DESK+" + other.encode() + b"@city.example>\r\n"
           b"References: <old@x> <p." + token.encode() + b".reply-1@city.example>\r\nIn-Reply-To: <near@x>\r\n\r\n"
           b"text\r\n> [p:aaaaaaaaaaaaaaaaaaaa]\r\n")
    said = read(raw)
    assert said.thread.tokens == (other, token, "aaaaaaaaaaaaaaaaaaaa")
    assert said.thread.references == ("near@x", f"p.{token}.reply-1@city.example", "old@x")
    stranger = read(raw.replace(b"city.example>", b"elsewhere.example>"))
    assert other not in stranger.thread.tokens, "a plus address of somebody else is not ours"


@pytest.mark.parametrize(("value", "address", "name", "doubt"), [
    (b"Ali <ALI@Citizen.Example>", "ali@citizen.example", "Ali", ""),
    (b"ali@x.example (Ali R)", "ali@x.example", "Ali R", ""),
    ('"رضایی، علی" <a@b.example>'.encode(), "a@b.example", "رضایی، علی", ""),
    (b"=?utf-8?b?2LnZhNuM?= <a@b.example>", "a@b.example", "علی", ""),
    (b'"ceo@bank.example" <evil@x.example>', "evil@x.example", "ceo@bank.example", "name-is-another-address"),
    (b"=?utf-8?q?ceo=40bank=2Eexample?= <evil@x.example>", "evil@x.example", "ceo@bank.example",
     "name-is-another-address"),
    (b"alice@example.org )bob@example.com", "alice@example.org", "", "several-addresses"),
    (b"<@relay.example:a@b.example>", "a@b.example", "", ""),
    (b"Office: a@b.example, c@d.example;", "a@b.example", "", ""),
    (b"a @ b . example", "a@b.example", "a @ b . example", ""),
    ("ali@یزد.ir".encode(), "ali@xn--ugbf57b.ir", "", ""),
    (b'"a\\"b" <x@y.example>', "x@y.example", 'a"b', ""),
    (b"x\xe2\x80\xaemoc.knab <x@y.example>", "x@y.example", "xmoc.knab", ""),
])
def test_senders(value: bytes, address: str, name: str, doubt: str) -> None:
    box = boxes(value)[0]
    assert (box.address, box.name, box.doubt) == (address, name, doubt)


@pytest.mark.parametrize("value", [b"", b"<>", b'"" <>', b"undisclosed-recipients:;", b"nobody", b"@x", b"a@"])
def test_no_sender_at_all(value: bytes) -> None:
    assert all(not box.address for box in boxes(value))
    said = read(b"From: " + value + b"\r\nSubject: x\r\n\r\ntext\r\n")
    assert said.quarantine == "no sender address"


@pytest.mark.parametrize(("value", "name"), [
    (b"attachment; filename*0*=utf-8''%DA%AF; filename*1*=%D8%B2; filename*2=.pdf", "گز.pdf"),
    (b"attachment; filename==?utf-8?b?2q/Ysi5wZGY=?=", "گز.pdf"),
    ('attachment; filename="گز.pdf"'.encode(), "گز.pdf"),
    (b'attachment; filename="C:\\dir\\a.pdf"', "a.pdf"),
    (b'attachment; filename="../../etc/passwd"', "passwd"),
    (b'attachment; filename="a\\"b.txt"; filename*=utf-8\'\'c.txt', "c.txt"),
    (b'attachment; filename="never closed.txt', "never closed.txt"),
    (b"attachment; filename=ex\xe2\x80\xaefdp.exe", "exfdp.exe"),
])
def test_file_names(value: bytes, name: str) -> None:
    assert filename(parameters(value)["filename"]) == name


def test_charsets_that_lie() -> None:
    words = "سلام، کد پیگیری"
    assert decode(words.encode(), "us-ascii") == decode(words.encode(), "iso-8859-1") == words
    for label in ("windows-1256", "x-unknown", ""):
        assert decode(words.encode(), label) == words
    arabic = "سلام عليكم اين نامه است"
    assert decode(arabic.encode("cp1256"), "utf-8") == decode(arabic.encode("cp1256")) == arabic
    assert decode("déjà vu, où".encode("latin-1"), "utf-8") == "déjà vu, où"
    for label in ("rot13", "hex", "zlib_codec", "idna", "punycode", "unicode_escape", "undefined", "mbcs", "\0",
                  "a" * 9999):
        assert codec(label) == "" and decode(b"abc", label) == "abc"
    assert header(b"=?utf-8?b?2K8=?= =?utf-8?b?2LE=?=") == "در"


def test_html_is_harmless_and_readable() -> None:
    said = read(TOP + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + (
        '<html><head><title>t</title><style>p{}</style></head><body>'
        '<div dir="RTL" style="color:red;position:fixed">سلام'
        '<script>alert(1)</script><img src="https://spy.example/x.gif" alt="عکس"><img src="cid:a@b" onerror="x">'
        '<a href="javascript:alert(1)">a</a><a href=" java\u2028script:x">b</a>'
        '<a href="https://x.example/?a=1">c</a>'
        '<form action="//evil"><input name=p></form><iframe src=x></iframe>'
        '<svg><a xlink:href="javascript:1">d</a></svg>'
        '<p style="background:url(https://spy.example)">خط دو<br>خط سه</p></div></body></html>').encode())
    assert 'dir="rtl"' in said.html and 'src="cid:a@b"' in said.html and 'href="https://x.example/?a=1"' in said.html
    for bad in ("script", "spy.example", "onerror", "iframe", "form", "position", "svg", "url("):
        assert bad not in said.html
    assert said.text == "سلامعکسabc\n\nخط دو\nخط سه"


@pytest.mark.parametrize("source", [
    "<div>" * 50_000, "<div></x>" * 30_000, "<div><table><td></div></table></td>" * 6_000,
    "<b>" * 5_000 + "<p>x" * 15_000,
    "".join(f"<font size={i}>" for i in range(100)) + "<p>x" * 19_000,
    "<div " + " ".join(f"a{i}=1" for i in range(40_000)) + ">",
    "<" * 1_000_000, "<!--" * 300_000, "<a href=x>" * 9_000,
], ids=["nested", "nested-evading", "tables", "formatting", "fonts", "attributes", "lt", "comments", "links"])
def test_hostile_html_is_bounded(source: str) -> None:
    began = time.process_time()
    markup.to_text(source)
    markup.sanitise(source)
    assert time.process_time() - began < 2


def test_message_in_message_and_inline_image() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "x@y.example", "درونی"
    inner.set_content("inner")
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.example", "s"
    mail.set_content("outer")
    mail.add_alternative("<p>outer <img src='cid:pic'></p>", subtype="html")
    mail.get_payload()[1].add_related(b"GIF", "image", "gif", cid="<pic>")
    mail.add_attachment(inner)
    said = read(mail.as_bytes())
    assert said.text.strip() == "outer" and 'src="cid:pic"' in said.html
    assert [(u.media_type, u.inline_id) for u in said.uploads] == [("image/gif", "pic"), ("message/rfc822", "")]
    assert said.uploads[1].name == "درونی.eml" and b"inner" in said.uploads[1].content


def test_flowed_paragraphs_are_put_together() -> None:
    said = read(TOP + b"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n"
                b"one \r\ntwo\r\n> q \r\n> r\r\n-- \r\nsig\r\n")
    assert said.text.split("\n") == ["onetwo", "> qr", "-- ", "sig"]
    assert said.new_text == "onetwo"


def hostile() -> dict[str, bytes]:
    nested = b"From: a@b.example\r\n"
    for level in range(1000):
        nested += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
    bounce = b"From: <>\r\nReturn-Path: <>\r\nSubject: returned mail\r\n\r\n"
    html = b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n"
    return {
        "100 kB To": b"From: a@b.example\r\nTo: " + b"atom " * 20_000 + b"\r\n\r\nx",
        "60,000 parts": TOP + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nabc\r\n" * 60_000,
        "1,000 nested multiparts": nested + b"\r\nhello",
        "4 kB of ( in From": b"From: " + b"(" * 4_000 + b"a@b.example\r\n\r\nx",
        "20 kB of commas": b"From: " + b"," * 20_000 + b"a@b.example\r\n\r\nx",
        "250 kB nested divs": html + b"<div>" * 50_000,
        "attributes without end": html + b"<div " + b" ".join(b'a%d="<b"' % i for i in range(100_000)),
        "NULs": b"From: a@b.example\r\nSubject: a\0b\r\n\r\n" + b"\0" * 100_000,
        "surrogates": b"From: a@b.example\r\nSubject: \xed\xa0\x80\r\n\r\n" + b"\xed\xa0\x80" * 30_000,
        "words of failure": bounce + b"user" * 100_000, "copies": bounce + b"copy a b c d e f g " * 10_000,
        "addresses": bounce + b"a@a.a " * 30_000, "fields": bounce + b"From: a\n" * 30_000,
        "attributions": TOP + b"\r\n" + b"On 1 2 3 a b c\r\n" * 50_000,
        "old headers": TOP + b"\r\n" + b"From: a\r\nTo: b\r\n" * 50_000,
        "references": TOP + b"References: " + b"<a@b> " * 20_000 + b"\r\n\r\nx",
        "parameters": TOP + b"Content-Type: text/plain" + b"; a=b" * 20_000 + b"\r\n\r\nx",
        "one long line of >": TOP + b"\r\n" + b">" * 700_000,
    }


async def test_hostile_mail_neither_stops_the_reader_nor_blocks_the_desk() -> None:
    """Each within the limit, in the child; the loop beside it never waits 100 ms for one."""
    reader = Reader()
    pauses = [0.0]

    async def beat() -> None:
        # The processor time of this thread: what the loop itself did, not what a busy machine did to it.
        while True:
            began = time.thread_time()
            await asyncio.sleep(0.005)
            pauses[0] = max(pauses[0], time.thread_time() - began)

    async with asyncio.TaskGroup() as group:
        beating = group.create_task(beat())
        await reader.read(TOP + b"\r\nwarm", ARRIVAL)
        for name, raw in hostile().items():
            pauses[0], began = 0.0, time.perf_counter()
            said = await reader.read(raw, ARRIVAL)
            spent = time.perf_counter() - began
            assert spent < 10, f"{name}: {spent:.1f} s"
            assert pauses[0] < 0.1, f"{name}: the loop waited {pauses[0] * 1000:.0f} ms"
            assert not said.quarantine.startswith(("unreadable", "could not")), name
        beating.cancel()
    assert reader.starts == 1
    await reader.close()


async def test_a_mail_that_overruns_is_quarantined_and_the_next_is_read() -> None:
    heavy = TOP + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUFB-" * 4_000_000
    slow = Reader(wall_seconds=0.15)
    assert (await slow.read(heavy, ARRIVAL)).quarantine == "could not be read: it took too long"
    slow.wall_seconds = 15
    assert (await slow.read(TOP + b"\r\nnext", ARRIVAL)).text.strip() == "next"
    await slow.close()
    small = Reader(memory=80_000_000)
    said = await small.read(heavy, ARRIVAL)
    assert said.quarantine.startswith("could not be read: its reader ended") and said.raw == heavy
    await small.close()


async def test_reader_killed_from_outside_reads_the_same_mail_again() -> None:
    reader = Reader()
    await reader.read(TOP + b"\r\none", ARRIVAL)
    os.kill(reader.pid, signal.SIGKILL)
    assert (await reader.read(TOP + b"\r\ntwo", ARRIVAL)).text.strip() == "two"
    assert reader.starts == 2
    await reader.close()


async def test_the_reader_process_gets_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PISHKHAN_TOWN_PASSWORD", "hunter2")
    reader = Reader()
    await reader.read(TOP + b"\r\none", ARRIVAL)
    seen = await asyncio.to_thread(Path(f"/proc/{reader.pid}/environ").read_bytes)
    assert b"hunter2" not in seen and b"PISHKHAN" not in seen
    await reader.close()


async def test_child_and_parse_agree() -> None:
    reader = Reader()
    for path in CASES.glob("*.eml"):
        raw = path.read_bytes()
        assert await reader.read(raw, ARRIVAL) == read(raw)
    await reader.close()


PIECES = [
    b"From: a@b.example\r\n", b"Subject: =?utf-8?b?", b"Content-Type: multipart/mixed; boundary=x\r\n", b"\r\n",
    b"--x\r\n", b"--x--\r\n", b"Content-Type: text/html; charset=", b"Content-Transfer-Encoding: base64\r\n",
    b"\xd8\xb3", b"\0", b"<div>", b"> q\r\n", b"On 1 Jan 2026, A <a@b.example> wrote:\r\n", b"Action: failed\r\n",
    b"Content-Type: message/delivery-status\r\n", b"Final-Recipient: rfc822; a@b\r\n", b"\xed\xa0\x80", b"=?",
    b"Content-Disposition: attachment; filename*0*=", b"-- \r\n", b"From: ", b"(((", b'"', b"utf-7\r\n", b"+AGE-",
    b"\r", b"begin 644 x\n", b"References: <a@b>\r\n", b"Date: x\r\n", b"=?utf-8?q?=0A?=", b"Return-Path: <>\r\n"]


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.binary(max_size=2000), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)))
def test_no_bytes_raise(raw: bytes) -> None:
    said = read(raw)
    assert fate(said) in Fate and not said.quarantine.startswith("unreadable")
    for words in (said.text, said.html, said.subject, said.sender.name, said.new_text):
        words.encode("utf-8")
        assert "\x00" not in words
    assert len(split(raw).parts) >= 1


@pytest.mark.parametrize("number", ["1" * 5_000, "x" + "f" * 5_000])
def test_a_number_that_is_no_letter_harms_no_mail(number: str) -> None:
    for source in (f"<p>پیش &#{number}; پس</p>", "<div>" * 100_000 + f"پیش &#{number}; پس"):
        text = markup.to_text(source)
        assert "پیش" in text and "پس" in text and len(text) < 100
