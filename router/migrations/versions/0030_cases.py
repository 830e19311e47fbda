"""Working a case: how it ended, endings that can be taken back, holds, transfers, colleagues."""

import sqlalchemy as sa
from alembic import op

import knowledge_base.database

revision = "0030"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "canned_responses",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=True),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_responses")),
    )
    with op.batch_alter_table("canned_responses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_canned_responses_owner"), ["owner"], unique=False)

    op.create_table(
        "brief_corrections",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("author_name", sa.String(length=80), nullable=False),
        sa.Column("at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_brief_corrections_conversation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brief_corrections")),
    )
    with op.batch_alter_table("brief_corrections", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_brief_corrections_conversation_case"),
            ["conversation", "case"],
            unique=False,
        )

    op.create_table(
        "cases",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("opened_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "resolved_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False
        ),
        sa.Column("agent", sa.String(length=40), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_cases_conversation")
        ),
        sa.PrimaryKeyConstraint("conversation", "case", name=op.f("pk_cases")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_resolved_at"), ["resolved_at"], unique=False)

    op.create_table(
        "holds",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("since", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reminded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_holds_conversation")
        ),
        sa.PrimaryKeyConstraint("conversation", name=op.f("pk_holds")),
    )
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_holds_reminded_until"), ["reminded", "until"], unique=False
        )

    op.create_table(
        "participants",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("staff", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("invited_by", sa.String(length=40), nullable=False),
        sa.Column("may_speak", sa.Boolean(), nullable=False),
        sa.Column("at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_participants_conversation")
        ),
        sa.PrimaryKeyConstraint("conversation", "staff", name=op.f("pk_participants")),
    )
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participants_staff"), ["staff"], unique=False)

    op.create_table(
        "partings",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("ending", sa.String(length=16), nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("asked_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("to_agent", sa.String(length=40), nullable=True),
        sa.Column("to_skills", sa.Text(), nullable=False),
        sa.Column("to_supervisor", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_partings_conversation")
        ),
        sa.PrimaryKeyConstraint("conversation", name=op.f("pk_partings")),
    )
    with op.batch_alter_table("partings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partings_due_at"), ["due_at"], unique=False)

    op.create_table(
        "transfers",
        sa.Column("handoff", sa.String(length=40), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("to_agent", sa.String(length=40), nullable=True),
        sa.Column("to_supervisor", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("sent_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=12), nullable=True),
        sa.Column("answered_at", knowledge_base.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_transfers_conversation")
        ),
        sa.PrimaryKeyConstraint("handoff", name=op.f("pk_transfers")),
    )
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_transfers_answer_until"), ["answer", "until"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_transfers_conversation"), ["conversation"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transfers_conversation"))
        batch_op.drop_index(batch_op.f("ix_transfers_answer_until"))

    op.drop_table("transfers")
    with op.batch_alter_table("partings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partings_due_at"))

    op.drop_table("partings")
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participants_staff"))

    op.drop_table("participants")
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_holds_reminded_until"))

    op.drop_table("holds")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cases_resolved_at"))

    op.drop_table("cases")
    with op.batch_alter_table("brief_corrections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_brief_corrections_conversation_case"))

    op.drop_table("brief_corrections")
    with op.batch_alter_table("canned_responses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_canned_responses_owner"))

    op.drop_table("canned_responses")
