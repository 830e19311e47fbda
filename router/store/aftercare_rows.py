"""What other moves note for after the case: that its rating is to be asked, that a task opens."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import Any

import msgspec
import sqlalchemy as sa

from router.domain.aftercare import Task, TaskState
from router.domain.conversation import Conversation
from router.store.care_tables import csat_asks, tasks
from router.store.rows import to_json

WAITING, ASKED, SKIPPED = "waiting", "asked", "skipped"


def case_resolved(
    connection: sa.Connection, conversation: Conversation, agent: str, now: dt.datetime
) -> None:
    """Note that a case is resolved: its rating is asked when it has been quiet for a while."""
    connection.execute(
        csat_asks.insert().values(
            conversation=conversation.id,
            case=conversation.case,
            agent=agent,
            resolved_at=now,
            state=WAITING,
        )
    )


def open_task(connection: sa.Connection, task: Task) -> None:
    """Open a task; a case has one at most."""
    values: dict[str, Any] = {f.name: getattr(task, f.name) for f in fields(Task)}
    values |= {"state": task.state.value, "reasons": to_json(task.reasons)}
    connection.execute(tasks.insert().values(**values))


def task_of(row: sa.Row[Any]) -> Task:
    """Read a task."""
    values = {f.name: getattr(row, f.name) for f in fields(Task)}
    values["state"] = TaskState(row.state)
    values["reasons"] = msgspec.json.decode(row.reasons, type=tuple[str, ...])
    return Task(**values)
