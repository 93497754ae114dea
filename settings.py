"""config.toml and the environment become frozen dataclasses. Anything unknown or of a wrong type refuses to start.

Secrets never stand in the file: a field of type `Secret` is read from the environment variable that the error
message names (PISHKHAN_<SECTION>_<FIELD>), or from the file named by the same variable with _FILE behind it.
"""

from __future__ import annotations

import difflib
import os
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

C = TypeVar("C")


class SettingsError(Exception):
    """The configuration cannot be used; the message says where and what to write instead."""


class Secret(str):
    """A text that never shows itself in a log or a traceback."""

    def __repr__(self) -> str:
        return "Secret(***)" if self else "Secret()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where we listen and how we are reached."""

    host: str = "127.0.0.1"
    port: int = 8080
    base_url: str = ""  #: public address, e.g. "https://desk.example.org"; "" = http://host:port
    trusted_proxies: tuple[str, ...] = ()  #: addresses whose X-Forwarded-For is believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Where things are kept."""

    folder: str = "data"  #: database file, attachments, raw originals
    database: str = ""  #: "" = SQLite in the folder; or postgresql://user@host/name
    synchronous: str = "FULL"  #: SQLite only: FULL survives a power cut, NORMAL may lose the last commits
    queue_limit: int = 10_000  #: units of work that may wait for the writer before 503 is answered


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


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """A queue created at the first start; later changes are made in the admin."""

    title_fa: str
    title_en: str
    skills: tuple[str, ...] = ()
    priority: int = 0
    accept_seconds: int = 30
    target_seconds: int = 120


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration."""

    server: Server = field(default_factory=Server)
    storage: Storage = field(default_factory=Storage)
    desk: Desk = field(default_factory=Desk)
    queues: Mapping[str, QueueSettings] = field(default_factory=dict)
    channels: Mapping[str, tuple[ChannelSettings, Any]] = field(default_factory=dict)  #: common part, medium's part


def load(path: Path, media: Mapping[str, type], environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the file. `media` maps each medium to the dataclass of its own settings. Raises SettingsError."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: there is no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None
    return parse(table, media, environ)


def parse(table: Mapping[str, Any], media: Mapping[str, type], environ: Mapping[str, str]) -> Settings:
    """The same from a table already read."""
    _known(table, {f.name for f in fields(Settings)}, "")
    queues = {name: build(QueueSettings, part, f"queues.{name}", environ)
              for name, part in _section(table, "queues").items()}
    desk = build(Desk, _section(table, "desk"), "desk", environ)
    channels = {name: _channel(name, part, media, environ) for name, part in _section(table, "channels").items()}
    for name, (common, _) in channels.items():
        if common.queue not in queues and queues:
            raise SettingsError(f"channels.{name}.queue: there is no queue {common.queue!r}{_nearest(common.queue, queues)}")
    return Settings(
        server=build(Server, _section(table, "server"), "server", environ),
        storage=build(Storage, _section(table, "storage"), "storage", environ),
        desk=desk, queues=queues, channels=channels,
    )


def _channel(name: str, table: Any, media: Mapping[str, type], environ: Mapping[str, str]) -> tuple[ChannelSettings, Any]:
    where = f"channels.{name}"
    if not isinstance(table, dict):
        raise SettingsError(f"{where}: must be a table")
    if not name.replace("-", "").isalnum() or not name.isascii():
        raise SettingsError(f"{where}: a channel's name has only letters, digits and '-'")
    medium = str(table.get("medium", ""))
    if medium not in media:
        raise SettingsError(f"{where}.medium: {medium!r} is no medium{_nearest(medium, media)}")
    common_names = {f.name for f in fields(ChannelSettings)}
    own_names = {f.name for f in fields(media[medium])}
    _known(table, common_names | own_names, where)
    common = {k: v for k, v in table.items() if k in common_names}
    own = {k: v for k, v in table.items() if k in own_names}
    return build(ChannelSettings, common, where, environ), build(media[medium], own, where, environ)


def build(cls: type[C], table: Mapping[str, Any], where: str, environ: Mapping[str, str]) -> C:
    """One frozen dataclass from one table; `where` is its dotted place, used in messages and secret names."""
    hints = typing.get_type_hints(cls)
    specs = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
    _known(table, set(specs), where)
    values: dict[str, Any] = {}
    for name, spec in specs.items():
        at = f"{where}.{name}"
        if hints[name] is Secret:
            values[name] = _secret(name, table, where, environ)
        elif name in table:
            values[name] = _value(hints[name], table[name], at, environ)
        elif spec.default is MISSING and spec.default_factory is MISSING:
            raise SettingsError(f"{at}: is missing and has no default")
    try:
        return cls(**values)
    except ValueError as error:
        raise SettingsError(f"{where}: {error}") from None


def secret_name(where: str, name: str) -> str:
    """The environment variable of a secret: channels.town-sms + token -> PISHKHAN_TOWN_SMS_TOKEN."""
    return "PISHKHAN_" + f"{where.removeprefix('channels.')}_{name}".upper().replace("-", "_").replace(".", "_")


def _secret(name: str, table: Mapping[str, Any], where: str, environ: Mapping[str, str]) -> Secret:
    variable = secret_name(where, name)
    if name in table:
        raise SettingsError(f"{where}.{name}: secrets do not stand in the file; set the environment variable {variable}")
    if variable + "_FILE" in environ:
        try:
            return Secret(Path(environ[variable + "_FILE"]).read_text(encoding="utf-8").strip())
        except OSError as error:
            raise SettingsError(f"{variable}_FILE: cannot be read: {error.strerror}") from None
    return Secret(environ.get(variable, ""))


def _value(hint: Any, value: Any, at: str, environ: Mapping[str, str]) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if hint is timedelta and isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(seconds=value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError:
            raise SettingsError(f"{at}: {value!r} is not one of {', '.join(str(m.value) for m in hint)}") from None
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__") and isinstance(value, dict):
        return build(hint, value, at, environ)
    if origin is tuple and isinstance(value, list):
        return tuple(_value(args[0], each, f"{at}[{i}]", environ) for i, each in enumerate(value))
    if origin in (dict, Mapping) or str(origin).endswith("Mapping'>"):
        if isinstance(value, dict):
            return {key: _value(args[1], each, f"{at}.{key}", environ) for key, each in value.items()}
    wanted = hint if isinstance(hint, type) else object
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if origin is None and isinstance(value, wanted) and (not isinstance(value, bool) or wanted is bool):
        return value
    raise SettingsError(f"{at}: {value!r} is not {getattr(hint, '__name__', hint)}")


def _section(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = table.get(name, {})
    if not isinstance(part, dict):
        raise SettingsError(f"{name}: must be a table, [{name}]")
    return part


def _known(table: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise SettingsError(f"{where}{'.' if where else ''}{key}: unknown setting{_nearest(key, known)}")


def _nearest(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.4)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(known))}"
