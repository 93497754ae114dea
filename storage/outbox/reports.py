"""What providers and mail systems report on deliveries: parts kept, states moved forward, never backwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from router.model import Bounce, DeliveryId, DeliveryState, Receipt, Sent
from router.records import Delivery
from router.rules import states
from storage.items import insert_new
from storage.outbox.rows import GET, SET, C, D, M, P, R, delivery_of


class Reports:
    """The reporting half of `router.ports.Deliveries`."""

    _db: Connection
    _now: datetime

    def settle(self, delivery: DeliveryId, sent: Sent) -> Delivery:
        """The provider took it: keep the ids of its parts, move forward."""
        row = self._db.execute(GET, {"which": delivery}).one()
        self._keep_parts(row, [(p.index, p.external_id) for p in sent.parts], sent.state)
        return self._forward(row, sent.state, error="", detail=sent.detail)

    def fail(self, delivery: DeliveryId, *, state: str, error: str, detail: str, due_at: datetime | None,
             parts: Sequence[tuple[int, str]] = ()) -> Delivery:
        """Not sent (pending again at `due_at`, or failed) or not known (uncertain)."""
        row = self._db.execute(GET, {"which": delivery}).one()
        self._keep_parts(row, parts, DeliveryState.SENT)
        if row.state not in (DeliveryState.SENDING.value, DeliveryState.PENDING.value):
            return delivery_of(row)
        values = {"state": DeliveryState(state).value, "error": error, "detail": detail[:500], "due_at": due_at,
                  "settled_at": None if due_at else self._now}
        return delivery_of(self._db.execute(SET, {"which": delivery, **values}).one())

    def receipt(self, receipt: Receipt) -> Delivery | None:
        """Apply a report; None when it concerns nothing we know."""
        row = None
        if receipt.part_id:
            part = self._db.execute(
                select(P)
                .where(P.c.channel == receipt.channel, P.c.external_id == receipt.part_id)
                .order_by(P.c.delivery_id.desc())
                .limit(1)
            ).first()
            if part is not None:
                self._db.execute(update(P).where(P.c.delivery_id == part.delivery_id, P.c.part == part.part).values(
                    state=states.forward(DeliveryState(part.state), receipt.state).value))
                row = self._db.execute(select(D).where(D.c.id == part.delivery_id)).one()
        if row is None and receipt.delivery is not None:
            row = self._db.execute(select(D).where(D.c.id == receipt.delivery, D.c.channel == receipt.channel)).first()
        if row is None:
            return None
        parts = self._db.execute(select(P.c.state).where(P.c.delivery_id == row.id)).scalars().all()
        state = states.whole([DeliveryState(s) for s in parts]) if parts and receipt.part_id else receipt.state
        return self._forward(
            row, state, error="" if state is not DeliveryState.FAILED else "reported", detail=receipt.detail
        )

    def bounce(self, channel: str, bounce: Bounce) -> Delivery | None:
        """Bind a mail system's report to the message it concerns; a permanent one fails the delivery."""
        row = self._db.execute(
            select(D).join(R, R.c.message_id == D.c.message_id)
            .where(R.c.channel == channel, R.c.reference.in_(list(bounce.references)[:50]))
            .order_by(D.c.id.desc()).limit(1)).first()
        if row is None and bounce.tokens:  # some systems rewrite Message-IDs; the token in the body stays
            row = self._db.execute(
                select(D).join(C, C.c.id == D.c.contact_id)
                .where(D.c.channel == channel, C.c.token.in_(list(bounce.tokens)[:5]))
                .order_by(D.c.id.desc()).limit(1)).first()
        if row is None:
            return None
        detail = f"{bounce.code} {bounce.reason}".strip()
        if bounce.complaint or self._of_a_copy(row, bounce.recipient):  # the answer itself arrived
            error = "complaint" if bounce.complaint else "copy-bounced"
            return delivery_of(self._db.execute(SET, {"which": row.id, "error": error, "detail": detail[:500]}).one())
        if not bounce.permanent:
            made = self._db.execute(SET, {"which": row.id, "error": "delayed", "detail": detail[:500]}).one()
            return delivery_of(made)
        return self._forward(row, DeliveryState.FAILED, error="bounced", detail=detail)

    def _of_a_copy(self, row: Any, recipient: str) -> bool:
        """Whether the report is about somebody who only got a copy."""
        if not recipient:
            return False
        data = self._db.execute(select(M.c.data).where(M.c.id == row.message_id)).scalar_one()
        return recipient in (data or {}).get("cc", ())

    def _forward(self, row: Any, state: DeliveryState, *, error: str, detail: str) -> Delivery:
        after = states.forward(DeliveryState(row.state), state)
        if after.value == row.state:
            return delivery_of(row)
        made = self._db.execute(SET, {"which": row.id, "state": after.value, "error": error, "detail": detail[:500],
                                      "due_at": None, "settled_at": self._now}).one()
        return delivery_of(made)

    def _keep_parts(self, row: Any, parts: Sequence[tuple[int, str]], state: DeliveryState) -> None:
        for index, external_id in parts:
            self._db.execute(insert_new(self._db, P), {"delivery_id": row.id, "part": index, "channel": row.channel,
                                                       "external_id": external_id, "state": state.value})
            if external_id:
                self._db.execute(insert_new(self._db, R), {
                    "channel": row.channel, "reference": external_id[:500], "message_id": row.message_id,
                    "contact_id": row.contact_id})
