"""The statements the store runs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from knowledge_base.misses import MissReason, MissState
from knowledge_base.releases import RevisionState
from knowledge_base.tables import (
    entries,
    live,
    release_revisions,
    releases,
    revision_moves,
    revisions,
)
from knowledge_base.tables import (
    misses as miss_table,
)

LIVE = sa.select(live.c.release)

# Revisions and their moves are only ever added, so their numbers tell whether there are new ones.
STAMP = sa.select(
    sa.select(sa.func.count()).select_from(revisions).scalar_subquery(),
    sa.select(sa.func.count()).select_from(revision_moves).scalar_subquery(),
    LIVE.scalar_subquery(),
)

RELEASES = sa.select(releases).order_by(releases.c.number.desc())

RELEASE = sa.select(releases).where(releases.c.number == sa.bindparam("number"))

RELEASE_REVISIONS = (
    sa.select(revisions)
    .join(release_revisions, release_revisions.c.revision_id == revisions.c.id)
    .where(release_revisions.c.release == sa.bindparam("number"))
    .order_by(release_revisions.c.entry_id)
)

_newest = (
    sa.select(revisions.c.entry_id, sa.func.max(revisions.c.number).label("number"))
    .where(revisions.c.state == RevisionState.APPROVED.value)
    .group_by(revisions.c.entry_id)
    .subquery()
)

HEAD = (
    sa.select(revisions)
    .join(
        _newest,
        sa.and_(revisions.c.entry_id == _newest.c.entry_id, revisions.c.number == _newest.c.number),
    )
    .where(sa.not_(revisions.c.removal))
    .order_by(revisions.c.entry_id)
)

HISTORY = (
    sa.select(revisions)
    .join(entries, entries.c.id == revisions.c.entry_id)
    .where(entries.c.key == sa.bindparam("key"))
    .order_by(revisions.c.number.desc())
)

# Whoever changes entries holds their rows until the end, so that what was read stays true;
# SQLite, which has one writer at a time, leaves the lock out.
LOCK_ENTRY = sa.select(entries.c.id).where(entries.c.key == sa.bindparam("key")).with_for_update()

LOCK_ENTRIES = sa.select(entries.c.id).order_by(entries.c.id).with_for_update()

_UNDECIDED = (RevisionState.DRAFT.value, RevisionState.IN_REVIEW.value)
_later = revisions.alias("later")
_continued = sa.exists().where(
    _later.c.entry_id == revisions.c.entry_id,
    _later.c.base == revisions.c.number,
    _later.c.state != RevisionState.REJECTED.value,
)

# Every revision of the entries that have an open edit: a draft that was gone on from is none.
UNDECIDED = (
    sa.select(revisions)
    .where(
        revisions.c.entry_id.in_(
            sa.select(revisions.c.entry_id)
            .where(
                revisions.c.state.in_((RevisionState.DRAFT.value, RevisionState.IN_REVIEW.value))
            )
            .where(sa.not_(_continued))
        )
    )
    .order_by(revisions.c.entry_id, revisions.c.number)
)

MOVES_OF = (
    sa.select(revision_moves)
    .join(revisions, revisions.c.id == revision_moves.c.revision_id)
    .join(entries, entries.c.id == revisions.c.entry_id)
    .where(entries.c.key == sa.bindparam("key"))
    .order_by(revision_moves.c.id)
)

RELEASES_OF = (
    sa.select(release_revisions.c.revision_id, release_revisions.c.release)
    .join(entries, entries.c.id == release_revisions.c.entry_id)
    .where(entries.c.key == sa.bindparam("key"))
    .order_by(release_revisions.c.release)
)

ENTRY_IDS = sa.select(entries.c.key, entries.c.id)

LAST_NUMBERS = (
    sa.select(entries.c.key, sa.func.max(revisions.c.number))
    .join(entries, entries.c.id == revisions.c.entry_id)
    .group_by(entries.c.key)
)


def misses(
    statement: sa.Select[Any],
    state: MissState | None,
    reason: MissReason | None,
    since: dt.datetime | None,
) -> sa.Select[Any]:
    """Narrow a statement over misses to those asked for."""
    if state is not None:
        statement = statement.where(miss_table.c.state == state.value)
    if reason is not None:
        statement = statement.where(miss_table.c.reason == reason.value)
    if since is not None:
        statement = statement.where(miss_table.c.at >= since)
    return statement
