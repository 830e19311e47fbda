"""Clocks and their breaches, numbers to call back, quoted waits; who left a message."""

import sqlalchemy as sa
from alembic import op

from knowledge_base.database import UtcDateTime

revision = "0020"
down_revision = "0030"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column:  # type: ignore[type-arg]
    return sa.Column(name, UtcDateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "clocks",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("handoff", sa.String(length=40), nullable=False),
        _moment("started_at"),
        _moment("warn_at"),
        _moment("due_at"),
        sa.Column("left", sa.Float(), nullable=True),
        _moment("stopped_at", nullable=True),
        _moment("warned_at", nullable=True),
        _moment("breached_at", nullable=True),
        sa.PrimaryKeyConstraint("conversation", "case", "kind", name=op.f("pk_clocks")),
    )
    op.create_index(op.f("ix_clocks_stopped_at_warn_at"), "clocks", ["stopped_at", "warn_at"])
    op.create_index(op.f("ix_clocks_stopped_at_due_at"), "clocks", ["stopped_at", "due_at"])
    op.create_table(
        "breaches",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        _moment("due_at"),
        _moment("breached_at"),
        sa.Column("handoff", sa.String(length=40), nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("conversation", "case", "kind", "due_at", name=op.f("pk_breaches")),
    )
    op.create_index(op.f("ix_breaches_breached_at"), "breaches", ["breached_at"])
    op.create_table(
        "callbacks",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=24), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        _moment("asked_at"),
        sa.PrimaryKeyConstraint("conversation", "case", name=op.f("pk_callbacks")),
    )
    op.create_table(
        "quotes",
        sa.Column("handoff", sa.String(length=40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        _moment("at"),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("p50", sa.Float(), nullable=False),
        sa.Column("p90", sa.Float(), nullable=False),
        sa.Column("ahead", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Float(), nullable=False),
        sa.Column("waited", sa.Float(), nullable=True),
        _moment("answered_at", nullable=True),
        sa.PrimaryKeyConstraint("handoff", "n", name=op.f("pk_quotes")),
    )
    op.create_index(op.f("ix_quotes_answered_at"), "quotes", ["answered_at"])
    # Plain ADD COLUMN: no table has to be rebuilt on SQLite.
    op.add_column("handoffs", _moment("left_at", nullable=True))
    op.create_index(op.f("ix_handoffs_accepted_at"), "handoffs", ["accepted_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_handoffs_accepted_at"), table_name="handoffs")
    op.drop_column("handoffs", "left_at")
    for name in ("quotes", "callbacks", "breaches", "clocks"):
        op.drop_table(name)
