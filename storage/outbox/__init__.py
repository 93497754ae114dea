"""The outbox: deliveries claimed one by one, settled by answers and reports, never moving backwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from router.errors import Conflict, NotFound
from router.model import (
    Address,
    AddressId,
    Attachment,
    Button,
    ContactId,
    DeliveryId,
    DeliveryState,
    Medium,
    Outbound,
    OutKind,
)
from router.records import Contact, Delivery, Direction, Message
from router.rules.lanes import LANES, lane_of
from router.rules.loopguard import Line, digest
from storage.outbox.reports import Reports
from storage.outbox.rows import (
    ADD,
    ADDRESS,
    CLAIM,
    CONTACT,
    DUE,
    FILES,
    GET,
    HASTEN,
    HISTORY,
    KNOWN,
    MESSAGE,
    NEXT,
    OPEN,
    PARTS,
    QUEUE,
    SAME,
    SET,
    SPENT,
    D,
    P,
    S,
    delivery_of,
)
from storage.timers import upsert

__all__ = ["Deliveries", "delivery_of"]


class Deliveries(Reports):
    """See `router.ports.Deliveries`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def add(
        self, message: Message, contact: Contact, kind: OutKind, *, key: str, data: Mapping[str, Any] | None = None
    ) -> Delivery:
        """Queue a message; Conflict (by the unique key) when `key` was used before. An answer takes what waits before
        it in the same contact along into its lane, as their order is kept."""
        lane = lane_of(kind, message.data)
        if lane == LANES[0]:
            self._db.execute(HASTEN, {"about": contact.id})
        row = self._db.execute(ADD, {
            "message_id": message.id, "contact_id": contact.id, "address_id": contact.address,
            "channel": contact.channel, "kind": kind.value, "key": key, "state": DeliveryState.PENDING.value,
            "attempts": 0, "due_at": self._now, "error": "", "detail": "", "lane": lane,
            "digest": digest(message.text), "trail": [], "created_at": self._now, "settled_at": None}).one()
        return delivery_of(row)

    def get(self, delivery: DeliveryId) -> Delivery:
        """NotFound when there is none."""
        row = self._db.execute(GET, {"which": delivery}).first()
        if row is None:
            raise NotFound(f"there is no delivery {delivery}")
        return delivery_of(row)

    def with_key(self, key: str) -> Delivery | None:
        """The delivery that was queued under this idempotency key."""
        row = self._db.execute(select(D).where(D.c.key == key)).first()
        return None if row is None else delivery_of(row)

    def due(self, now: datetime, *, limit: int, channels: Sequence[str]) -> list[Delivery]:
        """At most `limit` due deliveries of each of these channels and of each lane, answers first; per contact only
        the oldest unsettled one, so that order is kept."""
        return [delivery_of(row) for channel in channels for lane in LANES for row in self._db.execute(
            DUE, {"on": channel, "lane": lane, "now": now, "most": limit})]

    def next_due(self, channels: Sequence[str]) -> datetime | None:
        """When the next pending delivery of one of these channels is due."""
        found = [self._db.execute(NEXT, {"on": channel, "lane": lane}).scalar()
                 for channel in channels for lane in LANES]
        return min((each for each in found if each is not None), default=None)

    def acknowledged(self, address: int, since: datetime) -> int:
        """How many acknowledgements went to an address since a time."""
        found: int = self._db.execute(select(func.count()).where(
            D.c.address_id == address, D.c.kind == OutKind.ACK.value, D.c.created_at >= since)).scalar_one()
        return found

    def repeated(self, delivery: DeliveryId, since: datetime) -> int:
        """How often these words went to this address, or may have gone, since a time; this delivery not counted."""
        row = self._db.execute(GET, {"which": delivery}).one()
        found: int = self._db.execute(SAME, {
            "to": row.address_id, "since": since, "digest": row.digest, "below": row.id}).scalar_one()
        return found

    def history(self, address: AddressId, *, limit: int) -> list[Line]:
        """The last words between us and an address, oldest first."""
        rows = self._db.execute(HISTORY, {"to": address, "most": limit}).all()
        return [Line(ours=row.direction == Direction.OUT.value, by_itself=row.kind in ("ack", "notice"), at=row.at,
                     text=row.text) for row in rows[::-1]]

    def spent(self, channel: str, day: str, scopes: Sequence[str]) -> dict[str, int]:
        """Parts that went out on a day, by scope."""
        return {row.scope: row.parts for row in self._db.execute(
            SPENT, {"on": channel, "day": day, "scopes": list(scopes)})}

    def spend(self, channel: str, day: str, totals: Mapping[str, int]) -> None:
        """Write down the new totals of a day."""
        for scope, parts in totals.items():
            upsert(self._db, S, ["channel", "day", "scope"],
                   {"channel": channel, "day": day, "scope": scope, "parts": parts})

    def waiting(self) -> dict[str, int]:
        """How many messages wait, by channel."""
        rows = self._db.execute(select(D.c.channel, func.count()).where(D.c.state.in_(OPEN)).group_by(D.c.channel))
        return {row[0]: row[1] for row in rows}

    def claim(self, delivery: DeliveryId, now: datetime) -> Outbound | None:
        """pending -> sending; None when somebody else took it."""
        row = self._db.execute(CLAIM, {"which": delivery}).first()
        return None if row is None else self._outbound(row)

    def _outbound(self, row: Any) -> Outbound:
        m = self._db.execute(MESSAGE, {"which": row.message_id}).one()
        c = self._db.execute(CONTACT, {"which": row.contact_id}).one()
        a = self._db.execute(ADDRESS, {"which": row.address_id}).one()
        files = self._db.execute(FILES, {"which": m.id}).all()
        parts = self._db.execute(PARTS, {"which": row.id}).all()
        known = self._db.execute(KNOWN, {"which": c.id}).scalars().all()
        data = dict(m.data)
        return Outbound(
            delivery=DeliveryId(row.id), contact=ContactId(c.id), key=row.key, kind=OutKind(row.kind),
            channel=row.channel, to=Address(medium=Medium(a.medium), value=a.value, name=a.name),
            # On another channel than the contact's own (a failover) only the address is known.
            thread_key=c.thread_key if row.channel == c.channel else a.value,
            text=m.text, html=m.html, subject=m.subject or c.subject, language=m.language or c.language,
            reference=c.reference, token=c.token, references=tuple(known[::-1]), buttons=tuple(_buttons(data)),
            attachments=tuple(
                Attachment(name=f.name, media_type=f.media_type, size=f.size, digest=f.digest, inline_id=f.inline_id)
                for f in files
            ),
            queue=self._db.execute(QUEUE, {"which": c.queue_id}).scalar() or "" if c.queue_id else "",
            sender_name=m.author, data=data, attempt=row.attempts,
            parts_done={p.part: p.external_id for p in parts},
        )

    def reroute(self, delivery: DeliveryId, *, channel: str, address: AddressId, error: str) -> Delivery:
        """A message that failed here goes by another channel: the same delivery, with a trail of where it was."""
        row = self._db.execute(GET, {"which": delivery}).one()
        trail = [*(row.trail or ()), {"channel": row.channel, "error": error}]
        self._db.execute(delete(P).where(P.c.delivery_id == delivery))
        return delivery_of(self._db.execute(SET, {
            "which": delivery, "channel": channel, "address_id": address, "state": DeliveryState.PENDING.value,
            "attempts": 0, "due_at": self._now, "settled_at": None, "error": "", "detail": "", "trail": trail}).one())

    def again(self, delivery: DeliveryId, states_allowed: Sequence[DeliveryState]) -> Delivery:
        """A person decides to try once more; Conflict when it is not in one of these states."""
        row = self._db.execute(
            update(D).where(D.c.id == delivery, D.c.state.in_([s.value for s in states_allowed]))
            .values(state=DeliveryState.PENDING.value, due_at=self._now, settled_at=None, lane=LANES[0],
                    digest="").returning(*D.c)).first()
        if row is None:
            raise Conflict("this message is not waiting for such a decision")
        return delivery_of(row)

    def give_up(self, delivery: DeliveryId) -> Delivery:
        """A person decides that it will not arrive; Conflict unless it is failed or uncertain."""
        row = self._db.execute(
            update(D).where(D.c.id == delivery,
                            D.c.state.in_([DeliveryState.FAILED.value, DeliveryState.UNCERTAIN.value]))
            .values(state=DeliveryState.FAILED.value, error="given-up", due_at=None, settled_at=self._now)
            .returning(*D.c)).first()
        if row is None:
            raise Conflict("this message is not waiting for such a decision")
        return delivery_of(row)

    def by_state(self) -> dict[str, int]:
        """How many messages are in each state."""
        rows = self._db.execute(select(D.c.state, func.count()).group_by(D.c.state))
        return {row[0]: row[1] for row in rows}

    def interrupted(self) -> list[Delivery]:
        """Those that were being sent when the process died."""
        rows = self._db.execute(select(D).where(D.c.state == DeliveryState.SENDING.value).order_by(D.c.id))
        return [delivery_of(row) for row in rows]


def _buttons(data: Mapping[str, Any]) -> Iterator[Button]:
    for each in data.get("buttons", ()):
        yield Button(label=each["label"], value=each["value"], asks=each.get("asks", ""))
