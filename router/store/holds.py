"""Conversations put aside: their agent is reminded once when the time has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from router.domain.cases import Hold
from router.domain.conversation import Status
from router.domain.message import Draft
from router.store import case_tables as ct
from router.store import moves
from router.store import tables as t
from router.store.case_rows import hold_of
from router.store.moves import Changed


def put_on_hold(connection: sa.Connection, hold: Hold, drafts: Sequence[Draft]) -> Changed:
    """Put a conversation on hold under its present epoch."""
    before = moves.load(connection, hold.conversation)
    moved = before.hold(hold.agent, hold.since)
    connection.execute(ct.holds.delete().where(ct.holds.c.conversation == hold.conversation))
    values = {name: getattr(hold, name) for name in hold.__slots__} | {"epoch": before.epoch}
    connection.execute(ct.holds.insert().values(**values))
    return moves.append(connection, moved, drafts, hold.since, before=before)


def take_up(
    connection: sa.Connection, conversation_id: str, agent: str, now: dt.datetime
) -> Changed:
    """Take a conversation up again from hold."""
    before = moves.load(connection, conversation_id)
    return moves.append(connection, before.take_up(agent, now), (), now, before=before)


def holds_due(connection: sa.Connection, now: dt.datetime) -> list[Hold]:
    """List the holds that still stand and whose agent is to be reminded."""
    h, c = ct.holds.c, t.conversations.c
    rows = connection.execute(
        sa.select(ct.holds)
        .join(t.conversations, sa.and_(c.id == h.conversation, c.epoch == h.epoch))
        .where(~h.reminded, h.until <= now, c.status == Status.ON_HOLD.value)
        .order_by(h.until)
    )
    return [hold_of(row) for row in rows]


def reminded(connection: sa.Connection, hold: Hold) -> bool:
    """Note that a hold's agent is reminded; True for the one who noted it."""
    h = ct.holds.c
    noted = connection.execute(
        ct.holds.update()
        .where(h.conversation == hold.conversation, h.since == hold.since, ~h.reminded)
        .values(reminded=True)
    )
    return noted.rowcount == 1
