"""Brings a database to the shape this program needs, or says why not. The only place that changes tables."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from storage.engines import writer_engine


class Shape(Enum):
    """How a database stands to this program."""

    EMPTY = "empty"  #: no tables yet
    CURRENT = "current"  #: fits
    OLDER = "older"  #: `run.py migrate` brings it forward
    NEWER = "newer"  #: made by a newer program; refused


def shape(url: str) -> Shape:
    """Look, change nothing."""
    engine = writer_engine(url)
    try:
        return _shape(engine)
    finally:
        engine.dispose()


def migrate(url: str) -> list[str]:
    """Bring the database forward in one transaction; returns the steps taken."""
    engine = writer_engine(url)
    script = ScriptDirectory.from_config(_config())
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            before = MigrationContext.configure(connection).get_current_revision()
            command.upgrade(config, "head")
        steps = [s.revision for s in script.walk_revisions("base", "heads")][::-1]
        return steps[steps.index(before) + 1:] if before in steps else steps
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _shape(engine: Engine) -> Shape:
    script = ScriptDirectory.from_config(_config())
    known = {step.revision for step in script.walk_revisions()}
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current is None:
            return Shape.OLDER if inspect(connection).has_table("contacts") else Shape.EMPTY
    if current not in known:
        return Shape.NEWER
    return Shape.CURRENT if current == script.get_current_head() else Shape.OLDER
