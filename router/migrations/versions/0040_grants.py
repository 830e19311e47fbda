"""Grants within limits, the budgets they draw on, and their audit trail."""

import sqlalchemy as sa
from alembic import op

from knowledge_base.database import UtcDateTime

revision = "0040"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("scope", sa.String(length=90), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "period", name=op.f("pk_budgets")),
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("shopper", sa.String(length=80), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("order", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("over", sa.String(length=20), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("receipt", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sa.UniqueConstraint("asked_by", "client_id", name=op.f("uq_grants_asked_by_client_id")),
    )
    op.create_index(op.f("ix_grants_conversation"), "grants", ["conversation"], unique=False)
    op.create_index(
        op.f("ix_grants_state_next_try_at"), "grants", ["state", "next_try_at"], unique=False
    )
    op.create_table(
        "grant_charges",
        sa.Column("grant", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(length=90), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["grant"], ["grants.id"], name=op.f("fk_grant_charges_grant")),
        sa.PrimaryKeyConstraint("grant", "scope", name=op.f("pk_grant_charges")),
    )
    op.create_table(
        "grant_trail",
        sa.Column("grant", sa.String(length=40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=True),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["grant"], ["grants.id"], name=op.f("fk_grant_trail_grant")),
        sa.PrimaryKeyConstraint("grant", "n", name=op.f("pk_grant_trail")),
    )


def downgrade() -> None:
    op.drop_table("grant_trail")
    op.drop_table("grant_charges")
    op.drop_index(op.f("ix_grants_state_next_try_at"), table_name="grants")
    op.drop_index(op.f("ix_grants_conversation"), table_name="grants")
    op.drop_table("grants")
    op.drop_table("budgets")
