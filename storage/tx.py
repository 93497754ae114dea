"""One unit's view of the database: the operations by noun, and the journal. Plain calls inside a transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from router.events import Event
from router.records import Entry
from storage.accounts import Accounts
from storage.cases import Cases
from storage.channels import Channels
from storage.clocks import Clocks
from storage.contacts import Contacts
from storage.customers import People
from storage.desk import Desk
from storage.flows import Flows
from storage.items import Items
from storage.journal import JournalReads
from storage.knowledge import Knowledge
from storage.many import Many
from storage.messages import Messages
from storage.offers import Offers
from storage.outbox import Deliveries
from storage.register import Register
from storage.routed import RoutedReads
from storage.routing import Routing
from storage.tables import Journal
from storage.timers import Marks, Timers

_JOURNAL = Many(Journal.__table__, counted=True)  # type: ignore[attr-defined]


class StoreTx:
    """Fulfils `router.ports.Tx`; agents and knowledge also use `accounts`, `journal`, `marks` and `connection`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self._events: list[tuple[Event, str]] = []

    @cached_property
    def items(self) -> Items:
        """Inbound items and their fates."""
        return Items(self.connection, self.now)

    @cached_property
    def people(self) -> People:
        """Customers and addresses."""
        return People(self.connection, self.now)

    @cached_property
    def contacts(self) -> Contacts:
        """Conversations."""
        return Contacts(self.connection, self.now)

    @cached_property
    def register(self) -> Register:
        """Numbers of letters."""
        return Register(self.connection, self.now)

    @cached_property
    def messages(self) -> Messages:
        """Utterances."""
        return Messages(self.connection, self.now)

    @cached_property
    def outbox(self) -> Deliveries:
        """Outgoing messages."""
        return Deliveries(self.connection, self.now)

    @cached_property
    def offers(self) -> Offers:
        """Proposals to agents."""
        return Offers(self.connection, self.now)

    @cached_property
    def desk(self) -> Desk:
        """Agents and queues."""
        return Desk(self.connection, self.now)

    @cached_property
    def routed(self) -> RoutedReads:
        """Contacts as routing sees them."""
        return RoutedReads(self.connection, self.now)

    @cached_property
    def clocks(self) -> Clocks:
        """Promises that run."""
        return Clocks(self.connection)

    @cached_property
    def routing(self) -> Routing:
        """Hours, policies and promises."""
        return Routing(self.connection)

    @cached_property
    def timers(self) -> Timers:
        """Things due later."""
        return Timers(self.connection)

    @cached_property
    def channels(self) -> Channels:
        """Pauses, exchanges with providers, parts that wait."""
        return Channels(self.connection, self.now)

    @cached_property
    def marks(self) -> Marks:
        """Small remembered texts."""
        return Marks(self.connection)

    @cached_property
    def accounts(self) -> Accounts:
        """Passwords, sessions and API tokens."""
        return Accounts(self.connection, self.now)

    @cached_property
    def knowledge(self) -> Knowledge:
        """Articles and suggestions."""
        return Knowledge(self.connection, self.now)

    @cached_property
    def flows(self) -> Flows:
        """Dialogues that answer by themselves."""
        return Flows(self.connection, self.now)

    @cached_property
    def cases(self) -> Cases:
        """Matters with a tracking code."""
        return Cases(self.connection, self.now)

    @cached_property
    def journal(self) -> JournalReads:
        """What happened so far."""
        return JournalReads(self.connection)

    def emit(self, event: Event, *, actor: str) -> None:
        """Append to the journal at the end of this unit."""
        self._events.append((event, actor))

    def flush(self) -> list[Entry]:
        """Write the unit's events; returns them with their positions."""
        if not self._events:
            return []
        entries = [Entry(seq=0, at=self.now, name=event.name, actor=actor, contact=event.about, data=event.payload())
                   for event, actor in self._events]
        self._events.clear()
        rows = [{"at": e.at, "name": e.name, "actor": e.actor, "contact_id": e.contact, "case_id": None, "data": e.data}
                for e in entries]
        seqs = _JOURNAL.put(self.connection, rows)
        return [replace(entry, seq=seq) for entry, seq in zip(entries, seqs, strict=True)]
