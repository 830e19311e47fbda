"""The tables of working a case; only this package and the migrations read them.

Rows of partings, holds and participants hold only under their epoch: whatever moves the
conversation makes them void, and nobody has to remember to remove them.
"""

from __future__ import annotations

import sqlalchemy as sa

from knowledge_base.database import UtcDateTime, metadata

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("conversation", sa.String(40), sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("case", sa.Integer, primary_key=True),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("resolved_at", UtcDateTime, nullable=False),
    sa.Column("agent", sa.String(40), nullable=False),
    sa.Column("cause", sa.String(40)),
    sa.Column("outcome", sa.String(40)),
    sa.Column("summary", sa.String(500), nullable=False, default=""),
    sa.Column("first_seq", sa.Integer, nullable=False),
    sa.Column("last_seq", sa.Integer, nullable=False),
    sa.Index(None, "resolved_at"),
)

partings = sa.Table(
    "partings",
    metadata,
    # One at a time: asking anew replaces the one before.
    sa.Column("conversation", sa.String(40), sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("id", sa.String(40), nullable=False),
    sa.Column("ending", sa.String(16), nullable=False),
    sa.Column("agent", sa.String(40), nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("cause", sa.String(40)),
    sa.Column("outcome", sa.String(40)),
    sa.Column("summary", sa.String(500), nullable=False, default=""),
    sa.Column("to_agent", sa.String(40)),
    sa.Column("to_skills", sa.Text, nullable=False),
    sa.Column("to_supervisor", sa.Boolean, nullable=False, default=False),
    sa.Index(None, "due_at"),
)

holds = sa.Table(
    "holds",
    metadata,
    sa.Column("conversation", sa.String(40), sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("agent", sa.String(40), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Column("reminded", sa.Boolean, nullable=False, default=False),
    sa.Index(None, "reminded", "until"),
)

transfers = sa.Table(
    "transfers",
    metadata,
    sa.Column("handoff", sa.String(40), primary_key=True),
    sa.Column("conversation", sa.String(40), sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("sender", sa.String(40), nullable=False),
    sa.Column("to_agent", sa.String(40)),
    sa.Column("to_supervisor", sa.Boolean, nullable=False, default=False),
    sa.Column("reason", sa.String(500), nullable=False, default=""),
    sa.Column("sent_at", UtcDateTime, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Column("answer", sa.String(12)),
    sa.Column("answered_at", UtcDateTime),
    sa.Index(None, "answer", "until"),
    sa.Index(None, "conversation"),
)

participants = sa.Table(
    "participants",
    metadata,
    sa.Column("conversation", sa.String(40), sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("staff", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("invited_by", sa.String(40), nullable=False),
    sa.Column("may_speak", sa.Boolean, nullable=False, default=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index(None, "staff"),
)

brief_corrections = sa.Table(
    "brief_corrections",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("conversation", sa.String(40), sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("case", sa.Integer, nullable=False),
    sa.Column("line", sa.String(80), nullable=False),
    sa.Column("text", sa.String(500), nullable=False),
    sa.Column("author", sa.String(40), nullable=False),
    sa.Column("author_name", sa.String(80), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index(None, "conversation", "case"),
)

canned_responses = sa.Table(
    "canned_responses",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    # Nobody's own is everybody's.
    sa.Column("owner", sa.String(40)),
    sa.Column("title", sa.String(60), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("author", sa.String(80), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False, default=1),
    sa.Index(None, "owner"),
)
