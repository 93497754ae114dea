"""The configuration is exact: what it does not know it refuses, and its message says where and what to write."""

from __future__ import annotations

import dataclasses
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import settings as house
from channels.registry import Media
from settings import ChannelSettings, Secret, SettingsError, load, parse, secret_name


class Mode(StrEnum):
    FAST = "fast"
    SLOW = "slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    number: str
    digits: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Postal:
    """A medium with a setting of every kind."""

    address: str
    token: Secret = Secret("")
    mode: Mode = Mode.FAST
    pause: timedelta = timedelta(seconds=1)
    ratio: float = 0.5
    strict: bool = True
    lines: tuple[Line, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    extra: Any = None

    def __post_init__(self) -> None:
        if self.ratio > 1:
            raise ValueError("ratio: at most 1")


MEDIA: dict[str, type] = {"postal": Postal}
GOOD: dict[str, Any] = {"medium": "postal", "address": "box 7"}


def one(environ: Mapping[str, str] | None = None, **channel: Any) -> tuple[ChannelSettings, Postal]:
    """The settings of one channel, `town`."""
    common, own = parse({"channels": {"town": GOOD | channel}}, MEDIA, environ or {}).channels["town"]
    assert isinstance(own, Postal)
    return common, own


def refusal(table: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> str:
    """What it says when it refuses."""
    with pytest.raises(SettingsError) as caught:
        parse(table, MEDIA, environ or {})
    return str(caught.value)


def test_an_empty_file_is_a_working_desk() -> None:
    empty = parse({}, MEDIA, {})
    assert empty.server.port == 8080
    assert empty.storage.synchronous == "FULL"
    assert empty.desk.timezone == "Asia/Tehran"
    assert empty.channels == {}


def test_every_kind_of_value_is_read() -> None:
    common, own = one(
        queue="general", rate_per_second=3, mode="slow", pause=90, ratio=1, strict=False, extra=[1, {"a": 2}],
        lines=[{"number": "3000"}, {"number": "4000", "digits": 7}], words={"sent": "رفت"})
    assert common.rate_per_second == 3.0
    assert own.mode is Mode.SLOW
    assert own.pause == timedelta(seconds=90)
    assert own.ratio == 1.0
    assert isinstance(own.ratio, float)
    assert own.strict is False
    assert own.lines == (Line(number="3000"), Line(number="4000", digits=7))
    assert own.words == {"sent": "رفت"}
    assert own.extra == [1, {"a": 2}]


REFUSED = [
    ({"servr": {}}, "servr: unknown setting; did you mean 'server'?"),
    ({"server": {"prot": 1}}, "server.prot: unknown setting; did you mean 'port'?"),
    ({"storage": {"sinchronous": "FULL"}}, "storage.sinchronous: unknown setting; did you mean 'synchronous'?"),
    ({"server": {"zzz": 1}}, "server.zzz: unknown setting; known are base_url, host, port, trusted_proxies"),
    ({"server": 5}, "server: must be a table, [server]"),
    ({"server": {"port": "80"}}, "server.port: '80' is not int"),
    ({"server": {"port": True}}, "server.port: True is not int"),
    ({"server": {"port": 70000}}, "server.port: 70000 is not between"),
    ({"server": {"host": 1}}, "server.host: 1 is not str"),
    ({"server": {"trusted_proxies": "127.0.0.1"}}, "server.trusted_proxies: '127.0.0.1' is not"),
    ({"server": {"trusted_proxies": [1]}}, "server.trusted_proxies[0]: 1 is not str"),
    ({"server": {"trusted_proxies": ["proxy"]}}, "'proxy' does not appear to be an IPv4 or IPv6 address"),
    ({"server": {"base_url": "desk.example"}}, "server.base_url: must begin with http"),
    ({"server": {"base_url": "https://desk.example/"}}, "server.base_url: must begin with http"),
    ({"storage": {"synchronous": "off"}}, "storage.synchronous: 'off' is not one of 'FULL', 'NORMAL'"),
    ({"storage": {"database": "mysql://x"}}, "storage.database: must be empty"),
    ({"storage": {"queue_limit": 0}}, "storage.queue_limit: must be at least 1"),
    ({"desk": {"language": "de"}}, "desk.language: 'de' is not one of 'fa', 'en'"),
    ({"desk": {"timezone": "Tehran"}}, "desk.timezone: there is no zone 'Tehran'"),
    ({"desk": {"timezone": "../etc"}}, "desk.timezone: there is no zone"),
    ({"desk": {"away_after_missed": 1}}, "desk.away_after_missed: 1 is not bool"),
    ({"desk": {"dispositions": []}}, "desk: dispositions and away_reasons must not be empty"),
    ({"queues": []}, "queues: must be a table"),
    ({"queues": {"general": 1}}, "queues.general: must be a table"),
    ({"queues": {"general": {"title_en": "x"}}}, "queues.general.title_fa: is missing and has no default"),
    ({"queues": {"a b": {"title_fa": "x", "title_en": "x"}}}, "queues.a b: a name has only letters"),
    ({"queues": {"a": {"title_fa": "x", "title_en": "x", "accept_seconds": 0}}}, "queues.a.accept_seconds: must be at"),
    ({"channels": 3}, "channels: must be a table"),
    ({"channels": {"town": 3}}, "channels.town: must be a table"),
    ({"channels": {"town": {}}}, "channels.town.medium: is missing"),
    ({"channels": {"town": {"medium": "postl"}}}, "channels.town.medium: 'postl' is no medium; did you mean 'postal'?"),
    ({"channels": {"town": {"medium": ["postal"]}}}, "channels.town.medium: ['postal'] is no medium"),
    ({"channels": {"town": {"medium": "postal"}}}, "channels.town.address: is missing and has no default"),
    ({"channels": {"town": GOOD | {"adress": "x"}}}, "channels.town.adress: unknown setting; did you mean 'address'?"),
    ({"channels": {"town": GOOD | {"ratio": 2}}}, "channels.town.ratio: at most 1"),
    ({"channels": {"town": GOOD | {"ratio": float("nan")}}}, "channels.town.ratio: nan is out of range"),
    ({"channels": {"town": GOOD | {"pause": 10**400}}}, "is out of range"),
    ({"channels": {"town": GOOD | {"mode": "quick"}}}, "channels.town.mode: 'quick' is not one of 'fast', 'slow'"),
    ({"channels": {"town": GOOD | {"mode": []}}}, "channels.town.mode: [] is not one of"),
    ({"channels": {"town": GOOD | {"lines": [{"number": 1}]}}}, "channels.town.lines[0].number: 1 is not str"),
    ({"channels": {"town": GOOD | {"lines": [7]}}}, "channels.town.lines[0]: must be a table"),
    ({"channels": {"town": GOOD | {"words": {"a": 1}}}}, "channels.town.words.a: 1 is not str"),
    ({"channels": {"town": GOOD | {"rate_per_second": 0}}}, "channels.town.rate_per_second: must be more than 0"),
    ({"channels": {"town": GOOD | {"effort": -1}}}, "channels.town.effort: must be at least 0"),
    ({"channels": {"town": GOOD | {"language": "ar"}}}, "channels.town.language: 'ar' is not one of '', 'fa', 'en'"),
    ({"channels": {"town/x": GOOD}}, "channels.town/x: a name has only letters, digits and '-'"),
    ({"channels": {"شهر": GOOD}}, "a name has only letters"),
    ({"channels": {"": GOOD}}, "a name has only letters"),
    ({"channels": {"-": GOOD}}, "a name has only letters"),
    ({"queues": {"help": {"title_fa": "x", "title_en": "x"}}, "channels": {"town": GOOD | {"queue": "hlp"}}},
     "channels.town.queue: there is no queue 'hlp'; did you mean 'help'?"),
]


@pytest.mark.parametrize(("table", "words"), REFUSED, ids=[words[:40] for _, words in REFUSED])
def test_what_is_wrong_is_refused_by_name(table: dict[str, Any], words: str) -> None:
    assert words in refusal(table)


def test_a_secret_in_the_file_is_refused_and_not_repeated() -> None:
    words = refusal({"channels": {"town-post": GOOD | {"token": "hunter2"}}})
    assert "channels.town-post.token: secrets do not stand in the file" in words
    assert "PISHKHAN_TOWN_POST_TOKEN" in words
    assert "hunter2" not in words


def test_a_secret_comes_from_the_environment() -> None:
    _, own = one({"PISHKHAN_TOWN_TOKEN": "hunter2"})
    assert own.token == "hunter2"
    assert isinstance(own.token, Secret)
    assert "hunter2" not in repr(own)


def test_a_secret_comes_from_a_file_and_the_file_wins(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hunter3\n")
    _, own = one({"PISHKHAN_TOWN_TOKEN": "hunter2", "PISHKHAN_TOWN_TOKEN_FILE": str(tmp_path / "token")})
    assert own.token == "hunter3"


def test_no_secret_is_an_empty_secret() -> None:
    _, own = one()
    assert own.token == ""
    assert repr(own.token) == "Secret()"


@pytest.mark.parametrize("place", ["missing", ".", "\0", "binary"])
def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    words = refusal({"channels": {"town": GOOD}}, {"PISHKHAN_TOWN_TOKEN_FILE": str(tmp_path / place)})
    assert words.startswith("PISHKHAN_TOWN_TOKEN_FILE: cannot be read")


def test_two_channels_never_share_a_secret() -> None:
    channels = {"town-a": GOOD, "TOWN-A": GOOD}
    assert "PISHKHAN_TOWN_A_TOKEN" in refusal({"channels": channels})


def test_names_of_secrets() -> None:
    assert secret_name("channels.town-sms", "token") == "PISHKHAN_TOWN_SMS_TOKEN"
    assert secret_name("server", "session_key") == "PISHKHAN_SERVER_SESSION_KEY"


@pytest.mark.parametrize(("content", "words"), [
    (b"[server\n", "not valid TOML"),
    (b"port = \xff", "not valid TOML"),
    (b"x = " + b"[" * 20_000, "not valid TOML"),
    (b"x = " + b"9" * 5_000, "not valid TOML"),
    (b"a = 1\na = 2", "not valid TOML"),
])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=words) as caught:
        load(path, MEDIA, {})
    assert str(path) in str(caught.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(SettingsError, match="cannot be read"):
            load(path, MEDIA, {})


def test_a_good_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[server]\nport = 9000\n[channels.town]\nmedium = 'postal'\naddress = 'صندوق ۷'\n", "utf-8")
    read = load(path, MEDIA, {})
    assert read.server.port == 9000
    assert read.channels["town"][1].address == "صندوق ۷"


def test_the_projects_own_file_is_good() -> None:
    """config.toml loads as it ships, with the media as they ship."""
    read = load(Path(__file__).parent.parent / "config.toml", Media(), {})
    assert read.channels
    assert set(read.queues) == {common.queue for common, _ in read.channels.values()}


_names = st.text(string.ascii_letters + string.digits + "-_ .", max_size=12)
_scalars = st.one_of(
    st.text(max_size=20), st.integers(), st.floats(), st.booleans(), st.dates(), st.times(), st.datetimes(),
    st.sampled_from(["postal", "general", "fa", "FULL", "https://x", "Asia/Tehran"]))
_values = st.recursive(_scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3))


def _near(kind: type) -> st.SearchStrategy[dict[str, Any]]:
    """Tables whose keys are mostly right, so that values are reached."""
    names = st.sampled_from([each.name for each in dataclasses.fields(kind)])
    return st.dictionaries(st.one_of(names, names, names, _names), _values, max_size=5)


_tables = st.fixed_dictionaries({}, optional={
    "server": st.one_of(_values, _near(house.Server)), "storage": st.one_of(_values, _near(house.Storage)),
    "desk": st.one_of(_values, _near(house.Desk)),
    "queues": st.one_of(_values, st.dictionaries(_names, _near(house.QueueSettings), max_size=2)),
    "channels": st.one_of(_values, st.dictionaries(
        _names, st.builds(lambda a, b: {**GOOD, **a, **b}, _near(Postal), _near(ChannelSettings)), max_size=2)),
})


@settings(max_examples=300, deadline=None)
@given(table=st.one_of(_tables, st.dictionaries(_names, _values, max_size=4)))
@example(table={"desk": {"timezone": ""}})
@example(table={"desk": {"timezone": "a\0b"}})
@example(table={"desk": {"timezone": "x" * 5000}})
@example(table={"channels": {"town": GOOD | {"pause": 1e300}}})
def test_no_table_ends_in_anything_but_settings_or_a_settings_error(table: dict[str, Any]) -> None:
    try:
        read = parse(table, MEDIA, {})
    except SettingsError as error:
        assert str(error)
    else:
        assert isinstance(read, house.Settings)


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_file_ends_in_anything_but_settings_or_a_settings_error(content: bytes, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    path.write_bytes(content)
    try:
        load(path, MEDIA, {})
    except SettingsError as error:
        assert str(error)
