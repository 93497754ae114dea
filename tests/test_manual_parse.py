"""What agents write down: dates in both calendars, who it was, errors that say what to write instead."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import jdatetime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.manual import parse, scans
from channels.manual.settings import Settings
from router.errors import BadRequest
from router.model import DeliveryState, Medium, Upload
from settings import SettingsError, build

TEHRAN = ZoneInfo("Asia/Tehran")
NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)  # 1405/08/30, 12:00 in Tehran
KEY = "4f0c1a2b-0001"

DATES = [
    ("Jalali", "1405/08/29", datetime(2026, 11, 20, tzinfo=TEHRAN)),
    ("Jalali, Persian digits, no leading zeros, time", "۱۴۰۵/۸/۲۹ ۱۰:۱۵",
     datetime(2026, 11, 20, 10, 15, tzinfo=TEHRAN)),
    ("Jalali with direction marks and a Persian comma", "\u200f۱۴۰۵/۰۸/۲۹،\u200e ۱۰:۱۵",
     datetime(2026, 11, 20, 10, 15, tzinfo=TEHRAN)),
    ("Arabic digits", "١٤٠٥-٠٨-٢٩", datetime(2026, 11, 20, tzinfo=TEHRAN)),
    ("leap day of a Jalali leap year", "1403/12/30", datetime(2025, 3, 20, tzinfo=TEHRAN)),
    ("31 of the first half", "1405/06/31", datetime(2026, 9, 22, tzinfo=TEHRAN)),
    ("Gregorian", "2026-11-20", datetime(2026, 11, 20, tzinfo=TEHRAN)),
    ("Gregorian with zone", "2026-11-20T10:15:30+01:00", datetime(2026, 11, 20, 9, 15, 30, tzinfo=UTC)),
    ("Gregorian in UTC", "2026-11-20 10:15Z", datetime(2026, 11, 20, 10, 15, tzinfo=UTC)),
    ("with parts of a second", "2026-11-20T10:15:30.123456Z", datetime(2026, 11, 20, 10, 15, 30, tzinfo=UTC)),
    ("dots", "1405.8.29", datetime(2026, 11, 20, tzinfo=TEHRAN)),
    ("nothing means now", "", NOW), ("blank means now", " \u200f ", NOW),
    ("today without a time means now", "۱۴۰۵/۰۸/۳۰", NOW),
    ("a clock that is a little ahead", "2026-11-21T08:35:00Z", NOW),
]


@pytest.mark.parametrize(("written", "at"), [case[1:] for case in DATES], ids=[case[0] for case in DATES])
def test_a_date(written: str, at: datetime) -> None:
    assert parse.moment(written, NOW, TEHRAN) == at


@pytest.mark.parametrize(("written", "words"), [
    ("1405/12/30", "does not exist"), ("1405/07/31", "does not exist"), ("1405/13/01", "does not exist"),
    ("2026-02-29", "does not exist"), ("2026-11-20 25:00", "does not exist"), ("1405/08/30 13:00", "future"),
    ("1405/09/01", "future"), ("1250/01/01", "long ago"), ("1700-01-01", "long ago"),
    ("3000-01-01", "does not exist"), ("yesterday", "like 1405/08/30"), ("30/08/1405", "like 1405/08/30"),
    ("2026-11-20T10:15+99:99", "does not exist"), ("۱۴۰۵", "like 1405/08/30"), ("1405/08/30/", "like 1405/08/30")])
def test_a_date_that_is_none(written: str, words: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse.moment(written, NOW, TEHRAN)
    assert words in caught.value.message and caught.value.field == "date"


@given(st.dates(min_value=date(1921, 3, 22), max_value=date(2026, 11, 20)))
def test_every_day_reads_the_same_in_both_calendars(day: Any) -> None:
    jalali = jdatetime.date.fromgregorian(date=day)
    one = parse.moment(f"{jalali.year}/{jalali.month}/{jalali.day} 10:00", NOW, TEHRAN)
    assert one == parse.moment(f"{day.isoformat()} 10:00", NOW, TEHRAN)
    assert one.astimezone(TEHRAN).date() == day


@given(st.text(max_size=60))
def test_any_text_as_a_date_is_a_moment_or_a_clear_refusal(written: str) -> None:
    try:
        assert parse.moment(written, NOW, TEHRAN) <= NOW
    except BadRequest as error:
        assert error.field == "date"


def said(uploads: tuple[Upload, ...] = (), medium: Medium = Medium.PHONE, **fields: str) -> Any:
    return parse.said(parse.form({"key": KEY, **fields}), uploads, channel="notes", medium=medium, settings=Settings(),
                      now=NOW)


def test_a_phone_note() -> None:
    note = said(name=" مریم احمدی ", phone="۰۹۱۲ ۱۲۳ ۴۵۶۷", subject="انشعاب آب", text="پرسید که پرونده کجاست.",
                registration="۱۲/۳۴۵", date="1405/08/29 10:15")
    assert (note.sender.value, note.sender.name, note.sender.medium) == ("+989121234567", "مریم احمدی", Medium.PHONE)
    assert note.external_id == f"record:{KEY}" and note.language == "fa" and note.subject == "انشعاب آب"
    assert note.data == {"recorded": True, "direction": "in", "registration": "۱۲/۳۴۵", "phone": "۰۹۱۲ ۱۲۳ ۴۵۶۷",
                         "date": "1405/08/29 10:15"}


def test_one_person_is_one_address_however_it_is_spelled() -> None:
    one = said(medium=Medium.LETTER, name="علي كريمي", address="خیابان آزادی، پلاک ۱۲", text="x")
    two = said(medium=Medium.LETTER, name="علی کریمی", address="خیابان  آزادی, پلاک 12", text="y")
    other = said(medium=Medium.LETTER, name="رضا کریمی", address="خیابان آزادی، پلاک ۱۲", text="z")
    assert one.sender.value == two.sender.value != other.sender.value


def test_a_name_alone_is_nobodys_address() -> None:
    values = {parse.said(parse.form({"key": key, "name": "علی", "text": "x"}), (), channel="c", medium=Medium.COUNTER,
                         settings=Settings(), now=NOW).sender.value for key in ("key-00001", "key-00002")}
    assert len(values) == 2


WRONG: list[tuple[str, dict[str, object], str, str]] = [
    ("no key", {"name": "x", "text": "y"}, "key", "8 to 100 letters"),
    ("a short key", {"key": "abc", "name": "x"}, "key", "8 to 100 letters"),
    ("a key with spaces", {"key": "a b c d e f", "name": "x"}, "key", "8 to 100 letters"),
    ("nobody", {"key": KEY, "text": "y"}, "name", "say who it was"),
    ("nothing said", {"key": KEY, "name": "x"}, "text", "write what it was about"),
    ("unknown field", {"key": KEY, "name": "x", "colour": "red"}, "colour", "there is no field"),
    ("not a text", {"key": KEY, "name": 5}, "name", "must be a text"),
    ("too long", {"key": KEY, "name": "x" * 201}, "name", "more than 200"),
    ("direction", {"key": KEY, "name": "x", "direction": "up"}, "direction", "'in'"),
    ("language", {"key": KEY, "name": "x", "language": "de"}, "language", "'fa' or 'en'"),
    ("phone", {"key": KEY, "phone": "--", "text": "y"}, "phone", "no telephone number"),
    ("date", {"key": KEY, "name": "x", "text": "y", "date": "soon"}, "date", "1405/08/30"),
]


@pytest.mark.parametrize(("fields", "field", "words"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_an_error_names_the_field_and_the_remedy(fields: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse.said(parse.form(fields), (), channel="c", medium=Medium.PHONE, settings=Settings(), now=NOW)
    assert caught.value.field == field and words in caught.value.message


@given(st.dictionaries(st.sampled_from([*parse.FIELDS, "x"]), st.text(max_size=80) | st.integers(), max_size=6))
def test_any_form_is_a_record_or_a_clear_refusal(fields: dict[str, object]) -> None:
    try:
        made = parse.said(parse.form({"key": KEY} | fields), (), channel="c", medium=Medium.FAX, settings=Settings(),
                          now=NOW)
    except BadRequest as error:
        assert error.field
    else:
        assert made.sender.value and len(made.sender.value) <= 300 and "\x00" not in made.text


SCANS = [(b"%PDF-1.7\n", "pdf"), (b"\xff\xd8\xff\xe0..", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"II*\x00", "tiff"),
         (b"MM\x00*", "tiff"), (b"RIFF\x00\x00\x00\x00WEBP", "webp"), (b"GIF89a", "gif"), (b"MZ\x90", ""), (b"", ""),
         (b"<svg onload=alert(1)>", ""), (b"<html>", ""), (b"PK\x03\x04", ""), (b" %PDF-1.7", "")]


@pytest.mark.parametrize(("content", "kind"), SCANS)
def test_a_scan_is_what_its_bytes_say(content: bytes, kind: str) -> None:
    assert scans.kind(content) == kind


@pytest.mark.parametrize(("given_name", "kind", "name"), [
    ("letter.pdf", "pdf", "letter.pdf"), ("نامه.PDF", "pdf", "نامه.PDF"), ("photo.exe", "jpeg", "photo.exe.jpg"),
    ("../../etc/passwd", "png", "passwd.png"), ("C:\\scan\\a.tiff", "tiff", "a.tiff"), ("", "pdf", "scan-3.pdf"),
    ("...", "pdf", "scan-3.pdf"), ("pdf", "pdf", "pdf.pdf"), ("a\x00\nb.pdf", "pdf", "a b.pdf")])
def test_a_name_is_harmless_and_ends_as_its_kind(given_name: str, kind: str, name: str) -> None:
    assert scans.name(given_name, kind, 3) == name


def test_handed_over() -> None:
    word = {"delivery": 7, "state": "delivered", "detail": "پیک ۱۲", "date": "1405/08/29"}
    got = parse.handed_over(word, channel="letters", now=NOW, zone=TEHRAN)
    assert (got.delivery, got.state, got.detail, got.part_id) == (7, DeliveryState.DELIVERED, "پیک ۱۲", "")
    assert got.external_id == "by-hand:7:delivered"


@pytest.mark.parametrize(("data", "field"), [
    ({}, "delivery"), ({"delivery": "7"}, "delivery"), ({"delivery": True}, "delivery"), ({"delivery": 0}, "delivery"),
    ({"delivery": 7, "state": "read"}, "state"), ({"delivery": 7, "state": ["x"]}, "state"),
    ({"delivery": 7, "detail": 5}, "detail"), ({"delivery": 7, "date": 5}, "date"), ({"delivery": 7, "x": 1}, "x")])
def test_a_wrong_word_about_a_delivery(data: dict[str, object], field: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse.handed_over(data, channel="letters", now=NOW, zone=TEHRAN)
    assert caught.value.field == field


@pytest.mark.parametrize(("table", "words"), [
    ({"timezone": "Mars/Base"}, "no time zone"), ({"kinds": ["exe"]}, "known are pdf"),
    ({"scan_bytes": 50_000_000}, "at most total_bytes")])
def test_wrong_settings(table: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        build(Settings, table, "channels.letters", {})
    assert words in str(caught.value)
