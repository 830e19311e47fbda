"""The tables of what happens for a shopper besides talking: grants, promises, aftercare."""

from __future__ import annotations

import sqlalchemy as sa

from knowledge_base.database import UtcDateTime, metadata

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("client_id", sa.String(64), nullable=False),
    # No foreign key: its lock on the conversation would cross those of the conversation's moves.
    sa.Column("conversation", sa.String(40), nullable=False),
    sa.Column("case", sa.Integer, nullable=False),
    sa.Column("shopper", sa.String(80), nullable=False),
    sa.Column("tier", sa.String(20), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("cents", sa.Integer, nullable=False),
    sa.Column("order", sa.String(40)),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("asked_by", sa.String(40), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("over", sa.String(20)),
    sa.Column("decided_by", sa.String(40)),
    sa.Column("decided_at", UtcDateTime),
    sa.Column("note", sa.String(500), nullable=False, default=""),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("next_try_at", UtcDateTime),
    sa.Column("error", sa.String(300), nullable=False, default=""),
    sa.Column("receipt", sa.String(80)),
    sa.UniqueConstraint("asked_by", "client_id"),
    sa.Index(None, "conversation"),
    sa.Index(None, "state", "next_try_at"),
    sa.Index(None, "asked_at"),
)

# What a budget has given of a period; a grant may only add to it within the limit.
budgets = sa.Table(
    "budgets",
    metadata,
    sa.Column("scope", sa.String(90), primary_key=True),
    sa.Column("period", sa.String(10), primary_key=True),
    sa.Column("spent", sa.BigInteger, nullable=False),
)

# What each grant has drawn, so that a reversal gives back exactly that.
grant_charges = sa.Table(
    "grant_charges",
    metadata,
    sa.Column("grant", sa.String(40), sa.ForeignKey("grants.id"), primary_key=True),
    sa.Column("scope", sa.String(90), primary_key=True),
    sa.Column("period", sa.String(10), nullable=False),
    sa.Column("cents", sa.Integer, nullable=False),
)

grant_trail = sa.Table(
    "grant_trail",
    metadata,
    sa.Column("grant", sa.String(40), sa.ForeignKey("grants.id"), primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("event", sa.String(20), nullable=False),
    sa.Column("by", sa.String(40)),
    sa.Column("why", sa.String(500), nullable=False, default=""),
)

promises = sa.Table(
    "promises",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation", sa.String(40), nullable=False),
    sa.Column("case", sa.Integer, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("text", sa.String(300), nullable=False),
    sa.Column("made_by", sa.String(40)),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("nudge_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("nudged_at", UtcDateTime),
    sa.Column("closed_at", UtcDateTime),
    sa.Column("closed_by", sa.String(40)),
    sa.UniqueConstraint("conversation", "seq", "text"),
    sa.Index(None, "state", "due_at"),
    sa.Index(None, "state", "nudge_at"),
)

# A resolved case whose rating is to be asked when it has been quiet for a while.
csat_asks = sa.Table(
    "csat_asks",
    metadata,
    sa.Column("conversation", sa.String(40), primary_key=True),
    sa.Column("case", sa.Integer, primary_key=True),
    sa.Column("agent", sa.String(40)),
    sa.Column("resolved_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Index(None, "state", "resolved_at"),
)

tasks = sa.Table(
    "tasks",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation", sa.String(40), nullable=False),
    sa.Column("case", sa.Integer, nullable=False),
    sa.Column("shopper", sa.String(80), nullable=False),
    sa.Column("agent", sa.String(40)),
    sa.Column("score", sa.Integer, nullable=False),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Column("comment", sa.String(500), nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("taken_by", sa.String(40)),
    sa.Column("taken_at", UtcDateTime),
    sa.Column("done_by", sa.String(40)),
    sa.Column("done_at", UtcDateTime),
    sa.Column("outcome", sa.String(500), nullable=False),
    sa.UniqueConstraint("conversation", "case"),
    sa.Index(None, "state", "opened_at"),
)

# Which plan was sent for which order: claimed with the message, so once and for all.
follow_ups = sa.Table(
    "follow_ups",
    metadata,
    sa.Column("plan", sa.String(40), primary_key=True),
    sa.Column("order", sa.String(40), primary_key=True),
    sa.Column("shopper", sa.String(80), nullable=False),
    sa.Column("conversation", sa.String(40), nullable=False),
    sa.Column("sent_at", UtcDateTime, nullable=False),
    sa.Index(None, "shopper", "sent_at"),
)

follow_up_stops = sa.Table(
    "follow_up_stops",
    metadata,
    sa.Column("shopper", sa.String(80), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
)
