"""First schema."""

import sqlalchemy as sa
from alembic import op

import knowledge_base.database

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("shopper", sa.String(length=80), nullable=False),
        sa.Column("shopper_name", sa.String(length=80), nullable=True),
        sa.Column("tier", sa.String(length=20), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("shopper_seq", sa.Integer(), nullable=False),
        sa.Column("decided_seq", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("handoff", sa.String(length=40), nullable=True),
        sa.Column("keeps_place", sa.Boolean(), nullable=False),
        sa.Column("rating_case", sa.Integer(), nullable=True),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("opened_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("shopper", name=op.f("uq_conversations_shopper")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_conversations_agent_status"), ["agent", "status"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_conversations_status_updated_at"), ["status", "updated_at"], unique=False
        )

    op.create_table(
        "kb_entries",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("created_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kb_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_kb_entries_key")),
    )
    op.create_table(
        "kb_misses",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("ranking", sa.Text(), nullable=False),
        sa.Column("entry", sa.String(length=64), nullable=True),
        sa.Column("release", sa.Integer(), nullable=True),
        sa.Column("model", sa.String(length=120), nullable=True),
        sa.Column("at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state in ('open', 'cured', 'dismissed')", name=op.f("ck_kb_misses_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kb_misses")),
        sa.UniqueConstraint(
            "conversation", "seq", "reason", name=op.f("uq_kb_misses_conversation_seq_reason")
        ),
    )
    with op.batch_alter_table("kb_misses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kb_misses_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_kb_misses_reason_at"), ["reason", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_kb_misses_state_at"), ["state", "at"], unique=False)

    op.create_table(
        "kb_releases",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "published_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False
        ),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_kb_releases_number_positive")),
        sa.ForeignKeyConstraint(
            ["follows"], ["kb_releases.number"], name=op.f("fk_kb_releases_follows")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_kb_releases")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("shopper", sa.String(length=80), nullable=False),
        sa.Column("mime", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_table(
        "decisions",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("intent", sa.String(length=80), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("ranking", sa.Text(), nullable=False),
        sa.Column("entry", sa.String(length=80), nullable=True),
        sa.Column("flow", sa.String(length=80), nullable=True),
        sa.Column("anger", sa.Float(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("human_request", sa.Float(), nullable=False),
        sa.Column("safety", sa.String(length=40), nullable=True),
        sa.Column("release", sa.Integer(), nullable=True),
        sa.Column("model", sa.String(length=80), nullable=True),
        sa.Column("took_ms", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_decisions_conversation")
        ),
        sa.PrimaryKeyConstraint("conversation", "seq", name=op.f("pk_decisions")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decisions_at"), ["at"], unique=False)

    op.create_table(
        "handoffs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=False),
        sa.Column("mood", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=True),
        sa.Column("queued_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_handoffs_conversation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoffs")),
    )
    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_handoffs_conversation"), ["conversation"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_handoffs_state_priority_queued_at"),
            ["state", "priority", "queued_at"],
            unique=False,
        )

    op.create_table(
        "kb_live",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_kb_live_single_row")),
        sa.ForeignKeyConstraint(
            ["release"], ["kb_releases.number"], name=op.f("fk_kb_live_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kb_live")),
    )
    op.create_table(
        "kb_live_history",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("replaced", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("move", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "move in ('publish', 'roll_back')", name=op.f("ck_kb_live_history_move_known")
        ),
        sa.ForeignKeyConstraint(
            ["release"], ["kb_releases.number"], name=op.f("fk_kb_live_history_release")
        ),
        sa.ForeignKeyConstraint(
            ["replaced"], ["kb_releases.number"], name=op.f("fk_kb_live_history_replaced")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kb_live_history")),
    )
    op.create_table(
        "kb_revisions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("removal", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'in_review', 'approved', 'rejected')",
            name=op.f("ck_kb_revisions_state_known"),
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_kb_revisions_number_positive")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["kb_entries.id"], name=op.f("fk_kb_revisions_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kb_revisions")),
        sa.UniqueConstraint("entry_id", "number", name=op.f("uq_kb_revisions_entry_id_number")),
    )
    with op.batch_alter_table("kb_revisions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_kb_revisions_state_entry_id_number"),
            ["state", "entry_id", "number"],
            unique=False,
        )

    op.create_table(
        "messages",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sender", sa.String(length=8), nullable=False),
        sa.Column("sender_id", sa.String(length=80), nullable=True),
        sa.Column("sender_name", sa.String(length=80), nullable=True),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("entry", sa.String(length=80), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("release", sa.Integer(), nullable=True),
        sa.Column("model", sa.String(length=80), nullable=True),
        sa.Column("votable", sa.Boolean(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_messages_conversation")
        ),
        sa.PrimaryKeyConstraint("conversation", "seq", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "conversation", "client_id", name=op.f("uq_messages_conversation_client_id")
        ),
    )
    op.create_table(
        "ratings",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.Column("asked_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("rated_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_ratings_conversation")
        ),
        sa.PrimaryKeyConstraint("conversation", "case", name=op.f("pk_ratings")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=40), nullable=False),
        sa.Column("created_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_staff_sessions_staff")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_sessions")),
    )
    with op.batch_alter_table("staff_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_sessions_staff"), ["staff"], unique=False)

    op.create_table(
        "kb_release_revisions",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["kb_entries.id"], name=op.f("fk_kb_release_revisions_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["release"], ["kb_releases.number"], name=op.f("fk_kb_release_revisions_release")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["kb_revisions.id"], name=op.f("fk_kb_release_revisions_revision_id")
        ),
        sa.PrimaryKeyConstraint("release", "entry_id", name=op.f("pk_kb_release_revisions")),
    )
    with op.batch_alter_table("kb_release_revisions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_kb_release_revisions_revision_id"), ["revision_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("kb_release_revisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kb_release_revisions_revision_id"))

    op.drop_table("kb_release_revisions")
    with op.batch_alter_table("staff_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_sessions_staff"))

    op.drop_table("staff_sessions")
    op.drop_table("ratings")
    op.drop_table("messages")
    with op.batch_alter_table("kb_revisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kb_revisions_state_entry_id_number"))

    op.drop_table("kb_revisions")
    op.drop_table("kb_live_history")
    op.drop_table("kb_live")
    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handoffs_state_priority_queued_at"))
        batch_op.drop_index(batch_op.f("ix_handoffs_conversation"))

    op.drop_table("handoffs")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decisions_at"))

    op.drop_table("decisions")
    op.drop_table("uploads")
    op.drop_table("staff")
    op.drop_table("kb_releases")
    with op.batch_alter_table("kb_misses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kb_misses_state_at"))
        batch_op.drop_index(batch_op.f("ix_kb_misses_reason_at"))
        batch_op.drop_index(batch_op.f("ix_kb_misses_at"))

    op.drop_table("kb_misses")
    op.drop_table("kb_entries")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversations_status_updated_at"))
        batch_op.drop_index(batch_op.f("ix_conversations_agent_status"))

    op.drop_table("conversations")
