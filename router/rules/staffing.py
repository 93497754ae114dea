"""Who could serve which queue, who of them is at work, who is ready: kept agent by agent. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from router.model import AgentId, QueueId
from router.records import Agent, AgentState, Queue


@dataclass(slots=True)
class Staff:
    """Sets by queue. Starts with nobody; `put` every agent, and again when one changes."""

    queues: Mapping[QueueId, Queue]
    able: dict[QueueId, set[AgentId]] = field(default_factory=dict)
    here: dict[QueueId, set[AgentId]] = field(default_factory=dict)
    ready: dict[QueueId, set[AgentId]] = field(default_factory=dict)

    def put_all(self, agents: Iterable[Agent]) -> None:
        """Everybody."""
        for agent in agents:
            self.put(agent)

    def put(self, agent: Agent) -> list[QueueId]:
        """One agent as they are now; queues where the last or first who is at work came or went."""
        turned = []
        for number, queue in self.queues.items():
            can = agent.active and has_skills(agent, queue)
            here = self.here.setdefault(number, set())
            before = bool(here)
            _keep(self.able.setdefault(number, set()), agent.id, can)
            _keep(here, agent.id, can and agent.state is not AgentState.OFFLINE)
            _keep(self.ready.setdefault(number, set()), agent.id, can and agent.state is AgentState.READY)
            if before != bool(here):
                turned.append(number)
        return turned

    def standing(self, queue: QueueId | None) -> str:
        """nobody-able, nobody-here, or "" when somebody is at work."""
        if queue is None or not self.able.get(queue):
            return "nobody-able"
        return "" if self.here.get(queue) else "nobody-here"


def has_skills(agent: Agent, queue: Queue) -> bool:
    """Whether the agent has every skill of the queue at its least level."""
    return all(agent.skills.get(skill, 0) >= max(1, queue.levels.get(skill, 1)) for skill in queue.skills)


def _keep(into: set[AgentId], agent: AgentId, fits: bool) -> None:
    (into.add if fits else into.discard)(agent)
