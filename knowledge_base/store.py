"""Where entries, releases and misses are kept."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import EllipsisType
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.exc import IntegrityError

from knowledge_base import queries, tables, workflow
from knowledge_base.checks import Finding, Level, check, check_removal
from knowledge_base.conditions import Vocabulary
from knowledge_base.database import Database
from knowledge_base.editing import OpenEdit, RevisionStory
from knowledge_base.entries import Entry
from knowledge_base.errors import (
    InvalidEntries,
    NothingToPublish,
    PublishConflict,
    ReasonMissing,
    SaveConflict,
    UnknownEntry,
    UnknownRelease,
)
from knowledge_base.misses import Miss, MissReason, MissState
from knowledge_base.nearness import Nearness
from knowledge_base.publishing import (
    insert_release,
    insert_revisions,
    live_number,
    move_live,
    read_head,
    read_release,
)
from knowledge_base.releases import (
    Release,
    ReleaseDiff,
    ReleaseSummary,
    Revision,
    RevisionState,
)
from knowledge_base.rows import miss_from, miss_values
from knowledge_base.saving import (
    SaveReport,
    compare,
    preview,
    refuse_invalid,
    refuse_unpublishable,
)
from knowledge_base.search import Hit, SearchIndex
from knowledge_base.wording import key_problems

__all__ = ["KEPT_RELEASES", "KnowledgeStore", "SaveReport", "Stamp", "insert_miss"]

KEPT_RELEASES = 4

Made = TypeVar("Made")
Stamp = tuple[int, int, int | None]


class _MadeOfHead(Generic[Made]):
    """Keeps what was made of the approved entries until they change."""

    def __init__(self, make: Callable[[Iterable[Entry]], Made]) -> None:
        self._make = make
        self._kept: tuple[set[int], Made] | None = None

    def of(self, head: Mapping[str, Revision]) -> Made:
        """Give what is made of these entries; the same object while they are the same."""
        kept, ids = self._kept, _ids(head)
        if kept is None or kept[0] != ids:
            kept = self._kept = ids, self._make(one.entry for one in head.values())
        return kept[1]


class KnowledgeStore:
    """Keeps every revision and release in the database, and says which release is live."""

    def __init__(self, database: Database, vocabulary: Vocabulary | None = None) -> None:
        """Without a vocabulary, values of conditions and names of flows are not checked."""
        self._database = database
        self._vocabulary = vocabulary
        self._kept: dict[int, Release] = {}  # releases never change, so the last used few are kept
        self._nearness = _MadeOfHead(Nearness)
        self._index = _MadeOfHead(SearchIndex)

    async def live(self) -> Release | None:
        """Give the release being served."""
        number = await self.live_number()
        return None if number is None else await self.release(number)

    async def live_number(self) -> int | None:
        """Give the number of the release being served; one small read."""
        async with self._database.reading() as connection:
            return await live_number(connection)

    async def release(self, number: int) -> Release:
        """Give a release with its content."""
        if number in self._kept:
            return self._keep(self._kept.pop(number))
        async with self._database.reading() as connection:
            return self._keep(await read_release(connection, number))

    async def releases(self) -> list[ReleaseSummary]:
        """List all releases, newest first."""
        async with self._database.reading() as connection:
            live = await live_number(connection)
            rows = (await connection.execute(queries.RELEASES)).mappings().all()
        return [ReleaseSummary(**row, live=row["number"] == live) for row in rows]

    async def stamp(self) -> Stamp:
        """Give what moves whenever entries, edits or the live release change; one small read."""
        async with self._database.reading() as connection:
            revisions, moves, live = (await connection.execute(queries.STAMP)).one()
        return revisions, moves, live

    async def head(self) -> Mapping[str, Revision]:
        """Give the newest approved revision of each entry: what publishing now would publish."""
        async with self._database.reading() as connection:
            return await read_head(connection)

    async def history(self, key: str) -> list[Revision]:
        """List the revisions of an entry, newest first."""
        async with self._database.reading() as connection:
            found = await workflow.read_history(connection, key)
        if not found:
            raise UnknownEntry(key)
        return found

    async def stories(self, key: str) -> list[RevisionStory]:
        """List the revisions of an entry with who moved them, and the releases they are in."""
        async with self._database.reading() as connection:
            found = await workflow.read_stories(connection, key)
        if not found:
            raise UnknownEntry(key)
        return found

    async def open_edits(self) -> list[OpenEdit]:
        """List the edits nobody has decided yet, the longest waiting first."""
        async with self._database.reading() as connection:
            return await workflow.read_open_edits(connection)

    async def check(self, entry: Entry, *, removal: bool = False) -> list[Finding]:
        """List what is wrong or doubtful about an edit, held against the approved entries."""
        return await asyncio.to_thread(self._findings, entry, await self.head(), removal, True)

    async def nearness(self) -> Nearness:
        """Give the approved entries as something phrasings can be compared with."""
        return await asyncio.to_thread(self._nearness.of, await self.head())

    async def search(self, query: str, limit: int = 20) -> list[Hit]:
        """Find approved entries by words, characters, pinyin or key, best first."""
        index = await asyncio.to_thread(self._index.of, await self.head())
        return await asyncio.to_thread(index.find, query, limit)

    async def save_draft(
        self,
        entry: Entry,
        *,
        author: str,
        reason: str,
        base: int | None,
        at: dt.datetime,
        removal: bool = False,
    ) -> Revision:
        """Save an edit begun at revision `base` (None: a new entry), right or not yet.

        Raises EditConflict when somebody saved the entry since.
        """
        if found := list(key_problems("key", entry.key)):
            raise InvalidEntries(found)
        try:
            async with self._database.writing() as connection:
                return await workflow.add_draft(
                    connection,
                    entry,
                    author=author,
                    reason=reason,
                    base=base,
                    at=at,
                    removal=removal,
                )
        except IntegrityError as error:
            # On PostgreSQL two first drafts of one entry meet at its unique key only.
            async with self._database.reading() as connection:
                history = await workflow.read_history(connection, entry.key)
            workflow.refuse_overtaken(entry.key, base, history)
            raise SaveConflict() from error

    async def submit(
        self, key: str, number: int, *, author: str, at: dt.datetime, note: str = ""
    ) -> Revision:
        """Ask for a review of a draft; one with errors is refused."""
        return await self._move(key, number, RevisionState.IN_REVIEW, author, note, at)

    async def approve(
        self, key: str, number: int, *, author: str, at: dt.datetime, note: str = ""
    ) -> Revision:
        """Let a submitted revision into the next release; one with errors is refused."""
        return await self._move(key, number, RevisionState.APPROVED, author, note, at)

    async def reject(
        self, key: str, number: int, *, author: str, at: dt.datetime, reason: str
    ) -> Revision:
        """Turn a draft or submitted revision down, and say why."""
        if not reason.strip():
            raise ReasonMissing()
        return await self._move(key, number, RevisionState.REJECTED, author, reason, at)

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

        def refuse(head: Mapping[str, Revision]) -> None:
            refuse_invalid(given, head, self._vocabulary, remove_missing=remove_missing)

        checked = await self.head()
        # Not inside the transaction: thousands of entries take a while, and others write.
        await asyncio.to_thread(refuse, checked)
        try:
            async with self._database.writing() as connection:
                await connection.execute(queries.LOCK_ENTRIES)
                head = await read_head(connection)
                if _ids(head) != _ids(checked):
                    await asyncio.to_thread(refuse, head)
                report = compare(head, given, remove_missing=remove_missing)
                touched = {entry.key: entry for entry in given}
                edits = [
                    *((touched[key], False) for key in (*report.added, *report.changed)),
                    *((head[key].entry, True) for key in report.removed),
                ]
                undecided = {
                    edit.revision.entry.key for edit in await workflow.read_open_edits(connection)
                }
                await insert_revisions(connection, edits, head, author=author, reason=reason, at=at)
        except IntegrityError as error:
            raise SaveConflict() from error
        overtaken = tuple(entry.key for entry, _ in edits if entry.key in undecided)
        return replace(report, overtaken=overtaken)

    async def preview(
        self, entries: Iterable[Entry], *, remove_missing: bool = False
    ) -> ReleaseDiff:
        """Tell what saving entries would change; refuses what saving would refuse."""
        given = tuple(entries)
        head = await self.head()
        await asyncio.to_thread(
            refuse_invalid, given, head, self._vocabulary, remove_missing=remove_missing
        )
        return preview(head, given, remove_missing=remove_missing)

    async def publish(
        self,
        *,
        author: str,
        note: str,
        at: dt.datetime,
        after: int | EllipsisType | None = ...,
    ) -> Release:
        """Make the approved entries the next release and put it live.

        `after` is the live release its author looked at: PublishConflict when another one went
        live since.
        """
        checked = await self.head()
        await asyncio.to_thread(refuse_unpublishable, checked)
        try:
            async with self._database.writing() as connection:
                live = await live_number(connection)
                if after is not ... and after != live:
                    raise PublishConflict()
                head = await read_head(connection)
                if _ids(head) != _ids(checked):
                    await asyncio.to_thread(refuse_unpublishable, head)
                before = None if live is None else await read_release(connection, live)
                if not head or (before and _ids(before.revisions) == _ids(head)):
                    raise NothingToPublish(live, empty=not head)
                last = await connection.scalar(sa.select(sa.func.max(tables.releases.c.number)))
                release = Release((last or 0) + 1, author, note, at, head, follows=live)
                await insert_release(connection, release, before)
                await move_live(connection, release.number, live, "publish", author, at)
        except IntegrityError as error:
            raise PublishConflict() from error
        return self._keep(release)

    async def roll_back(self, to: int | None = None, *, author: str, at: dt.datetime) -> Release:
        """Put an earlier release live again: the given one, or the one the live one followed."""
        async with self._database.writing() as connection:
            live = await live_number(connection)
            if to is None and live is not None:
                to = (await read_release(connection, live)).follows
            if to is None:
                raise UnknownRelease(None)
            target = await read_release(connection, to)
            if live is not None and to != live:
                await move_live(connection, to, live, "roll_back", author, at)
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

    async def _move(
        self,
        key: str,
        number: int,
        to: RevisionState,
        author: str,
        reason: str,
        at: dt.datetime,
    ) -> Revision:
        if to is not RevisionState.REJECTED:
            await self._refuse_wrong(key, number)
        async with self._database.writing() as connection:
            return await workflow.move(
                connection, key, number, to, author=author, reason=reason, at=at
            )

    async def _refuse_wrong(self, key: str, number: int) -> None:
        async with self._database.reading() as connection:
            history = await workflow.read_history(connection, key)
            head = await read_head(connection)
        one = workflow.find(key, number, history)
        found = await asyncio.to_thread(self._findings, one.entry, head, one.removal, False)
        if wrong := [each.problem for each in found if each.level is Level.ERROR]:
            raise InvalidEntries(wrong)

    def _findings(
        self, entry: Entry, head: Mapping[str, Revision], removal: bool, doubts: bool
    ) -> list[Finding]:
        others = [one.entry for key, one in head.items() if key != entry.key]
        if removal:
            return check_removal(entry.key, others)
        return check(entry, others, self._vocabulary, self._nearness.of(head) if doubts else None)

    def _keep(self, release: Release) -> Release:
        self._kept[release.number] = release  # stands last: the longest unused one is first
        while len(self._kept) > KEPT_RELEASES:
            del self._kept[next(iter(self._kept))]
        return release


def insert_miss(connection: sa.Connection, miss: Miss) -> bool:
    """Add a miss inside the caller's transaction; False when this turn already has it."""
    insert = insert_sqlite if connection.dialect.name == "sqlite" else insert_postgresql
    statement = insert(tables.misses).on_conflict_do_nothing(
        index_elements=["conversation", "seq", "reason"]
    )
    return connection.execute(statement.values(miss_values(miss))).rowcount == 1


def _ids(revisions: Mapping[str, Revision]) -> set[int]:
    return {revision.id for revision in revisions.values()}
