"""Who could take what waits, by kind of contact, kept agent by agent. Pure; it decides nothing: the router does.

Counted are skills with their least levels, what the contact itself needs, a language the queue insists on, and media an
agent never takes or has paused. Loads are not: who has room changes with every word, and only the router knows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from router.model import AgentId, QueueId
from router.records import Agent, AgentState, Contact, ContactState, Queue
from router.rules.plan import LANGUAGES
from router.rules.staffing import has_skills

_WIDENS = ("relax", "drop", "queues")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What decides who could take a contact."""

    queue: QueueId
    medium: str
    language: str  #: that is insisted on; "" = any
    needs: tuple[tuple[str, int], ...]


@dataclass(slots=True)
class Fit:
    """Who could take contacts of a kind, who of them is at work, who takes it now."""

    contacts: set[int] = field(default_factory=set)
    able: set[AgentId] = field(default_factory=set)
    here: set[AgentId] = field(default_factory=set)
    ready: set[AgentId] = field(default_factory=set)

    def put(self, agent: Agent, kind: Kind, queue: Queue) -> bool:
        """One agent as they are now; whether a reason to wait may be another with it."""
        was = bool(self.able), bool(self.here), agent.id in self.ready
        can = could(agent, kind, queue)
        here = can and agent.state is not AgentState.OFFLINE
        ready = can and agent.state is AgentState.READY and kind.medium not in agent.paused
        for found, fits in ((self.able, can), (self.here, here), (self.ready, ready)):
            (found.add if fits else found.discard)(agent.id)
        return was != (bool(self.able), bool(self.here), ready)

    def code(self, contact: Contact) -> str:
        """What keeps this contact waiting, in the router's codes; "queued" where only the router can say it."""
        if not self.able:
            return "nobody-has-skills"
        if not self.ready:
            return "nobody-ready" if self.here else "nobody-on-duty"
        return "declined-by-all" if self.ready <= set(contact.excluded) else "queued"


def kind_of(contact: Contact, queue: Queue) -> Kind:
    """Contacts of one kind could be taken by the same people."""
    return Kind(queue=queue.id, medium=contact.medium.value,
                language=contact.language if queue.match_language == "require" else "",
                needs=tuple(sorted(contact.needs.items())))


def could(agent: Agent, kind: Kind, queue: Queue) -> bool:
    """Whether the agent could ever take it. Where steps of the queue let others take who waits long, skills and levels
    refuse nobody: which step it is only the router knows."""
    if not agent.active or agent.efforts.get(kind.medium, 1) <= 0:
        return False
    if kind.language and kind.language not in (agent.languages or LANGUAGES):
        return False
    if any(step.get(name) for step in queue.overflow for name in _WIDENS):
        return True
    return has_skills(agent, queue) and all(agent.skills.get(skill, 0) >= level for skill, level in kind.needs)


def stuck(contact: Contact, queue: Queue | None, agents: Iterable[Agent], *, closed: bool = False) -> str:
    """Which condition keeps one waiting contact waiting; whom it waits for and behind whom only the router can say."""
    if queue is None:
        return "not-waiting"
    if closed:
        return "closed"
    fit, kind = Fit(), kind_of(contact, queue)
    for agent in agents:
        fit.put(agent, kind, queue)
    return fit.code(contact)


class Standby:
    """The same for all that waits. Starts with nobody and nothing."""

    def __init__(self) -> None:
        self._queues: Mapping[QueueId, Queue] = {}
        self._agents: Mapping[AgentId, Agent] = {}
        self._fits: dict[Kind, Fit] = {}
        self._of: dict[int, Kind] = {}

    def begin(self, queues: Mapping[QueueId, Queue], agents: Mapping[AgentId, Agent],
              contacts: Iterable[Contact]) -> None:
        """Everything anew. `agents` is looked at again when a kind is new."""
        self._queues, self._agents = queues, agents
        self._fits, self._of = {}, {}
        for contact in contacts:
            self.place(contact.id, contact)

    def place(self, number: int, contact: Contact | None) -> None:
        """Where a contact stands now; None = it is over."""
        kind = self._of.pop(number, None)
        if kind is not None:
            self._fits[kind].contacts.discard(number)
        if contact is not None and contact.state is ContactState.WAITING and contact.queue is not None:
            queue = self._queues.get(contact.queue)
            if queue is not None:
                self._enter(contact, queue)
        if kind is not None and not self._fits[kind].contacts:
            del self._fits[kind]

    def _enter(self, contact: Contact, queue: Queue) -> None:
        kind = self._of[contact.id] = kind_of(contact, queue)
        fit = self._fits.get(kind)
        if fit is None:
            fit = self._fits[kind] = Fit()
            for agent in self._agents.values():
                fit.put(agent, kind, queue)
        fit.contacts.add(contact.id)

    def changed(self, agents: Iterable[Agent]) -> set[int]:
        """These agents are others now; contacts that may wait for another reason."""
        again: set[int] = set()
        agents = list(agents)
        for kind, fit in self._fits.items():
            for agent in agents:
                if fit.put(agent, kind, self._queues[kind.queue]):
                    again |= fit.contacts
        return again

    def code(self, contact: Contact) -> str:
        """Why this one waits."""
        kind = self._of.get(contact.id)
        return "not-waiting" if kind is None else self._fits[kind].code(contact)
