"""How runs, what serves and its history become rows and come back."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import Any, TypedDict

import msgspec
import sqlalchemy as sa

from knowledge_base.rows import Values
from knowledge_base.runs import (
    ModelChange,
    ModelMove,
    Phase,
    PhaseTime,
    Run,
    RunState,
    Serving,
    Trigger,
)
from knowledge_base.tables import model_history, runs, serving

# The report may be large, and is read only where it is asked for.
RUNS: sa.Select[Any] = sa.select(
    *(column for column in runs.c if column is not runs.c.report),
    runs.c.report.is_not(None).label("reported"),
)
SERVING = sa.select(serving)
MODEL_HISTORY = sa.select(model_history).order_by(model_history.c.id.desc())

_phases = msgspec.json.Decoder(tuple[PhaseTime, ...])


class Reported(TypedDict, total=False):
    """What the keeper of the bot processes may report."""

    live: str | None
    live_address: str | None
    live_since: dt.datetime | None
    candidate: str | None
    candidate_address: str | None
    former: str | None
    former_address: str | None
    trouble_model: str | None
    trouble: str
    keeper_at: dt.datetime


def run_from(row: sa.Row[Any]) -> Run:
    """Read a run."""
    return Run(
        id=row.id,
        trigger=Trigger(row.trigger),
        author=row.author,
        asked_at=row.asked_at,
        state=RunState(row.state),
        started_at=row.started_at,
        ended_at=row.ended_at,
        phase=Phase(row.phase) if row.phase else None,
        release=row.release,
        model=row.model,
        why=row.why,
        phases=_phases.decode(row.phases),
        reported=bool(row.reported),
    )


def run_values(run: Run) -> Values:
    """Write a new run."""
    return {
        "id": run.id,
        "trigger": run.trigger.value,
        "author": run.author,
        "asked_at": run.asked_at,
        "state": run.state.value,
        "started_at": run.started_at,
        "why": run.why,
        "phases": phases_text(run.phases),
    }


def phases_text(phases: tuple[PhaseTime, ...]) -> str:
    """Write the finished steps of a run."""
    return msgspec.json.encode(phases).decode()


def serving_from(row: sa.Row[Any] | None) -> Serving:
    """Read what serves; nothing yet is a row too."""
    if row is None:
        return Serving()
    values = {field.name: getattr(row, field.name) for field in fields(Serving)}
    return Serving(**{**values, "wanted_move": ModelMove(row.wanted_move)})


def change_from(row: sa.Row[Any]) -> ModelChange:
    """Read a change of the live model."""
    return ModelChange(row.model, row.replaced, ModelMove(row.move), row.author, row.at)


def change_values(change: ModelChange) -> Values:
    """Write a change of the live model."""
    return {
        "model": change.model,
        "replaced": change.replaced,
        "move": change.move.value,
        "author": change.author,
        "at": change.at,
    }
