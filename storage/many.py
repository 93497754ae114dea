"""Rows inserted many at once, with the keys they get, in their order. Knows no table.

Where a database can hand out keys in order (PostgreSQL) it does. SQLite would have to be asked row by row, which is
most of the time a row takes; inside the one writing transaction nobody else can take a key, so they are counted on from
the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert


class Many:
    """For one table with a counted key. `counted`: SQLite never gives a key again (AUTOINCREMENT)."""

    def __init__(self, table: Table, *, counted: bool = False) -> None:
        key = next(iter(table.primary_key.columns))
        self._key = key.name
        self._asked = insert(table).returning(key, sort_by_parameter_order=True)
        self._plain = insert(table)
        self._last = (f"SELECT seq FROM sqlite_sequence WHERE name = '{table.name}'" if counted
                      else f"SELECT max({key.name}) FROM {table.name}")

    def put(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> list[int]:
        """The keys of the rows, which are written all or none."""
        if len(rows) < 2 or connection.dialect.name != "sqlite":
            return [int(key) for key in connection.execute(self._asked, list(rows)).scalars()] if rows else []
        last = int(connection.exec_driver_sql(self._last).scalar() or 0)
        keys = range(last + 1, last + 1 + len(rows))
        connection.execute(self._plain, [{self._key: key, **row} for key, row in zip(keys, rows, strict=True)])
        return list(keys)
