"""Parts of mail with a format of their own: invitations, visiting cards, winmail.dat, signed and encrypted mail."""

from __future__ import annotations

import base64
import datetime as dt
import struct
from email.mime.text import MIMEText
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from channels.email import tnef
from channels.email.parse import Arrival, parse
from router.model import Said

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
TOP = (b"From: Sara <sara@citizen.example>\r\nTo: desk@city.example\r\nSubject: s\r\n"
       b"Message-ID: <1@citizen.example>\r\nDate: Sun, 22 Nov 2026 11:00:00 +0330\r\nMIME-Version: 1.0\r\n")


def read(raw: bytes, **more: Any) -> Said:
    return parse(raw, Arrival(channel="town", now=NOW, own=("desk@city.example",), **more))


INVITATION = """BEGIN:VCALENDAR\r
METHOD:REQUEST\r
BEGIN:VEVENT\r
UID:1\r
DTSTART;TZID=Iran Standard Time:20261128T103000\r
DTEND;TZID="Iran Standard Time":20261128T113000\r
SUMMARY:جلسهٔ بررسی\\, انشعاب\r
 \x20آب\r
LOCATION:ساختمان شماره ۲\r
ORGANIZER;CN="Sara; A":mailto:sara@citizen.example\r
DESCRIPTION:لطفاً مدارک را بیاورید.\\nبا احترام\r
BEGIN:VALARM\r
DESCRIPTION:Reminder\r
END:VALARM\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.mark.parametrize("year", ["0001", "1700", "9998"])
def test_an_invitation_of_another_age_is_read(year: str) -> None:
    said = read(TOP + b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\n"
                b"BEGIN:VEVENT\r\nSUMMARY:\xd8\xac\xd9\x84\xd8\xb3\xd9\x87\r\nDTSTART:" + year.encode()
                + b"0105T103000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    assert not said.quarantine and "جلسه" in said.text


def test_an_invitation_without_any_text_is_shown_with_its_jalali_date() -> None:
    said = read(TOP + b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n" + INVITATION.encode())
    assert said.text.splitlines() == [
        "دعوت: جلسهٔ بررسی, انشعاب آب", "زمان: شنبه ۷ آذر ۱۴۰۵ ساعت ۱۰:۳۰ تا ساعت ۱۱:۳۰", "مکان: ساختمان شماره ۲",
        "برگزارکننده: Sara; A", "", "لطفاً مدارک را بیاورید.", "با احترام"]
    event = said.data["events"][0]
    assert event["start"] == "2026-11-28T10:30:00+03:30" and event["kind"] == "invitation"
    assert [each.media_type for each in said.uploads] == ["text/calendar"], "the file itself stays"


@pytest.mark.parametrize(("stamp", "start", "all_day"), [
    ("DTSTART:20261128T070000Z", "2026-11-28T07:00:00+00:00", False),
    ("DTSTART;VALUE=DATE:20261128", "2026-11-28T00:00:00+03:30", True),
    ("DTSTART;TZID=Mars/Olympus:20261128T070000", "2026-11-28T07:00:00+03:30", False),
    ("DTSTART:20261399T070000Z", "", False), ("DTSTART:rubbish", "", False)])
def test_times_of_an_event(stamp: str, start: str, all_day: bool) -> None:
    raw = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{stamp}\nSUMMARY:Meeting\nEND:VEVENT\nEND:VCALENDAR"
    event = read(TOP + b"Content-Type: text/calendar\r\n\r\n" + raw.encode()).data["events"][0]
    assert (event["start"], event["all_day"]) == (start, all_day)


@pytest.mark.parametrize(("zone", "start"), [
    ("Asia/Kabul", "2026-11-28T07:00:00+04:30"), ("Europe/Berlin", "2026-11-28T07:00:00+01:00"),
    ("No/Where", "2026-11-28T07:00:00+00:00")])
def test_times_without_a_zone_are_the_desks(zone: str, start: str) -> None:
    """A desk anywhere: what names no zone (or one that nobody knows) is at its clock, as are times in Persian words."""
    for stamp in ("DTSTART:20261128T070000", "DTSTART;TZID=Mars/Olympus:20261128T070000"):
        raw = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{stamp}\nSUMMARY:جلسه\nEND:VEVENT\nEND:VCALENDAR".encode()
        said = read(TOP + b"Content-Type: text/calendar; charset=utf-8\r\n\r\n" + raw, zone=zone)
        assert said.data["events"][0]["start"] == start
        assert "ساعت ۰۷:۰۰" in said.text, said.text
    named = (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=Asia/Tehran:20261128T070000\n"
             b"SUMMARY:\xd8\xac\xd9\x84\xd8\xb3\xd9\x87\nEND:VEVENT\nEND:VCALENDAR")
    said = read(TOP + b"Content-Type: text/calendar; charset=utf-8\r\n\r\n" + named, zone="Asia/Kabul")
    assert said.data["events"][0]["start"] == "2026-11-28T07:00:00+03:30" and "ساعت ۰۸:۰۰" in said.text


def test_a_mail_with_text_keeps_it_and_shows_the_event_beside_it() -> None:
    said = read(TOP + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
                b"Come!\r\n--b\r\nContent-Type: text/calendar; method=CANCEL; charset=utf-8\r\n\r\n"
                + INVITATION.replace("REQUEST", "CANCEL").encode() + b"\r\n--b--\r\n")
    assert said.text.strip() == "Come!" and said.data["events"][0]["kind"] == "cancelled"


def test_a_flood_of_events_and_endless_lines_is_bounded() -> None:
    raw = b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n" * 5_000 + b"DESCRIPTION:" + b"y\n z" * 200_000
    said = read(TOP + b"Content-Type: text/calendar\r\n\r\n" + raw)
    assert len(said.data["events"]) == 20 and not said.quarantine


def test_an_event_that_tells_nothing_is_still_an_event() -> None:
    said = read(TOP + b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\nMETHOD:REQUEST\n"
                b"BEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VCALENDAR\n")
    assert said.text == "دعوت" and said.data["events"][0]["kind"] == "invitation"


def test_mail_from_another_mailbox_of_ours_is_never_answered_by_itself() -> None:
    raw = TOP.replace(b"sara@citizen.example", b"water@city.example") + b"\r\nx\r\n"
    assert read(raw, ours=("desk@city.example", "water@city.example")).automatic == "own-address"
    assert read(raw).automatic == ""


def test_a_visiting_card() -> None:
    card = ("BEGIN:VCARD\nVERSION:3.0\nFN:علی رضایی\nORG:شهرداری;فنی\nitem1.TEL;TYPE=cell:+98 912 000 0001\n"
            "EMAIL:ali@citizen.example\nEND:VCARD\n").encode()
    said = read(TOP + b"Content-Type: text/vcard; charset=utf-8; name=ali.vcf\r\n\r\n" + card)
    assert said.data["cards"] == [{"name": "علی رضایی", "organisation": "شهرداری فنی", "phones": ["+98 912 000 0001"],
                                   "addresses": ["ali@citizen.example"]}]
    old = b"BEGIN:VCARD\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D8=B9=D9=84=DB=8C\nEND:VCARD"
    assert read(TOP + b"Content-Type: text/x-vcard\r\n\r\n" + old).data["cards"][0]["name"] == "علی"


def attribute(level: int, kind: int, content: bytes) -> bytes:
    return struct.pack("<BIi", level, kind, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def prop(kind: int, name: int, content: bytes) -> bytes:
    return struct.pack("<HHII", kind, name, 1, len(content)) + content + b"\0" * (-len(content) % 4)


def winmail(*message: bytes, files: dict[str, bytes] | None = None) -> bytes:
    out = tnef.SIGNATURE + b"\x01\x00" + attribute(1, 0x00069007, struct.pack("<II", 1256, 0))
    out += attribute(1, 0x00069003, struct.pack("<I", len(message)) + b"".join(message))
    for name, content in (files or {}).items():
        out += attribute(2, 0x00069002, b"\0" * 14)
        out += attribute(2, 0x00018010, name.encode("cp1256", "replace")[:8] + b"\0")
        out += attribute(2, 0x0006800F, content)
        out += attribute(2, 0x00069005, struct.pack("<I", 1) + prop(0x1F, 0x3707, name.encode("utf-16-le") + b"\0\0"))
    return out


def tnef_mail(content: bytes) -> bytes:
    return (TOP + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/ms-tnef; "
            b"name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content)
            + b"\r\n--b--\r\n")


def test_winmail_dat_gives_its_html_and_its_files_by_their_long_names() -> None:
    page = "<html><body><p>سلام، مدارک پيوست است.</p></body></html>".encode("cp1256")
    said = read(tnef_mail(winmail(prop(0x102, 0x1013, page), files={"مدارک شناسایی.pdf": b"%PDF-1.4 x"})))
    assert said.text.strip() == "سلام، مدارک پيوست است." and "مدارک" in said.html
    assert [(each.name, each.media_type, each.content) for each in said.uploads] == [
        ("مدارک شناسایی.pdf", "application/pdf", b"%PDF-1.4 x")]


#: The example of MS-OXRTFCP section 3.1.1.
PACKED = bytes.fromhex("2d0000002b0000004c5a4675f1c5c7a703000a00"
                       "7263706731323542320af32068656c090020627705b06c647d0a800fa0")


def test_compressed_rtf_after_the_example_of_its_description() -> None:
    assert tnef.unpacked(PACKED).startswith(b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}")
    assert tnef.words(b"{\\rtf1\\ansi\\ansicpg1256{\\fonttbl{\\f0 Tahoma;}}\\pard \\'d3\\'e1\\'c7\\'e3\\par "
                      b"{\\*\\htmltag64 <p>}\\u1593?\\u1604?\\u1740?}") == "سلام\nعلی"


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_damaged_winmail_dat_is_kept_as_a_file(cut: int) -> None:
    whole = winmail(prop(0x1E, 0x1000, "متن".encode("cp1256")), files={"a.txt": b"abc"})
    said = read(tnef_mail(whole[:cut]))
    assert not said.quarantine and (said.uploads or said.text.strip())


def test_a_winmail_dat_that_claims_sizes_it_has_not() -> None:
    wild = tnef.SIGNATURE + b"\1\0" + attribute(1, 0x00069003, struct.pack("<I", 0xFFFFFFFF) + struct.pack(
        "<HHII", 0x101E, 0x1000, 0xFFFFFFFF, 0xFFFFFFFF))
    assert tnef.read(wild) is not None
    assert tnef.unpacked(struct.pack("<IIII", 0, 0xFFFFFFFF, 0x75465A4C, 0) + b"\xff" * 100_000) is not None


# --- signatures


def certificate(key: Any, address: str = "sara@citizen.example") -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sara")])
    return (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(4711).not_valid_before(NOW - dt.timedelta(days=1))
            .not_valid_after(NOW + dt.timedelta(days=9))
            .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), critical=False)
            .sign(key, hashes.SHA256()))


def signed(content: bytes, key: Any, *, detached: bool) -> bytes:
    options = [pkcs7.PKCS7Options.DetachedSignature] if detached else []
    built = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate(key), key, hashes.SHA256())
    return built.sign(serialization.Encoding.SMIME if detached else serialization.Encoding.DER, options)


KEYS = {"rsa": rsa.generate_private_key(65537, 2048), "ec": ec.generate_private_key(ec.SECP256R1())}


@pytest.mark.parametrize("kind", KEYS)
def test_opaque_signed_mail_is_readable_and_its_signature_checked(kind: str) -> None:
    inner = MIMEText("سلام، امضاشده است.", _charset="utf-8").as_bytes().replace(b"\n", b"\r\n")
    sealed = signed(inner, KEYS[kind], detached=False)
    head = (b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n")
    said = read(TOP + head + base64.encodebytes(sealed))
    assert said.text.strip() == "سلام، امضاشده است." and not said.uploads
    assert said.data["signed"] == {"kind": "smime", "state": "intact", "by": "sara@citizen.example"}
    place = sealed.index(inner[-12:])
    broken = sealed[:place] + b"x" + sealed[place + 1:]
    assert read(TOP + head + base64.encodebytes(broken)).data["signed"]["state"] == "broken"


@pytest.mark.parametrize("kind", KEYS)
def test_detached_signature(kind: str) -> None:
    whole = signed(b"Content-Type: text/plain\r\n\r\nPlease answer.\r\n", KEYS[kind], detached=True)
    said = read(TOP.replace(b"MIME-Version: 1.0\r\n", b"") + whole)
    assert said.text.strip() == "Please answer." and said.data["signed"]["state"] == "intact"
    changed = whole.replace(b"Please answer.", b"Please send it")
    assert read(TOP.replace(b"MIME-Version: 1.0\r\n", b"") + changed).data["signed"]["state"] == "broken"


def test_encrypted_mail_is_kept_and_said_to_be_so() -> None:
    body = pkcs7.PKCS7EnvelopeBuilder().set_data(b"secret").add_recipient(certificate(KEYS["rsa"])).encrypt(
        serialization.Encoding.DER, [])
    said = read(TOP + b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
                b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(body))
    assert said.data["encrypted"] == "smime" and said.uploads[0].content == body and not said.text
    pgp = read(TOP + b"\r\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n")
    assert pgp.data["encrypted"] == "pgp" and "hQEMA" in pgp.text


@pytest.mark.parametrize("rubbish", [b"", b"\x30", b"\x30\x80" * 5_000, b"\xff" * 100, b"\x30\x84\xff\xff\xff\xff" * 9,
                                     bytes.fromhex("300b06092a864886f70d010702")])
def test_rubbish_in_place_of_a_signature_is_no_fault(rubbish: bytes) -> None:
    said = read(TOP + b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\n" + rubbish)
    assert not said.quarantine


def test_pgp_clear_signed_text_is_read_without_its_armour() -> None:
    said = read(TOP + b"\r\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n- -----\n"
                b"-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n")
    assert said.text.strip() == "Hello\n-----"
    assert said.data["signed"] == {"kind": "pgp", "state": "unchecked", "by": ""}


# --- forwards of colleagues

VOUCHED = b"Authentication-Results: mx.city.example; dkim=pass header.d=city.example; dmarc=pass\r\n"
COLLEAGUE = (b"From: Reza <reza@city.example>\r\nTo: desk@city.example\r\nSubject: Fwd: water\r\n"
             b"Message-ID: <f@city.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n")
FORWARDS = {
    "gmail-fa": ("لطفاً رسیدگی کنید\n\n---------- پیام هدایت‌شده ---------\nاز: علی <ali@citizen.example>\n"
                 "تاریخ: شنبه ۳۰ آبان ۱۴۰۵ ساعت ۱۰:۱۵\nموضوع: قطعی آب\nبه: Reza <reza@city.example>\n\nآب قطع است."),
    "gmail": ("Please see\n\n---------- Forwarded message ---------\nFrom: Ali <ali@citizen.example>\n"
              "Date: Sat, Nov 21, 2026 at 10:15\nSubject: قطعی آب\nTo: <reza@city.example>\n\nآب قطع است."),
    "outlook": ("FYI\n\n________________________________\nFrom: Ali [mailto:ali@citizen.example]\nSent: Saturday, "
                "November 21, 2026 10:15 AM\nTo: Reza\nSubject: قطعی آب\n\nآب قطع است."),
    "apple": ("Begin forwarded message:\n\nFrom: Ali <ali@citizen.example>\nSubject: قطعی آب\nDate: 21 November 2026\n"
              "To: reza@city.example\n\nآب قطع است.")}


@pytest.mark.parametrize("name", FORWARDS)
def test_a_colleagues_forward_is_the_citizens_mail(name: str) -> None:
    said = read(VOUCHED + COLLEAGUE + FORWARDS[name].encode(), colleagues=("@city.example",),
                authority="mx.city.example")
    assert said.sender.value == "ali@citizen.example" and said.subject == "قطعی آب"
    assert said.new_text == "آب قطع است." and FORWARDS[name].splitlines()[0] in said.text, "nothing is lost"
    assert said.data["forwarded"]["by"] == "reza@city.example"


def test_an_attached_mail_is_the_citizens_with_its_thread_and_files() -> None:
    inner = (b"From: ali@citizen.example\r\nSubject: q\r\nMessage-ID: <q@citizen.example>\r\n"
             b"In-Reply-To: <z@x.example>\r\n\r\nHello\r\n")
    raw = VOUCHED + COLLEAGUE.replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=b") + (
        b"--b\r\n\r\nfor you\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n")
    said = read(raw, colleagues=("reza@city.example",), authority="mx.city.example")
    assert (said.sender.value, said.text.strip()) == ("ali@citizen.example", "Hello")
    assert said.thread.references == ("z@x.example",)
    assert said.ids == ("q@citizen.example", "f@city.example") and said.data["forwarded"]["note"] == "for you"


@pytest.mark.parametrize(("top", "colleagues", "authority"), [
    (b"", ("@city.example",), "mx.city.example"),
    (VOUCHED, ("@city.example",), ""), (VOUCHED, (), "mx.city.example"),
    (VOUCHED.replace(b"mx.city", b"mx.evil"), ("@city.example",), "mx.city.example"),
    (b"Authentication-Results: mx.city.example; dmarc=fail\r\n" + VOUCHED, ("@city.example",), "mx.city.example"),
    (VOUCHED.replace(b"header.d=city.example; dmarc=pass", b"header.d=evil.example"), ("@city.example",),
     "mx.city.example")])
def test_nobody_else_writes_in_the_name_of_a_citizen(top: bytes, colleagues: tuple[str, ...], authority: str) -> None:
    said = read(top + COLLEAGUE + FORWARDS["gmail"].encode(), colleagues=colleagues, authority=authority)
    assert said.sender.value == "reza@city.example" and "forwarded" not in said.data
