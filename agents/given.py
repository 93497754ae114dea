"""What the composition root hands to the colleagues' side: one value, no behaviour."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from router.model import ContactId, Finding, Health, Limits
from router.ports import Bus, Clock
from router.records import Agent
from router.rules.plan import Plan
from storage.store import SqlStore
from storage.tx import StoreTx


class ServerSettings(Protocol):
    """How we are reached."""

    @property
    def base_url(self) -> str: ...
    @property
    def trusted_proxies(self) -> tuple[str, ...]: ...


class DeskSettings(Protocol):
    """The organisation and its choices."""

    @property
    def name_fa(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def timezone(self) -> str: ...
    @property
    def presence_seconds(self) -> int: ...
    @property
    def dispositions(self) -> tuple[str, ...]: ...
    @property
    def away_reasons(self) -> tuple[str, ...]: ...


class ChannelCommon(Protocol):
    """What every channel has."""

    @property
    def medium(self) -> str: ...
    @property
    def queue(self) -> str: ...
    @property
    def enabled(self) -> bool: ...


class Settings(Protocol):
    """The part of the configuration that is read here."""

    @property
    def server(self) -> ServerSettings: ...
    @property
    def desk(self) -> DeskSettings: ...
    @property
    def channels(self) -> Mapping[str, tuple[ChannelCommon, Any]]: ...


class Routing(Protocol):
    """The router as colleagues see it."""

    @property
    def base(self) -> Plan:
        """What the settings say."""
        ...

    @property
    def plan(self) -> Plan:
        """All that is set now."""
        ...

    def state(self) -> Mapping[str, Any]:
        """Where nobody comes, and the router's own figures."""
        ...


class Unrouted:
    """Where no router runs (tests of pages)."""

    base = plan = Plan()

    def state(self) -> Mapping[str, Any]:
        """Nothing."""
        return {"queues": [], "stranded": [], "decisions": 0, "refused": 0, "faults": 0}


class Quoted(Protocol):
    """What stands against sending these words as an article's, by this agent: "" nothing; "unknown": there is none that
    they may read; "other": the words are quite other ones; "gone", "internal", "changed": what happened to it since
    they took its words, as of `version`."""

    def __call__(self, tx: StoreTx, agent: Agent, article: int, version: int | None, words: str) -> str: ...


def no_articles(tx: StoreTx, agent: Agent, article: int, version: int | None, words: str) -> str:
    """Where no knowledge stands beside (tests of pages) there is no article to name."""
    return "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one password check costs (argon2id). The defaults are RFC 9106's second choice; tests take less."""

    passes: int = 3
    kibibytes: int = 65_536
    lanes: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Everything from outside that this side works with."""

    store: SqlStore
    bus: Bus
    settings: Settings
    limits: Mapping[str, Limits]  #: by channel
    health: Callable[[], Mapping[str, Health]]  #: the channels' lights, by channel
    findings: Callable[[str], Awaitable[Sequence[Finding]]]  #: a channel's self-check
    explain: Callable[[ContactId], Mapping[str, Any]]  #: why a contact still waits
    routing: Routing
    quoted: Quoted  #: whether an answer may name an article
    recorders: Mapping[str, str]  #: channel -> address that takes a contact recorded by hand
    url: str  #: how people reach us, without trailing slash
    version: str
    clock: Clock
    cost: Cost = Cost()
