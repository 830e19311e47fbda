"""Callbacks: who has called back, when, and what came of it."""

import sqlalchemy as sa
from alembic import op

from knowledge_base.database import UtcDateTime

revision = "0050"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("callbacks", sa.Column("done_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column("callbacks", sa.Column("done_by", sa.String(length=40), nullable=True))
    outcome = sa.Column("outcome", sa.String(length=500), nullable=False, server_default="")
    op.add_column("callbacks", outcome)
    op.create_index(
        op.f("ix_callbacks_done_at_asked_at"), "callbacks", ["done_at", "asked_at"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_callbacks_done_at_asked_at"), table_name="callbacks")
    for name in ("outcome", "done_by", "done_at"):
        op.drop_column("callbacks", name)
