"""Things due later, and small remembered texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from router.records import Timer
from storage.tables import Marks as MarkRows
from storage.tables import Timers as Rows

_T: Any = Rows.__table__  # type: ignore[attr-defined]
_M: Any = MarkRows.__table__  # type: ignore[attr-defined]


def upsert(connection: Connection, table: Any, keys: list[str], values: dict[str, Any]) -> None:
    """Insert the row, or write its other values where one with these keys is there."""
    make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    changed = {name: value for name, value in values.items() if name not in keys}
    connection.execute(make(table).values(**values).on_conflict_do_update(index_elements=keys, set_=changed))


_CLEAR = delete(_T).where(_T.c.kind == bindparam("which"), _T.c.subject == bindparam("of"))


@cache
def _set(dialect: str) -> Any:
    make: Any = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(_T)
    return make.on_conflict_do_update(index_elements=["kind", "subject"],
                                      set_={"due_at": make.excluded.due_at, "data": make.excluded.data})


class Timers:
    """See `router.ports.Timers`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def set(self, kind: str, subject: int, due_at: datetime, data: Mapping[str, Any] | None = None) -> None:
        """Set or move a timer."""
        self._db.execute(_set(self._db.dialect.name), {
            "kind": kind, "subject": subject, "due_at": due_at, "data": dict(data or {})})

    def clear(self, kind: str, subject: int) -> None:
        """Forget a timer; nothing happens when there is none."""
        self._db.execute(_CLEAR, {"which": kind, "of": subject})

    def get(self, kind: str, subject: int) -> Timer | None:
        """One timer."""
        row = self._db.execute(select(_T).where(_T.c.kind == kind, _T.c.subject == subject)).first()
        return None if row is None else Timer(kind=row.kind, subject=row.subject, due_at=row.due_at, data=row.data)

    def many(self, kind: str, subjects: Sequence[int]) -> dict[int, Timer]:
        """Timers of one kind by subject."""
        rows = self._db.execute(select(_T).where(_T.c.kind == kind, _T.c.subject.in_(list(subjects))))
        return {row.subject: Timer(kind=row.kind, subject=row.subject, due_at=row.due_at, data=row.data)
                for row in rows}

    def due(self, now: datetime, *, limit: int = 500) -> list[Timer]:
        """Those that are due, oldest first."""
        rows = self._db.execute(select(_T).where(_T.c.due_at <= now)
                                .order_by(_T.c.due_at, _T.c.kind, _T.c.subject).limit(limit))
        return [Timer(kind=row.kind, subject=row.subject, due_at=row.due_at, data=row.data) for row in rows]

    def next_due(self) -> datetime | None:
        """When the next one is due."""
        found: datetime | None = self._db.execute(select(func.min(_T.c.due_at))).scalar()
        return found


class Marks:
    """Small texts by owner and name."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, owner: str, name: str) -> str:
        """The text; "" when there is none."""
        found = self._db.execute(select(_M.c.value).where(_M.c.owner == owner, _M.c.name == name)).scalar()
        return "" if found is None else str(found)

    def set(self, owner: str, name: str, value: str) -> None:
        """Remember a text."""
        upsert(self._db, _M, ["owner", "name"], {"owner": owner, "name": name, "value": value})
