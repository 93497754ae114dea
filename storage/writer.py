"""The one writer: units of work that wait together run in one transaction, each in its savepoint, one commit.

A unit is a plain synchronous function, so a transaction cannot wait for a network. Knows nothing about contacts.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError

from router.errors import Conflict, PishkhanError, Unavailable
from router.records import Entry
from storage.engines import order_commits
from storage.tx import StoreTx

log = logging.getLogger("pishkhan.storage")
T = TypeVar("T")
MAX_BATCH = 256  #: units in one commit; bounds how long the first of them waits


@dataclass(slots=True, eq=False)
class _Job:
    unit: Callable[[StoreTx], Any]
    done: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    entries: list[Entry] = field(default_factory=list)


class Writer:
    """Runs units on its own thread; `publish` is called in the event loop after each commit, before callers go on."""

    def __init__(self, engine: Engine, make_tx: Callable[[Connection], StoreTx],
                 publish: Callable[[Sequence[Entry]], None], *, limit: int) -> None:
        self._engine, self._make_tx, self._publish, self._limit = engine, make_tx, publish, limit
        self._jobs: deque[_Job] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.commits = 0  #: for metrics
        self.units = 0

    def start(self) -> None:
        """Begin working; called once, inside the event loop that will wait for results."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def run(self, unit: Callable[[StoreTx], T]) -> T:
        """The unit's result, after its commit. Unavailable when the queue is full or the commit fails."""
        if self._closing or len(self._jobs) >= self._limit:
            raise Unavailable("the store is shutting down" if self._closing else "too much waits for the store")
        job = _Job(unit, asyncio.get_running_loop().create_future())
        with self._wake:
            self._jobs.append(job)
            self._wake.notify()
        # Shielded: a caller that goes away must not leave a half-told story; the unit commits or fails as a whole.
        result: T = await asyncio.shield(job.done)
        return result

    async def close(self) -> None:
        """Finish what waits, then stop."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join, 30)

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._jobs and not self._closing:
                    self._wake.wait()
                batch = [self._jobs.popleft() for _ in range(min(len(self._jobs), MAX_BATCH))]
            if not batch:
                return
            self._commit(batch)
            assert self._loop is not None
            try:
                self._loop.call_soon_threadsafe(self._tell, batch)
            except RuntimeError:  # the loop is closed: nobody is left to tell
                return

    def _commit(self, batch: list[_Job]) -> None:
        try:
            with self._engine.connect() as connection, connection.begin():
                order_commits(connection)
                for job in batch:
                    self._one(connection, job)
            self.commits += 1
            self.units += len(batch)
        except SQLAlchemyError as error:
            log.error("commit of %d units failed: %s", len(batch), type(error).__name__)
            for job in batch:
                job.error, job.entries = Unavailable("the database cannot commit now"), []

    def _one(self, connection: Connection, job: _Job) -> None:
        savepoint = connection.begin_nested()
        tx = self._make_tx(connection)
        try:
            job.result = job.unit(tx)
            job.entries = tx.flush()
            savepoint.commit()
        except BaseException as error:
            if isinstance(error, OperationalError) and _everybody(error):
                raise
            savepoint.rollback()
            job.error, job.entries = _translated(error), []

    def _tell(self, batch: list[_Job]) -> None:
        entries = [entry for job in batch for entry in job.entries]
        if entries:
            self._publish(entries)
        for job in batch:
            if job.done.cancelled():
                continue
            if job.error is not None:
                job.done.set_exception(job.error)
                job.done.exception()  # a caller that went away is not an unhandled error
            else:
                job.done.set_result(job.result)


def _everybody(error: OperationalError) -> bool:
    """Whether it concerns the whole transaction (disk full, lost connection) and not one unit's statement."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is None or code & 0xFF != sqlite3.SQLITE_ERROR


def _translated(error: BaseException) -> BaseException:
    if isinstance(error, PishkhanError):
        return error
    if isinstance(error, IntegrityError):
        log.info("a unique key refused a unit")
        return Conflict("somebody else was first")
    if isinstance(error, DBAPIError):
        log.error("a statement failed: %s", type(error.orig).__name__)
        return Unavailable("the database refused a statement")
    return error
