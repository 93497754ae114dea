"""Which crews may serve which needs, and who stands ready: bit sets kept up to date by single changes. Decides nothing.

Crews and needs are numbered; a number that is free is used again. Sets of crews are Python integers, one bit a crew.
"""

from __future__ import annotations

from typing import Any

from router.core.config import Config, Id, Policy, QueueRules
from router.core.covering import Cover
from router.core.crews import READY, Agent, Crew
from router.core.holders import Holders, ring_of
from router.core.waiting import Line, Need
from router.core.waiting import bits as bits

_NO_POLICY = Policy()


class Floor:
    """Agents and their crews on one side, needs on the other."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.queues: dict[Id, QueueRules] = {queue.id: queue for queue in config.queues}
        self.agents: dict[Id, Agent] = {}
        self.crews: list[Crew | None] = []
        self.crew_of: dict[tuple[Any, ...], Crew] = {}
        self.holders = Holders()
        self.width = 64  #: so many needs have a place in what crews are able to
        self.needs: list[Need | None] = []
        self.need_of: dict[tuple[Any, ...], Need] = {}
        self.at: dict[int, int] = {}  #: load -> bits of crews with a ready agent that has it
        self.on_duty = 0  #: bits of crews with somebody not offline
        self.whole = 0  #: bits of crews that take work that fills a seat
        self.whole_idle = 0  #: ready agents of those with nothing to do
        self.whole_staff = 0  #: agents of those who are ready or write up
        self.sized: dict[int, int] = {}  #: points -> bits of needs that take so many of whoever has no costs of his own
        self.waiting = 0  #: bits of needs where somebody waits
        self.backups: dict[int, int] = {}  #: how long agents stand back -> how many do
        self.loose: Agent | None = None  #: counts as ready, but does not stand in the buckets yet
        self.cover = Cover()
        self.changed = 0  #: bits of crews that went off or came on duty since asked

    # agents

    def stand(self, agent: Agent) -> None:
        """Take him into the buckets if he is ready and has room, out of them otherwise."""
        if agent.crew is not None:
            self.carries(agent, agent.load, agent.since)

    def carries(self, agent: Agent, load: int, since: int) -> None:
        """He has so much in hand since then: out of one bucket, into another if he is ready and has room."""
        if agent.ready:
            self.unstand(agent)
        agent.load, agent.since = load, since
        crew = agent.crew
        if crew is None:
            return
        agent.drain = None
        if load < crew.capacity and agent.state == READY:
            if crew.put(agent):
                self.at[load] = self.at.get(load, 0) | crew.bit
            if crew.asks:
                self.cover.count(crew, load, 1)
            if not load and crew.whole:
                self.whole_idle += 1

    def loosen(self, agent: Agent, load: int, since: int) -> None:
        """The same for whoever is asked at once what he takes: he counts as ready, and `settle` puts him into his
        bucket when nothing was for him."""
        if agent.ready:
            self.unstand(agent)
        agent.load, agent.since = load, since
        crew = agent.crew
        if crew is not None and load < crew.capacity and agent.state == READY:
            agent.drain = None
            agent.ready = True
            self.loose = agent
            if not load and crew.whole:
                self.whole_idle += 1

    def settle(self) -> None:
        """Whoever is loose stands in his bucket."""
        agent, self.loose = self.loose, None
        if agent is not None and (crew := agent.crew) is not None:
            if crew.put(agent):
                self.at[agent.load] = self.at.get(agent.load, 0) | crew.bit
            if crew.asks:
                self.cover.count(crew, agent.load, 1)

    def empty(self, agent: Agent, line: Line) -> None:
        """He takes nothing more until something of his changes, or that line for which his seat empties."""
        self.unstand(agent)
        agent.ready, agent.drain = False, line

    def unstand(self, agent: Agent) -> None:
        """Out of the buckets, before his load, state or crew changes."""
        crew = agent.crew
        if agent.ready and crew is not None:
            load = agent.load
            if agent is self.loose:
                self.loose = None
                agent.ready = False
            else:
                if crew.take(agent):
                    self.at[load] ^= crew.bit
                if crew.asks:
                    self.cover.count(crew, load, -1)
            if not load and crew.whole:
                self.whole_idle -= 1

    def staffed(self, agent: Agent, add: int) -> None:
        """Count him in (or out, -1) among those on duty, by the state he has."""
        crew = agent.crew
        if crew is None or agent.state == "offline":
            return
        crew.duty += add
        if not crew.duty:
            self.on_duty &= ~crew.bit
            self.changed |= crew.bit
        elif add == 1 and crew.duty == 1:
            self.on_duty |= crew.bit
            self.changed |= crew.bit
        if crew.whole and agent.state != "away":
            self.whole_staff += add

    # crews

    def crew_for(self, agent: Agent) -> Crew:
        """The crew of agents like him, made if he is the first."""
        skills, media, queues, capacity, costs, limits, backup = agent.profile
        takes = frozenset(self.config.media) if media is None else media & frozenset(self.config.media)
        taken = takes - agent.except_media
        key = (skills, taken, queues, capacity if capacity is not None else self.config.capacity, costs,
               tuple(sorted({m: n for m in taken if (n := dict(limits).get(m, self.config.media[m].limit))}.items())),
               backup)
        crew = self.crew_of.get(key)
        if crew is None:
            index = next((i for i, each in enumerate(self.crews) if each is None), len(self.crews))
            self.crew_of[key] = crew = Crew(key, index)
            self.crews[index:index + 1] = [crew]
            crew.able = bytearray(self.width)
            self.holders.add(crew)
            crew.whole = any(0 < crew.costs.get(m, self.config.media[m].points) <= crew.capacity
                             <= crew.costs.get(m, self.config.media[m].points) for m in taken)
            if crew.whole:
                self.whole |= crew.bit
            for need in self.need_of.values():
                self._match(need, crew)
        return crew

    def leave(self, agent: Agent) -> bool:
        """He leaves his crew; True when it is empty now and no more."""
        crew = agent.crew
        if crew is None:
            return False
        self.unstand(agent)
        agent.ready = False
        self.staffed(agent, -1)
        del crew.agents[agent.id]
        agent.crew = None
        if crew.backup:
            self.backups[crew.backup] -= 1
            if not self.backups[crew.backup]:
                del self.backups[crew.backup]
        if crew.agents:
            return False
        del self.crew_of[crew.key]
        self.holders.drop(crew)
        self.crews[crew.index] = None
        self.whole &= ~crew.bit
        self.cover.changed(crew)
        for at in self.at:
            self.at[at] &= ~crew.bit
        for number in bits(crew.needs):
            need = self.needs[number]
            if need is not None:
                need.crews &= ~crew.bit
                need.fits.clear()
                need.tiers.clear()
        return True

    def join(self, agent: Agent) -> bool:
        """He joins the crew of those like him; True when the crew is new."""
        crew = self.crew_for(agent)
        fresh = not crew.agents
        crew.agents[agent.id] = agent
        agent.crew = crew
        if crew.backup:
            self.backups[crew.backup] = self.backups.get(crew.backup, 0) + 1
        self.staffed(agent, 1)
        if fresh:
            self.cover.changed(crew)
        return fresh

    # needs

    def need_for(self, key: tuple[Any, ...]) -> Need:
        """The need of that key, made and matched with every crew if it is new."""
        need = self.need_of.get(key)
        if need is not None:
            return need
        index = next((i for i, each in enumerate(self.needs) if each is None), len(self.needs)) \
            if len(self.need_of) < len(self.needs) else len(self.needs)
        need = self.need_of[key] = Need(key, index)
        self.needs[index:index + 1] = [need]
        medium = self.config.media[need.medium]
        need.slow, need.tier, need.whole = medium.slow, medium.tier, need.points >= self.config.capacity
        self.sized[need.points] = self.sized.get(need.points, 0) | need.bit
        if index >= self.width:
            for crew in self.crew_of.values():
                crew.able.extend(bytes(self.width))
            self.width *= 2
        self._meet(need)
        return need

    def forget(self, need: Need) -> None:
        """Nobody needs it any more."""
        self._part(need)
        del self.need_of[need.key]
        self.needs[need.index], self.sized[need.points] = None, self.sized[need.points] ^ need.bit

    def _meet(self, need: Need) -> None:
        """Whoever may be concerned is matched with it."""
        for number in bits(self.holders.of(need, self.queues)):
            crew = self.crews[number]
            if crew is not None:
                self._match(need, crew)

    def _match(self, need: Need, crew: Crew) -> None:
        cost = self.cost(need, crew)
        crew.able[need.index] = cost
        if cost:
            need.crews |= crew.bit
            crew.needs |= need.bit
            for room in crew.within:
                if cost <= room:
                    crew.within[room] |= need.bit
            need.fits.clear()
            need.tiers.clear()

    def _part(self, need: Need) -> None:
        """No crew serves it."""
        for number in bits(need.crews):
            crew = self.crews[number]
            if crew is not None:
                crew.needs &= ~need.bit
                crew.able[need.index] = 0
                crew.within.clear()
        need.crews = 0

    def match_again(self, need: Need) -> None:
        """What it asks of agents is read anew."""
        self._part(need)
        self._meet(need)
        need.fits.clear()
        need.tiers.clear()

    def cost(self, need: Need, crew: Crew) -> int:
        """Points it takes of an agent of that crew; 0 = he may not, or never could."""
        if need.medium not in crew.media or crew.backup > need.backup:
            return 0
        cost: int = crew.costs.get(need.medium, need.points)
        return cost if 0 < cost <= crew.capacity and self.ring_of(need, crew) >= 0 else 0

    def could(self, base: tuple[Any, ...], ring: int, backup: int, crew: Crew) -> bool:
        """May it serve what that base asks, so many rings on?"""
        return self.cost(Need((*base[:6], ring, backup), 0), crew) > 0

    def ring_of(self, need: Need, crew: Crew) -> int:
        """As `holders.ring_of`."""
        return ring_of(need, crew, self.queues)

    def fitting(self, need: Need, load: int) -> int:
        """Bits of crews whose agents can take it beside that load."""
        found = need.fits.get(load)
        if found is None:
            found = 0
            for number in bits(need.crews):
                crew = self.crews[number]
                if crew is not None and load + crew.able[need.index] <= crew.capacity:
                    found |= crew.bit
            need.fits[load] = found
        return found

    def within(self, crew: Crew, room: int) -> int:
        """Bits of needs that an agent of that crew can take with so many points left."""
        found = crew.within.get(room)
        if found is None:
            found = sum(needs for points, needs in self.sized.items() if points <= room) & crew.needs
            for number in bits(crew.needs) if crew.costs else ():
                found = found | 1 << number if crew.able[number] <= room else found & ~(1 << number)
            crew.within[room] = found
        return found

    def policy(self, group: str) -> Policy:
        """The policy of a group of queues."""
        return self.config.policies.get(group, _NO_POLICY)
