"""A snapshot read on a thread of its own against the same statements through an asynchronous driver."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy.ext.asyncio import create_async_engine

from bench import table
from house import prepare, utc_now
from storage.store import SqlStore, Where
from storage.tx import StoreTx


async def run(folder: Path, write: Callable[[str], None], *, reads: int) -> None:
    """The guard's read of a session and a console's list, each way."""
    where = Where(folder=folder / "reads")
    prepare(where)
    store = SqlStore(where, utc_now, lambda entries: None)
    store.start()
    engine = create_async_engine(where.url.replace("sqlite://", "sqlite+aiosqlite://", 1), pool_size=4)

    async def through_driver() -> None:
        async with engine.connect() as connection:
            await connection.run_sync(lambda sync: _unit(StoreTx(sync, utc_now())))

    async def on_a_thread() -> None:
        await store.snapshot(_unit)

    rows: list[table.Row] = []
    for name, read in (("reader thread", on_a_thread), ("aiosqlite, a hop for every statement", through_driver)):
        await _time(read, reads // 10)
        rows.append(table.Row(name=name, unit="ms", runs=tuple([await _time(read, reads) for _ in range(3)]),
                              limit=not rows))
    table.show(f"One snapshot of six statements, {reads} in a row", rows, write)
    await engine.dispose()
    await store.close()


def _unit(tx: StoreTx) -> None:
    tx.accounts.session("nobody")
    tx.desk.agents()
    tx.desk.queues()
    tx.contacts.listed(limit=20)
    tx.journal.head()
    tx.offers.all_live()


async def _time(read: Callable[[], Awaitable[None]], count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        await read()
    return 1000 * (time.perf_counter() - began) / count
