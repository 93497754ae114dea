"""Who works: agents, and crews of agents who can do the same. Pure state; decides nothing."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Any

from router.core.config import Id
from router.core.waiting import Line

READY, AWAY, WRITING, OFFLINE = "ready", "away", "wrap-up", "offline"
STATES = (READY, AWAY, WRITING, OFFLINE)


class Agent:
    """One agent as the router sees him."""

    __slots__ = ("away_until", "counts", "crew", "drain", "except_media", "external", "given", "id", "items", "load",
                 "missed", "profile", "ready", "since", "spent", "state", "turn", "version")

    def __init__(self, agent: Id) -> None:
        self.id = agent
        self.profile: tuple[Any, ...] = ()  #: skills, media, queues, capacity, costs, limits, backup
        self.crew: Crew | None = None
        self.state = OFFLINE
        self.except_media: frozenset[str] = frozenset()
        self.ready = False  #: stands in his crew's buckets
        self.drain: Line | None = None  #: takes nothing until the first of that line, who starves, fits
        self.items: dict[Id, int] = {}  #: contact -> points: offers and what he holds awake
        self.external = 0  #: points spent elsewhere
        self.load = 0  #: all points in use
        self.counts: dict[str, int] = {}  #: medium -> how many at once, where his crew has limits
        self.since = 0  #: idle since, or last given something
        self.missed = 0  #: offers in a row let lapse
        self.away_until: int | None = None  #: the router made him away until then
        self.given = 0  #: contacts given so far
        self.spent = 0  #: points given so far
        self.turn = 0  #: number of the last contact given, for taking turns
        self.version = 0

    def __lt__(self, other: Agent) -> bool:
        return False


class Crew:
    """Agents with the same skills, media, queues, capacity, costs, limits: equal before every contact."""

    __slots__ = ("able", "agents", "asks", "at", "backup", "band", "bit", "capacity", "costs", "duty", "flex", "heaps",
                 "index", "key", "limits", "media", "needs", "queues", "skills", "whole", "within")

    def __init__(self, key: tuple[Any, ...], index: int) -> None:
        self.key, self.index, self.bit = key, index, 1 << index
        skills, self.media, self.queues, self.capacity, costs, limits, self.backup = key
        self.skills: dict[str, int] = dict(skills)
        self.costs: dict[str, int] = dict(costs)
        self.limits: dict[str, int] = dict(limits)
        self.agents: dict[Id, Agent] = {}
        self.heaps: dict[int, list[tuple[int, Id, int, Agent]]] = {}  #: load -> (since, id, version, agent)
        self.at: dict[int, int] = {}  #: load -> how many ready agents have it
        self.needs = 0  #: bits of the needs it may serve
        self.within: dict[int, int] = {}  #: points left -> bits of the needs that fit
        self.able = bytearray()  #: by need: points it costs here; 0 = may not
        self.duty = 0  #: agents not offline
        self.whole = False  #: takes work that fills a seat
        self.asks: tuple[int, ...] = ()  #: what it is wanted for, as the cover numbers it
        self.flex = 0.0  #: share of all expected work it could do
        self.band = 0

    def top(self, load: int) -> tuple[int, Id, int, Agent] | None:
        """The agent with that load who has been so for longest; None when there is none."""
        heap = self.heaps.get(load)
        if heap is None:
            return None
        while heap:
            entry = heap[0]
            agent = entry[3]
            if agent.version == entry[2]:
                return entry
            heappop(heap)
        return None

    def put(self, agent: Agent) -> bool:
        """A ready agent stands in; True when he is the first with that load."""
        load = agent.load
        version = agent.version = agent.version + 1
        agent.ready = True
        heap = self.heaps.get(load)
        if heap is None:
            self.heaps[load] = [(agent.since, agent.id, version, agent)]
            self.at[load] = 1
            return True
        n = self.at[load] = self.at[load] + 1
        if n == 1:
            heap.clear()  # nobody in it is there any more
            heap.append((agent.since, agent.id, version, agent))
            return True
        heappush(heap, (agent.since, agent.id, version, agent))
        if len(heap) > 4 * n + 64:
            heap[:] = [entry for entry in heap if entry[3].version == entry[2]]
            heapify(heap)
        return False

    def take(self, agent: Agent) -> bool:
        """He stands out; True when nobody with that load is left."""
        agent.version += 1
        agent.ready = False
        n = self.at[agent.load] = self.at[agent.load] - 1
        return n == 0

    def ready(self, load: int) -> list[Agent]:
        """Ready agents with that load, in the order of their ids."""
        return [agent for _, agent in sorted(self.agents.items()) if agent.ready and agent.load == load]
