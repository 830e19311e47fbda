"""Drafts, reviews and approvals; every step stands inside a caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base import queries, tables
from knowledge_base.editing import MOVES, OpenEdit, RevisionStory, newer_than, open_edits
from knowledge_base.entries import Entry
from knowledge_base.errors import EditConflict, IllegalRevisionMove, UnknownEntry, UnknownRevision
from knowledge_base.releases import Revision, RevisionState, entry_change
from knowledge_base.rows import move_from, revision_from, revision_values


async def read_history(connection: AsyncConnection, key: str) -> list[Revision]:
    """Read the revisions of an entry, newest first; none when there is no such entry."""
    rows = (await connection.execute(queries.HISTORY, {"key": key})).all()
    return [revision_from(row) for row in rows]


async def read_stories(connection: AsyncConnection, key: str) -> list[RevisionStory]:
    """Read the revisions of an entry with their steps and releases, newest first."""
    history = await read_history(connection, key)
    live = await connection.scalar(queries.LIVE)
    moves = (await connection.execute(queries.MOVES_OF, {"key": key})).all()
    held = (await connection.execute(queries.RELEASES_OF, {"key": key})).all()
    stories = []
    for one in history:
        releases = tuple(row.release for row in held if row.revision_id == one.id)
        steps = tuple(move_from(row) for row in moves if row.revision_id == one.id)
        stories.append(RevisionStory(one, steps, releases, live in releases))
    return stories


async def read_open_edits(connection: AsyncConnection) -> list[OpenEdit]:
    """Read the undecided edits of all entries, the longest waiting first."""
    rows = (await connection.execute(queries.UNDECIDED)).all()
    found = [
        edit
        for _, group in groupby(rows, key=lambda row: row.entry_id)
        for edit in open_edits(revision_from(row) for row in group)
    ]
    return sorted(found, key=lambda edit: (edit.revision.at, edit.revision.id))


async def add_draft(
    connection: AsyncConnection,
    entry: Entry,
    *,
    author: str,
    reason: str,
    base: int | None,
    at: dt.datetime,
    removal: bool,
) -> Revision:
    """Add a draft that continues a revision; a draft that changes nothing is that revision."""
    await connection.execute(queries.LOCK_ENTRY, {"key": entry.key})
    history = await read_history(connection, entry.key)
    refuse_overtaken(entry.key, base, history)
    began = next((one for one in history if one.number == base), None)
    same = began is not None and (began.entry, began.removal) == (entry, removal)
    if began and same and began.state is not RevisionState.REJECTED:
        return began
    number = max((one.number for one in history), default=0) + 1
    state = RevisionState.DRAFT
    draft = Revision(0, entry, number, author, at, reason, state, removal, base)
    values = revision_values(draft, entry_ids={entry.key: await _entry_id(connection, entry, at)})
    adding = sa.insert(tables.revisions).values(values).returning(tables.revisions.c.id)
    draft = replace(draft, id=(await connection.execute(adding)).scalar_one())
    await _close_overtaken(connection, draft, history, at)
    return draft


async def move(
    connection: AsyncConnection,
    key: str,
    number: int,
    to: RevisionState,
    *,
    author: str,
    reason: str,
    at: dt.datetime,
) -> Revision:
    """Let a revision take a step; only a rejection may come after a newer revision."""
    await connection.execute(queries.LOCK_ENTRY, {"key": key})
    history = await read_history(connection, key)
    revision = find(key, number, history)
    if revision.state not in MOVES[to]:
        raise IllegalRevisionMove(revision, to.value)
    if to is not RevisionState.REJECTED:
        refuse_overtaken(key, number, history)
    claim = (
        sa.update(tables.revisions)
        .where(
            tables.revisions.c.id == revision.id,
            tables.revisions.c.state == revision.state.value,
        )
        .values(state=to.value)
    )
    if (await connection.execute(claim)).rowcount != 1:
        raise IllegalRevisionMove(revision, to.value)
    step = {"revision_id": revision.id, "state": to.value, "author": author, "at": at}
    await connection.execute(sa.insert(tables.revision_moves).values(**step, reason=reason))
    return replace(revision, state=to)


def find(key: str, number: int, history: Sequence[Revision]) -> Revision:
    """Give a revision of a history by its number."""
    if not history:
        raise UnknownEntry(key)
    found = next((one for one in history if one.number == number), None)
    if found is None:
        raise UnknownRevision(key, number)
    return found


def refuse_overtaken(key: str, base: int | None, history: Sequence[Revision]) -> None:
    """Refuse to go on from a revision when a newer one knows nothing of it."""
    began = None if base is None else find(key, base, history)
    newer = newer_than(base, history)
    if newer is None or (base is None and _gone(newer)):
        return
    raise EditConflict(newer, entry_change(began.entry, newer.entry) if began else None)


def _gone(revision: Revision) -> bool:
    # An entry that was removed for good may be made anew under its old key.
    return revision.removal and revision.state is RevisionState.APPROVED


async def _entry_id(connection: AsyncConnection, entry: Entry, at: dt.datetime) -> int:
    known = sa.select(tables.entries.c.id).where(tables.entries.c.key == entry.key)
    found: int | None = await connection.scalar(known)
    if found is not None:
        return found
    adding = sa.insert(tables.entries).values(key=entry.key, created_at=at)
    made: int = (await connection.execute(adding.returning(tables.entries.c.id))).scalar_one()
    return made


async def _close_overtaken(
    connection: AsyncConnection, draft: Revision, history: Sequence[Revision], at: dt.datetime
) -> None:
    # Whoever merges goes on from the newer revision; the draft left behind is their own.
    for edit in open_edits(history):
        left = edit.revision
        if edit.overtaken_by and left.author == draft.author and left.number != draft.base:
            reason = f"merged into revision {draft.number}"
            to = RevisionState.REJECTED
            await move(
                connection,
                draft.entry.key,
                left.number,
                to,
                author=draft.author,
                reason=reason,
                at=at,
            )
