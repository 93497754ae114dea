"""Promises that run, per contact and name of the clock. Does not reckon: `router.rules.sla` does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from router.model import ContactId
from storage.tables.work import Clocks as Rows

_T: Any = Rows.__table__  # type: ignore[attr-defined]
_OF = select(_T.c.contact_id, _T.c.name, _T.c.data).where(_T.c.contact_id.in_(bindparam("ids", expanding=True)))
_DROP = delete(_T).where(_T.c.contact_id == bindparam("contact"), _T.c.name == bindparam("clock"))
_CHUNK = 500


class Clocks:
    """See `router.units.Clocks`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def of(self, contacts: Iterable[int]) -> dict[ContactId, dict[str, dict[str, Any]]]:
        """What is kept for these contacts: by contact, by name."""
        found: dict[ContactId, dict[str, dict[str, Any]]] = {}
        ordered = sorted(set(contacts))
        for start in range(0, len(ordered), _CHUNK):
            for row in self._db.execute(_OF, {"ids": ordered[start:start + _CHUNK]}):
                found.setdefault(ContactId(row.contact_id), {})[row.name] = row.data
        return found

    def put(self, rows: Iterable[tuple[ContactId, str, Mapping[str, Any]]]) -> None:
        """Keep or replace many at once."""
        values = [{"contact_id": contact, "name": name, "data": dict(data)} for contact, name, data in rows]
        if values:
            make: Any = (postgresql.insert if self._db.dialect.name == "postgresql" else sqlite.insert)(_T)
            self._db.execute(make.on_conflict_do_update(index_elements=["contact_id", "name"],
                                                        set_={"data": make.excluded.data}), values)

    def drop(self, contact: ContactId, name: str) -> None:
        """Forget one; nothing happens when there is none."""
        self._db.execute(_DROP, {"contact": contact, "clock": name})
