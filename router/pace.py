"""At most so many hand-overs a second, in two lanes: answers first, bulk never starved. One event loop, no threads."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque

from router.rules.lanes import ANSWER, BULK, LANES, turn


class Pace:
    """One channel's. `wait` returns when it is the caller's turn; a burst of one second is allowed."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1.0 / per_second if per_second > 0 else 0.0
        self._next = 0.0
        self._turns = 0
        self._lines: dict[int, deque[asyncio.Future[None]]] = {lane: deque() for lane in LANES}
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self, lane: int) -> None:
        """Until it is our turn in this lane."""
        ticket: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines[lane].append(ticket)
        self._serve()
        try:
            await ticket
        except asyncio.CancelledError:
            with contextlib.suppress(ValueError):
                self._lines[lane].remove(ticket)
            raise

    def _serve(self) -> None:
        """Give turns while time allows; come back when the next one is due."""
        while any(self._lines.values()):
            now = time.monotonic()
            self._next = max(self._next, now - 1.0)
            if self._next > now:
                if self._timer is None:
                    self._timer = asyncio.get_running_loop().call_later(self._next - now, self._ring)
                return
            lane = turn(self._turns, bool(self._lines[ANSWER]), bool(self._lines[BULK]))
            ticket = self._lines[lane].popleft()
            if ticket.done():
                continue
            self._turns += 1
            self._next += self._gap
            ticket.set_result(None)

    def _ring(self) -> None:
        self._timer = None
        self._serve()
