"""Who is at the desk: what agents say, when their sockets were heard and when they last acted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from router.domain.people import Presence
from router.domain.presence import Attendance
from router.store.queue_tables import attendance

c = attendance.c


def came(connection: sa.Connection, staff: str, now: dt.datetime) -> None:
    """Note that an agent opened the desk; what they said before stands."""
    fresh = {"heard_at": now, "active_at": now, "gone_at": None, "missed_offers": 0}
    if not _update(connection, staff, fresh):
        _insert(connection, staff, fresh | {"said": Presence.ONLINE.value})


def went(connection: sa.Connection, staff: str, now: dt.datetime) -> None:
    """Note that an agent's last socket of a node is closed."""
    _update(connection, staff, {"gone_at": now})


def said(connection: sa.Connection, staff: str, presence: Presence, now: dt.datetime) -> None:
    """Note what an agent says; saying it is being there."""
    values = {"said": presence.value, "active_at": now, "missed_offers": 0}
    if not _update(connection, staff, values):
        _insert(connection, staff, values | {"heard_at": now, "gone_at": None})


def acted(connection: sa.Connection, staff: str, now: dt.datetime) -> None:
    """Note that an agent did something: a key, the pointer, a tab that came to the front."""
    _update(connection, staff, {"active_at": now, "missed_offers": 0})


def heard(connection: sa.Connection, staff: Collection[str], now: dt.datetime) -> None:
    """Note that the sockets of these agents are open, on whichever node."""
    connection.execute(
        attendance.update().where(c.staff.in_(staff)).values(heard_at=now, gone_at=None)
    )


def everyone(connection: sa.Connection) -> dict[str, Attendance]:
    """Give what is known of everybody who was ever at the desk."""
    return {row.staff: attendance_of(row) for row in connection.execute(sa.select(attendance))}


def attendance_of(row: sa.Row[Any]) -> Attendance:
    """Read an agent's attendance."""
    return Attendance(
        row.staff,
        Presence(row.said),
        row.heard_at,
        row.active_at,
        row.gone_at,
        row.missed_offers,
    )


def _update(connection: sa.Connection, staff: str, values: dict[str, Any]) -> bool:
    done = connection.execute(attendance.update().where(c.staff == staff).values(**values))
    return bool(done.rowcount)


def _insert(connection: sa.Connection, staff: str, values: dict[str, Any]) -> None:
    row = values | {"staff": staff, "missed_offers": 0, "angry_streak": 0}
    try:
        with connection.begin_nested():
            connection.execute(attendance.insert().values(**row))
    except sa.exc.IntegrityError:  # Another node was first.
        _update(connection, staff, values)
