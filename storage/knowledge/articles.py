"""Articles: written, changed by compare-and-set with every version kept, listed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, exists, func, insert, or_, select, update

from router.errors import Conflict, NotFound
from router.model import AgentId, ContactId
from storage.tables import Articles as Rows
from storage.tables import ArticleTasks, ArticleVersions

_A: Any = Rows.__table__  # type: ignore[attr-defined]
_V: Any = ArticleVersions.__table__  # type: ignore[attr-defined]
_T: Any = ArticleTasks.__table__  # type: ignore[attr-defined]


class ArticleState(StrEnum):
    """Who may see an article."""

    DRAFT = "draft"  #: those who write articles
    INTERNAL = "internal"  #: also agents; suggested to them
    PUBLIC = "public"  #: also citizens, on the help pages
    ARCHIVED = "archived"  #: kept for what was written with it, no longer found


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A piece of knowledge. `body` is plain text with a few marks (see docs/knowledge.md)."""

    id: int
    title: str
    body: str
    language: str
    state: ArticleState
    keywords: tuple[str, ...] = ()
    version: int = 1  #: compare-and-set
    created_at: datetime
    updated_at: datetime
    author: AgentId | None = None
    owner: AgentId | None = None  #: who keeps it right
    why: Mapping[str, Any] = field(default_factory=dict)  #: the rule that chose the owner; empty where a person did
    writer: AgentId | None = None  #: whose words stand in it now
    category: int | None = None
    review_at: datetime | None = None  #: to be read again by then
    publish_at: datetime | None = None  #: becomes `publish_state` by itself then
    publish_state: str = ""
    twin: int | None = None  #: the same article in the other language
    twin_version: int = 0  #: the twin's `text_version` that this one says the same as
    text_version: int = 1  #: the version that last changed the words
    import_key: str = ""
    source: ContactId | None = None  #: the contact it was written out of


def article_of(row: Any) -> Article:
    """A row as the record that leaves the store."""
    return Article(
        id=row.id, title=row.title, body=row.body, language=row.language, state=ArticleState(row.state),
        keywords=tuple(row.keywords), version=row.version, created_at=row.created_at, updated_at=row.updated_at,
        author=_agent(row.author_id), owner=_agent(row.owner_id), why=row.why, writer=_agent(row.writer_id),
        category=row.category_id, review_at=row.review_at, publish_at=row.publish_at, publish_state=row.publish_state,
        twin=row.twin_id, twin_version=row.twin_version, text_version=row.text_version, import_key=row.import_key,
        source=None if row.source_contact_id is None else ContactId(row.source_contact_id))


def _agent(number: int | None) -> AgentId | None:
    return None if number is None else AgentId(number)


_COLUMNS = {"owner": "owner_id", "writer": "writer_id", "category": "category_id", "twin": "twin_id",
            "source": "source_contact_id"}


def _values(fields: dict[str, Any]) -> dict[str, Any]:
    values = {_COLUMNS.get(name, name): value for name, value in fields.items()}
    if "state" in values:
        values["state"] = ArticleState(values["state"]).value
    if "keywords" in values:
        values["keywords"] = list(values["keywords"])
    return values


class ArticleRows:
    """See the module."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def add(self, *, title: str, body: str, language: str, state: ArticleState, keywords: Sequence[str] = (),
            author: AgentId | None = None, own: Mapping[str, Any] | None = None, **fields: Any) -> Article:
        """A new article, version 1; its author owns it unless `owner` says otherwise. `own` as for `change`."""
        values = _values({"owner": author, "why": {}, **fields})
        made = article_of(self._db.execute(insert(_A).values(
            title=title, body=body, language=language, state=state.value, keywords=list(keywords), version=1,
            created_at=self._now, updated_at=self._now, author_id=author, writer_id=author, **values)
            .returning(*_A.c)).one())
        self._keep(made, author, "", own)
        return made

    def get(self, article: int) -> Article:
        """NotFound when there is none."""
        row = self._db.execute(select(_A).where(_A.c.id == article)).first()
        if row is None:
            raise NotFound(f"there is no article {article}")
        return article_of(row)

    def many(self, ids: Collection[int]) -> dict[int, Article]:
        """Those that exist, by id."""
        return {row.id: article_of(row) for row in self._db.execute(select(_A).where(_A.c.id.in_(list(ids))))}

    def withdrawn(self, article: int, version: int | None) -> str:
        """What happened to an article since somebody took its words as they stood in a version: "gone", "internal" (it
        was for citizens), "changed"; "" = they still stand. Without a version only "gone" can be told."""
        now = self.many([article]).get(article)
        if now is None:
            return ""
        if now.state not in (ArticleState.INTERNAL, ArticleState.PUBLIC):
            return "gone"
        row = None if version is None else self._db.execute(select(_V.c.state, _V.c.body).where(
            _V.c.article_id == article, _V.c.version == version)).first()
        if row is None:
            return ""
        if row.state == ArticleState.PUBLIC.value and now.state is not ArticleState.PUBLIC:
            return "internal"
        return "" if row.body == now.body else "changed"

    def was(self, article: int, states: Collection[ArticleState]) -> bool:
        """Whether any of its versions stood in one of these states."""
        return self._db.execute(select(_V.c.id).where(
            _V.c.article_id == article, _V.c.state.in_([each.value for each in states])).limit(1)).first() is not None

    def change(self, article: int, version: int, *, by: AgentId | None = None, note: str = "",
               own: Mapping[str, Any] | None = None, **fields: Any) -> Article:
        """Write fields if nobody changed it since `version`; Conflict otherwise. The next version comes back and is
        kept, with a person's `note` and what the house has to say of it as data (`own`)."""
        now = self.get(article)
        values = _values(fields)
        if any(values.get(name, getattr(now, name)) != getattr(now, name) for name in ("title", "body")):
            values |= {"text_version": version + 1, "writer_id": by if by is not None else now.writer}
        if values.get("owner_id", now.owner) != now.owner:
            values.setdefault("why", {})
        row = self._db.execute(
            update(_A).where(_A.c.id == article, _A.c.version == version)
            .values(**values, version=version + 1, updated_at=self._now).returning(*_A.c)).first()
        if row is None:
            raise Conflict("somebody else changed this article; load it again")
        made = article_of(row)
        self._keep(made, by, note, own)
        return made

    def _keep(self, article: Article, agent: AgentId | None, note: str, own: Mapping[str, Any] | None) -> None:
        self._db.execute(insert(_V).values(
            article_id=article.id, version=article.version, at=self._now, agent_id=agent, title=article.title,
            body=article.body, language=article.language, state=article.state.value,
            keywords=list(article.keywords), note=note, own=dict(own or {})))

    def matched(self, article: int, twin: int | None, twin_version: int) -> None:
        """Which article says the same in the other language, and as of which of its versions. No new version."""
        self._db.execute(update(_A).where(_A.c.id == article).values(twin_id=twin, twin_version=twin_version))

    def orphans(self, active: Collection[int], *, limit: int) -> list[Article]:
        """Articles of every state whose owner is none of these."""
        rows = self._db.execute(select(_A).where(_A.c.owner_id.is_not(None), _A.c.owner_id.not_in(list(active)))
                                .order_by(_A.c.id).limit(limit))
        return [article_of(row) for row in rows]

    def owners_in(self, category: int, states: Collection[ArticleState], *, limit: int,
                  ) -> list[tuple[AgentId | None, int]]:
        """(owner, article) of the newest articles of a category, without their words."""
        return [(_agent(row.owner_id), row.id) for row in self._db.execute(
            select(_A.c.owner_id, _A.c.id).where(_A.c.category_id == category, _A.c.state.in_(
                [state.value for state in states])).order_by(_A.c.id.desc()).limit(limit))]

    def by_key(self, key: str) -> Article | None:
        """The article that was imported under this key."""
        row = self._db.execute(select(_A).where(_A.c.import_key == key).order_by(_A.c.id).limit(1)).first()
        return None if row is None or not key else article_of(row)

    def by_mark(self, mark: str) -> Article | None:
        """The article whose title and text last came so by an import."""
        row = self._db.execute(select(_A).where(_A.c.import_mark == mark).order_by(_A.c.id).limit(1)).first()
        return None if row is None or not mark else article_of(row)

    def came(self, article: int, key: str, mark: str) -> None:
        """What an import knows an article by from now on. No new version."""
        self._db.execute(update(_A).where(_A.c.id == article).values(import_key=key, import_mark=mark))

    def after(self, article: int, *, limit: int = 200) -> list[Article]:
        """Articles of every state by id, after one: to read them all a page at a time."""
        rows = self._db.execute(select(_A).where(_A.c.id > article).order_by(_A.c.id).limit(limit))
        return [article_of(row) for row in rows]

    def newest(self, states: Collection[ArticleState], *, before: int | None = None, limit: int = 50,
               **which: Any) -> list[Article]:
        """Articles of some states, newest id first; `before` continues a page. `which` as for `numbers`."""
        wanted = select(_A).where(*self._which(states, **which)).order_by(_A.c.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(_A.c.id < before)
        return [article_of(row) for row in self._db.execute(wanted)]

    def titled(self, patterns: Sequence[str], states: Collection[ArticleState], *, limit: int = 100,
               **which: Any) -> list[Article]:
        """Newest first: articles whose title is like every pattern (SQL; ASCII in lower case). `which` as for
        `numbers`."""
        title = func.lower(_A.c.title)
        wanted = select(_A).where(*self._which(states, **which), *(title.like(each) for each in patterns))
        return [article_of(row) for row in self._db.execute(wanted.order_by(_A.c.id.desc()).limit(limit))]

    def numbers(self, states: Collection[ArticleState], **which: Any) -> set[int]:
        """Those of some states: of a `language`, `categories`, an `owner`; `overdue` for review, `behind` their
        translation, `flagged` by open work, `scheduled` to change by themselves; `hidden` are categories left out, of
        `inner` ones only what is public comes; of drafts only those `drafts_of` somebody."""
        return set(self._db.execute(select(_A.c.id).where(*self._which(states, **which))).scalars())

    def _which(self, states: Collection[ArticleState], *, language: str = "", owner: int | None = None,
               categories: Collection[int] | None = None, overdue: bool = False, behind: bool = False,
               flagged: bool = False, scheduled: bool = False, hidden: Collection[int] = (),
               inner: Collection[int] = (), drafts_of: int | None = None) -> Iterator[Any]:
        yield _A.c.state.in_([state.value for state in states])
        if language:
            yield _A.c.language == language
        if categories is not None:
            yield _A.c.category_id.in_(list(categories))
        if hidden:
            yield or_(_A.c.category_id.is_(None), _A.c.category_id.not_in(list(hidden)))
        if inner:
            yield or_(_A.c.category_id.is_(None), _A.c.category_id.not_in(list(inner)),
                      _A.c.state == ArticleState.PUBLIC.value)
        if drafts_of is not None:
            yield or_(_A.c.state != ArticleState.DRAFT.value, _A.c.author_id == drafts_of, _A.c.owner_id == drafts_of)
        if owner is not None:
            yield _A.c.owner_id == owner
        if overdue:
            yield _A.c.review_at <= self._now
        if scheduled:
            yield _A.c.publish_at.is_not(None)
        if behind:
            twin = _A.alias()
            yield exists().where(twin.c.id == _A.c.twin_id, twin.c.text_version > _A.c.twin_version)
        if flagged:
            yield exists().where(_T.c.article_id == _A.c.id, _T.c.state == "open", _T.c.kind != "review")

    def due(self, *, limit: int) -> list[Article]:
        """Articles whose day of review has come and for which no work was made on that day."""
        made = exists().where(_T.c.article_id == _A.c.id, _T.c.kind == "review", _T.c.due_at == _A.c.review_at)
        rows = self._db.execute(select(_A).where(
            _A.c.review_at <= self._now, _A.c.state != ArticleState.ARCHIVED.value, ~made)
            .order_by(_A.c.id).limit(limit))
        return [article_of(row) for row in rows]

    def counts(self, states: Collection[ArticleState], language: str = "") -> dict[int | None, int]:
        """How many articles stand in each category."""
        wanted = (select(_A.c.category_id, func.count()).group_by(_A.c.category_id)
                  .where(_A.c.state.in_([state.value for state in states])))
        if language:
            wanted = wanted.where(_A.c.language == language)
        return {row[0]: row[1] for row in self._db.execute(wanted)}
