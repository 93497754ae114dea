"""The store as the house sees it: units through the writer, snapshots beside it, and what channels may read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from router.errors import Unavailable
from router.ports import Clock
from router.records import Entry
from storage.blobs import Blobs
from storage.engines import READERS, reader_engine, url_of, writer_engine
from storage.tx import StoreTx
from storage.writer import Writer

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where the data is."""

    folder: Path
    database: str = ""
    synchronous: str = "FULL"
    queue_limit: int = 10_000

    @property
    def url(self) -> str:
        """The database's address without a driver."""
        return url_of(self.folder, self.database)


class SqlStore:
    """Fulfils `router.ports.Store`. `start` needs a running event loop and a migrated database."""

    def __init__(self, where: Where, clock: Clock, publish: Callable[[Sequence[Entry]], None]) -> None:
        self.clock, self.url = clock, where.url
        self.blobs = Blobs(where.folder / "files")
        self._writes: Engine = writer_engine(where.url, synchronous=where.synchronous)
        self._reads: Engine = reader_engine(where.url)
        # One hop to a thread and back a snapshot; an asynchronous driver would hop for every statement and row.
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self.writer = Writer(self._writes, self._tx, publish, limit=where.queue_limit)

    def _tx(self, connection: Connection) -> StoreTx:
        return StoreTx(connection, self.clock())

    def start(self) -> None:
        """Begin to work, in the running event loop."""
        self.writer.start()

    async def close(self) -> None:
        """Commit what waits, then close every connection."""
        await self.writer.close()
        await asyncio.to_thread(self._readers.shutdown)
        self._reads.dispose()
        self._writes.dispose()

    async def run(self, unit: Callable[[StoreTx], T], *, name: str = "") -> T:
        """One unit of work; returns after its commit."""
        return await self.writer.run(unit)

    async def snapshot(self, unit: Callable[[StoreTx], T]) -> T:
        """A unit that only reads, on one consistent snapshot, beside the writer."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, unit)

    def _read(self, unit: Callable[[StoreTx], T]) -> T:
        try:
            with self._reads.connect() as connection, connection.begin():
                return unit(self._tx(connection))
        except DBAPIError as error:
            raise Unavailable(f"the database cannot be read now ({type(error.orig).__name__})") from None
