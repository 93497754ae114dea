"""How articles live: versions, approvals, files, links, tasks, synonyms. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from router.errors import Conflict, NotFound
from router.model import AgentId
from storage import tables
from storage.items import insert_new
from storage.knowledge.shelves import Shelves, fields_of

_V: Any = tables.ArticleVersions.__table__  # type: ignore[attr-defined]
_P: Any = tables.Approvals.__table__  # type: ignore[attr-defined]
_F: Any = tables.ArticleFiles.__table__  # type: ignore[attr-defined]
_L: Any = tables.ArticleLinks.__table__  # type: ignore[attr-defined]
_T: Any = tables.ArticleTasks.__table__  # type: ignore[attr-defined]
_Y: Any = tables.Synonyms.__table__  # type: ignore[attr-defined]
_MOST = 500
_FILE = ("id", "name", "media_type", "size", "digest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """An article as it was."""

    article: int
    version: int
    at: datetime
    agent: AgentId | None
    title: str
    body: str
    language: str
    state: str
    keywords: tuple[str, ...]
    note: str  #: of a person
    own: Mapping[str, Any]  #: what the house did: a kind and what is said in it; empty where a person alone made it


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Words that wait for somebody's yes. `state` is open, approved, refused or overtaken."""

    id: int
    article: int
    version: int  #: of the article, that they were written on
    title: str
    body: str
    keywords: tuple[str, ...] | None  #: None = they stay as they are
    wanted: str  #: internal or public
    publish_at: datetime | None
    note: str
    agent: AgentId | None
    asked_at: datetime
    state: str
    answer: str = ""
    decided_by: AgentId | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A picture or attachment of an article."""

    id: int
    article: int
    name: str
    media_type: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What an article depends on."""

    article: int
    kind: str
    target: str
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Work on an article. `kind` is wrong, stale or review; `state` is open, done or refused."""

    id: int
    article: int
    kind: str
    state: str
    words: str
    version: int  #: of the article, when it was said
    owner: AgentId | None
    reporter: AgentId | None
    contact: int | None
    created_at: datetime
    due_at: datetime | None = None  #: of a review: the day that it is for
    answer: str = ""
    settled_by: AgentId | None = None
    settled_at: datetime | None = None
    why: Mapping[str, Any] = field(default_factory=dict)  #: the rule that gave it to somebody else than its article
    about: Mapping[str, Any] = field(default_factory=dict)  #: kind and target of what changed under it


def _version(row: Any) -> Version:
    return Version(**{k: v for k, v in fields_of(row, article_id="article", agent_id="agent").items() if k != "id"})


def _approval(row: Any) -> Approval:
    return Approval(**fields_of(row, article_id="article", agent_id="agent"))


def _file(row: Any) -> File:
    return File(article=row.article_id, **{name: getattr(row, name) for name in _FILE})


def _link(row: Any) -> Link:
    return Link(article=row.article_id, kind=row.kind, target=row.target, title=row.title, url=row.url)


def _task(row: Any) -> Task:
    return Task(**fields_of(row, article_id="article", owner_id="owner", reporter_id="reporter", contact_id="contact"))


class Life(Shelves):
    """See the module."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        super().__init__(connection)
        self._now = now

    def versions(self, article: int, *, limit: int = 100) -> list[Version]:
        """Newest first."""
        return [_version(row) for row in self._db.execute(
            select(_V).where(_V.c.article_id == article).order_by(_V.c.version.desc()).limit(limit))]

    def version(self, article: int, version: int) -> Version:
        """One of them; NotFound when it is not kept."""
        row = self._db.execute(select(_V).where(_V.c.article_id == article, _V.c.version == version)).first()
        if row is None:
            raise NotFound(f"article {article} has no version {version}")
        return _version(row)

    def ask(self, article: int, **fields: Any) -> Approval:
        """Words that wait for a yes; an earlier request of the same person for the article is overtaken."""
        self._db.execute(update(_P).where(_P.c.article_id == article, _P.c.agent_id == fields["agent_id"],
                                          _P.c.state == "open").values(state="overtaken", decided_at=self._now))
        return _approval(self._db.execute(insert(_P).values(
            article_id=article, asked_at=self._now, state="open", answer="", **fields).returning(*_P.c)).one())

    def approval(self, number: int) -> Approval:
        """NotFound when there is none."""
        return _approval(self._one(_P, number, "approval"))

    def approvals(self, *states: str, agent: int | None = None, limit: int = 100) -> list[Approval]:
        """Newest first: of these states (open), of one person when named."""
        wanted = select(_P).where(_P.c.state.in_(states or ("open",))).order_by(_P.c.id.desc()).limit(limit)
        if agent is not None:
            wanted = wanted.where(_P.c.agent_id == agent)
        return [_approval(row) for row in self._db.execute(wanted)]

    def decide(self, number: int, state: str, by: AgentId, answer: str = "") -> Approval:
        """From open, once; Conflict afterwards."""
        row = self._db.execute(update(_P).where(_P.c.id == number, _P.c.state == "open").values(
            state=state, decided_by=by, decided_at=self._now, answer=answer).returning(*_P.c)).first()
        if row is None:
            self.approval(number)
            raise Conflict("this was decided before")
        return _approval(row)

    def add_file(self, article: int, agent: AgentId, *, name: str, media_type: str, size: int, digest: str) -> File:
        """A picture or attachment; the bytes are already among the files."""
        return _file(self._db.execute(insert(_F).values(
            article_id=article, agent_id=agent, name=name, media_type=media_type, size=size, digest=digest,
            created_at=self._now).returning(*_F.c)).one())

    def file(self, number: int) -> File:
        """NotFound when there is none."""
        return _file(self._one(_F, number, "file"))

    def files(self, article: int) -> list[File]:
        """Of one article."""
        return [_file(row) for row in self._db.execute(
            select(_F).where(_F.c.article_id == article).order_by(_F.c.id).limit(_MOST))]

    def links(self, article: int) -> list[Link]:
        """Of one article."""
        rows = self._db.execute(select(_L).where(_L.c.article_id == article).order_by(_L.c.kind, _L.c.target))
        return [_link(row) for row in rows]

    def targets(self, kind: str, *, limit: int) -> list[Link]:
        """What articles depend on of one kind, the newest first; a target as often as articles name it."""
        rows = self._db.execute(select(_L).where(_L.c.kind == kind).order_by(_L.c.id.desc()).limit(limit))
        return [_link(row) for row in rows]

    def link(self, article: int, links: Sequence[Link]) -> None:
        """These and no others."""
        self._db.execute(delete(_L).where(_L.c.article_id == article))
        for each in links:
            self._db.execute(insert_new(self._db, _L).values(
                article_id=article, kind=each.kind, target=each.target, title=each.title, url=each.url))

    def dependents(self, kind: str, target: str) -> list[int]:
        """Articles that depend on something."""
        return list(self._db.execute(select(_L.c.article_id).where(_L.c.kind == kind, _L.c.target == target)
                                     .order_by(_L.c.article_id).limit(10_000)).scalars())

    def add_task(self, article: int, kind: str, **fields: Any) -> Task:
        """Work for the article's owner."""
        return _task(self._db.execute(insert(_T).values(
            article_id=article, kind=kind, state="open", answer="", created_at=self._now,
            **{"why": {}, "about": {}, **fields}).returning(*_T.c)).one())

    def task(self, number: int) -> Task:
        """NotFound when there is none."""
        return _task(self._one(_T, number, "task"))

    def tasks(self, *, state: str = "open", owner: int | None = None, article: int | None = None,
              limit: int = 200) -> list[Task]:
        """Newest first."""
        wanted = select(_T).where(_T.c.state == state).order_by(_T.c.id.desc()).limit(limit)
        if owner is not None:
            wanted = wanted.where(_T.c.owner_id == owner)
        if article is not None:
            wanted = wanted.where(_T.c.article_id == article)
        return [_task(row) for row in self._db.execute(wanted)]

    def orphans(self, active: Collection[int], *, limit: int) -> list[Task]:
        """Open work that nobody of these has."""
        return [_task(row) for row in self._db.execute(select(_T).where(
            _T.c.state == "open", or_(_T.c.owner_id.is_(None), _T.c.owner_id.not_in(list(active))))
            .order_by(_T.c.id).limit(limit))]

    def give_task(self, number: int, owner: AgentId, why: Mapping[str, Any]) -> Task:
        """Somebody else's from now on."""
        return _task(self._db.execute(update(_T).where(_T.c.id == number).values(owner_id=owner, why=dict(why))
                                      .returning(*_T.c)).one())

    def settle_task(self, number: int, state: str, by: AgentId | None, answer: str = "") -> Task:
        """From open, once; Conflict afterwards."""
        row = self._db.execute(update(_T).where(_T.c.id == number, _T.c.state == "open").values(
            state=state, settled_by=by, settled_at=self._now, answer=answer).returning(*_T.c)).first()
        if row is None:
            self.task(number)
            raise Conflict("this task was settled before")
        return _task(row)

    def reviews(self, article: int, *, state: str = "") -> list[Task]:
        """Work of reading it again, newest first."""
        wanted = select(_T).where(_T.c.article_id == article, _T.c.kind == "review").order_by(_T.c.id.desc())
        return [_task(row) for row in self._db.execute(wanted.where(_T.c.state == state) if state else wanted)]

    def open_tasks(self, articles: Collection[int]) -> dict[int, list[str]]:
        """Kinds of open work by article that say something may be wrong in it."""
        found: dict[int, list[str]] = {}
        for row in self._db.execute(select(_T.c.article_id, _T.c.kind).where(
                _T.c.article_id.in_(list(articles)), _T.c.state == "open", _T.c.kind != "review")
                .distinct().order_by(_T.c.kind)):
            found.setdefault(row.article_id, []).append(row.kind)
        return found

    def synonyms(self) -> list[tuple[int, tuple[str, ...]]]:
        """(number, words that mean the same)."""
        rows = self._db.execute(select(_Y.c.id, _Y.c.words).order_by(_Y.c.id).limit(5_000))
        return [(row.id, tuple(row.words)) for row in rows]

    def set_synonyms(self, number: int | None, words: Sequence[str], by: AgentId) -> int:
        """A new group, or the words of one; without words it goes. Returns its number."""
        if number is None:
            return int(self._db.execute(insert(_Y).values(
                words=list(words), created_at=self._now, agent_id=by).returning(_Y.c.id)).scalar_one())
        self._one(_Y, number, "group of synonyms")
        which = _Y.c.id == number
        self._db.execute(update(_Y).where(which).values(words=list(words)) if words else delete(_Y).where(which))
        return number
