"""Articles, which of them were proposed for which contact, and what past contacts teach. Ranks nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, case, func, insert, select, update

from router.errors import Conflict, NotFound
from router.model import AgentId, ContactId
from router.records import ContactState, Direction
from storage.items import insert_new
from storage.tables import Articles as Rows
from storage.tables import Contacts, Messages, Suggestions

_A: Any = Rows.__table__  # type: ignore[attr-defined]
_S: Any = Suggestions.__table__  # type: ignore[attr-defined]
_C: Any = Contacts.__table__  # type: ignore[attr-defined]
_M: Any = Messages.__table__  # type: ignore[attr-defined]

#: Contacts closed so were not resolved by what was sent.
UNRESOLVED = ("no-answer", "wrong-number", "spam")
_SAID = 3  #: a question is so many of the citizen's messages
_SAID_CHARS = 1_000  #: of each, at most
_WORDS = func.substr(case((_M.c.new_text != "", _M.c.new_text), else_=_M.c.text), 1, _SAID_CHARS).label("words")
_SPOKEN = (_M.c.direction == Direction.IN.value, _M.c.automatic == "")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An article as it was proposed for a contact."""

    article: int
    rank: int
    score: float
    why: Mapping[str, Any] = field(default_factory=dict)
    shown_at: datetime
    used_at: datetime | None = None
    used_by: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A contact that was resolved with an article. `question` is what was said before the article went out."""

    contact: ContactId
    article: int
    question: str


def _article(row: Any) -> Article:
    return Article(id=row.id, title=row.title, body=row.body, language=row.language, state=ArticleState(row.state),
                   keywords=tuple(row.keywords), version=row.version, created_at=row.created_at,
                   updated_at=row.updated_at, author=None if row.author_id is None else AgentId(row.author_id))


def _shown(row: Any) -> Shown:
    return Shown(article=row.article_id, rank=row.rank, score=row.score, why=row.why, shown_at=row.shown_at,
                 used_at=row.used_at, used_by=None if row.used_by is None else AgentId(row.used_by))


class Knowledge:
    """Articles and their suggestions, inside a transaction."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def add(self, *, title: str, body: str, language: str, state: ArticleState, keywords: Sequence[str] = (),
            author: AgentId | None = None) -> Article:
        """A new article, version 1."""
        return _article(self._db.execute(insert(_A).values(
            title=title, body=body, language=language, state=state.value, keywords=list(keywords), version=1,
            created_at=self._now, updated_at=self._now, author_id=author).returning(*_A.c)).one())

    def get(self, article: int) -> Article:
        """NotFound when there is none."""
        row = self._db.execute(select(_A).where(_A.c.id == article)).first()
        if row is None:
            raise NotFound(f"there is no article {article}")
        return _article(row)

    def many(self, ids: Collection[int]) -> dict[int, Article]:
        """Those that exist, by id."""
        return {row.id: _article(row) for row in self._db.execute(select(_A).where(_A.c.id.in_(list(ids))))}

    def change(self, article: int, version: int, **fields: Any) -> Article:
        """Write fields if nobody changed it since `version`; Conflict otherwise. The next version comes back."""
        if "state" in fields:
            fields["state"] = ArticleState(fields["state"]).value
        if "keywords" in fields:
            fields["keywords"] = list(fields["keywords"])
        row = self._db.execute(
            update(_A).where(_A.c.id == article, _A.c.version == version)
            .values(**fields, version=version + 1, updated_at=self._now).returning(*_A.c)).first()
        if row is None:
            self.get(article)
            raise Conflict("somebody else changed this article; load it again")
        return _article(row)

    def after(self, article: int, *, limit: int = 200) -> list[Article]:
        """Articles of every state by id, after one: to read them all a page at a time."""
        rows = self._db.execute(select(_A).where(_A.c.id > article).order_by(_A.c.id).limit(limit))
        return [_article(row) for row in rows]

    def newest(self, states: Collection[ArticleState], *, language: str = "", before: int | None = None,
               limit: int = 50) -> list[Article]:
        """Articles of some states, newest id first; `before` continues a page."""
        wanted = (select(_A).where(_A.c.state.in_([state.value for state in states]))
                  .order_by(_A.c.id.desc()).limit(limit))
        if language:
            wanted = wanted.where(_A.c.language == language)
        if before is not None:
            wanted = wanted.where(_A.c.id < before)
        return [_article(row) for row in self._db.execute(wanted)]

    def show(self, contact: ContactId, found: Sequence[tuple[int, float, Mapping[str, Any]]]) -> list[int]:
        """Remember (article, score, why) as proposed, best first; returns those that were not proposed before."""
        first = []
        for rank, (article, score, why) in enumerate(found, 1):
            values = {"rank": rank, "score": score, "why": dict(why)}
            new = self._db.execute(insert_new(self._db, _S).values(
                contact_id=contact, article_id=article, shown_at=self._now, **values)).rowcount
            if new:
                first.append(article)
            else:
                self._db.execute(update(_S).where(_S.c.contact_id == contact, _S.c.article_id == article,
                                                  _S.c.used_at.is_(None)).values(**values))
        return first

    def shown(self, contact: ContactId) -> list[Shown]:
        """What was proposed for a contact, best first."""
        rows = self._db.execute(select(_S).where(_S.c.contact_id == contact).order_by(_S.c.rank, _S.c.article_id))
        return [_shown(row) for row in rows]

    def use(self, contact: ContactId, article: int, agent: AgentId) -> bool:
        """An article went into an answer; also one that was not proposed. False: known before, or no such article."""
        if self._db.execute(select(_A.c.id).where(_A.c.id == article)).first() is None:
            return False
        self._db.execute(insert_new(self._db, _S).values(
            contact_id=contact, article_id=article, rank=0, score=0.0, shown_at=self._now, why={}))
        return bool(self._db.execute(
            update(_S).where(_S.c.contact_id == contact, _S.c.article_id == article, _S.c.used_at.is_(None))
            .values(used_at=self._now, used_by=agent)).rowcount)

    def question(self, contact: ContactId) -> str:
        """What the citizen said lately, oldest first, under the contact's subject; "" when nothing was said."""
        wanted = (select(_WORDS, _C.c.subject).join(_C, _C.c.id == _M.c.contact_id)
                  .where(_M.c.contact_id == contact, *_SPOKEN).order_by(_M.c.id.desc()).limit(_SAID))
        rows = self._db.execute(wanted).all()
        return _question(rows[0].subject, [row.words for row in rows[::-1]]) if rows else ""

    def lessons(self, *, contact: ContactId | None = None, limit: int = 20_000) -> list[Lesson]:
        """Contacts that were resolved with an article, newest first; of one contact, when given."""
        used = (select(_S.c.id, _S.c.contact_id, _S.c.article_id, _S.c.used_at, _C.c.subject)
                .join(_C, _C.c.id == _S.c.contact_id)
                .where(_S.c.used_at.is_not(None), _C.c.state == ContactState.CLOSED.value,
                       _C.c.disposition.not_in(UNRESOLVED))
                .order_by(_S.c.used_at.desc(), _S.c.id.desc()).limit(limit))
        if contact is not None:
            used = used.where(_S.c.contact_id == contact)
        pair = used.subquery()
        place = func.row_number().over(partition_by=pair.c.id, order_by=_M.c.id.desc()).label("place")
        said = (select(pair, _M.c.id.label("message"), _WORDS, place)
                .join(_M, _M.c.contact_id == pair.c.contact_id)
                .where(_M.c.at <= pair.c.used_at, *_SPOKEN)).subquery()
        rows = self._db.execute(select(said).where(said.c.place <= _SAID)
                                .order_by(said.c.used_at.desc(), said.c.id.desc(), said.c.message))
        found: dict[int, list[Any]] = {}
        for row in rows:
            found.setdefault(row.id, []).append(row)
        return [Lesson(contact=ContactId(said[0].contact_id), article=said[0].article_id,
                       question=_question(said[0].subject, [row.words for row in said])) for said in found.values()]


def _question(subject: str, words: Sequence[str]) -> str:
    return "\n".join(part for part in (subject, *words) if part.strip())
