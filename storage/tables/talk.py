"""Contacts, their messages and files, and every inbound item."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy import text as clause
from sqlmodel import Field, SQLModel

from storage.tables.fields import json, key, ref, string, when

LIVE_CONTACT = "state NOT IN ('closed', 'abandoned')"


class Contacts(SQLModel, table=True):
    """Conversations. At most one live contact per thread of a channel."""

    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("reference", name="one_reference"),
        UniqueConstraint("token", name="one_thread_token"),
        Index("one_live_contact", "channel", "thread_key", unique=True,
              sqlite_where=clause(LIVE_CONTACT), postgresql_where=clause(LIVE_CONTACT)),
        Index("contacts_thread", "channel", "thread_key", "id"),
        Index("contacts_state", "state", "id"),
        Index("contacts_agent", "agent_id", "state"),
        Index("contacts_queue", "queue_id", "answered_at"),
        Index("contacts_waiting", "queue_id", "queued_at", sqlite_where=clause("state = 'waiting'"),
              postgresql_where=clause("state = 'waiting'")),
    )
    id: int | None = key()
    reference: str = string()
    token: str = string()
    channel: str = string()
    medium: str = string()
    thread_key: str = string()
    customer_id: int = ref("customers.id", null=False)
    address_id: int = ref("addresses.id", null=False)
    state: str = string()
    state_since: datetime = when(null=False)
    queue_id: int | None = ref("queues.id", index=False)
    agent_id: int | None = ref("agents.id", index=False)
    last_agent_id: int | None = ref("agents.id", index=False)
    subject: str = string()
    language: str = string("fa")
    priority: int = 0
    effort: int = 2
    opened_at: datetime = when(null=False, index=True)
    queued_at: datetime | None = when()
    answered_at: datetime | None = when()
    closed_at: datetime | None = when(index=True)
    disposition: str = string()
    excluded: list[int] = json()
    data: dict[str, Any] = json()
    version: int = 0
    needs: dict[str, int] = json()
    prefers: dict[str, int] = json()
    segment: str = string("ordinary")
    kind: str = string()
    patience: str = string()
    step: int = 0


class Messages(SQLModel, table=True):
    """Utterances."""

    __tablename__ = "messages"
    __table_args__ = (Index("messages_contact", "contact_id", "id"),)
    id: int | None = key()
    contact_id: int = ref("contacts.id", null=False, index=False)
    direction: str = string()
    kind: str = string()
    at: datetime = when(null=False)
    agent_id: int | None = ref("agents.id", index=False)
    author: str = string()
    text: str = string()
    html: str = string()
    new_text: str = string()
    subject: str = string()
    external_id: str = string()
    automatic: str = string()
    language: str = string()
    data: dict[str, Any] = json()


class Attachments(SQLModel, table=True):
    """Files of messages, and uploads that wait for their message (`message_id` empty)."""

    __tablename__ = "attachments"
    id: int | None = key()
    message_id: int | None = ref("messages.id")
    agent_id: int | None = ref("agents.id", index=False)
    name: str = string()
    media_type: str = string()
    size: int = 0
    digest: str = Field(default="", sa_column=Column(Text, nullable=False, index=True))
    inline_id: str = string()
    created_at: datetime = when(null=False)


class References(SQLModel, table=True):
    """External message ids, so that References and replies find their contact."""

    __tablename__ = "message_references"
    channel: str = Field(sa_column=Column(Text, primary_key=True))
    reference: str = Field(sa_column=Column(Text, primary_key=True))
    message_id: int = ref("messages.id", null=False)
    contact_id: int = ref("contacts.id", null=False, index=False)


class Items(SQLModel, table=True):
    """Every inbound item and its fate. The unique key makes taking in idempotent."""

    __tablename__ = "items"
    __table_args__ = (UniqueConstraint("channel", "external_id", name="one_item"),)
    id: int | None = key()
    channel: str = string()
    external_id: str = string()
    kind: str = string()
    fate: str = Field(default="", sa_column=Column(Text, nullable=False, index=True))
    reason: str = string()
    contact_id: int | None = ref("contacts.id")
    message_id: int | None = ref("messages.id", index=False)
    received_at: datetime = when(null=False, index=True)
    raw: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    digest: str = string()
