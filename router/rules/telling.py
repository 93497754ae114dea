"""What the core is told when records change: the difference between what it knows and what stands in the store. Pure.

Told by states, not by steps: what was missed in between does not matter, telling the same again tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from router import core
from router.model import AgentId, ContactId, QueueId
from router.records import Agent, AgentState, ContactState, Routed
from router.rules.plan import LANGUAGES, Plan
from router.rules.wait import own

ENDS = {"declined": core.OfferDeclined, "expired": core.OfferExpired, "rescinded": core.OfferRescinded}
_AT_WORK = (ContactState.ACTIVE, ContactState.WRAP_UP)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(slots=True, kw_only=True)
class Known:
    """What the core has been told so far. The only mutable thing here."""

    contacts: dict[ContactId, Routed] = field(default_factory=dict)
    direct: set[ContactId] = field(default_factory=set)  #: offered by a person: the core knows them as held
    agents: dict[AgentId, Agent] = field(default_factory=dict)
    open: dict[QueueId, bool] = field(default_factory=dict)
    lengths: dict[QueueId, int] = field(default_factory=dict)  #: how many wait, by queue
    moved: set[ContactId] = field(default_factory=set)  #: kept or dropped since somebody emptied this

    def keep(self, contact: Routed) -> None:
        """Take a contact as it is now."""
        self.drop(contact.id)
        self.contacts[contact.id] = contact
        self.moved.add(contact.id)
        if contact.state is ContactState.WAITING and contact.queue is not None:
            self.lengths[contact.queue] = self.lengths.get(contact.queue, 0) + 1

    def drop(self, number: ContactId) -> None:
        """Forget a contact."""
        was = self.contacts.pop(number, None)
        if was is not None:
            self.moved.add(number)
        if was is not None and was.state is ContactState.WAITING and was.queue is not None:
            self.lengths[was.queue] -= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Now, on the wall and as the core counts; `shift` is what lies between when a clock was set back."""

    at: datetime
    ms: int
    shift: int = 0


class Teller:
    """Turns records into events. `known` moves with every event that is made."""

    def __init__(self, known: Known, plan: Plan) -> None:
        self.known, self.plan = known, plan

    def everything(self, contacts: Iterable[Routed], agents: Iterable[Agent], now: Moment,
                   attempts: Mapping[ContactId, int]) -> Iterator[core.Event]:
        """For an empty core: who works here, who holds what, who waits, which offers stand, and last who is ready."""
        agents = list(agents)
        for agent in agents:
            if agent.active:
                yield self._profile(agent, now)
        waiting: list[Routed] = []
        for contact in contacts:
            if contact.state in _AT_WORK or (contact.state is ContactState.OFFERED and contact.id not in attempts):
                yield from self.contact(contact, now, "")
            elif contact.state is ContactState.SNOOZED:
                self.known.keep(contact)
            elif (contact.queue is not None and contact.agent is None) or contact.id in attempts:
                waiting.append(contact)
        for contact in sorted(waiting, key=lambda each: (each.queued_ms, each.id)):
            self.known.keep(contact)
            yield self._queued(contact, now)
            if contact.id in attempts and contact.agent is not None:
                yield core.OfferTaken(at=now.ms, contact=contact.id, agent=contact.agent, attempt=attempts[contact.id])
        for agent in agents:
            self.known.agents[agent.id] = agent
            if agent.active and agent.state is not AgentState.OFFLINE:
                yield _state(agent, now)

    def queues(self, now: Moment) -> Iterator[core.Event]:
        """Queues that opened or closed since they were told."""
        for number, queue in sorted(self.plan.queues.items()):
            is_open = self.plan.is_open(queue, now.at)
            if self.known.open.get(number, is_open) != is_open:
                kind = core.QueueOpened if is_open else core.QueueClosed
                yield kind(at=now.ms, queue=number)
            self.known.open[number] = is_open

    def agent(self, agent: Agent, now: Moment) -> Iterator[core.Event]:
        """What is different about an agent."""
        was = self.known.agents.get(agent.id)
        self.known.agents[agent.id] = agent
        if not agent.active:
            if was is not None and was.active:
                yield core.AgentRemoved(at=now.ms, agent=agent.id)
            return
        if was is None or not was.active or _able(was) != _able(agent):
            yield self._profile(agent, now)
            was = None if was is None or not was.active else was
        if was is None or (was.state, was.paused) != (agent.state, agent.paused):
            yield _state(agent, now)

    def contact(self, contact: Routed, now: Moment, outcome: str, offer: str = "") -> Iterator[core.Event]:
        """What is different about a contact; `outcome` is how its last offer ended, as the journal says."""
        was = self.known.contacts.get(contact.id)
        if was is not None and was.version >= contact.version:
            return
        yield from self._moved(was, contact, now, outcome, offer)
        if contact.state in (ContactState.CLOSED, ContactState.ABANDONED, ContactState.SELF_SERVICE) \
                or (contact.state is ContactState.WAITING and contact.queue is None):
            self.known.drop(contact.id)
        else:
            self.known.keep(contact)

    def _moved(self, was: Routed | None, contact: Routed, now: Moment, outcome: str, offer: str
               ) -> Iterator[core.Event]:
        direct = contact.id in self.known.direct
        self.known.direct.discard(contact.id)
        state = contact.state
        if state is ContactState.WAITING and contact.queue is not None:
            yield from self._waits(was, contact, now, outcome, offer, direct)
        elif state in _AT_WORK:
            yield from self._works(was, contact, now, direct)
        elif state is ContactState.OFFERED:
            assert contact.agent is not None
            if was is not None and was.state is ContactState.OFFERED and was.agent == contact.agent:
                if direct:
                    self.known.direct.add(contact.id)
                return  # something else about it changed
            self.known.direct.add(contact.id)
            yield self._taken(contact, now)
        elif state is ContactState.SNOOZED:
            if was is not None and was.state in _AT_WORK:
                yield core.ContactSlept(at=now.ms, contact=contact.id)
            elif was is not None and was.state is not ContactState.SNOOZED:
                yield core.ContactGone(at=now.ms, contact=contact.id, reason="snoozed")
        elif was is not None:
            yield from self._over(was, contact, now)

    def _waits(self, was: Routed | None, contact: Routed, now: Moment, outcome: str, offer: str, direct: bool
               ) -> Iterator[core.Event]:
        if was is not None and was.state is ContactState.OFFERED and not direct:
            yield ENDS.get(outcome, core.OfferRescinded)(at=now.ms, contact=contact.id, offer=offer)
        if was is None or was.state not in (ContactState.WAITING, ContactState.OFFERED) or direct:
            if was is not None:
                # What rested or was held begins anew; its age is the one that the record says.
                yield core.ContactGone(at=now.ms, contact=contact.id, reason="returns")
            yield self._queued(contact, now)
        elif _wants(was) != _wants(contact):
            yield core.ContactChanged(
                at=now.ms, contact=contact.id, queue=contact.queue, segment=self._segment(contact),
                requires=dict(contact.needs), prefers=self._prefers(contact), language=self._language(contact),
                priority=contact.priority, target_ms=self._target(contact), sticky=self._sticky(contact, now),
                patience_ms=own(contact.patience) * 1000)

    def _works(self, was: Routed | None, contact: Routed, now: Moment, direct: bool) -> Iterator[core.Event]:
        assert contact.agent is not None
        writes = contact.state is ContactState.WRAP_UP
        if was is not None and was.agent == contact.agent:
            if was.state is ContactState.OFFERED:
                if not direct:
                    yield core.OfferAccepted(at=now.ms, contact=contact.id)
                if writes:
                    yield core.WorkEnded(at=now.ms, contact=contact.id, wrap_up=True)
                return
            if was.state is ContactState.ACTIVE and writes:
                yield core.WorkEnded(at=now.ms, contact=contact.id, wrap_up=True)
                return
            if was.state is contact.state:
                return
        yield self._taken(contact, now)

    def _over(self, was: Routed, contact: Routed, now: Moment) -> Iterator[core.Event]:
        if was.state is ContactState.ACTIVE:
            yield core.WorkEnded(at=now.ms, contact=contact.id)
        elif was.state is ContactState.WRAP_UP:
            yield core.WrapUpEnded(at=now.ms, contact=contact.id)
        else:
            yield core.ContactGone(at=now.ms, contact=contact.id, reason=contact.state.value)

    def _queued(self, contact: Routed, now: Moment) -> core.Event:
        assert contact.queue is not None
        return core.ContactQueued(
            at=now.ms, contact=contact.id, queue=contact.queue, medium=contact.medium, segment=self._segment(contact),
            requires=dict(contact.needs), prefers=self._prefers(contact), language=self._language(contact),
            priority=contact.priority, target_ms=self._target(contact), sticky=self._sticky(contact, now),
            patience_ms=own(contact.patience) * 1000 or None, queued_at=self.since(contact, now),
            points=self.plan.points(contact), excluded=frozenset(contact.excluded))

    def since(self, contact: Routed, now: Moment) -> int:
        """Since when it waits as the core counts: closed hours left out."""
        queue = self.plan.queues.get(contact.queue) if contact.queue is not None else None
        if queue is None or not queue.calendar or not contact.queued_ms:
            return min(now.ms, contact.queued_ms + now.shift) if contact.queued_ms else now.ms
        return now.ms - self.plan.waited(contact, now.at) // _MILLISECOND

    def _taken(self, contact: Routed, now: Moment) -> core.Event:
        assert contact.agent is not None
        return core.ContactTaken(at=now.ms, contact=contact.id, agent=contact.agent, medium=contact.medium,
                                 queue=contact.queue, points=contact.effort or self.plan.points(contact),
                                 wrap_up=contact.state is ContactState.WRAP_UP)

    def _profile(self, agent: Agent, now: Moment) -> core.Event:
        spoken = agent.languages or LANGUAGES
        tongues = {f"lang:{each}": 1 for each in spoken} if self._tongues() else {}
        return core.AgentProfile(
            at=now.ms, agent=agent.id, skills={**agent.skills, **tongues}, languages=dict.fromkeys(spoken, 5),
            capacity=agent.capacity, costs=dict(agent.efforts), limits=dict(agent.limits),
            backup_after_ms=agent.backup_after * 1000)

    def _tongues(self) -> bool:
        return any(queue.match_language == "prefer" for queue in self.plan.queues.values())

    def _segment(self, contact: Routed) -> str:
        return contact.segment if contact.segment in self.plan.segments else self.plan.segments[-1]

    def _target(self, contact: Routed) -> int | None:
        found = self.plan.target(contact)
        return None if found is None else found * 1000

    def _match(self, contact: Routed) -> str:
        queue = self.plan.queues.get(contact.queue) if contact.queue is not None else None
        return queue.match_language if queue is not None else "no"

    def _language(self, contact: Routed) -> str:
        return contact.language if self._match(contact) == "require" else ""

    def _prefers(self, contact: Routed) -> dict[str, int]:
        tongue = {f"lang:{contact.language}": 1} if self._match(contact) == "prefer" and contact.language else {}
        return {**contact.prefers, **tongue}

    def _sticky(self, contact: Routed, now: Moment) -> AgentId | None:
        """The agent who knows the matter, while on shift."""
        agent = self.known.agents.get(contact.last_agent) if contact.last_agent is not None else None
        return agent.id if agent is not None and agent.active and self.plan.on_shift(agent, now.at) else None


def _state(agent: Agent, now: Moment) -> core.Event:
    return core.AgentStateChanged(at=now.ms, agent=agent.id, state=agent.state.value,
                                  except_media=frozenset(agent.paused))


def _able(agent: Agent) -> tuple[object, ...]:
    return (agent.skills, agent.languages, agent.efforts, agent.capacity, agent.limits, agent.backup_after)


def _wants(contact: Routed) -> tuple[object, ...]:
    return (contact.queue, contact.segment, contact.kind, contact.needs, contact.prefers, contact.language,
            contact.priority, contact.last_agent, contact.patience)
