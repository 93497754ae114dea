"""Reads a recorded day out of a database, for replay: journal entries and the facts they are about. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from router.model import QueueId
from router.records import Contact, Queue
from router.rules.plan import Plan
from router.simulation.history import (
    NAMES,
    History,
    HistoryError,
    KnownAgent,
    KnownContact,
    KnownQueue,
    read_lines,
)
from storage.engines import reader_engine
from storage.tx import StoreTx

#: So long before the day somebody may have begun to wait or signed in.
BEFORE = timedelta(days=2)
_PART = 500


def journal_at(place: str) -> Callable[[datetime, datetime], History]:
    """How to read between two moments: from JSON lines, a SQLite file, a data folder, or a database's address. What is
    read raises HistoryError with the reason."""
    def read(start: datetime, end: datetime) -> History:
        if place.startswith(("postgresql://", "sqlite://")):
            return _told(place, place, start, end)
        path = Path(place)
        path = path / "pishkhan.db" if path.is_dir() else path
        if not path.exists():
            raise HistoryError(f"{path}: there is no such file")
        if path.suffix in (".jsonl", ".ndjson"):
            try:
                with path.open(encoding="utf-8-sig") as lines:
                    return read_lines(lines, str(path))
            except (OSError, UnicodeDecodeError) as error:
                raise HistoryError(f"{path}: {error}") from None
        return _told(f"sqlite:///{path}", str(path), start, end)
    return read


def _told(url: str, name: str, start: datetime, end: datetime) -> History:
    try:
        return history(url, start, end)
    except DBAPIError as error:
        raise HistoryError(f"{name}: {error.orig}") from None
    except SQLAlchemyError as error:
        raise HistoryError(f"{name}: {type(error).__name__}") from None


def history(url: str, start: datetime, end: datetime) -> History:
    """Everything a replay of the time between two moments looks at. Raises what the database raises."""
    engine = reader_engine(url)
    try:
        with engine.connect() as connection:
            tx = StoreTx(connection, end)
            entries = [entry for entry in tx.journal.since(start - BEFORE, NAMES) if entry.at < end]
            numbers = sorted({int(entry.contact) for entry in entries if entry.contact is not None})
            contacts = [contact for at in range(0, len(numbers), _PART)
                        for contact in tx.contacts.many(numbers[at:at + _PART])]
            plan = Plan(queues={queue.id: queue for queue in tx.desk.queues()},
                        calendars={each.name: each for each in tx.routing.calendars()},
                        zone=getattr(start.tzinfo, "key", "UTC"))
            return History(
                entries=tuple(entries), queues={int(q.id): _queue(q, plan) for q in plan.queues.values()},
                agents={int(a.id): KnownAgent(
                    id=int(a.id), skills=dict(a.skills), capacity=a.capacity, backup_after=float(a.backup_after),
                    languages=tuple(a.languages),
                    without=frozenset(medium for medium, points in a.efforts.items() if points == 0))
                    for a in tx.desk.agents()},
                contacts={int(c.id): _contact(c) for c in contacts}, targets=tuple(tx.routing.targets()))
    finally:
        engine.dispose()


def _queue(queue: Queue, plan: Plan) -> KnownQueue:
    rings = tuple(replace(ring, queues=tuple(plan.queues[QueueId(int(number))].name for number in ring.queues))
                  for ring in plan.rings(queue))
    return KnownQueue(id=int(queue.id), name=queue.name, skills=tuple(queue.skills), levels=dict(queue.levels),
                      prefers=dict(queue.prefers), match_language=queue.match_language,
                      hours=plan.hours_of(queue.id) if queue.calendar in plan.calendars else None,
                      rings=rings, target=float(queue.target_seconds), accept=float(queue.accept_seconds))


def _contact(contact: Contact) -> KnownContact:
    return KnownContact(id=int(contact.id), medium=contact.medium.value, segment=contact.segment, kind=contact.kind,
                        needs=dict(contact.needs), effort=contact.effort, prefers=dict(contact.prefers),
                        language=contact.language, priority=contact.priority)
