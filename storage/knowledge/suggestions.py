"""Which articles were proposed for which contact, what became of each, and what past contacts teach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, select, update

from router.model import AgentId, ContactId
from router.records import ContactState, Direction
from storage.items import insert_new
from storage.tables import Articles, Contacts, Messages, Suggestions

_A: Any = Articles.__table__  # type: ignore[attr-defined]
_S: Any = Suggestions.__table__  # type: ignore[attr-defined]
_C: Any = Contacts.__table__  # type: ignore[attr-defined]
_M: Any = Messages.__table__  # type: ignore[attr-defined]

#: Contacts closed so were about nothing that an article answers.
NO_MATTER = ("no-answer", "wrong-number", "spam")
#: Contacts closed so were not resolved by what was sent; who left a dialogue may have had a matter all the same.
UNRESOLVED = (*NO_MATTER, "dropped")
_SAID = 3  #: a question is so many of the citizen's messages
_SAID_CHARS = 1_000  #: of each, at most
_WORDS = func.substr(case((_M.c.new_text != "", _M.c.new_text), else_=_M.c.text), 1, _SAID_CHARS).label("words")
_SPOKEN = (_M.c.direction == Direction.IN.value, _M.c.automatic == "")


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
    opened_at: datetime | None = None  #: an agent read it in full
    sent_at: datetime | None = None
    kept: float | None = None  #: how much of its words went out with it, 0..1; 1 = unedited
    said: str = ""  #: what the citizen said of it: yes, no


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A contact that was resolved with an article. `question` is what was said before the article went out."""

    contact: ContactId
    article: int
    question: str


def _shown(row: Any) -> Shown:
    return Shown(article=row.article_id, rank=row.rank, score=row.score, why=row.why, shown_at=row.shown_at,
                 used_at=row.used_at, used_by=None if row.used_by is None else AgentId(row.used_by),
                 opened_at=row.opened_at, sent_at=row.sent_at, kept=row.kept, said=row.said)


class SuggestionRows:
    """See the module."""

    _db: Connection
    _now: datetime

    def show(self, contact: ContactId, found: Sequence[tuple[int, float, Mapping[str, Any]]]) -> list[int]:
        """Remember (article, score, why) as proposed, best first; returns those that were not proposed before."""
        first = []
        for rank, (article, score, why) in enumerate(found, 1):
            values = {"rank": rank, "score": score, "why": dict(why)}
            new = self._db.execute(insert_new(self._db, _S, _S.c.id).values(
                contact_id=contact, article_id=article, shown_at=self._now, **values)).scalar()
            if new is not None:
                first.append(article)
            else:
                self._db.execute(update(_S).where(_S.c.contact_id == contact, _S.c.article_id == article,
                                                  _S.c.used_at.is_(None)).values(**values))
        return first

    def shown(self, contact: ContactId) -> list[Shown]:
        """What was proposed for a contact, best first."""
        rows = self._db.execute(select(_S).where(_S.c.contact_id == contact).order_by(_S.c.rank, _S.c.article_id))
        return [_shown(row) for row in rows]

    def used_in(self, article: int, *, limit: int = 50) -> list[ContactId]:
        """The newest contacts that an article was used for."""
        return [ContactId(number) for number in self._db.execute(
            select(_S.c.contact_id).where(_S.c.article_id == article, _S.c.used_at.is_not(None))
            .order_by(_S.c.id.desc()).limit(limit)).scalars()]

    def use(self, contact: ContactId, article: int, agent: AgentId) -> bool:
        """An article went into an answer; also one that was not proposed. False: known before, or no such article."""
        if self._db.execute(select(_A.c.id).where(_A.c.id == article)).first() is None:
            return False
        self._db.execute(insert_new(self._db, _S).values(
            contact_id=contact, article_id=article, rank=0, score=0.0, shown_at=self._now, why={}))
        return bool(self._db.execute(
            update(_S).where(_S.c.contact_id == contact, _S.c.article_id == article, _S.c.used_at.is_(None))
            .values(used_at=self._now, used_by=agent)).rowcount)

    def unused(self, contact: ContactId, article: int) -> bool:
        """Its words were taken out of the answer again; False when it was not used, or went out before."""
        went = select(_M.c.data).where(_M.c.contact_id == contact, _M.c.direction == Direction.OUT.value)
        if any(row.data.get("suggestion") == article for row in self._db.execute(went)):
            return False
        return bool(self._db.execute(
            update(_S).where(_S.c.contact_id == contact, _S.c.article_id == article, _S.c.used_at.is_not(None),
                             _S.c.sent_at.is_(None)).values(used_at=None, used_by=None, said="")).rowcount)

    def opened(self, contact: ContactId, article: int) -> bool:
        """An agent read it in full; False when that is known or it was not shown."""
        return bool(self._db.execute(
            update(_S).where(_S.c.contact_id == contact, _S.c.article_id == article, _S.c.opened_at.is_(None))
            .values(opened_at=self._now)).rowcount)

    def told(self, contact: ContactId, article: int, at: datetime) -> None:
        """A dialogue gave it to the citizen as it stands, without an agent."""
        self._db.execute(insert_new(self._db, _S).values(
            contact_id=contact, article_id=article, rank=1, score=0.0, shown_at=at, why={}))
        self._db.execute(update(_S).where(_S.c.contact_id == contact, _S.c.article_id == article,
                                          _S.c.used_at.is_(None)).values(used_at=at, sent_at=at, kept=1.0))

    def sent(self, contact: ContactId, article: int, kept: float) -> None:
        """It went out; `kept` is the share of its words that did."""
        self._db.execute(update(_S).where(_S.c.contact_id == contact, _S.c.article_id == article)
                         .values(sent_at=self._now, kept=kept))

    def say(self, contact: ContactId, article: int, said: str) -> bool:
        """What the citizen said of it; False when it was never used for the contact."""
        return bool(self._db.execute(
            update(_S).where(_S.c.contact_id == contact, _S.c.article_id == article, _S.c.used_at.is_not(None))
            .values(said=said)).rowcount)

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
                .where(_S.c.used_at.is_not(None), _S.c.said != "no", _C.c.state == ContactState.CLOSED.value,
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
