"""Articles, how they live, and what became of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Float, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Json, Key
from storage.tables.fields import json, key, ref, string, when


def _number() -> Any:
    """A number of another row that may have gone."""
    return Field(default=None, sa_column=Column(Key, nullable=True))


class Categories(SQLModel, table=True):
    """Shelves of articles, and who may look at them."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("name", name="one_category_name"),)
    id: int | None = key()
    name: str = string()
    title_fa: str = string()
    title_en: str = string()
    position: int = 0
    least_role: str = string("agent")
    skills: list[str] = json()
    queues: list[str] = json()
    editors: list[str] = json()
    owner_id: int | None = _number()
    public: bool = True
    version: int = 1


class Articles(SQLModel, table=True):
    """Knowledge. `twin_id` is the same article in the other language."""

    __tablename__ = "articles"
    __table_args__ = (Index("articles_import_key", "import_key"), Index("articles_import_mark", "import_mark"),
                      Index("articles_review", "review_at"), Index("articles_category", "category_id"))
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
    owner_id: int | None = _number()
    why: dict[str, Any] = json()
    writer_id: int | None = _number()
    category_id: int | None = _number()
    review_at: datetime | None = when()
    publish_at: datetime | None = when()
    publish_state: str = string()
    twin_id: int | None = _number()
    twin_version: int = 0
    text_version: int = 1
    import_key: str = string()
    import_mark: str = string()
    source_contact_id: int | None = _number()


class ArticleVersions(SQLModel, table=True):
    """Every version of an article, as it was saved."""

    __tablename__ = "article_versions"
    __table_args__ = (UniqueConstraint("article_id", "version", name="one_article_version"),)
    id: int | None = key()
    article_id: int = ref("articles.id", null=False, index=False)
    version: int = 1
    at: datetime = when(null=False)
    agent_id: int | None = _number()
    title: str = string()
    body: str = string()
    language: str = string("fa")
    state: str = string()
    keywords: list[str] = json()
    note: str = string()
    own: dict[str, Any] = json()


class Approvals(SQLModel, table=True):
    """Somebody asks that words be published; somebody else decides."""

    __tablename__ = "approvals"
    __table_args__ = (Index("approvals_state", "state", "id"),)
    id: int | None = key()
    article_id: int = ref("articles.id", null=False)
    version: int = 1
    title: str = string()
    body: str = string()
    keywords: list[str] | None = Field(default=None, sa_column=Column(Json, nullable=True))
    wanted: str = string("public")
    publish_at: datetime | None = when()
    note: str = string()
    agent_id: int | None = _number()
    asked_at: datetime = when(null=False)
    state: str = string("open")
    answer: str = string()
    decided_by: int | None = _number()
    decided_at: datetime | None = when()


class ArticleFiles(SQLModel, table=True):
    """Pictures and attachments of articles."""

    __tablename__ = "article_files"
    id: int | None = key()
    article_id: int = ref("articles.id", null=False)
    name: str = string()
    media_type: str = string()
    size: int = 0
    digest: str = string()
    agent_id: int | None = _number()
    created_at: datetime = when(null=False)


class ArticleLinks(SQLModel, table=True):
    """What an article is about and depends on: a service, a fault, a warranty, a page."""

    __tablename__ = "article_links"
    __table_args__ = (UniqueConstraint("article_id", "kind", "target", name="one_article_link"),
                      Index("article_links_target", "kind", "target"))
    id: int | None = key()
    article_id: int = ref("articles.id", null=False, index=False)
    kind: str = string()
    target: str = string()
    title: str = string()
    url: str = string()


class ArticleTasks(SQLModel, table=True):
    """Work on an article: it is said to be wrong, what it depends on changed, or it is to be read again (`due_at`)."""

    __tablename__ = "article_tasks"
    __table_args__ = (Index("article_tasks_state", "state", "id"),)
    id: int | None = key()
    article_id: int = ref("articles.id", null=False)
    kind: str = string()
    state: str = string("open")
    words: str = string()
    version: int = 1
    owner_id: int | None = _number()
    why: dict[str, Any] = json()
    about: dict[str, Any] = json()
    reporter_id: int | None = _number()
    contact_id: int | None = _number()
    created_at: datetime = when(null=False)
    due_at: datetime | None = when()
    answer: str = string()
    settled_by: int | None = _number()
    settled_at: datetime | None = when()


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
    opened_at: datetime | None = when()
    sent_at: datetime | None = when()
    kept: float | None = Field(default=None, sa_column=Column(Float, nullable=True))
    said: str = string()


class Feedback(SQLModel, table=True):
    """What citizens said about an article on the help pages; nobody's name."""

    __tablename__ = "article_feedback"
    id: int | None = key()
    article_id: int = ref("articles.id", null=False)
    version: int = 1
    at: datetime = when(null=False, index=True)
    helped: bool = False
    words: str = string()
    language: str = string()


class Matters(SQLModel, table=True):
    """What a closed contact was about, by its best article, and whether the citizen came back for it."""

    __tablename__ = "matters"
    __table_args__ = (UniqueConstraint("contact_id", name="one_matter"),
                      Index("matters_customer", "customer_id", "closed_at"), Index("matters_closed", "closed_at"))
    id: int | None = key()
    contact_id: int = ref("contacts.id", null=False, index=False)
    customer_id: int | None = _number()
    closed_at: datetime = when(null=False)
    disposition: str = string()
    article_id: int | None = _number()
    category_id: int | None = _number()
    used: bool = False
    fit: str = string("none")
    confidence: float = 0.0
    rated: float | None = Field(default=None, sa_column=Column(Float, nullable=True))
    rated_at: datetime | None = when()
    returned_at: datetime | None = when()
    returned_contact_id: int | None = _number()


class Gaps(SQLModel, table=True):
    """Questions that are like each other and have no good answer: work to be done."""

    __tablename__ = "gaps"
    __table_args__ = (Index("gaps_state", "state", "id"), Index("gaps_owner", "owner_id", "state"))
    id: int | None = key()
    title: str = string()
    language: str = string()
    state: str = string("open")
    owner_id: int | None = _number()
    why: dict[str, Any] = json()
    due_at: datetime | None = when()
    article_id: int | None = _number()
    words: dict[str, float] = json()
    asked: int = 0
    first_at: datetime = when(null=False)
    last_at: datetime = when(null=False)
    note: str = string()
    version: int = 1


class GapQuestions(SQLModel, table=True):
    """Examples of a gap, folded and without personal data."""

    __tablename__ = "gap_questions"
    __table_args__ = (UniqueConstraint("source", "number", name="one_gap_question"),)
    id: int | None = key()
    gap_id: int = ref("gaps.id", null=False)
    source: str = string()
    number: int = Field(default=0, sa_column=Column(Key, nullable=False))
    fit: str = string()
    words: str = string()
    article_id: int | None = _number()
    at: datetime = when(null=False, index=True)


class Synonyms(SQLModel, table=True):
    """Words that mean the same, as administrators say."""

    __tablename__ = "synonyms"
    id: int | None = key()
    words: list[str] = json()
    created_at: datetime = when(null=False)
    agent_id: int | None = _number()


class RoutingHints(SQLModel, table=True):
    """Where a contact was proposed to go, whether it was sent there by itself, and where it ended."""

    __tablename__ = "routing_hints"
    __table_args__ = (UniqueConstraint("contact_id", name="one_routing_hint"),)
    id: int | None = key()
    contact_id: int = ref("contacts.id", null=False, index=False)
    at: datetime = when(null=False, index=True)
    proposed: dict[str, Any] = json()
    applied: dict[str, Any] = json()
    undone_at: datetime | None = when()
    undone_by: int | None = _number()
    ended: dict[str, Any] = json()
