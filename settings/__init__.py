"""config.toml and the environment become frozen dataclasses. Anything unknown or of a wrong type refuses to start.

Secrets never stand in the file: a field of type `Secret` is read from the environment variable that the error
message names (PISHKHAN_<SECTION>_<FIELD>), or from the file named by the same variable with _FILE behind it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from settings.checks import SettingsError, at, nearest, only
from settings.flows import FlowSettings
from settings.knowledge import KnowledgeSettings
from settings.routing import (
    CalendarSettings,
    MediumSettings,
    PolicySettings,
    QueueSettings,
    RoutingSettings,
    TargetSettings,
)
from settings.sections import LANGUAGES, ChannelSettings, Desk, Pair, Server, Settings, Storage
from settings.values import Secret, build, secret_name

__all__ = [
    "LANGUAGES", "CalendarSettings", "ChannelSettings", "Desk", "FlowSettings", "KnowledgeSettings", "MediumSettings",
    "Pair",
    "PolicySettings",
    "QueueSettings", "RoutingSettings", "Secret", "Server", "Settings", "SettingsError", "Storage", "TargetSettings",
    "build", "load", "parse", "secret_name",
]

C = TypeVar("C")
#: Media that a cost may be set for; a medium need not have a channel for it.
MEDIA = ("email", "sms", "webchat", "telegram", "voice", "phone", "fax", "letter", "counter", "form")


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
    only(table, {f.name for f in fields(Settings)}, "")
    queues = {name: build(QueueSettings, part, _named("queues", name), environ)
              for name, part in _section(table, "queues").items()}
    channels = {name: _channel(name, part, media, environ) for name, part in _section(table, "channels").items()}
    _own_secrets(channels)
    for name, (common, _) in channels.items():
        fine = not queues or common.queue in queues
        for other in common.failover:
            at(f"channels.{name}.failover", other in channels and other != name,
               f"there is no other channel {other!r}{nearest(other, channels)}")
        by = common.survey_by
        at(f"channels.{name}.survey_by", not by or (by in channels and channels[by][0].medium == "sms"),
           f"{by!r} is no SMS channel{nearest(by, channels)}")
        at(f"channels.{name}.queue", fine, f"there is no queue {common.queue!r}{nearest(common.queue, queues)}")
    return Settings(
        server=build(Server, _section(table, "server"), "server", environ),
        storage=build(Storage, _section(table, "storage"), "storage", environ),
        desk=build(Desk, _section(table, "desk"), "desk", environ),
        queues=queues, channels=channels, flows=build(FlowSettings, _section(table, "flows"), "flows", environ),
        calendars=_tables(CalendarSettings, table, "calendars", environ),
        policies=_tables(PolicySettings, table, "policies", environ),
        media=_tables(MediumSettings, table, "media", environ, known=MEDIA),
        targets=_targets(table, environ),
        routing=build(RoutingSettings, _section(table, "routing"), "routing", environ),
        knowledge=build(KnowledgeSettings, _section(table, "knowledge"), "knowledge", environ),
    )


def _tables(kind: type[C], table: Mapping[str, Any], section: str, environ: Mapping[str, str],
            known: Collection[str] = ()) -> dict[str, C]:
    found = {name: build(kind, part, _named(section, name), environ) for name, part in _section(table, section).items()}
    for name in found:
        at(f"{section}.{name}", not known or name in known, f"there is no medium {name!r}{nearest(name, known)}")
    return found


def _targets(table: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[TargetSettings, ...]:
    rows = table.get("targets", [])
    at("targets", isinstance(rows, list), "must be a list of tables, [[targets]]")
    return tuple(build(TargetSettings, row, f"targets[{number}]", environ) for number, row in enumerate(rows))


def _channel(name: str, table: Any, media: Mapping[str, type], environ: Mapping[str, str]) -> Pair:
    where = _named("channels", name)
    at(where, isinstance(table, dict), f"must be a table, [{where}]")
    medium = table.get("medium")
    fine = isinstance(medium, str) and medium in media
    at(f"{where}.medium", fine, f"{medium!r} is no medium{nearest(medium, media)}" if medium else "is missing")
    kinds = (ChannelSettings, media[medium])
    names = [{f.name for f in fields(kind)} for kind in kinds]
    only(table, set().union(*names), where)
    common, own = ({k: v for k, v in table.items() if k in known} for known in names)
    return build(kinds[0], common, where, environ), build(kinds[1], own, where, environ)


def _named(section: str, name: str) -> str:
    where = f"{section}.{name}"
    at(where, name.isascii() and name.replace("-", "").isalnum(), "a name has only letters, digits and '-'")
    return where


def _own_secrets(channels: Mapping[str, Pair]) -> None:
    """Two channels must not read one variable: "town" + sms_token and "town-sms" + token would."""
    seen: dict[str, str] = {}
    for name, (_, own) in channels.items():
        for secret in [f.name for f in fields(own) if isinstance(getattr(own, f.name), Secret)]:
            variable = secret_name(f"channels.{name}", secret)
            other = seen.setdefault(variable, name)
            at(f"channels.{name}", other == name, f"channels.{other} would read {variable} too; rename one of them")


def _section(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part: Mapping[str, Any] = table.get(name, {})
    at(name, isinstance(part, dict), f"must be a table, [{name}]")
    return part
