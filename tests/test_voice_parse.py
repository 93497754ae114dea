"""Webhook forms and step addresses become values; hostile ones become harmless or a clear refusal."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from channels.voice import parse
from channels.voice.parse import Call, Hook, Place
from router.errors import BadRequest
from router.model import DeliveryState, SignalKind

CALLERS = [
    ("E.164", "+989121234567", "+989121234567"), ("national", "09121234567", "+989121234567"),
    ("with 00", "00982112345678", "+982112345678"),
    ("SIP number", "sip:+989121234567@10.0.0.1:5060;x=y", "+989121234567"),
    ("SIP user with parameter", "sip:09121234567;phone-context=+98@h", "+989121234567"),
    ("SIP name", "SIP:Alice@PBX.example;transport=udp", "alice@pbx.example"),
    ("hidden", "anonymous", "anonymous:CA1"), ("hidden, other case", "Anonymous", "anonymous:CA1"),
    ("hidden as keys", "+266696687", "anonymous:CA1"), ("restricted", "restricted", "anonymous:CA1"),
    ("hidden SIP", "sip:anonymous@anonymous.invalid", "anonymous:CA1"), ("nothing", "", "anonymous:CA1"),
    ("short code", "1820", "1820"), ("Persian digits", "۰۹۱۲۱۲۳۴۵۶۷", "+989121234567"),
]


@pytest.mark.parametrize(("given_from", "value"), [case[1:] for case in CALLERS], ids=[case[0] for case in CALLERS])
def test_who_calls(given_from: str, value: str) -> None:
    assert parse.caller(given_from, "CA1", "98", 10).value == value


def hook(body: bytes) -> Hook:
    return parse.hook(parse.fields(body), body, "98", 10)


def test_a_form() -> None:
    body = (b"CallSid=CA1&From=%2B989121234567&To=%2B982112345678&CallStatus=in-progress&Digits=%DB%B1%D9%A2%23"
            b"&RecordingUrl=https%3A%2F%2Fx%2Fr&RecordingSid=RE1&RecordingDuration=12&ParentCallSid=CA0")
    got = hook(body)
    assert (got.sid, got.caller.value, got.called, got.keys) == ("CA1", "+989121234567", "+982112345678", "12#")
    assert (got.recording, got.recording_id, got.seconds, got.parent) == ("https://x/r", "RE1", 12, "CA0")
    assert got.raw == body
    assert not got.anonymous and hook(b"CallSid=CA1&From=anonymous").anonymous


@pytest.mark.parametrize("body", [
    b"", b"From=1", b"CallSid=", b"CallSid=a%20b", b"CallSid=" + b"x" * 200, b"CallSid=CA1\xff&a=%ff\xfe",
    b"&".join([b"a=1"] * 200), b"CallSid=%D8%A7", b"CallSid=..%2F..%2Fx"])
def test_an_unusable_form_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        hook(body)


FIELDS = ["From", "To", "Digits", "SpeechResult", "CallStatus", "RecordingUrl", "RecordingSid", "RecordingDuration",
          "DialCallStatus"]


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=300)))
def test_any_values_are_bounded(values: dict[str, str]) -> None:
    got = parse.hook([("CallSid", "CA1"), *values.items()], b"", "98", 10)
    assert len(got.caller.value) <= 300 and len(got.keys) <= 40 and 0 <= got.seconds <= 86_400
    assert set(got.keys) <= set("0123456789*#")
    assert "\x00" not in got.caller.value + got.called + got.speech + got.recording


places = st.builds(
    Place, language=st.sampled_from(["fa", "en"]), n=st.integers(0, 1_000_000), misses=st.integers(0, 100),
    place=st.integers(0, 1_000_000), said=st.integers(0, 1_000_000),
    heard=st.lists(st.integers(1, 2**53), max_size=5).map(tuple),
    keys=st.text("0123456789*#", max_size=40), delivery=st.integers(0, 2**53), agent=st.integers(0, 2**53),
    call=st.from_regex(r"(CA[0-9a-f]{32})?", fullmatch=True))


@given(places)
def test_a_place_survives_the_way_through_an_address(place: Place) -> None:
    assert parse.place(URL(f"https://x/y?{place.query()}", encoded=True).query, "fa") == place


@given(st.dictionaries(st.sampled_from("lnmpshkdac"), st.text(max_size=100)))
def test_any_query_is_some_place(query: dict[str, str]) -> None:
    got = parse.place(query, "fa")
    assert got.language in ("fa", "en") and got.n >= 0 and len(got.heard) <= 50


CALLBACKS = [("09121234567#", "+989121234567"), ("00989121234567", "+989121234567"), ("02112345678", "+982112345678"),
             ("123", ""), ("", ""), ("#", ""), ("*67", ""), ("0000000000000000000", "")]


@pytest.mark.parametrize(("keys", "number"), CALLBACKS)
def test_a_number_typed_on_the_telephone(keys: str, number: str) -> None:
    assert parse.callback_number(keys, "98", 10) == number


def test_the_same_webhook_makes_the_same_ids() -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    one, two = (Call(channel="line", hook=hook(b"CallSid=CA1&From=0912"), language="fa", at=at) for _ in range(2))
    assert one.signal(SignalKind.ENQUEUE, "queue", "water") == two.signal(SignalKind.ENQUEUE, "queue", "water")
    receipt = one.receipt(7, DeliveryState.DELIVERED)
    assert (receipt.external_id, receipt.part_id, receipt.delivery) == ("CA1:delivered:7", "CA1:7", 7)
    assert one.said("speech:3", "سلام").thread.key == "CA1"
