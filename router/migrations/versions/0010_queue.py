"""Handoffs know what they need and where they stand; staff what they can do."""

import sqlalchemy as sa
from alembic import op

import knowledge_base.database

revision = "0010"
down_revision = "0040"
branch_labels = None
depends_on = None

_HANDOFFS = (
    ("urgency", sa.Integer(), "1"),
    ("impact", sa.Integer(), "1"),
    ("sla_class", sa.String(length=40), "standard"),
    ("lane", sa.String(length=700), "||||"),
    ("weight", sa.Integer(), "1"),
    ("head_start", sa.Integer(), "0"),
    ("order_at", knowledge_base.database.UtcDateTime(timezone=True), "1970-01-01 00:00:00"),
    ("wanted_agent", sa.String(length=40), None),
    ("wanted_until", knowledge_base.database.UtcDateTime(timezone=True), None),
    ("offered_to", sa.String(length=40), None),
    ("offered_until", knowledge_base.database.UtcDateTime(timezone=True), None),
    ("declined_by", sa.Text(), "[]"),
)
_INDEXES = (
    ("ix_handoffs_state_order_at_id", ["state", "order_at", "id"]),
    ("ix_handoffs_state_lane_order_at_id", ["state", "lane", "order_at", "id"]),
    ("ix_handoffs_agent_accepted_at", ["agent", "accepted_at"]),
)


def upgrade() -> None:
    # Plain ADD COLUMN: no table has to be rebuilt on SQLite.
    for name, kind, default in _HANDOFFS:
        op.add_column(
            "handoffs", sa.Column(name, kind, server_default=default, nullable=default is None)
        )
    op.execute("UPDATE handoffs SET order_at = queued_at")
    op.drop_index("ix_handoffs_state_priority_queued_at", table_name="handoffs")
    for name, columns in _INDEXES:
        op.create_index(op.f(name), "handoffs", columns, unique=False)
    op.add_column("staff", sa.Column("skills", sa.Text(), server_default="{}", nullable=False))
    op.add_column("staff", sa.Column("angry_cap", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("staff", "angry_cap")
    op.drop_column("staff", "skills")
    for name, _ in _INDEXES:
        op.drop_index(op.f(name), table_name="handoffs")
    op.create_index(
        op.f("ix_handoffs_state_priority_queued_at"),
        "handoffs",
        ["state", "priority", "queued_at"],
        unique=False,
    )
    for name, _, _ in reversed(_HANDOFFS):
        op.drop_column("handoffs", name)
