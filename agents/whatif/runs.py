"""Runs what-if jobs one after the other, each in a process of its own, and keeps the last answers. Knows no policy."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from router.errors import NotFound, TooMany
from router.model import AgentId

log = logging.getLogger("pishkhan.whatif")
LONGEST = 900.0  #: seconds that one may take
MOST_WAITING = 4
KEPT = 12  #: answers that are remembered
_LINE = 16 << 20  #: bytes of an answer
_ROOT = str(Path(__file__).resolve().parents[2])
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from agents.whatif.child import main; main()"
OVER = frozenset({"done", "failed", "stopped"})


@dataclass(slots=True, eq=False, kw_only=True)
class Run:
    """One comparison."""

    id: int
    by: AgentId
    job: Mapping[str, Any]
    state: str = "waiting"  #: waiting, running, done, failed, stopped
    share: float = 0.0
    error: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    process: Process | None = None


class Runs:
    """`run` works until cancelled; the rest asks for a run, looks at it, stops it."""

    def __init__(self, *, longest: float = LONGEST) -> None:
        self._longest = longest
        self._runs: dict[int, Run] = {}
        self._numbers = itertools.count(1)
        self._asked = asyncio.Event()

    def ask(self, by: AgentId, job: Mapping[str, Any]) -> Run:
        """A new run. What the same person asked for before is stopped; TooMany when too much waits."""
        for each in list(self._runs.values()):
            if each.by == by:
                self._stop(each)
        if sum(each.state in ("waiting", "running") for each in self._runs.values()) >= MOST_WAITING:
            raise TooMany("too many comparisons wait; try again in a moment")
        made = Run(id=next(self._numbers), by=by, job=job)
        self._runs[made.id] = made
        while len(self._runs) > KEPT:
            old = next((each for each in self._runs.values() if each.state in OVER), None)
            if old is None:
                break
            del self._runs[old.id]
        self._asked.set()
        return made

    def get(self, number: int) -> Run:
        """NotFound when it is not remembered."""
        if number not in self._runs:
            raise NotFound(f"there is no comparison {number}")
        return self._runs[number]

    def stop(self, number: int) -> Run:
        """End it, wherever it is."""
        found = self.get(number)
        self._stop(found)
        return found

    def _stop(self, run: Run) -> None:
        if run.state in OVER:
            return
        run.state = "stopped"
        if run.process is not None:
            with contextlib.suppress(ProcessLookupError):
                run.process.kill()

    async def run(self) -> None:
        """One after the other, until cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            while (run := next((each for each in self._runs.values() if each.state == "waiting"), None)) is not None:
                await self._live(run)

    async def _live(self, run: Run) -> None:
        run.state = "running"
        process = run.process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _CODE, _ROOT, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=_LINE)
        try:
            async with asyncio.timeout(self._longest if run.state == "running" else 0):
                await self._hear(run, process)
        except TimeoutError:
            run.error = "too-long"
        except (ConnectionError, ValueError):
            run.error = "ended"
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.communicate()
            run.process = None
        if run.state == "running":
            run.state = "done" if run.result else "failed"
            run.error = run.error or ("" if run.result else "ended")
        log.info("what-if run=%d state=%s error=%s", run.id, run.state, run.error)

    async def _hear(self, run: Run, process: Process) -> None:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(run.job).encode())
        await process.stdin.drain()
        process.stdin.close()
        while line := await process.stdout.readline():
            word = json.loads(line)
            if "share" in word:
                run.share = word["share"]
            elif run.state == "running":
                run.result, run.error = word.get("result", {}), word.get("error", "")
