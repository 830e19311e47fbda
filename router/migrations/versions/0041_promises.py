"""Promises of staff and flows, as timers."""

import sqlalchemy as sa
from alembic import op

from knowledge_base.database import UtcDateTime

revision = "0041"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "promises",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=True),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("nudge_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("nudged_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
        sa.UniqueConstraint(
            "conversation", "seq", "text", name=op.f("uq_promises_conversation_seq_text")
        ),
    )
    op.create_index(op.f("ix_promises_state_due_at"), "promises", ["state", "due_at"], unique=False)
    op.create_index(
        op.f("ix_promises_state_nudge_at"), "promises", ["state", "nudge_at"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_promises_state_nudge_at"), table_name="promises")
    op.drop_index(op.f("ix_promises_state_due_at"), table_name="promises")
    op.drop_table("promises")
