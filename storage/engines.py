"""Opens the database: one connection that writes, a few that only read, each used from one thread at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text

#: Advisory lock that orders the commits of all nodes on PostgreSQL (see decision 0002).
JOURNAL_LOCK = 0x7069_7368
READERS = 4  #: snapshots read at once


def url_of(folder: Path, database: str) -> str:
    """The SQLAlchemy address, without a driver: SQLite in the folder, or the given PostgreSQL."""
    if not database:
        return f"sqlite:///{folder / 'pishkhan.db'}"
    if not database.startswith(("postgresql://", "sqlite://")):
        raise ValueError("database must be empty, or begin with postgresql://")
    return database


def writer_engine(url: str, *, synchronous: str = "FULL") -> Engine:
    """For the one connection that writes and checkpoints."""
    if url.startswith("postgresql"):
        return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), pool_size=1, max_overflow=1,
                             pool_pre_ping=True)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 5}, pool_size=1, max_overflow=1)

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, _record: Any) -> None:
        # The driver must not begin transactions by itself; BEGIN IMMEDIATE below does.
        raw.isolation_level = None
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute(f"PRAGMA synchronous={'NORMAL' if synchronous == 'NORMAL' else 'FULL'}")
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute("PRAGMA busy_timeout=5000")
        raw.execute("PRAGMA temp_store=MEMORY")
        raw.execute("PRAGMA cache_size=-65536")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def reader_engine(url: str) -> Engine:
    """For reads beside the writer, one connection a thread; the connections refuse to write."""
    if url.startswith("postgresql"):
        return create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1), pool_size=READERS, max_overflow=0,
            pool_pre_ping=True, isolation_level="REPEATABLE READ", execution_options={"postgresql_readonly": True})
    engine = create_engine(url, pool_size=READERS, max_overflow=0,
                           connect_args={"check_same_thread": False, "timeout": 5})

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, _record: Any) -> None:
        raw.isolation_level = None
        raw.execute("PRAGMA query_only=ON")
        raw.execute("PRAGMA busy_timeout=5000")
        raw.execute("PRAGMA cache_size=-16384")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def order_commits(connection: Connection) -> None:
    """Make this transaction the only one that may append to the journal until it ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": JOURNAL_LOCK})
