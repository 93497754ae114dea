"""Who could take what waits, by kind of contact, kept agent by agent. Pure; it decides nothing: the router does.

Counted are skills with their least levels, what the contact itself needs, a language the queue insists on, media an
agent never takes or has paused, who has room beside what they hold, and who may take it only after a step of the queue
or when they have stood back long enough. Behind whom it waits only the router knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from router.core import Ring
from router.model import AgentId, QueueId
from router.records import Agent, AgentState, Contact, ContactState, Queue
from router.rules.plan import LANGUAGES, Plan

FEW = 200  #: with more waiting in the house, what follows from loads alone is found by looking
APART = timedelta(seconds=5)  #: between looks at what time and loads change
_TONGUE = "language:"  #: a language among the skills
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What an agent has in hand."""

    points: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)  #: contacts by medium


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Why one waits, in the router's codes ("queued" where only the router can say it), and from when on colleagues
    who are here may take it who may not yet."""

    code: str
    more: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What decides who could take a contact."""

    queue: QueueId
    medium: str
    language: str  #: that is insisted on; "" = any
    needs: tuple[tuple[str, int], ...]
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How one agent stands to contacts of a kind."""

    ring: int  #: the first step of the queue from which they may take it; 0 = from the start
    after: int  #: seconds that they stand back
    here: bool
    ready: bool
    room: bool = True  #: points for it beside what they hold
    under: bool = True  #: not as many of the medium as they may


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    code: str
    asked: frozenset[AgentId] = frozenset()  #: who could be asked now
    more: int | None = None  #: seconds of waiting after which more may


@dataclass(slots=True)
class Fit:
    """Who could ever take contacts of a kind, and how each of them stands."""

    rings: tuple[Ring, ...] = ()
    said: dict[int, Said | None] = field(default_factory=dict)  #: contacts, and what was said of them last
    places: dict[AgentId, Place] = field(default_factory=dict)
    freed: dict[AgentId, bool] = field(default_factory=dict)  #: whose room came just now: whether a look has seen it
    turned: bool = False  #: loads are others than when it was looked at
    _known: dict[tuple[int, int], _Verdict] = field(default_factory=dict)

    def put(self, number: AgentId, place: Place | None, *, patient: bool = False) -> bool:
        """One agent as they are now (None = could never take it); whether more than their load is another. `patient`:
        room counts when it lasts."""
        was = self.places.pop(number, None)
        if place is not None:
            if patient and was is not None and place.room and (number in self.freed or not was.room):
                self.freed.setdefault(number, False)
                self.places[number] = replace(place, room=False)
            else:
                self.freed.pop(number, None)
                self.places[number] = place
        now = self.places.get(number)
        if now != was:
            self._known.clear()
            self.turned = True
        return _lasting(was) != _lasting(now)

    def settle(self) -> None:
        """Room that is still there at the next look is room: whoever is free a moment is being asked."""
        for number, seen in list(self.freed.items()):
            self.freed[number] = True
            if seen:
                del self.freed[number]
                self.places[number] = replace(self.places[number], room=True)
                self._known.clear()
                self.turned = True

    @property
    def timed(self) -> bool:
        """Whether others may take its contacts as time passes."""
        return bool(self.rings) or any(each.after for each in self.places.values())

    def verdict(self, waited: int) -> _Verdict:
        """What keeps those waiting who have waited so many seconds."""
        passed = sum(ring.after_ms <= waited * 1000 for ring in self.rings)
        reached = max((each.after for each in self.places.values() if each.after <= waited), default=0)
        if (passed, reached) not in self._known:
            self._known[passed, reached] = self._judge(passed, reached)
        return self._known[passed, reached]

    def _judge(self, passed: int, reached: int) -> _Verdict:
        def within(ring: int) -> dict[AgentId, Place]:
            return {number: each for number, each in self.places.items()
                    if each.ring <= ring and each.after <= reached}
        if not self.places:
            return _Verdict(code="nobody-has-skills")
        able = within(passed)
        if not any(each.here for each in able.values()):  # a step that nobody can serve is not waited for
            able = next((wider for wider in map(within, range(passed + 1, len(self.rings) + 1))
                         if any(each.here for each in wider.values())), able)
        later = [max(self._opens(each.ring), each.after) for number, each in self.places.items()
                 if number not in able and each.here]
        ready = {number: each for number, each in able.items() if each.ready}
        free = {number: each for number, each in ready.items() if each.room}
        asked = frozenset(number for number, each in free.items() if each.under)
        code = ("nobody-in-this-ring" if not able else "nobody-on-duty" if not any(e.here for e in able.values())
                else "nobody-ready" if not ready else "all-busy" if not free
                else "limit-of-medium" if not asked else "queued")
        return _Verdict(code=code, asked=asked, more=min(later, default=None))

    def _opens(self, ring: int) -> int:
        return self.rings[ring - 1].after_ms // 1000 if ring else 0


def _lasting(place: Place | None) -> tuple[int, int, bool, bool] | None:
    return None if place is None else (place.ring, place.after, place.here, place.ready)


def kind_of(contact: Contact, queue: Queue, plan: Plan) -> Kind:
    """Contacts of one kind could be taken by the same people."""
    return Kind(queue=queue.id, medium=contact.medium.value,
                language=contact.language if queue.match_language == "require" else "",
                needs=tuple(sorted(contact.needs.items())), points=plan.points(contact))


def place_of(agent: Agent, load: Load, kind: Kind, queue: Queue, rings: tuple[Ring, ...], plan: Plan) -> Place | None:
    """How the agent stands to contacts of that kind, as the router judges it; None = could never take one."""
    cost = agent.efforts.get(kind.medium, kind.points)
    ring = _ring(agent, kind, queue, rings, plan)
    if not agent.active or not 0 < cost <= agent.capacity or ring is None:
        return None
    medium = plan.media.get(kind.medium)
    limit = agent.limits.get(kind.medium, medium.at_once if medium is not None else 0)
    return Place(ring=ring, after=agent.backup_after, here=agent.state is not AgentState.OFFLINE,
                 ready=agent.state is AgentState.READY and kind.medium not in agent.paused,
                 room=load.points + cost <= agent.capacity,
                 under=not limit or load.counts.get(kind.medium, 0) < limit)


def _ring(agent: Agent, kind: Kind, queue: Queue, rings: tuple[Ring, ...], plan: Plan) -> int | None:
    """The first step from which the agent may take it; None = from none."""
    asked = _levels(queue)
    for skill, level in (*kind.needs, *([(_TONGUE + kind.language, 1)] if kind.language else ())):
        asked[skill] = max(level, asked.get(skill, 0))
    has = {**agent.skills, **dict.fromkeys((_TONGUE + each for each in agent.languages or LANGUAGES), 1)}

    def brings(levels: Mapping[str, int]) -> bool:
        return all(has.get(skill, 0) >= level for skill, level in levels.items())
    if brings(asked):
        return 0
    for number, ring in enumerate(rings, 1):
        if brings({skill: max(1, level - ring.relax) for skill, level in asked.items() if skill not in ring.drop}):
            return number
        others = [plan.queues.get(each) for each in ring.queues]  # type: ignore[call-overload]
        if any(other is not None and brings(_levels(other)) for other in others):
            return number
    return None


def _levels(queue: Queue) -> dict[str, int]:
    return {skill: max(1, queue.levels.get(skill, 1)) for skill in queue.skills}


def _say(fit: Fit, contact: Contact, plan: Plan, at: datetime) -> Said:
    found = fit.verdict(int(plan.waited(contact, at).total_seconds()) if fit.timed else 0)
    code = "declined-by-all" if found.asked and found.asked <= set(contact.excluded) else found.code
    if found.more is None or contact.queued_at is None or code == "queued":
        return Said(code=code)
    return Said(code=code, more=plan.hours_of(contact.queue).after(contact.queued_at, timedelta(seconds=found.more)))


def stuck(contact: Contact, queue: Queue | None, agents: Iterable[Agent], *, closed: bool = False,
          plan: Plan | None = None, loads: Mapping[AgentId, Load] | None = None, at: datetime | None = None) -> Said:
    """What keeps one waiting contact waiting; whom it waits for and behind whom only the router can say."""
    if queue is None or closed:
        return Said(code="closed" if queue is not None else "not-waiting")
    plan, at, loads = plan or Plan(), at or contact.queued_at or _EVER, loads or {}
    fit, kind = Fit(rings=plan.rings(plan.queues.get(queue.id, queue))), kind_of(contact, queue, plan)
    for agent in agents:
        fit.put(agent.id, place_of(agent, loads.get(agent.id, Load()), kind, queue, fit.rings, plan))
    return _say(fit, contact, plan, at)


class Standby:
    """The same for all that waits. Starts with nobody and nothing. `load` says what an agent has in hand now."""

    def __init__(self, load: Callable[[Agent], Load] = lambda _: Load()) -> None:
        self._load = load
        self._plan, self._at, self._looked = Plan(), _EVER, _EVER
        self._queues: Mapping[QueueId, Queue] = {}
        self._agents: Mapping[AgentId, Agent] = {}
        self._fits: dict[Kind, Fit] = {}
        self._of: dict[int, tuple[Kind, Contact]] = {}

    def begin(self, queues: Mapping[QueueId, Queue], agents: Mapping[AgentId, Agent],
              contacts: Iterable[Contact]) -> None:
        """Everything anew. `agents` is looked at again when a kind is new."""
        self._queues, self._agents = queues, agents
        self._fits, self._of = {}, {}
        for contact in contacts:
            self.place(contact.id, contact)

    def place(self, number: int, contact: Contact | None) -> None:
        """Where a contact stands now; None = it is over."""
        known = self._of.pop(number, None)
        if known is not None:
            self._fits[known[0]].said.pop(number, None)
        if contact is not None and contact.state is ContactState.WAITING and contact.queue is not None:
            queue = self._queues.get(contact.queue)
            if queue is not None:
                self._enter(contact, queue)
        if known is not None and not self._fits[known[0]].said:
            del self._fits[known[0]]

    def _enter(self, contact: Contact, queue: Queue) -> None:
        kind = kind_of(contact, queue, self._plan)
        self._of[contact.id] = kind, contact
        fit = self._fits.get(kind)
        if fit is None:
            fit = self._fits[kind] = Fit(rings=self._plan.rings(self._plan.queues.get(queue.id, queue)))
            for agent in self._agents.values():
                self._put(fit, kind, agent, self._load(agent))
        fit.said[contact.id] = None

    def _put(self, fit: Fit, kind: Kind, agent: Agent, load: Load) -> bool:
        place = place_of(agent, load, kind, self._queues[kind.queue], fit.rings, self._plan)
        return fit.put(agent.id, place, patient=len(self._of) > FEW)

    def changed(self, agents: Iterable[Agent]) -> set[int]:
        """These agents are others now, or have other things in hand; contacts that may wait for another reason. Where
        many wait what follows from loads alone is found by looking: whoever has room is mostly asked at once."""
        again: set[int] = set()
        known = [(agent, self._load(agent)) for agent in agents]
        for kind, fit in self._fits.items():
            if sum(self._put(fit, kind, agent, load) for agent, load in known):
                again |= fit.said.keys()
            elif fit.turned and len(self._of) <= FEW:
                again.update(self._other(fit))
        return again

    def look(self, plan: Plan, at: datetime) -> set[int]:
        """What is set and the time are others now; contacts that wait for another reason than was said."""
        self._at = at
        if plan is not self._plan:
            self._plan, self._looked = plan, at
            self.begin(self._queues, self._agents, [contact for _, contact in self._of.values()])
            return set(self._of)
        if not at - APART < self._looked <= at:
            self._looked = at
            return {number for fit in self._fits.values() for number in self._other(fit)}
        return set()

    def _other(self, fit: Fit) -> list[int]:
        fit.settle()
        if not (fit.turned or fit.timed):
            return []
        fit.turned = False
        return [number for number, said in fit.said.items()
                if said != _say(fit, self._of[number][1], self._plan, self._at)]

    def said(self, contact: Contact) -> Said:
        """Why this one waits."""
        if contact.id not in self._of:
            return Said(code="not-waiting")
        kind, known = self._of[contact.id]
        fit = self._fits[kind]
        made = fit.said[contact.id] = _say(fit, known, self._plan, self._at)
        return made
