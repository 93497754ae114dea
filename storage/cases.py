"""Cases: opened, found by their tracking code, moved by compare-and-set."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from router.errors import Conflict, NotFound
from router.model import ContactId, CustomerId
from router.rules import codes
from storage.tables import Cases as Rows
from storage.tables import Contacts

_T: Any = Rows.__table__  # type: ignore[attr-defined]
_C: Any = Contacts.__table__  # type: ignore[attr-defined]

#: From each state, the states a case may go to.
STATES: Mapping[str, frozenset[str]] = {
    "open": frozenset({"in-progress", "waiting", "done", "rejected"}),
    "in-progress": frozenset({"open", "waiting", "done", "rejected"}),
    "waiting": frozenset({"open", "in-progress", "done", "rejected"}),
    "done": frozenset({"open"}),
    "rejected": frozenset({"open"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A matter with a tracking code."""

    id: int
    code: str
    service: str
    subject: str
    state: str
    state_since: datetime
    customer: CustomerId
    contact: ContactId | None
    data: Mapping[str, Any] = field(default_factory=dict)
    opened_at: datetime
    version: int = 0


def _case(row: Any) -> Case:
    return Case(id=row.id, code=row.code, service=row.service, subject=row.subject, state=row.state,
                state_since=row.state_since, customer=CustomerId(row.customer_id),
                contact=None if row.contact_id is None else ContactId(row.contact_id), data=row.data,
                opened_at=row.opened_at, version=row.version)


class Cases:
    """Operations on cases inside a transaction."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def open(self, *, service: str, subject: str, customer: CustomerId, contact: ContactId | None,
             data: Mapping[str, Any]) -> Case:
        """A new case with a code that no case and no contact has."""
        row = self._db.execute(insert(_T).returning(*_T.c), {
            "code": self._code(), "service": service, "subject": subject, "state": "open", "state_since": self._now,
            "customer_id": customer, "contact_id": contact, "data": dict(data), "opened_at": self._now,
            "version": 0}).one()
        return _case(row)

    def _code(self) -> str:
        while True:
            made = codes.reference(secrets.randbelow(codes.SPACE))
            taken = self._db.execute(select(_T.c.id).where(_T.c.code == made)).first() or self._db.execute(
                select(_C.c.id).where(_C.c.reference == made)).first()
            if taken is None:
                return made

    def by_code(self, code: str) -> Case | None:
        """The case with a tracking code in its canonical spelling."""
        row = self._db.execute(select(_T).where(_T.c.code == code)).first()
        return None if row is None else _case(row)

    def get(self, case: int) -> Case:
        """NotFound when there is none."""
        row = self._db.execute(select(_T).where(_T.c.id == case)).first()
        if row is None:
            raise NotFound(f"there is no case {case}")
        return _case(row)

    def move(self, case: Case, state: str) -> Case:
        """Another state; Conflict when the table does not allow it or somebody changed the case since."""
        if state not in STATES[case.state]:
            raise Conflict(f"a case that is {case.state} cannot become {state}")
        row = self._db.execute(
            update(_T).where(_T.c.id == case.id, _T.c.version == case.version)
            .values(state=state, state_since=self._now, version=case.version + 1).returning(*_T.c)).first()
        if row is None:
            raise Conflict(f"case {case.code} was changed by somebody else")
        return _case(row)

    def listed(self, *, state: Sequence[str] = (), customer: int | None = None, before: int | None = None,
               limit: int = 50) -> list[Case]:
        """Newest first; `before` is the id to go on from."""
        wanted = select(_T).order_by(_T.c.id.desc()).limit(limit)
        if state:
            wanted = wanted.where(_T.c.state.in_(list(state)))
        if customer is not None:
            wanted = wanted.where(_T.c.customer_id == customer)
        if before is not None:
            wanted = wanted.where(_T.c.id < before)
        return [_case(row) for row in self._db.execute(wanted)]
