"""Grants and the budgets they draw on: all of a grant's charges or none, in one transaction.

A budget is one row that only grows while it stays within its limit, by a conditional update: of
any number who click at once, those get what is left, and the rest is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from router.domain.authority import (
    LONGEST_WAIT,
    MAX_ATTEMPTS,
    Charge,
    Grant,
    GrantFilter,
    GrantKind,
    GrantState,
    Limit,
    NotReversible,
    TrailLine,
    retry_after,
    said_over,
)
from router.domain.errors import AlreadyDecided, ClientIdReused, NotFound, OverBudget
from router.store.care_tables import budgets, grant_charges, grant_trail, grants
from router.store.tables import conversations

Row = sa.Row[Any]
LEASE = dt.timedelta(seconds=60)
"""How long a delivery may take before another one takes it up."""
CLOSED = (GrantState.DECLINED, GrantState.REVERSED)


class LimitReached(OverBudget):
    """A budget does not reach; `limit` says which."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(f"{said_over(limit)}，没有发放。")
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant after a move; a duplicate changed nothing."""

    grant: Grant
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """One budget: what its row says, and what the grants that drew on it say."""

    scope: str
    period: str
    spent: int
    drawn: int


def ask(connection: sa.Connection, grant: Grant, charges: Sequence[Charge]) -> Granted:
    """Keep a grant once by its client id.

    One that is `granted` draws on its budgets; where one does not reach, it is kept as a request
    for a supervisor instead, with the limit it is above.
    """
    again = _asked_before(connection, grant)
    if again is not None:
        return again
    if grant.state is GrantState.GRANTED:
        try:
            with connection.begin_nested():
                draw(connection, charges)
        except LimitReached as reached:
            if reached.limit is Limit.ONCE:
                raise
            charges = ()
            grant = replace(
                grant,
                state=GrantState.REQUESTED,
                over=reached.limit,
                decided_by=None,
                decided_at=None,
                next_try_at=None,
            )
    else:
        charges = ()
    try:
        with connection.begin_nested():
            connection.execute(grants.insert().values(**_values(grant)))
    except sa.exc.IntegrityError:  # Another node kept the same click first.
        _give_back(connection, [(c.scope, c.period, c.cents) for c in charges])
        again = _asked_before(connection, grant)
        if again is None:
            raise
        return again
    _keep_charges(connection, grant.id, charges)
    event = "granted" if grant.state is GrantState.GRANTED else "requested"
    _note(connection, grant.id, grant.asked_at, event, grant.asked_by, grant.reason)
    return Granted(grant)


def decide(
    connection: sa.Connection,
    grant_id: str,
    by: str,
    *,
    approve: bool,
    charges: Sequence[Charge],
    note: str,
    now: dt.datetime,
) -> Granted:
    """Approve or decline a request, exactly one of those who try; the same click twice is one."""
    before = get(connection, grant_id)
    wanted = GrantState.GRANTED if approve else GrantState.DECLINED
    changed = connection.execute(
        grants.update()
        .where(grants.c.id == grant_id, grants.c.state == GrantState.REQUESTED.value)
        .values(
            state=wanted.value,
            decided_by=by,
            decided_at=now,
            note=note,
            next_try_at=now if approve else None,
        )
    )
    if changed.rowcount != 1:
        found = get(connection, grant_id)
        declined = found.state is GrantState.DECLINED
        if found.decided_by == by and declined is not approve:
            return Granted(found, duplicate=True)
        raise AlreadyDecided("这个申请已经有人处理了。")
    if approve:
        draw(connection, charges)
        _keep_charges(connection, grant_id, charges)
    _note(connection, grant_id, now, "approved" if approve else "declined", by, note)
    return Granted(
        replace(
            before,
            state=wanted,
            decided_by=by,
            decided_at=now,
            note=note,
            next_try_at=now if approve else None,
        )
    )


def reverse(
    connection: sa.Connection, grant_id: str, by: str, why: str, now: dt.datetime
) -> Granted:
    """Take back what has not reached the shopper; its budgets get back what it drew."""
    before = get(connection, grant_id)
    open_states = [GrantState.GRANTED.value, GrantState.FAILED.value]
    changed = connection.execute(
        grants.update()
        .where(grants.c.id == grant_id, grants.c.state.in_(open_states))
        .values(state=GrantState.REVERSED.value, next_try_at=None)
    )
    if changed.rowcount != 1:
        raise NotReversible("已经发到顾客账户，或已经结束，不能撤销。")
    drawn = connection.execute(
        sa.select(grant_charges.c.scope, grant_charges.c.period, grant_charges.c.cents).where(
            grant_charges.c.grant == grant_id
        )
    ).all()
    _give_back(connection, [(row.scope, row.period, row.cents) for row in drawn])
    _note(connection, grant_id, now, "reversed", by, why)
    return Granted(replace(before, state=GrantState.REVERSED, next_try_at=None))


def is_due(connection: sa.Connection, now: dt.datetime) -> bool:
    """Tell whether a grant waits for the shop's system."""
    return connection.execute(sa.select(grants.c.id).where(_due(now)).limit(1)).first() is not None


def claim_due(connection: sa.Connection, now: dt.datetime, limit: int) -> list[Grant]:
    """Take grants that wait for the shop's system, each by one taker for a while.

    A time further ahead than any wait was noted by a clock that has been set back: it is due.
    """
    c = grants.c
    rows = connection.execute(
        sa.select(grants)
        .where(_due(now))
        .order_by(c.next_try_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    claimed = []
    for row in rows:
        taken = connection.execute(
            grants.update()
            .where(c.id == row.id, c.state == row.state, c.next_try_at == row.next_try_at)
            .values(
                state=GrantState.DELIVERING.value,
                attempts=row.attempts + 1,
                next_try_at=now + LEASE,
            )
        )
        if taken.rowcount == 1:
            grant = replace(grant_of(row), state=GrantState.DELIVERING, attempts=row.attempts + 1)
            claimed.append(grant)
    return claimed


def delivered(connection: sa.Connection, grant: Grant, receipt: str, now: dt.datetime) -> Granted:
    """Note that the shop's system has carried a grant out."""
    return _settle(
        connection, grant, GrantState.DELIVERED, now, why=receipt, receipt=receipt, next_try_at=None
    )


def undelivered(
    connection: sa.Connection, grant: Grant, error: str, now: dt.datetime, *, final: bool
) -> Granted:
    """Note a failed delivery: again later, or failed for good, for a supervisor to look at."""
    error = error[:300]
    if final or grant.attempts >= MAX_ATTEMPTS:
        return _settle(
            connection, grant, GrantState.FAILED, now, why=error, error=error, next_try_at=None
        )
    due = now + retry_after(grant.attempts)
    return _settle(
        connection, grant, GrantState.GRANTED, now, why=error, error=error, next_try_at=due
    )


def retry(connection: sa.Connection, grant_id: str, by: str, now: dt.datetime) -> Granted:
    """Send a failed grant once more."""
    changed = connection.execute(
        grants.update()
        .where(grants.c.id == grant_id, grants.c.state == GrantState.FAILED.value)
        .values(state=GrantState.GRANTED.value, attempts=0, next_try_at=now)
    )
    if changed.rowcount != 1:
        raise AlreadyDecided("这笔发放不在失败状态，不用重试。")
    _note(connection, grant_id, now, "retried", by, "")
    return Granted(get(connection, grant_id))


def draw(connection: sa.Connection, charges: Sequence[Charge]) -> None:
    """Draw on every budget within its limit; LimitReached undoes all in the caller's savepoint."""
    for charge in charges:
        _open_budget(connection, charge.scope, charge.period)
        b = budgets.c
        drawn = connection.execute(
            budgets.update()
            .where(
                b.scope == charge.scope,
                b.period == charge.period,
                b.spent + charge.cents <= charge.limit,
            )
            .values(spent=b.spent + charge.cents)
        )
        if drawn.rowcount != 1:
            raise LimitReached(charge.name)


def get(connection: sa.Connection, grant_id: str) -> Grant:
    """Give one grant."""
    row = connection.execute(sa.select(grants).where(grants.c.id == grant_id)).first()
    if row is None:
        raise NotFound("没有这笔补偿。")
    return grant_of(row)


def of_conversation(connection: sa.Connection, conversation: str) -> list[Grant]:
    """List the grants of a conversation, oldest first."""
    return _list(connection, grants.c.conversation == conversation)


def awaiting(connection: sa.Connection, limit: int = 200) -> list[Grant]:
    """List what a supervisor has to look at: requests, and grants that failed; oldest first."""
    states = [GrantState.REQUESTED.value, GrantState.FAILED.value]
    return _list(connection, grants.c.state.in_(states), limit)


def audited(
    connection: sa.Connection, wanted: GrantFilter, limit: int
) -> list[tuple[Grant, str | None]]:
    """List grants with their shoppers' names, newest first."""
    g, c = grants.c, conversations.c
    chosen = (
        g.asked_at >= wanted.since if wanted.since else None,
        g.asked_at < wanted.until if wanted.until else None,
        sa.or_(g.asked_by == wanted.staff, g.decided_by == wanted.staff) if wanted.staff else None,
        g.state == wanted.state.value if wanted.state else None,
        g.kind == wanted.kind.value if wanted.kind else None,
    )
    rows = connection.execute(
        sa.select(grants, c.shopper_name)
        .join(conversations, c.id == g.conversation, isouter=True)
        .where(*(one for one in chosen if one is not None))
        .order_by(g.asked_at.desc(), g.id.desc())
        .limit(limit)
    )
    return [(grant_of(row), row.shopper_name) for row in rows]


def spent(connection: sa.Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Give what budgets have given, by scope and period; a budget without a row gave nothing."""
    found = connection.execute(
        sa.select(budgets).where(sa.tuple_(budgets.c.scope, budgets.c.period).in_(list(keys)))
    )
    return {(row.scope, row.period): row.spent for row in found}


def spent_in(connection: sa.Connection, period: str) -> list[tuple[str, int]]:
    """List the budgets of a period with what each has given."""
    rows = connection.execute(
        sa.select(budgets.c.scope, budgets.c.spent)
        .where(budgets.c.period == period)
        .order_by(budgets.c.scope)
    )
    return [(row.scope, row.spent) for row in rows]


def ledger(connection: sa.Connection) -> list[Ledger]:
    """Give every budget beside what the grants in force have drawn on it; both must agree."""
    c = grant_charges.c
    held = (
        sa.select(c.scope, c.period, sa.func.sum(c.cents).label("drawn"))
        .join(grants, grants.c.id == c.grant)
        .where(grants.c.state.not_in([state.value for state in CLOSED]))
        .group_by(c.scope, c.period)
        .subquery()
    )
    rows = connection.execute(
        sa.select(budgets, sa.func.coalesce(held.c.drawn, 0).label("drawn")).outerjoin(
            held,
            sa.and_(held.c.scope == budgets.c.scope, held.c.period == budgets.c.period),
        )
    )
    return [Ledger(row.scope, row.period, row.spent, int(row.drawn)) for row in rows]


def trail(connection: sa.Connection, grant_id: str) -> list[TrailLine]:
    """Give the audit trail of a grant, in order."""
    rows = connection.execute(
        sa.select(grant_trail).where(grant_trail.c.grant == grant_id).order_by(grant_trail.c.n)
    )
    return [TrailLine(row.grant, row.at, row.event, row.by, row.why) for row in rows]


def grant_of(row: Row) -> Grant:
    """Read a grant."""
    values = {f.name: getattr(row, f.name) for f in fields(Grant)}
    values["kind"] = GrantKind(row.kind)
    values["state"] = GrantState(row.state)
    values["over"] = Limit(row.over) if row.over else None
    return Grant(**values)


def _values(grant: Grant) -> dict[str, Any]:
    values: dict[str, Any] = {f.name: getattr(grant, f.name) for f in fields(Grant)}
    values["kind"] = grant.kind.value
    values["state"] = grant.state.value
    values["over"] = grant.over.value if grant.over else None
    return values


def _asked_before(connection: sa.Connection, grant: Grant) -> Granted | None:
    row = connection.execute(
        sa.select(grants).where(
            grants.c.asked_by == grant.asked_by, grants.c.client_id == grant.client_id
        )
    ).first()
    if row is None:
        return None
    found = grant_of(row)
    same = ("conversation", "kind", "cents", "order", "reason")
    if any(getattr(found, name) != getattr(grant, name) for name in same):
        raise ClientIdReused("the client id was used for another grant: make a new one")
    return Granted(found, duplicate=True)


def _due(now: dt.datetime) -> sa.ColumnElement[bool]:
    c = grants.c
    return sa.and_(
        c.state.in_([GrantState.GRANTED.value, GrantState.DELIVERING.value]),
        sa.or_(c.next_try_at <= now, c.next_try_at > now + LONGEST_WAIT),
    )


def _settle(
    connection: sa.Connection,
    grant: Grant,
    state: GrantState,
    now: dt.datetime,
    *,
    why: str,
    **values: Any,
) -> Granted:
    """Store what came of a delivery, unless a later one has taken the grant up meanwhile."""
    changed = connection.execute(
        grants.update()
        .where(
            grants.c.id == grant.id,
            grants.c.state == GrantState.DELIVERING.value,
            grants.c.attempts == grant.attempts,
        )
        .values(state=state.value, **values)
    )
    found = get(connection, grant.id)
    if changed.rowcount != 1:
        return Granted(found, duplicate=True)
    if state is not GrantState.GRANTED:
        _note(connection, grant.id, now, state.value, None, why)
    return Granted(found)


def _give_back(connection: sa.Connection, drawn: Sequence[tuple[str, str, int]]) -> None:
    # In the order in which grants lock them, the shop's first.
    for scope, period, cents in sorted(drawn, key=lambda one: (one[0] != "shop", one[0])):
        connection.execute(
            budgets.update()
            .where(budgets.c.scope == scope, budgets.c.period == period)
            .values(spent=budgets.c.spent - cents)
        )


def _keep_charges(connection: sa.Connection, grant_id: str, charges: Sequence[Charge]) -> None:
    for charge in charges:
        connection.execute(
            grant_charges.insert().values(
                grant=grant_id, scope=charge.scope, period=charge.period, cents=charge.cents
            )
        )


def _open_budget(connection: sa.Connection, scope: str, period: str) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(
        insert(budgets).values(scope=scope, period=period, spent=0).on_conflict_do_nothing()
    )


def _note(
    connection: sa.Connection, grant: str, at: dt.datetime, event: str, by: str | None, why: str
) -> None:
    lines = connection.execute(
        sa.select(sa.func.count()).select_from(grant_trail).where(grant_trail.c.grant == grant)
    ).scalar_one()
    connection.execute(
        grant_trail.insert().values(
            grant=grant, n=lines + 1, at=at, event=event, by=by, why=why[:500]
        )
    )


def _list(
    connection: sa.Connection, condition: sa.ColumnElement[bool], limit: int = 200
) -> list[Grant]:
    rows = connection.execute(
        sa.select(grants).where(condition).order_by(grants.c.asked_at, grants.c.id).limit(limit)
    )
    return [grant_of(row) for row in rows]
