"""Gateways' webhooks as values: a file per case, and properties that no stranger's bytes can break."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.sms import parse
from channels.sms.settings import INBOUND, Settings
from router.model import Receipt, Said
from settings import Secret, SettingsError, build

CASES = sorted((Path(__file__).parent / "cases" / "sms").glob("*.json"))
NOW = datetime(2026, 11, 21, 23, tzinfo=UTC)


def _arrival(**settings: Any) -> parse.Arrival:
    return parse.Arrival(channel="town-sms", settings=Settings(**settings), now=NOW)


def _read(case: dict[str, Any]) -> Said | Receipt | None:
    arrival = _arrival(dialect=case["dialect"], **case.get("settings", {}))
    if case["dialect"] == "kannel":
        reader = parse.kannel_said if case["kind"] == "said" else parse.kannel_receipt
        return reader(case["request"], arrival)
    body = json.loads(case["request_text"]) if "request_text" in case else case["request"]
    (record,) = parse.records(body, arrival.settings.items)
    return (parse.generic_said if case["kind"] == "said" else parse.generic_receipt)(record, b"raw", arrival)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    item = _read(case)
    if case["expect"] is None:
        assert item is None
        return
    assert item is not None and item.channel == "town-sms"
    for name, wanted in case["expect"].items():
        if name == "raw_lacks":
            assert wanted.encode() not in item.raw and item.raw
        elif name == "external_id" and wanted == "xa-digest":
            assert item.external_id == _read(case).external_id and len(item.external_id) == 41  # type: ignore[union-attr]
        elif name == "sender":
            assert isinstance(item, Said) and item.sender.value == wanted
        elif name == "at":
            assert item.at == datetime.fromisoformat(wanted)
        else:
            assert getattr(item, name) == wanted, name


def test_there_are_cases() -> None:
    assert len(CASES) > 20


def test_a_repeat_without_id_is_the_same_and_another_is_not() -> None:
    def identity(query: str) -> str:
        return parse.kannel_said(query, _arrival()).external_id

    first = identity("from=0912&to=3000&text=ok&ts=2026-11-21+22:16:44")
    assert identity("ts=2026-11-21+22:16:44&to=3000&text=ok&from=0912") == first
    assert identity("from=0912&to=3000&text=ok&ts=2026-11-21+22:16:45") != first
    assert identity("from=0913&to=3000&text=ok&ts=2026-11-21+22:16:44") != first
    # Words cannot be moved between fields.
    assert identity("from=09123&to=000&text=ok&ts=2026-11-21+22:16:44") != identity(
        "from=0912&to=3000&text=ok&ts=2026-11-21+22:16:44")


def test_without_id_and_time_nothing_is_lost() -> None:
    query = "from=0912&to=3000&text=ok"
    first = parse.kannel_said(query, _arrival())
    later = parse.kannel_said(query, parse.Arrival(channel="x", settings=Settings(), now=NOW.replace(hour=22)))
    assert first.external_id != later.external_id and first.data["no_identity"] is True


def test_an_id_that_is_too_long_is_digested() -> None:
    said = parse.kannel_said(f"from=0912&text=ok&ts=1&id={'a' * 10_000}", _arrival())
    assert len(said.external_id) == 41


@pytest.mark.parametrize(("udh", "found"), [
    ("", None), ("05000342 0402", (0x42, 4, 2)), ("0608040102 0302", (0x0102, 3, 2)), ("0405021234", None),
    ("0b 0504 23f4 0000 0003 0703 01", (7, 3, 1)), ("05000342", None),
    ("ff" * 200, None), ("00", None),
])
def test_concatenation(udh: str, found: tuple[int, int, int] | None) -> None:
    assert parse.concatenation(bytes.fromhex(udh)) == found


def test_paths_into_json() -> None:
    body = {"a": [{"b": "x"}], "n": 1}
    assert parse.at(body, "a.0.b") == "x"
    for path in ("a.1.b", "a.x", "n.b", "", "a.0.b.c", "a.-1", "a.٠"):
        assert parse.at(body, path) is None, path


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from([*INBOUND, "status", "data"]) | st.text(max_size=5), inner, max_size=6), max_leaves=20)


@settings(deadline=None)
@given(JSON)
def test_any_json_is_read(body: Any) -> None:
    arrival = _arrival(dialect="generic")
    for record in parse.records(body, ""):
        said = parse.generic_said(record, b"", arrival)
        said.text.encode()
        said.external_id.encode()
        assert said.external_id and said.sender.value and said.at.tzinfo and "\x00" not in said.text
        assert parse.records(body, "data.from") is not None
        receipt = parse.generic_receipt(record, b"", arrival)
        assert receipt is None or receipt.part_id


QUERIES = st.dictionaries(
    st.sampled_from(["from", "to", "text", "ts", "coding", "charset", "udh", "id", "status", "delivery", "smsc"]),
    st.binary(max_size=60) | st.sampled_from([b"2", b"1", b"utf-16be", b"\x05\x00\x03\x01\x02\x01"]))


@settings(deadline=None)
@given(QUERIES | st.text(max_size=200))
def test_any_query_is_read(found: dict[str, bytes] | str) -> None:
    if isinstance(found, dict):
        found = "&".join(f"{name}={''.join(f'%{octet:02X}' for octet in value)}" for name, value in found.items())
    said = parse.kannel_said(found, _arrival())
    (said.text + said.external_id + said.sender.value + json.dumps(said.data)).encode()
    assert said.external_id and "\x00" not in said.text + said.external_id and len(said.text) <= 100_000
    receipt = parse.kannel_receipt(found, _arrival())
    assert receipt is None or receipt.delivery is not None


def test_many_fields_are_bounded() -> None:
    assert len(parse.fields("&".join(f"a{n}=1" for n in range(10_000)))) == parse.FIELDS
    assert len(parse.records([{}] * 10_000, "")) == parse.RECORDS


@pytest.mark.parametrize(("table", "word"), [
    ({"dialect": "x25"}, "dialect"), ({"send_url": "ftp://x"}, "send_url"), ({"coding": "utf8"}, "coding"),
    ({"max_parts": 0}, "max_parts"), ({"country": "+98"}, "country"), ({"zone": "Mars/Base"}, "zone"),
    ({"inbound": {"sender": "x", "from": "a", "text": "b"}}, "sender"), ({"inbound": {"from": "a"}}, "text"),
    ({"send": {"to": "x"}}, "text"), ({"states": {"x": "gone"}}, "gone"), ({"answer_seconds": 0.0}, "answer_seconds"),
    ({"check": "ip"}, "check"), ({"pasword": "x"}, "password"), ({"password": "x"}, "PISHKHAN_TOWN_SMS_PASSWORD"),
])
def test_wrong_settings_refuse_to_start(table: dict[str, Any], word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        build(Settings, table, "channels.town-sms", {})


def test_settings_from_file_and_environment() -> None:
    found = build(Settings, {"sender": "3000", "send": {"to": "mobile", "text": "body"}}, "channels.town-sms",
                  {"PISHKHAN_TOWN_SMS_PASSWORD": "pw", "PISHKHAN_TOWN_SMS_WEBHOOK_SECRET": "s3"})
    assert found.password == Secret("pw") and found.webhook_secret == "s3" and found.send["to"] == "mobile"
