"""Grants by when they were asked for, as an audit reads them."""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_grants_asked_at"), "grants", ["asked_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_grants_asked_at"), table_name="grants")
