"""What dispatch knows: the core, what it was told, and the plan; how they are read from the store. No awaiting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from router import core, opening
from router.core import Core
from router.dispatch.waits import Waits
from router.model import AgentId, ContactId, QueueId
from router.ports import Tx
from router.records import Agent, Claim, ContactState, Entry, Routed
from router.rules.plan import Plan
from router.rules.telling import Known, Moment, Teller

#: Entries after which a contact may stand differently for routing.
_MOVES = frozenset({"contact-opened", "contact-queued", "contact-changed", "contact-edited", "offer-made",
                    "offer-ended"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SETTINGS = frozenset({"queue-changed", "routing-changed"})


@dataclass(slots=True, kw_only=True)
class Seen:
    """What some journal entries may have changed."""

    contacts: dict[ContactId, None] = field(default_factory=dict)  #: in the order of the journal
    agents: set[AgentId] = field(default_factory=set)
    outcomes: dict[ContactId, str] = field(default_factory=dict)  #: how the last offer ended
    wrap_ups: list[ContactId] = field(default_factory=list)
    settings: bool = False
    hours: bool = False

    def __bool__(self) -> bool:
        return bool(self.contacts or self.agents or self.settings or self.hours)

    @classmethod
    def of(cls, *, contacts: Iterable[ContactId] = (), agents: Iterable[int] = ()) -> Seen:
        """These and nothing else."""
        return cls(contacts=dict.fromkeys(contacts), agents={AgentId(each) for each in agents})


def touched(entries: Iterable[Entry]) -> Seen:
    """What the entries may have changed."""
    seen = Seen()
    for entry in entries:
        if entry.contact is not None and entry.name in _MOVES:
            seen.contacts[entry.contact] = None
            if entry.name == "offer-ended":
                seen.outcomes[entry.contact] = entry.data["outcome"]
            elif entry.name == "contact-changed" and entry.data["state"] == "wrap-up":
                seen.wrap_ups.append(entry.contact)
        elif entry.name == "agent-changed":
            seen.agents.add(AgentId(entry.data["agent"]))
        seen.settings |= entry.name in _SETTINGS
        seen.hours |= entry.name == "queue-hours"
    return seen


def recosted(entries: Iterable[Entry]) -> bool:
    """Whether contacts cost something else from now on."""
    return any(entry.name == "routing-changed" and entry.data["what"] == "efforts" for entry in entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one look at the database brought."""

    plan: Plan | None
    contacts: Sequence[Routed]
    agents: Sequence[Agent]
    attempts: Mapping[ContactId, int] = field(default_factory=dict)
    learned: str = ""  #: about waits, before the restart
    told: str = ""  #: which alarms stood before the restart


def read_all(tx: Tx, base: Plan) -> Found:
    """Everything that routing needs, for an empty core."""
    return Found(plan=opening.read(tx, base), contacts=tx.routed.live(), agents=tx.desk.agents(),
                 attempts=tx.routed.attempts(), learned=tx.marks.get("routing", "waits"),
                 told=tx.marks.get("routing", "alarms"))


def read_some(tx: Tx, news: Seen, base: Plan) -> Found:
    """What the news is about, as it is now."""
    ids = list(news.contacts)
    return Found(plan=opening.read(tx, base) if news.settings else None, contacts=tx.routed.some(ids) if ids else (),
                 agents=[tx.desk.agent(each) for each in sorted(news.agents)])


class Desk:
    """The core and what stands around it in memory."""

    def __init__(self, base: Plan) -> None:
        self.base = self.plan = base
        self.core = Core(base.config(_EPOCH))
        self.known = Known()
        self.waits = Waits(base)
        self.stranded: dict[ContactId, tuple[str, ...]] = {}  #: whom nobody who works here could serve: what lacks
        self.unsure: set[ContactId] = set()  #: stranded or saved since somebody emptied this

    def rebuild(self, found: Found, now: Moment) -> list[core.Decision]:
        """An empty core is told everything."""
        assert found.plan is not None
        self.plan = found.plan
        self.core = Core(self.plan.config(now.at))
        self.known, self.stranded = Known(), {}
        self.waits = Waits(self.plan, self.waits.estimator.to_data())
        teller = Teller(self.known, self.plan)
        list(teller.queues(now))
        decisions: list[core.Decision] = []
        for event in teller.everything(found.contacts, found.agents, now, found.attempts):
            decisions += self.tell(event)
        return decisions

    def take(self, found: Found, news: Seen, now: Moment) -> list[core.Decision]:
        """Tell the core what is different; who leaves before who comes, so that nothing is offered in vain."""
        decisions: list[core.Decision] = []
        if found.plan is not None:
            self.plan = found.plan
            decisions += self.tell(core.ConfigChanged(at=now.ms, config=self.plan.config(now.at)))
            self.waits.replan(self.plan)
        teller = Teller(self.known, self.plan)
        for event in teller.queues(now):
            decisions += self.tell(event)
        comes = [agent for agent in found.agents if agent.active and agent.state.value == "ready"]
        order = {number: place for place, number in enumerate(news.contacts)}
        for agent in found.agents:
            if agent not in comes:
                for event in teller.agent(agent, now):
                    decisions += self.tell(event)
        for contact in sorted(found.contacts, key=lambda each: order.get(each.id, 0)):
            for event in teller.contact(contact, now, news.outcomes.get(contact.id, "")):
                decisions += self.tell(event)
            if contact.state is not ContactState.WAITING:
                self.unstrand(contact.id)
            elif contact.id in self.stranded:
                self.unsure.add(contact.id)
        for agent in comes:
            for event in teller.agent(agent, now):
                decisions += self.tell(event)
        return decisions

    def tell(self, event: core.Event) -> list[core.Decision]:
        """The core takes an event; whoever estimates waits hears it too."""
        self.waits.hear(event)
        decisions = self.core.handle(event)
        for each in decisions:
            if isinstance(each, core.Step):
                self.waits.widened(each.contact, each.ring, each.backup_ms)
        return decisions

    def claim(self, offer: core.Offer, now: Moment) -> Claim:
        """What is to be claimed in the database for a decision."""
        contact = self.known.contacts[ContactId(int(offer.contact))]
        queue = self.plan.queues[contact.queue] if contact.queue is not None else None
        seconds = queue.accept_seconds if queue is not None else 30
        waited = self.plan.waited(contact, now.at)
        why = {**offer.why, "queue": queue.name if queue is not None else "", "policy": self._policy(contact),
               "waited_seconds": round(waited.total_seconds(), 3), "cost": self.plan.points(contact)}
        agent = self.known.agents.get(AgentId(int(offer.agent)))
        if agent is not None:
            why["idle_seconds"] = round((now.at - agent.idle_since).total_seconds(), 3)
        return Claim(contact=contact.id, version=contact.version, agent=AgentId(int(offer.agent)),
                     medium=contact.medium, points=self.plan.points(contact),
                     expires_at=now.at + timedelta(seconds=seconds), why=why)

    def _policy(self, contact: Routed) -> str:
        queue = self.plan.queues.get(contact.queue) if contact.queue is not None else None
        return queue.policy if queue is not None and queue.policy in self.plan.policies else "default"

    def offered(self, claim: Claim) -> None:
        """The database took it: the picture says so too, without waiting for the journal."""
        was = self.known.contacts[claim.contact]
        self.known.keep(_offered(was, claim))
        self.unstrand(claim.contact)

    def lacks(self, contact: ContactId) -> tuple[str, ...] | None:
        """What a contact lacks that nobody could serve, as it is now: the core says it only once, and others may have
        come in the same breath. None when somebody could serve it."""
        known = self.stranded.get(contact)
        if known is not None:
            known = self.stranded[contact] = tuple(self.core.explain(contact).get("missing") or known)
        return known

    def strand(self, contact: ContactId, missing: tuple[str, ...]) -> None:
        """Nobody who works here could serve it."""
        self.stranded[contact] = missing
        self.unsure.add(contact)

    def unstrand(self, contact: ContactId) -> None:
        """Somebody could, or nobody needs to any more."""
        if self.stranded.pop(contact, None) is not None:
            self.unsure.add(contact)

    def length(self, queue: QueueId) -> int:
        """How many wait there."""
        return self.known.lengths.get(queue, 0)

    def honest_wait(self, contact: ContactId, ms: int) -> float:
        """Seconds from now that it may have to wait at most, as far as known; 0 = not known. Where nobody who could
        serve it works now nothing can be said, and it counts as long again as it has waited."""
        found = self.interval(contact, ms)
        if found is not None:
            return found[1]
        known = self.known.contacts.get(contact)
        if known is None or self.waits.estimate(contact, ms).reason != "nobody-on-duty":
            return 0.0
        return self.plan.waited(known, _EPOCH + timedelta(milliseconds=ms)).total_seconds()

    def interval(self, contact: ContactId, ms: int) -> tuple[int, int] | None:
        """Seconds from and to which it will probably wait; None = nothing can honestly be said."""
        return self.waits.interval(contact, ms)

    def place(self, contact: ContactId, ms: int | None = None) -> int:
        """1 = next; 0 = the core does not know it. At that moment; None = as of the last event."""
        known = self.known.contacts.get(contact)
        if known is None or known.state not in (ContactState.WAITING, ContactState.OFFERED):
            return 0
        if known.state is ContactState.OFFERED:
            return 1
        found = self.core.place(contact, ms)
        return int(found["ahead"]) + 1 if found else 0

    def explain(self, contact: ContactId, now: Moment) -> dict[str, Any]:
        """Why a contact stands where it does."""
        known = self.known.contacts.get(contact)
        if known is None or known.state not in (ContactState.WAITING, ContactState.OFFERED):
            return {"code": "not-waiting"}
        found = self.core.explain(contact, now.ms)
        said = self.waits.estimate(contact, now.ms)
        return found | {"wait": {"low": round(said.low), "high": round(said.high), "basis": said.basis,
                                 "reason": said.reason, "coverage": said.coverage, "record": said.record,
                                 "own": said.own}}


def _offered(was: Routed, claim: Claim) -> Routed:
    return Routed(
        id=was.id, state=ContactState.OFFERED, queue=was.queue, agent=claim.agent, last_agent=was.last_agent,
        customer=was.customer, channel=was.channel, medium=was.medium, segment=was.segment, kind=was.kind,
        language=was.language, priority=was.priority, effort=claim.points, queued_ms=was.queued_ms,
        excluded=was.excluded, needs=was.needs, prefers=was.prefers, step=was.step, version=was.version + 1,
        patience=was.patience)
