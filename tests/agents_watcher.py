"""A console's side of the live socket, for tests."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp


@dataclass(slots=True)
class Watcher:
    """A console's side of the socket, with the state it has put together."""

    socket: aiohttp.ClientWebSocketResponse
    state: dict[str, dict[str, Any]] = field(default_factory=dict)
    seq: int = 0
    open: list[int] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)

    async def say(self, **word: Any) -> None:
        """A command."""
        await self.socket.send_json(word)

    async def hello(self, after: int | None = None, open: Any = ()) -> None:
        """Say hello and take its answer in."""
        self.open = list(open)
        await self.say(op="hello", after=after, open=list(open))
        while (await self.hear())["op"] not in ("snapshot", "changes"):
            pass

    async def hear(self, seconds: float = 5.0) -> dict[str, Any]:
        """The next word, taken into the state."""
        word = await self.socket.receive_json(timeout=seconds)
        self.words.append(word)
        self.take(word)
        if word["op"] == "resync":
            await self.say(op="hello", after=None, open=self.open)
        return word

    def take(self, word: dict[str, Any]) -> None:
        """What docs/console.md says a client does."""
        if word["op"] == "snapshot":
            self.state, self.seq = {kind: dict(views) for kind, views in word["state"].items()}, word["seq"]
        elif word["op"] == "changes":
            assert word["prev"] <= self.seq, "something between was never told"
            for kind, ids in word["drop"].items():
                for each in ids:
                    self.state.setdefault(kind, {}).pop(str(each), None)
            for kind, views in word["put"].items():
                self.state.setdefault(kind, {}).update(views)
            self.seq = max(self.seq, word["seq"])

    async def until(self, condition: Callable[[], Any], *, seconds: float = 5.0, what: str = "") -> None:
        """Hear words until the condition holds."""
        deadline = time.monotonic() + seconds
        while not condition():
            left = deadline - time.monotonic()
            assert left > 0, f"was not told in time: {what}"
            with contextlib.suppress(TimeoutError):
                await self.hear(left)

    async def reach(self, seq: int) -> None:
        """Hear words until the state stands at a journal position."""
        await self.until(lambda: self.seq >= seq, what=f"position {seq}, is at {self.seq}")

    async def close(self) -> None:
        """Hang up."""
        await self.socket.close()
