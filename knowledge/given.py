"""What the composition root hands to knowledge: one value, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from knowledge.library import Library
from router.model import ContactId
from router.records import Agent, Contact
from storage.store import SqlStore
from storage.tx import StoreTx


class Who(Protocol):
    """The signed-in agent behind a request that passed the guard."""

    def __call__(self, request: web.Request) -> Agent: ...


class Readable(Protocol):
    """A contact, if this agent may read it; NotFound otherwise."""

    def __call__(self, tx: StoreTx, agent: Agent, contact: ContactId) -> Contact: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What knowledge stands on."""

    store: SqlStore
    library: Library
    who: Who
    readable: Readable
    name_fa: str
    name_en: str
    language: str  #: of the help pages, when nobody chose
