"""Everything that is live, as views kept in memory, and what changed in them. Holds no socket and reads no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from agents import reasons, views
from agents.alarms import Standing
from agents.projector import Loaded
from agents.standby import Load, Said, Standby
from agents.tally import Tally
from agents.views import Card, View
from router.model import AgentId, Health, QueueId
from router.records import Agent, AgentState, Contact, ContactState, Queue
from router.rules.effort import cost
from router.rules.plan import Plan
from router.rules.staffing import has_skills
from router.rules.states import ENDED, HOLDING

#: Kinds of views that are kept (messages are not: they are looked at by few).
KINDS = ("contact", "agent", "me", "queue", "channel", "alarms")
_IN_LINE = (ContactState.WAITING, ContactState.OFFERED)


@dataclass(frozen=True, slots=True)
class Shown:
    """A view, as it goes over the wire, and the journal position at which it last became different."""

    view: View
    wire: orjson.Fragment
    stamp: int


@dataclass(slots=True)
class Changes:
    """What became different: ids by kind. `moved` are contacts before and after (None = was or is not live)."""

    put: dict[str, dict[int | str, Shown]] = field(default_factory=dict)
    moved: dict[int, tuple[Contact | None, Contact | None]] = field(default_factory=dict)
    gone: dict[str, list[int | str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.put or self.moved or self.gone)


class Scene:
    """Starts empty; `load` once, then `take` whatever the journal brings."""

    def __init__(self, channels: Mapping[str, str]) -> None:
        self.seq = 0
        self.first = 0  #: position of the first picture; nothing older is known
        self.cards: dict[int, Card] = {}
        self.agents: dict[AgentId, Agent] = {}
        self.queues: dict[QueueId, Queue] = {}
        self.shown: dict[str, dict[int | str, Shown]] = {kind: {} for kind in KINDS}
        self.gone: dict[tuple[str, int | str], int] = {}  #: agents that were here -> position
        self.customers: dict[int, set[int]] = {}  #: customer -> live contacts
        self.lights: dict[str, Health] = {}
        self.online: set[AgentId] = set()
        self.tally = Tally(day=datetime.min.replace(tzinfo=UTC), targets={})
        self.standing = Standing()
        self._channels = dict(channels)  #: name -> medium
        self._outbox: dict[str, int] = {}
        self._held: dict[AgentId, set[int]] = {}
        self._lines: dict[QueueId, dict[int, datetime]] = {}
        self._ready: dict[QueueId, set[AgentId]] = {}
        self._closed: set[QueueId] = set()
        self._standby = Standby(self._load)
        self._zone = "UTC"

    def load(self, all: Loaded, tally: Tally, lights: Mapping[str, Health], standing: Standing) -> None:
        """The first picture."""
        self.seq = self.first = all.seq
        self.tally, self.standing, self.lights = tally, standing, dict(lights)
        self.agents, self.queues = dict(all.agents), dict(all.queues or {})
        self._outbox = dict(all.outbox or {})
        made = Changes()
        self._readiness(self.agents.values())
        for card in all.cards.values():
            self._place(card.contact.id, card)
        self._standby.begin(self.queues, self.agents, [card.contact for card in self.cards.values()])
        for card in all.cards.values():
            self._show("contact", card.contact.id, self._contact_view(card), made, stamp=0)
        self._show_small(made, self.agents, self.queues, self._channels)
        self._show_alarms(made)

    def take(self, news: Loaded) -> Changes:
        """Bring the picture to `news.seq`; returns what became different."""
        self.seq = news.seq
        made = Changes()
        agents, queues = {AgentId(a) for a in news.agents}, self._count(news)
        self.agents.update(news.agents)
        for number in sorted(news.touched.contacts):
            contact, card = news.contacts.get(number), news.cards.get(number)
            was = self._place(number, card)
            made.moved[number] = (None if was is None else was.contact, contact)
            for each in (was, card):
                if each is not None and each.contact.queue is not None:
                    queues.add(each.contact.queue)
                if each is not None and each.contact.agent is not None:
                    agents.add(each.contact.agent)
        if news.queues is not None:
            self.queues = dict(news.queues)
            queues |= set(self.queues)
            self._readiness(self.agents.values())
            self._standby.begin(self.queues, self.agents, [card.contact for card in self.cards.values()])
            self._again((number for line in self._lines.values() for number in line), made)
        elif agents:
            queues |= self._readiness(news.agents.values())
            self._again(self._standby.changed(self.agents[each] for each in agents if each in self.agents), made)
        for number in made.moved:
            if number in self.cards:
                self._show("contact", number, self._contact_view(self.cards[number]), made)
            else:
                self.shown["contact"].pop(number, None)
        if news.outbox is not None:
            self._outbox = dict(news.outbox)
        self._show_small(made, agents, queues, self._channels if news.outbox is not None else ())
        if self.standing.feed(news.entries):
            self._show_alarms(made)
        return made

    def light(self, lights: Mapping[str, Health]) -> Changes:
        """The channels' lights as they are now."""
        self.lights = dict(lights)
        return self._small((), (), self._channels)

    def presence(self, agent: AgentId, online: bool) -> Changes:
        """An agent's first socket came, or the last one went."""
        (self.online.add if online else self.online.discard)(agent)
        return self._small((agent,), (), ())

    def recount(self, tally: Tally) -> Changes:
        """A new day's numbers, or numbers under new targets."""
        over = tally.day != self.tally.day and self.standing.end_day()
        self.tally = tally
        made = self._small((), self.queues, ())
        if over:
            self._show_alarms(made)
        return made

    def load_of(self, agent: Agent) -> int:
        """Points in use."""
        return self._load(agent).points

    def _load(self, agent: Agent) -> Load:
        held = [self.cards[each].contact for each in self._held.get(agent.id, ())]
        return Load(points=sum(cost(agent, contact) or contact.effort for contact in held),
                    counts=Counter(contact.medium.value for contact in held))

    def _small(self, agents: Iterable[AgentId], queues: Iterable[QueueId], channels: Iterable[str]) -> Changes:
        made = Changes()
        self._show_small(made, agents, queues, channels)
        return made

    def _count(self, news: Loaded) -> set[QueueId]:
        return {QueueId(queue) for queue in self.tally.feed(news.entries)}

    def _place(self, number: int, card: Card | None) -> Card | None:
        """Put a contact where it stands now; returns how it was."""
        was = self.cards.pop(number, None)
        if was is not None:
            it = was.contact
            self.customers[it.customer].discard(number)
            if not self.customers[it.customer]:
                del self.customers[it.customer]
            if it.agent is not None:
                self._held.get(it.agent, set()).discard(number)
            if it.queue is not None:
                self._lines.get(it.queue, {}).pop(number, None)
        if card is not None and card.contact.state not in ENDED:
            it = card.contact
            self.cards[number] = card
            self.customers.setdefault(it.customer, set()).add(number)
            if it.agent is not None and it.state in HOLDING:
                self._held.setdefault(it.agent, set()).add(number)
            if it.queue is not None and it.state in _IN_LINE:
                self._lines.setdefault(it.queue, {})[number] = it.queued_at or it.opened_at
        self._standby.place(number, None if card is None else card.contact)
        return was

    def _readiness(self, agents: Iterable[Agent]) -> set[QueueId]:
        """Who of these is ready for which queue, busy or not; queues where that is different."""
        changed: set[QueueId] = set()
        agents = list(agents)
        for queue in self.queues.values():
            ready = self._ready.setdefault(queue.id, set())
            was = set(ready)
            for agent in agents:
                can = agent.active and agent.state is AgentState.READY and has_skills(agent, queue)
                (ready.add if can else ready.discard)(agent.id)
            if was != ready:
                changed.add(queue.id)
        return changed

    def _again(self, numbers: Iterable[int], made: Changes) -> None:
        """Why they wait may be another reason now."""
        for number in numbers:
            if number not in made.moved and self.cards[number].contact.state is ContactState.WAITING:
                self._show("contact", number, self._contact_view(self.cards[number]), made)

    def hours(self, plan: Plan, at: datetime) -> Changes:
        """Queues that opened or closed since, and who waits for another reason by now."""
        closed = {queue for queue in self.queues if queue in plan.queues and not plan.is_open(plan.queues[queue], at)}
        turned, self._closed = closed ^ self._closed, closed
        made = Changes()
        for queue in turned:
            self._again(self._lines.get(queue, {}), made)
        self._zone = plan.zone
        self._again(self._standby.look(plan, at), made)
        return made

    def _contact_view(self, card: Card) -> View:
        it = card.contact
        waits = it.state is ContactState.WAITING and it.queue in self.queues
        said = self._standby.said(it)
        if waits and it.queue in self._closed:
            said = Said(code="closed")
        return views.contact(card, reasons.stands(said.code, said.more, self._zone))

    def _show_small(self, made: Changes, agents: Iterable[AgentId], queues: Iterable[QueueId],
                    channels: Iterable[str]) -> None:
        for agent in (self.agents[number] for number in sorted(agents) if number in self.agents):
            self._show_agent(made, agent)
        for queue in (self.queues[number] for number in sorted(queues) if number in self.queues):
            line = self._lines.get(queue.id, {})
            ready = self._ready.get(queue.id, ())
            self._show("queue", queue.id, views.queue(
                queue, waiting=len(line), oldest=min(line.values(), default=None), ready=len(ready),
                today=self.tally.today(queue.id)), made)
        for name in channels:
            self._show("channel", name, views.channel(
                name, self._channels[name], self.lights.get(name), self._outbox.get(name, 0)), made)

    def _show_alarms(self, made: Changes) -> None:
        self._show("alarms", 0, views.alarms(self.standing.first(), len(self.standing.found)), made)

    def _show_agent(self, made: Changes, agent: Agent) -> None:
        load = self.load_of(agent)
        self._show("me", agent.id, views.me(agent, load), made)
        if agent.active:
            self.gone.pop(("agent", agent.id), None)
            self._show("agent", agent.id, views.agent(agent, load, agent.id in self.online), made)
        elif self.shown["agent"].pop(agent.id, None) is not None:
            self.gone["agent", agent.id] = self.seq
            made.gone.setdefault("agent", []).append(agent.id)

    def _show(self, kind: str, number: int | str, view: View, made: Changes, *, stamp: int | None = None) -> None:
        known = self.shown[kind].get(number)
        if known is not None and known.view == view:
            return
        shown = Shown(view, orjson.Fragment(orjson.dumps(view, option=orjson.OPT_NON_STR_KEYS)),
                      self.seq if stamp is None else stamp)
        self.shown[kind][number] = shown
        made.put.setdefault(kind, {})[number] = shown

    def picture(self) -> dict[str, dict[int | str, dict[str, Any]]]:
        """Every view by kind and id, for comparison."""
        return {kind: {number: shown.view for number, shown in views.items()} for kind, views in self.shown.items()}
