"""The tables of config.toml as frozen dataclasses, each with the rules of its own values. Reads no file."""

from __future__ import annotations

import ipaddress
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from settings.checks import at_least, need, one_of
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

LANGUAGES = ("fa", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where we listen and how we are reached."""

    host: str = "127.0.0.1"
    port: int = 8080
    base_url: str = ""  #: public address, e.g. "https://desk.example.org"; "" = http://host:port
    trusted_proxies: tuple[str, ...] = ()  #: addresses whose X-Forwarded-For is believed

    def __post_init__(self) -> None:
        need(0 <= self.port <= 65535, f"port: {self.port} is not between 0 and 65535 (0 = any free one)")
        fine = self.base_url.startswith(("http://", "https://")) and not self.base_url.endswith("/")
        need(fine or not self.base_url, "base_url: must begin with http:// or https:// and not end with '/'")
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
        need(self.folder != "", "folder: must not be empty")
        need(not self.database or self.database.startswith("postgresql://"),
              "database: must be empty (SQLite in the folder) or begin with postgresql://")
        one_of("synchronous", self.synchronous, ("FULL", "NORMAL"))
        at_least(self, queue_limit=1)


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
        one_of("language", self.language, LANGUAGES)
        try:
            zoneinfo.ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"timezone: there is no zone {self.timezone!r}; e.g. 'Asia/Tehran'") from None
        at_least(self, presence_seconds=1, wrap_up_seconds=0)
        need(bool(self.dispositions and self.away_reasons), "dispositions and away_reasons must not be empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """What every channel has. The rest of its table belongs to its medium."""

    medium: str
    queue: str = "general"  #: where its contacts wait
    language: str = ""  #: "" = the desk's
    enabled: bool = True
    acknowledge: bool = False  #: answer a new contact with its reference
    acknowledge_per_day: int = 3  #: at most so many acknowledgements to one address in 24 hours
    effort: int = 0  #: points one contact costs an agent; 0 = what the medium costs
    priority: int = 0
    reopen_hours: int = 72  #: a message within so long after closing reopens the contact
    rate_per_second: float = 20.0  #: messages handed to the provider at most
    flow: str = ""  #: the dialogue that answers first; "" = people answer everything
    survey: str = ""  #: the dialogue that asks after a colleague has closed a contact; "" = none
    survey_by: str = ""  #: an SMS channel that asks for this one, at the citizen's mobile number; "" = this one asks
    retry_seconds: tuple[float, ...] = ()  #: waits before the second, third, ... try; () = the house's schedule
    repeats: int = 5  #: the same words go to one address so often in five minutes; 0 = no limit
    failover: tuple[str, ...] = ()  #: channels that take over a message that failed here, in this order
    follow_up_seconds: int = 0  #: an answer nobody is known to have got after so long fails over too; 0 = never

    def __post_init__(self) -> None:
        one_of("language", self.language, ("", *LANGUAGES))
        need(self.rate_per_second > 0, "rate_per_second: must be more than 0")
        at_least(self, acknowledge_per_day=0, effort=0, reopen_hours=0, repeats=0, follow_up_seconds=0)
        need(not self.survey_by or bool(self.survey), "survey_by: survey names no dialogue")
        need(not self.follow_up_seconds or bool(self.failover), "follow_up_seconds: failover names no channel")
        need(all(0 < each <= 604_800 for each in self.retry_seconds) and len(self.retry_seconds) <= 50,
             "retry_seconds: at most 50 waits of more than 0 seconds and at most a week")


Pair = tuple[ChannelSettings, Any]  #: what every channel has, and its medium's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration."""

    server: Server = field(default_factory=Server)
    storage: Storage = field(default_factory=Storage)
    desk: Desk = field(default_factory=Desk)
    queues: Mapping[str, QueueSettings] = field(default_factory=dict)
    calendars: Mapping[str, CalendarSettings] = field(default_factory=dict)
    policies: Mapping[str, PolicySettings] = field(default_factory=dict)
    media: Mapping[str, MediumSettings] = field(default_factory=dict)
    targets: tuple[TargetSettings, ...] = ()
    routing: RoutingSettings = field(default_factory=RoutingSettings)
    channels: Mapping[str, Pair] = field(default_factory=dict)
    flows: FlowSettings = field(default_factory=FlowSettings)
    knowledge: KnowledgeSettings = field(default_factory=KnowledgeSettings)
