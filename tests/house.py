"""A whole running house on a temporary database, for tests: `async with running(tmp_path, channels={...}) as house`."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import settings as s
from agents.given import Cost
from channels.registry import Media
from house import House, utc_now
from router.records import AgentState, Role
from router.rules.retry import Schedule

CHEAP = Cost(passes=1, kibibytes=64, lanes=1)  #: passwords are checked for real, but not slowly
QUICK = Schedule(delays=tuple(timedelta(milliseconds=ms) for ms in (50, 100, 200, 400, 800, 1000)),
                 mend=timedelta(milliseconds=300), mend_for=20)


def free_port() -> int:
    """A loopback port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configured(tmp_path: Path, channels: Mapping[str, Mapping[str, Any]], *, environ: Mapping[str, str] | None = None,
               desk: Mapping[str, Any] | None = None, queues: Mapping[str, Any] | None = None,
               storage: Mapping[str, Any] | None = None, **sections: Any) -> s.Settings:
    """Settings as config.toml would give them; `environ` holds the secrets, `sections` are more of its tables."""
    table = {
        "server": {"port": free_port()}, "storage": {"folder": str(tmp_path / "data"), **(storage or {})},
        "desk": dict(desk or {}),
        "queues": dict(queues or {"general": {"title_fa": "عمومی", "title_en": "General"}}),
        "channels": {name: dict(part) for name, part in channels.items()}, **sections,
    }
    return s.parse(table, Media(), environ or {})


@contextlib.asynccontextmanager
async def running(tmp_path: Path, channels: Mapping[str, Mapping[str, Any]] | None = None, *,
                  environ: Mapping[str, str] | None = None, desk: Mapping[str, Any] | None = None,
                  queues: Mapping[str, Any] | None = None, storage: Mapping[str, Any] | None = None,
                  clock: Callable[[], Any] = utc_now, **sections: Any) -> AsyncIterator[House]:
    """A started house; stopped at the end."""
    house = House(configured(tmp_path, channels or {}, environ=environ, desk=desk, queues=queues, storage=storage,
                             **sections), clock=clock, schedule=QUICK, password_cost=CHEAP)
    await house.start()
    try:
        yield house
    finally:
        await house.stop()


async def agent(
    house: House, login: str = "sara", *, role: Role = Role.AGENT, ready: bool = True, **fields: Any
) -> Any:
    """An agent in the database (password hash empty: cannot sign in), ready unless told otherwise."""
    def unit(tx: Any) -> Any:
        from router.events import AgentChanged
        made = tx.desk.add_agent(login, fields.pop("name", login.title()), role, "", **fields)
        if ready:
            made = tx.desk.set_agent(made.id, state=AgentState.READY, idle_since=tx.now)
        tx.emit(AgentChanged(agent=made.id, state=made.state.value, profile=True), actor="test")
        return made
    return await house.store.run(unit)


async def until(
    condition: Callable[[], Awaitable[Any]] | Callable[[], Any], *, seconds: float = 30.0, what: str = ""
) -> Any:
    """Poll until the condition is true; fails with `what` after the deadline. Returns its value."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {seconds} s: {what or condition}")
        await asyncio.sleep(0.02)


async def read(house: House, unit: Callable[[Any], Any]) -> Any:
    """A snapshot read of the house's database."""
    return await house.store.snapshot(unit)


async def closed_with(wire: Any, seconds: float = 20.0) -> int:
    """The code of the frame with which the other side closed a WebSocket. The client's own `close_code` may be 1006 on
    a busy machine: whoever closes does not wait for the answer, and an answer that cannot be sent overwrites it."""
    async with asyncio.timeout(seconds):
        while (message := await wire.receive()).type.name in ("TEXT", "BINARY"):
            pass
    assert message.type.name == "CLOSE", message
    return int(message.data)
