"""How cases of misses and their changes become rows and come back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base.inbox import MissCase, MissChange, MissMove, UnknownMisses
from knowledge_base.misses import MissState
from knowledge_base.rows import Values, miss_from
from knowledge_base.tables import miss_changes, misses

CHUNK = 500
"""Ids in one statement; SQLite allows a limited number of parameters."""


def case_from(row: sa.Row[Any]) -> MissCase:
    """Read a case from its miss's row."""
    return MissCase(
        miss=miss_from(row),
        owner=row.owner,
        intended=row.intended_entry,
        revision=row.intended_revision,
        claimed_by_release=row.claimed_by_release,
    )


def change_from(row: sa.Row[Any]) -> MissChange:
    """Read a change from its row."""
    return MissChange(
        miss=row.miss,
        move=MissMove(row.move),
        state=MissState(row.state),
        author=row.author,
        at=row.at,
        reason=row.reason,
        entry=row.entry,
        release=row.release,
    )


async def hold(connection: AsyncConnection, ids: Iterable[str]) -> list[MissCase]:
    """Read cases and keep other writers from them until the commit; all exist, or none is read."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, MissCase] = {}
    # One order for all who hold several, so that two of them cannot wait for each other.
    for chunk in chunks(sorted(wanted)):
        statement = sa.select(misses).where(misses.c.id.in_(chunk)).order_by(misses.c.id)
        for row in (await connection.execute(statement.with_for_update())).all():
            found[row.id] = case_from(row)
    unknown = [one for one in wanted if one not in found]
    if unknown:
        raise UnknownMisses(unknown)
    return [found[one] for one in wanted]


async def keep(
    connection: AsyncConnection, cases: Sequence[MissCase], changes: Sequence[MissChange]
) -> None:
    """Write cases as they are now, and the changes that made them so."""
    if cases:
        writing = (
            sa.update(misses)
            .where(misses.c.id == sa.bindparam("of"))
            .values(
                state=sa.bindparam("now"),
                owner=sa.bindparam("who"),
                intended_entry=sa.bindparam("meant"),
                intended_revision=sa.bindparam("number"),
                claimed_by_release=sa.bindparam("claimed"),
            )
        )
        await connection.execute(writing, [_case_values(case) for case in cases])
    if changes:
        await connection.execute(
            sa.insert(miss_changes), [_change_values(change) for change in changes]
        )


def chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """Cut ids into parts that one statement takes."""
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def _case_values(case: MissCase) -> Values:
    return {
        "of": case.miss.id,
        "now": case.state.value,
        "who": case.owner,
        "meant": case.intended,
        "number": case.revision,
        "claimed": case.claimed_by_release,
    }


def _change_values(change: MissChange) -> Values:
    return {
        "miss": change.miss,
        "move": change.move.value,
        "state": change.state.value,
        "author": change.author,
        "at": change.at,
        "reason": change.reason,
        "entry": change.entry,
        "release": change.release,
    }
