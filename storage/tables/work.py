"""What waits to be done: deliveries, offers, timers."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy import text as clause
from sqlmodel import Field, SQLModel

from storage.columns import Json, Key
from storage.tables.fields import json, key, ref, string, when


class Deliveries(SQLModel, table=True):
    """The outbox: one row per outgoing message."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("key", name="one_delivery_key"),
        UniqueConstraint("message_id", name="one_delivery_per_message"),
        Index("deliveries_open", "contact_id", "id", sqlite_where=clause("state IN ('pending', 'sending')"),
              postgresql_where=clause("state IN ('pending', 'sending')")),
        Index("deliveries_due", "state", "due_at"),
        Index("deliveries_address", "address_id", "created_at"),
        Index("deliveries_lane", "channel", "lane", "due_at", sqlite_where=clause("state = 'pending'"),
              postgresql_where=clause("state = 'pending'")),
    )
    id: int | None = key()
    message_id: int = ref("messages.id", null=False, index=False)
    contact_id: int = ref("contacts.id", null=False, index=False)
    address_id: int = ref("addresses.id", null=False, index=False)
    channel: str = string()
    kind: str = string()
    key: str = string()
    state: str = string()
    attempts: int = 0
    due_at: datetime | None = when()
    error: str = string()
    detail: str = string()
    lane: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    digest: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    trail: list[Any] = Field(default=None, sa_column=Column(Json, nullable=False, server_default="[]"))
    created_at: datetime = when(null=False)
    settled_at: datetime | None = when()


class Parts(SQLModel, table=True):
    """Pieces of a sent message, each with the provider's own id."""

    __tablename__ = "parts"
    __table_args__ = (Index("parts_external", "channel", "external_id"),)
    delivery_id: int = Field(sa_column=Column(Key, ForeignKey("deliveries.id"), primary_key=True))
    part: int = Field(primary_key=True)
    channel: str = string()
    external_id: str = string()
    state: str = string()


class Offers(SQLModel, table=True):
    """Contacts proposed to agents. The database allows one live offer per contact."""

    __tablename__ = "offers"
    __table_args__ = (
        Index("one_live_offer", "contact_id", unique=True,
              sqlite_where=clause("outcome = ''"), postgresql_where=clause("outcome = ''")),
    )
    id: int | None = key()
    contact_id: int = ref("contacts.id", null=False)
    agent_id: int = ref("agents.id", null=False)
    made_at: datetime = when(null=False)
    expires_at: datetime = when(null=False)
    ended_at: datetime | None = when()
    outcome: str = string()
    why: dict[str, Any] = json()


class Clocks(SQLModel, table=True):
    """Promises that run: how much of each is used, and what the citizen was told."""

    __tablename__ = "clocks"
    contact_id: int = Field(sa_column=Column(Key, ForeignKey("contacts.id"), primary_key=True))
    name: str = Field(sa_column=Column(Text, primary_key=True))
    data: dict[str, Any] = json()


class Timers(SQLModel, table=True):
    """Things that are due later."""

    __tablename__ = "timers"
    kind: str = Field(sa_column=Column(Text, primary_key=True))
    subject: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    due_at: datetime = when(null=False, index=True)
    data: dict[str, Any] = json()
