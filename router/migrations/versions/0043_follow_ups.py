"""Follow-ups: what was sent by itself for which order, and who wants none."""

import sqlalchemy as sa
from alembic import op

from knowledge_base.database import UtcDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follow_up_stops",
        sa.Column("shopper", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shopper", name=op.f("pk_follow_up_stops")),
    )
    op.create_table(
        "follow_ups",
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("order", sa.String(length=40), nullable=False),
        sa.Column("shopper", sa.String(length=80), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("plan", "order", name=op.f("pk_follow_ups")),
    )
    op.create_index(
        op.f("ix_follow_ups_shopper_sent_at"), "follow_ups", ["shopper", "sent_at"], unique=False
    )
    op.add_column("messages", sa.Column("plan", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("messages", "plan")
    op.drop_index(op.f("ix_follow_ups_shopper_sent_at"), table_name="follow_ups")
    op.drop_table("follow_ups")
    op.drop_table("follow_up_stops")
