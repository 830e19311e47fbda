"""Numbers to call back: left instead of waiting, open until somebody has called, once a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from router.domain.conversation import Conversation, Status
from router.domain.errors import AlreadyDecided, NotFound
from router.domain.message import Draft
from router.domain.people import Shopper
from router.store import clock_tables as ct
from router.store import tables as t
from router.store.moves import Changed, append, load
from router.store.rows import conversation_of, shopper_of

LISTED = 200

c = ct.callbacks.c
OPEN = c.done_at.is_(None)


@dataclass(frozen=True, slots=True)
class Callback:
    """A number to call back, in full: only for staff."""

    phone: str
    note: str
    asked_at: dt.datetime


@dataclass(frozen=True, slots=True)
class OpenCallback:
    """A number nobody has called yet, and whose it is."""

    conversation: Conversation
    shopper: Shopper
    callback: Callback


@dataclass(frozen=True, slots=True)
class CallMade:
    """Who called, when, and what came of it."""

    by: str
    at: dt.datetime
    outcome: str


def keep(connection: sa.Connection, conversation: str, case: int, callback: Callback) -> None:
    """Keep the number of a case; the last one counts, and is open also after an earlier call."""
    values = {
        "phone": callback.phone,
        "note": callback.note,
        "asked_at": callback.asked_at,
        "done_at": None,
        "done_by": None,
        "outcome": "",
    }
    found = connection.execute(ct.callbacks.update().where(_of(conversation, case)).values(values))
    if found.rowcount == 0:
        made = ct.callbacks.insert().values(conversation=conversation, case=case, **values)
        connection.execute(made)


def done(
    connection: sa.Connection, conversation: str, case: int, call: CallMade, draft: Draft
) -> Changed:
    """Note that somebody has called, with a note in the thread; of those who try, one does.

    Saying so again is no other call.
    """
    before = load(connection, conversation)
    noted = connection.execute(
        ct.callbacks.update()
        .where(_of(conversation, case), OPEN)
        .values(done_at=call.at, done_by=call.by, outcome=call.outcome)
    )
    if noted.rowcount == 1:
        return append(connection, before, [draft], call.at)
    row = connection.execute(sa.select(ct.callbacks).where(_of(conversation, case))).first()
    if row is None:
        raise NotFound("这里没有要回的电话。")
    if (row.done_by, row.outcome) == (call.by, call.outcome):
        return replace(Changed(before), duplicate=True)
    raise AlreadyDecided("这个电话已经有人回过了。")


def of_cases(connection: sa.Connection, cases: Sequence[tuple[str, int]]) -> dict[str, Callback]:
    """Give the open numbers of these cases, by conversation."""
    wanted = dict(cases)
    rows = connection.execute(sa.select(ct.callbacks).where(c.conversation.in_(list(wanted)), OPEN))
    return {
        row.conversation: Callback(row.phone, row.note, row.asked_at)
        for row in rows
        if wanted[row.conversation] == row.case
    }


def still_open(connection: sa.Connection) -> list[OpenCallback]:
    """List the numbers of cases that go on, tickets too, who asked first before the others."""
    of = t.conversations.c
    going_on = sa.and_(
        of.id == c.conversation, of.case == c.case, of.status != Status.RESOLVED.value
    )
    rows = connection.execute(
        sa.select(t.conversations, c.phone, c.note, c.asked_at)
        .join(ct.callbacks, going_on)
        .where(OPEN)
        .order_by(c.asked_at, c.conversation)
        .limit(LISTED)
    )
    return [
        OpenCallback(
            conversation_of(row), shopper_of(row), Callback(row.phone, row.note, row.asked_at)
        )
        for row in rows
    ]


def _of(conversation: str, case: int) -> sa.ColumnElement[bool]:
    return sa.and_(c.conversation == conversation, c.case == case)
