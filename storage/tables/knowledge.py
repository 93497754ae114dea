"""Articles and what became of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from storage.tables.fields import json, key, ref, string, when


class Articles(SQLModel, table=True):
    """Knowledge."""

    __tablename__ = "articles"
    id: int | None = key()
    title: str = string()
    body: str = string()
    language: str = string("fa")
    state: str = string("draft")
    keywords: list[str] = json()
    version: int = 1
    created_at: datetime = when(null=False)
    updated_at: datetime = when(null=False)
    author_id: int | None = ref("agents.id", index=False)


class Suggestions(SQLModel, table=True):
    """Which article was proposed for which contact, and what became of it."""

    __tablename__ = "suggestions"
    __table_args__ = (UniqueConstraint("contact_id", "article_id", name="one_suggestion"),)
    id: int | None = key()
    contact_id: int = ref("contacts.id", null=False)
    article_id: int = ref("articles.id", null=False)
    rank: int = 0
    score: float = 0.0
    shown_at: datetime = when(null=False)
    used_at: datetime | None = when()
    used_by: int | None = ref("agents.id", index=False)
    why: dict[str, Any] = json()
