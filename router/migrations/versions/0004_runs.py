"""Retraining: its runs, one at a time, and which model serves, shall serve and did serve."""

import sqlalchemy as sa
from alembic import op

from knowledge_base.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOVES = "in ('promote', 'roll_back')"


def upgrade() -> None:
    op.create_table(
        "kb_runs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("trigger", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("phase", sa.String(length=16), nullable=True),
        sa.Column("release", sa.Integer(), nullable=True),
        sa.Column("model", sa.String(length=120), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("phases", sa.Text(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state in ('asked', 'running', 'promoted', 'kept', 'failed', 'abandoned')",
            name=op.f("ck_kb_runs_state_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kb_runs")),
    )
    op.create_index(op.f("ix_kb_runs_asked_at"), "kb_runs", ["asked_at"], unique=False)
    op.create_index(
        "uq_kb_runs_one_asked",
        "kb_runs",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "kb_run_lock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_kb_run_lock_single_row")),
        sa.ForeignKeyConstraint(["run"], ["kb_runs.id"], name=op.f("fk_kb_run_lock_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kb_run_lock")),
    )
    op.create_table(
        "kb_serving",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wanted", sa.String(length=120), nullable=True),
        sa.Column("wanted_by", sa.String(length=120), nullable=False),
        sa.Column("wanted_move", sa.String(length=16), nullable=False),
        sa.Column("wanted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("candidate_wanted", sa.String(length=120), nullable=True),
        sa.Column("live", sa.String(length=120), nullable=True),
        sa.Column("live_address", sa.String(length=200), nullable=True),
        sa.Column("live_since", UtcDateTime(timezone=True), nullable=True),
        sa.Column("candidate", sa.String(length=120), nullable=True),
        sa.Column("candidate_address", sa.String(length=200), nullable=True),
        sa.Column("former", sa.String(length=120), nullable=True),
        sa.Column("former_address", sa.String(length=200), nullable=True),
        sa.Column("trouble_model", sa.String(length=120), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("keeper_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_kb_serving_single_row")),
        sa.CheckConstraint(f"wanted_move {MOVES}", name=op.f("ck_kb_serving_move_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kb_serving")),
    )
    op.create_table(
        "kb_model_history",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("replaced", sa.String(length=120), nullable=True),
        sa.Column("move", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"move {MOVES}", name=op.f("ck_kb_model_history_move_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kb_model_history")),
    )
    op.create_index(op.f("ix_kb_model_history_model"), "kb_model_history", ["model"], unique=False)


def downgrade() -> None:
    for table in ("kb_model_history", "kb_serving", "kb_run_lock", "kb_runs"):
        op.drop_table(table)
