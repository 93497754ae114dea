"""What happened, and what is remembered."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from storage.columns import Key
from storage.tables.fields import json, key, string, when


class Journal(SQLModel, table=True):
    """What happened, in commit order."""

    __tablename__ = "events"
    __table_args__ = (Index("events_contact", "contact_id", "seq"), {"sqlite_autoincrement": True})
    seq: int | None = key()
    at: datetime = when(null=False, index=True)
    name: str = string()
    actor: str = string()
    contact_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    case_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    data: dict[str, Any] = json()


class Marks(SQLModel, table=True):
    """Small things a channel or the house remembers: UIDVALIDITY, update offset, signing keys."""

    __tablename__ = "marks"
    owner: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, primary_key=True))
    value: str = string()
