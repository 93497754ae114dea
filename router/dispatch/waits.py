"""Tells the wait estimator what the core is told: who works, who waits, who was answered. Decides nothing."""

from __future__ import annotations

import math
from typing import Any

from router import core
from router.core import Id
from router.rules.plan import Plan
from router.rules.wait import Estimate, Estimator, Kind, Pace, graded

_GONE = frozenset({"abandoned"})  #: left by themselves; all else is not held against what was said
MINUTE = 60


class Waits:
    """One estimator with its ears. Times are the core's, in seconds."""

    def __init__(self, plan: Plan, learned: dict[str, Any] | None = None) -> None:
        self.plan = plan
        self.estimator = Estimator({
            name: Pace(seat_seconds=each.mean_seconds * min(1.0, each.effort / 6),
                       patience=float(each.patience_seconds) or None, pool="slow" if each.slow else "")
            for name, each in plan.media.items()})
        if learned:
            self.estimator.learn_from(learned)
        self._working: dict[Id, tuple[str, float, float]] = {}  #: contact -> medium, since, share of a seat
        self._queued: dict[Id, core.ContactQueued] = {}

    def hear(self, event: core.Event) -> None:
        """One event that the core took."""
        at = event.at / 1000
        if isinstance(event, core.ContactQueued):
            self._queued[event.contact] = event
            self.estimator.queued(event.contact, self._kind(event, event.segment),
                                  (event.queued_at if event.queued_at is not None else event.at) / 1000)
        elif isinstance(event, core.ContactChanged):
            self._changed(event)
        elif isinstance(event, core.OfferAccepted | core.ContactTaken):
            self._accepted(event, at)
        elif isinstance(event, core.ContactGone):
            (self.estimator.gone if event.reason in _GONE else self._drop)(event.contact, at)
            self._queued.pop(event.contact, None)
        elif isinstance(event, core.WorkEnded | core.WrapUpEnded | core.ContactSlept):
            if not (isinstance(event, core.WorkEnded) and event.wrap_up):
                self._ended(event.contact, at)
        elif isinstance(event, core.AgentProfile):
            takes = frozenset(self.plan.media) - {name for name, points in event.costs.items() if not points}
            self.estimator.agent(event.agent, frozenset(event.skills), takes)
        elif isinstance(event, core.AgentRemoved):
            self.estimator.forget(event.agent)
        elif isinstance(event, core.AgentStateChanged):
            self.estimator.duty(event.agent, event.state in ("ready", "wrap-up"))

    def interval(self, contact: Id, ms: int) -> tuple[int, int] | None:
        """Seconds from and to which it will wait, in whole minutes outward; None = nothing can honestly be said."""
        found = self.estimate(contact, ms)
        if found.basis == "none":
            return None
        low, high = found.minutes()
        return low * MINUTE, max(high, math.ceil(found.low / MINUTE)) * MINUTE

    def estimate(self, contact: Id, ms: int) -> Estimate:
        """All that can be said."""
        return self.estimator.estimate(contact, ms / 1000)

    def _kind(self, event: core.ContactQueued, segment: str) -> Kind:
        queue = self.plan.queues.get(event.queue)  # type: ignore[call-overload]
        skills = frozenset(queue.skills if queue is not None else ()) | frozenset(event.requires)
        rank = self.plan.segments.index(segment) if segment in self.plan.segments else len(self.plan.segments)
        return Kind(medium=event.medium, skills=skills, rank=rank, patience=graded(event.patience_ms))

    def _changed(self, event: core.ContactChanged) -> None:
        was = self._queued.get(event.contact)
        if was is None:
            return
        now = core.ContactQueued(
            at=was.at, contact=was.contact, queue=was.queue if event.queue is None else event.queue, medium=was.medium,
            segment=event.segment or was.segment, queued_at=was.queued_at,
            requires=was.requires if event.requires is None else event.requires, points=was.points,
            patience_ms=was.patience_ms if event.patience_ms is None else event.patience_ms)
        self._queued[event.contact] = now
        self.estimator.queued(event.contact, self._kind(now, now.segment),
                              (now.queued_at if now.queued_at is not None else now.at) / 1000)

    def _accepted(self, event: core.OfferAccepted | core.ContactTaken, at: float) -> None:
        was = self._queued.pop(event.contact, None)
        self.estimator.answered(event.contact, at)
        medium = was.medium if was is not None else getattr(event, "medium", "")
        points = (was.points if was is not None else getattr(event, "points", None)) or 2
        if medium:
            self._working[event.contact] = (medium, at, min(1.0, points / 6))

    def _ended(self, contact: Id, at: float) -> None:
        known = self._working.pop(contact, None)
        if known is not None and at > known[1]:
            self.estimator.worked(known[0], (at - known[1]) * known[2])

    def _drop(self, contact: Id, at: float) -> None:
        self.estimator.dropped(contact)
        self._ended(contact, at)
