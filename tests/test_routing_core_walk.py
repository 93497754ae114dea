"""Any walk through the router's events keeps its invariants, checked by brute force after every single one.

`PISHKHAN_ROUTING_STEPS=1000000` makes the seeded walks as long as that together.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from router import core as router
from router.core import (
    AgentAutoAway,
    AgentProfile,
    AgentRemoved,
    AgentStateChanged,
    CancelOffer,
    ClearTimer,
    Config,
    ContactChanged,
    ContactGone,
    ContactQueued,
    ContactSlept,
    ContactTaken,
    ContactWoke,
    Core,
    Decision,
    Event,
    Ignored,
    LoadChanged,
    MediumRules,
    Offer,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRescinded,
    Policy,
    QueueClosed,
    QueueOpened,
    QueueRules,
    Ring,
    Servable,
    SetTimer,
    Step,
    TimerFired,
    Unservable,
    WorkEnded,
    WrapUpEnded,
)

SKILLS = ("a", "b", "c")
MEDIA = {"voice": MediumRules(points=6, offer_ms=20_000, target_ms=20_000),
         "chat": MediumRules(points=2, limit=2, target_ms=60_000, tier=1),
         "mail": MediumRules(points=3, target_ms=600_000, slow=True, tier=2)}
RINGS = (Ring(after_ms=10_000, relax=1), Ring(after_ms=30_000, queues=(2,)))
QUEUES = (QueueRules(id=1, requires={"a": 2}, rings=RINGS),
          QueueRules(id=2, requires={"b": 1}, prefers={"c": 3}, group="other"), QueueRules(id=3, priority=1))
SEGMENTS = ("vip", "organisation", "potential", "ordinary")


def config(first: str = "promise", second: str = "promise_fair", **changes: Any) -> Config:
    return Config(media=MEDIA, queues=QUEUES, away_after=2, policies={
        "default": replace(router.policy(first), guard=3 if router.policy(first).guard else 0, **changes),
        "other": router.policy(second)})


class Watch:
    """Its own idea of who is where, from events and decisions alone, and what must never be seen."""

    def __init__(self, settings_: Config) -> None:
        self.config = settings_
        self.core = Core(settings_)
        self.now = 0
        self.asks: dict[int, ContactQueued] = {}
        self.born: dict[int, int] = {}
        self.state: dict[int, str] = {}
        self.owner: dict[int, int] = {}
        self.cost: dict[int, int] = {}
        self.profiles: dict[int, AgentProfile] = {}
        self.agents: dict[int, AgentStateChanged] = {}
        self.external: dict[int, int] = {}
        self.writing: set[int] = set()
        self.attempts: dict[int, int] = {}
        self.open = {1: True, 2: True, 3: True}
        self.timer: int | None = None
        self.log: list[Event] = []
        self.said: list[list[Decision]] = []
        self.offers = self.ends = 0
        self.sizes = (0, 0, 0)  #: crews, needs and steps when they were last compared

    def tell(self, event: Event) -> list[Decision]:
        """Timers that are due first, as the product would."""
        while self.timer is not None and self.timer <= event.at:
            due, self.timer = self.timer, None
            self._tell(TimerFired(at=due))
        return self._tell(event)

    def _tell(self, event: Event) -> list[Decision]:
        self.now = event.at
        said = self.core.handle(event)
        self.log.append(event)
        self.said.append(said)
        if not any(isinstance(each, Ignored) for each in said):
            self._before(event)
        for decision in said:
            self._decided(decision)
        self.check()
        return said

    def _leave(self, contact: int, state: str) -> None:
        if self.state.get(contact) == "offered" and state != "offered":
            self.ends += 1
        self.state[contact] = state
        self.writing.discard(contact)
        if state not in ("offered", "held", "asleep"):
            self.owner.pop(contact, None)

    def forget(self) -> None:
        """What is over is no longer watched, as the router itself has forgotten it."""
        for contact in [c for c, state in self.state.items() if state == "done"]:
            for known in (self.state, self.asks, self.born, self.cost, self.attempts):
                known.pop(contact, None)
        self.log, self.said = self.log[-1:], self.said[-1:]

    def _before(self, event: Event) -> None:
        match event:
            case AgentProfile():
                self.profiles[event.agent] = event
                self.agents.setdefault(event.agent, AgentStateChanged(at=0, agent=event.agent, state="offline"))
            case AgentRemoved():
                del self.profiles[event.agent], self.agents[event.agent]
                self.external.pop(event.agent, None)
                for contact, owner in list(self.owner.items()):
                    if owner == event.agent and self.state[contact] == "held":
                        self._leave(contact, "done")
            case AgentStateChanged():
                self.agents[event.agent] = event
            case LoadChanged():
                self.external[event.agent] = event.points
            case ContactQueued():
                fresh = event.contact not in self.born or self.state[event.contact] == "done"
                self.born[event.contact] = event.at if fresh else self.born[event.contact]
                self.asks[event.contact] = event
                if self.state.get(event.contact) != "offered":
                    self._leave(event.contact, "waiting")
            case ContactChanged():
                known = self.asks[event.contact]
                changes = {name: value for name in ("segment", "requires")
                           if (value := getattr(event, name)) is not None}
                self.asks[event.contact] = replace(known, **changes)
            case ContactGone():
                if self.state[event.contact] != "offered":
                    self._leave(event.contact, "done")
            case WorkEnded():
                if not event.wrap_up or self.state[event.contact] == "asleep" or event.contact in self.writing:
                    self._leave(event.contact, "done")
                else:
                    self.writing.add(event.contact)
            case WrapUpEnded():
                self._leave(event.contact, "done")
            case OfferAccepted():
                self._leave(event.contact, "held")
            case OfferDeclined() | OfferExpired() | OfferRescinded():
                self._leave(event.contact, "waiting")
            case ContactSlept():
                self._leave(event.contact, "asleep")
            case ContactWoke():
                self._leave(event.contact, "waiting")
                self.born[event.contact] = event.at
            case QueueOpened() | QueueClosed():
                self.open[event.queue] = isinstance(event, QueueOpened)

    def _decided(self, decision: Decision) -> None:
        match decision:
            case Offer():
                contact = decision.contact
                assert self.state[contact] == "waiting", "one live offer or assignment"
                assert self.attempts.get(contact, 0) < int(decision.offer.split("/")[1])
                self.attempts[contact] = int(decision.offer.split("/")[1])
                assert self.able(decision.agent, contact), f"{decision} to somebody who may not"
                assert self.open[self.asks[contact].queue]
                self.cost[contact] = self.points(contact)
                assert self.room(decision.agent) >= self.cost[contact], "capacity"
                self._leave(contact, "offered")
                self.owner[contact] = decision.agent
                limit = MEDIA[self.asks[contact].medium].limit
                mine = [c for c, a in self.owner.items() if a == decision.agent and self.state[c] != "asleep"
                        and self.asks[c].medium == self.asks[contact].medium]
                assert not limit or len(mine) <= limit
                assert decision.expires_at == self.now + MEDIA[self.asks[contact].medium].offer_ms
                self.offers += 1
            case CancelOffer():
                assert self.state[decision.contact] == "offered"
                self._leave(decision.contact, "done" if decision.reason == "gone" else "waiting")
            case AgentAutoAway():
                self.agents[decision.agent] = replace(self.agents[decision.agent], at=self.now, state="away")
                self.back = decision.until
            case SetTimer():
                assert self.timer is None or decision.at < self.timer
                self.timer = decision.at
            case ClearTimer():
                self.timer = None
            case Unservable():
                assert not any(self.could(agent, decision.contact) for agent in self.profiles), "somebody could"
            case Servable():
                assert any(self.could(agent, decision.contact) for agent in self.profiles)
            case Step():
                assert self.state[decision.contact] == "waiting"

    def points(self, contact: int) -> int:
        return MEDIA[self.asks[contact].medium].points

    def room(self, agent: int) -> int:
        used = sum(self.cost[c] for c, a in self.owner.items() if a == agent and self.state[c] in ("offered", "held"))
        return (self.profiles[agent].capacity or 6) - used - self.external.get(agent, 0)

    def able(self, agent: int, contact: int) -> bool:
        """By the words of the events alone: ready, skills of the rings reached, medium."""
        now = self.core._state.floor.agents[agent]  # the router may have made him ready by itself after a while
        return now.state == "ready" and self.could(agent, contact, self.core._state.contacts[contact].ring)

    def could(self, agent: int, contact: int, ring: int | None = None) -> bool:
        profile, ask = self.profiles[agent], self.asks[contact]
        queue = next(each for each in self.config.queues if each.id == ask.queue)
        needed = dict(queue.requires)
        for skill, level in ask.requires.items():
            needed[skill] = max(level, needed.get(skill, 0))
        state = self.agents[agent]
        if ask.medium in state.except_media or (profile.media is not None and ask.medium not in profile.media):
            return False
        if self.points(contact) > (profile.capacity or 6):
            return False
        if all(profile.skills.get(skill, 0) >= level for skill, level in needed.items()):
            return True
        reached = queue.rings if ring is None else queue.rings[:self.core._state.contacts[contact].ring]
        for each in reached:
            if all(profile.skills.get(skill, 0) >= max(1, level - each.relax) for skill, level in needed.items()):
                return True
            if any(all(profile.skills.get(s, 0) >= n for s, n in other.requires.items())
                   for other in self.config.queues if other.id in each.queues):
                return True
        return False

    def check(self) -> None:
        """What must hold after every event."""
        # Matches change with crews and needs: looked at whenever there is another number of them, and now and then.
        floor = self.core._state.floor
        sizes = len(floor.crew_of), len(floor.need_of), len(self.log) // 16
        assert self.core.audit(matches=sizes != self.sizes) == []
        self.sizes = sizes
        live = sum(state == "offered" for state in self.state.values())
        assert self.offers == self.ends + live, "every offer ends in one way"
        ready = [agent for agent in self.agents if floor.agents[agent].state == "ready"]
        for number in self.agents:
            agent = floor.agents[number]
            assert (agent.crew.capacity if agent.crew else 0) - agent.load == self.room(number)
        room = {agent: self.room(agent) for agent in ready}
        known = self.core._state.contacts
        told = self.asks and sorted(self.asks)[len(self.log) % len(self.asks)]  # one after the other tells its story
        for contact, state in self.state.items():
            there = known[contact].state if contact in known else "done"
            assert there.replace("wrap-up", "held") == state, contact
            if contact == told:
                assert self.core.explain(contact)["state"] == there.replace("done", "unknown")
            if state != "waiting" or not self.open[self.asks[contact].queue]:
                continue
            for agent in ready:
                if room[agent] < self.points(contact) or not self.able(agent, contact):
                    continue
                story = self.core.explain(contact)
                named = (agent in story["excluded"] or story["held_for"] not in (None, agent) or story["kept_by"]
                         or self.full(agent, self.asks[contact].medium))
                assert named, f"agent {agent} is free beside contact {contact}: {story}"

    def full(self, agent: int, medium: str) -> bool:
        limit = MEDIA[medium].limit
        return bool(limit) and sum(self.asks[c].medium == medium and self.state[c] in ("offered", "held")
                                   for c, a in self.owner.items() if a == agent) >= limit


def event_of(watch: Watch, draw: Callable[[int], int], number: int) -> Event:
    """One event that could come now; some of them stale, doubled or about nobody."""
    at = watch.now + (0 if draw(3) == 0 else draw(9_000))
    contact, agent = draw(12), draw(5)
    kind = draw(30)
    waiting = [c for c, state in watch.state.items() if state == "waiting"]
    if kind < 7 and len(waiting) < 5 + number // 400 % 6 * 6:  # long lines and short ones in turns, never without end
        fresh = max(watch.state, default=20) + 1 if draw(8) else contact
        if fresh in watch.state and watch.state[fresh] != "waiting":
            fresh = max(watch.state) + 1
        return ContactQueued(at=at, contact=fresh, queue=1 + draw(3), medium=("voice", "chat", "mail")[draw(3)],
                             segment=SEGMENTS[draw(4)], requires={SKILLS[draw(3)]: 1 + draw(4)} if draw(2) else {},
                             sticky=draw(6) if draw(2) else None)
    living = [c for c, state in watch.state.items() if state != "done"] or [0]
    contact = living[draw(len(living))] if draw(12) else contact
    offered = [c for c, state in watch.state.items() if state == "offered"] or [0]
    held = [c for c, state in watch.state.items() if state == "held"] or [0]
    asleep = [c for c, state in watch.state.items() if state == "asleep"]
    if kind < 7:
        return ContactGone(at=at, contact=waiting[draw(len(waiting))])
    if len(asleep) > 6:
        return ContactWoke(at=at, contact=asleep[draw(len(asleep))])
    if kind < 12:
        return OfferAccepted(at=at, contact=offered[draw(len(offered))])
    if kind < 17:
        return WorkEnded(at=at, contact=held[draw(len(held))], wrap_up=draw(4) == 0)
    match kind:
        case 17:
            return OfferDeclined(at=at, contact=offered[draw(len(offered))])
        case 18:
            return OfferExpired(at=at, contact=offered[draw(len(offered))])
        case 19:
            return OfferRescinded(at=at, contact=offered[draw(len(offered))], offer="" if draw(3) else "7/7")
        case 20 | 21:
            return ContactGone(at=at, contact=contact)
        case 22:
            return ContactSlept(at=at, contact=held[draw(len(held))])
        case 23:
            return ContactWoke(at=at, contact=contact)
        case 24:
            return WrapUpEnded(at=at, contact=held[draw(len(held))])
        case 25:
            return (QueueClosed if draw(3) == 0 else QueueOpened)(at=at, queue=1 + draw(3))
        case 26:
            return ContactChanged(at=at, contact=contact, segment=SEGMENTS[draw(4)],
                                  requires={SKILLS[draw(3)]: 1 + draw(3)} if draw(2) else None)
        case 27:
            return LoadChanged(at=at, agent=agent, points=draw(4) * draw(2))
        case 28:
            return profile(at, agent, draw)
        case _:
            if draw(20) == 0:
                return AgentRemoved(at=at, agent=agent)
            return AgentStateChanged(at=at, agent=agent, state=("ready", "ready", "ready", "away", "offline")[draw(5)],
                                     except_media=frozenset({"chat"} if draw(6) == 0 else ()))


def profile(at: int, agent: int, draw: Callable[[int], int]) -> AgentProfile:
    skills = {skill: 1 + draw(5) for skill in SKILLS if draw(3)}
    return AgentProfile(at=at, agent=agent, skills=skills, media=None if draw(3) else frozenset({"chat", "mail"}))


def begin(watch: Watch, draw: Callable[[int], int]) -> None:
    for agent in range(5):
        watch.tell(profile(0, agent, draw))
        watch.tell(AgentStateChanged(at=0, agent=agent, state="ready"))


def walk(seed: int, steps: int, settings_: Config) -> Watch:
    chance = random.Random(seed)
    watch = Watch(settings_)
    begin(watch, chance.randrange)
    for number in range(steps):
        watch.tell(event_of(watch, chance.randrange, number))
        if len(watch.state) > 100:  # forget what is over, or the watching grows without end
            watch.forget()
    return watch


PAIRS = [("promise", "promise_fair"), ("fifo_longest_idle", "gcmu"), ("strict_priority", "keep_for_scarce"),
         ("ageing", "queue_ratio"), ("due_time", "promise_strict")]


STEPS = int(os.environ.get("PISHKHAN_ROUTING_STEPS", "2500")) // len(PAIRS)
LONGEST = 20_000  #: steps of one walk; more are further walks


@pytest.mark.parametrize("part", range(-(-STEPS // LONGEST)))
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_long_walk_keeps_every_invariant(first: str, second: str, part: int) -> None:
    steps = min(LONGEST, STEPS - part * LONGEST)
    watch = walk(hash_of(first) + part, steps, config(first, second))
    assert watch.offers > steps // 20


def hash_of(word: str) -> int:
    return sum(ord(letter) * 31 ** place for place, letter in enumerate(word)) % 1_000_003


@pytest.mark.parametrize("choice", ["longest_idle", "least_effort", "most_able", "round_robin", "fixed", "weighted"])
def test_every_choice_of_agents_keeps_them(choice: str) -> None:
    extra: dict[str, Any] = {"choice": choice, "sticky": "hold", "hold_ms": 15_000, "vip_idle": 1}
    extra |= {"fixed": (3, 1)} if choice == "fixed" else {"weights": {0: 1, 2: 3}} if choice == "weighted" else {}
    watch = walk(hash_of(choice), 400, config(**extra))
    assert watch.offers > 20


class Machine(RuleBasedStateMachine):
    """Hypothesis looks for the shortest walk that breaks something."""

    def __init__(self) -> None:
        super().__init__()
        self.watch = Watch(config())
        begin(self.watch, random.Random(1).randrange)

    @rule(numbers=st.lists(st.integers(0, 10_000), min_size=12, max_size=12))
    def something_happens(self, numbers: list[int]) -> None:
        drawn = iter([*numbers, *([0] * 30)])
        self.watch.tell(event_of(self.watch, lambda n: next(drawn) % n, 0))


Machine.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None,
                                     suppress_health_check=list(HealthCheck))
TestMachine = Machine.TestCase


def test_taken_by_hand_may_go_beyond_the_seat() -> None:
    core = Core(config())
    core.handle(AgentProfile(at=0, agent=1, skills={"a": 3}))
    core.handle(ContactTaken(at=0, contact=1, agent=1, medium="voice"))
    core.handle(ContactTaken(at=0, contact=2, agent=1, medium="chat"))
    assert core.audit() == []
    assert core.handle(AgentStateChanged(at=0, agent=1, state="ready")) == []
    core.handle(ContactQueued(at=1, contact=3, queue=3, medium="chat"))
    core.handle(WorkEnded(at=2, contact=2))
    assert [type(each) for each in core.handle(WorkEnded(at=3, contact=1))] == [Offer]
    assert Policy().order == "promise"
