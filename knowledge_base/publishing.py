"""Heads, releases and the live one; every step stands inside a caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base import queries, tables
from knowledge_base.entries import Entry
from knowledge_base.errors import PublishConflict, UnknownRelease
from knowledge_base.releases import Release, Revision, RevisionState, diff
from knowledge_base.rows import revision_from, revision_values


async def live_number(connection: AsyncConnection) -> int | None:
    """Read the number of the live release."""
    number: int | None = await connection.scalar(queries.LIVE)
    return number


async def numbers(connection: AsyncConnection, statement: sa.Select[str, int]) -> dict[str, int]:
    """Read pairs of a name and a number."""
    return dict((await connection.execute(statement)).all())


async def read_head(connection: AsyncConnection) -> dict[str, Revision]:
    """Read the newest approved revision of each entry."""
    found = [revision_from(row) for row in (await connection.execute(queries.HEAD)).all()]
    return {revision.entry.key: revision for revision in found}


async def read_release(connection: AsyncConnection, number: int) -> Release:
    """Read a release with its content."""
    row = (await connection.execute(queries.RELEASE, {"number": number})).one_or_none()
    if row is None:
        raise UnknownRelease(number)
    rows = (await connection.execute(queries.RELEASE_REVISIONS, {"number": number})).all()
    found = [revision_from(one) for one in rows]
    revisions = {revision.entry.key: revision for revision in found}
    return Release(
        row.number, row.author, row.note, row.published_at, revisions, follows=row.follows
    )


async def insert_release(
    connection: AsyncConnection, release: Release, before: Release | None
) -> None:
    """Add a release and what it changed against the one before."""
    change = diff(before, release)
    await connection.execute(
        sa.insert(tables.releases).values(
            number=release.number,
            author=release.author,
            note=release.note,
            published_at=release.published_at,
            follows=release.follows,
            entries=len(release.revisions),
            added=len(change.added),
            changed=len(change.changed),
            removed=len(change.removed),
        )
    )
    ids = await numbers(connection, queries.ENTRY_IDS)
    rows = [
        {"release": release.number, "entry_id": ids[key], "revision_id": revision.id}
        for key, revision in release.revisions.items()
    ]
    await connection.execute(sa.insert(tables.release_revisions), rows)


async def move_live(
    connection: AsyncConnection,
    to: int,
    was: int | None,
    move: str,
    author: str,
    at: dt.datetime,
) -> None:
    """Put a release live if the one that was live still is."""
    if was is None:
        await connection.execute(sa.insert(tables.live).values(id=1, release=to))
    else:
        claim = sa.update(tables.live).where(tables.live.c.release == was).values(release=to)
        if (await connection.execute(claim)).rowcount != 1:
            raise PublishConflict()
    row = {"release": to, "replaced": was, "author": author, "at": at, "move": move}
    await connection.execute(sa.insert(tables.live_history).values(row))


async def insert_revisions(
    connection: AsyncConnection,
    edits: Sequence[tuple[Entry, bool]],
    head: Mapping[str, Revision],
    *,
    author: str,
    reason: str,
    at: dt.datetime,
) -> None:
    """Add an approved revision of each entry; the flag tells whether it removes the entry."""
    if not edits:
        return
    known = await numbers(connection, queries.ENTRY_IDS)
    new = [entry.key for entry, _ in edits if entry.key not in known]
    if new:
        rows = [{"key": key, "created_at": at} for key in new]
        await connection.execute(sa.insert(tables.entries), rows)
        known = await numbers(connection, queries.ENTRY_IDS)
    last = await numbers(connection, queries.LAST_NUMBERS)
    approved = RevisionState.APPROVED
    rows = [
        revision_values(
            Revision(
                0,
                entry,
                last.get(entry.key, 0) + 1,
                author,
                at,
                reason,
                approved,
                removal,
                base=head[entry.key].number if entry.key in head else None,
            ),
            entry_ids=known,
        )
        for entry, removal in edits
    ]
    await connection.execute(sa.insert(tables.revisions), rows)
