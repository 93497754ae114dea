"""Queues, agents, and what lets agents in."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Key
from storage.tables.fields import json, key, ref, string, when


class Queues(SQLModel, table=True):
    """Where contacts wait."""

    __tablename__ = "queues"
    __table_args__ = (UniqueConstraint("name", name="one_queue_name"),)
    id: int | None = key()
    name: str = string()
    title_fa: str = string()
    title_en: str = string()
    skills: list[str] = json()
    priority: int = 0
    accept_seconds: int = 30
    target_seconds: int = 120
    levels: dict[str, int] = json()
    prefers: dict[str, int] = json()
    match_language: str = string("no")
    policy: str = string()
    calendar: str = string()
    efforts: dict[str, int] = json()
    most_waiting: int = 0
    when_full: str = string("wait")
    when_closed: str = string("wait")
    when_unstaffed: str = string("wait")
    leave_unstaffed: str = string("wait")
    overflow: list[dict[str, Any]] = json()
    merged_into: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    active: bool = True


class Calendars(SQLModel, table=True):
    """Hours of queues, promise clocks and shifts."""

    __tablename__ = "calendars"
    name: str = Field(sa_column=Column(Text, primary_key=True))
    definition: dict[str, Any] = json()


class Policies(SQLModel, table=True):
    """How groups of queues choose."""

    __tablename__ = "policies"
    name: str = Field(sa_column=Column(Text, primary_key=True))
    rule: str = string("promise")
    parameters: dict[str, Any] = json()


class Targets(SQLModel, table=True):
    """Promises; empty fields mean any."""

    __tablename__ = "targets"
    __table_args__ = (UniqueConstraint("queue", "medium", "segment", "kind", "clock", name="one_target"),)
    id: int | None = key()
    queue: str = string()
    medium: str = string()
    segment: str = string()
    kind: str = string()
    clock: str = string("first")
    seconds: int = 120


class Agents(SQLModel, table=True):
    """Who works here."""

    __tablename__ = "agents"
    __table_args__ = (UniqueConstraint("login", name="one_login"),)
    id: int | None = key()
    login: str = string()
    name: str = string()
    public_name: str = string()
    role: str = string("agent")
    password_hash: str = string()
    state: str = string("offline")
    reason: str = string()
    state_since: datetime = when(null=False)
    idle_since: datetime = when(null=False)
    skills: dict[str, int] = json()
    efforts: dict[str, int] = json()
    languages: list[str] = json()
    paused: list[str] = json()
    capacity: int = 6
    limits: dict[str, int] = json()
    group: str = string()
    backup_after: int = 0
    shift: str = string()
    missed: int = 0
    language: str = string("fa")
    phone: str = string()
    active: bool = True


class Sessions(SQLModel, table=True):
    """Signed-in browsers. Only a hash of the cookie is kept."""

    __tablename__ = "sessions"
    digest: str = Field(sa_column=Column(Text, primary_key=True))
    agent_id: int = ref("agents.id", null=False)
    csrf: str = string()
    created_at: datetime = when(null=False)
    seen_at: datetime = when(null=False)
    expires_at: datetime = when(null=False, index=True)


class Tokens(SQLModel, table=True):
    """API tokens. Only a hash is kept."""

    __tablename__ = "tokens"
    __table_args__ = (UniqueConstraint("digest", name="one_token"),)
    id: int | None = key()
    agent_id: int = ref("agents.id", null=False)
    name: str = string()
    role: str = string("agent")
    digest: str = string()
    created_at: datetime = when(null=False)
    used_at: datetime | None = when()
    revoked_at: datetime | None = when()
