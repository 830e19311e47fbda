"""What is read of working a case: what waits in it, what was put right, what cases came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from router.domain.cases import Case, Correction, Hold, Participant, Parting
from router.domain.conversation import Status
from router.store import case_tables as ct
from router.store import tables as t
from router.store.case_rows import case_of, hold_of, participant_of, parting_of


@dataclass(frozen=True, slots=True)
class Standing:
    """What waits in a conversation under its present epoch."""

    parting: Parting | None = None
    hold: Hold | None = None
    participants: tuple[Participant, ...] = ()


NOTHING = Standing()


def standing(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Standing]:
    """Give what waits in each of some conversations, under their present epochs."""
    c = t.conversations.c
    found: dict[str, Standing] = {}
    rows = connection.execute(
        sa.select(ct.partings)
        .join(
            t.conversations,
            sa.and_(c.id == ct.partings.c.conversation, c.epoch == ct.partings.c.epoch),
        )
        .where(c.id.in_(ids))
    )
    for row in rows:
        found[row.conversation] = Standing(parting=parting_of(row))
    rows = connection.execute(
        sa.select(ct.holds)
        .join(
            t.conversations,
            sa.and_(c.id == ct.holds.c.conversation, c.epoch == ct.holds.c.epoch),
        )
        .where(c.id.in_(ids), c.status == Status.ON_HOLD.value)
    )
    for row in rows:
        before = found.get(row.conversation, NOTHING)
        found[row.conversation] = replace(before, hold=hold_of(row))
    rows = connection.execute(
        sa.select(ct.participants)
        .join(
            t.conversations,
            sa.and_(c.id == ct.participants.c.conversation, c.epoch == ct.participants.c.epoch),
        )
        .where(c.id.in_(ids))
        .order_by(ct.participants.c.at)
    )
    for row in rows:
        before = found.get(row.conversation, NOTHING)
        joined = (*before.participants, participant_of(row))
        found[row.conversation] = replace(before, participants=joined)
    return found


def corrections(connection: sa.Connection, conversation: str, case: int) -> list[Correction]:
    """List the corrections of a case, in order."""
    b = ct.brief_corrections.c
    rows = connection.execute(
        sa.select(ct.brief_corrections)
        .where(b.conversation == conversation, b.case == case)
        .order_by(b.id)
    )
    return [Correction(**{n: getattr(row, n) for n in Correction.__slots__}) for row in rows]


def earlier(connection: sa.Connection, conversation_id: str) -> list[Case]:
    """List a conversation's resolved cases, oldest first."""
    rows = connection.execute(
        sa.select(ct.cases)
        .where(ct.cases.c.conversation == conversation_id)
        .order_by(ct.cases.c.case)
    )
    return [case_of(row) for row in rows]
