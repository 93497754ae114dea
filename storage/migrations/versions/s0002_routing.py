"""Routing: what contacts need, what agents can, how queues are run, hours, policies, promises."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Json, Key

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_DICTS = {"queues": ("levels", "prefers", "efforts"), "agents": ("limits",), "contacts": ("needs", "prefers")}
_LISTS = {"queues": ("overflow",), "agents": ("languages", "paused")}
_TEXTS = {
    "queues": (("match_language", "no"), ("policy", ""), ("calendar", ""), ("when_full", "wait"),
               ("when_closed", "wait"), ("when_unstaffed", "wait"), ("leave_unstaffed", "wait")),
    "agents": (("group", ""), ("shift", "")),
    "contacts": (("segment", "ordinary"), ("kind", ""), ("patience", "")),
}
_NUMBERS = {"queues": ("most_waiting",), "agents": ("backup_after", "missed"),
            "contacts": ("step",)}


def upgrade() -> None:
    """Forward."""
    for table in ("queues", "agents", "contacts"):
        for name in _DICTS.get(table, ()):
            op.add_column(table, sa.Column(name, Json(), nullable=False, server_default=sa.text("'{}'")))
        for name in _LISTS.get(table, ()):
            op.add_column(table, sa.Column(name, Json(), nullable=False, server_default=sa.text("'[]'")))
        for name, default in _TEXTS.get(table, ()):
            op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=default))
        for name in _NUMBERS.get(table, ()):
            op.add_column(table, sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("queues", sa.Column("merged_into", Key, nullable=True))
    op.execute("UPDATE contacts SET segment = coalesce("
               "(SELECT segment FROM customers WHERE customers.id = contacts.customer_id), 'ordinary')")
    op.create_table("calendars",
        sa.Column("name", sa.Text(), nullable=False), sa.Column("definition", Json(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table("policies",
        sa.Column("name", sa.Text(), nullable=False), sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("parameters", Json(), nullable=False), sa.PrimaryKeyConstraint("name"),
    )
    op.create_table("targets",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False), sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False), sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("queue", "medium", "segment", "kind", "clock", name="one_target"),
    )
    op.create_table("clocks",
        sa.Column("contact_id", Key, nullable=False), sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", Json(), nullable=False), sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ),
        sa.PrimaryKeyConstraint("contact_id", "name"),
    )
    op.create_index("contacts_waiting", "contacts", ["queue_id", "queued_at"], unique=False,
                    sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
