"""Contacts: opened, found by thread, changed by compare-and-set."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from router.errors import Conflict, NotFound
from router.model import AddressId, AgentId, ContactId, CustomerId, Medium, QueueId
from router.records import Contact, ContactState
from router.rules import codes
from storage.tables import Contacts as Rows
from storage.tables import References

_T: Any = Rows.__table__  # type: ignore[attr-defined]
_R: Any = References.__table__  # type: ignore[attr-defined]
_ENDED = (ContactState.CLOSED.value, ContactState.ABANDONED.value)
_HOLDING = (ContactState.OFFERED.value, ContactState.ACTIVE.value, ContactState.WRAP_UP.value)
_GET = select(_T).where(_T.c.id == bindparam("which"))
_OPEN = insert(_T).returning(*_T.c)
_SAME_REFERENCE = select(_T.c.id).where(_T.c.reference == bindparam("made"))
_CHANGE = update(_T).where(_T.c.id == bindparam("which"), _T.c.version == bindparam("was")).returning(*_T.c)
_ON_THREAD = (_T.c.channel == bindparam("on_channel"), _T.c.thread_key == bindparam("key"))
_LIVE_ON = select(_T).where(*_ON_THREAD, _T.c.state.not_in(_ENDED))
_NEWEST_ON = select(_T).where(*_ON_THREAD).order_by(_T.c.id.desc()).limit(1)
_BY_TOKEN = select(_T).where(_T.c.token == bindparam("wanted"))
_HELD = select(_T).where(_T.c.agent_id == bindparam("holder"), _T.c.state.in_(_HOLDING)).order_by(_T.c.id)
#: record field -> column, where they differ
_COLUMNS = {"queue": "queue_id", "agent": "agent_id", "last_agent": "last_agent_id", "customer": "customer_id",
            "address": "address_id"}


def contact_of(row: Any) -> Contact:
    """A row as the record that leaves the store."""
    return Contact(
        id=ContactId(row.id), reference=row.reference, token=row.token, channel=row.channel, medium=Medium(row.medium),
        thread_key=row.thread_key, customer=CustomerId(row.customer_id), address=AddressId(row.address_id),
        state=ContactState(row.state), state_since=row.state_since,
        queue=None if row.queue_id is None else QueueId(row.queue_id),
        agent=None if row.agent_id is None else AgentId(row.agent_id),
        last_agent=None if row.last_agent_id is None else AgentId(row.last_agent_id),
        subject=row.subject, language=row.language, priority=row.priority, effort=row.effort, opened_at=row.opened_at,
        queued_at=row.queued_at, answered_at=row.answered_at, closed_at=row.closed_at, disposition=row.disposition,
        excluded=tuple(AgentId(a) for a in row.excluded), data=row.data, version=row.version, needs=row.needs,
        prefers=row.prefers, segment=row.segment, kind=row.kind, patience=row.patience,
        step=row.step)


def _values(fields: dict[str, Any]) -> dict[str, Any]:
    values = {_COLUMNS.get(name, name): value for name, value in fields.items()}
    if "state" in values:
        values["state"] = ContactState(values["state"]).value
    if "excluded" in values:
        values["excluded"] = list(values["excluded"])
    for name in ("data", "needs", "prefers"):
        if name in values:
            values[name] = dict(values[name])
    return values


class Contacts:
    """See `router.ports.Contacts`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def get(self, contact: ContactId) -> Contact:
        """NotFound when there is none."""
        row = self._db.execute(_GET, {"which": contact}).first()
        if row is None:
            raise NotFound(f"there is no contact {contact}")
        return contact_of(row)

    def many(self, ids: Sequence[int]) -> list[Contact]:
        """Those that exist, by id."""
        return [contact_of(row) for row in self._db.execute(select(_T).where(_T.c.id.in_(list(ids))).order_by(_T.c.id))]

    def open(self, **fields: Any) -> Contact:
        """A new contact, with a fresh reference and thread token. An empty thread key means: its own token."""
        token = secrets.token_hex(10)
        fields["thread_key"] = fields.get("thread_key") or token
        defaults = {"reference": self._reference(), "token": token, "state_since": self._now, "opened_at": self._now,
                    "subject": "", "language": "fa", "priority": 0, "effort": 2, "disposition": "", "excluded": [],
                    "data": {}, "version": 0, "needs": {}, "prefers": {}, "segment": "ordinary", "kind": "",
                    "patience": "", "step": 0}
        row = self._db.execute(_OPEN, defaults | _values(fields)).one()
        return contact_of(row)

    def _reference(self) -> str:
        while True:
            made = codes.reference(secrets.randbelow(codes.SPACE))
            if self._db.execute(_SAME_REFERENCE, {"made": made}).first() is None:
                return made

    def change(self, contact: Contact, **fields: Any) -> Contact:
        """Write fields if nobody changed it since; Conflict otherwise."""
        values = _values(fields)
        if values.get("state", contact.state.value) != contact.state.value:
            values.setdefault("state_since", self._now)
        row = self._db.execute(
            _CHANGE, {"which": contact.id, "was": contact.version, "version": contact.version + 1, **values}).first()
        if row is None:
            raise Conflict(f"contact {contact.id} was changed by somebody else")
        return contact_of(row)

    def live_on(self, channel: str, thread_key: str) -> Contact | None:
        """The contact of this thread that is not over."""
        row = self._db.execute(_LIVE_ON, {"on_channel": channel, "key": thread_key}).first()
        return None if row is None else contact_of(row)

    def newest_on(self, channel: str, thread_key: str) -> Contact | None:
        """The thread's last contact, over or not."""
        row = self._db.execute(_NEWEST_ON, {"on_channel": channel, "key": thread_key}).first()
        return None if row is None else contact_of(row)

    def on_thread(self, channel: str, thread_key: str) -> list[ContactId]:
        """Ids of all contacts of a thread."""
        return list(self._db.execute(select(_T.c.id).where(
            _T.c.channel == channel, _T.c.thread_key == thread_key).order_by(_T.c.id)).scalars())

    def by_token(self, token: str) -> Contact | None:
        """The contact whose unguessable token this is."""
        row = self._db.execute(_BY_TOKEN, {"wanted": token}).first()
        return None if row is None else contact_of(row)

    def by_reference_ids(self, channel: str, references: Sequence[str]) -> Contact | None:
        """The contact of the first of these message ids that we know."""
        wanted = list(references)[:50]
        if not wanted:
            return None
        rows = self._db.execute(select(_R.c.reference, _R.c.contact_id).where(
            _R.c.channel == channel, _R.c.reference.in_(wanted)))
        found = {row.reference: row.contact_id for row in rows}
        first = next((found[r] for r in wanted if r in found), None)
        return None if first is None else self.get(first)

    def recent_of(self, channel: str, address: int, *, limit: int) -> list[Contact]:
        """The newest contacts of an address on a channel, newest first."""
        rows = self._db.execute(select(_T).where(_T.c.address_id == address, _T.c.channel == channel)
                                .order_by(_T.c.id.desc()).limit(limit))
        return [contact_of(row) for row in rows]

    def in_state(self, *states: ContactState) -> list[Contact]:
        """All contacts in these states, oldest first."""
        rows = self._db.execute(select(_T).where(_T.c.state.in_([s.value for s in states])).order_by(_T.c.id))
        return [contact_of(row) for row in rows]

    def held_by(self, agent: AgentId) -> list[Contact]:
        """Contacts that take the agent's capacity."""
        return [contact_of(row) for row in self._db.execute(_HELD, {"holder": agent})]

    def listed(self, *, state: Sequence[str] = (), queue: int | None = None, agent: int | None = None,
               customer: int | None = None, before: int | None = None, limit: int = 50,
               within: tuple[AgentId, Sequence[int]] | None = None) -> list[Contact]:
        """Newest first; `before` is the id to go on from. `within` (agent, queues): only those the agent has or had,
        and those of these queues."""
        wanted = select(_T).order_by(_T.c.id.desc()).limit(limit)
        if within is not None:
            mine, queues = within
            wanted = wanted.where(or_(_T.c.agent_id == mine, _T.c.last_agent_id == mine,
                                      _T.c.queue_id.in_(list(queues))))
        for column, value in ((_T.c.queue_id, queue), (_T.c.agent_id, agent), (_T.c.customer_id, customer)):
            if value is not None:
                wanted = wanted.where(column == value)
        if state:
            wanted = wanted.where(_T.c.state.in_(list(state)))
        if before is not None:
            wanted = wanted.where(_T.c.id < before)
        return [contact_of(row) for row in self._db.execute(wanted)]

    def by_state(self) -> dict[str, int]:
        """How many contacts are in each state."""
        rows = self._db.execute(select(_T.c.state, func.count()).group_by(_T.c.state))
        return {row[0]: row[1] for row in rows}
