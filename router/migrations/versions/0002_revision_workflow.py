"""Revision workflow: what an edit started from, and who moved it when and why."""

import sqlalchemy as sa
from alembic import op

import knowledge_base.database

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN: rebuilding the table on SQLite would need foreign keys switched off.
    op.add_column("kb_revisions", sa.Column("base", sa.Integer(), nullable=True))
    op.create_table(
        "kb_revision_moves",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state in ('in_review', 'approved', 'rejected')",
            name=op.f("ck_kb_revision_moves_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["kb_revisions.id"], name=op.f("fk_kb_revision_moves_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kb_revision_moves")),
    )
    op.create_index(
        op.f("ix_kb_revision_moves_revision_id"), "kb_revision_moves", ["revision_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_kb_revision_moves_revision_id"), table_name="kb_revision_moves")
    op.drop_table("kb_revision_moves")
    op.drop_column("kb_revisions", "base")
