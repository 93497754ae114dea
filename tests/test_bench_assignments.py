"""The measurement of assignments runs on both databases and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bench import assignments


@pytest.mark.postgres
async def test_both_databases_are_measured_and_nothing_is_left(tmp_path: Path, postgres: str) -> None:
    told: list[str] = []
    await assignments.run(tmp_path, told.append, contacts=20, agents=10, waiting=30, server=postgres)
    text_of = "\n".join(told)
    for title in ("Assignments through SQLite, 20", "Assignments through PostgreSQL, 20",
                  "Restart with 30 waiting, from SQLite", "Restart with 30 waiting, from PostgreSQL"):
        assert title in text_of
    engine = create_engine(postgres.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        left = connection.execute(text("SELECT datname FROM pg_database WHERE datname LIKE 'pishkhan_bench%'")).all()
    engine.dispose()
    assert left == []
