"""Decisions keep every entry answered when a message asks several things."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decisions", sa.Column("further", sa.Text(), server_default="[]", nullable=False))


def downgrade() -> None:
    # On SQLite a plain DROP COLUMN too: no table has to be rebuilt.
    op.drop_column("decisions", "further")
