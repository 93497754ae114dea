"""The life of knowledge: versions, approval, links, tasks, outcomes, gaps, routing hints."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Json, Key, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward. Articles that are there become their own first kept version."""
    op.add_column("articles", sa.Column("owner_id", Key, nullable=True))
    op.add_column("articles", sa.Column("why", Json(), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("articles", sa.Column("writer_id", Key, nullable=True))
    op.add_column("articles", sa.Column("category_id", Key, nullable=True))
    op.add_column("articles", sa.Column("review_at", Moment(), nullable=True))
    op.add_column("articles", sa.Column("publish_at", Moment(), nullable=True))
    op.add_column("articles", sa.Column("publish_state", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("articles", sa.Column("twin_id", Key, nullable=True))
    op.add_column("articles", sa.Column("twin_version", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("articles", sa.Column("text_version", sa.Integer(), nullable=False, server_default=sa.text("1")))
    op.add_column("articles", sa.Column("import_key", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("articles", sa.Column("import_mark", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("articles", sa.Column("source_contact_id", Key, nullable=True))
    op.add_column("suggestions", sa.Column("opened_at", Moment(), nullable=True))
    op.add_column("suggestions", sa.Column("sent_at", Moment(), nullable=True))
    op.add_column("suggestions", sa.Column("kept", sa.Float(), nullable=True))
    op.add_column("suggestions", sa.Column("said", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_index("articles_category", "articles", ["category_id"], unique=False)
    op.create_index("articles_import_key", "articles", ["import_key"], unique=False)
    op.create_index("articles_import_mark", "articles", ["import_mark"], unique=False)
    op.create_index("articles_review", "articles", ["review_at"], unique=False)
    op.create_table("categories",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title_fa", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("least_role", sa.Text(), nullable=False),
        sa.Column("skills", Json(), nullable=False),
        sa.Column("queues", Json(), nullable=False),
        sa.Column("editors", Json(), nullable=False),
        sa.Column("owner_id", Key, nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name", name="one_category_name")
    )
    op.create_table("article_versions",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("article_id", Key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("agent_id", Key, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("keywords", Json(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("own", Json(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("article_id", "version", name="one_article_version")
    )
    op.create_table("approvals",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("article_id", Key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("keywords", Json(), nullable=True),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("publish_at", Moment(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("agent_id", Key, nullable=True),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_by", Key, nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"]),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("approvals_state", "approvals", ["state", "id"])
    op.create_index(op.f("ix_approvals_article_id"), "approvals", ["article_id"])
    op.create_table("article_files",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("article_id", Key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("agent_id", Key, nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"]),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index(op.f("ix_article_files_article_id"), "article_files", ["article_id"])
    op.create_table("article_links",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("article_id", Key, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("article_id", "kind", "target", name="one_article_link")
    )
    op.create_index("article_links_target", "article_links", ["kind", "target"])
    op.create_table("article_tasks",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("article_id", Key, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_id", Key, nullable=True),
        sa.Column("why", Json(), nullable=False),
        sa.Column("about", Json(), nullable=False),
        sa.Column("reporter_id", Key, nullable=True),
        sa.Column("contact_id", Key, nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("settled_by", Key, nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"]),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("article_tasks_state", "article_tasks", ["state", "id"])
    op.create_index(op.f("ix_article_tasks_article_id"), "article_tasks", ["article_id"])
    op.create_table("article_feedback",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("article_id", Key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"]),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index(op.f("ix_article_feedback_article_id"), "article_feedback", ["article_id"])
    op.create_index(op.f("ix_article_feedback_at"), "article_feedback", ["at"])
    op.create_table("matters",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("contact_id", Key, nullable=False),
        sa.Column("customer_id", Key, nullable=True),
        sa.Column("closed_at", Moment(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("article_id", Key, nullable=True),
        sa.Column("category_id", Key, nullable=True),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("fit", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("rated", sa.Float(), nullable=True),
        sa.Column("rated_at", Moment(), nullable=True),
        sa.Column("returned_at", Moment(), nullable=True),
        sa.Column("returned_contact_id", Key, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("contact_id", name="one_matter")
    )
    op.create_index("matters_closed", "matters", ["closed_at"])
    op.create_index("matters_customer", "matters", ["customer_id", "closed_at"])
    op.create_table("gaps",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner_id", Key, nullable=True),
        sa.Column("why", Json(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("article_id", Key, nullable=True),
        sa.Column("words", Json(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("first_at", Moment(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("gaps_state", "gaps", ["state", "id"])
    op.create_index("gaps_owner", "gaps", ["owner_id", "state"])
    op.create_table("gap_questions",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("gap_id", Key, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("number", Key, nullable=False),
        sa.Column("fit", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("article_id", Key, nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["gap_id"], ["gaps.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "number", name="one_gap_question")
    )
    op.create_index(op.f("ix_gap_questions_at"), "gap_questions", ["at"])
    op.create_index(op.f("ix_gap_questions_gap_id"), "gap_questions", ["gap_id"])
    op.create_table("synonyms",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("words", Json(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("agent_id", Key, nullable=True),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_table("routing_hints",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("contact_id", Key, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("proposed", Json(), nullable=False),
        sa.Column("applied", Json(), nullable=False),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.Column("undone_by", Key, nullable=True),
        sa.Column("ended", Json(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("contact_id", name="one_routing_hint")
    )
    op.create_index(op.f("ix_routing_hints_at"), "routing_hints", ["at"])
    op.execute(
        "INSERT INTO article_versions "
        "(article_id, version, at, agent_id, title, body, language, state, keywords, note, own) "
        "SELECT id, version, updated_at, author_id, title, body, language, state, keywords, '', '{}' FROM articles")
    op.execute("UPDATE articles SET text_version = version, owner_id = author_id, writer_id = author_id")
