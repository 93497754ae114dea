"""Channels."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Json, Key, Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("addresses", sa.Column("verified_at", Moment(), nullable=True))
    op.add_column("addresses", sa.Column("suppressed", sa.Text(), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("lane", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("deliveries", sa.Column("digest", sa.Text(), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("trail", Json(), nullable=False, server_default="[]"))
    op.create_index("deliveries_lane", "deliveries", ["channel", "lane", "due_at"], unique=False,
                    sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))
    op.create_table("registrations",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False), sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False), sa.Column("contact_id", Key, nullable=True),
        sa.Column("actor", sa.Text(), nullable=False), sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"]), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("unit", "year", "number", name="one_registration"),
    )
    op.create_index(op.f("ix_registrations_contact_id"), "registrations", ["contact_id"], unique=False)
    op.create_table("pauses",
        sa.Column("channel", sa.Text(), nullable=False), sa.Column("since", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False), sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.create_table("exchanges",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False), sa.Column("way", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False), sa.Column("path", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False), sa.Column("millis", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False), sa.Column("answered", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("exchanges_channel", "exchanges", ["channel", "id"], unique=False)
    op.create_index(op.f("ix_exchanges_at"), "exchanges", ["at"], unique=False)
    op.create_table("spent",
        sa.Column("channel", sa.Text(), nullable=False), sa.Column("day", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False), sa.Column("parts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "day", "scope"),
    )
    op.create_table("pieces",
        sa.Column("channel", sa.Text(), nullable=False), sa.Column("whole", sa.Text(), nullable=False),
        sa.Column("number", Key, autoincrement=False, nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False), sa.Column("arrived_at", Moment(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "whole", "number"),
    )
    op.create_index(op.f("ix_pieces_arrived_at"), "pieces", ["arrived_at"], unique=False)
