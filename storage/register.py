"""Numbers in the register of letters: the next one of a unit and a Jalali year, taken in the transaction that needs it.

One writer makes all changes, so the highest number is known; the database's unique key stands behind that. A unit of
work that fails gives its number back, so there are no gaps.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, insert, select

from router.model import ContactId
from router.rules.jalali import from_gregorian
from storage.tables import Registrations

_T: Any = Registrations.__table__  # type: ignore[attr-defined]
_HOME = ZoneInfo("Asia/Tehran")  # the year of the Jalali calendar begins there


class Register:
    """See `router.units.Register`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def take(self, unit: str, *, way: str, contact: ContactId | None, actor: str) -> dict[str, Any]:
        """The next number: {"unit", "year", "number"}. `way` is "in" or "out"."""
        day = self._now.astimezone(_HOME).date()
        year = from_gregorian(day)[0]
        last = self._db.execute(select(func.max(_T.c.number)).where(_T.c.unit == unit, _T.c.year == year)).scalar()
        number = (last or 0) + 1
        self._db.execute(insert(_T).values(unit=unit, year=year, number=number, way=way, contact_id=contact,
                                           actor=actor, at=self._now))
        return {"unit": unit, "year": year, "number": number}
