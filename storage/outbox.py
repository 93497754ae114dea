"""The outbox: deliveries claimed one by one, settled by answers and reports, never moving backwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from router.errors import Conflict, NotFound
from router.model import (
    Address,
    Attachment,
    Bounce,
    Button,
    ContactId,
    DeliveryId,
    DeliveryState,
    Medium,
    MessageId,
    Outbound,
    OutKind,
    Receipt,
    Sent,
)
from router.records import Contact, Delivery, Message
from router.rules import states
from storage.items import insert_new
from storage.tables import Addresses, Attachments, Contacts, Messages, Parts, References
from storage.tables import Deliveries as Rows

_D: Any = Rows.__table__  # type: ignore[attr-defined]
_P: Any = Parts.__table__  # type: ignore[attr-defined]
_M: Any = Messages.__table__  # type: ignore[attr-defined]
_C: Any = Contacts.__table__  # type: ignore[attr-defined]
_A: Any = Addresses.__table__  # type: ignore[attr-defined]
_F: Any = Attachments.__table__  # type: ignore[attr-defined]
_R: Any = References.__table__  # type: ignore[attr-defined]
_ADD = insert(_D).returning(*_D.c)
_CLAIM = (update(_D).where(_D.c.id == bindparam("which"), _D.c.state == DeliveryState.PENDING.value)
          .values(state=DeliveryState.SENDING.value, attempts=_D.c.attempts + 1).returning(*_D.c))
_GET = select(_D).where(_D.c.id == bindparam("which"))
_MESSAGE = select(_M).where(_M.c.id == bindparam("which"))
_CONTACT = select(_C).where(_C.c.id == bindparam("which"))
_ADDRESS = select(_A).where(_A.c.id == bindparam("which"))
_FILES = select(_F).where(_F.c.message_id == bindparam("which")).order_by(_F.c.id)
_PARTS = select(_P.c.part, _P.c.external_id).where(_P.c.delivery_id == bindparam("which"))
_KNOWN = select(_R.c.reference).where(_R.c.contact_id == bindparam("which")).order_by(_R.c.message_id.desc()).limit(30)
_SET = update(_D).where(_D.c.id == bindparam("which")).returning(*_D.c)
_OPEN = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)


def delivery_of(row: Any) -> Delivery:
    """A row as the record that leaves the store."""
    return Delivery(id=DeliveryId(row.id), message=MessageId(row.message_id), contact=ContactId(row.contact_id),
                    channel=row.channel, kind=OutKind(row.kind), key=row.key, state=DeliveryState(row.state),
                    attempts=row.attempts, due_at=row.due_at, error=row.error, detail=row.detail)


class Deliveries:
    """See `router.ports.Deliveries`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def add(
        self, message: Message, contact: Contact, kind: OutKind, *, key: str, data: Mapping[str, Any] | None = None
    ) -> Delivery:
        """Queue a message; Conflict (by the unique key) when `key` was used before."""
        row = self._db.execute(
            _ADD,
            {
                "message_id": message.id,
                "contact_id": contact.id,
                "address_id": contact.address,
                "channel": contact.channel,
                "kind": kind.value,
                "key": key,
                "state": DeliveryState.PENDING.value,
                "attempts": 0,
                "due_at": self._now,
                "error": "",
                "detail": "",
                "created_at": self._now,
                "settled_at": None,
            },
        ).one()
        return delivery_of(row)

    def get(self, delivery: DeliveryId) -> Delivery:
        """NotFound when there is none."""
        row = self._db.execute(_GET, {"which": delivery}).first()
        if row is None:
            raise NotFound(f"there is no delivery {delivery}")
        return delivery_of(row)

    def with_key(self, key: str) -> Delivery | None:
        """The delivery that was queued under this idempotency key."""
        row = self._db.execute(select(_D).where(_D.c.key == key)).first()
        return None if row is None else delivery_of(row)

    def due(self, now: datetime, *, limit: int, channels: Sequence[str]) -> list[Delivery]:
        """Due deliveries of these channels, per contact only the oldest unsettled one, so that order is kept."""
        before = aliased(_D)
        earlier = exists().where(
            before.c.contact_id == _D.c.contact_id, before.c.id < _D.c.id, before.c.state.in_(_OPEN)
        )
        rows = self._db.execute(
            select(_D).where(_D.c.state == DeliveryState.PENDING.value, _D.c.due_at <= now,
                             _D.c.channel.in_(list(channels)), ~earlier)
            .order_by(_D.c.due_at, _D.c.id).limit(limit))
        return [delivery_of(row) for row in rows]

    def next_due(self) -> datetime | None:
        """When the next pending delivery is due."""
        found: datetime | None = self._db.execute(
            select(func.min(_D.c.due_at)).where(_D.c.state == DeliveryState.PENDING.value)).scalar()
        return found

    def acknowledged(self, address: int, since: datetime) -> int:
        """How many acknowledgements went to an address since a time."""
        found: int = self._db.execute(select(func.count()).where(
            _D.c.address_id == address, _D.c.kind == OutKind.ACK.value, _D.c.created_at >= since)).scalar_one()
        return found

    def waiting(self) -> dict[str, int]:
        """How many messages wait, by channel."""
        rows = self._db.execute(select(_D.c.channel, func.count()).where(_D.c.state.in_(_OPEN)).group_by(_D.c.channel))
        return {row[0]: row[1] for row in rows}

    def claim(self, delivery: DeliveryId, now: datetime) -> Outbound | None:
        """pending -> sending; None when somebody else took it."""
        row = self._db.execute(_CLAIM, {"which": delivery}).first()
        return None if row is None else self._outbound(row)

    def _outbound(self, row: Any) -> Outbound:
        m = self._db.execute(_MESSAGE, {"which": row.message_id}).one()
        c = self._db.execute(_CONTACT, {"which": row.contact_id}).one()
        a = self._db.execute(_ADDRESS, {"which": row.address_id}).one()
        files = self._db.execute(_FILES, {"which": m.id}).all()
        parts = self._db.execute(_PARTS, {"which": row.id}).all()
        known = self._db.execute(_KNOWN, {"which": c.id}).scalars().all()
        data = dict(m.data)
        buttons = tuple(Button(label=b["label"], value=b["value"], asks=b.get("asks", ""))
                        for b in data.get("buttons", ()))
        return Outbound(
            delivery=DeliveryId(row.id),
            contact=ContactId(c.id),
            key=row.key,
            kind=OutKind(row.kind),
            channel=row.channel,
            to=Address(medium=Medium(a.medium), value=a.value, name=a.name),
            thread_key=c.thread_key,
            text=m.text,
            html=m.html,
            subject=m.subject or c.subject,
            language=m.language or c.language,
            reference=c.reference,
            token=c.token,
            references=tuple(known[::-1]),
            attachments=tuple(
                Attachment(name=f.name, media_type=f.media_type, size=f.size, digest=f.digest, inline_id=f.inline_id)
                for f in files
            ),
            buttons=buttons,
            sender_name=m.author,
            data=data,
            attempt=row.attempts,
            parts_done={p.part: p.external_id for p in parts},
        )

    def settle(self, delivery: DeliveryId, sent: Sent) -> Delivery:
        """The provider took it: keep the ids of its parts, move forward."""
        row = self._db.execute(_GET, {"which": delivery}).one()
        self._keep_parts(row, [(p.index, p.external_id) for p in sent.parts], sent.state)
        return self._forward(row, sent.state, error="", detail=sent.detail)

    def fail(self, delivery: DeliveryId, *, state: str, error: str, detail: str, due_at: datetime | None,
             parts: Sequence[tuple[int, str]] = ()) -> Delivery:
        """Not sent (pending again at `due_at`, or failed) or not known (uncertain)."""
        row = self._db.execute(_GET, {"which": delivery}).one()
        self._keep_parts(row, parts, DeliveryState.SENT)
        if row.state not in (DeliveryState.SENDING.value, DeliveryState.PENDING.value):
            return delivery_of(row)
        values = {"state": DeliveryState(state).value, "error": error, "detail": detail[:500], "due_at": due_at,
                  "settled_at": None if due_at else self._now}
        return delivery_of(self._db.execute(_SET, {"which": delivery, **values}).one())

    def again(self, delivery: DeliveryId, states_allowed: Sequence[DeliveryState]) -> Delivery:
        """A person decides to try once more; Conflict when it is not in one of these states."""
        row = self._db.execute(
            update(_D).where(_D.c.id == delivery, _D.c.state.in_([s.value for s in states_allowed]))
            .values(state=DeliveryState.PENDING.value, due_at=self._now, settled_at=None).returning(*_D.c)).first()
        if row is None:
            raise Conflict("this message is not waiting for such a decision")
        return delivery_of(row)

    def give_up(self, delivery: DeliveryId) -> Delivery:
        """A person decides that it will not arrive; Conflict unless it is failed or uncertain."""
        row = self._db.execute(
            update(_D).where(_D.c.id == delivery,
                             _D.c.state.in_([DeliveryState.FAILED.value, DeliveryState.UNCERTAIN.value]))
            .values(state=DeliveryState.FAILED.value, error="given-up", due_at=None, settled_at=self._now)
            .returning(*_D.c)).first()
        if row is None:
            raise Conflict("this message is not waiting for such a decision")
        return delivery_of(row)

    def by_state(self) -> dict[str, int]:
        """How many messages are in each state."""
        rows = self._db.execute(select(_D.c.state, func.count()).group_by(_D.c.state))
        return {row[0]: row[1] for row in rows}

    def receipt(self, receipt: Receipt) -> Delivery | None:
        """Apply a report; None when it concerns nothing we know."""
        row = None
        if receipt.part_id:
            part = self._db.execute(
                select(_P)
                .where(_P.c.channel == receipt.channel, _P.c.external_id == receipt.part_id)
                .order_by(_P.c.delivery_id.desc())
                .limit(1)
            ).first()
            if part is not None:
                self._db.execute(update(_P).where(_P.c.delivery_id == part.delivery_id, _P.c.part == part.part).values(
                    state=states.forward(DeliveryState(part.state), receipt.state).value))
                row = self._db.execute(select(_D).where(_D.c.id == part.delivery_id)).one()
        if row is None and receipt.delivery is not None:
            row = self._db.execute(
                select(_D).where(_D.c.id == receipt.delivery, _D.c.channel == receipt.channel)
            ).first()
        if row is None:
            return None
        parts = self._db.execute(select(_P.c.state).where(_P.c.delivery_id == row.id)).scalars().all()
        state = states.whole([DeliveryState(s) for s in parts]) if parts and receipt.part_id else receipt.state
        return self._forward(
            row, state, error="" if state is not DeliveryState.FAILED else "reported", detail=receipt.detail
        )

    def bounce(self, channel: str, bounce: Bounce) -> Delivery | None:
        """Bind a mail system's report to the message it concerns; a permanent one fails the delivery."""
        row = self._db.execute(
            select(_D).join(_R, _R.c.message_id == _D.c.message_id)
            .where(_R.c.channel == channel, _R.c.reference.in_(list(bounce.references)[:50]))
            .order_by(_D.c.id.desc()).limit(1)).first()
        if row is None and bounce.tokens:  # some systems rewrite Message-IDs; the token in the body stays
            row = self._db.execute(
                select(_D).join(_C, _C.c.id == _D.c.contact_id)
                .where(_D.c.channel == channel, _C.c.token.in_(list(bounce.tokens)[:5]))
                .order_by(_D.c.id.desc()).limit(1)).first()
        if row is None:
            return None
        detail = f"{bounce.code} {bounce.reason}".strip()
        if not bounce.permanent:
            self._db.execute(update(_D).where(_D.c.id == row.id).values(error="delayed", detail=detail[:500]))
            return self.get(DeliveryId(row.id))
        return self._forward(row, DeliveryState.FAILED, error="bounced", detail=detail)

    def interrupted(self) -> list[Delivery]:
        """Those that were being sent when the process died."""
        rows = self._db.execute(select(_D).where(_D.c.state == DeliveryState.SENDING.value).order_by(_D.c.id))
        return [delivery_of(row) for row in rows]

    def _forward(self, row: Any, state: DeliveryState, *, error: str, detail: str) -> Delivery:
        after = states.forward(DeliveryState(row.state), state)
        if after.value == row.state:
            return delivery_of(row)
        made = self._db.execute(_SET, {"which": row.id, "state": after.value, "error": error, "detail": detail[:500],
                                       "due_at": None, "settled_at": self._now}).one()
        return delivery_of(made)

    def _keep_parts(self, row: Any, parts: Sequence[tuple[int, str]], state: DeliveryState) -> None:
        for index, external_id in parts:
            self._db.execute(insert_new(self._db, _P), {"delivery_id": row.id, "part": index, "channel": row.channel,
                                                      "external_id": external_id, "state": state.value})
            if external_id:
                self._db.execute(insert_new(self._db, _R), {
                    "channel": row.channel, "reference": external_id[:500], "message_id": row.message_id,
                    "contact_id": row.contact_id})
