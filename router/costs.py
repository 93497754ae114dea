"""Learns what contacts cost, now and then, from the house's own past; what was learned stands in the database."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable

from router.errors import Unavailable
from router.events import RoutingChanged
from router.model import QueueId
from router.ports import Store, Tx
from router.rules import efforts
from router.rules.efforts import Key
from router.rules.plan import Plan

log = logging.getLogger("pishkhan.costs")
EVERY = 3600.0  #: seconds
_MESSAGES = 100_000  #: the newest of the house


def known(tx: Tx) -> dict[Key, int]:
    """What was learned so far."""
    return {(QueueId(queue), medium): points for queue, medium, points in
            json.loads(tx.marks.get("routing", "efforts") or "[]")}


class Costs:
    """One per house."""

    def __init__(self, store: Store, plan: Callable[[], Plan]) -> None:
        self._store, self._plan = store, plan

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with contextlib.suppress(Unavailable):
                await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> bool:
        """Learn once; whether anything is different now."""
        plan = self._plan()
        answers = await self._store.snapshot(lambda tx: tx.routed.answers(most=_MESSAGES))
        found = await asyncio.to_thread(efforts.learned, answers, plan.teachable, plan.learned)
        if found == plan.learned:
            return False
        rows = sorted([queue, medium, points] for (queue, medium), points in found.items())

        def unit(tx: Tx) -> None:
            tx.marks.set("routing", "efforts", json.dumps(rows))
            tx.emit(RoutingChanged(what="efforts", which=str(len(rows))), actor="router")
        await self._store.run(unit, name="efforts")
        log.info("learned what contacts cost: %d queues and media differ from their settings", len(rows))
        return True
