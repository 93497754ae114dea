"""Hours, policies and promises of routing: small tables that administrators edit. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from router.errors import NotFound
from router.records import Calendar, Policy, Target
from storage.tables.desk import Calendars, Policies, Targets

_C: Any = Calendars.__table__  # type: ignore[attr-defined]
_P: Any = Policies.__table__  # type: ignore[attr-defined]
_T: Any = Targets.__table__  # type: ignore[attr-defined]


def _target(row: Any) -> Target:
    return Target(id=row.id, queue=row.queue, medium=row.medium, segment=row.segment, kind=row.kind, clock=row.clock,
                  seconds=row.seconds)


class Routing:
    """See `router.units.Routing`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def calendars(self) -> list[Calendar]:
        """Every calendar, by name."""
        return [Calendar(name=row.name, definition=row.definition)
                for row in self._db.execute(select(_C).order_by(_C.c.name))]

    def put_calendar(self, name: str, definition: Mapping[str, Any]) -> Calendar:
        """Make or replace a calendar."""
        self._put(_C, name, {"definition": dict(definition)})
        return Calendar(name=name, definition=definition)

    def drop_calendar(self, name: str) -> None:
        """NotFound when there is none."""
        self._drop(_C, name)

    def policies(self) -> list[Policy]:
        """Every policy, by name."""
        return [Policy(name=row.name, rule=row.rule, parameters=row.parameters)
                for row in self._db.execute(select(_P).order_by(_P.c.name))]

    def put_policy(self, name: str, rule: str, parameters: Mapping[str, Any]) -> Policy:
        """Make or replace a policy."""
        self._put(_P, name, {"rule": rule, "parameters": dict(parameters)})
        return Policy(name=name, rule=rule, parameters=parameters)

    def drop_policy(self, name: str) -> None:
        """NotFound when there is none."""
        self._drop(_P, name)

    def targets(self) -> list[Target]:
        """Every promise, by id."""
        return [_target(row) for row in self._db.execute(select(_T).order_by(_T.c.id))]

    def put_target(self, **fields: Any) -> Target:
        """Make a promise, or change the one for the same queue, medium, segment, kind and clock."""
        what = {"queue": "", "medium": "", "segment": "", "kind": "", "clock": "first"} | fields
        same = [_T.c[name] == what[name] for name in ("queue", "medium", "segment", "kind", "clock")]
        row = self._db.execute(update(_T).where(*same).values(seconds=what["seconds"]).returning(*_T.c)).first()
        return _target(row or self._db.execute(insert(_T).values(**what).returning(*_T.c)).one())

    def drop_target(self, number: int) -> None:
        """NotFound when there is none."""
        if not self._db.execute(delete(_T).where(_T.c.id == number)).rowcount:
            raise NotFound(f"there is no target {number}")

    def _put(self, table: Any, name: str, fields: dict[str, Any]) -> None:
        if not self._db.execute(update(table).where(table.c.name == name).values(**fields)).rowcount:
            self._db.execute(insert(table).values(name=name, **fields))

    def _drop(self, table: Any, name: str) -> None:
        if not self._db.execute(delete(table).where(table.c.name == name)).rowcount:
            raise NotFound(f"there is nothing named {name!r}")
