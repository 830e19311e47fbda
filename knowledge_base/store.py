"""Where entries, releases and misses are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base import queries, tables
from knowledge_base.conditions import Vocabulary
from knowledge_base.database import Database
from knowledge_base.entries import Entry, problems, problems_across
from knowledge_base.errors import (
    InvalidEntries,
    NothingToPublish,
    PublishConflict,
    SaveConflict,
    UnknownEntry,
    UnknownRelease,
)
from knowledge_base.misses import Miss, MissReason, MissState
from knowledge_base.releases import (
    Release,
    ReleaseSummary,
    Revision,
    RevisionState,
    diff,
)
from knowledge_base.rows import miss_from, miss_values, revision_from, revision_values

KEPT_RELEASES = 4


@dataclass(frozen=True, slots=True)
class SaveReport:
    """The keys of the entries a save added, changed, left alone and removed."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]


class KnowledgeStore:
    """Keeps every revision and release in the database, and says which release is live."""

    def __init__(self, database: Database, vocabulary: Vocabulary | None = None) -> None:
        """Without a vocabulary, values of conditions and names of flows are not checked."""
        self._database = database
        self._vocabulary = vocabulary
        self._kept: dict[int, Release] = {}  # releases never change, so the last used few are kept

    async def live(self) -> Release | None:
        """Give the release being served."""
        number = await self.live_number()
        return None if number is None else await self.release(number)

    async def live_number(self) -> int | None:
        """Give the number of the release being served; one small read."""
        async with self._database.reading() as connection:
            return await _live_number(connection)

    async def release(self, number: int) -> Release:
        """Give a release with its content."""
        if number in self._kept:
            return self._keep(self._kept.pop(number))
        async with self._database.reading() as connection:
            return self._keep(await _read_release(connection, number))

    async def releases(self) -> list[ReleaseSummary]:
        """List all releases, newest first."""
        async with self._database.reading() as connection:
            live = await _live_number(connection)
            rows = (await connection.execute(queries.RELEASES)).mappings().all()
        return [ReleaseSummary(**row, live=row["number"] == live) for row in rows]

    async def head(self) -> Mapping[str, Revision]:
        """Give the newest approved revision of each entry: what publishing now would publish."""
        async with self._database.reading() as connection:
            return await _read_head(connection)

    async def history(self, key: str) -> list[Revision]:
        """List the revisions of an entry, newest first."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(queries.HISTORY, {"key": key})).all()
        if not rows:
            raise UnknownEntry(key)
        return [revision_from(row) for row in rows]

    async def save_all(
        self,
        entries: Iterable[Entry],
        *,
        author: str,
        reason: str,
        at: dt.datetime,
        remove_missing: bool = False,
    ) -> SaveReport:
        """Make an approved revision of each entry that changed; all or none is saved."""
        given = tuple(entries)
        try:
            async with self._database.writing() as connection:
                head = await _read_head(connection)
                self._refuse_invalid(given, head, remove_missing=remove_missing)
                report = _compare(head, given, remove_missing=remove_missing)
                touched = {entry.key: entry for entry in given}
                edits = [
                    *((touched[key], False) for key in (*report.added, *report.changed)),
                    *((head[key].entry, True) for key in report.removed),
                ]
                await _insert_revisions(connection, edits, author=author, reason=reason, at=at)
        except IntegrityError as error:
            raise SaveConflict() from error
        return report

    async def publish(self, *, author: str, note: str, at: dt.datetime) -> Release:
        """Make the approved entries the next release and put it live."""
        try:
            async with self._database.writing() as connection:
                live = await _live_number(connection)
                head = await _read_head(connection)
                before = None if live is None else await _read_release(connection, live)
                if not head or (before and _ids(before.revisions) == _ids(head)):
                    raise NothingToPublish(live, empty=not head)
                last = await connection.scalar(sa.select(sa.func.max(tables.releases.c.number)))
                release = Release((last or 0) + 1, author, note, at, head, follows=live)
                await _insert_release(connection, release, before)
                await _move_live(connection, release.number, live, "publish", author, at)
        except IntegrityError as error:
            raise PublishConflict() from error
        return self._keep(release)

    async def roll_back(self, to: int | None = None, *, author: str, at: dt.datetime) -> Release:
        """Put an earlier release live again: the given one, or the one the live one followed."""
        async with self._database.writing() as connection:
            live = await _live_number(connection)
            if to is None and live is not None:
                to = (await _read_release(connection, live)).follows
            if to is None:
                raise UnknownRelease(None)
            target = await _read_release(connection, to)
            if live is not None and to != live:
                await _move_live(connection, to, live, "roll_back", author, at)
        return target

    async def misses(
        self,
        *,
        state: MissState | None = None,
        reason: MissReason | None = None,
        since: dt.datetime | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Miss]:
        """List misses, newest first."""
        statement = queries.misses(sa.select(tables.misses), state, reason, since)
        newest = statement.order_by(tables.misses.c.at.desc(), tables.misses.c.id.desc())
        async with self._database.reading() as connection:
            rows = (await connection.execute(newest.limit(limit).offset(offset))).all()
        return [miss_from(row) for row in rows]

    async def count_misses(
        self,
        *,
        state: MissState | None = None,
        reason: MissReason | None = None,
        since: dt.datetime | None = None,
    ) -> int:
        """Count misses."""
        counting = sa.select(sa.func.count()).select_from(tables.misses)
        async with self._database.reading() as connection:
            count = await connection.scalar(queries.misses(counting, state, reason, since))
        return count or 0

    def _keep(self, release: Release) -> Release:
        self._kept[release.number] = release  # stands last: the longest unused one is first
        while len(self._kept) > KEPT_RELEASES:
            del self._kept[next(iter(self._kept))]
        return release

    def _refuse_invalid(
        self, given: Sequence[Entry], head: Mapping[str, Revision], *, remove_missing: bool
    ) -> None:
        after = {} if remove_missing else {key: one.entry for key, one in head.items()}
        keys = {entry.key for entry in given}
        whole = [*given, *(entry for key, entry in after.items() if key not in keys)]
        flows = self._vocabulary.flows if self._vocabulary else None
        known = keys | after.keys()
        found = [
            problem
            for position, entry in enumerate(given)
            for one in problems(entry, self._vocabulary, known, flows)
            for problem in (replace(one, position=position),)
        ]
        found += problems_across(whole)
        if found:
            raise InvalidEntries(found)


def insert_miss(connection: sa.Connection, miss: Miss) -> bool:
    """Add a miss inside the caller's transaction; False when this turn already has it."""
    insert = insert_sqlite if connection.dialect.name == "sqlite" else insert_postgresql
    statement = insert(tables.misses).on_conflict_do_nothing(
        index_elements=["conversation", "seq", "reason"]
    )
    return connection.execute(statement.values(miss_values(miss))).rowcount == 1


def _compare(
    head: Mapping[str, Revision], given: Sequence[Entry], *, remove_missing: bool
) -> SaveReport:
    kept = [entry for entry in given if entry.key in head]
    keys = {entry.key for entry in given}
    return SaveReport(
        added=tuple(entry.key for entry in given if entry.key not in head),
        changed=tuple(entry.key for entry in kept if head[entry.key].entry != entry),
        unchanged=tuple(entry.key for entry in kept if head[entry.key].entry == entry),
        removed=tuple(key for key in head if key not in keys) if remove_missing else (),
    )


def _ids(revisions: Mapping[str, Revision]) -> set[int]:
    return {revision.id for revision in revisions.values()}


async def _live_number(connection: AsyncConnection) -> int | None:
    number: int | None = await connection.scalar(queries.LIVE)
    return number


async def _numbers(connection: AsyncConnection, statement: sa.Select[str, int]) -> dict[str, int]:
    return dict((await connection.execute(statement)).all())


async def _read_head(connection: AsyncConnection) -> dict[str, Revision]:
    found = [revision_from(row) for row in (await connection.execute(queries.HEAD)).all()]
    return {revision.entry.key: revision for revision in found}


async def _read_release(connection: AsyncConnection, number: int) -> Release:
    row = (await connection.execute(queries.RELEASE, {"number": number})).one_or_none()
    if row is None:
        raise UnknownRelease(number)
    rows = (await connection.execute(queries.RELEASE_REVISIONS, {"number": number})).all()
    found = [revision_from(one) for one in rows]
    revisions = {revision.entry.key: revision for revision in found}
    return Release(
        row.number, row.author, row.note, row.published_at, revisions, follows=row.follows
    )


async def _insert_revisions(
    connection: AsyncConnection,
    edits: Sequence[tuple[Entry, bool]],
    *,
    author: str,
    reason: str,
    at: dt.datetime,
) -> None:
    if not edits:
        return
    known = await _numbers(connection, queries.ENTRY_IDS)
    new = [entry.key for entry, _ in edits if entry.key not in known]
    if new:
        rows = [{"key": key, "created_at": at} for key in new]
        await connection.execute(sa.insert(tables.entries), rows)
        known = await _numbers(connection, queries.ENTRY_IDS)
    last = await _numbers(connection, queries.LAST_NUMBERS)
    approved = RevisionState.APPROVED
    rows = [
        revision_values(
            Revision(0, entry, last.get(entry.key, 0) + 1, author, at, reason, approved, removal),
            entry_ids=known,
        )
        for entry, removal in edits
    ]
    await connection.execute(sa.insert(tables.revisions), rows)


async def _insert_release(
    connection: AsyncConnection, release: Release, before: Release | None
) -> None:
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
    ids = await _numbers(connection, queries.ENTRY_IDS)
    rows = [
        {"release": release.number, "entry_id": ids[key], "revision_id": revision.id}
        for key, revision in release.revisions.items()
    ]
    await connection.execute(sa.insert(tables.release_revisions), rows)


async def _move_live(
    connection: AsyncConnection,
    to: int,
    was: int | None,
    move: str,
    author: str,
    at: dt.datetime,
) -> None:
    if was is None:
        await connection.execute(sa.insert(tables.live).values(id=1, release=to))
    else:
        claim = sa.update(tables.live).where(tables.live.c.release == was).values(release=to)
        if (await connection.execute(claim)).rowcount != 1:
            raise PublishConflict()
    row = {"release": to, "replaced": was, "author": author, "at": at, "move": move}
    await connection.execute(sa.insert(tables.live_history).values(row))
