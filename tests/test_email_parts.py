"""Parts of mail with a format of their own: invitations, visiting cards, winmail.dat."""

from __future__ import annotations

import base64
import struct

import pytest

from channels.email import tnef
from tests.mailed import TOP, read

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
