"""Does for dialogues what no transaction may wait for: asks knowledge and other systems, and brings the answer back.

Work to do is a row; nothing is lost with the process. A call that changes something elsewhere is never made twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from desk.dialogues import Dialogues
from desk.fetch import Endpoint, fetch
from router.errors import Conflict, PishkhanError, Unavailable
from router.events import FlowStep
from router.ports import Batch, Bus
from router.records import Timer
from storage.flows import Dialogue
from storage.store import SqlStore
from storage.tx import StoreTx

log = logging.getLogger("pishkhan.flows")
AT_ONCE = 16
#: Whoever took a job and did not bring it back by then is dead.
LEASE = timedelta(seconds=90)
_PATIENCE = 20.0  #: seconds for knowledge

#: A question and a language; what is certain enough to be told a citizen ({"text": ...}), or None.
Answers = Callable[[str, str], Awaitable[Mapping[str, Any] | None]]


class Jobs:
    """One loop beside the others."""

    def __init__(self, store: SqlStore, bus: Bus, dialogues: Dialogues, *, answers: Answers,
                 endpoints: Mapping[str, Endpoint]) -> None:
        self._store, self._bus, self._dialogues = store, bus, dialogues
        self._answers, self._endpoints = answers, endpoints
        self._free = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Until cancelled."""
        listener = self._bus.subscribe("flow-jobs", size=10_000)
        try:
            async with asyncio.TaskGroup() as group:
                await self._start(group)
                while True:
                    what = await listener.get()
                    if listener.lost:
                        listener.lost = False
                        await self._start(group)
                    elif isinstance(what, Batch) and any(
                            entry.name == "flow-step" and entry.data.get("waits") in ("lookup", "call")
                            for entry in what.entries):
                        await self._start(group)
        finally:
            listener.close()

    async def _start(self, group: asyncio.TaskGroup) -> None:
        for dialogue in await self._store.snapshot(lambda tx: tx.flows.pending()):
            if dialogue.pending in ("lookup", "call"):
                await self._free.acquire()
                group.create_task(self._one(dialogue))

    async def _one(self, dialogue: Dialogue) -> None:
        try:
            taken = await self._store.run(lambda tx: _take(tx, dialogue), name="flow-job")
            if taken is not None:
                kind, result = await self._do(taken)
                turn = int(taken.job["turn"])
                await self._store.run(lambda tx: self._dialogues.came(tx, taken.id, kind, turn, result),
                                      name="flow-answer")
        except (Conflict, Unavailable) as error:
            log.warning("flow job dialogue=%s not done: %s", dialogue.id, error.code)
        finally:
            self._free.release()

    async def _do(self, dialogue: Dialogue) -> tuple[str, Mapping[str, Any] | None]:
        request = dialogue.job["request"]
        if dialogue.job["kind"] == "call":
            endpoint = self._endpoints.get(request["endpoint"])
            key = f"flow-{dialogue.id}-{dialogue.job['turn']}"
            return "called", None if endpoint is None else await fetch(endpoint, request, key=key)
        try:
            async with asyncio.timeout(_PATIENCE):
                return "found", await self._answers(request["question"], request["language"])
        except (TimeoutError, PishkhanError):
            return "found", None

    def overdue(self, tx: StoreTx, timer: Timer) -> None:
        """A job was taken and never brought back. Reading is done again; what may have changed something elsewhere has
        failed, for all we know."""
        dialogue = tx.flows.get(timer.subject)
        if dialogue is None or dialogue.outcome or dialogue.pending != "taken":
            return
        job = dialogue.job
        if job["kind"] == "call" and job["request"]["method"] != "GET":
            self._dialogues.came(tx, dialogue.id, "called", int(job["turn"]), None)
            return
        tx.flows.change(dialogue, pending=job["kind"])
        tx.emit(FlowStep(about=dialogue.contact, dialogue=dialogue.id, step=str(dialogue.state.get("step", "")),
                         heard="ignored", waits=job["kind"]), actor="flow")


def _take(tx: StoreTx, dialogue: Dialogue) -> Dialogue | None:
    """Mark the job as taken, if nobody else took it."""
    found = tx.flows.get(dialogue.id)
    if found is None or found.pending not in ("lookup", "call") or found.outcome:
        return None
    tx.timers.set("flow-job", found.id, tx.now + LEASE)
    return tx.flows.change(found, pending="taken")
