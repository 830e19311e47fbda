"""Who does not wait on the line: left a message or a number, or came outside the hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from router.domain.errors import IllegalMove
from router.domain.handoff import Handoff, HandoffState
from router.domain.message import Draft
from router.store import callbacks
from router.store import tables as t
from router.store.callbacks import Callback
from router.store.moves import Changed, append, handoff_by_id, load, sent_before


def leave(
    connection: sa.Connection,
    conversation_id: str,
    drafts: Sequence[Draft],
    due: dict[str, dt.datetime],
    callback: Callback | None,
    now: dt.datetime,
) -> Changed:
    """Take what a waiting shopper leaves, once: the place stays, the target is that of a case.

    `due` gives by SLA class when whoever leaves something now is answered.
    """
    before = load(connection, conversation_id)
    again = sent_before(connection, before, drafts[0])
    if again is not None:
        return again
    handoff = handoff_by_id(connection, before.handoff)
    if not before.waits or handoff is None:
        raise IllegalMove("现在没有在等人工客服，直接发消息就可以。")
    left = replace(handoff, left_at=handoff.left_at or now)
    if handoff.left_at is None:
        left = replace(left, due_at=max(left.due_at, due.get(left.sla_class, due[""])))
    _update(connection, left)
    if callback is not None:
        callbacks.keep(connection, before.id, before.case, callback)
    changed = append(connection, before, drafts, now)
    return replace(changed, handoff=left)


def begin_shift(
    connection: sa.Connection, conversation_id: str, drafts: Sequence[Draft], now: dt.datetime
) -> Changed:
    """Take a ticket into the queue, at the place of when it came; IllegalMove when it is none."""
    before = load(connection, conversation_id)
    handoff = _in_state(connection, before.handoff, HandoffState.TICKET)
    moved = before.shift_began(now)
    after = replace(handoff, state=HandoffState.QUEUED)
    _update(connection, after)
    return replace(append(connection, moved, drafts, now, before=before), handoff=after)


def end_shift(
    connection: sa.Connection, conversation_id: str, drafts: Sequence[Draft], now: dt.datetime
) -> Changed:
    """Leave a waiting conversation to the next shift."""
    before = load(connection, conversation_id)
    handoff = _in_state(connection, before.handoff, HandoffState.QUEUED)
    moved = before.wait_for_shift(now)
    after = replace(handoff, state=HandoffState.TICKET, offered_to=None)
    _update(connection, after)
    return replace(append(connection, moved, drafts, now, before=before), handoff=after)


def _in_state(connection: sa.Connection, handoff_id: str | None, state: HandoffState) -> Handoff:
    handoff = handoff_by_id(connection, handoff_id)
    if handoff is None or handoff.state is not state:
        raise IllegalMove(f"the conversation has no handoff that is {state}")
    return handoff


def _update(connection: sa.Connection, handoff: Handoff) -> None:
    connection.execute(
        t.handoffs.update()
        .where(t.handoffs.c.id == handoff.id)
        .values(
            state=handoff.state.value,
            due_at=handoff.due_at,
            left_at=handoff.left_at,
            offered_to=handoff.offered_to,
        )
    )
