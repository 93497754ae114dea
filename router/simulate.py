"""Runs a drawn day through the product's own assignment rule on a virtual clock, and counts what became of it."""

from __future__ import annotations

import heapq
import json
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from router.model import AddressId, AgentId, ContactId, CustomerId, Medium, QueueId
from router.records import Agent, AgentState, Contact, ContactState, Queue, Role
from router.rules import assign
from router.rules.assign import Picture
from router.scenario import Arrival, Day, ScenarioError, Worker, load

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_MEDIA = {"voice": Medium.VOICE, "chat": Medium.WEBCHAT, "telegram": Medium.TELEGRAM, "sms": Medium.SMS,
          "email": Medium.EMAIL}
#: A call is served before a chat, a chat before mail: what `priority` of the channels would say in config.toml.
_TIER = {"voice": 2, "chat": 1, "telegram": 1, "sms": 1, "email": 0}
#: policy -> priority of a contact, from its channel's tier and its segment's importance (0 = least)
POLICIES: dict[str, Callable[[int, int], int]] = {
    "oldest-first": lambda tier, importance: tier,
    "segment-first": lambda tier, importance: 10 * importance + tier,
}


def simulate(path: Path, *, policy: str, seed: int, as_json: bool, write: Callable[[str], None]) -> int:
    """The command: prints the metrics; 2 when the scenario or the policy cannot be used."""
    policy = policy or "oldest-first"
    if policy not in POLICIES:
        write(f"there is no policy {policy!r}; known are {', '.join(POLICIES)}")
        return 2
    try:
        day = load(path, seed)
    except ScenarioError as error:
        write(str(error))
        return 2
    figures = World(day, policy).run()
    if as_json:
        write(json.dumps(figures))
    else:
        for name, value in figures.items():
            write(f"{name:>18}  {value}")
    return 0


@dataclass(slots=True)
class _Hand:
    """What an agent has in hand."""

    worker: Worker
    left: dict[int, float] = field(default_factory=dict)  #: contact -> work still to do at rate 1
    seen: float = 0.0  #: when `left` was brought up to date
    version: int = 0
    busy: float = 0.0
    wrapping: set[int] = field(default_factory=set)
    away_until: float = 0.0


class World:
    """One day under one policy. Deterministic: the same day and policy give the same figures."""

    def __init__(self, day: Day, policy: str) -> None:
        self._day, self._policy = day, POLICIES[policy]
        self._picture = Picture()
        self._arrivals = {a.id: a for a in day.arrivals}
        self._hands = {w.id: _Hand(w) for w in day.workers}
        self._answered: dict[int, float] = {}
        self._left: dict[int, float] = {}
        self._tried: set[int] = set()
        self._heap: list[tuple[float, int, str, int, int]] = []
        self._order = 0
        self._queues: dict[tuple[str, ...], QueueId] = {}
        self._decisions = 0

    def run(self) -> dict[str, Any]:
        """The figures of the day."""
        for worker in self._day.workers:
            self._picture.put_agent(self._agent(worker, away=any(s <= 0 < s + d for s, d in worker.absences)))
            for start, length in worker.absences:
                self._at(start, "away", worker.id)
                self._at(start + length, "back", worker.id)
        for arrival in self._day.arrivals:
            self._at(arrival.at, "arrive", arrival.id)
        end = self._day.horizon + self._day.drain
        while self._heap and self._heap[0][0] <= end:
            now, _, kind, who, version = heapq.heappop(self._heap)
            getattr(self, f"_{kind}")(now, who, version)
        return self._figures(end)

    def _at(self, when: float, kind: str, who: int, version: int = 0) -> None:
        self._order += 1
        heapq.heappush(self._heap, (when, self._order, kind, who, version))

    # --- what happens

    def _arrive(self, now: float, who: int, _: int) -> None:
        arrival = self._arrivals[who]
        importance = len(self._day.segments) - self._day.segments.index(arrival.segment)
        self._picture.put_contact(Contact(
            id=ContactId(who), reference="", token="", channel=arrival.channel, medium=_MEDIA[arrival.channel],
            thread_key="", customer=CustomerId(0), address=AddressId(0), state=ContactState.WAITING,
            state_since=_moment(now), queue=self._queue(arrival.skills), agent=None, opened_at=_moment(now),
            queued_at=_moment(now), priority=self._policy(_TIER[arrival.channel], importance),
            effort=self._day.points[arrival.channel]))
        if arrival.patience < math.inf:
            self._at(now + arrival.patience, "leave", who)
        self._offer(now, [who], [])

    def _leave(self, now: float, who: int, _: int) -> None:
        contact = self._picture.contacts.get(ContactId(who))
        if contact is None or contact.state not in (ContactState.WAITING, ContactState.OFFERED):
            return
        self._left[who] = now
        self._move(contact, ContactState.ABANDONED, None)
        if contact.agent is not None:
            self._offer(now, [], [contact.agent])

    def _accept(self, now: float, who: int, version: int) -> None:
        contact = self._picture.contacts.get(ContactId(who))
        if contact is None or contact.state is not ContactState.OFFERED or contact.version != version:
            return
        assert contact.agent is not None
        self._answered[who] = now
        arrival, hand = self._arrivals[who], self._hands[contact.agent]
        self._move(contact, ContactState.ACTIVE, contact.agent)
        self._progress(hand, now)
        level = min(hand.worker.skills.get(skill, 1) for skill in arrival.skills)
        hand.left[who] = arrival.work / (hand.worker.speed * self._day.proficiency[level])
        self._plan(hand, now)

    def _lapse(self, now: float, who: int, version: int) -> None:
        contact = self._picture.contacts.get(ContactId(who))
        if contact is None or contact.state is not ContactState.OFFERED or contact.version != version:
            return
        assert contact.agent is not None
        agent = contact.agent
        self._move(replace(contact, excluded=(agent,)), ContactState.WAITING, None)
        hand = self._hands[agent]
        if not hand.left:
            hand.away_until = now + self._day.away_after_missed
            self._set(agent, AgentState.AWAY, now)
            self._at(hand.away_until, "back", agent)
        self._offer(now, [who], [])

    def _done(self, now: float, who: int, version: int) -> None:
        hand = self._hands[who]
        if version != hand.version:
            return
        self._progress(hand, now)
        for number in [n for n, left in hand.left.items() if left <= 1e-6]:
            del hand.left[number]
            hand.wrapping.add(number)
            self._at(now + self._arrivals[number].wrap, "wrapped", number, who)
        self._plan(hand, now)

    def _wrapped(self, now: float, who: int, agent: int) -> None:
        hand = self._hands[agent]
        hand.busy += self._arrivals[who].wrap
        hand.wrapping.discard(who)
        self._move(self._picture.contacts[ContactId(who)], ContactState.CLOSED, None)
        known = self._picture.agents[AgentId(agent)]
        if not hand.left and not hand.wrapping:
            self._picture.put_agent(replace(known, idle_since=_moment(now)))
        self._offer(now, [], [AgentId(agent)])

    def _away(self, now: float, who: int, _: int) -> None:
        self._set(AgentId(who), AgentState.AWAY, now)

    def _back(self, now: float, who: int, _: int) -> None:
        hand = self._hands[who]
        if now < hand.away_until or any(s <= now < s + d for s, d in hand.worker.absences):
            return
        self._set(AgentId(who), AgentState.READY, now)
        self._offer(now, [], [AgentId(who)])

    # --- how it works

    def _offer(self, now: float, contacts: list[int], agents: list[AgentId]) -> None:
        self._decisions += 1
        for proposal in assign.propose(self._picture, [ContactId(c) for c in contacts], agents, _moment(now)):
            who = proposal.contact.id
            arrival = self._arrivals[who]
            offered = replace(proposal.contact, state=ContactState.OFFERED, agent=proposal.agent.id,
                              version=proposal.contact.version + 1)
            self._picture.put_contact(offered)
            if arrival.unanswered and who not in self._tried:
                self._tried.add(who)
                self._at(now + self._day.offer_timeout[arrival.channel], "lapse", who, offered.version)
            else:
                self._at(now + arrival.accept, "accept", who, offered.version)

    def _move(self, contact: Contact, state: ContactState, agent: AgentId | None) -> None:
        self._picture.put_contact(replace(contact, state=state, agent=agent, version=contact.version + 1))

    def _set(self, agent: AgentId, state: AgentState, now: float) -> None:
        known = self._picture.agents[agent]
        if known.state is not state:
            idle = known.idle_since if self._hands[agent].left else _moment(now)
            self._picture.put_agent(replace(known, state=state, idle_since=idle))

    def _rate(self, count: int) -> float:
        return self._day.rates[min(count, len(self._day.rates)) - 1]

    def _progress(self, hand: _Hand, now: float) -> None:
        if hand.left:
            done = (now - hand.seen) * self._rate(len(hand.left))
            hand.busy += now - hand.seen
            for number in hand.left:
                hand.left[number] -= done
        hand.seen = now

    def _plan(self, hand: _Hand, now: float) -> None:
        hand.version += 1
        if hand.left:
            soonest = max(0.0, min(hand.left.values())) / self._rate(len(hand.left))
            self._at(now + soonest, "done", hand.worker.id, hand.version)

    def _queue(self, skills: tuple[str, ...]) -> QueueId:
        known = self._queues.get(skills)
        if known is None:
            known = self._queues[skills] = QueueId(len(self._queues) + 1)
            self._picture.put_queue(Queue(id=known, name="+".join(skills), title_fa="", title_en="", skills=skills))
        return known

    def _agent(self, worker: Worker, *, away: bool) -> Agent:
        efforts = {medium.value: self._day.points[name] if name in worker.channels else 0
                   for name, medium in _MEDIA.items() if name in self._day.points}
        return Agent(id=AgentId(worker.id), login="", name="", public_name="", role=Role.AGENT,
                     state=AgentState.AWAY if away else AgentState.READY, state_since=EPOCH, idle_since=EPOCH,
                     skills=worker.skills, efforts=efforts, capacity=self._day.capacity)

    def _figures(self, end: float) -> dict[str, Any]:
        """Weighted share not answered within the promise and its companions; hang-ups within 5 s are left out."""
        rows: list[tuple[Arrival, float, bool]] = []
        for arrival in self._day.arrivals:
            answered, left = self._answered.get(arrival.id), self._left.get(arrival.id)
            wait = (answered if answered is not None else left if left is not None else end) - arrival.at
            if (left is not None and wait <= 5.0) or (
                answered is None and left is None and arrival.at + arrival.target > end
            ):
                continue
            rows.append((arrival, wait, answered is not None and wait <= arrival.target))
        weight = sum(a.weight for a, _, _ in rows) or 1.0
        by_segment: dict[str, list[bool]] = defaultdict(list)
        for arrival, _, kept in rows:
            by_segment[arrival.segment].append(kept)
        return {
            "n": len(rows),
            "w_miss_pct": round(100 * sum(a.weight for a, _, kept in rows if not kept) / weight, 3),
            "miss_pct": round(100 * sum(not kept for _, _, kept in rows) / max(1, len(rows)), 3),
            "w_lateness": round(
                sum(a.weight * min(10.0, max(0.0, (w - a.target) / a.target)) for a, w, _ in rows) / weight, 4
            ),
            "aban_pct": round(100 * sum(a.id in self._left for a, _, _ in rows) / max(1, len(rows)), 3),
            "sla_by_seg": {s: round(100 * sum(v) / len(v), 2) for s, v in sorted(by_segment.items())},
            "mean_wait": round(
                sum(w for a, w, _ in rows if a.patience < math.inf)
                / max(1, sum(1 for a, _, _ in rows if a.patience < math.inf)),
                2,
            ),
            "max_rel_wait": round(max((w / a.target for a, w, _ in rows), default=0.0), 3),
            "occ_gini": round(
                _gini([h.busy / present for h in self._hands.values() if (present := self._present(h)) > 1800]), 4
            ),
            "decisions": self._decisions,
        }

    def _present(self, hand: _Hand) -> float:
        return self._day.horizon + self._day.drain - sum(d for _, d in hand.worker.absences)


def _gini(values: list[float]) -> float:
    ordered, total = sorted(values), sum(values)
    count = len(ordered)
    return sum((2 * i - count - 1) * v for i, v in enumerate(ordered, start=1)) / (count * total) if total > 0 else 0.0


def _moment(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
