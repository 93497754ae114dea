"""Agents and queues."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from router.errors import NotFound
from router.model import AgentId, QueueId
from router.records import Agent, AgentState, Queue, Role
from storage.tables import Agents, Queues

_A: Any = Agents.__table__  # type: ignore[attr-defined]
_Q: Any = Queues.__table__  # type: ignore[attr-defined]
_AGENT = select(_A).where(_A.c.id == bindparam("which"))
_QUEUE = select(_Q).where(_Q.c.id == bindparam("which"))
_QUEUE_NAMED = select(_Q).where(_Q.c.name == bindparam("which"))


def agent_of(row: Any) -> Agent:
    """A row as the record that leaves the store."""
    return Agent(id=AgentId(row.id), login=row.login, name=row.name, public_name=row.public_name, role=Role(row.role),
                 state=AgentState(row.state), reason=row.reason, state_since=row.state_since, idle_since=row.idle_since,
                 skills=row.skills, languages=tuple(row.languages), efforts=row.efforts, paused=tuple(row.paused),
                 capacity=row.capacity, limits=row.limits, group=row.group, backup_after=row.backup_after,
                 shift=row.shift, missed=row.missed, language=row.language, phone=row.phone, active=row.active)


def _queue(row: Any) -> Queue:
    return Queue(id=QueueId(row.id), name=row.name, title_fa=row.title_fa, title_en=row.title_en,
                 skills=tuple(row.skills), priority=row.priority, accept_seconds=row.accept_seconds,
                 target_seconds=row.target_seconds, levels=row.levels, prefers=row.prefers,
                 match_language=row.match_language, policy=row.policy, calendar=row.calendar, efforts=row.efforts,
                 most_waiting=row.most_waiting, when_full=row.when_full, when_closed=row.when_closed,
                 when_unstaffed=row.when_unstaffed, leave_unstaffed=row.leave_unstaffed, overflow=tuple(row.overflow),
                 merged_into=None if row.merged_into is None else QueueId(row.merged_into), active=row.active)


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields as columns hold them: JSON knows lists and dicts only."""
    return {name: list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value
            for name, value in fields.items()}


class Desk:
    """See `router.ports.Desk`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def agent(self, agent: AgentId) -> Agent:
        """NotFound when there is none."""
        row = self._db.execute(_AGENT, {"which": agent}).first()
        if row is None:
            raise NotFound(f"there is no agent {agent}")
        return agent_of(row)

    def agents(self) -> list[Agent]:
        """Everybody, by id."""
        return [agent_of(row) for row in self._db.execute(select(_A).order_by(_A.c.id))]

    def set_agent(self, agent: AgentId, **fields: Any) -> Agent:
        """Write fields of an agent; a new state sets its time."""
        if "state" in fields:
            fields["state"] = AgentState(fields["state"]).value
            fields.setdefault("state_since", self._now)
        row = self._db.execute(update(_A).where(_A.c.id == agent).values(**_plain(fields)).returning(*_A.c)).first()
        if row is None:
            raise NotFound(f"there is no agent {agent}")
        return agent_of(row)

    def add_agent(self, login: str, name: str, role: Role, password_hash: str, **fields: Any) -> Agent:
        """A new agent; the login must be new."""
        values = {"public_name": name, "state": AgentState.OFFLINE.value, "reason": "", "state_since": self._now,
                  "idle_since": self._now, "skills": {}, "efforts": {}, "capacity": 6, "language": "fa", "phone": "",
                  "active": True, "languages": [], "paused": [], "limits": {}, "group": "", "backup_after": 0,
                  "shift": "", "missed": 0} | _plain(fields)
        row = self._db.execute(insert(_A).values(
            login=login, name=name, role=role.value, password_hash=password_hash, **values).returning(*_A.c)).one()
        return agent_of(row)

    def queue(self, queue: QueueId) -> Queue:
        """NotFound when there is none."""
        row = self._db.execute(_QUEUE, {"which": queue}).first()
        if row is None:
            raise NotFound(f"there is no queue {queue}")
        return _queue(row)

    def queue_named(self, name: str) -> Queue | None:
        """The queue with this short name."""
        row = self._db.execute(_QUEUE_NAMED, {"which": name}).first()
        return None if row is None else _queue(row)

    def queues(self) -> list[Queue]:
        """Every queue, by id."""
        return [_queue(row) for row in self._db.execute(select(_Q).order_by(_Q.c.id))]

    def add_queue(self, name: str, **fields: Any) -> Queue:
        """A new queue; the name must be new."""
        values: dict[str, Any] = {
            "title_fa": name, "title_en": name, "skills": [], "priority": 0, "accept_seconds": 30,
            "target_seconds": 120, "active": True, "levels": {}, "prefers": {}, "match_language": "no", "policy": "",
            "calendar": "", "efforts": {}, "most_waiting": 0, "when_full": "wait", "when_closed": "wait",
            "when_unstaffed": "wait", "leave_unstaffed": "wait", "overflow": []} | _plain(fields)
        return _queue(self._db.execute(insert(_Q).values(name=name, **values).returning(*_Q.c)).one())

    def set_queue(self, queue: QueueId, **fields: Any) -> Queue:
        """Write fields of a queue."""
        row = self._db.execute(update(_Q).where(_Q.c.id == queue).values(**_plain(fields)).returning(*_Q.c)).first()
        if row is None:
            raise NotFound(f"there is no queue {queue}")
        return _queue(row)
