"""The store's book of canned responses."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from router.domain.canned import Canned, CannedChanged
from router.store import case_tables as ct
from router.store.books import Read, Write

KEY = "~canned"
c = ct.canned_responses.c


class CannedBook:
    """Saved texts: everybody's, and each agent's own."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def of(self, staff: str) -> list[Canned]:
        """List what a member of staff may use, by title."""
        found: list[Canned] = await self._read(of, staff)
        return found

    async def one(self, canned: str) -> Canned | None:
        """Give one text."""
        found: Canned | None = await self._read(one, canned)
        return found

    async def add(self, canned: Canned) -> None:
        """Keep a new text."""
        await self._write(KEY, partial(add, canned=canned))

    async def change(self, canned: Canned) -> None:
        """Change a text as it was last seen; CannedChanged when it is not so any more."""
        await self._write(KEY, partial(change, canned=canned))

    async def remove(self, canned: str, revision: int) -> None:
        """Remove a text as it was last seen."""
        await self._write(KEY, partial(remove, canned=canned, revision=revision))


def of(connection: sa.Connection, staff: str) -> list[Canned]:
    """List what a member of staff may use, by title."""
    rows = connection.execute(
        sa.select(ct.canned_responses)
        .where(sa.or_(c.owner.is_(None), c.owner == staff))
        .order_by(c.title, c.id)
    )
    return [_canned_of(row) for row in rows]


def one(connection: sa.Connection, canned: str) -> Canned | None:
    """Give one text."""
    row = connection.execute(sa.select(ct.canned_responses).where(c.id == canned)).first()
    return _canned_of(row) if row is not None else None


def add(connection: sa.Connection, canned: Canned) -> None:
    """Keep a new text."""
    values = {name: getattr(canned, name) for name in canned.__slots__}
    connection.execute(ct.canned_responses.insert().values(**values))


def change(connection: sa.Connection, canned: Canned) -> None:
    """Change a text whose revision is still the one that was seen."""
    changed = connection.execute(
        ct.canned_responses.update()
        .where(c.id == canned.id, c.revision == canned.revision)
        .values(
            title=canned.title,
            text=canned.text,
            owner=canned.owner,
            author=canned.author,
            at=canned.at,
            revision=canned.revision + 1,
        )
    )
    if changed.rowcount != 1:
        raise CannedChanged("这条话术刚被别人改过或删除，请刷新后再改。")


def remove(connection: sa.Connection, canned: str, revision: int) -> None:
    """Remove a text whose revision is still the one that was seen."""
    gone = connection.execute(
        ct.canned_responses.delete().where(c.id == canned, c.revision == revision)
    )
    if gone.rowcount != 1:
        raise CannedChanged("这条话术刚被别人改过或删除，请刷新后再改。")


def _canned_of(row: sa.Row[tuple[object, ...]]) -> Canned:
    return Canned(**{name: getattr(row, name) for name in Canned.__slots__})
