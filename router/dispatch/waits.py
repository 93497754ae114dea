"""Tells the wait estimator what the core is told: who works, who waits, who was answered. Decides nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from router import core
from router.core import Id
from router.records import Queue
from router.rules.plan import Plan
from router.rules.wait import SPOKEN, Estimate, Estimator, Kind, Pace, brought, graded, needed, ranked

_GONE = frozenset({"abandoned"})  #: left by themselves; all else is not held against what was said
_ON = ("ready", "wrap-up")
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
        self._queued: dict[Id, tuple[core.ContactQueued, Kind]] = {}
        self._steps: dict[Id, tuple[int, int]] = {}  #: rings passed, and how long who helps now stands back
        self._profiles: dict[Id, core.AgentProfile] = {}
        self._states: dict[Id, core.AgentStateChanged] = {}

    def hear(self, event: core.Event) -> None:
        """One event that the core took."""
        at = event.at / 1000
        if isinstance(event, core.ContactQueued):
            self._steps.pop(event.contact, None)
            self._ask(event)
        elif isinstance(event, core.ContactChanged):
            self._changed(event)
        elif isinstance(event, core.OfferAccepted | core.ContactTaken):
            self._accepted(event, at)
        elif isinstance(event, core.ContactGone):
            (self.estimator.gone if event.reason in _GONE else self._drop)(event.contact, at)
            self._forget(event.contact)
        elif isinstance(event, core.WorkEnded | core.WrapUpEnded | core.ContactSlept):
            if not (isinstance(event, core.WorkEnded) and event.wrap_up):
                self._ended(event.contact, at)
        elif isinstance(event, core.AgentProfile):
            self._profiles[event.agent] = event
            self._staff(event.agent)
        elif isinstance(event, core.AgentRemoved):
            self._profiles.pop(event.agent, None)
            self._states.pop(event.agent, None)
            self.estimator.forget(event.agent)
        elif isinstance(event, core.AgentStateChanged):
            was = self._states.get(event.agent)
            self._states[event.agent] = event
            self._staff(event.agent, again=(was.except_media if was is not None else frozenset()) != event.except_media)

    def widened(self, contact: Id, ring: int, backup_ms: int) -> None:
        """The core let it into its next ring, or to those who only help later: others may take it from now on."""
        was = self._queued.get(contact)
        if was is not None:
            self._steps[contact] = ring, backup_ms
            kind = self._kind(was[0])
            self._queued[contact] = was[0], kind
            self.estimator.widened(contact, kind)

    def replan(self, plan: Plan) -> None:
        """Something is set otherwise: who waits asks for what its queue asks now."""
        was, self.plan = self.plan, plan
        if was.media != plan.media:
            for agent in self._profiles:
                self._staff(agent)
        asks = {number: _asks(queue) for number, queue in was.queues.items()}
        same = {number for number, queue in plan.queues.items() if asks.get(number) == _asks(queue)}
        if was.segments != plan.segments:
            same.clear()
        for event, kind in list(self._queued.values()):
            if (event.queue not in same or event.contact in self._steps) and self._kind(event) != kind:
                self._ask(event)

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

    def _ask(self, event: core.ContactQueued) -> None:
        kind = self._kind(event)
        self._queued[event.contact] = event, kind
        self.estimator.queued(event.contact, kind,
                              (event.queued_at if event.queued_at is not None else event.at) / 1000)

    def _forget(self, contact: Id) -> core.ContactQueued | None:
        self._steps.pop(contact, None)
        known = self._queued.pop(contact, None)
        return known[0] if known is not None else None

    def _kind(self, event: core.ContactQueued) -> Kind:
        """What the core will ask of an agent for it, and how it stands before others."""
        plan, queue = self.plan, self.plan.queues.get(event.queue)  # type: ignore[call-overload]
        levels = _levels(queue) if queue is not None else {}
        for skill, level in event.requires.items():
            levels[skill] = max(level, levels.get(skill, 0))
        segment = plan.segments.index(event.segment) if event.segment in plan.segments else len(plan.segments)
        also: set[frozenset[str]] = set()
        passed, stood_back = self._steps.get(event.contact, (0, 0))
        rings = event.rings if event.rings is not None else plan.rings(queue) if queue is not None and passed else ()
        for ring in rings[:passed]:
            kept = {skill: level - ring.relax for skill, level in levels.items() if skill not in ring.drop}
            also.add(needed(kept, "" if SPOKEN + event.language in ring.drop else event.language))
            also.update(needed(_levels(plan.queues[each])) for each in ring.queues  # type: ignore[index]
                        if each in plan.queues)
        return Kind(medium=event.medium, skills=needed(levels, event.language), also=frozenset(also),
                    helped=stood_back / 1000,
                    rank=ranked(segment, event.priority + (queue.priority if queue is not None else 0)),
                    patience=graded(event.patience_ms))

    def _staff(self, agent: Id, *, again: bool = True) -> None:
        """Who only helps later counts for whom the core lets them help, from that moment on."""
        profile, state = self._profiles.get(agent), self._states.get(agent)
        if profile is None:
            return
        if again:
            takes = profile.media if profile.media is not None else frozenset(self.plan.media)
            takes -= {name for name, points in profile.costs.items() if not points}
            if state is not None:
                takes -= state.except_media
            self.estimator.agent(agent, brought(profile.skills, profile.languages), takes,
                                 profile.backup_after_ms / 1000)
        self.estimator.duty(agent, state is not None and state.state in _ON)

    def _changed(self, event: core.ContactChanged) -> None:
        was = self._queued.get(event.contact)
        if was is not None:
            told = {name: value for name in ("queue", "segment", "requires", "language", "priority", "patience_ms")
                    if (value := getattr(event, name)) is not None}
            self._ask(replace(was[0], **told))

    def _accepted(self, event: core.OfferAccepted | core.ContactTaken, at: float) -> None:
        was = self._forget(event.contact)
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


def _asks(queue: Queue) -> tuple[object, ...]:
    return queue.skills, queue.levels, queue.priority


def _levels(queue: Queue) -> dict[str, int]:
    return {skill: max(1, queue.levels.get(skill, 1)) for skill in queue.skills}
