"""Who is at the desk, for every node to see; loads and offers by index."""

import sqlalchemy as sa
from alembic import op

from knowledge_base.database import UtcDateTime

revision = "0011"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("staff", sa.String(length=40), nullable=False),
        sa.Column("said", sa.String(length=10), nullable=False),
        sa.Column("heard_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("active_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("gone_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("missed_offers", sa.Integer(), nullable=False),
        sa.Column("angry_streak", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("staff", name=op.f("pk_attendance")),
    )
    op.drop_index(op.f("ix_handoffs_agent_accepted_at"), table_name="handoffs")
    op.create_index(
        op.f("ix_handoffs_agent_state_weight"), "handoffs", ["agent", "state", "weight"]
    )
    op.create_index(op.f("ix_handoffs_offered_to"), "handoffs", ["offered_to"])


def downgrade() -> None:
    op.drop_index(op.f("ix_handoffs_offered_to"), table_name="handoffs")
    op.drop_index(op.f("ix_handoffs_agent_state_weight"), table_name="handoffs")
    op.create_index(op.f("ix_handoffs_agent_accepted_at"), "handoffs", ["agent", "accepted_at"])
    op.drop_table("attendance")
