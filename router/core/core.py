"""The one door of the router: an event goes in, decisions come out. Keeps state; asks no clock and nobody outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from router.core import acts, arrivals, auditing, explaining, moments, offers, setting, snapshots, staff
from router.core import events as told
from router.core.config import Config, Id
from router.core.crews import Agent
from router.core.decisions import Decision, Ignored
from router.core.state import State
from router.core.waiting import Contact

#: Takes one kind of event; lists who may be asked anew; answers why nothing changed, or None.
Handler = Callable[[State, Any, list[Contact], list[Agent]], str | None]
_REMEMBERED = 50_000  #: so many ids of events are known again

HANDLERS: dict[type[told.Event], Handler] = {
    told.ConfigChanged: setting.config, told.QueueChanged: setting.queue, told.QueueOpened: setting.opened,
    told.QueueClosed: setting.closed, told.QueueMerged: setting.merged, told.SkillRemoved: setting.skill_removed,
    told.DemandKnown: setting.demand, told.AgentProfile: staff.profile, told.AgentRemoved: staff.removed,
    told.AgentStateChanged: staff.changed, told.LoadChanged: staff.load, told.ContactQueued: arrivals.queued,
    told.ContactChanged: arrivals.changed, told.ContactGone: offers.gone, told.ContactTaken: arrivals.taken,
    told.OfferTaken: arrivals.offered, told.OfferAccepted: offers.accepted, told.OfferDeclined: offers.declined,
    told.OfferExpired: offers.expired, told.OfferRescinded: offers.rescinded, told.WorkEnded: offers.ended,
    told.WrapUpEnded: offers.written, told.ContactSlept: offers.slept, told.ContactWoke: arrivals.woke,
    told.TimerFired: lambda state, event, contacts, agents: None,
}


class Core:
    """`handle` every event in order; do what it answers. Same events, same decisions, bit for bit."""

    def __init__(self, config: Config) -> None:
        self._state = State(config)

    def handle(self, event: told.Event) -> list[Decision]:
        """Take one event; the decisions that follow. Never raises for what an event says: `Ignored` tells why."""
        state, kind, at = self._state, type(event), event.at
        if at < state.now:
            return [Ignored(event=kind.__name__, reason="clock-back")]
        if event.id is not None:
            if event.id in state.seen:
                return [Ignored(event=kind.__name__, reason="duplicate")]
            state.seen[event.id] = None
            if len(state.seen) > _REMEMBERED:
                del state.seen[next(iter(state.seen))]
        state.now, state.out = at, []
        out, wakes, guards = state.out, state.wakes, state.guards
        if guards and guards[0][0] <= at:
            moments.guard(state)
        contacts: list[Contact] = []
        agents: list[Agent] = []
        if wakes and wakes[0][0] <= at:
            contacts, agents = moments.wakes(state)
            for agent in agents:
                acts.turn(state, agent, "ready")
        reason = HANDLERS[kind](state, event, contacts, agents)
        if reason is not None:
            out.append(Ignored(event=kind.__name__, reason=reason))
        if state.floor.changed:
            contacts += moments.duty(state)
        if contacts or agents or state.retry or state.kept:
            acts.settle(state, contacts, agents)
        told = state.told
        if (told is not None) if not wakes else (told is None or wakes[0][0] < told or told <= at):
            moments.timer(state)
        return out

    @property
    def now(self) -> int:
        """The time of the last event."""
        return self._state.now

    def explain(self, contact: Id, at: int | None = None) -> dict[str, Any]:
        """Where a contact stands and why: what binds, who could take it and what they do, rings to come. JSON-able.
        Times are reckoned for `at`, never before the last event; what is remembered stays as it is."""
        with self._seen(at):
            return explaining.explain(self._state, contact)

    def explain_offer(self, contact: Id) -> dict[str, Any]:
        """Why this agent got it: every term that was compared. Empty when it was never offered."""
        return explaining.explain_offer(self._state, contact)

    def place(self, contact: Id, at: int | None = None) -> dict[str, Any]:
        """`ahead`: how many will be asked for before it among those who need the same agents; for the honest wait."""
        with self._seen(at):
            return explaining.place(self._state, contact)

    @contextmanager
    def _seen(self, at: int | None) -> Iterator[None]:
        """While something is read: the state as that moment sees it, when nothing has happened since the last event."""
        last = self._state.now
        self._state.now = last if at is None else max(last, at)
        try:
            yield
        finally:
            self._state.now = last

    def audit(self, matches: bool = True) -> list[str]:
        """Faults of the state as it is now; empty = every invariant holds. Cheap enough to run now and then, and
        after every event without `matches`, which compares every crew with every need."""
        return auditing.audit(self._state, matches)

    def snapshot(self) -> str:
        """All of the state as canonical JSON."""
        return snapshots.write(self._state)

    @classmethod
    def restore(cls, snapshot: str) -> Core:
        """A core that goes on exactly where the snapshot was taken."""
        core = cls.__new__(cls)
        core._state = snapshots.read(snapshot)
        return core
