"""Follows a recorded day entry by entry: who waited how long, what became of it, who was there. Draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from router.records import Entry
from router.simulation.history import History


@dataclass(slots=True)
class Wait:
    """One wait and the work after it. Seconds since the day began."""

    contact: int
    queue: int
    at: float
    reason: str
    moved: bool = False
    outcome: str = ""  #: answered, abandoned, closed; "" = still waited at the end
    ended: float | None = None
    agent: int | None = None
    work_until: float | None = None
    wrap_until: float | None = None
    first_offer: str = ""  #: how the first offer ended
    offered_at: float | None = None
    accept: float | None = None
    before: int | None = None  #: the agent who had it last


@dataclass(slots=True)
class Desk:
    """An agent's presence: times at which the state changed."""

    changes: list[tuple[float, bool]]


class Tracks:
    """Feed entries in order; then `waits` and `desks` are told."""

    def __init__(self, history: History, start: datetime, end: datetime) -> None:
        self._start, self._end = start, end
        self.length = (end - start).total_seconds()
        self.waits: list[Wait] = []
        self.desks: dict[int, Desk] = {}
        self.declined = 0
        self._open: dict[int, Wait] = {}
        self._held: dict[int, Wait] = {}
        self._had: dict[int, int] = {}
        for entry in history.entries:
            if entry.at < end:
                self._follow(entry, (entry.at - start).total_seconds())

    def _follow(self, entry: Entry, at: float) -> None:
        data, contact = entry.data, entry.contact
        if entry.name == "agent-changed":
            if data.get("state") and not (data["state"] == "away" and data.get("reason") == "no-answer"):
                self._desk(int(data["agent"])).changes.append((at, data["state"] == "ready"))
        elif contact is None:
            return
        elif entry.name == "contact-queued":
            self._queued(int(contact), int(data["queue"]), str(data.get("reason", "")), at)
        elif entry.name == "offer-made":
            if contact in self._open:
                self._open[contact].offered_at = at
        elif entry.name == "offer-ended":
            self._offer_ended(int(contact), str(data.get("outcome", "")), at)
        elif entry.name == "contact-changed":
            self._changed(int(contact), data, at)

    def _queued(self, contact: int, queue: int, reason: str, at: float) -> None:
        known = self._open.get(contact)
        if known is not None:
            known.moved = known.moved or known.queue != queue
            known.queue = queue
            return
        self._close(contact, at)
        self._open[contact] = Wait(contact=contact, queue=queue, at=at, reason=reason, before=self._had.get(contact))
        self.waits.append(self._open[contact])

    def _offer_ended(self, contact: int, outcome: str, at: float) -> None:
        wait = self._open.get(contact) or self._held.get(contact)
        if wait is None:
            return
        wait.first_offer = wait.first_offer or outcome
        self.declined += outcome == "declined"
        if outcome == "accepted" and wait.offered_at is not None:
            wait.accept = at - wait.offered_at

    def _changed(self, contact: int, data: Mapping[str, object], at: float) -> None:
        state = data.get("state")
        wait = self._open.get(contact)
        if wait is not None and state in ("active", "abandoned", "closed"):
            del self._open[contact]
            wait.ended = at
            wait.outcome = {"active": "answered", "abandoned": "abandoned"}.get(str(state), "closed")
            if state == "active":
                agent = data.get("agent")
                wait.agent = int(agent) if isinstance(agent, int) else None
                self._held[contact] = wait
                if wait.agent is not None:
                    self._had[contact] = wait.agent
                    self._desk(wait.agent)
                if wait.accept is None and wait.offered_at is not None:
                    wait.accept = at - wait.offered_at
        elif contact in self._held and state == "wrap-up":
            self._held[contact].work_until = at
        elif contact in self._held and state in ("closed", "snoozed", "waiting", "abandoned"):
            self._close(contact, at)

    def _close(self, contact: int, at: float) -> None:
        held = self._held.pop(contact, None)
        if held is not None:
            if held.work_until is None:
                held.work_until = at
            else:
                held.wrap_until = at

    def _desk(self, agent: int) -> Desk:
        return self.desks.setdefault(agent, Desk(changes=[]))

    def presence(self, agent: int) -> tuple[tuple[float, float], tuple[tuple[float, float], ...]] | None:
        """(shift, breaks as (from, for)) within the day; None when the agent was not there."""
        spans, since = [], None
        for at, ready in self.desks[agent].changes:
            if ready and since is None:
                since = at
            elif not ready and since is not None:
                spans.append((since, at))
                since = None
        if since is not None:
            spans.append((since, self.length))
        if not self.desks[agent].changes:  # nothing is known of the state: from the first contact to the last
            worked = [w for w in self.waits if w.agent == agent and w.ended is not None]
            spans = [(min(w.ended or 0.0 for w in worked), max(w.work_until or self.length for w in worked))]
        inside = [(max(0.0, a), min(self.length, b)) for a, b in spans if b > 0 and a < self.length]
        if not inside:
            return None
        breaks = tuple((a[1], b[0] - a[1]) for a, b in pairwise(inside) if b[0] > a[1])
        return (inside[0][0], inside[-1][1]), breaks
