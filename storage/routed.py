"""Contacts as routing reads them, many at once, and offers claimed many in one unit. Decides nothing.

The rows are read without the tables' types: a hundred thousand waiting contacts are read after a restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, Text, bindparam, func, select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite

from router.errors import Conflict
from router.model import AgentId, ContactId, CustomerId, OfferId, QueueId
from router.records import Agent, Claim, ContactState, Routed
from router.rules.efforts import Answered
from storage.desk import agent_of
from storage.many import Many
from storage.tables import Contacts, Messages, Offers, Timers
from storage.tables.desk import Agents

_T: Any = Contacts.__table__  # type: ignore[attr-defined]
_O: Any = Offers.__table__  # type: ignore[attr-defined]
_M: Any = Messages.__table__  # type: ignore[attr-defined]
_A: Any = Agents.__table__  # type: ignore[attr-defined]
_D: Any = Timers.__table__  # type: ignore[attr-defined]
CHUNK = 500  #: parameters that a statement takes
_STATES = {state.value: state for state in ContactState}
_LIVE = ("waiting", "offered", "active", "wrap-up", "snoozed")
_HOLDING = ("offered", "active", "wrap-up")


def _raw(name: str) -> Any:
    return type_coerce(_T.c[name], Text)


_COLUMNS = (
    _T.c.id, _T.c.state, _T.c.queue_id, _T.c.agent_id, _T.c.last_agent_id, _T.c.customer_id, _T.c.channel, _T.c.medium,
    _T.c.segment, _T.c.kind, _T.c.language, _T.c.priority, _T.c.effort, type_coerce(_T.c.queued_at, BigInteger),
    _raw("excluded"), _raw("needs"), _raw("prefers"), _T.c.step, _T.c.version,
    _T.c.patience,
)
_ALL = select(*_COLUMNS).where(_T.c.state.in_(_LIVE))
_SOME = select(*_COLUMNS).where(_T.c.id.in_(bindparam("ids", expanding=True)))
_AGENTS = select(_A).where(_A.c.id.in_(bindparam("ids", expanding=True)))
_HELD = (select(_T.c.agent_id, _T.c.medium, _T.c.effort)
         .where(_T.c.agent_id.in_(bindparam("ids", expanding=True)), _T.c.state.in_(_HOLDING)))
_STANDS = select(_T.c.id, _T.c.state, _T.c.version).where(_T.c.id.in_(bindparam("ids", expanding=True)))
_TAKE = (update(_T).where(_T.c.id == bindparam("which"), _T.c.version == bindparam("was"), _T.c.state == "waiting")
         .values(state="offered", agent_id=bindparam("to"), state_since=bindparam("since"), effort=bindparam("points"),
                 version=_T.c.version + 1))
_NUMBER = {name: type_coerce(_T.c[name], BigInteger) for name in ("answered_at", "closed_at")}
_ANSWERS = (
    select(_M.c.agent_id, type_coerce(_M.c.at, BigInteger), _T.c.id, _T.c.queue_id, _T.c.medium, *_NUMBER.values())
    .join(_T, _T.c.id == _M.c.contact_id)
    .where(_M.c.id > select(func.max(_M.c.id)).scalar_subquery() - bindparam("most"), _M.c.direction == "out",
           _M.c.agent_id.is_not(None), _T.c.queue_id.is_not(None), _T.c.closed_at.is_not(None),
           _T.c.answered_at.is_not(None))
    .order_by(_M.c.at, _M.c.id))
_OFFERS = Many(_O)
_NOTHING: Mapping[str, int] = {}


def routed_of(row: Any) -> Routed:
    """A bare row as the record."""
    (number, state, queue, agent, last, customer, channel, medium, segment, kind, language, priority, effort, queued,
     excluded, needs, prefers, step, version, patience) = row
    return Routed(
        id=ContactId(number), state=_STATES[state], queue=None if queue is None else QueueId(queue),
        agent=None if agent is None else AgentId(agent), last_agent=None if last is None else AgentId(last),
        customer=CustomerId(customer), channel=channel, medium=medium, segment=segment, kind=kind, language=language,
        priority=priority, effort=effort, queued_ms=queued or 0,
        excluded=() if excluded == "[]" else tuple(orjson.loads(excluded)),
        needs=_NOTHING if needs == "{}" else orjson.loads(needs),
        prefers=_NOTHING if prefers == "{}" else orjson.loads(prefers), step=step, version=version,
        patience=patience)


class RoutedReads:
    """See `router.units.RoutedContacts`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def live(self) -> list[Routed]:
        """Everything that waits, is offered, held or put aside."""
        return [routed_of(row) for row in self._db.execute(_ALL)]

    def some(self, ids: Iterable[int]) -> list[Routed]:
        """These contacts, over or not."""
        return [routed_of(row) for part in _chunks(ids) for row in self._db.execute(_SOME, {"ids": part})]

    def live_of(self, customer: CustomerId) -> list[ContactId]:
        """A customer's contacts that are not over, also those that a machine talks to."""
        return [ContactId(number) for number in self._db.execute(
            select(_T.c.id).where(_T.c.customer_id == customer, _T.c.state.in_(("self-service", *_LIVE)))
            .order_by(_T.c.id)).scalars()]

    def answers(self, *, most: int) -> list[Answered]:
        """The newest answers of agents in contacts that are over, oldest first; at most so many messages are looked
        at."""
        return [Answered(agent=agent, at=at, contact=contact, key=(QueueId(queue), medium), taken=taken, over=over)
                for agent, at, contact, queue, medium, taken, over in self._db.execute(_ANSWERS, {"most": most})]

    def attempts(self) -> dict[ContactId, int]:
        """Live offers that the router made, by contact: how many offers the contact had."""
        rows = self._db.execute(select(_O.c.contact_id, _O.c.id, _O.c.why).where(_O.c.outcome == ""))
        return {ContactId(row.contact_id): int(row.id) for row in rows if row.why.get("rule") != "direct"}

    def claim(self, claims: Sequence[Claim]) -> list[OfferId | None]:
        """waiting -> offered for each, all in one go; None where the store knows better. What stands in the store
        decides: whether the contact still waits unchanged, the agent is ready and has room."""
        agents, loads, counts = self._desks({claim.agent for claim in claims})
        stands = {row.id: (row.state, row.version) for part in _chunks(claim.contact for claim in claims)
                  for row in self._db.execute(_STANDS, {"ids": part})}
        taken: list[Claim] = []
        for claim in claims:
            agent = agents.get(claim.agent)
            points = 0 if agent is None else agent.efforts.get(claim.medium, claim.points)
            if agent is None or stands.get(claim.contact) != ("waiting", claim.version) or not _takes(
                    agent, claim.medium, points, loads.get(agent.id, 0), counts.get((agent.id, claim.medium), 0)):
                continue
            loads[agent.id] = loads.get(agent.id, 0) + points
            counts[agent.id, claim.medium] = counts.get((agent.id, claim.medium), 0) + 1
            del stands[claim.contact]
            taken.append(claim)
        numbers = self._write(taken)
        return [numbers.get(id(claim)) for claim in claims]

    def held(self, agents: Iterable[AgentId]) -> list[tuple[AgentId, str, int]]:
        """(agent, medium, points) of everything that these agents are offered, hold or finish."""
        return [(AgentId(number), medium, points) for part in _chunks(agents)
                for number, medium, points in self._db.execute(_HELD, {"ids": part})]

    def _desks(self, ids: Iterable[AgentId]) -> tuple[dict[int, Agent], dict[int, int], dict[tuple[int, str], int]]:
        agents: dict[int, Agent] = {}
        loads: dict[int, int] = {}
        counts: dict[tuple[int, str], int] = {}
        for part in _chunks(ids):
            agents |= {row.id: agent_of(row) for row in self._db.execute(_AGENTS, {"ids": part})}
            for agent, medium, effort in self._db.execute(_HELD, {"ids": part}):
                points = agents[agent].efforts.get(medium, effort) or effort
                loads[agent] = loads.get(agent, 0) + points
                counts[agent, medium] = counts.get((agent, medium), 0) + 1
        return agents, loads, counts

    def _write(self, claims: Sequence[Claim]) -> dict[int, OfferId]:
        if not claims:
            return {}
        done = self._db.execute(_TAKE, [
            {"which": claim.contact, "was": claim.version, "to": claim.agent, "since": self._now,
             "points": claim.points} for claim in claims]).rowcount
        if done not in (len(claims), -1):
            raise Conflict("a contact was changed by somebody else")
        rows = [{"contact_id": claim.contact, "agent_id": claim.agent, "made_at": self._now,
                 "expires_at": claim.expires_at, "outcome": "", "why": dict(claim.why)} for claim in claims]
        numbers = _OFFERS.put(self._db, rows)
        self._db.execute(_timers(self._db.dialect.name), [
            {"kind": "offer", "subject": number, "due_at": claim.expires_at, "data": {}}
            for number, claim in zip(numbers, claims, strict=True)])
        return {id(claim): OfferId(number) for number, claim in zip(numbers, claims, strict=True)}


@cache
def _timers(dialect: str) -> Any:
    return (postgresql.insert if dialect == "postgresql" else sqlite.insert)(_D).on_conflict_do_nothing()


def _takes(agent: Agent, medium: str, points: int, load: int, count: int) -> bool:
    limit = agent.limits.get(medium, 0)
    return (agent.active and agent.state.value == "ready" and medium not in agent.paused and points > 0
            and load + points <= agent.capacity and (not limit or count < limit))


def _chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start:start + CHUNK]
