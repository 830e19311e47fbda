"""Misses inbox: who owns a miss, what it is meant for, and every step of its life."""

import sqlalchemy as sa
from alembic import op

import knowledge_base.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN: rebuilding the table on SQLite would need foreign keys switched off.
    op.add_column("kb_misses", sa.Column("owner", sa.String(length=120), nullable=True))
    op.add_column("kb_misses", sa.Column("intended_entry", sa.String(length=64), nullable=True))
    op.add_column("kb_misses", sa.Column("intended_revision", sa.Integer(), nullable=True))
    op.add_column("kb_misses", sa.Column("claimed_by_release", sa.Integer(), nullable=True))
    op.create_table(
        "kb_miss_changes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("miss", sa.String(length=64), nullable=False),
        sa.Column("move", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("at", knowledge_base.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entry", sa.String(length=64), nullable=True),
        sa.Column("release", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state in ('open', 'cured', 'dismissed')", name=op.f("ck_kb_miss_changes_state_known")
        ),
        sa.ForeignKeyConstraint(["miss"], ["kb_misses.id"], name=op.f("fk_kb_miss_changes_miss")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kb_miss_changes")),
    )
    op.create_index(op.f("ix_kb_miss_changes_miss"), "kb_miss_changes", ["miss"], unique=False)
    op.create_index(
        op.f("ix_kb_miss_changes_move_at"), "kb_miss_changes", ["move", "at"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_kb_miss_changes_move_at"), table_name="kb_miss_changes")
    op.drop_index(op.f("ix_kb_miss_changes_miss"), table_name="kb_miss_changes")
    op.drop_table("kb_miss_changes")
    for column in ("claimed_by_release", "intended_revision", "intended_entry", "owner"):
        op.drop_column("kb_misses", column)
