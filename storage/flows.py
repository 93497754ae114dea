"""Dialogues: begun, found by contact, changed by compare-and-set, counted; and the versions of their definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, and_, exists, func, insert, or_, select, type_coerce, update

from router.errors import Conflict
from router.model import AddressId, ContactId, CustomerId
from router.records import Contact
from storage.contacts import contact_of
from storage.items import insert_new
from storage.tables import Contacts, Dialogues, FlowVersions, Journal

_T: Any = Dialogues.__table__  # type: ignore[attr-defined]
_V: Any = FlowVersions.__table__  # type: ignore[attr-defined]
_C: Any = Contacts.__table__  # type: ignore[attr-defined]
_J: Any = Journal.__table__  # type: ignore[attr-defined]
_COLUMNS = {"contact": "contact_id", "customer": "customer_id", "address": "address_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """One walk through a flow."""

    id: int
    contact: ContactId
    customer: CustomerId
    address: AddressId
    channel: str
    flow: str
    version: str
    purpose: str  #: "main", or "survey" = asked after a person had ended the contact
    state: Mapping[str, Any]
    told: Mapping[str, Any] = field(default_factory=dict)  #: what was said last, for a request that is repeated
    pending: str = ""  #: "lookup", "call" or "calling"; "" = nothing but the citizen is waited for
    job: Mapping[str, Any] = field(default_factory=dict)
    rev: int = 0
    started_at: datetime
    ended_at: datetime | None = None
    outcome: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How dialogues of a time went. See docs/numbers.md, "Containment"."""

    started: int
    contained: int
    handed_over: int
    dropped: int
    running: int
    came_back: int  #: of the contained, whose citizen came back within the days
    unknown: int  #: of the contained, for whom the days are not over yet and who did not come back so far


def _dialogue(row: Any) -> Dialogue:
    return Dialogue(
        id=row.id, contact=ContactId(row.contact_id), customer=CustomerId(row.customer_id),
        address=AddressId(row.address_id), channel=row.channel, flow=row.flow, version=row.version,
        purpose=row.purpose, state=row.state, told=row.told, pending=row.pending, job=row.job, rev=row.rev,
        started_at=row.started_at, ended_at=row.ended_at, outcome=row.outcome, reason=row.reason)


class Flows:
    """Operations on dialogues inside a transaction."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def begin(self, **fields: Any) -> Dialogue:
        """A new dialogue of a contact that has none running."""
        values = {"purpose": "main", "state": {}, "told": {}, "pending": "", "job": {}, "rev": 0, "ended_at": None,
                  "outcome": "", "reason": "", "started_at": self._now}
        values |= {_COLUMNS.get(name, name): value for name, value in fields.items()}
        return _dialogue(self._db.execute(insert(_T).returning(*_T.c), values).one())

    def live(self, contact: ContactId) -> Dialogue | None:
        """The contact's dialogue that is not over."""
        row = self._db.execute(select(_T).where(_T.c.contact_id == contact, _T.c.outcome == "")).first()
        return None if row is None else _dialogue(row)

    def newest(self, contact: ContactId) -> Dialogue | None:
        """The contact's last dialogue, over or not."""
        row = self._db.execute(select(_T).where(_T.c.contact_id == contact).order_by(_T.c.id.desc()).limit(1)).first()
        return None if row is None else _dialogue(row)

    def get(self, dialogue: int) -> Dialogue | None:
        """One dialogue."""
        row = self._db.execute(select(_T).where(_T.c.id == dialogue)).first()
        return None if row is None else _dialogue(row)

    def change(self, dialogue: Dialogue, **fields: Any) -> Dialogue:
        """Write fields if nobody changed it since; Conflict otherwise."""
        row = self._db.execute(
            update(_T).where(_T.c.id == dialogue.id, _T.c.rev == dialogue.rev)
            .values(rev=dialogue.rev + 1, **fields).returning(*_T.c)).first()
        if row is None:
            raise Conflict(f"dialogue {dialogue.id} was changed by somebody else")
        return _dialogue(row)

    def pending(self, *, limit: int = 200) -> list[Dialogue]:
        """Dialogues that wait for knowledge or another system, oldest first."""
        rows = self._db.execute(select(_T).where(_T.c.pending != "").order_by(_T.c.id).limit(limit))
        return [_dialogue(row) for row in rows]

    def begun_by(self, address: AddressId, since: datetime, *, purpose: str = "main") -> int:
        """How many dialogues of a purpose an address began since a time."""
        return int(self._db.execute(select(func.count()).where(
            _T.c.address_id == address, _T.c.started_at >= since, _T.c.purpose == purpose)).scalar_one())

    def keep(self, name: str, version: str, sources: Mapping[str, str]) -> None:
        """The sources of a version; what is there already stays."""
        self._db.execute(insert_new(self._db, _V), {"name": name, "version": version, "sources": dict(sources),
                                                    "made_at": self._now})

    def sources(self, name: str, version: str) -> Mapping[str, str]:
        """The sources of a version; empty when they were never kept."""
        found = self._db.execute(select(_V.c.sources).where(_V.c.name == name, _V.c.version == version)).scalar()
        return found or {}

    def contact_called(self, reference: str) -> Contact | None:
        """The conversation with a public reference."""
        row = self._db.execute(select(_C).where(_C.c.reference == reference)).first()
        return None if row is None else contact_of(row)

    def counted(self, since: datetime, until: datetime, *, within: timedelta, flow: str = "") -> Counted:
        """Dialogues that began in [since, until); surveys after a person's work are none of them."""
        chosen = [_T.c.started_at >= since, _T.c.started_at < until, _T.c.purpose == "main"]
        if flow:
            chosen.append(_T.c.flow == flow)
        rows = self._db.execute(select(_T.c.outcome, func.count()).where(*chosen).group_by(_T.c.outcome))
        counts = {row[0]: row[1] for row in rows}
        contained = [*chosen, _T.c.outcome == "contained"]
        back = self._came_back(within)
        came = int(self._db.execute(select(func.count()).where(*contained, back)).scalar_one())
        unknown = int(self._db.execute(select(func.count()).where(
            *contained, ~back, _T.c.ended_at > self._now - within)).scalar_one())
        return Counted(started=sum(counts.values()), contained=counts.get("contained", 0),
                       handed_over=counts.get("handed-over", 0), dropped=counts.get("dropped", 0),
                       running=counts.get("", 0), came_back=came, unknown=unknown)

    def _came_back(self, within: timedelta) -> Any:
        """The citizen began another contact, or the same one again, within the days after the end."""
        def number(column: Any) -> Any:
            return type_coerce(column, BigInteger)

        other, later, queued = _C.alias(), _T.alias(), _J.alias()
        ended = number(_T.c.ended_at)
        until = ended + within // timedelta(milliseconds=1)
        opened, began, at = number(other.c.opened_at), number(later.c.started_at), number(queued.c.at)
        return or_(
            exists().where(and_(other.c.customer_id == _T.c.customer_id, other.c.id != _T.c.contact_id,
                                opened >= ended, opened <= until)),
            exists().where(and_(later.c.customer_id == _T.c.customer_id, later.c.id != _T.c.id,
                                later.c.purpose == "main", began >= ended, began <= until)),
            exists().where(and_(queued.c.contact_id == _T.c.contact_id, queued.c.name == "contact-queued",
                                at >= ended, at <= until)))
