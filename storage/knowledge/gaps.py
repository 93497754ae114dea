"""Questions without a good answer, gathered; and where contacts were proposed to go. Clusters nothing by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, insert, or_, select, update

from router.errors import Conflict, NotFound
from router.model import AgentId, ContactId
from router.records import ContactState
from storage import tables
from storage.items import insert_new
from storage.knowledge.suggestions import UNRESOLVED

_G: Any = tables.Gaps.__table__  # type: ignore[attr-defined]
_Q: Any = tables.GapQuestions.__table__  # type: ignore[attr-defined]
_H: Any = tables.RoutingHints.__table__  # type: ignore[attr-defined]
_K: Any = tables.Cases.__table__  # type: ignore[attr-defined]
_C: Any = tables.Contacts.__table__  # type: ignore[attr-defined]
LIVE = ("open", "owned")
EXAMPLES = 20  #: kept of each gap, the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A cluster of questions. `state` is open, owned, done or ignored."""

    id: int
    title: str
    language: str
    state: str
    owner: AgentId | None
    why: Mapping[str, Any]  #: the rule that found the owner, and what it saw
    due_at: datetime | None
    article: int | None  #: the draft that answers it
    words: Mapping[str, float]  #: stems and how much they tell
    asked: int
    first_at: datetime
    last_at: datetime
    note: str
    version: int


def _gap(row: Any) -> Gap:
    values = dict(row._mapping)
    values["owner"], values["article"] = values.pop("owner_id"), values.pop("article_id")
    return Gap(**values)


class GapRows:
    """See the module."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def known(self, source: str, number: int) -> bool:
        """Whether this question was gathered before."""
        return self._db.execute(select(_Q.c.id).where(_Q.c.source == source, _Q.c.number == number)).first() is not None

    def add(self, title: str, language: str, words: Mapping[str, float], *, due_at: datetime) -> Gap:
        """A new open gap, asked for once."""
        return _gap(self._db.execute(insert(_G).values(
            title=title, language=language, state="open", words=dict(words), asked=1, first_at=self._now,
            last_at=self._now, note="", version=1, why={}, due_at=due_at).returning(*_G.c)).one())

    def grow(self, gap: int, **fields: Any) -> Gap:
        """One more question."""
        return _gap(self._db.execute(update(_G).where(_G.c.id == gap).values(
            asked=_G.c.asked + 1, last_at=self._now, version=_G.c.version + 1, **fields).returning(*_G.c)).one())

    def example(self, gap: int, source: str, number: int, *, fit: str, words: str, article: int | None) -> None:
        """Keep a question with its gap, and the article that was nearest; the oldest beyond EXAMPLES go."""
        self._db.execute(insert_new(self._db, _Q).values(
            gap_id=gap, source=source, number=number, fit=fit, words=words, article_id=article, at=self._now))
        old = (select(_Q.c.id).where(_Q.c.gap_id == gap).order_by(_Q.c.id.desc()).offset(EXAMPLES)
               .limit(EXAMPLES).scalar_subquery())
        self._db.execute(delete(_Q).where(_Q.c.id.in_(old)))

    def get(self, gap: int) -> Gap:
        """NotFound when there is none."""
        row = self._db.execute(select(_G).where(_G.c.id == gap)).first()
        if row is None:
            raise NotFound(f"there is no gap {gap}")
        return _gap(row)

    def listed(self, states: tuple[str, ...] = LIVE, *, owner: int | None = None, limit: int = 100) -> list[Gap]:
        """Those asked for most often first."""
        wanted = select(_G).where(_G.c.state.in_(states)).order_by(_G.c.asked.desc(), _G.c.id).limit(limit)
        if owner is not None:
            wanted = wanted.where(_G.c.owner_id == owner)
        return [_gap(row) for row in self._db.execute(wanted)]

    def without(self, active: Collection[int], *, limit: int) -> list[Gap]:
        """Live gaps that nobody of these owns."""
        return [_gap(row) for row in self._db.execute(select(_G).where(
            _G.c.state.in_(LIVE), or_(_G.c.owner_id.is_(None), _G.c.owner_id.not_in(list(active))))
            .order_by(_G.c.id).limit(limit))]

    def burden(self) -> dict[AgentId, int]:
        """How many live gaps each owner has."""
        return {AgentId(row[0]): int(row[1]) for row in self._db.execute(
            select(_G.c.owner_id, func.count()).where(_G.c.state.in_(LIVE), _G.c.owner_id.is_not(None))
            .group_by(_G.c.owner_id))}

    def counted(self, owner: int | None = None) -> dict[str, int]:
        """Live gaps and those whose day is over; of one owner, when given."""
        late = func.sum(case((_G.c.due_at < self._now, 1), else_=0))
        wanted = select(func.count(), late).where(_G.c.state.in_(LIVE))
        if owner is not None:
            wanted = wanted.where(_G.c.owner_id == owner)
        row = self._db.execute(wanted).one()
        return {"gaps": int(row[0]), "overdue": int(row[1] or 0)}

    def workers(self, queue: int, since: datetime, *, limit: int = 2_000) -> list[AgentId]:
        """Who had each of the newest contacts of a queue that were closed since."""
        return [AgentId(number) for number in self._db.execute(
            select(_C.c.last_agent_id).where(_C.c.queue_id == queue, _C.c.closed_at >= since,
                                             _C.c.last_agent_id.is_not(None))
            .order_by(_C.c.id.desc()).limit(limit)).scalars()]

    def clusters(self, *, limit: int) -> list[Gap]:
        """What new questions are compared with: the gaps asked for last, of every state."""
        return [_gap(row) for row in self._db.execute(
            select(_G).order_by(_G.c.last_at.desc(), _G.c.id.desc()).limit(limit))]

    def examples(self, gap: int) -> list[dict[str, Any]]:
        """Newest first."""
        return [dict(row._mapping) for row in self._db.execute(
            select(_Q.c.source, _Q.c.number, _Q.c.fit, _Q.c.words, _Q.c.article_id.label("article"), _Q.c.at)
            .where(_Q.c.gap_id == gap).order_by(_Q.c.id.desc()).limit(EXAMPLES))]

    def change(self, gap: int, version: int, **fields: Any) -> Gap:
        """Compare-and-set."""
        row = self._db.execute(update(_G).where(_G.c.id == gap, _G.c.version == version).values(
            version=version + 1, **fields).returning(*_G.c)).first()
        if row is None:
            self.get(gap)
            raise Conflict("somebody else changed this gap, or it grew; load it again")
        return _gap(row)

    def trim(self, most: int, *, spare: int) -> None:
        """Forget the oldest gaps that were asked for only once, beyond so many gaps; one is spared."""
        over = int(self._db.execute(select(func.count()).select_from(_G)).scalar_one()) - most
        if over <= 0:
            return
        alone = (select(_G.c.id).where(_G.c.asked == 1, _G.c.state == "open", _G.c.id != spare)
                 .order_by(_G.c.last_at).limit(over))
        gone = list(self._db.execute(alone).scalars())
        self._db.execute(delete(_Q).where(_Q.c.gap_id.in_(gone)))
        self._db.execute(delete(_G).where(_G.c.id.in_(gone)))

    def sweep(self, before: datetime, *, limit: int = 5_000) -> int:
        """Forget examples and routing hints older than a time, and gaps that nobody asked for since."""
        gone = 0
        for table, old in ((_Q, _Q.c.at < before), (_H, _H.c.at < before)):
            some = select(table.c.id).where(old).limit(limit).scalar_subquery()
            gone += self._db.execute(delete(table).where(table.c.id.in_(some))).rowcount
        kept = select(_Q.c.gap_id)
        return gone + self._db.execute(
            delete(_G).where(_G.c.last_at < before, _G.c.id.not_in(kept), _G.c.state != "owned")).rowcount

    def hint(self, contact: ContactId) -> dict[str, Any] | None:
        """Where a contact was proposed to go."""
        row = self._db.execute(select(_H).where(_H.c.contact_id == contact)).first()
        return None if row is None else dict(row._mapping)

    def propose(self, contact: ContactId, proposed: Mapping[str, Any], applied: Mapping[str, Any]) -> bool:
        """Record a proposal the first time it is made; False afterwards."""
        return self._db.execute(insert_new(self._db, _H, _H.c.id).values(
            contact_id=contact, at=self._now, proposed=dict(proposed), applied=dict(applied), ended={},
            )).scalar() is not None

    def apply(self, contact: ContactId, applied: Mapping[str, Any]) -> None:
        """What was set without a person."""
        self._db.execute(update(_H).where(_H.c.contact_id == contact).values(applied=dict(applied)))

    def undo(self, contact: ContactId, by: AgentId) -> None:
        """A person took it back; Conflict when there was nothing to take back, or it was before."""
        done = self._db.execute(update(_H).where(_H.c.contact_id == contact, _H.c.undone_at.is_(None)).values(
            undone_at=self._now, undone_by=by)).rowcount
        if not done:
            raise Conflict("there is nothing to take back")

    def ended(self, contact: ContactId, ended: Mapping[str, Any]) -> None:
        """Where it ended, when it was closed."""
        self._db.execute(update(_H).where(_H.c.contact_id == contact).values(ended=dict(ended)))

    def hints(self, *, limit: int = 5_000) -> list[dict[str, Any]]:
        """The newest proposals whose contacts are closed: how right they were."""
        return [dict(row._mapping) for row in self._db.execute(
            select(_H).where(_H.c.ended != {}).order_by(_H.c.id.desc()).limit(limit))]

    def closed(self, before: int | None = None, *, limit: int = 500) -> list[dict[str, Any]]:
        """Resolved contacts, newest first, with what they teach about where a matter goes."""
        wanted = (select(_C.c.id, _C.c.queue_id, _C.c.disposition, _C.c.kind, _C.c.data, _newest_case(_C.c.id))
                  .where(and_(_C.c.state == ContactState.CLOSED.value,
                              or_(_C.c.disposition == "", _C.c.disposition.not_in(UNRESOLVED))))
                  .order_by(_C.c.id.desc()).limit(limit))
        if before is not None:
            wanted = wanted.where(_C.c.id < before)
        return [{"id": row.id, "queue_id": row.queue_id, "disposition": row.disposition, "kind": row.kind,
                 "service": _service(row)} for row in self._db.execute(wanted)]

    def services(self, *, limit: int) -> list[str]:
        """Services of the newest cases, those that are asked for most first."""
        newest = select(_K.c.service).order_by(_K.c.id.desc()).limit(limit).subquery()
        return [row.service for row in self._db.execute(
            select(newest.c.service, func.count()).where(newest.c.service != "").group_by(newest.c.service)
            .order_by(func.count().desc(), newest.c.service))]

    def service(self, contact: ContactId) -> str:
        """The service a contact is about: that of its newest case, else what was written down; "" = not known."""
        row = self._db.execute(select(_C.c.data, _newest_case(_C.c.id)).where(_C.c.id == contact)).first()
        return "" if row is None else _service(row)


def _newest_case(contact: Any) -> Any:
    return select(_K.c.service).where(_K.c.contact_id == contact).order_by(_K.c.id.desc()).limit(1).scalar_subquery(
        ).label("service")


def _service(row: Any) -> str:
    return str(row.service or row.data.get("service") or "")
