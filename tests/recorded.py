"""Writes the journal that a simulated day would have left, so that a replay can be held against what happened."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from router.core import NAMED, Policy
from router.simulation.day import Day
from router.simulation.figures import Outcome
from router.simulation.seats import Seat, Talk
from router.simulation.world import World

START = datetime(2026, 11, 21, tzinfo=UTC)
END = START + timedelta(days=1)
PROMISE, FIFO = NAMED["promise"], NAMED["fifo_longest_idle"]


class Journal:
    """Stands by a world as its `watch`; `lines` are JSON lines."""

    def __init__(self, day: Day) -> None:
        self.lines: list[str] = []
        self._known: dict[int, bool] = {}
        queues = {a.skills: n for n, a in enumerate({a.skills: a for a in day.arrivals}.values(), start=1)}
        for skills, number in queues.items():
            self._fact("queue", id=number, name="+".join(skills), skills=list(skills), accept=30, target=60)
        for w in day.workers:
            self._fact("agent", id=w.id, skills=dict(w.skills), capacity=day.capacity,
                       without=sorted(set(day.channels) - w.channels))
        for a in day.arrivals:
            self._fact("contact", id=a.id, medium=a.channel, segment=a.segment, effort=day.channels[a.channel].points)
        rows = [(c, s, t) for c, each in day.targets.items() for s, t in each.items()]
        for number, (channel, segment, seconds) in enumerate(rows, start=1):
            self._fact("target", id=number, medium=channel, segment=segment, seconds=int(seconds))
        self._queues = queues

    def __call__(self, what: str, who: Talk | Seat, now: float) -> None:
        if isinstance(who, Seat):
            # whoever says "away" with work in hand finishes it: the journal has the moment in which it was said
            ready = who.told == "ready" or (who.told == "wrap-up" and who.pending is None)
            if self._known.get(who.worker.id) is not ready:
                self._known[who.worker.id] = ready
                self._entry(now, "agent-changed", None, agent=who.worker.id, state="ready" if ready else "away",
                            reason="" if ready else "break")
            return
        number, agent = who.arrival.id, who.agent.worker.id if who.agent else None
        if what == "queued":
            self._entry(now, "contact-queued", number, queue=self._queues[who.arrival.skills], reason="new")
        elif what == "offered":
            self._entry(now, "offer-made", number, offer=1, agent=agent)
        elif what == "lapsed":
            self._entry(now, "offer-ended", number, offer=1, agent=0, outcome="expired")
        elif what == "answered":
            self._entry(now, "offer-ended", number, offer=1, agent=agent, outcome="accepted")
            self._entry(now, "contact-changed", number, was="offered", state="active", agent=agent)
        elif what == "gone":
            self._entry(now, "contact-changed", number, was="waiting", state="abandoned")
        elif what == "worked":
            state = "wrap-up" if who.arrival.wrap > 0 else "closed"
            self._entry(now, "contact-changed", number, was="active", state=state, agent=agent)
        elif what == "wrapped":
            self._entry(now, "contact-changed", number, was="wrap-up", state="closed", agent=agent)

    def _fact(self, kind: str, **fields: Any) -> None:
        self.lines.append(json.dumps({"fact": kind, **fields}))

    def _entry(self, now: float, name: str, contact: int | None, **data: Any) -> None:
        self.lines.append(json.dumps({
            "seq": len(self.lines) + 1, "at": (START + timedelta(seconds=now)).isoformat(), "name": name,
            "actor": "router", "contact": contact, "data": data}))


def record(day: Day, policy: Policy) -> tuple[list[str], Outcome]:
    """The journal of a day, and what became of it."""
    journal = Journal(day)
    outcome = World(day, policy, watch=journal).run()
    return journal.lines, outcome
