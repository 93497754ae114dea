"""The outbox's tables and prepared statements, and a row as the record that leaves the store. Decides nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, exists, func, insert, literal_column, select, update
from sqlalchemy.orm import aliased

from router.model import ContactId, DeliveryId, DeliveryState, MessageId, OutKind
from router.records import Delivery
from storage.tables import Addresses, Attachments, Contacts, Messages, Parts, Queues, References, Spent
from storage.tables import Deliveries as Rows

D: Any = Rows.__table__  # type: ignore[attr-defined]
P: Any = Parts.__table__  # type: ignore[attr-defined]
M: Any = Messages.__table__  # type: ignore[attr-defined]
C: Any = Contacts.__table__  # type: ignore[attr-defined]
A: Any = Addresses.__table__  # type: ignore[attr-defined]
F: Any = Attachments.__table__  # type: ignore[attr-defined]
R: Any = References.__table__  # type: ignore[attr-defined]
Q: Any = Queues.__table__  # type: ignore[attr-defined]
S: Any = Spent.__table__  # type: ignore[attr-defined]

OPEN = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)
#: Written out, not bound: SQLite uses a partial index only for a condition that it can read.
_PENDING = D.c.state == literal_column("'pending'")

ADD = insert(D).returning(*D.c)
CLAIM = (update(D).where(D.c.id == bindparam("which"), D.c.state == DeliveryState.PENDING.value)
         .values(state=DeliveryState.SENDING.value, attempts=D.c.attempts + 1).returning(*D.c))
GET = select(D).where(D.c.id == bindparam("which"))
MESSAGE = select(M).where(M.c.id == bindparam("which"))
CONTACT = select(C).where(C.c.id == bindparam("which"))
ADDRESS = select(A).where(A.c.id == bindparam("which"))
QUEUE = select(Q.c.name).where(Q.c.id == bindparam("which"))
FILES = select(F).where(F.c.message_id == bindparam("which")).order_by(F.c.id)
PARTS = select(P.c.part, P.c.external_id).where(P.c.delivery_id == bindparam("which"))
KNOWN = select(R.c.reference).where(R.c.contact_id == bindparam("which")).order_by(R.c.message_id.desc()).limit(30)
SET = update(D).where(D.c.id == bindparam("which")).returning(*D.c)
HASTEN = update(D).where(D.c.contact_id == bindparam("about"), D.c.lane > 0,
                         D.c.state == DeliveryState.PENDING.value).values(lane=0)
_BEFORE = aliased(D)
_EARLIER = exists().where(_BEFORE.c.contact_id == D.c.contact_id, _BEFORE.c.id < D.c.id,
                          _BEFORE.c.state.in_([literal_column("'pending'"), literal_column("'sending'")]))
#: What of one channel and lane may go, per contact only the oldest unsettled one, so that order is kept.
DUE = (select(D).where(_PENDING, D.c.channel == bindparam("on"), D.c.lane == bindparam("lane"),
                       D.c.due_at <= bindparam("now", type_=D.c.due_at.type), ~_EARLIER)
       .order_by(D.c.due_at, D.c.id).limit(bindparam("most")))
NEXT = select(func.min(D.c.due_at)).where(_PENDING, D.c.channel == bindparam("on"), D.c.lane == bindparam("lane"))
#: The same words to the same address that went, or may have gone, since a time.
SAME = select(func.count()).where(
    D.c.address_id == bindparam("to"), D.c.created_at >= bindparam("since", type_=D.c.created_at.type),
    D.c.digest == bindparam("digest"), D.c.id < bindparam("below"),
    D.c.state.not_in((DeliveryState.FAILED.value, DeliveryState.PENDING.value)))
SPENT = select(S.c.scope, S.c.parts).where(S.c.channel == bindparam("on"), S.c.day == bindparam("day"),
                                           S.c.scope.in_(bindparam("scopes", expanding=True)))
#: The last words between us and one address, newest first, over all its contacts.
HISTORY = (select(M.c.direction, M.c.kind, M.c.at, M.c.text).select_from(M).join(C, C.c.id == M.c.contact_id)
           .where(C.c.address_id == bindparam("to"), M.c.direction.in_(("in", "out")))
           .order_by(M.c.id.desc()).limit(bindparam("most")))


def delivery_of(row: Any) -> Delivery:
    """A row as the record that leaves the store."""
    return Delivery(id=DeliveryId(row.id), message=MessageId(row.message_id), contact=ContactId(row.contact_id),
                    channel=row.channel, kind=OutKind(row.kind), key=row.key, state=DeliveryState(row.state),
                    attempts=row.attempts, due_at=row.due_at, error=row.error, detail=row.detail, lane=row.lane,
                    trail=tuple(row.trail or ()))
