"""Several of the staff in one conversation: sent on and answered, taken over, invited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from router.domain.cases import Answer, NotThere, Participant, Sent
from router.domain.conversation import Conversation, Status
from router.domain.errors import IllegalMove
from router.domain.handoff import Handoff, HandoffState
from router.domain.message import Draft
from router.domain.people import Staff
from router.store import case_tables as ct
from router.store import claims, moves
from router.store import tables as t
from router.store.case_rows import sent_of
from router.store.moves import Changed
from router.store.rows import handoff_values

HELD = (Status.ACTIVE.value, Status.ON_HOLD.value)


def sent(connection: sa.Connection, conversation: str) -> Sent | None:
    """Give how a waiting conversation was sent to one colleague."""
    s, c = ct.transfers.c, t.conversations.c
    row = connection.execute(
        sa.select(ct.transfers)
        .join(t.conversations, sa.and_(c.id == s.conversation, c.handoff == s.handoff))
        .where(c.id == conversation, c.status == Status.QUEUED.value, s.answer.is_(None))
    ).first()
    return sent_of(row) if row is not None else None


def note_accepted(
    connection: sa.Connection, handoff: str, by: str, now: dt.datetime
) -> Sent | None:
    """Note that a colleague took what was sent to them."""
    s = ct.transfers.c
    row = connection.execute(
        ct.transfers.update()
        .where(s.handoff == handoff, s.to_agent == by, s.answer.is_(None))
        .values(answer=Answer.ACCEPTED.value, answered_at=now)
        .returning(*s)
    ).first()
    return sent_of(row) if row is not None else None


def unanswered(connection: sa.Connection, now: dt.datetime) -> list[Sent]:
    """List what waits for an answer that is overdue, also after the clock was set back."""
    s, c = ct.transfers.c, t.conversations.c
    rows = connection.execute(
        sa.select(ct.transfers)
        .join(t.conversations, sa.and_(c.id == s.conversation, c.handoff == s.handoff))
        .where(
            c.status == Status.QUEUED.value,
            s.answer.is_(None),
            sa.or_(s.until <= now, s.sent_at > now),
        )
        .order_by(s.until)
    )
    return [sent_of(row) for row in rows]


def give_back(
    connection: sa.Connection,
    one: Sent,
    answer: Answer,
    sender: Staff | None,
    drafts: Sequence[Draft],
    now: dt.datetime,
) -> Changed | None:
    """Give back what its colleague did not take; None when it was answered meanwhile."""
    before = moves.load(connection, one.conversation)
    s, h = ct.transfers.c, t.handoffs.c
    noted = connection.execute(
        ct.transfers.update()
        .where(s.handoff == one.handoff, s.answer.is_(None))
        .values(answer=answer.value, answered_at=now)
    )
    if noted.rowcount != 1 or before.handoff != one.handoff or before.status is not Status.QUEUED:
        return None
    waiting = sa.and_(h.id == one.handoff, h.state == HandoffState.QUEUED.value)
    connection.execute(
        t.handoffs.update().where(waiting).values(wanted_agent=None, wanted_until=None)
    )
    if sender is None:
        return moves.append(connection, before, drafts, now)
    handoff = moves.handoff_by_id(connection, one.handoff)
    if handoff is None or not claims.take(connection, handoff, sender.id, now):
        return None
    moved = before.accept(sender.id, now)
    return moves.append(connection, moved, drafts, now, before=before)


def take_over(
    connection: sa.Connection, handoff: Handoff, supervisor: Staff, draft: Draft
) -> Changed:
    """Give a conversation and its handoff to a supervisor; the bot's comes under a new one."""
    now = handoff.queued_at
    before = moves.load(connection, handoff.conversation)
    moved = before.take_over(supervisor.id, handoff.id, now)
    if before.status is Status.BOT:
        claimed = replace(
            handoff,
            case=before.case,
            state=HandoffState.ASSIGNED,
            agent=supervisor.id,
            accepted_at=now,
        )
        connection.execute(t.handoffs.insert().values(**handoff_values(claimed)))
        changed = moves.append(connection, moved, [draft], now, before=before)
        return replace(changed, handoff=claimed)
    connection.execute(
        t.handoffs.update().where(t.handoffs.c.id == before.handoff).values(agent=supervisor.id)
    )
    changed = moves.append(connection, moved, [draft], now, before=before)
    return replace(changed, former=before.agent)


def invite(connection: sa.Connection, participant: Participant, limit: int) -> Conversation:
    """Keep an invitation under the present epoch; only the owner invites."""
    before = moves.load(connection, participant.conversation)
    before.held_by(participant.invited_by)
    p = ct.participants.c
    mine = p.conversation == participant.conversation
    connection.execute(
        ct.participants.delete().where(
            mine, sa.or_(p.staff == participant.staff, p.epoch != before.epoch)
        )
    )
    others = connection.execute(
        sa.select(sa.func.count()).select_from(ct.participants).where(mine)
    ).scalar_one()
    if others >= limit:
        raise IllegalMove(f"一个会话最多请 {limit} 位同事，先请一位离开。")
    values = {name: getattr(participant, name) for name in participant.__slots__}
    connection.execute(ct.participants.insert().values(**values | {"epoch": before.epoch}))
    return before


def uninvite(connection: sa.Connection, conversation_id: str, staff: str, by: str) -> Conversation:
    """Remove an invited colleague; the owner removes anybody, others themselves."""
    before = moves.load(connection, conversation_id)
    if staff != by:
        before.held_by(by)
    p = ct.participants.c
    removed = connection.execute(
        ct.participants.delete().where(
            p.conversation == conversation_id, p.staff == staff, p.epoch == before.epoch
        )
    )
    if removed.rowcount != 1:
        raise NotThere("这位同事不在这个会话里。")
    return before
