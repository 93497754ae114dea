"""Flows and cases."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Json, Key, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table("flow_versions",
        sa.Column("name", sa.Text(), nullable=False), sa.Column("version", sa.Text(), nullable=False),
        sa.Column("sources", Json(), nullable=False), sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version"),
    )
    op.create_table("dialogues",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("contact_id", Key, nullable=False),
        sa.Column("customer_id", Key, nullable=False), sa.Column("address_id", Key, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False), sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False), sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", Json(), nullable=False), sa.Column("told", Json(), nullable=False),
        sa.Column("pending", sa.Text(), nullable=False), sa.Column("job", Json(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False), sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True), sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"]),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"]),
    )
    op.create_index("one_live_dialogue", "dialogues", ["contact_id"], unique=True,
                    sqlite_where=sa.text("outcome = ''"), postgresql_where=sa.text("outcome = ''"))
    op.create_index("dialogues_pending", "dialogues", ["pending"], unique=False,
                    sqlite_where=sa.text("pending != ''"), postgresql_where=sa.text("pending != ''"))
    op.create_index("dialogues_address", "dialogues", ["address_id", "started_at"], unique=False)
    op.create_index("dialogues_customer", "dialogues", ["customer_id", "started_at"], unique=False)
    op.create_index("dialogues_ended", "dialogues", ["ended_at"], unique=False)
    op.create_index(op.f("ix_dialogues_contact_id"), "dialogues", ["contact_id"], unique=False)
    op.create_table("cases",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("code", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False), sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False), sa.Column("state_since", Moment(), nullable=False),
        sa.Column("customer_id", Key, nullable=False), sa.Column("contact_id", Key, nullable=True),
        sa.Column("data", Json(), nullable=False), sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"]), sa.UniqueConstraint("code", name="one_case_code"),
    )
    op.create_index("cases_customer", "cases", ["customer_id", "id"], unique=False)
    op.create_index("cases_state", "cases", ["state", "id"], unique=False)
    op.create_index(op.f("ix_cases_contact_id"), "cases", ["contact_id"], unique=False)
