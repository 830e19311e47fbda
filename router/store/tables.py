"""The router's tables; only this package and the migrations read them.

Columns of sa.Text named body, context, words, ranking, further, roles, skills and
declined_by hold JSON.
"""

from __future__ import annotations

import sqlalchemy as sa

from knowledge_base.database import UtcDateTime, metadata

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("shopper", sa.String(80), nullable=False),
    sa.Column("shopper_name", sa.String(80)),
    sa.Column("tier", sa.String(20), nullable=False, default="ordinary"),
    sa.Column("anonymous", sa.Boolean, nullable=False),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("agent", sa.String(40)),
    sa.Column("epoch", sa.Integer, nullable=False, default=0),
    sa.Column("last_seq", sa.Integer, nullable=False, default=0),
    sa.Column("shopper_seq", sa.Integer, nullable=False, default=0),
    sa.Column("decided_seq", sa.Integer, nullable=False, default=0),
    sa.Column("case", sa.Integer, nullable=False, default=1),
    sa.Column("handoff", sa.String(40)),
    sa.Column("keeps_place", sa.Boolean, nullable=False, default=False),
    sa.Column("rating_case", sa.Integer),
    sa.Column("context", sa.Text, nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    # One thread per shopper; a claim on it makes two first frames agree.
    sa.UniqueConstraint("shopper"),
    sa.Index(None, "status", "updated_at"),
    sa.Index(None, "agent", "status"),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("conversation", sa.String(40), sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("case", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("sender", sa.String(8), nullable=False),
    sa.Column("sender_id", sa.String(80)),
    sa.Column("sender_name", sa.String(80)),
    sa.Column("client_id", sa.String(64)),
    sa.Column("visibility", sa.String(10), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("entry", sa.String(80)),
    sa.Column("revision", sa.Integer),
    sa.Column("release", sa.Integer),
    sa.Column("model", sa.String(80)),
    sa.Column("plan", sa.String(40)),
    sa.Column("votable", sa.Boolean, nullable=False, default=False),
    sa.Column("helpful", sa.Boolean),
    sa.UniqueConstraint("conversation", "client_id"),
)

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("conversation", sa.String(40), sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("case", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("rule", sa.String(40), nullable=False),
    sa.Column("reason", sa.String(40)),
    sa.Column("score", sa.Float),
    sa.Column("threshold", sa.Float),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("intent", sa.String(80)),
    sa.Column("confidence", sa.Float),
    sa.Column("ranking", sa.Text, nullable=False),
    sa.Column("entry", sa.String(80)),
    sa.Column("flow", sa.String(80)),
    sa.Column("further", sa.Text, nullable=False, server_default="[]"),
    sa.Column("anger", sa.Float, nullable=False),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("human_request", sa.Float, nullable=False),
    sa.Column("safety", sa.String(40)),
    sa.Column("release", sa.Integer),
    sa.Column("model", sa.String(80)),
    sa.Column("took_ms", sa.Float, nullable=False),
    sa.Index(None, "at"),
)

handoffs = sa.Table(
    "handoffs",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation", sa.String(40), sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("case", sa.Integer, nullable=False),
    sa.Column("reason", sa.String(40), nullable=False),
    sa.Column("detail", sa.String(500), nullable=False, default=""),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("asked", sa.Text, nullable=False),
    sa.Column("tier", sa.String(20), nullable=False),
    sa.Column("mood", sa.Integer, nullable=False, default=0),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("agent", sa.String(40)),
    sa.Column("queued_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("accepted_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("urgency", sa.Integer, nullable=False, server_default="1"),
    sa.Column("impact", sa.Integer, nullable=False, server_default="1"),
    sa.Column("sla_class", sa.String(40), nullable=False, server_default="standard"),
    # What it needs, as one word: handoffs of the same needs stand in one lane of the queue.
    sa.Column("lane", sa.String(700), nullable=False, server_default="||||"),
    sa.Column("weight", sa.Integer, nullable=False, server_default="1"),
    sa.Column("head_start", sa.Integer, nullable=False, server_default="0"),
    # queued_at less the head start: the place in the queue, kept so that an index has it.
    sa.Column("order_at", UtcDateTime, nullable=False, server_default="1970-01-01 00:00:00"),
    sa.Column("wanted_agent", sa.String(40)),
    sa.Column("wanted_until", UtcDateTime),
    sa.Column("offered_to", sa.String(40)),
    sa.Column("offered_until", UtcDateTime),
    sa.Column("declined_by", sa.Text, nullable=False, server_default="[]"),
    sa.Index(None, "state", "order_at", "id"),
    sa.Index(None, "state", "lane", "order_at", "id"),
    # When the shopper left a message or a number instead of waiting.
    sa.Column("left_at", UtcDateTime),
    sa.Index(None, "accepted_at"),
    sa.Index(None, "agent", "state", "weight"),
    sa.Index(None, "offered_to"),
    sa.Index(None, "conversation"),
)

ratings = sa.Table(
    "ratings",
    metadata,
    sa.Column("conversation", sa.String(40), sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("case", sa.Integer, primary_key=True),
    sa.Column("agent", sa.String(40)),
    sa.Column("score", sa.Integer),
    sa.Column("reasons", sa.Text, nullable=False, server_default="[]"),
    sa.Column("comment", sa.String(500), nullable=False, default=""),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("rated_at", UtcDateTime),
)

uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("shopper", sa.String(80), nullable=False),
    sa.Column("mime", sa.String(20), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("login", sa.String(60), nullable=False, unique=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("roles", sa.Text, nullable=False),
    sa.Column("capacity", sa.Integer, nullable=False, default=6),
    sa.Column("skills", sa.Text, nullable=False, server_default="{}"),
    sa.Column("angry_cap", sa.Integer),
    sa.Column("disabled", sa.Boolean, nullable=False, default=False),
)

staff_sessions = sa.Table(
    "staff_sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("staff", sa.String(40), sa.ForeignKey("staff.id"), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("revoked_at", UtcDateTime),
    sa.Index(None, "staff"),
)
