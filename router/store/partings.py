"""Endings that wait: asked for, taken back, and carried out once by whoever removes the row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from router.domain.cases import AlreadyParting, Correction, Ending, Parting, Sent, TooLate
from router.domain.conversation import Conversation
from router.domain.handoff import Handoff
from router.domain.message import Draft
from router.domain.people import Staff
from router.store import case_tables as ct
from router.store import moves
from router.store.case_rows import correct, parting_of, parting_values
from router.store.moves import Changed


def part(connection: sa.Connection, parting: Parting) -> Parting:
    """Keep an ending the holding agent asks for; another one that waits has to go first."""
    before = moves.load(connection, parting.conversation)
    before.held_by(parting.agent)
    waiting = _parting(connection, before)
    if waiting is not None:
        if (waiting.ending, waiting.target) == (parting.ending, parting.target):
            return waiting
        raise AlreadyParting("这个会话有一个操作正等待生效，先撤销它再换一个。")
    parting = replace(parting, epoch=before.epoch)
    # A void one of a former epoch may still lie there.
    connection.execute(
        ct.partings.delete().where(ct.partings.c.conversation == parting.conversation)
    )
    connection.execute(ct.partings.insert().values(**parting_values(parting)))
    return parting


def take_back(connection: sa.Connection, conversation_id: str, agent: str) -> Parting:
    """Take an agent's waiting ending back."""
    before = moves.load(connection, conversation_id)
    waiting = _parting(connection, before)
    if waiting is None or waiting.agent != agent:
        raise TooLate("这个操作已经生效或已撤销，不能再撤销。")
    connection.execute(ct.partings.delete().where(ct.partings.c.id == waiting.id))
    return waiting


def due_partings(connection: sa.Connection, now: dt.datetime) -> list[Parting]:
    """List the endings that take effect now, also those a clock set back would keep."""
    p = ct.partings.c
    rows = connection.execute(
        sa.select(ct.partings)
        .where(sa.or_(p.due_at <= now, p.asked_at > now))
        .order_by(p.due_at, p.id)
    )
    return [parting_of(row) for row in rows]


def settle(
    connection: sa.Connection,
    parting: Parting,
    agent: Staff,
    drafts: Sequence[Draft],
    following: Handoff | None,
    now: dt.datetime,
    sent: Sent | None = None,
) -> Changed | None:
    """Let an ending take effect; whoever removes its row does it, and nobody else."""
    before = moves.load(connection, parting.conversation)
    removed = connection.execute(ct.partings.delete().where(ct.partings.c.id == parting.id))
    if removed.rowcount != 1 or before.epoch != parting.epoch or before.agent != parting.agent:
        return None
    if parting.ending is Ending.TRANSFER:
        if following is None:
            raise ValueError("a transfer needs the handoff that follows")
        if sent is not None:
            values = {name: getattr(sent, name) for name in sent.__slots__ if name != "answer"}
            connection.execute(ct.transfers.insert().values(**values))
        return moves.transfer(connection, before.id, agent, following, drafts, now)
    if parting.ending is Ending.RETURN_TO_BOT and parting.closing.summary:
        said = Correction(
            conversation=before.id,
            case=before.case,
            line="summary",
            text=parting.closing.summary,
            author=agent.id,
            author_name=agent.name,
            at=now,
        )
        correct(connection, said)
    return moves.end_care(
        connection,
        before.id,
        agent,
        resolve=parting.ending is Ending.RESOLVE,
        drafts=drafts,
        now=now,
        closing=parting.closing,
    )


def _parting(connection: sa.Connection, conversation: Conversation) -> Parting | None:
    p = ct.partings.c
    row = connection.execute(
        sa.select(ct.partings).where(
            p.conversation == conversation.id, p.epoch == conversation.epoch
        )
    ).first()
    return parting_of(row) if row is not None else None
