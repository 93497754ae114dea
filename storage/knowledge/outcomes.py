"""The outcome ledger: what closed contacts were about, who came back, what citizens said. Counts; judges nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, insert, or_, select, update

from router.model import ContactId
from router.records import Direction
from storage import tables
from storage.items import insert_new
from storage.knowledge.suggestions import UNRESOLVED

_S: Any = tables.Suggestions.__table__  # type: ignore[attr-defined]
_F: Any = tables.Feedback.__table__  # type: ignore[attr-defined]
_M: Any = tables.Matters.__table__  # type: ignore[attr-defined]
_A: Any = tables.Articles.__table__  # type: ignore[attr-defined]
_C: Any = tables.Contacts.__table__  # type: ignore[attr-defined]
_W: Any = tables.Messages.__table__  # type: ignore[attr-defined]
#: Of what citizens say in a survey, 0..1: from here on they were content, or not; what lies between says neither.
CONTENT, DISCONTENT = 0.75, 0.25
NEAR_RANK = 3  #: an article shown at this place or before was meant for the matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a closed contact was about."""

    contact: ContactId
    customer: int | None
    closed_at: datetime
    disposition: str
    article: int | None
    category: int | None
    used: bool
    fit: str  #: sure, weak or none
    confidence: float
    returned_at: datetime | None = None
    returned_contact: int | None = None
    rated: float | None = None  #: how content the citizen said they are, 0..1
    rated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Closed contacts of one kind whose time to come back is over."""

    contacts: int = 0
    resolved: int = 0  #: closed as resolved, nobody came back, and nobody said that it did not help
    returned: int = 0
    open: int = 0  #: closed, but the citizen may still come back within the days; in no other figure
    rated: int = 0  #: whose citizen was content or was not, and said nothing of the article itself
    liked: int = 0  #: of these, content
    weight: float = 0.0  #: of `rated`, a contact with several articles counting for each its part
    favour: float = 0.0  #: of `liked`, the same


def _matter(row: Any) -> Matter:
    return Matter(contact=ContactId(row.contact_id), customer=row.customer_id, closed_at=row.closed_at,
                  disposition=row.disposition, article=row.article_id, category=row.category_id, used=bool(row.used),
                  fit=row.fit, confidence=row.confidence, returned_at=row.returned_at,
                  returned_contact=row.returned_contact_id, rated=row.rated, rated_at=row.rated_at)


class Outcomes:
    """See the module."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def matter(self, contact: ContactId) -> Matter | None:
        """What a contact was about, if it was closed once."""
        row = self._db.execute(select(_M).where(_M.c.contact_id == contact)).first()
        return None if row is None else _matter(row)

    def settle(self, contact: ContactId, **fields: Any) -> None:
        """Write down, or anew, what a closed contact was about."""
        new = self._db.execute(insert_new(self._db, _M, _M.c.id).values(
            contact_id=contact, **({"disposition": "", "used": False, "fit": "none", "confidence": 0.0} | fields)))
        if new.scalar() is None:
            self._db.execute(update(_M).where(_M.c.contact_id == contact).values(**fields))

    def earlier(self, customer: int, contact: ContactId, since: datetime, until: datetime) -> list[Matter]:
        """A customer's other matters closed in between that nobody came back for yet, newest first."""
        return [_matter(row) for row in self._db.execute(
            select(_M).where(_M.c.customer_id == customer, _M.c.contact_id != contact, _M.c.closed_at >= since,
                             _M.c.closed_at <= until, _M.c.returned_at.is_(None))
            .order_by(_M.c.closed_at.desc()).limit(50))]

    def back(self, contact: ContactId, at: datetime, by: ContactId) -> None:
        """The citizen came back on the same matter."""
        self._db.execute(update(_M).where(_M.c.contact_id == contact, _M.c.returned_at.is_(None))
                         .values(returned_at=at, returned_contact_id=by))

    def rate(self, contact: ContactId, rated: float, at: datetime) -> bool:
        """How content the citizen said they are; the last word counts. False when nothing changed."""
        return bool(self._db.execute(
            update(_M).where(_M.c.contact_id == contact, or_(_M.c.rated.is_(None), _M.c.rated != rated),
                             or_(_M.c.rated_at.is_(None), _M.c.rated_at <= at))
            .values(rated=rated, rated_at=at)).rowcount)

    def answered_after(self, contact: ContactId, at: datetime) -> bool:
        """Whether we had to answer again after a time, and the citizen had said something before that."""
        said = select(func.min(_W.c.at)).where(_W.c.contact_id == contact, _W.c.at > at, _W.c.automatic == "",
                                               _W.c.direction == Direction.IN.value).scalar_subquery()
        return self._db.execute(select(_W.c.id).where(
            _W.c.contact_id == contact, _W.c.direction == Direction.OUT.value, _W.c.kind == "reply",
            _W.c.at >= said).limit(1)).first() is not None

    def feedback(self, article: int, version: int, *, helped: bool, words: str, language: str) -> int:
        """A citizen's yes or no on the help pages."""
        made: int = self._db.execute(insert(_F).values(
            article_id=article, version=version, at=self._now, helped=helped, words=words, language=language)
            .returning(_F.c.id)).scalar_one()
        return made

    def said(self, article: int, *, limit: int = 100) -> list[dict[str, Any]]:
        """The newest feedback on one article."""
        return [dict(row._mapping) for row in self._db.execute(
            select(_F.c.at, _F.c.version, _F.c.helped, _F.c.words, _F.c.language)
            .where(_F.c.article_id == article).order_by(_F.c.id.desc()).limit(limit))]

    def steps(self, articles: Sequence[int] | None = None) -> dict[int, dict[str, int]]:
        """By article: shown, opened, used, sent, edited before sending, citizens' yes and no (both ways)."""
        def many(condition: Any) -> Any:
            return func.sum(case((condition, 1), else_=0))
        wanted = select(
            _S.c.article_id, many(_S.c.rank > 0).label("shown"), many(_S.c.opened_at.is_not(None)).label("opened"),
            many(_S.c.used_at.is_not(None)).label("used"), many(_S.c.sent_at.is_not(None)).label("sent"),
            many(and_(_S.c.kept.is_not(None), _S.c.kept < 1)).label("edited"), many(_S.c.said == "yes").label("yes"),
            many(_S.c.said == "no").label("no")).group_by(_S.c.article_id)
        asked = select(_F.c.article_id, many(_F.c.helped.is_(True)).label("yes"),
                       many(_F.c.helped.is_(False)).label("no")).group_by(_F.c.article_id)
        if articles is not None:
            wanted = wanted.where(_S.c.article_id.in_(list(articles)))
            asked = asked.where(_F.c.article_id.in_(list(articles)))
        found = {row.article_id: {k: int(v) for k, v in row._mapping.items() if k != "article_id"}
                 for row in self._db.execute(wanted)}
        for row in self._db.execute(asked):
            mine = found.setdefault(row.article_id, dict.fromkeys(
                ("shown", "opened", "used", "sent", "edited", "yes", "no"), 0))
            mine["yes"] += int(row.yes)
            mine["no"] += int(row.no)
        return found

    def compared(self, settled_before: datetime, *, by_category: bool = False) -> dict[tuple[int, bool], Tally]:
        """(article or category, whether it was used) -> the closed contacts for which it was shown among the first
        before they were closed.

        A contact with the article and one without it that was shown the same article are about like matters: that is
        what makes them comparable."""
        key = _A.c.category_id if by_category else _S.c.article_id
        used = func.max(case((_S.c.used_at.is_not(None), 1), else_=0))
        refused = func.max(case((_S.c.said == "no", 1), else_=0)) - func.max(case((_S.c.said == "yes", 1), else_=0))
        direct = func.max(case((_S.c.said != "", 1), else_=0))
        near = (select(key.label("key"), _S.c.contact_id, used.label("used"), refused.label("refused"),
                       direct.label("direct"))
                .join(_A, _A.c.id == _S.c.article_id)
                .join(_M, and_(_M.c.contact_id == _S.c.contact_id, _S.c.shown_at <= _M.c.closed_at))
                .where(or_(_S.c.used_at.is_not(None), and_(_S.c.rank >= 1, _S.c.rank <= NEAR_RANK)), key.is_not(None))
                .group_by(key, _S.c.contact_id)).subquery()
        over = or_(_M.c.closed_at <= settled_before, _M.c.returned_at.is_not(None))
        came = _M.c.returned_at.is_not(None)
        good = and_(over, ~came, _M.c.disposition.not_in([*UNRESOLVED, ""]), near.c.refused <= 0)
        liked = and_(over, near.c.direct == 0, _M.c.rated >= CONTENT)
        rated = or_(liked, and_(over, near.c.direct == 0, _M.c.rated <= DISCONTENT))
        many = select(_S.c.contact_id, func.count().label("used")).where(
            _S.c.used_at.is_not(None)).group_by(_S.c.contact_id).subquery()
        part = case((near.c.used == 1, 1.0 / many.c.used), else_=1.0)
        rows = self._db.execute(
            select(near.c.key, near.c.used,
                   *(func.sum(case((each, 1), else_=0)) for each in (over, good, came, ~over, rated, liked)),
                   *(func.sum(case((each, part), else_=0.0)) for each in (rated, liked)))
            .join(_M, _M.c.contact_id == near.c.contact_id)
            .outerjoin(many, many.c.contact_id == near.c.contact_id).group_by(near.c.key, near.c.used))
        return {(row[0], bool(row[1])): Tally(
            contacts=int(row[2]), resolved=int(row[3]), returned=int(row[4]), open=int(row[5]), rated=int(row[6]),
            liked=int(row[7]), weight=float(row[8]), favour=float(row[9])) for row in rows}

    def sweep(self, before: datetime, *, limit: int = 5_000) -> int:
        """Forget proposals, matters and feedback older than a time, whose contacts are over; returns how many."""
        gone = 0
        ended = select(_C.c.id).where(_C.c.closed_at < before).scalar_subquery()
        for table, old in ((_S, and_(_S.c.shown_at < before, _S.c.contact_id.in_(ended))),
                           (_M, _M.c.closed_at < before), (_F, _F.c.at < before)):
            some = select(table.c.id).where(old).limit(limit).scalar_subquery()
            gone += self._db.execute(delete(table).where(table.c.id.in_(some))).rowcount
        return gone
