"""Queues, agents, and what lets agents in."""

from datetime import datetime

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

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
    active: bool = True


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
    capacity: int = 6
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
