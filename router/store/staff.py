"""Staff, their sessions, and shoppers' uploads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from router.domain.errors import NotFound, Refusal
from router.domain.message import Image
from router.domain.people import Staff
from router.store import tables as t
from router.store.rows import staff_of, to_json


class LoginTaken(Refusal):
    """Another member of staff has this login."""

    code = "login_taken"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A member of staff with the hash of the password."""

    staff: Staff
    password_hash: str


def add(connection: sa.Connection, member: Staff, password_hash: str) -> None:
    """Add a member of staff."""
    taken = connection.execute(
        sa.select(t.staff.c.id).where(t.staff.c.login == member.login)
    ).first()
    if taken is not None:
        raise LoginTaken(f"the login {member.login!r} is taken: choose another")
    connection.execute(
        t.staff.insert().values(
            id=member.id,
            login=member.login,
            name=member.name,
            password_hash=password_hash,
            roles=to_json(sorted(member.roles)),
            capacity=member.capacity,
            skills=to_json(member.skills),
            angry_cap=member.angry_cap,
            disabled=False,
        )
    )


def set_work(connection: sa.Connection, member: Staff) -> None:
    """Set what a member of staff can do, and how much of it at once."""
    stored = connection.execute(
        t.staff.update()
        .where(t.staff.c.login == member.login)
        .values(capacity=member.capacity, skills=to_json(member.skills), angry_cap=member.angry_cap)
    )
    if stored.rowcount != 1:
        raise NotFound(f"nobody on the staff has the login {member.login!r}")


def set_password(connection: sa.Connection, login: str, password_hash: str) -> None:
    """Set a new password and end every session of that member."""
    row = connection.execute(
        t.staff.update()
        .where(t.staff.c.login == login)
        .values(password_hash=password_hash)
        .returning(t.staff.c.id)
    ).first()
    if row is None:
        raise NotFound(f"nobody on the staff has the login {login!r}")
    connection.execute(t.staff_sessions.delete().where(t.staff_sessions.c.staff == row.id))


def everyone(connection: sa.Connection) -> list[Staff]:
    """List the staff."""
    rows = connection.execute(sa.select(t.staff).where(~t.staff.c.disabled).order_by("login"))
    return [staff_of(row) for row in rows]


def credentials(connection: sa.Connection, login: str) -> Credentials | None:
    """Give who has a login, with the hash of the password."""
    row = connection.execute(
        sa.select(t.staff).where(t.staff.c.login == login, ~t.staff.c.disabled)
    ).first()
    return Credentials(staff_of(row), row.password_hash) if row is not None else None


def open_session(
    connection: sa.Connection,
    token_hash: str,
    member: str,
    now: dt.datetime,
    expires_at: dt.datetime,
) -> None:
    """Keep a new session; expired ones of the same member go."""
    c = t.staff_sessions.c
    connection.execute(t.staff_sessions.delete().where(c.staff == member, c.expires_at <= now))
    connection.execute(
        t.staff_sessions.insert().values(
            token_hash=token_hash, staff=member, created_at=now, expires_at=expires_at
        )
    )


def session(connection: sa.Connection, token_hash: str, now: dt.datetime) -> Staff | None:
    """Give whose session this is, if it still holds."""
    row = connection.execute(
        sa.select(t.staff)
        .join(t.staff_sessions, t.staff_sessions.c.staff == t.staff.c.id)
        .where(
            t.staff_sessions.c.token_hash == token_hash,
            t.staff_sessions.c.revoked_at.is_(None),
            t.staff_sessions.c.expires_at > now,
            ~t.staff.c.disabled,
        )
    ).first()
    return staff_of(row) if row is not None else None


def revoke(connection: sa.Connection, token_hash: str, now: dt.datetime) -> None:
    """End a session."""
    connection.execute(
        t.staff_sessions.update()
        .where(t.staff_sessions.c.token_hash == token_hash)
        .values(revoked_at=now)
    )


def add_upload(connection: sa.Connection, image: Image, shopper: str, now: dt.datetime) -> None:
    """Keep the facts of an accepted image."""
    connection.execute(
        t.uploads.insert().values(
            id=image.id,
            shopper=shopper,
            mime=image.mime,
            size=image.size,
            width=image.width,
            height=image.height,
            at=now,
        )
    )


def upload(connection: sa.Connection, upload_id: str, shopper: str | None = None) -> Image | None:
    """Give an accepted image, of anybody or of one shopper only."""
    query = sa.select(t.uploads).where(t.uploads.c.id == upload_id)
    if shopper is not None:
        query = query.where(t.uploads.c.shopper == shopper)
    row = connection.execute(query).first()
    return Image(row.id, row.mime, row.size, row.width, row.height) if row is not None else None
