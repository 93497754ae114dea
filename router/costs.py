"""Learns what contacts cost, now and then, from the house's own past; what was learned stands in the database."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from router.errors import Unavailable
from router.events import RoutingChanged
from router.model import QueueId
from router.ports import Store, Tx
from router.rules import efforts
from router.rules.efforts import Key, Seen
from router.rules.plan import Plan

log = logging.getLogger("pishkhan.costs")
EVERY = 3600.0  #: seconds
_MESSAGES = 100_000  #: the newest of the house


def known(tx: Tx) -> dict[Key, int]:
    """What was learned so far."""
    return {(QueueId(queue), medium): points for queue, medium, points in
            json.loads(tx.marks.get("routing", "efforts") or "[]")}


def measured(tx: Tx) -> dict[Key, Learned]:
    """What was measured at the last look, also where nothing is learned from it."""
    kept = json.loads(tx.marks.get("routing", "efforts-seen") or "[]")
    return {(QueueId(queue), medium): Learned(contacts=contacts, points=points,
                                              since=None if since is None else datetime.fromisoformat(since))
            for queue, medium, contacts, points, since in kept}


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What contacts of a medium in a queue showed so far."""

    contacts: int
    points: float  #: a contact's share of a seat, in points
    since: datetime | None  #: when what is learned now was learned; None = nothing is


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
        seen = await asyncio.to_thread(efforts.seen, answers)
        found = efforts.learned(seen, plan.teachable, plan.learned)
        await self._note(seen, found, plan.learned)
        if found == plan.learned:
            return False
        rows = sorted([queue, medium, points] for (queue, medium), points in found.items())

        def unit(tx: Tx) -> None:
            tx.marks.set("routing", "efforts", json.dumps(rows))
            tx.emit(RoutingChanged(what="efforts", which=str(len(rows))), actor="router")
        await self._store.run(unit, name="efforts")
        log.info("learned what contacts cost: %d queues and media differ from their settings", len(rows))
        return True

    async def _note(self, seen: Mapping[Key, Seen], found: Mapping[Key, int], now: Mapping[Key, int]) -> None:
        """What was measured, for people; no event, and nothing is written where it is the same."""
        before = await self._store.snapshot(measured)

        def rows(tx: Tx) -> list[list[Any]]:
            made: list[list[Any]] = []
            for key, each in sorted(seen.items()):
                was = before.get(key)
                stays = was is not None and was.since is not None and found.get(key) == now.get(key)
                since = was.since if stays and was is not None else tx.now
                made.append([*key, each.contacts, round(each.points, 3), since.isoformat() if since and key in found
                             else None])
            return made

        def unit(tx: Tx) -> None:
            tx.marks.set("routing", "efforts-seen", json.dumps(rows(tx)))
        same = {key: (each.contacts, round(each.points, 3)) for key, each in seen.items()} == {
            key: (each.contacts, each.points) for key, each in before.items()}
        if not same or found != now:
            await self._store.run(unit, name="efforts")
