"""What the core asks of the database, as Protocols: one unit of work and its operations by noun."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from router.events import Event
from router.model import (
    Address,
    AddressId,
    AgentId,
    ContactId,
    CustomerId,
    Fate,
    ItemId,
    Medium,
    MessageId,
    OfferId,
    QueueId,
)
from router.records import (
    Agent,
    Contact,
    ContactState,
    Customer,
    Direction,
    KnownAddress,
    Message,
    Offer,
    Queue,
    Timer,
)
from router.units.outgoing import Channels as Channels
from router.units.outgoing import Deliveries as Deliveries
from router.units.register import Register as Register
from router.units.routing import Clocks as Clocks
from router.units.routing import Journal as Journal
from router.units.routing import Marks as Marks
from router.units.routing import RoutedContacts as RoutedContacts
from router.units.routing import Routing as Routing

T = TypeVar("T")


class Tx(Protocol):
    """One unit of work inside a transaction. Plain calls, no awaiting: it cannot reach across a network."""

    now: datetime

    @property
    def items(self) -> Items: ...
    @property
    def people(self) -> People: ...
    @property
    def contacts(self) -> Contacts: ...
    @property
    def register(self) -> Register: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def outbox(self) -> Deliveries: ...
    @property
    def offers(self) -> Offers: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def routing(self) -> Routing: ...
    @property
    def routed(self) -> RoutedContacts: ...
    @property
    def clocks(self) -> Clocks: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def timers(self) -> Timers: ...
    @property
    def channels(self) -> Channels: ...

    def emit(self, event: Event, *, actor: str) -> None:
        """Append to the journal; published after the commit."""
        ...


class Store(Protocol):
    """The database behind the core."""

    async def run(self, unit: Callable[[Tx], T], *, name: str = "") -> T:
        """Run one unit; returns after the commit. Raises what the unit raised (its changes undone),
        Unavailable when the database cannot commit."""
        ...

    async def snapshot(self, unit: Callable[[Tx], T]) -> T:
        """Run a unit that only reads, beside the writer, on a consistent snapshot."""
        ...


class Items(Protocol):
    """Inbound items and their fates."""

    def claim(self, channel: str, external_id: str, kind: str, *, raw: bytes, digest: str) -> ItemId | None:
        """First time: the new item's id. None: it was taken in before."""
        ...

    def settle(
        self, item: ItemId, fate: Fate, reason: str, *, contact: ContactId | None, message: MessageId | None
    ) -> None: ...

    def earlier(self, channel: str, external_id: str) -> tuple[Fate, ContactId | None, MessageId | None]: ...

    def elsewhere(self, channels: Sequence[str], external_id: str) -> tuple[ContactId | None, MessageId | None] | None:
        """Contact and message of the same item on one of these channels; None when it is not there."""
        ...


class People(Protocol):
    """Customers and their addresses."""

    def known(self, address: Address, language: str) -> KnownAddress:
        """The address, with its customer; both are made when new."""
        ...

    def vouch(self, owner: CustomerId, address: Address) -> tuple[KnownAddress, bool]:
        """The address as proved to be this customer's, and whether that is new. It may stand in another file."""
        ...

    def join(self, gone: CustomerId, into: CustomerId) -> None:
        """Two files are one person: everything of the one moves to the other."""
        ...

    def change(self, customer: CustomerId, **fields: Any) -> Customer:
        """Write fields of a customer's file."""
        ...

    def address(self, contact: ContactId) -> KnownAddress: ...

    def find(self, medium: Medium, value: str) -> KnownAddress | None:
        """The address, when we know it."""
        ...

    def suppress(self, address: KnownAddress, why: str) -> None:
        """No more messages to it, and why; "" lifts that."""
        ...

    def customer(self, customer: CustomerId) -> Customer: ...

    def of_customer(self, customer: CustomerId) -> Sequence[KnownAddress]:
        """Every address of one customer."""
        ...

    def opt_out(self, address: KnownAddress, at: datetime | None) -> None: ...


class Contacts(Protocol):
    """Contacts; every change is a compare-and-set on `version`."""

    def get(self, contact: ContactId) -> Contact:
        """NotFound when there is none."""
        ...

    def open(self, **fields: Any) -> Contact: ...

    def change(self, contact: Contact, **fields: Any) -> Contact:
        """Write fields if nobody changed it since; Conflict otherwise. Returns the new snapshot."""
        ...

    def live_on(self, channel: str, thread_key: str) -> Contact | None: ...

    def newest_on(self, channel: str, thread_key: str) -> Contact | None: ...

    def on_thread(self, channel: str, thread_key: str) -> Sequence[ContactId]:
        """Ids of all contacts of a thread, oldest first."""
        ...

    def by_token(self, token: str) -> Contact | None: ...

    def by_reference_ids(self, channel: str, references: Sequence[str]) -> Contact | None:
        """The contact of the first of these message ids that we know."""
        ...

    def recent_of(self, channel: str, address: AddressId, *, limit: int) -> Sequence[Contact]:
        """The newest contacts of an address on a channel, newest first."""
        ...

    def in_state(self, *states: ContactState) -> Sequence[Contact]: ...

    def held_by(self, agent: AgentId) -> Sequence[Contact]:
        """Contacts that take the agent's capacity: offered, active, wrap-up."""
        ...


class Messages(Protocol):
    """Utterances."""

    def add(self, contact: ContactId, direction: Direction, *, at: datetime, text: str, **fields: Any) -> Message:
        """Append; `uploads` stored before as `attachments`."""
        ...

    def get(self, message: MessageId) -> Message: ...

    def of(self, contact: ContactId, *, limit: int = 500) -> Sequence[Message]: ...

    def describe(self, message: MessageId, data: Mapping[str, Any]) -> None:
        """Write a message's data anew."""
        ...

    def remember(self, channel: str, reference: str, message: Message) -> None:
        """So that a later References or reply finds it."""
        ...


class Offers(Protocol):
    """Live proposals; the database allows one per contact."""

    def make(self, contact: Contact, agent: Agent, *, expires_at: datetime, why: Mapping[str, Any]) -> Offer: ...

    def live(self, contact: ContactId) -> Offer | None: ...

    def all_live(self) -> Sequence[Offer]: ...

    def end(self, offer: OfferId, outcome: str) -> Offer:
        """Compare-and-set from live; Conflict when it ended before."""
        ...


class Desk(Protocol):
    """Agents and queues."""

    def agent(self, agent: AgentId) -> Agent: ...

    def agents(self) -> Sequence[Agent]: ...

    def set_agent(self, agent: AgentId, **fields: Any) -> Agent: ...

    def queue(self, queue: QueueId) -> Queue: ...

    def queue_named(self, name: str) -> Queue | None: ...

    def queues(self) -> Sequence[Queue]: ...

    def add_queue(self, name: str, **fields: Any) -> Queue: ...

    def set_queue(self, queue: QueueId, **fields: Any) -> Queue: ...


class Timers(Protocol):
    """Things due later."""

    def set(self, kind: str, subject: int, due_at: datetime, data: Mapping[str, Any] | None = None) -> None: ...

    def clear(self, kind: str, subject: int) -> None: ...

    def due(self, now: datetime, *, limit: int = 500) -> Sequence[Timer]: ...

    def next_due(self) -> datetime | None: ...
