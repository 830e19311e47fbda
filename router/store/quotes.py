"""The waits shoppers were told, and what became of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from router.domain.handoff import HandoffState
from router.store import clock_tables as ct
from router.store import tables as t


@dataclass(frozen=True, slots=True)
class Quote:
    """A wait as told, in seconds, and how long it was then; `ahead` and `mean` made it."""

    handoff: str
    n: int
    at: dt.datetime
    place: int
    p50: float
    p90: float
    ahead: int
    mean: float
    waited: float | None = None


def keep(connection: sa.Connection, told: Mapping[str, Quote]) -> None:
    """Keep what shoppers are told, by conversation; who is answered meanwhile is left out."""
    h, q = t.handoffs.c, ct.quotes.c
    rows = connection.execute(
        sa.select(h.conversation, h.id, sa.func.coalesce(sa.func.max(q.n), 0).label("n"))
        .select_from(t.handoffs.outerjoin(ct.quotes, q.handoff == h.id))
        .where(h.conversation.in_(list(told)), h.state == HandoffState.QUEUED.value)
        .group_by(h.conversation, h.id)
    ).all()
    for row in rows:
        quote = told[row.conversation]
        values = {name: getattr(quote, name) for name in Quote.__slots__ if name != "waited"}
        values |= {"handoff": row.id, "n": row.n + 1}
        connection.execute(ct.quotes.insert().values(**values))


def answered(connection: sa.Connection, since: dt.datetime, limit: int) -> list[Quote]:
    """Give the newest quotes of who has been answered since a moment, oldest first."""
    q = ct.quotes.c
    rows = connection.execute(
        sa.select(ct.quotes)
        .where(q.answered_at >= since)
        .order_by(q.answered_at.desc(), q.handoff, q.n.desc())
        .limit(limit)
    ).all()
    return [_quote(row) for row in reversed(rows)]


def service_times(connection: sa.Connection, since: dt.datetime, limit: int) -> list[float]:
    """Give how many seconds agents took for the newest cases since a moment."""
    h = t.handoffs.c
    rows = connection.execute(
        sa.select(h.accepted_at, h.ended_at)
        .where(h.accepted_at >= since, h.ended_at.is_not(None))
        .order_by(h.accepted_at.desc())
        .limit(limit)
    )
    return [max(0.0, (row.ended_at - row.accepted_at).total_seconds()) for row in rows]


def _quote(row: sa.Row[Any]) -> Quote:
    return Quote(**{name: getattr(row, name) for name in Quote.__slots__})
