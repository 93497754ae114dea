"""Reading the journal: after a position, or the story of one contact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from router.records import Entry
from storage.tables import Journal

_T: Any = Journal.__table__  # type: ignore[attr-defined]


def _entry(row: Any) -> Entry:
    return Entry(seq=row.seq, at=row.at, name=row.name, actor=row.actor, contact=row.contact_id, data=row.data)


class JournalReads:
    """What happened so far."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def head(self) -> int:
        """The last position; 0 when nothing happened yet."""
        return int(self._db.execute(select(func.max(_T.c.seq))).scalar() or 0)

    def after(self, seq: int, *, limit: int = 5000) -> list[Entry]:
        """Entries after a position, in order."""
        rows = self._db.execute(select(_T).where(_T.c.seq > seq).order_by(_T.c.seq).limit(limit))
        return [_entry(row) for row in rows]

    def of_contacts(
        self, contacts: Sequence[int], *, after: int = 0, names: Sequence[str] = (), limit: int = 5000
    ) -> list[Entry]:
        """The story of some contacts, in order."""
        wanted = select(_T).where(_T.c.contact_id.in_(list(contacts)), _T.c.seq > after).order_by(_T.c.seq).limit(limit)
        if names:
            wanted = wanted.where(_T.c.name.in_(list(names)))
        return [_entry(row) for row in self._db.execute(wanted)]

    def since(self, at: datetime, names: Sequence[str]) -> list[Entry]:
        """Entries of some names since a time, in order."""
        rows = self._db.execute(select(_T).where(_T.c.at >= at, _T.c.name.in_(list(names))).order_by(_T.c.seq))
        return [_entry(row) for row in rows]
