"""The table of who is at the desk, shared by every router node."""

from __future__ import annotations

import sqlalchemy as sa

from knowledge_base.database import UtcDateTime, metadata

attendance = sa.Table(
    "attendance",
    metadata,
    # No foreign key: its lock on the staff would cross those of claims.
    sa.Column("staff", sa.String(40), primary_key=True),
    sa.Column("said", sa.String(10), nullable=False),
    sa.Column("heard_at", UtcDateTime, nullable=False),
    sa.Column("active_at", UtcDateTime, nullable=False),
    sa.Column("gone_at", UtcDateTime),
    sa.Column("missed_offers", sa.Integer, nullable=False, default=0),
    # Kept with each claim, so that no claim has to read the agent's past.
    sa.Column("angry_streak", sa.Integer, nullable=False, default=0),
    sa.Column("last_at", UtcDateTime),
)
