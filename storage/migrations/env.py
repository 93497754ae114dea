"""Run by Alembic: migrates the connection that `storage.migrate` hands over."""

from alembic import context
from sqlmodel import SQLModel

from storage import tables

assert tables.LIVE_CONTACT  # importing the module fills the metadata
context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata,
                  compare_type=True, render_as_batch=False)
with context.begin_transaction():
    context.run_migrations()
