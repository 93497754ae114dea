"""One live socket's side: what it was told, what it looks at, what waits for it. Bounded; knows no HTTP."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from agents.sight import RANK, Eye
from agents.sight import eye as eye_of
from router.model import AgentId
from router.records import Agent, Role

#: Frames and bytes that may wait for a slow socket before it is told to start over.
MOST_FRAMES = 200
MOST_BYTES = 4_000_000
MOST_OPEN = 50  #: contacts whose messages one socket may look at
ENDED = 4401  #: close code: the session is over
_RESYNC = b'{"op":"resync"}'


class Peer:
    """Born silent; `hold` begins a hello, `release` answers it; from then on every change is put."""

    def __init__(self, agent: AgentId, key: str, expires_at: datetime | None, *, at_most: Role) -> None:
        self.agent, self.key, self.expires_at = agent, key, expires_at
        self._at_most = at_most
        self.eye = Eye(agent=agent, all=False, queues=frozenset())
        self.open: set[int] = set()  #: contacts whose messages it wants
        self.hidden: set[int] = set()  #: of these, those that its agent may not read now
        self.told = 0  #: journal position this socket was told last
        self.live = False  #: changes are to be put
        self.close: tuple[int, str] | None = None
        self._held = False
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()

    def look(self, agent: Agent, queues: Any) -> bool:
        """Take what the agent may see now; True when that differs. A token never sees more than its own role."""
        role = min(agent.role, self._at_most, key=RANK.__getitem__)
        eye = eye_of(replace(agent, role=role), queues)
        changed, self.eye = eye != self.eye, eye
        return changed

    def hold(self, seq: int) -> None:
        """A hello begins at this position: forget what waits, keep what comes until `release`."""
        self._frames.clear()
        self._bytes, self.told, self.live, self._held = 0, seq, True, True

    def release(self, frame: bytes) -> None:
        """The answer of the hello goes first."""
        if not self.live:
            return  # too much happened meanwhile; a resync is on its way
        self._frames.appendleft(frame)
        self._bytes += len(frame)
        self._held = False
        self._wake.set()

    def put(self, frame: bytes) -> None:
        """Queue a frame; a socket that is too slow starts over instead."""
        if len(self._frames) >= MOST_FRAMES or self._bytes + len(frame) > MOST_BYTES:
            self.start_over()
            return
        self._frames.append(frame)
        self._bytes += len(frame)
        self._wake.set()

    def say(self, word: dict[str, Any]) -> None:
        """Queue a frame that is no change."""
        self.put(orjson.dumps(word))

    def pass_on(self, frame: bytes) -> None:
        """A passing thing: only when there is room."""
        if len(self._frames) < MOST_FRAMES // 2:
            self.put(frame)

    def start_over(self) -> None:
        """Forget everything and ask for a new hello."""
        self._frames.clear()
        self.live, self._held = False, False
        self._frames.append(_RESYNC)
        self._bytes = len(_RESYNC)
        self._wake.set()

    def end(self, code: int, reason: str) -> None:
        """Close the socket."""
        self.close = self.close or (code, reason)
        self._wake.set()

    @property
    def caught_up(self) -> bool:
        """Nothing waits and changes are followed."""
        return self.live and not self._held and not self._frames

    async def take(self, seconds: float) -> bytes | None:
        """The next frame; None when there was none for so long, or the socket is to close."""
        try:
            async with asyncio.timeout(seconds):
                while (self._held or not self._frames) and self.close is None:
                    self._wake.clear()
                    await self._wake.wait()
        except TimeoutError:
            return None
        if self.close is not None:
            return None
        frame = self._frames.popleft()
        self._bytes -= len(frame)
        return frame
