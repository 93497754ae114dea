"""What channels may read: how their own threads stand, and small marks they remember."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select

from router.model import MessageId
from router.ports import ThreadMessage
from router.records import AgentState, Contact, ContactState, Direction, Line, Message, Queue
from router.rules import wait
from storage.store import SqlStore
from storage.tables import Contacts as Rows
from storage.tx import StoreTx

_T: Any = Rows.__table__  # type: ignore[attr-defined]
_RECENT = timedelta(minutes=30)
_ELSEWHERE = frozenset({"transcript"})  #: went by another channel and says nothing new here
_SPOKEN = ("message-added", "delivery-changed")


def line_of(tx: StoreTx, contact: Contact) -> Line:
    """How a contact stands: place and honest wait while it waits, the agent once it has one."""
    queue = tx.desk.queue(contact.queue) if contact.queue is not None else None
    name = queue.name if queue else ""
    if contact.state in (ContactState.WAITING, ContactState.OFFERED) and queue is not None:
        place = _ahead(tx, contact) + 1
        low, high = wait.interval(place, _served(tx, contact), _RECENT)
        return Line(contact=contact, place=place, wait_low=low, wait_high=high, queue_name=name,
                    ready_agents=_able(tx, queue))
    if contact.agent is not None:
        agent = tx.desk.agent(contact.agent)
        return Line(contact=contact, agent_name=agent.public_name, agent_phone=agent.phone, queue_name=name)
    return Line(contact=contact, queue_name=name)


def _ahead(tx: StoreTx, contact: Contact) -> int:
    before = or_(_T.c.priority > contact.priority,
                 (_T.c.priority == contact.priority) & (_T.c.queued_at < contact.queued_at),
                 (_T.c.priority == contact.priority) & (_T.c.queued_at == contact.queued_at) & (_T.c.id < contact.id))
    return int(tx.connection.execute(select(func.count()).where(
        _T.c.state == ContactState.WAITING.value, _T.c.queue_id == contact.queue, before)).scalar_one())


def _served(tx: StoreTx, contact: Contact) -> int:
    return int(tx.connection.execute(select(func.count()).where(
        _T.c.queue_id == contact.queue, _T.c.answered_at >= tx.now - _RECENT)).scalar_one())


def _able(tx: StoreTx, queue: Queue) -> int:
    return sum(1 for a in tx.desk.agents() if a.active and a.state is AgentState.READY
               and all(skill in a.skills for skill in queue.skills))


class Lines:
    """See `router.ports.LineReads`."""

    def __init__(self, store: SqlStore, outlook: Callable[[Line], Line] = lambda line: line) -> None:
        self._store, self._outlook = store, outlook

    async def line(self, channel: str, thread_key: str) -> Line | None:
        """How the newest contact on the thread stands."""
        def read(tx: StoreTx) -> Line | None:
            contact = tx.contacts.newest_on(channel, thread_key)
            return None if contact is None else line_of(tx, contact)
        found = await self._store.snapshot(read)
        return None if found is None else self._outlook(found)

    async def thread(
        self, channel: str, thread_key: str, *, after: int = 0, limit: int = 200
    ) -> Sequence[ThreadMessage]:
        """Messages on the thread changed after a journal position, oldest first; 0: the newest `limit`."""
        def read(tx: StoreTx) -> list[ThreadMessage]:
            contacts = tx.contacts.on_thread(channel, thread_key)
            if not contacts:
                return []
            if after <= 0:
                head = tx.journal.head()
                return [_shown(m, head, channel) for m in tx.messages.of_thread(contacts, limit=limit)
                        if m.kind not in _ELSEWHERE]
            changed: dict[int, int] = {}
            for entry in tx.journal.of_contacts(contacts, after=after, names=_SPOKEN):
                changed[int(entry.data["message"])] = entry.seq
            spoken = (Direction.IN, Direction.OUT)
            return [_shown(m, changed[m.id], channel) for m in tx.messages.many(list(changed))
                    if m.direction in spoken and m.kind not in _ELSEWHERE]
        return await self._store.snapshot(read)

    async def head(self) -> int:
        """The journal's last committed position."""
        return await self._store.snapshot(lambda tx: tx.journal.head())

    async def mark(self, channel: str, name: str) -> str:
        """A remembered text; "" = none."""
        return await self._store.snapshot(lambda tx: tx.marks.get(channel, name))

    async def set_mark(self, channel: str, name: str, value: str) -> None:
        """Remember it, committed on return."""
        await self._store.run(lambda tx: tx.marks.set(channel, name, value))


def _shown(message: Message, seq: int, channel: str) -> ThreadMessage:
    """What went on by another channel had been sent on this one; how it fares there changes nothing here."""
    mine, delivery = message.direction is Direction.IN, message.delivery
    state = "" if delivery is None else delivery.state.value
    if delivery is not None and delivery.channel != channel and state != "read":
        state = "sent"
    return ThreadMessage(
        seq=seq, id=MessageId(message.id), mine=mine, at=message.at, text=message.text,
        author="" if mine else message.author, external_id=message.external_id if mine else "",
        state=state, attachments=message.attachments,
        data={k: v for k, v in message.data.items() if k in ("buttons", "location")},
        delivery=None if delivery is None else delivery.id)


