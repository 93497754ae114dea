"""Who may see, read and work on which contact. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from router.model import AgentId, QueueId
from router.records import Agent, Contact, ContactState, Queue, Role
from router.rules.states import ENDED

#: Each role with those it includes.
RANK = {Role.AGENT: 0, Role.SUPERVISOR: 1, Role.ADMIN: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """What decides what somebody sees."""

    agent: AgentId
    all: bool  #: supervisors and admins
    queues: frozenset[QueueId]  #: whose skills they have


def at_least(agent: Agent, role: Role) -> bool:
    """Whether the agent has this role or a higher one."""
    return RANK[agent.role] >= RANK[role]


def skilled(agent: Agent, queue: Queue) -> bool:
    """Whether the agent has every skill of the queue."""
    return all(agent.skills.get(skill, 0) > 0 for skill in queue.skills)


def eye(agent: Agent, queues: Iterable[Queue]) -> Eye:
    """What decides what this agent sees now."""
    return Eye(agent=agent.id, all=at_least(agent, Role.SUPERVISOR),
               queues=frozenset(queue.id for queue in queues if skilled(agent, queue)))


def sees(who: Eye, contact: Contact) -> bool:
    """Whether a contact stands in the live console: what is over does not; a dialogue with a machine only for
    supervisors."""
    if contact.state in ENDED:
        return False
    if who.all or contact.agent == who.agent:
        return True
    return contact.state is not ContactState.SELF_SERVICE and _queued(who, contact)


def reads(who: Eye, contact: Contact) -> bool:
    """Whether its messages and history may be read: also what is over, and what one had last."""
    if who.all or who.agent in (contact.agent, contact.last_agent):
        return True
    return contact.state is not ContactState.SELF_SERVICE and _queued(who, contact)


def _queued(who: Eye, contact: Contact) -> bool:
    """In a queue of theirs, or its mail also came to a mailbox of one."""
    return contact.queue in who.queues or any(each.get("queue") in who.queues for each in contact.data.get("also", ()))


def works(agent: Agent, contact: Contact) -> bool:
    """Whether the agent may act on it: it is theirs, or they supervise."""
    return contact.agent == agent.id or at_least(agent, Role.SUPERVISOR)
