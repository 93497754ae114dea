"""What somebody may see and change among the articles, as the desk stands now. Reads only; `permits` decides."""

from __future__ import annotations

from knowledge import permits
from router.records import Agent
from storage.knowledge import Article
from storage.tx import StoreTx


def rights(tx: StoreTx, agent: Agent) -> permits.Rights:
    """As of now: categories, queues and skills may change at any time."""
    return permits.rights(agent, tx.knowledge.life.categories(), tx.desk.queues())


def readable(tx: StoreTx, agent: Agent, number: int) -> Article:
    """The article; NotFound when this agent may not read it."""
    return permits.readable(agent, tx.knowledge.get(number), rights(tx, agent))


def editable(tx: StoreTx, agent: Agent, number: int, *, four_eyes: bool = False) -> Article:
    """The article; NotFound or Forbidden when this agent may not change its words without asking."""
    mine = rights(tx, agent)
    found = permits.readable(agent, tx.knowledge.get(number), mine)
    permits.editable(agent, found, mine, four_eyes=four_eyes)
    return found
