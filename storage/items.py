"""Inbound items: claimed once by (channel, external id), settled with their fate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from router.errors import NotFound
from router.model import ContactId, Fate, ItemId, MessageId
from storage.tables import Items as Rows

_T: Any = Rows.__table__  # type: ignore[attr-defined]
# Hot statements are built once: building one anew costs three times as much as running it.
_SETTLE = update(_T).where(_T.c.id == bindparam("which"))
_EARLIER = select(_T.c.fate, _T.c.contact_id, _T.c.message_id).where(
    _T.c.channel == bindparam("channel"), _T.c.external_id == bindparam("external_id"))


@cache
def _insert_new(dialect: str, table: Any, returning: Any = None) -> Any:
    made: Any = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table).on_conflict_do_nothing()
    return made if returning is None else made.returning(returning)


def insert_new(connection: Connection, table: Any, returning: Any = None) -> Any:
    """An INSERT that leaves a row that is already there alone; made once per table."""
    return _insert_new(connection.dialect.name, table, returning)


class Items:
    """See `router.ports.Items`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def claim(self, channel: str, external_id: str, kind: str, *, raw: bytes, digest: str) -> ItemId | None:
        """First time: the new item's id. None: it was taken in before."""
        row = {"channel": channel, "external_id": external_id, "kind": kind, "fate": "", "reason": "",
               "received_at": self._now, "raw": raw or None, "digest": digest}
        found = self._db.execute(insert_new(self._db, _T, _T.c.id), row).scalar()
        return None if found is None else ItemId(found)

    def settle(
        self, item: ItemId, fate: Fate, reason: str, *, contact: ContactId | None, message: MessageId | None
    ) -> None:
        """Write down what became of it."""
        self._db.execute(_SETTLE, {"which": item, "fate": fate.value, "reason": reason[:200], "contact_id": contact,
                                   "message_id": message})

    def earlier(self, channel: str, external_id: str) -> tuple[Fate, ContactId | None, MessageId | None]:
        """What became of the item when it came first."""
        row = self._db.execute(_EARLIER, {"channel": channel, "external_id": external_id}).one()
        return Fate(row.fate), row.contact_id, row.message_id

    def elsewhere(self, channels: Sequence[str], external_id: str) -> tuple[ContactId | None, MessageId | None] | None:
        """Contact and message of the same item on one of these channels; None when it is not there."""
        row = self._db.execute(
            select(_T.c.contact_id, _T.c.message_id).where(
                _T.c.channel.in_(list(channels)), _T.c.external_id == external_id, _T.c.contact_id.is_not(None))
            .order_by(_T.c.id).limit(1)).first()
        return None if row is None else (row.contact_id, row.message_id)

    def with_fate(self, fate: Fate, *, before: int | None = None, limit: int = 200) -> list[dict[str, Any]]:
        """The newest items of one fate, without their raw bytes; `size` is None where those are a file."""
        wanted = (select(_T.c.id, _T.c.channel, _T.c.external_id, _T.c.kind, _T.c.reason, _T.c.received_at,
                         _T.c.contact_id, func.length(_T.c.raw).label("size"), _T.c.digest)
                  .where(_T.c.fate == fate.value).order_by(_T.c.id.desc()).limit(limit))
        if before is not None:
            wanted = wanted.where(_T.c.id < before)
        return [dict(row._mapping) for row in self._db.execute(wanted)]

    def raw(self, item: int) -> tuple[bytes, str]:
        """The kept original: its bytes, or the digest of the blob that has them."""
        row = self._db.execute(select(_T.c.raw, _T.c.digest).where(_T.c.id == item)).first()
        if row is None:
            raise NotFound(f"there is no item {item}")
        return row.raw or b"", row.digest
