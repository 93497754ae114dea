"""A measuring agent: one live socket and the HTTP API, with the moment each contact view arrived."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import aiohttp

from agents import users
from agents.auth import new_token
from agents.given import Cost
from agents.guard import digest
from house import prepare, utc_now
from router.records import Role
from storage.store import SqlStore, Where


async def hired(folder: Path, capacity: int) -> str:
    """Put an agent into the database of a house that does not run yet; the API token."""
    where = Where(folder=folder / "data")
    prepare(where)
    store = SqlStore(where, utc_now, lambda entries: None)
    store.start()
    made, _ = await users.add(store, "bench", password="a-long-password", cost=Cost(passes=1, kibibytes=64, lanes=1))
    token = new_token()
    await store.run(lambda tx: tx.desk.set_agent(made.id, capacity=capacity))
    await store.run(lambda tx: tx.accounts.add_token(made.id, "bench", Role.AGENT, digest(token)))
    await store.close()
    return token


class Desk:
    """`contacts` is what the console would show; `wait` returns the time at which a condition became true."""

    def __init__(self, url: str, token: str) -> None:
        self._http = aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {token}"})
        self._news = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self.contacts: dict[str, dict[str, Any]] = {}
        self.heard = 0.0  #: when the last frame arrived
        self.id = 0

    async def __aenter__(self) -> Desk:
        self._task = asyncio.create_task(self._listen())
        _, told = await self.post("/api/me/state", {"state": "away"})
        self.id = told["me"]["id"]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._http.close()

    async def _listen(self) -> None:
        async with self._http.ws_connect("/api/live", max_msg_size=0) as socket:
            await socket.send_json({"op": "hello", "after": None, "open": []})
            async for frame in socket:
                told = frame.json()
                if told["op"] == "resync":
                    await socket.send_json({"op": "hello", "after": None, "open": []})
                if told["op"] not in ("snapshot", "changes"):
                    continue
                async with self._news:
                    self.heard = time.perf_counter()
                    if told["op"] == "snapshot":
                        self.contacts = dict(told["state"].get("contact", {}))
                    else:
                        self.contacts.update(told["put"].get("contact", {}))
                        for gone in told["drop"].get("contact", ()):
                            self.contacts.pop(str(gone), None)
                    self._news.notify_all()

    async def wait(self, condition: Callable[[], Any], *, seconds: float = 30.0) -> float:
        """The moment at which the console knew it."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(condition)
            return self.heard

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """One API call."""
        async with self._http.post(path, json=body) as answer:
            return answer.status, await answer.json()

    def offers(self) -> list[tuple[int, int]]:
        """(offer, contact) of every live offer to this agent."""
        return [(view["offer"]["id"], view["id"]) for view in self.contacts.values()
                if view.get("offer") and view["offer"]["agent"] == self.id]
