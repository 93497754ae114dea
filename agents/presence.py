"""Sets an agent offline who is ready but has had no live console for a while. Polls nothing: it waits for deadlines."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from agents import state
from router.errors import PishkhanError
from router.model import AgentId
from router.records import Agent, AgentState
from storage.store import SqlStore

log = logging.getLogger("pishkhan.presence")


class Presence:
    """Told by the live fan-out who came, who went and who is ready. At the start everybody gets the same grace."""

    def __init__(self, store: SqlStore, grace: float) -> None:
        self._store, self._grace = store, grace  #: seconds
        self._here: set[AgentId] = set()
        self._ready: set[AgentId] = set()
        self._deadlines: dict[AgentId, float] = {}  #: agent -> loop time
        self._wake = asyncio.Event()

    def came(self, agent: AgentId) -> None:
        """An agent has a live console."""
        self._here.add(agent)
        self._deadlines.pop(agent, None)

    def went(self, agent: AgentId) -> None:
        """An agent's last live console is gone."""
        self._here.discard(agent)
        self._watch(agent)

    def ready(self, agents: Iterable[Agent]) -> None:
        """How these agents stand now."""
        for agent in agents:
            if agent.active and agent.state is AgentState.READY:
                self._ready.add(agent.id)
                self._watch(agent.id)
            else:
                self._ready.discard(agent.id)
                self._deadlines.pop(agent.id, None)

    def _watch(self, agent: AgentId) -> None:
        if agent in self._ready and agent not in self._here and agent not in self._deadlines:
            self._deadlines[agent] = asyncio.get_running_loop().time() + self._grace
            self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            due = sorted(agent for agent, at in self._deadlines.items() if at <= now)
            if due:
                await self._lose(due)
                continue
            self._wake.clear()
            first = min(self._deadlines.values(), default=None)
            try:
                async with asyncio.timeout(None if first is None else first - now):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _lose(self, agents: Iterable[AgentId]) -> None:
        for agent in agents:
            self._deadlines.pop(agent, None)
            try:
                lost = await self._store.run(lambda tx, agent=agent: state.lost(tx, agent))  # type: ignore[misc]
            except PishkhanError as error:
                log.error("agent=%s could not be set offline: %s", agent, error.code)
                self._watch(agent)  # again after the same grace
                continue
            if lost:
                log.info("agent=%s has no live console and is offline now", agent)
