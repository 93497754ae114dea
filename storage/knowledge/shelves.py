"""Categories of articles: who sees, changes and keeps what stands there. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from router.errors import Conflict, NotFound
from router.model import AgentId
from storage import tables

_C: Any = tables.Categories.__table__  # type: ignore[attr-defined]
_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A shelf of articles. Agents see it with the role and, where there are any, one of the skills."""

    id: int
    name: str
    title_fa: str
    title_en: str
    position: int = 0
    least_role: str = "agent"
    skills: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()  #: names; agents of one of them see it, empty = of every queue
    editors: tuple[str, ...] = ()  #: names; agents of one of them change its internal articles without asking
    owner: AgentId | None = None  #: who sees to what is missing here
    public: bool = True  #: its public articles stand on the help pages
    version: int = 1


def fields_of(row: Any, **renamed: str) -> dict[str, Any]:
    """A row's columns, some under other names, lists as tuples."""
    values = dict(row._mapping)
    for old, new in renamed.items():
        values[new] = values.pop(old)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _category(row: Any) -> Category:
    return Category(**fields_of(row, owner_id="owner"))


class Shelves:
    """See the module."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def _one(self, table: Any, number: int, what: str) -> Any:
        row = self._db.execute(select(table).where(table.c.id == number)).first()
        if row is None:
            raise NotFound(f"there is no {what} {number}")
        return row

    def categories(self) -> list[Category]:
        """In their order."""
        return [_category(row) for row in self._db.execute(
            select(_C).order_by(_C.c.position, _C.c.id).limit(_MOST))]

    def category(self, number: int) -> Category:
        """NotFound when there is none."""
        return _category(self._one(_C, number, "category"))

    def add_category(self, **fields: Any) -> Category:
        """A new one; a name twice is a Conflict."""
        values = {"skills": [], "queues": [], "editors": [], "version": 1} | fields
        return _category(self._db.execute(insert(_C).values(**values).returning(*_C.c)).one())

    def change_category(self, number: int, version: int, **fields: Any) -> Category:
        """Compare-and-set."""
        row = self._db.execute(update(_C).where(_C.c.id == number, _C.c.version == version).values(
            version=version + 1, **fields).returning(*_C.c)).first()
        if row is None:
            self.category(number)
            raise Conflict("somebody else changed this category; load it again")
        return _category(row)
