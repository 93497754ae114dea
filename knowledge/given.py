"""What the composition root hands to knowledge: one value, no behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from knowledge.library import Library
from router.model import ContactId
from router.ports import Clock
from router.records import Agent, Contact
from storage.store import SqlStore
from storage.tx import StoreTx


class Who(Protocol):
    """The signed-in agent behind a request that passed the guard."""

    def __call__(self, request: web.Request) -> Agent: ...


class Token(Protocol):
    """The session's CSRF token behind such a request; "" for an API token."""

    def __call__(self, request: web.Request) -> str: ...


class Readable(Protocol):
    """A contact, if this agent may read it; NotFound otherwise."""

    def __call__(self, tx: StoreTx, agent: Agent, contact: ContactId) -> Contact: ...


class Rules(Protocol):
    """The section [knowledge] of the configuration."""

    @property
    def four_eyes(self) -> bool: ...
    @property
    def return_days(self) -> int: ...
    @property
    def keep_days(self) -> int: ...
    @property
    def review_days(self) -> int: ...
    @property
    def lead(self) -> str: ...
    @property
    def gap_days(self) -> int: ...
    @property
    def origins(self) -> Sequence[str]: ...
    @property
    def questions_per_minute(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What knowledge stands on."""

    store: SqlStore
    library: Library
    who: Who
    csrf: Token
    readable: Readable
    rules: Rules
    clock: Clock
    url: str  #: how people reach us, without trailing slash
    name_fa: str
    name_en: str
    language: str  #: of the help pages, when nobody chose
    timezone: str
    dispositions: Sequence[str]
