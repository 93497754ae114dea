"""Every table, as SQLModel classes. Only `storage/` may import this; migrations must equal it (tested)."""


from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.columns import Json, Key, Moment

LIVE_CONTACT = "state NOT IN ('closed', 'abandoned')"


def _key() -> Any:
    return Field(default=None, sa_column=Column(Key, primary_key=True, autoincrement=True))


def _ref(target: str, *, null: bool = True, index: bool = True) -> Any:
    return Field(default=None, sa_column=Column(Key, ForeignKey(target), nullable=null, index=index))


def _when(*, null: bool = True, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Moment, nullable=null, index=index))


def _json() -> Any:
    return Field(default=None, sa_column=Column(Json, nullable=False))


def _text(default: str = "") -> Any:
    return Field(default=default, sa_column=Column(Text, nullable=False))


class Customers(SQLModel, table=True):
    """Persons and organisations."""

    __tablename__ = "customers"
    id: int | None = _key()
    name: str = _text()
    segment: str = _text("ordinary")
    language: str = _text()
    note: str = _text()
    created_at: datetime = _when(null=False)
    data: dict[str, Any] = _json()


class Addresses(SQLModel, table=True):
    """Where a customer is reached; one row per medium and value."""

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("medium", "value", name="one_address"),)
    id: int | None = _key()
    medium: str = _text()
    value: str = _text()
    name: str = _text()
    customer_id: int = _ref("customers.id", null=False)
    opted_out_at: datetime | None = _when()
    created_at: datetime = _when(null=False)


class Queues(SQLModel, table=True):
    """Where contacts wait."""

    __tablename__ = "queues"
    __table_args__ = (UniqueConstraint("name", name="one_queue_name"),)
    id: int | None = _key()
    name: str = _text()
    title_fa: str = _text()
    title_en: str = _text()
    skills: list[str] = _json()
    priority: int = 0
    accept_seconds: int = 30
    target_seconds: int = 120
    active: bool = True


class Agents(SQLModel, table=True):
    """Who works here."""

    __tablename__ = "agents"
    __table_args__ = (UniqueConstraint("login", name="one_login"),)
    id: int | None = _key()
    login: str = _text()
    name: str = _text()
    public_name: str = _text()
    role: str = _text("agent")
    password_hash: str = _text()
    state: str = _text("offline")
    reason: str = _text()
    state_since: datetime = _when(null=False)
    idle_since: datetime = _when(null=False)
    skills: dict[str, int] = _json()
    efforts: dict[str, int] = _json()
    capacity: int = 6
    language: str = _text("fa")
    phone: str = _text()
    active: bool = True


class Sessions(SQLModel, table=True):
    """Signed-in browsers. Only a hash of the cookie is kept."""

    __tablename__ = "sessions"
    digest: str = Field(sa_column=Column(Text, primary_key=True))
    agent_id: int = _ref("agents.id", null=False)
    csrf: str = _text()
    created_at: datetime = _when(null=False)
    seen_at: datetime = _when(null=False)
    expires_at: datetime = _when(null=False, index=True)


class Tokens(SQLModel, table=True):
    """API tokens. Only a hash is kept."""

    __tablename__ = "tokens"
    __table_args__ = (UniqueConstraint("digest", name="one_token"),)
    id: int | None = _key()
    agent_id: int = _ref("agents.id", null=False)
    name: str = _text()
    role: str = _text("agent")
    digest: str = _text()
    created_at: datetime = _when(null=False)
    used_at: datetime | None = _when()
    revoked_at: datetime | None = _when()


class Contacts(SQLModel, table=True):
    """Conversations. At most one live contact per thread of a channel."""

    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("reference", name="one_reference"),
        UniqueConstraint("token", name="one_thread_token"),
        Index("one_live_contact", "channel", "thread_key", unique=True,
              sqlite_where=text(LIVE_CONTACT), postgresql_where=text(LIVE_CONTACT)),
        Index("contacts_thread", "channel", "thread_key", "id"),
        Index("contacts_state", "state", "id"),
        Index("contacts_agent", "agent_id", "state"),
        Index("contacts_queue", "queue_id", "answered_at"),
    )
    id: int | None = _key()
    reference: str = _text()
    token: str = _text()
    channel: str = _text()
    medium: str = _text()
    thread_key: str = _text()
    customer_id: int = _ref("customers.id", null=False)
    address_id: int = _ref("addresses.id", null=False)
    state: str = _text()
    state_since: datetime = _when(null=False)
    queue_id: int | None = _ref("queues.id", index=False)
    agent_id: int | None = _ref("agents.id", index=False)
    last_agent_id: int | None = _ref("agents.id", index=False)
    subject: str = _text()
    language: str = _text("fa")
    priority: int = 0
    effort: int = 2
    opened_at: datetime = _when(null=False, index=True)
    queued_at: datetime | None = _when()
    answered_at: datetime | None = _when()
    closed_at: datetime | None = _when(index=True)
    disposition: str = _text()
    excluded: list[int] = _json()
    data: dict[str, Any] = _json()
    version: int = 0


class Messages(SQLModel, table=True):
    """Utterances."""

    __tablename__ = "messages"
    __table_args__ = (Index("messages_contact", "contact_id", "id"),)
    id: int | None = _key()
    contact_id: int = _ref("contacts.id", null=False, index=False)
    direction: str = _text()
    kind: str = _text()
    at: datetime = _when(null=False)
    agent_id: int | None = _ref("agents.id", index=False)
    author: str = _text()
    text: str = _text()
    html: str = _text()
    new_text: str = _text()
    subject: str = _text()
    external_id: str = _text()
    automatic: str = _text()
    language: str = _text()
    data: dict[str, Any] = _json()


class Attachments(SQLModel, table=True):
    """Files of messages, and uploads that wait for their message (`message_id` empty)."""

    __tablename__ = "attachments"
    id: int | None = _key()
    message_id: int | None = _ref("messages.id")
    agent_id: int | None = _ref("agents.id", index=False)
    name: str = _text()
    media_type: str = _text()
    size: int = 0
    digest: str = Field(default="", sa_column=Column(Text, nullable=False, index=True))
    inline_id: str = _text()
    created_at: datetime = _when(null=False)


class References(SQLModel, table=True):
    """External message ids, so that References and replies find their contact."""

    __tablename__ = "message_references"
    channel: str = Field(sa_column=Column(Text, primary_key=True))
    reference: str = Field(sa_column=Column(Text, primary_key=True))
    message_id: int = _ref("messages.id", null=False)
    contact_id: int = _ref("contacts.id", null=False, index=False)


class Items(SQLModel, table=True):
    """Every inbound item and its fate. The unique key makes taking in idempotent."""

    __tablename__ = "items"
    __table_args__ = (UniqueConstraint("channel", "external_id", name="one_item"),)
    id: int | None = _key()
    channel: str = _text()
    external_id: str = _text()
    kind: str = _text()
    fate: str = Field(default="", sa_column=Column(Text, nullable=False, index=True))
    reason: str = _text()
    contact_id: int | None = _ref("contacts.id")
    message_id: int | None = _ref("messages.id", index=False)
    received_at: datetime = _when(null=False, index=True)
    raw: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    digest: str = _text()


class Deliveries(SQLModel, table=True):
    """The outbox: one row per outgoing message."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("key", name="one_delivery_key"),
        UniqueConstraint("message_id", name="one_delivery_per_message"),
        Index("deliveries_open", "contact_id", "id", sqlite_where=text("state IN ('pending', 'sending')"),
              postgresql_where=text("state IN ('pending', 'sending')")),
        Index("deliveries_due", "state", "due_at"),
        Index("deliveries_address", "address_id", "created_at"),
    )
    id: int | None = _key()
    message_id: int = _ref("messages.id", null=False, index=False)
    contact_id: int = _ref("contacts.id", null=False, index=False)
    address_id: int = _ref("addresses.id", null=False, index=False)
    channel: str = _text()
    kind: str = _text()
    key: str = _text()
    state: str = _text()
    attempts: int = 0
    due_at: datetime | None = _when()
    error: str = _text()
    detail: str = _text()
    created_at: datetime = _when(null=False)
    settled_at: datetime | None = _when()


class Parts(SQLModel, table=True):
    """Pieces of a sent message, each with the provider's own id."""

    __tablename__ = "parts"
    __table_args__ = (Index("parts_external", "channel", "external_id"),)
    delivery_id: int = Field(sa_column=Column(Key, ForeignKey("deliveries.id"), primary_key=True))
    part: int = Field(primary_key=True)
    channel: str = _text()
    external_id: str = _text()
    state: str = _text()


class Offers(SQLModel, table=True):
    """Contacts proposed to agents. The database allows one live offer per contact."""

    __tablename__ = "offers"
    __table_args__ = (
        Index("one_live_offer", "contact_id", unique=True,
              sqlite_where=text("outcome = ''"), postgresql_where=text("outcome = ''")),
    )
    id: int | None = _key()
    contact_id: int = _ref("contacts.id", null=False)
    agent_id: int = _ref("agents.id", null=False)
    made_at: datetime = _when(null=False)
    expires_at: datetime = _when(null=False)
    ended_at: datetime | None = _when()
    outcome: str = _text()
    why: dict[str, Any] = _json()


class Timers(SQLModel, table=True):
    """Things that are due later."""

    __tablename__ = "timers"
    kind: str = Field(sa_column=Column(Text, primary_key=True))
    subject: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    due_at: datetime = _when(null=False, index=True)
    data: dict[str, Any] = _json()


class Journal(SQLModel, table=True):
    """What happened, in commit order."""

    __tablename__ = "events"
    __table_args__ = (Index("events_contact", "contact_id", "seq"), {"sqlite_autoincrement": True})
    seq: int | None = _key()
    at: datetime = _when(null=False, index=True)
    name: str = _text()
    actor: str = _text()
    contact_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    case_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    data: dict[str, Any] = _json()


class Marks(SQLModel, table=True):
    """Small things a channel or the house remembers: UIDVALIDITY, update offset, signing keys."""

    __tablename__ = "marks"
    owner: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, primary_key=True))
    value: str = _text()


class Articles(SQLModel, table=True):
    """Knowledge."""

    __tablename__ = "articles"
    id: int | None = _key()
    title: str = _text()
    body: str = _text()
    language: str = _text("fa")
    state: str = _text("draft")
    keywords: list[str] = _json()
    version: int = 1
    created_at: datetime = _when(null=False)
    updated_at: datetime = _when(null=False)
    author_id: int | None = _ref("agents.id", index=False)


class Suggestions(SQLModel, table=True):
    """Which article was proposed for which contact, and what became of it."""

    __tablename__ = "suggestions"
    __table_args__ = (UniqueConstraint("contact_id", "article_id", name="one_suggestion"),)
    id: int | None = _key()
    contact_id: int = _ref("contacts.id", null=False)
    article_id: int = _ref("articles.id", null=False)
    rank: int = 0
    score: float = 0.0
    shown_at: datetime = _when(null=False)
    used_at: datetime | None = _when()
    used_by: int | None = _ref("agents.id", index=False)
    why: dict[str, Any] = _json()
