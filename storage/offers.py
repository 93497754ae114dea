"""Offers: a contact proposed to an agent. The database allows one live offer per contact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from router.errors import Conflict, NotFound
from router.model import AgentId, ContactId, OfferId
from router.records import Agent, Contact, Offer
from storage.tables import Offers as Rows

_T: Any = Rows.__table__  # type: ignore[attr-defined]
_MAKE = insert(_T).returning(*_T.c)
_ONE = select(_T).where(_T.c.id == bindparam("which"))
_LIVE = select(_T).where(_T.c.contact_id == bindparam("of"), _T.c.outcome == "")
_END = update(_T).where(_T.c.id == bindparam("which"), _T.c.outcome == "").returning(*_T.c)


def _offer(row: Any) -> Offer:
    return Offer(
        id=OfferId(row.id),
        contact=ContactId(row.contact_id),
        agent=AgentId(row.agent_id),
        made_at=row.made_at,
        expires_at=row.expires_at,
        why=row.why,
    )


class Offers:
    """See `router.ports.Offers`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def make(self, contact: Contact, agent: Agent, *, expires_at: datetime, why: Mapping[str, Any]) -> Offer:
        """Propose; the unique index refuses a second live offer."""
        row = self._db.execute(_MAKE, {
            "contact_id": contact.id, "agent_id": agent.id, "made_at": self._now, "expires_at": expires_at,
            "outcome": "", "why": dict(why)}).one()
        return _offer(row)

    def get(self, offer: OfferId) -> Offer:
        """One offer, live or over."""
        row = self._db.execute(_ONE, {"which": offer}).first()
        if row is None:
            raise NotFound(f"there is no offer {offer}")
        return _offer(row)

    def live(self, contact: ContactId) -> Offer | None:
        """The contact's live offer."""
        row = self._db.execute(_LIVE, {"of": contact}).first()
        return None if row is None else _offer(row)

    def live_of(self, contacts: Sequence[int]) -> dict[int, Offer]:
        """Live offers by contact."""
        rows = self._db.execute(select(_T).where(_T.c.contact_id.in_(list(contacts)), _T.c.outcome == ""))
        return {row.contact_id: _offer(row) for row in rows}

    def live_to(self, agent: AgentId) -> list[Offer]:
        """What is being offered to an agent now."""
        rows = self._db.execute(select(_T).where(_T.c.agent_id == agent, _T.c.outcome == "").order_by(_T.c.id))
        return [_offer(row) for row in rows]

    def all_live(self) -> list[Offer]:
        """Every live offer."""
        return [_offer(row) for row in self._db.execute(select(_T).where(_T.c.outcome == "").order_by(_T.c.id))]

    def of(self, contact: ContactId) -> list[tuple[Offer, str]]:
        """Every offer of a contact with its outcome, oldest first."""
        rows = self._db.execute(select(_T).where(_T.c.contact_id == contact).order_by(_T.c.id))
        return [(_offer(row), row.outcome) for row in rows]

    def end(self, offer: OfferId, outcome: str) -> Offer:
        """Compare-and-set from live; Conflict when it ended before."""
        row = self._db.execute(_END, {"which": offer, "outcome": outcome, "ended_at": self._now}).first()
        if row is None:
            raise Conflict("this offer is over")
        return _offer(row)
