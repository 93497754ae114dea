"""The first shape: people, contacts, messages, outbox, routing, journal, knowledge."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Json, Key, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table("agents",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False), sa.Column("public_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False), sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False), sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state_since", Moment(), nullable=False), sa.Column("idle_since", Moment(), nullable=False),
        sa.Column("skills", Json(), nullable=False), sa.Column("efforts", Json(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False), sa.Column("language", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False), sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("login", name="one_login"),
    )
    op.create_table("customers",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("name", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False), sa.Column("language", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False), sa.Column("created_at", Moment(), nullable=False),
        sa.Column("data", Json(), nullable=False), sa.PrimaryKeyConstraint("id"),
    )
    op.create_table("events",
        sa.Column("seq", Key, autoincrement=True, nullable=False), sa.Column("at", Moment(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False), sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("contact_id", Key, nullable=True), sa.Column("case_id", Key, nullable=True),
        sa.Column("data", Json(), nullable=False), sa.PrimaryKeyConstraint("seq"), sqlite_autoincrement=True,
    )
    op.create_index("events_contact", "events", ["contact_id", "seq"], unique=False)
    op.create_index(op.f("ix_events_at"), "events", ["at"], unique=False)
    op.create_table("marks",
        sa.Column("owner", sa.Text(), nullable=False), sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("owner", "name"),
    )
    op.create_table("queues",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title_fa", sa.Text(), nullable=False), sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("skills", Json(), nullable=False), sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("accept_seconds", sa.Integer(), nullable=False),
        sa.Column("target_seconds", sa.Integer(), nullable=False), sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("name", name="one_queue_name"),
    )
    op.create_table("timers",
        sa.Column("kind", sa.Text(), nullable=False), sa.Column("subject", Key, autoincrement=False, nullable=False),
        sa.Column("due_at", Moment(), nullable=False), sa.Column("data", Json(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject"),
    )
    op.create_index(op.f("ix_timers_due_at"), "timers", ["due_at"], unique=False)
    op.create_table("addresses",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False), sa.Column("name", sa.Text(), nullable=False),
        sa.Column("customer_id", Key, nullable=False), sa.Column("opted_out_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], ), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("medium", "value", name="one_address"),
    )
    op.create_index(op.f("ix_addresses_customer_id"), "addresses", ["customer_id"], unique=False)
    op.create_table("articles",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False), sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False), sa.Column("keywords", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False), sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False), sa.Column("author_id", Key, nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["agents.id"], ), sa.PrimaryKeyConstraint("id"),
    )
    op.create_table("sessions",
        sa.Column("digest", sa.Text(), nullable=False), sa.Column("agent_id", Key, nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False), sa.Column("created_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False), sa.Column("expires_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], ), sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_sessions_agent_id"), "sessions", ["agent_id"], unique=False)
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_table("tokens",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("agent_id", Key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False), sa.Column("role", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False), sa.Column("used_at", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True), sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], ),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("digest", name="one_token"),
    )
    op.create_index(op.f("ix_tokens_agent_id"), "tokens", ["agent_id"], unique=False)
    op.create_table("contacts",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False), sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False), sa.Column("thread_key", sa.Text(), nullable=False),
        sa.Column("customer_id", Key, nullable=False), sa.Column("address_id", Key, nullable=False),
        sa.Column("state", sa.Text(), nullable=False), sa.Column("state_since", Moment(), nullable=False),
        sa.Column("queue_id", Key, nullable=True), sa.Column("agent_id", Key, nullable=True),
        sa.Column("last_agent_id", Key, nullable=True), sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False), sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("effort", sa.Integer(), nullable=False), sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("queued_at", Moment(), nullable=True), sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True), sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("excluded", Json(), nullable=False), sa.Column("data", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], ),
        sa.ForeignKeyConstraint(["last_agent_id"], ["agents.id"], ),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], ), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference", name="one_reference"), sa.UniqueConstraint("token", name="one_thread_token"),
    )
    op.create_index("contacts_agent", "contacts", ["agent_id", "state"], unique=False)
    op.create_index("contacts_queue", "contacts", ["queue_id", "answered_at"], unique=False)
    op.create_index("contacts_state", "contacts", ["state", "id"], unique=False)
    op.create_index("contacts_thread", "contacts", ["channel", "thread_key", "id"], unique=False)
    op.create_index(op.f("ix_contacts_address_id"), "contacts", ["address_id"], unique=False)
    op.create_index(op.f("ix_contacts_closed_at"), "contacts", ["closed_at"], unique=False)
    op.create_index(op.f("ix_contacts_customer_id"), "contacts", ["customer_id"], unique=False)
    op.create_index(op.f("ix_contacts_opened_at"), "contacts", ["opened_at"], unique=False)
    op.create_index("one_live_contact", "contacts", ["channel", "thread_key"], unique=True,
                    sqlite_where=sa.text("state NOT IN ('closed', 'abandoned')"),
                    postgresql_where=sa.text("state NOT IN ('closed', 'abandoned')"))
    op.create_table("messages",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("contact_id", Key, nullable=False),
        sa.Column("direction", sa.Text(), nullable=False), sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False), sa.Column("agent_id", Key, nullable=True),
        sa.Column("author", sa.Text(), nullable=False), sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False), sa.Column("new_text", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False), sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("automatic", sa.Text(), nullable=False), sa.Column("language", sa.Text(), nullable=False),
        sa.Column("data", Json(), nullable=False), sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], ),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ), sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("messages_contact", "messages", ["contact_id", "id"], unique=False)
    op.create_table("offers",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("contact_id", Key, nullable=False),
        sa.Column("agent_id", Key, nullable=False), sa.Column("made_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False), sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False), sa.Column("why", Json(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], ),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ), sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_offers_agent_id"), "offers", ["agent_id"], unique=False)
    op.create_index(op.f("ix_offers_contact_id"), "offers", ["contact_id"], unique=False)
    op.create_index("one_live_offer", "offers", ["contact_id"], unique=True,
                    sqlite_where=sa.text("outcome = ''"), postgresql_where=sa.text("outcome = ''"))
    op.create_table("suggestions",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("contact_id", Key, nullable=False),
        sa.Column("article_id", Key, nullable=False), sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False), sa.Column("shown_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True), sa.Column("used_by", Key, nullable=True),
        sa.Column("why", Json(), nullable=False), sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ),
        sa.ForeignKeyConstraint(["used_by"], ["agents.id"], ), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("contact_id", "article_id", name="one_suggestion"),
    )
    op.create_index(op.f("ix_suggestions_article_id"), "suggestions", ["article_id"], unique=False)
    op.create_index(op.f("ix_suggestions_contact_id"), "suggestions", ["contact_id"], unique=False)
    op.create_table("attachments",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("message_id", Key, nullable=True),
        sa.Column("agent_id", Key, nullable=True), sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False), sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False), sa.Column("inline_id", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False), sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ), sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_attachments_digest"), "attachments", ["digest"], unique=False)
    op.create_index(op.f("ix_attachments_message_id"), "attachments", ["message_id"], unique=False)
    op.create_table("deliveries",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("message_id", Key, nullable=False),
        sa.Column("contact_id", Key, nullable=False), sa.Column("address_id", Key, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False), sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False), sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False), sa.Column("due_at", Moment(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False), sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False), sa.Column("settled_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], ),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", name="one_delivery_key"),
        sa.UniqueConstraint("message_id", name="one_delivery_per_message"),
    )
    op.create_index("deliveries_due", "deliveries", ["state", "due_at"], unique=False)
    op.create_index("deliveries_address", "deliveries", ["address_id", "created_at"], unique=False)
    op.create_index("deliveries_open", "deliveries", ["contact_id", "id"], unique=False,
                    sqlite_where=sa.text("state IN ('pending', 'sending')"),
                    postgresql_where=sa.text("state IN ('pending', 'sending')"))
    op.create_table("items",
        sa.Column("id", Key, autoincrement=True, nullable=False), sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False), sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fate", sa.Text(), nullable=False), sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("contact_id", Key, nullable=True), sa.Column("message_id", Key, nullable=True),
        sa.Column("received_at", Moment(), nullable=False), sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False), sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "external_id", name="one_item"),
    )
    op.create_index(op.f("ix_items_contact_id"), "items", ["contact_id"], unique=False)
    op.create_index(op.f("ix_items_fate"), "items", ["fate"], unique=False)
    op.create_index(op.f("ix_items_received_at"), "items", ["received_at"], unique=False)
    op.create_table("message_references",
        sa.Column("channel", sa.Text(), nullable=False), sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("message_id", Key, nullable=False), sa.Column("contact_id", Key, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ), sa.PrimaryKeyConstraint("channel", "reference"),
    )
    op.create_index(op.f("ix_message_references_message_id"), "message_references", ["message_id"], unique=False)
    op.create_table("parts",
        sa.Column("delivery_id", Key, nullable=False), sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False), sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False), sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], ),
        sa.PrimaryKeyConstraint("delivery_id", "part"),
    )
    op.create_index("parts_external", "parts", ["channel", "external_id"], unique=False)
