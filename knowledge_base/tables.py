"""The tables of the knowledge base. Content of revisions and releases is only ever inserted."""

from __future__ import annotations

import sqlalchemy as sa

from knowledge_base.database import UtcDateTime, metadata

entries = sa.Table(
    "kb_entries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

revisions = sa.Table(
    "kb_revisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("entry_id", sa.ForeignKey("kb_entries.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("content", sa.Text, nullable=False),  # the entry as JSON
    sa.Column("author", sa.String(120), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("removal", sa.Boolean, nullable=False),
    # The number of the revision the editor started from; none for a new entry.
    sa.Column("base", sa.Integer),
    sa.UniqueConstraint("entry_id", "number"),
    sa.Index(None, "state", "entry_id", "number"),
    sa.CheckConstraint("number > 0", name="number_positive"),
    sa.CheckConstraint(
        "state in ('draft', 'in_review', 'approved', 'rejected')", name="state_known"
    ),
)

revision_moves = sa.Table(
    "kb_revision_moves",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("revision_id", sa.ForeignKey("kb_revisions.id"), nullable=False, index=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("author", sa.String(120), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.CheckConstraint("state in ('in_review', 'approved', 'rejected')", name="state_known"),
)

releases = sa.Table(
    "kb_releases",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("author", sa.String(120), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("published_at", UtcDateTime, nullable=False),
    sa.Column("follows", sa.ForeignKey("kb_releases.number")),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("added", sa.Integer, nullable=False),
    sa.Column("changed", sa.Integer, nullable=False),
    sa.Column("removed", sa.Integer, nullable=False),
    sa.CheckConstraint("number > 0", name="number_positive"),
)

release_revisions = sa.Table(
    "kb_release_revisions",
    metadata,
    sa.Column("release", sa.ForeignKey("kb_releases.number"), primary_key=True),
    sa.Column("entry_id", sa.ForeignKey("kb_entries.id"), primary_key=True),
    sa.Column("revision_id", sa.ForeignKey("kb_revisions.id"), nullable=False, index=True),
)

live = sa.Table(
    "kb_live",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("release", sa.ForeignKey("kb_releases.number"), nullable=False),
    sa.CheckConstraint("id = 1", name="single_row"),
)

live_history = sa.Table(
    "kb_live_history",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("release", sa.ForeignKey("kb_releases.number"), nullable=False),
    sa.Column("replaced", sa.ForeignKey("kb_releases.number")),
    sa.Column("author", sa.String(120), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("move", sa.String(16), nullable=False),
    sa.CheckConstraint("move in ('publish', 'roll_back')", name="move_known"),
)

misses = sa.Table(
    "kb_misses",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("reason", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("intent", sa.String(64)),
    sa.Column("confidence", sa.Float),
    sa.Column("ranking", sa.Text, nullable=False),  # JSON: [[intent, confidence], ...]
    sa.Column("entry", sa.String(64)),
    # Not a foreign key: a miss is kept whatever becomes of the release it names.
    sa.Column("release", sa.Integer),
    sa.Column("model", sa.String(120)),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("owner", sa.String(120)),
    sa.Column("intended_entry", sa.String(64)),
    sa.Column("intended_revision", sa.Integer),
    sa.Column("claimed_by_release", sa.Integer),
    sa.UniqueConstraint("conversation", "seq", "reason"),
    sa.Index(None, "state", "at"),
    sa.Index(None, "reason", "at"),
    sa.Index(None, "at"),
    sa.CheckConstraint("state in ('open', 'cured', 'dismissed')", name="state_known"),
)

miss_changes = sa.Table(
    "kb_miss_changes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("miss", sa.ForeignKey("kb_misses.id"), nullable=False, index=True),
    sa.Column("move", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # after the move
    sa.Column("author", sa.String(120), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("entry", sa.String(64)),
    sa.Column("release", sa.Integer),
    sa.Index(None, "move", "at"),
    sa.CheckConstraint("state in ('open', 'cured', 'dismissed')", name="state_known"),
)

runs = sa.Table(
    "kb_runs",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("trigger", sa.String(16), nullable=False),
    sa.Column("author", sa.String(120), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("started_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("phase", sa.String(16)),
    # Not a foreign key: a run is kept whatever becomes of the release it names.
    sa.Column("release", sa.Integer),
    sa.Column("model", sa.String(120)),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("phases", sa.Text, nullable=False),  # JSON: [{"phase", "seconds", "peak_mib"}, ...]
    sa.Column("report", sa.LargeBinary),  # JSON
    sa.Index(None, "asked_at"),
    sa.Index(
        "uq_kb_runs_one_asked",
        "state",
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    ),
    sa.CheckConstraint(
        "state in ('asked', 'running', 'promoted', 'kept', 'failed', 'abandoned')",
        name="state_known",
    ),
)

# A row means that a run goes on; its lease is over when `until` is past.
run_lock = sa.Table(
    "kb_run_lock",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("run", sa.ForeignKey("kb_runs.id"), nullable=False),
    sa.Column("holder", sa.String(120), nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.CheckConstraint("id = 1", name="single_row"),
)

serving = sa.Table(
    "kb_serving",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("wanted", sa.String(120)),
    sa.Column("wanted_by", sa.String(120), nullable=False),
    sa.Column("wanted_move", sa.String(16), nullable=False),
    sa.Column("wanted_at", UtcDateTime),
    sa.Column("candidate_wanted", sa.String(120)),
    sa.Column("live", sa.String(120)),
    sa.Column("live_address", sa.String(200)),
    sa.Column("live_since", UtcDateTime),
    sa.Column("candidate", sa.String(120)),
    sa.Column("candidate_address", sa.String(200)),
    sa.Column("former", sa.String(120)),
    sa.Column("former_address", sa.String(200)),
    sa.Column("trouble_model", sa.String(120)),
    sa.Column("trouble", sa.Text, nullable=False),
    sa.Column("keeper_at", UtcDateTime),
    sa.CheckConstraint("id = 1", name="single_row"),
    sa.CheckConstraint("wanted_move in ('promote', 'roll_back')", name="move_known"),
)

model_history = sa.Table(
    "kb_model_history",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("model", sa.String(120), nullable=False, index=True),
    sa.Column("replaced", sa.String(120)),
    sa.Column("move", sa.String(16), nullable=False),
    sa.Column("author", sa.String(120), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.CheckConstraint("move in ('promote', 'roll_back')", name="move_known"),
)
