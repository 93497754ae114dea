"""Dialogues that answer by themselves, and every version of the definitions they follow."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Text
from sqlalchemy import text as clause
from sqlmodel import Field, SQLModel

from storage.tables.fields import json, key, ref, string, when


class FlowVersions(SQLModel, table=True):
    """The sources of a program, kept so that a dialogue can go on with what it began with."""

    __tablename__ = "flow_versions"
    name: str = Field(sa_column=Column(Text, primary_key=True))
    version: str = Field(sa_column=Column(Text, primary_key=True))
    sources: dict[str, Any] = json()
    made_at: datetime = when(null=False)


class Dialogues(SQLModel, table=True):
    """One walk through a flow. A contact has at most one that is not over."""

    __tablename__ = "dialogues"
    __table_args__ = (
        Index("one_live_dialogue", "contact_id", unique=True,
              sqlite_where=clause("outcome = ''"), postgresql_where=clause("outcome = ''")),
        Index("dialogues_pending", "pending", sqlite_where=clause("pending != ''"),
              postgresql_where=clause("pending != ''")),
        Index("dialogues_address", "address_id", "started_at"),
        Index("dialogues_customer", "customer_id", "started_at"),
        Index("dialogues_ended", "ended_at"),
    )
    id: int | None = key()
    contact_id: int = ref("contacts.id", null=False)
    customer_id: int = ref("customers.id", null=False, index=False)
    address_id: int = ref("addresses.id", null=False, index=False)
    channel: str = string()
    flow: str = string()
    version: str = string()
    purpose: str = string("main")
    state: dict[str, Any] = json()
    told: dict[str, Any] = json()
    pending: str = string()
    job: dict[str, Any] = json()
    rev: int = 0
    started_at: datetime = when(null=False)
    ended_at: datetime | None = when()
    outcome: str = string()
    reason: str = string()
