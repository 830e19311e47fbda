"""Ratings asked once at the right moment, and the tasks that low ones open."""

from __future__ import annotations

import datetime as dt
from functools import partial

import sqlalchemy as sa

from router.domain.aftercare import Asking, Task, TaskState
from router.domain.conversation import Conversation, Status
from router.domain.errors import AlreadyDecided, AlreadyTaken, NotFound
from router.store import moves
from router.store import tables as t
from router.store.aftercare_rows import ASKED, SKIPPED, WAITING, task_of
from router.store.books import Read, Write
from router.store.care_tables import csat_asks, tasks

LISTED = 200


class AftercareBook:
    """When ratings are asked, and the tasks that come of them."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def to_ask(self, quiet_since: dt.datetime) -> list[Asking]:
        """List resolved cases that have been quiet since a moment and were not asked yet."""
        found: list[Asking] = await self._read(_to_ask, quiet_since)
        return found

    async def ask(
        self, asking: Asking, not_since: dt.datetime, now: dt.datetime
    ) -> Conversation | None:
        """Ask for a case's rating, once; None where the case goes on or one was asked lately."""
        work = partial(_ask, asking=asking, not_since=not_since, now=now)
        return await self._write(asking.conversation, work)

    async def take(self, task: str, who: str, now: dt.datetime) -> Task:
        """Give an open task to one supervisor; AlreadyTaken for whoever comes second."""
        return await self._write(task, partial(_take, task=task, who=who, now=now))

    async def done(self, task: str, who: str, outcome: str, now: dt.datetime) -> Task:
        """Close a task with what came of it."""
        return await self._write(task, partial(_done, task=task, who=who, outcome=outcome, now=now))

    async def tasks(self, done_since: dt.datetime) -> list[Task]:
        """List the tasks that are not done, oldest first, then those done since a moment."""
        found: list[Task] = await self._read(_tasks, done_since)
        return found


def _to_ask(connection: sa.Connection, quiet_since: dt.datetime) -> list[Asking]:
    a = csat_asks.c
    rows = connection.execute(
        sa.select(csat_asks)
        .where(a.state == WAITING, a.resolved_at <= quiet_since)
        .order_by(a.resolved_at)
        .limit(LISTED)
    )
    return [Asking(row.conversation, row.case, row.agent, row.resolved_at) for row in rows]


def _ask(
    connection: sa.Connection, asking: Asking, not_since: dt.datetime, now: dt.datetime
) -> Conversation | None:
    before = moves.load(connection, asking.conversation)
    going_on = before.status is not Status.RESOLVED or before.case != asking.case
    lately = _asked_since(connection, asking.conversation, not_since)
    a = csat_asks.c
    claimed = connection.execute(
        csat_asks.update()
        .where(a.conversation == asking.conversation, a.case == asking.case, a.state == WAITING)
        .values(state=SKIPPED if going_on or lately else ASKED)
    )
    if claimed.rowcount != 1 or going_on or lately:
        return None
    connection.execute(
        t.ratings.insert().values(
            conversation=asking.conversation, case=asking.case, agent=asking.agent, asked_at=now
        )
    )
    return moves.append(connection, before.ask_rating(now), (), now, before=before).conversation


def _asked_since(connection: sa.Connection, conversation: str, since: dt.datetime) -> bool:
    r = t.ratings.c
    found = connection.execute(
        sa.select(r.case).where(r.conversation == conversation, r.asked_at > since).limit(1)
    ).first()
    return found is not None


def _take(connection: sa.Connection, task: str, who: str, now: dt.datetime) -> Task:
    changed = connection.execute(
        tasks.update()
        .where(tasks.c.id == task, tasks.c.state == TaskState.OPEN.value)
        .values(state=TaskState.TAKEN.value, taken_by=who, taken_at=now)
    )
    found = _get(connection, task)
    if changed.rowcount != 1 and (found.taken_by != who or found.state is TaskState.DONE):
        raise AlreadyTaken("这个任务已经有人在处理或已完成。")
    return found


def _done(connection: sa.Connection, task: str, who: str, outcome: str, now: dt.datetime) -> Task:
    changed = connection.execute(
        tasks.update()
        .where(tasks.c.id == task, tasks.c.state != TaskState.DONE.value)
        .values(state=TaskState.DONE.value, done_by=who, done_at=now, outcome=outcome)
    )
    found = _get(connection, task)
    if changed.rowcount != 1 and (found.done_by, found.outcome) != (who, outcome):
        raise AlreadyDecided("这个任务已经完成了。")
    return found


def _get(connection: sa.Connection, task: str) -> Task:
    row = connection.execute(sa.select(tasks).where(tasks.c.id == task)).first()
    if row is None:
        raise NotFound("没有这个任务。")
    return task_of(row)


def _tasks(connection: sa.Connection, done_since: dt.datetime) -> list[Task]:
    c = tasks.c
    is_done = c.state == TaskState.DONE.value
    rows = connection.execute(
        sa.select(tasks)
        .where(sa.or_(~is_done, c.done_at > done_since))
        .order_by(is_done, c.opened_at)
        .limit(LISTED)
    )
    return [task_of(row) for row in rows]
