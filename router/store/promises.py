"""Promises as timers: made with their message, moved by conditional updates, told in one commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from router.domain.errors import AlreadyDecided, NotFound
from router.domain.message import Draft, Message
from router.domain.promises import Promise, PromiseState
from router.store.books import Read, Write
from router.store.care_tables import promises
from router.store.moves import Changed, append_once

OPEN = (PromiseState.OPEN.value, PromiseState.LATE.value)
LISTED = 200

Promised = Callable[[Message, int], Iterable[Promise]]
"""Reads what a message of a case promises; it runs inside the move, so it has no effects."""


@dataclass(frozen=True, slots=True)
class PromiseMoved:
    """A promise after a move, and what the shopper was told in the same commit."""

    promise: Promise
    said: Changed | None = None
    duplicate: bool = False


class PromiseBook:
    """Every promise the shop has made, and what became of it."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def change(self, promise: str, due_at: dt.datetime, nudge_at: dt.datetime) -> Promise:
        """Move an open promise to another time; the shopper is told by whoever moves it."""
        before = await self.get(promise)
        work = partial(_change, promise=promise, due_at=due_at, nudge_at=nudge_at)
        return await self._write(before.conversation, work)

    async def close(
        self, before: Promise, state: PromiseState, by: str, draft: Draft | None, now: dt.datetime
    ) -> PromiseMoved:
        """Note that a promise was kept or is none; saying so twice changes nothing."""
        work = partial(_close, before=before, state=state, by=by, draft=draft, now=now)
        return await self._write(before.conversation, work)

    async def nudge(self, before: Promise, now: dt.datetime) -> bool:
        """Note that its agent is reminded; True for one of those who try."""
        return await self._write(before.conversation, partial(_nudge, before=before, now=now))

    async def lapse(self, before: Promise, draft: Draft | None, now: dt.datetime) -> PromiseMoved:
        """Note that a promise is late and tell the shopper, once."""
        work = partial(_lapse, before=before, draft=draft, now=now)
        return await self._write(before.conversation, work)

    async def get(self, promise: str) -> Promise:
        """Give one promise."""
        found: Promise = await self._read(_get, promise)
        return found

    async def of_conversation(self, conversation: str) -> list[Promise]:
        """List the promises of a conversation, the one due first before the others."""
        found: list[Promise] = await self._read(_list, promises.c.conversation == conversation)
        return found

    async def of_message(self, conversation: str, seq: int) -> Promise:
        """Give the promise a message made."""
        found: list[Promise] = await self._read(_list, _made_in(conversation, seq))
        if not found:
            raise NotFound("没有这个承诺。")
        return found[0]

    async def to_nudge(self, now: dt.datetime) -> list[Promise]:
        """List open promises of which their agent has to be reminded."""
        c = promises.c
        due = sa.and_(c.state == PromiseState.OPEN.value, c.nudge_at <= now, c.nudged_at.is_(None))
        found: list[Promise] = await self._read(_list, due)
        return found

    async def overdue(self, now: dt.datetime) -> list[Promise]:
        """List open promises whose time has passed."""
        c = promises.c
        due = sa.and_(c.state == PromiseState.OPEN.value, c.due_at <= now)
        found: list[Promise] = await self._read(_list, due)
        return found


def _made_in(conversation: str, seq: int) -> sa.ColumnElement[bool]:
    return sa.and_(promises.c.conversation == conversation, promises.c.seq == seq)


def made(connection: sa.Connection, changed: Changed, promised: Promised) -> Changed:
    """Keep what the messages of a move promise, in its transaction."""
    if changed.duplicate:
        return changed
    case = changed.conversation.case
    found = tuple(one for message in changed.messages for one in promised(message, case))
    keep(connection, found)
    return replace(changed, promises=found)


def keep(connection: sa.Connection, promised: Iterable[Promise]) -> None:
    """Keep promises, each once."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for promise in promised:
        values: dict[str, Any] = {f.name: getattr(promise, f.name) for f in fields(Promise)}
        values["state"] = promise.state.value
        connection.execute(insert(promises).values(**values).on_conflict_do_nothing())


def _change(
    connection: sa.Connection, promise: str, due_at: dt.datetime, nudge_at: dt.datetime
) -> Promise:
    changed = connection.execute(
        promises.update()
        .where(promises.c.id == promise, promises.c.state.in_(OPEN))
        .values(due_at=due_at, nudge_at=nudge_at, nudged_at=None, state=PromiseState.OPEN.value)
    )
    if changed.rowcount != 1:
        raise AlreadyDecided("这个承诺已经结束，不能再改时间。")
    return _get(connection, promise)


def _close(
    connection: sa.Connection,
    before: Promise,
    state: PromiseState,
    by: str,
    draft: Draft | None,
    now: dt.datetime,
) -> PromiseMoved:
    changed = connection.execute(
        promises.update()
        .where(promises.c.id == before.id, promises.c.state.in_(OPEN))
        .values(state=state.value, closed_at=now, closed_by=by)
    )
    after = _get(connection, before.id)
    if changed.rowcount != 1:
        if after.state is state:
            return PromiseMoved(after, duplicate=True)
        raise AlreadyDecided("这个承诺已经有人处理了。")
    return PromiseMoved(after, _said(connection, before, draft, now))


def _nudge(connection: sa.Connection, before: Promise, now: dt.datetime) -> bool:
    c = promises.c
    changed = connection.execute(
        promises.update()
        .where(c.id == before.id, c.state == PromiseState.OPEN.value, c.nudged_at.is_(None))
        .values(nudged_at=now)
    )
    return changed.rowcount == 1


def _lapse(
    connection: sa.Connection, before: Promise, draft: Draft | None, now: dt.datetime
) -> PromiseMoved:
    c = promises.c
    changed = connection.execute(
        promises.update()
        .where(c.id == before.id, c.state == PromiseState.OPEN.value, c.due_at == before.due_at)
        .values(state=PromiseState.LATE.value)
    )
    if changed.rowcount != 1:
        return PromiseMoved(_get(connection, before.id), duplicate=True)
    said = _said(connection, before, draft, now)
    return PromiseMoved(replace(before, state=PromiseState.LATE), said)


def _said(
    connection: sa.Connection, promise: Promise, draft: Draft | None, now: dt.datetime
) -> Changed | None:
    if draft is None:
        return None
    return append_once(connection, promise.conversation, draft, now)


def _get(connection: sa.Connection, promise: str) -> Promise:
    row = connection.execute(sa.select(promises).where(promises.c.id == promise)).first()
    if row is None:
        raise NotFound("没有这个承诺。")
    return _promise_of(row)


def _list(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Promise]:
    rows = connection.execute(
        sa.select(promises).where(condition).order_by(promises.c.due_at).limit(LISTED)
    )
    return [_promise_of(row) for row in rows]


def _promise_of(row: sa.Row[Any]) -> Promise:
    values = {f.name: getattr(row, f.name) for f in fields(Promise)}
    return Promise(**{**values, "state": PromiseState(row.state)})
