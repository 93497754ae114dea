"""config.toml and the environment become frozen dataclasses. Anything unknown or of a wrong type refuses to start.

Secrets never stand in the file: a field of type `Secret` is read from the environment variable that the error
message names (PISHKHAN_<SECTION>_<FIELD>), or from the file named by the same variable with _FILE behind it.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import tomllib
import typing
import zoneinfo
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

C = TypeVar("C")

LANGUAGES = ("fa", "en")


class SettingsError(Exception):
    """The configuration cannot be used; the message says where and what to write instead."""


class Secret(str):
    """A text whose repr does not show it, so that a traceback or a printed settings object does not either."""

    def __repr__(self) -> str:
        return "Secret(***)" if self else "Secret()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where we listen and how we are reached."""

    host: str = "127.0.0.1"
    port: int = 8080
    base_url: str = ""  #: public address, e.g. "https://desk.example.org"; "" = http://host:port
    trusted_proxies: tuple[str, ...] = ()  #: addresses whose X-Forwarded-For is believed

    def __post_init__(self) -> None:
        _need(0 <= self.port <= 65535, f"port: {self.port} is not between 0 and 65535 (0 = any free one)")
        fine = self.base_url.startswith(("http://", "https://")) and not self.base_url.endswith("/")
        _need(fine or not self.base_url, "base_url: must begin with http:// or https:// and not end with '/'")
        for address in self.trusted_proxies:
            ipaddress.ip_address(address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Where things are kept."""

    folder: str = "data"  #: database file, attachments, raw originals
    database: str = ""  #: "" = SQLite in the folder; or postgresql://user@host/name
    synchronous: str = "FULL"  #: SQLite only: FULL survives a power cut, NORMAL may lose the last commits
    queue_limit: int = 10_000  #: units of work that may wait for the writer before 503 is answered

    def __post_init__(self) -> None:
        _need(self.folder != "", "folder: must not be empty")
        _need(not self.database or self.database.startswith("postgresql://"),
              "database: must be empty (SQLite in the folder) or begin with postgresql://")
        _one_of("synchronous", self.synchronous, ("FULL", "NORMAL"))
        _at_least(self, queue_limit=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The organisation and its defaults."""

    name_fa: str = "پیشخوان"
    name_en: str = "Pishkhan"
    language: str = "fa"  #: default language: fa or en
    timezone: str = "Asia/Tehran"
    presence_seconds: int = 30  #: without a live console for so long, a ready agent is set offline
    away_after_missed: bool = True  #: an agent who lets an offer lapse is set away
    wrap_up_seconds: int = 0  #: after so long in wrap-up a contact is closed by itself; 0 = never
    dispositions: tuple[str, ...] = ("resolved", "answered", "no-answer", "wrong-number", "spam", "other")
    away_reasons: tuple[str, ...] = ("break", "lunch", "meeting", "training", "other")

    def __post_init__(self) -> None:
        _one_of("language", self.language, LANGUAGES)
        try:
            zoneinfo.ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"timezone: there is no zone {self.timezone!r}; e.g. 'Asia/Tehran'") from None
        _at_least(self, presence_seconds=1, wrap_up_seconds=0)
        _need(bool(self.dispositions and self.away_reasons), "dispositions and away_reasons must not be empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """A queue created at the first start; later changes are made in the admin."""

    title_fa: str
    title_en: str
    skills: tuple[str, ...] = ()
    priority: int = 0
    accept_seconds: int = 30
    target_seconds: int = 120

    def __post_init__(self) -> None:
        _at_least(self, accept_seconds=1, target_seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """What every channel has. The rest of its table belongs to its medium."""

    medium: str
    queue: str = "general"  #: where its contacts wait
    language: str = ""  #: "" = the desk's
    enabled: bool = True
    acknowledge: bool = False  #: answer a new contact with its reference
    acknowledge_per_day: int = 3  #: at most so many acknowledgements to one address in 24 hours
    effort: int = 2  #: points one contact costs an agent
    priority: int = 0
    reopen_hours: int = 72  #: a message within so long after closing reopens the contact
    rate_per_second: float = 20.0  #: messages handed to the provider at most

    def __post_init__(self) -> None:
        _one_of("language", self.language, ("", *LANGUAGES))
        _need(self.rate_per_second > 0, "rate_per_second: must be more than 0")
        _at_least(self, acknowledge_per_day=0, effort=0, reopen_hours=0)


Pair = tuple[ChannelSettings, Any]  #: what every channel has, and its medium's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration."""

    server: Server = field(default_factory=Server)
    storage: Storage = field(default_factory=Storage)
    desk: Desk = field(default_factory=Desk)
    queues: Mapping[str, QueueSettings] = field(default_factory=dict)
    channels: Mapping[str, Pair] = field(default_factory=dict)


def load(path: Path, media: Mapping[str, type], environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the file. `media` maps each medium to the dataclass of its own settings. Raises SettingsError."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:  # broken TOML or UTF-8, a number of 5,000 digits, 1,000 brackets
        raise SettingsError(f"{path}: not valid TOML: {error}") from None
    return parse(table, media, environ)


def parse(table: Mapping[str, Any], media: Mapping[str, type], environ: Mapping[str, str]) -> Settings:
    """The same from a table already read."""
    _known(table, {f.name for f in fields(Settings)}, "")
    queues = {name: build(QueueSettings, part, _named("queues", name), environ)
              for name, part in _section(table, "queues").items()}
    channels = {name: _channel(name, part, media, environ) for name, part in _section(table, "channels").items()}
    _own_secrets(channels)
    for name, (common, _) in channels.items():
        fine = not queues or common.queue in queues
        _at(f"channels.{name}.queue", fine, f"there is no queue {common.queue!r}{_nearest(common.queue, queues)}")
    return Settings(
        server=build(Server, _section(table, "server"), "server", environ),
        storage=build(Storage, _section(table, "storage"), "storage", environ),
        desk=build(Desk, _section(table, "desk"), "desk", environ),
        queues=queues, channels=channels,
    )


def _channel(name: str, table: Any, media: Mapping[str, type], environ: Mapping[str, str]) -> Pair:
    where = _named("channels", name)
    _at(where, isinstance(table, dict), f"must be a table, [{where}]")
    medium = table.get("medium")
    fine = isinstance(medium, str) and medium in media
    _at(f"{where}.medium", fine, f"{medium!r} is no medium{_nearest(medium, media)}" if medium else "is missing")
    kinds = (ChannelSettings, media[medium])
    names = [{f.name for f in fields(kind)} for kind in kinds]
    _known(table, set().union(*names), where)
    common, own = ({k: v for k, v in table.items() if k in known} for known in names)
    return build(kinds[0], common, where, environ), build(kinds[1], own, where, environ)


def build(cls: type[C], table: Mapping[str, Any], where: str, environ: Mapping[str, str]) -> C:
    """One frozen dataclass from one table; `where` is its dotted place, used in messages and secret names."""
    _at(where, isinstance(table, Mapping), f"must be a table, [{where}]")
    hints = typing.get_type_hints(cls)
    specs = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
    _known(table, set(specs), where)
    values: dict[str, Any] = {}
    for name, spec in specs.items():
        if hints[name] is Secret:
            values[name] = _secret(name, table, where, environ)
        elif name in table:
            values[name] = _value(hints[name], table[name], f"{where}.{name}", environ)
        else:
            given = spec.default is not MISSING or spec.default_factory is not MISSING
            _at(f"{where}.{name}", given, "is missing and has no default")
    try:
        return cls(**values)
    except ValueError as error:  # a dataclass's own rules; by custom they begin with the field: "port: is too large"
        dot = "." if str(error).split(":")[0] in specs else ": "
        raise SettingsError(f"{where}{dot}{error}") from None


def secret_name(where: str, name: str) -> str:
    """The environment variable of a secret: channels.town-sms + token -> PISHKHAN_TOWN_SMS_TOKEN."""
    return "PISHKHAN_" + f"{where.removeprefix('channels.')}_{name}".upper().replace("-", "_").replace(".", "_")


def _secret(name: str, table: Mapping[str, Any], where: str, environ: Mapping[str, str]) -> Secret:
    variable = secret_name(where, name)
    _at(f"{where}.{name}", name not in table,
        f"secrets do not stand in the file; set the environment variable {variable}")
    if variable + "_FILE" in environ:
        try:
            return Secret(Path(environ[variable + "_FILE"]).read_text(encoding="utf-8").strip())
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "not a text file"
            raise SettingsError(f"{variable}_FILE: cannot be read: {why}") from None
    return Secret(environ.get(variable, ""))


def _value(hint: Any, value: Any, at: str, environ: Mapping[str, str]) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if origin is tuple and isinstance(value, list):
        return tuple(_value(args[0], each, f"{at}[{i}]", environ) for i, each in enumerate(value))
    if origin in (dict, Mapping) and isinstance(value, dict):
        return {key: _value(args[1], each, f"{at}.{key}", environ) for key, each in value.items()}
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        return build(hint, value, at, environ)
    if hint in (float, timedelta) and isinstance(value, int | float) and not isinstance(value, bool):
        _at(at, -1e12 < value < 1e12, f"{value!r} is out of range")  # also refuses nan and infinity
        return timedelta(seconds=value) if hint is timedelta else float(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        known = [each.value for each in hint]
        _at(at, value in known, f"{value!r} is not one of {', '.join(map(repr, known))}")
        return hint(value)
    fine = origin is None and isinstance(value, hint) and (hint is bool or not isinstance(value, bool))
    _at(at, fine, f"{value!r} is not {getattr(hint, '__name__', hint)}")
    return value


def _at(at: str, fine: bool, message: str) -> None:
    if not fine:
        raise SettingsError(f"{at}: {message}")


def _need(fine: bool, message: str) -> None:
    if not fine:
        raise ValueError(message)


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    _need(value in known, f"{name}: {value!r} is not one of {', '.join(map(repr, known))}")


def _at_least(record: object, **least: int) -> None:
    for name, value in least.items():
        _need(getattr(record, name) >= value, f"{name}: must be at least {value}")


def _named(section: str, name: str) -> str:
    where = f"{section}.{name}"
    _at(where, name.isascii() and name.replace("-", "").isalnum(), "a name has only letters, digits and '-'")
    return where


def _own_secrets(channels: Mapping[str, Pair]) -> None:
    """Two channels must not read one variable: "town" + sms_token and "town-sms" + token would."""
    seen: dict[str, str] = {}
    for name, (_, own) in channels.items():
        for secret in [f.name for f in fields(own) if isinstance(getattr(own, f.name), Secret)]:
            variable = secret_name(f"channels.{name}", secret)
            other = seen.setdefault(variable, name)
            _at(f"channels.{name}", other == name, f"channels.{other} would read {variable} too; rename one of them")


def _section(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part: Mapping[str, Any] = table.get(name, {})
    _at(name, isinstance(part, dict), f"must be a table, [{name}]")
    return part


def _known(table: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise SettingsError(f"{where}{'.' if where else ''}{key}: unknown setting{_nearest(key, known)}")


def _nearest(word: Any, known: Any) -> str:
    near = difflib.get_close_matches(str(word)[:100], sorted(known), n=1, cutoff=0.4)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(known))}"
