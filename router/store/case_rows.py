"""Rows of working a case, as the moves of a conversation need them within their transaction."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import sqlalchemy as sa

from router.domain.cases import (
    BOWS_TO_SHOPPER,
    Answer,
    Case,
    Closing,
    Correction,
    Ending,
    Hold,
    Participant,
    Parting,
    Sent,
    Target,
)
from router.domain.conversation import Conversation
from router.domain.skills import Needs
from router.store import case_tables as ct
from router.store import tables as t
from router.store.rows import to_json

Row = sa.Row[Any]
_TAKE_BACK = ct.partings.delete().where(  # Built once: it runs with every message.
    ct.partings.c.conversation == sa.bindparam("of"),
    ct.partings.c.epoch == sa.bindparam("as_of_epoch"),
    ct.partings.c.ending.in_(sorted(BOWS_TO_SHOPPER)),
)


def bow_to_shopper(connection: sa.Connection, conversation: Conversation) -> bool:
    """Take back an ending that waits, because the shopper has something to say; True if one did."""
    waits = {"of": conversation.id, "as_of_epoch": conversation.epoch}
    return connection.execute(_TAKE_BACK, waits).rowcount == 1


def may_speak(connection: sa.Connection, conversation: Conversation, staff: str) -> bool:
    """Tell whether a colleague may speak under the present owner's epoch."""
    p = ct.participants.c
    found = connection.execute(
        sa.select(p.may_speak).where(
            p.conversation == conversation.id, p.staff == staff, p.epoch == conversation.epoch
        )
    ).first()
    return found is not None and found.may_speak and conversation.agent is not None


def close_case(
    connection: sa.Connection,
    conversation: Conversation,
    agent: str,
    closing: Closing,
    now: dt.datetime,
) -> None:
    """Keep what a case came to; it began with its first message."""
    m = t.messages.c
    began = connection.execute(
        sa.select(sa.func.min(m.seq), sa.func.min(m.at)).where(
            m.conversation == conversation.id, m.case == conversation.case
        )
    ).one()
    connection.execute(
        ct.cases.insert().values(
            conversation=conversation.id,
            case=conversation.case,
            opened_at=began[1] or now,
            resolved_at=now,
            agent=agent,
            cause=closing.cause,
            outcome=closing.outcome,
            summary=closing.summary,
            first_seq=began[0] or 1,
            last_seq=conversation.last_seq,
        )
    )


def correct(connection: sa.Connection, correction: Correction) -> None:
    """Keep a correction; nothing is overwritten."""
    values = {name: getattr(correction, name) for name in correction.__slots__}
    connection.execute(ct.brief_corrections.insert().values(**values))


def parting_of(row: Row) -> Parting:
    """Read a parting."""
    return Parting(
        id=row.id,
        conversation=row.conversation,
        ending=Ending(row.ending),
        agent=row.agent,
        epoch=row.epoch,
        asked_at=row.asked_at,
        due_at=row.due_at,
        closing=Closing(row.cause, row.outcome, row.summary),
        target=Target(
            row.to_agent,
            msgspec.json.decode(row.to_skills, type=Needs | None),
            row.to_supervisor,
        ),
    )


def parting_values(parting: Parting) -> dict[str, Any]:
    """Give a parting's columns."""
    return {
        "conversation": parting.conversation,
        "id": parting.id,
        "ending": parting.ending.value,
        "agent": parting.agent,
        "epoch": parting.epoch,
        "asked_at": parting.asked_at,
        "due_at": parting.due_at,
        "cause": parting.closing.cause,
        "outcome": parting.closing.outcome,
        "summary": parting.closing.summary,
        "to_agent": parting.target.agent,
        "to_skills": to_json(parting.target.needs),
        "to_supervisor": parting.target.supervisor,
    }


def hold_of(row: Row) -> Hold:
    """Read a hold."""
    return Hold(**{name: getattr(row, name) for name in Hold.__slots__})


def sent_of(row: Row) -> Sent:
    """Read a conversation that was sent to a colleague."""
    plain = {name: getattr(row, name) for name in Sent.__slots__ if name != "answer"}
    return Sent(**plain, answer=Answer(row.answer) if row.answer else None)


def participant_of(row: Row) -> Participant:
    """Read an invited colleague."""
    return Participant(**{name: getattr(row, name) for name in Participant.__slots__})


def case_of(row: Row) -> Case:
    """Read a resolved case."""
    plain = {name: getattr(row, name) for name in Case.__slots__ if name != "closing"}
    return Case(**plain, closing=Closing(row.cause, row.outcome, row.summary))
