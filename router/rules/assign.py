"""Which agent gets which contact, and why. Pure: a picture of the desk goes in, proposals come out.

First policy: the contact that waits longest within the highest priority; the agent who had it last if able now, else
the emptiest desk, else the longest idle. `Picture` is kept by whole objects; an older version of a
contact it knows never overwrites a newer one. Replaceable as a whole: `router.dispatch` only uses `Picture.put_*`,
`propose` and `explain`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from router.model import AgentId, ContactId, QueueId
from router.records import Agent, AgentState, Contact, ContactState, Queue
from router.rules.states import HOLDING

Place = tuple[int, datetime, int]  #: (-priority, queued at, id): the order in which contacts wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Offer this contact to this agent; `why` holds every term that decided."""

    contact: Contact
    agent: Agent
    why: dict[str, Any]


@dataclass(slots=True)
class Picture:
    """Agents, queues and live contacts as last seen. The only mutable thing here."""

    agents: dict[AgentId, Agent] = field(default_factory=dict)
    queues: dict[QueueId, Queue] = field(default_factory=dict)
    contacts: dict[ContactId, Contact] = field(default_factory=dict)
    lines: dict[QueueId, list[Place]] = field(default_factory=dict)
    held: dict[AgentId, dict[ContactId, int]] = field(default_factory=dict)

    def put_agent(self, agent: Agent) -> None:
        """Take an agent as it is now."""
        self.agents[agent.id] = agent

    def put_queue(self, queue: Queue) -> None:
        """Take a queue as it is now; its contacts are put in order again when its priority changed."""
        was = self.queues.get(queue.id)
        self.queues[queue.id] = queue
        if was is not None and was.priority != queue.priority:
            line = [c for c in self.contacts.values() if c.queue == queue.id and c.state is ContactState.WAITING]
            self.lines[queue.id] = sorted(self.place(c) for c in line)

    def put_contact(self, contact: Contact) -> None:
        """Take a contact as it is now; one that is over is forgotten."""
        known = self.contacts.pop(contact.id, None)
        if known is not None:
            if known.version > contact.version:
                self.contacts[contact.id] = known
                return
            self._out(known)
        if contact.state is ContactState.WAITING and contact.queue is not None and contact.queued_at is not None:
            self.contacts[contact.id] = contact
            insort(self.lines.setdefault(contact.queue, []), self.place(contact))
        elif contact.state in HOLDING and contact.agent is not None:
            self.contacts[contact.id] = contact
            self.held.setdefault(contact.agent, {})[contact.id] = contact.effort

    def _out(self, contact: Contact) -> None:
        if contact.state is ContactState.WAITING and contact.queue is not None:
            line = self.lines.get(contact.queue, [])
            at = bisect_left(line, self.place(contact))
            if at < len(line) and line[at][2] == contact.id:
                del line[at]
        elif contact.agent is not None:
            self.held.get(contact.agent, {}).pop(contact.id, None)

    def place(self, contact: Contact) -> Place:
        """Where a contact stands in its queue's line."""
        assert contact.queue is not None and contact.queued_at is not None
        queue = self.queues.get(contact.queue)
        return (-(contact.priority + (queue.priority if queue else 0)), contact.queued_at, contact.id)

    def load(self, agent: Agent) -> int:
        """Points in use."""
        held = self.held.get(agent.id)
        if not held:
            return 0
        return sum(cost(agent, self.contacts[c]) or effort for c, effort in held.items())

    def waiting(self) -> Iterator[Contact]:
        """All who wait, in the order in which they should be served."""
        for place in sorted(place for line in self.lines.values() for place in line):
            yield self.contacts[ContactId(place[2])]


def cost(agent: Agent, contact: Contact) -> int:
    """Points a contact costs this agent; 0 = takes none of this medium."""
    return agent.efforts.get(contact.medium.value, contact.effort)


def able(agent: Agent, contact: Contact, queue: Queue) -> bool:
    """Has the skills and takes the medium, whether or not there is room now."""
    return (agent.active and all(agent.skills.get(skill, 0) > 0 for skill in queue.skills)
            and 0 < cost(agent, contact) <= agent.capacity)


def propose(
    picture: Picture, contacts: Iterable[ContactId], agents: Iterable[AgentId], now: datetime
) -> list[Proposal]:
    """Everything that became possible because these contacts wait and these agents changed.

    Each proposal is already reserved in the picture; when the database refuses it, put the real objects again.
    """
    made: list[Proposal] = []
    waiting = [picture.contacts[c] for c in set(contacts)
               if c in picture.contacts and picture.contacts[c].state is ContactState.WAITING]
    for contact in sorted(waiting, key=picture.place):
        proposal = _agent_for(picture, contact, now)
        if proposal is not None:
            _reserve(picture, proposal)
            made.append(proposal)
    for agent_id in sorted(set(agents)):
        while (proposal := _contact_for(picture, agent_id, now)) is not None:
            _reserve(picture, proposal)
            made.append(proposal)
    return made


def _reserve(picture: Picture, proposal: Proposal) -> None:
    line = picture.lines[proposal.contact.queue]  # type: ignore[index]
    del line[bisect_left(line, picture.place(proposal.contact))]
    picture.held.setdefault(proposal.agent.id, {})[proposal.contact.id] = proposal.contact.effort
    picture.contacts[proposal.contact.id] = replace(
        proposal.contact, state=ContactState.OFFERED, agent=proposal.agent.id
    )


def _free(picture: Picture, contact: Contact, queue: Queue) -> list[tuple[tuple[Any, ...], Agent, int]]:
    found = []
    for agent in picture.agents.values():
        if agent.state is not AgentState.READY or agent.id in contact.excluded or not able(agent, contact, queue):
            continue
        load = picture.load(agent)
        if load + cost(agent, contact) <= agent.capacity:
            found.append(((agent.id != contact.last_agent, load, agent.idle_since, agent.id), agent, load))
    return found


def _agent_for(picture: Picture, contact: Contact, now: datetime) -> Proposal | None:
    queue = picture.queues.get(contact.queue) if contact.queue is not None else None
    if queue is None:
        return None
    free = _free(picture, contact, queue)
    if not free:
        return None
    _, agent, load = min(free, key=lambda each: each[0])
    return Proposal(contact=contact, agent=agent, why=_why(contact, queue, agent, load, len(free), now, "arrival"))


def _contact_for(picture: Picture, agent_id: AgentId, now: datetime) -> Proposal | None:
    agent = picture.agents.get(agent_id)
    if agent is None or agent.state is not AgentState.READY:
        return None
    load = picture.load(agent)
    if load >= agent.capacity:
        return None
    best: tuple[Place, Contact, Queue] | None = None
    for queue_id, line in picture.lines.items():
        queue = picture.queues.get(queue_id)
        for place in line if queue is not None else ():
            if best is not None and place >= best[0]:
                break
            contact = picture.contacts[ContactId(place[2])]
            assert queue is not None
            if not all(agent.skills.get(skill, 0) > 0 for skill in queue.skills):
                break
            if agent.id in contact.excluded or not able(agent, contact, queue):
                continue
            if load + cost(agent, contact) <= agent.capacity:
                best = (place, contact, queue)
                break
    if best is None:
        return None
    _, contact, queue = best
    return Proposal(contact=contact, agent=agent, why=_why(contact, queue, agent, load, 1, now, "agent-free"))


def _why(
    contact: Contact, queue: Queue, agent: Agent, load: int, candidates: int, now: datetime, trigger: str
) -> dict[str, Any]:
    assert contact.queued_at is not None
    sticky = agent.id == contact.last_agent
    return {
        "rule": "last-agent" if sticky else "longest-idle", "trigger": trigger, "queue": queue.name,
        "skills": list(queue.skills), "priority": contact.priority + queue.priority,
        "waited_seconds": round((now - contact.queued_at).total_seconds(), 3), "candidates": candidates,
        "load": load, "cost": cost(agent, contact), "capacity": agent.capacity,
        "idle_seconds": round((now - agent.idle_since).total_seconds(), 3), "excluded": list(contact.excluded),
    }


def explain(picture: Picture, contact_id: ContactId) -> dict[str, Any]:
    """Why a contact still waits: how many agents fall at each condition, and which condition binds."""
    contact = picture.contacts.get(contact_id)
    if contact is None or contact.queue is None or contact.queue not in picture.queues:
        return {"code": "not-waiting"}
    queue = picture.queues[contact.queue]
    if contact.state is not ContactState.WAITING:
        return {"code": "not-waiting"}
    skilled = [a for a in picture.agents.values() if able(a, contact, queue)]
    ready = [a for a in skilled if a.state is AgentState.READY]
    open_to_it = [a for a in ready if a.id not in contact.excluded]
    ahead = bisect_left(picture.lines.get(contact.queue, []), picture.place(contact))
    code = ("no-agent-has-skills" if not skilled else "nobody-ready" if not ready
            else "declined-by-all" if not open_to_it else "all-busy")
    return {"code": code, "queue": queue.name, "skills": list(queue.skills), "ahead": ahead, "able": len(skilled),
            "ready": len(ready), "declined": len(ready) - len(open_to_it), "busy": len(open_to_it)}
