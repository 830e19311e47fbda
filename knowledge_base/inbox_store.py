"""Where the inbox's moves happen: each in one transaction, with who, when and why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base import workflow
from knowledge_base.database import Database
from knowledge_base.entries import Entry
from knowledge_base.errors import InvalidEntries, SaveConflict, UnknownEntry
from knowledge_base.filing import LeftOut, Wordings, with_wordings
from knowledge_base.inbox import MissCase, MissChange, MissMove
from knowledge_base.inbox_rows import case_from, change_from, chunks, hold, keep
from knowledge_base.misses import MissState
from knowledge_base.proof import Proof
from knowledge_base.releases import Release, Revision, RevisionState
from knowledge_base.tables import miss_changes, misses
from knowledge_base.wording import key_problems

LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Moved:
    """What an action changed."""

    cases: tuple[MissCase, ...]
    changes: tuple[MissChange, ...]


@dataclass(frozen=True, slots=True)
class Filed:
    """What filing misses under an entry changed; no revision when the entry said it already."""

    entry: str
    revision: Revision | None
    added: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    cases: tuple[MissCase, ...]
    changes: tuple[MissChange, ...]


class InboxStore:
    """Reads and moves misses; nothing here removes one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cases(
        self,
        *,
        state: MissState | None = MissState.OPEN,
        intended: bool | None = None,
        entry: str | None = None,
        since: dt.datetime | None = None,
        limit: int = LIMIT,
        offset: int = 0,
    ) -> list[MissCase]:
        """List cases, newest first.

        `intended` asks for those meant for an entry, or for none; `entry` for those meant for it.
        """
        newest = sa.select(misses).order_by(misses.c.at.desc(), misses.c.id.desc())
        statement = newest.limit(limit).offset(offset)
        if state is not None:
            statement = statement.where(misses.c.state == state.value)
        if entry is not None:
            statement = statement.where(misses.c.intended_entry == entry)
        if intended is not None:
            statement = statement.where(misses.c.intended_entry.is_not(None) == intended)
        if since is not None:
            statement = statement.where(misses.c.at >= since)
        async with self._database.reading() as connection:
            return [case_from(row) for row in (await connection.execute(statement)).all()]

    async def count(self, *, entry: str | None = None) -> Counter[MissState]:
        """Count misses by state, of all or of those meant for an entry."""
        counting = sa.select(misses.c.state, sa.func.count().label("misses")).group_by(
            misses.c.state
        )
        if entry is not None:
            counting = counting.where(misses.c.intended_entry == entry)
        async with self._database.reading() as connection:
            rows = (await connection.execute(counting)).all()
        return Counter({MissState(row.state): row.misses for row in rows})

    async def named(self, ids: Sequence[str]) -> list[MissCase]:
        """Give cases by the ids of their misses, in that order; unknown ids are refused."""
        async with self._database.reading() as connection:
            return await hold(connection, ids)

    async def changes(
        self,
        ids: Sequence[str] | None = None,
        *,
        move: MissMove | None = None,
        since: dt.datetime | None = None,
    ) -> list[MissChange]:
        """List what was done with misses, oldest first."""
        statement = sa.select(miss_changes).order_by(miss_changes.c.id)
        if move is not None:
            statement = statement.where(miss_changes.c.move == move.value)
        if since is not None:
            statement = statement.where(miss_changes.c.at >= since)
        parts = [None] if ids is None else list(chunks(sorted(set(ids))))
        rows: list[sa.Row[tuple[object, ...]]] = []
        async with self._database.reading() as connection:
            for part in parts:
                of = statement if part is None else statement.where(miss_changes.c.miss.in_(part))
                rows += (await connection.execute(of)).all()
        return [change_from(row) for row in sorted(rows, key=lambda row: row.id)]

    async def assign(
        self, ids: Sequence[str], owner: str | None, *, author: str, at: dt.datetime
    ) -> Moved:
        """Give misses to somebody, or to nobody."""
        note = f"to {owner}" if owner else "to nobody"
        return await self._move(
            ids, lambda case: case.assign(owner), MissMove.ASSIGNED, author, at, note
        )

    async def dismiss(
        self, ids: Sequence[str], *, reason: str, author: str, at: dt.datetime
    ) -> Moved:
        """Close misses that are no question for the bot."""
        return await self._move(
            ids, lambda case: case.dismiss(author, reason), MissMove.DISMISSED, author, at, reason
        )

    async def reopen(
        self, ids: Sequence[str], *, reason: str, author: str, at: dt.datetime
    ) -> Moved:
        """Open closed misses again."""
        return await self._move(
            ids, lambda case: case.reopen(), MissMove.REOPENED, author, at, reason
        )

    async def add_wordings(
        self, ids: Sequence[str], key: str, *, author: str, at: dt.datetime, reason: str = ""
    ) -> Filed:
        """Add the texts of misses to an entry as a draft, and mean the misses for it."""

        def edit(entry: Entry, texts: Sequence[str]) -> tuple[Entry, Wordings]:
            return with_wordings(entry, texts)

        return await self._edit(ids, key, edit, MissMove.WORDINGS_ADDED, author, at, reason)

    async def needs_human(
        self, ids: Sequence[str], key: str, *, author: str, at: dt.datetime, reason: str = ""
    ) -> Filed:
        """Let only a human answer an entry, as a draft; the texts of the misses are added to it."""

        def edit(entry: Entry, texts: Sequence[str]) -> tuple[Entry, Wordings]:
            changed, chosen = with_wordings(entry, texts)
            return replace(changed, human_only=True), chosen

        return await self._edit(ids, key, edit, MissMove.NEEDS_HUMAN, author, at, reason)

    async def draft_entry(
        self, ids: Sequence[str], entry: Entry, *, author: str, at: dt.datetime, reason: str = ""
    ) -> Filed:
        """Save a new entry as a draft and mean misses for it; a key in use is refused."""
        if found := list(key_problems("key", entry.key)):
            raise InvalidEntries(found)
        try:
            async with self._database.writing() as connection:
                cases = await hold(connection, ids)
                revision = await workflow.add_draft(
                    connection,
                    entry,
                    author=author,
                    reason=reason or f"from {len(cases)} misses",
                    base=None,
                    at=at,
                    removal=False,
                )
                move = MissMove.ENTRY_DRAFTED
                moved = await _intend(connection, cases, revision, move, author, at, reason)
        except IntegrityError as error:
            raise SaveConflict() from error
        return Filed(entry.key, revision, entry.phrasings, (), moved.cases, moved.changes)

    async def claim(self, release: Release, *, author: str, at: dt.datetime) -> Moved:
        """Note for which open misses a release holds the revision that is to cure them."""
        wanted = [
            case.miss.id
            for case in await self.cases(intended=True)
            if case.claimed_by_release is None and _held(case, release)
        ]
        async with self._database.writing() as connection:
            held = await hold(connection, wanted)
            # Somebody may have moved one between the two looks.
            cases = [
                case.claim(release.number)
                for case in held
                if case.state is MissState.OPEN and _held(case, release)
            ]
            changes = [
                _change(case, MissMove.CLAIMED, author, at, "", release.number) for case in cases
            ]
            await keep(connection, cases, changes)
        return Moved(tuple(cases), tuple(changes))

    async def settle(self, proofs: Iterable[Proof], *, author: str, at: dt.datetime) -> Moved:
        """Cure the misses whose proof holds and reopen the cured ones whose proof fails.

        Other failures are noted. A proof for another entry than the miss is meant for by now
        says nothing.
        """
        decided = {proof.miss: proof for proof in proofs if proof.decided}
        before = {change.miss: change for change in await self.changes(list(decided))}
        async with self._database.writing() as connection:
            held = await hold(connection, decided)
            moves = [
                (case, change)
                for one in held
                if one.intended == decided[one.miss.id].intended
                for case, change in _settled(one, decided[one.miss.id], author, at)
                if not _says_the_same(before.get(one.miss.id), change)
            ]
            cases, changes = [one for one, _ in moves], [one for _, one in moves]
            await keep(connection, cases, changes)
        return Moved(tuple(cases), tuple(changes))

    async def _edit(
        self,
        ids: Sequence[str],
        key: str,
        edit: Callable[[Entry, Sequence[str]], tuple[Entry, Wordings]],
        move: MissMove,
        author: str,
        at: dt.datetime,
        reason: str,
    ) -> Filed:
        async with self._database.writing() as connection:
            cases = await hold(connection, ids)
            history = await workflow.read_history(connection, key)
            newest = next((one for one in history if _stands(one)), None)
            if newest is None or newest.removal:
                raise UnknownEntry(key)
            entry, chosen = edit(newest.entry, [case.miss.text for case in cases])
            revision = await workflow.add_draft(
                connection,
                entry,
                author=author,
                reason=reason or f"{move.value.replace('_', ' ')}: {len(cases)} misses",
                base=newest.number,
                at=at,
                removal=False,
            )
            moved = await _intend(connection, cases, revision, move, author, at, reason)
        made = None if revision.number == newest.number else revision
        return Filed(key, made, chosen.usable, chosen.left_out, moved.cases, moved.changes)

    async def _move(
        self,
        ids: Sequence[str],
        step: Callable[[MissCase], MissCase],
        move: MissMove,
        author: str,
        at: dt.datetime,
        reason: str,
    ) -> Moved:
        async with self._database.writing() as connection:
            cases = [step(case) for case in await hold(connection, ids)]
            changes = [_change(case, move, author, at, reason) for case in cases]
            await keep(connection, cases, changes)
        return Moved(tuple(cases), tuple(changes))


async def _intend(
    connection: AsyncConnection,
    before: Sequence[MissCase],
    revision: Revision,
    move: MissMove,
    author: str,
    at: dt.datetime,
    reason: str,
) -> Moved:
    key = revision.entry.key
    cases = [case.intend(key, revision.number, author, move) for case in before]
    changes = [_change(case, move, author, at, reason) for case in cases]
    await keep(connection, cases, changes)
    return Moved(tuple(cases), tuple(changes))


def _settled(
    case: MissCase, proof: Proof, author: str, at: dt.datetime
) -> list[tuple[MissCase, MissChange]]:
    release = proof.reading.release if proof.reading else None
    match case.state, proof.cured:
        case MissState.OPEN, True:
            moved, move = case.cure(), MissMove.CURED
        case MissState.OPEN, False:
            moved, move = case, MissMove.NOT_CURED
        case MissState.CURED, False:
            moved, move = case.reopen(), MissMove.REOPENED
        case _:
            return []
    return [(moved, _change(moved, move, author, at, proof.why, release))]


def _says_the_same(last: MissChange | None, change: MissChange) -> bool:
    return last is not None and (last.move, last.reason) == (change.move, change.reason)


def _change(
    case: MissCase,
    move: MissMove,
    author: str,
    at: dt.datetime,
    reason: str,
    release: int | None = None,
) -> MissChange:
    return MissChange(case.miss.id, move, case.state, author, at, reason, case.intended, release)


def _held(case: MissCase, release: Release) -> bool:
    revision = release.revisions.get(case.intended or "")
    return revision is not None and revision.number >= (case.revision or 0)


def _stands(revision: Revision) -> bool:
    return revision.state is not RevisionState.REJECTED
