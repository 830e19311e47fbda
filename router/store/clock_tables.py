"""The tables of time: clocks and their breaches, numbers to call back, waits that were quoted."""

from __future__ import annotations

import sqlalchemy as sa

from knowledge_base.database import UtcDateTime, metadata

clocks = sa.Table(
    "clocks",
    metadata,
    sa.Column("conversation", sa.String(40), primary_key=True),
    sa.Column("case", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("handoff", sa.String(40), nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("warn_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    # Seconds of business time left on hold; null while it runs.
    sa.Column("left", sa.Float),
    sa.Column("stopped_at", UtcDateTime),
    sa.Column("warned_at", UtcDateTime),
    sa.Column("breached_at", UtcDateTime),
    sa.Index(None, "stopped_at", "warn_at"),
    sa.Index(None, "stopped_at", "due_at"),
)

breaches = sa.Table(
    "breaches",
    metadata,
    sa.Column("conversation", sa.String(40), primary_key=True),
    sa.Column("case", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("due_at", UtcDateTime, primary_key=True),
    sa.Column("breached_at", UtcDateTime, nullable=False),
    sa.Column("handoff", sa.String(40), nullable=False),
    sa.Column("agent", sa.String(40)),
    sa.Index(None, "breached_at"),
)

callbacks = sa.Table(
    "callbacks",
    metadata,
    sa.Column("conversation", sa.String(40), primary_key=True),
    sa.Column("case", sa.Integer, primary_key=True),
    sa.Column("phone", sa.String(24), nullable=False),
    sa.Column("note", sa.String(500), nullable=False, default=""),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
    sa.Column("done_by", sa.String(40)),
    sa.Column("outcome", sa.String(500), nullable=False, server_default=""),
    sa.Index(None, "done_at", "asked_at"),
)

quotes = sa.Table(
    "quotes",
    metadata,
    sa.Column("handoff", sa.String(40), primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    # Seconds; ahead and mean are what the estimate was made from.
    sa.Column("p50", sa.Float, nullable=False),
    sa.Column("p90", sa.Float, nullable=False),
    sa.Column("ahead", sa.Integer, nullable=False),
    sa.Column("mean", sa.Float, nullable=False),
    sa.Column("waited", sa.Float),
    sa.Column("answered_at", UtcDateTime),
    sa.Index(None, "answered_at"),
)
