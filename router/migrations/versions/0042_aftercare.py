"""Ratings are asked when it is quiet, say why, and low ones open tasks."""

import sqlalchemy as sa
from alembic import op

from knowledge_base.database import UtcDateTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "csat_asks",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=True),
        sa.Column("resolved_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "case", name=op.f("pk_csat_asks")),
    )
    op.create_index(
        op.f("ix_csat_asks_state_resolved_at"), "csat_asks", ["state", "resolved_at"], unique=False
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("shopper", sa.String(length=80), nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("taken_by", sa.String(length=40), nullable=True),
        sa.Column("taken_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=40), nullable=True),
        sa.Column("done_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("conversation", "case", name=op.f("uq_tasks_conversation_case")),
    )
    op.create_index(op.f("ix_tasks_state_opened_at"), "tasks", ["state", "opened_at"], unique=False)
    op.add_column("ratings", sa.Column("reasons", sa.Text(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("ratings", "reasons")
    op.drop_index(op.f("ix_tasks_state_opened_at"), table_name="tasks")
    op.drop_table("tasks")
    op.drop_index(op.f("ix_csat_asks_state_resolved_at"), table_name="csat_asks")
    op.drop_table("csat_asks")
