"""The clocks of every case: kept in step with each move, raised once by whichever node is first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from router.domain.conversation import Status
from router.domain.handoff import Handoff, HandoffState, Priority
from router.domain.priority import PriorityPolicy, raised
from router.domain.sla import Clock, ClockKind, Timing, followed
from router.store import clock_tables as ct
from router.store import tables as t
from router.store.moves import Changed, handoff_by_id

_PLAIN = (
    "conversation",
    "case",
    "handoff",
    "started_at",
    "warn_at",
    "due_at",
    "stopped_at",
    "warned_at",
    "breached_at",
)
_OF_CASE = sa.select(ct.clocks).where(  # Built once: it runs with every message.
    ct.clocks.c.conversation == sa.bindparam("of"), ct.clocks.c.case == sa.bindparam("in_case")
)

_SET = ct.clocks.update().where(
    ct.clocks.c.conversation == sa.bindparam("of"),
    ct.clocks.c.case == sa.bindparam("in_case"),
    ct.clocks.c.kind == sa.bindparam("this"),
)


@dataclass(frozen=True, slots=True)
class Breach:
    """A clock that ran out, and who had the conversation then."""

    conversation: str
    case: int
    kind: ClockKind
    due_at: dt.datetime
    breached_at: dt.datetime
    agent: str | None


def follow(connection: sa.Connection, changes: Sequence[Changed], timing: Timing) -> None:
    """Bring the clocks of cases in step with the moves just made, in their transaction.

    However many moves, the statements are few: a deal claims many at once.
    """
    # Before epoch 1 no human was asked for.
    moved = [one for one in changes if one.conversation.epoch > 0 and not one.duplicate]
    if not moved:
        return
    known = _of_cases(connection, moved)
    new: list[dict[str, Any]] = []
    set_anew: list[dict[str, Any]] = []
    for one in moved:
        conversation = one.conversation
        handoff = one.handoff or handoff_by_id(connection, conversation.handoff)
        clocks = known.get((conversation.id, conversation.case), {})
        now = conversation.updated_at
        after = followed(clocks.values(), conversation, handoff, one.messages, now, timing)
        for clock in after:
            before = clocks.get(clock.kind)
            if before is None:
                new.append(_values(clock))
            elif clock != before:
                set_anew.append(_row_of(clock) | _values(clock))
    if set_anew:
        connection.execute(_SET, set_anew)
    if new:
        connection.execute(ct.clocks.insert(), new)
    _answer_quotes(connection, [one.handoff for one in moved if _just_accepted(one)])


def _just_accepted(changed: Changed) -> bool:
    conversation, handoff = changed.conversation, changed.handoff
    return (
        handoff is not None
        and conversation.status is Status.ACTIVE
        and handoff.accepted_at == conversation.updated_at
    )


def _of_cases(
    connection: sa.Connection, changes: Sequence[Changed]
) -> dict[tuple[str, int], dict[ClockKind, Clock]]:
    c = ct.clocks.c
    ids = [one.conversation.id for one in changes]
    cases = {(one.conversation.id, one.conversation.case) for one in changes}
    found: dict[tuple[str, int], dict[ClockKind, Clock]] = {}
    for row in connection.execute(sa.select(ct.clocks).where(c.conversation.in_(ids))):
        if (row.conversation, row.case) in cases:
            clock = _clock(row)
            found.setdefault((row.conversation, row.case), {})[clock.kind] = clock
    return found


def noted(
    connection: sa.Connection, policy: PriorityPolicy, now: dt.datetime
) -> tuple[list[Clock], list[Clock]]:
    """Note every clock that warns or is late now; give those this call was the first to note.

    A handoff that still waits is raised by a step when its first response is late.
    """
    c = ct.clocks.c
    running = sa.and_(c.stopped_at.is_(None), c.left.is_(None))
    warned = connection.execute(
        ct.clocks.update()
        .where(running, c.warned_at.is_(None), c.warn_at <= now, c.due_at > now)
        .values(warned_at=now)
        .returning(*c)
    ).all()
    late = connection.execute(
        ct.clocks.update()
        .where(running, c.breached_at.is_(None), c.due_at <= now)
        .values(breached_at=now)
        .returning(*c)
    ).all()
    breached = [_clock(row) for row in late]
    for clock in breached:
        _keep_breach(connection, clock, now)
        if clock.kind is ClockKind.FIRST_RESPONSE:
            _raise(connection, clock.handoff, policy)
    return [_clock(row) for row in warned], breached


def due(connection: sa.Connection, now: dt.datetime) -> bool:
    """Tell whether any clock warns or is late, so that most rounds need no transaction."""
    c = ct.clocks.c
    found = connection.execute(
        sa.select(sa.literal(1))
        .where(
            c.stopped_at.is_(None),
            c.left.is_(None),
            sa.or_(
                sa.and_(c.warned_at.is_(None), c.warn_at <= now, c.due_at > now),
                sa.and_(c.breached_at.is_(None), c.due_at <= now),
            ),
        )
        .limit(1)
    ).first()
    return found is not None


def of_case(connection: sa.Connection, conversation: str, case: int) -> list[Clock]:
    """Give the clocks of a case."""
    rows = connection.execute(_OF_CASE, {"of": conversation, "in_case": case})
    return [_clock(row) for row in rows]


def running(connection: sa.Connection, conversations: Sequence[str]) -> dict[str, list[Clock]]:
    """Give the clocks that have not stopped, by conversation."""
    c = ct.clocks.c
    rows = connection.execute(
        sa.select(ct.clocks).where(c.conversation.in_(conversations), c.stopped_at.is_(None))
    )
    found: dict[str, list[Clock]] = {}
    for row in rows:
        found.setdefault(row.conversation, []).append(_clock(row))
    return found


def recent_breaches(connection: sa.Connection, since: dt.datetime, limit: int) -> list[Breach]:
    """Give the newest breaches since a moment."""
    b = ct.breaches.c
    rows = connection.execute(
        sa.select(ct.breaches)
        .where(b.breached_at >= since)
        .order_by(b.breached_at.desc())
        .limit(limit)
    )
    return [
        Breach(x.conversation, x.case, ClockKind(x.kind), x.due_at, x.breached_at, x.agent)
        for x in rows
    ]


def _keep_breach(connection: sa.Connection, clock: Clock, now: dt.datetime) -> None:
    agent = connection.execute(
        sa.select(t.conversations.c.agent).where(t.conversations.c.id == clock.conversation)
    ).scalar_one_or_none()
    connection.execute(
        ct.breaches.insert().values(
            conversation=clock.conversation,
            case=clock.case,
            kind=clock.kind.value,
            due_at=clock.due_at,
            breached_at=now,
            handoff=clock.handoff,
            agent=agent,
        )
    )


def _raise(connection: sa.Connection, handoff_id: str, policy: PriorityPolicy) -> None:
    handoff = handoff_by_id(connection, handoff_id)
    if handoff is None or handoff.state is not HandoffState.QUEUED:
        return
    after = raised(handoff, Priority(min(handoff.priority + 1, Priority.HIGH)), policy)
    if after == handoff:
        return
    h = t.handoffs.c
    connection.execute(
        t.handoffs.update()
        .where(h.id == handoff.id, h.state == HandoffState.QUEUED.value)
        .values(priority=int(after.priority), head_start=after.head_start, order_at=after.order_at)
    )


def _answer_quotes(connection: sa.Connection, handoffs: Sequence[Handoff | None]) -> None:
    """Note for the waits shoppers were told how long they became."""
    accepted = {one.id: one.accepted_at for one in handoffs if one is not None}
    if not accepted:
        return
    q = ct.quotes.c
    rows = connection.execute(
        sa.select(q.handoff, q.n, q.at).where(
            q.handoff.in_(list(accepted)), q.answered_at.is_(None)
        )
    ).all()
    for row in rows:
        at = accepted[row.handoff]
        if at is None:
            continue
        connection.execute(
            ct.quotes.update()
            .where(q.handoff == row.handoff, q.n == row.n)
            .values(waited=max(0.0, (at - row.at).total_seconds()), answered_at=at)
        )


def _row_of(clock: Clock) -> dict[str, Any]:
    return {"of": clock.conversation, "in_case": clock.case, "this": clock.kind.value}


def _clock(row: sa.Row[Any]) -> Clock:
    plain = {name: getattr(row, name) for name in _PLAIN}
    left = dt.timedelta(seconds=row.left) if row.left is not None else None
    return Clock(**plain, kind=ClockKind(row.kind), left=left)


def _values(clock: Clock) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(clock, name) for name in _PLAIN}
    values["kind"] = clock.kind.value
    values["left"] = clock.left.total_seconds() if clock.left is not None else None
    return values
