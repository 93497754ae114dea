"""Puts the product's own core behind plain dicts, for a yardstick that drives any router by `handle(event)`.

The yardstick owns the world: it tells states and loads, not which piece of work ended; what ended is told apart here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

from router import core as router

_SLOW_MS = 900_000  #: nobody sits and waits where the promise is longer


class Driven:
    """A core with one policy, spoken to in dicts."""

    def __init__(self, policy: str = "promise", **knobs: Any) -> None:
        self.policy = replace(router.policy(policy), **knobs)
        self.core: router.Core = router.Core(router.Config(media={"voice": router.MediumRules()}))
        self.cost: dict[str, int] = {}
        self.medium: dict[Any, str] = {}  #: contact -> medium
        self.offered: dict[Any, Any] = {}  #: contact -> agent asked
        self.held: dict[Any, dict[Any, int]] = {}  #: agent -> contacts accepted -> points
        self.pending: dict[Any, dict[Any, int]] = {}  #: agent -> contacts offered -> points
        self.lapsed: dict[Any, Any] = {}  #: contact whose offer the core knows to have lapsed already
        self.guessed: dict[Any, tuple[int, Any, Any]] = {}  #: agent -> when, which contact was thought to be done
        self.state: dict[Any, str] = {}
        self.slack: dict[Any, int] = {}  #: agent -> points free in the core, not yet in the world
        self.unseen: dict[Any, dict[Any, int]] = {}  #: agent -> contacts offered that the world has not counted yet
        self.at = 0

    def handle(self, event: Mapping[str, Any]) -> list[dict[str, Any]]:
        """One event of the yardstick; offers and timers."""
        self.at = event["at"]
        return list(getattr(self, "_" + event["type"], self._unknown)(event))

    def _unknown(self, event: Mapping[str, Any]) -> list[dict[str, Any]]:
        return self._tell(router.TimerFired(at=self.at))

    def _tell(self, *events: router.Event) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        for event in events:
            for decision in self.core.handle(event):
                if isinstance(decision, router.Offer):
                    points = self.cost[self.medium[decision.contact]]
                    self.offered[decision.contact] = decision.agent
                    self.unseen.setdefault(decision.agent, {})[decision.contact] = points
                    told.append({"type": "offer", "contact": decision.contact, "agent": decision.agent})
                elif isinstance(decision, router.SetTimer):
                    told.append({"type": "timer", "id": "wake", "at": decision.at + 1})
                elif isinstance(decision, router.CancelOffer):
                    self.offered.pop(decision.contact, None)
                    if self.pending[decision.agent].pop(decision.contact, None) is not None:
                        self.lapsed[decision.contact] = decision.agent  # he is away: it had lapsed
        return told

    def _config(self, event: Mapping[str, Any]) -> list[dict[str, Any]]:
        media = {}
        targets = {}
        for name, rules in event["channels"].items():
            promised = event["targets_s"][name]
            slow = min(promised.values()) * 1000 >= _SLOW_MS
            media[name] = router.MediumRules(
                points=rules["points"], mean_ms=int(1000 * rules["mean_s"]), slow=slow,
                tier=0 if rules["points"] >= event["capacity"] else 2 if slow else 1)
            self.cost[name] = rules["points"]
            targets.update({(name, segment): int(1000 * seconds) for segment, seconds in promised.items()})
        weights = {name: int(10 * each["weight"]) for name, each in event["segments"].items()}
        config = router.Config(
            media=media, segments=tuple(event["segments"]), weights=weights, capacity=event["capacity"],
            queues=(router.QueueRules(id="all", targets=targets),), policies={"default": self.policy}, away_after=0)
        self.core = router.Core(config)
        return []

    def _agent_profile(self, event: Mapping[str, Any]) -> list[dict[str, Any]]:
        return self._tell(router.AgentProfile(
            at=self.at, agent=event["agent"], skills=event["skills"], media=frozenset(event["channels"]),
            backup_after_ms=event["backup_after_ms"]))

    def _contact_queued(self, event: Mapping[str, Any]) -> list[dict[str, Any]]:
        self.medium[event["contact"]] = event["channel"]
        return self._tell(router.ContactQueued(
            at=self.at, contact=event["contact"], queue="all", medium=event["channel"], segment=event["segment"],
            requires=dict.fromkeys(event["requires"], 1), target_ms=event["target_ms"], sticky=event["sticky"]))

    def _contact_gone(self, event: Mapping[str, Any]) -> list[dict[str, Any]]:
        contact = event["contact"]
        agent = self.offered.pop(contact, None)
        if agent is None:
            return self._tell(router.ContactGone(at=self.at, contact=contact))
        # The world frees his points in the next word about him, not in this one.
        points = self.pending[agent].pop(contact)
        self.slack[agent] = self.slack.get(agent, 0) + points
        return self._tell(router.LoadChanged(at=self.at, agent=agent, points=self.slack[agent]),
                          router.ContactGone(at=self.at, contact=contact))

    def _offer_accepted(self, event: Mapping[str, Any]) -> list[dict[str, Any]]:
        contact, agent = event["contact"], event["agent"]
        self.offered.pop(contact, None)
        self.held.setdefault(agent, {})[contact] = self.pending[agent].pop(contact)
        return self._tell(router.OfferAccepted(at=self.at, contact=contact))

    def _offer_expired(self, event: Mapping[str, Any]) -> list[dict[str, Any]]:
        contact = event["contact"]
        if self.lapsed.pop(contact, None) is not None:
            return self._tell(router.TimerFired(at=self.at))
        agent = self.offered.pop(contact, None)
        if agent is None:
            return self._tell(router.TimerFired(at=self.at))
        points = self.pending[agent].pop(contact)
        events: list[router.Event] = []
        guess = self.guessed.pop(agent, None)
        if guess is not None and guess[0] == self.at and guess[2] == points:
            # It was this offer that lapsed, not that work that ended.
            self.held.setdefault(agent, {})[guess[1]] = points
            events.append(router.ContactTaken(at=self.at, contact=guess[1], agent=agent, medium=self.medium[guess[1]]))
        return self._tell(*events, router.OfferExpired(at=self.at, contact=contact))

    def _agent_state(self, event: Mapping[str, Any]) -> list[dict[str, Any]]:
        agent, name = event["agent"], event["state"]
        # Whoever is about to go takes nothing new, but what was offered to him stands.
        name = "wrap-up" if name.startswith("pending") or name == "wrapup" else name
        if coming := self.unseen.get(agent):
            # The world counts one offer after the other, and says so each time.
            contact = next(iter(coming))
            self.pending.setdefault(agent, {})[contact] = coming.pop(contact)
        events: list[router.Event] = []
        if name != "ready" and self.state.get(agent) != name:
            # Nothing new for him, then what ended, then where he is: what lapsed must not look as if he had left it.
            events.append(router.AgentStateChanged(at=self.at, agent=agent, state="wrap-up"))
        self.state[agent] = name
        if self.slack.pop(agent, 0):
            events.append(router.LoadChanged(at=self.at, agent=agent, points=0))
        events += self._ended(agent, event["load"])
        events.append(router.AgentStateChanged(at=self.at, agent=agent, state=name))
        return self._tell(*events)

    def _ended(self, agent: Any, load: int) -> list[router.Event]:
        """Which pieces of work ended, so that his load is what it is."""
        held, pending = self.held.setdefault(agent, {}), self.pending.setdefault(agent, {})
        over = sum(held.values()) + sum(pending.values()) - load
        events: list[router.Event] = []
        for contact in _adding_up(held, over):
            self.guessed[agent] = (self.at, contact, held.pop(contact))
            events.append(router.WorkEnded(at=self.at, contact=contact))
        return events  # if nothing adds up an offer lapsed: the next event says which


def _adding_up(held: Mapping[Any, int], points: int) -> tuple[Any, ...]:
    """What cost so many points together, few rather than many."""
    for n in range(1, len(held) + 1):
        for each in combinations(held, n):
            if sum(held[contact] for contact in each) == points:
                return each
    return ()


def Core() -> Driven:
    """The product's default policy."""
    return Driven()


def Fifo() -> Driven:
    """Oldest first, longest idle agent: what most products do."""
    return Driven("fifo_longest_idle")
