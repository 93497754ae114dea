"""Updates as values: a file per case, and properties that no JSON can break."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.telegram.compose import TEXT_UNITS, cut, units
from channels.telegram.parse import Parsed, parse, quarantined
from channels.telegram.settings import Settings
from router.model import Said, Signal
from settings import SettingsError, build

CASES = sorted((Path(__file__).parent / "cases" / "telegram").glob("*.json"))
NOW = datetime(2026, 11, 21, 23, tzinfo=UTC)
#: Data of other cases says nothing when a case does not name it.
_PLAIN = ("text", "external_id", "quarantine", "ignored", "language", "value", "kind")


def read(update: Any) -> Parsed:
    return parse(update, json.dumps(update).encode(), channel="town", now=NOW)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    parsed = read(case["update"])
    item, expect = parsed.item, dict(case["expect"])
    assert isinstance(item, Said | Signal)
    found: dict[str, Any] = {name: getattr(item, name, "") for name in _PLAIN}
    found |= {"sender": item.sender.value, "name": item.sender.name, "key": item.thread.key, "at": item.at.isoformat(),
              "reply_to": item.thread.reply_to, "data": dict(item.data), "callback": parsed.callback,
              "files": [[f.file_id, f.name, f.media_type, f.size] for f in parsed.files],
              "ids": list(getattr(item, "ids", ())), "raw": item.raw.decode(), "raw_kept": bool(item.raw)}
    like = expect.pop("quarantine_like", None)
    if like:
        assert found["quarantine"].startswith(like), found["quarantine"]
    elif "quarantine" not in expect and "ignored" not in expect:
        assert not found["quarantine"] and not found["ignored"]
    assert {name: found[name] for name in expect} == expect
    assert item.channel == "town"


def test_the_same_number_on_another_messenger_is_somebody_else() -> None:
    update = json.loads((CASES[0].parent / "bale-message.json").read_text(encoding="utf-8"))["update"]
    item = parse(update, b"x", channel="town", now=NOW, messenger="bale").item
    assert isinstance(item, Said) and item.sender.value == "77@bale" and item.thread.key == "77"


def test_there_are_cases() -> None:
    assert len(CASES) > 35


def test_an_update_put_aside_keeps_its_number_and_its_raw() -> None:
    case = json.loads((CASES[0].parent / "text.json").read_text(encoding="utf-8"))
    first = read(case["update"]).item
    aside = quarantined(read(case["update"]), "intake-failed").item
    assert isinstance(aside, Said) and aside.quarantine == "intake-failed" and aside.text == ""
    assert (aside.external_id, aside.raw) == (first.external_id, first.raw)


def test_depth_is_no_way_in() -> None:
    deep: Any = 1
    for _ in range(900):
        deep = {"a": [deep]}
    item = parse({"update_id": 1, "message": deep}, b"x", channel="town", now=NOW).item
    assert isinstance(item, Said) and item.quarantine == "no-update"


def settled(parsed: Parsed) -> None:
    item = parsed.item
    assert isinstance(item, Said | Signal) and item.external_id and item.at.tzinfo and item.sender.value
    words = json.dumps([dict(item.data), item.sender.name, item.sender.value, item.external_id, item.thread.key,
                        item.thread.reply_to, parsed.callback], ensure_ascii=False)
    words.encode()
    assert "\x00" not in words and "\\u0000" not in words
    if isinstance(item, Said):
        (item.text + item.quarantine + item.ignored).encode()
        assert "\x00" not in item.text and len(item.text) <= 100_000


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
                    max_leaves=15)


@settings(deadline=None)
@given(JSON)
def test_any_json_is_read(update: Any) -> None:
    settled(parse(update, b"x", channel="town", now=NOW))


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, each in inner for found in _paths(each, (*path, key)))]


UPDATES = [json.loads(path.read_text(encoding="utf-8"))["update"] for path in CASES]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_update_with_anything_in_its_place_is_read(data: st.DataObject) -> None:
    update = json.loads(json.dumps(data.draw(st.sampled_from(UPDATES))))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(_paths(update)[1:] or [()]))
        if not path:
            continue
        place = update
        for step in path[:-1]:
            place = place[step]
        if data.draw(st.booleans()):
            place[path[-1]] = data.draw(JSON)
        elif isinstance(place, dict):
            del place[path[-1]]
    settled(parse(update, b"x", channel="town", now=NOW))


LETTERS = st.text(alphabet=st.sampled_from("سلام \n.،؟ab\u200c\u200d👩👧🇮🇷e\u0301👍🏽"), max_size=400)


@settings(deadline=None)
@given(LETTERS, st.integers(4, 60))
def test_cuts_lose_only_white_space(text: str, limit: int) -> None:
    parts = list(cut(text, limit))
    assert all(part and part == part.strip() and units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@pytest.mark.parametrize(("text", "limit", "parts"), [
    ("", 10, []), ("  \n ", 10, []), ("abc", 10, ["abc"]), ("a" * 25, 10, ["a" * 10, "a" * 10, "a" * 5]),
    ("one two three", 10, ["one two", "three"]), ("first line\nsecond line", 16, ["first line", "second line"]),
    ("جمله یک است. جمله دو است.", 20, ["جمله یک است.", "جمله دو است."]),
    ("😀" * 6, 10, ["😀" * 5, "😀"]), ("aaaaaaaa👩\u200d👧", 10, ["aaaaaaaa", "👩\u200d👧"]),
    ("xxxxxxxxe\u0301yy", 9, ["xxxxxxxx", "e\u0301yy"]),
])
def test_cut(text: str, limit: int, parts: list[str]) -> None:
    assert list(cut(text, limit)) == parts


def test_a_long_text_is_cut_in_linear_time() -> None:
    text = "\u0301" * 100_000
    assert sum(map(len, cut(text, TEXT_UNITS))) == len(text)


@pytest.mark.parametrize(("table", "word"), [
    ({"mode": "push"}, "mode"), ({"api_base_url": "tapi"}, "api_base_url"),
    ({"messenger": "whatsapp"}, "bale"), ({"api_base_url": "https://tapi.bale.ai/bot"}, "messenger"),
    ({"poll_seconds": 51}, "poll_seconds"),
    ({"file_seconds": 0.0}, "0 seconds"), ({"tokn": "x"}, "token"), ({"token": "1:x"}, "PISHKHAN_TOWN_TOKEN"),
])
def test_wrong_settings_refuse_to_start(table: dict[str, Any], word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        build(Settings, table, "channels.town", {})


@pytest.mark.parametrize(("name", "value"), [
    ("TOKEN", "no-colon"), ("WEBHOOK_SECRET", "has space"), ("WEBHOOK_SECRET", "é")])
def test_wrong_secrets_refuse_to_start_and_are_not_shown(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        build(Settings, {}, "channels.town", {f"PISHKHAN_TOWN_{name}": value})
    assert value not in str(caught.value)
