"""What the misses inbox reads of conversations: all that came after a missed turn in its case."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import sqlalchemy as sa

from knowledge_base.database import Database
from router.domain.message import Message, Sender, Visibility
from router.domain.routing import Rule
from router.store import tables as t
from router.store.rows import message_of

CHUNK = 500
LONGEST_CARE = dt.timedelta(hours=1)
"""What one handoff costs at most: a case left open over lunch is no hour of work."""

Turn = tuple[str, int]
"""A conversation and the seq of a shopper's message."""
Case = tuple[str, int]
"""A conversation and the number of a case in it."""


@dataclass(frozen=True, slots=True)
class AfterTurn:
    """What came after one turn, until its case was resolved.

    `chosen` is the entry the shopper took from the choices this turn was answered with.
    """

    turn: Turn
    case: Case
    shopper_name: str | None
    replies: tuple[str, ...]
    agent_seconds: float
    level: int
    rating: int | None
    chosen: str | None = None


async def read_after(database: Database, turns: Iterable[Turn]) -> list[AfterTurn]:
    """Read what came after turns; one that is not stored is left out."""
    by_conversation: dict[str, list[int]] = defaultdict(list)
    for conversation, seq in dict.fromkeys(turns):
        by_conversation[conversation].append(seq)
    names = sorted(by_conversation)
    found: list[AfterTurn] = []
    async with database.reading() as connection:
        for start in range(0, len(names), CHUNK):
            part = {name: by_conversation[name] for name in names[start : start + CHUNK]}
            found += await connection.run_sync(_after, part)
    return found


def _after(connection: sa.Connection, asked: dict[str, list[int]]) -> list[AfterTurn]:
    names = list(asked)
    cases = _cases(connection, names)
    shoppers = _shoppers(connection, names)
    replies, care = _replies(connection, names), _care(connection, names)
    levels, ratings = _levels(connection, names), _ratings(connection, names)
    choices = _choices(connection, names)
    found: list[AfterTurn] = []
    for conversation, seqs in asked.items():
        for seq in seqs:
            number = cases.get((conversation, seq))
            if number is None:
                continue
            case = (conversation, number)
            said = [message for message in replies[case] if message.seq > seq]
            after = AfterTurn(
                turn=(conversation, seq),
                case=case,
                shopper_name=shoppers.get(conversation),
                replies=tuple(message.body.text for message in said if message.body.text),
                agent_seconds=_worked(care[case], said),
                level=max((level for at, level in levels[case] if at >= seq), default=0),
                rating=ratings.get(case),
                chosen=choices.get((conversation, seq)),
            )
            found.append(after)
    return found


def _worked(
    care: Sequence[tuple[dt.datetime, dt.datetime | None]], said: Sequence[Message]
) -> float:
    """Add up how long agents had the case after the turn, each handoff within reason."""
    if not said:
        return 0.0
    last = said[-1].at
    spans = ((ended or max(last, began)) - began for began, ended in care if began <= last)
    return sum(min(span, LONGEST_CARE).total_seconds() for span in spans)


def _cases(connection: sa.Connection, names: Sequence[str]) -> dict[Turn, int]:
    m = t.messages.c
    rows = connection.execute(
        sa.select(m.conversation, m.seq, m.case).where(
            m.conversation.in_(names), m.sender == Sender.SHOPPER.value
        )
    )
    return {(row.conversation, row.seq): row.case for row in rows}


def _shoppers(connection: sa.Connection, names: Sequence[str]) -> dict[str, str | None]:
    c = t.conversations.c
    rows = connection.execute(sa.select(c.id, c.shopper_name).where(c.id.in_(names)))
    return {row.id: row.shopper_name for row in rows}


def _replies(connection: sa.Connection, names: Sequence[str]) -> dict[Case, list[Message]]:
    m = t.messages.c
    found: dict[Case, list[Message]] = defaultdict(list)
    rows = connection.execute(
        sa.select(t.messages)
        .where(
            m.conversation.in_(names),
            m.sender == Sender.AGENT.value,
            m.visibility == Visibility.EVERYONE.value,
        )
        .order_by(m.conversation, m.seq)
    )
    for row in rows:
        found[row.conversation, row.case].append(message_of(row))
    return found


def _care(
    connection: sa.Connection, names: Sequence[str]
) -> dict[Case, list[tuple[dt.datetime, dt.datetime | None]]]:
    h = t.handoffs.c
    found: dict[Case, list[tuple[dt.datetime, dt.datetime | None]]] = defaultdict(list)
    rows = connection.execute(
        sa.select(h.conversation, h.case, h.accepted_at, h.ended_at)
        .where(h.conversation.in_(names), h.accepted_at.is_not(None))
        .order_by(h.accepted_at)
    )
    for row in rows:
        found[row.conversation, row.case].append((row.accepted_at, row.ended_at))
    return found


def _levels(connection: sa.Connection, names: Sequence[str]) -> dict[Case, list[tuple[int, int]]]:
    d = t.decisions.c
    found: dict[Case, list[tuple[int, int]]] = defaultdict(list)
    rows = connection.execute(
        sa.select(d.conversation, d.case, d.seq, d.level).where(
            d.conversation.in_(names), d.level > 0
        )
    )
    for row in rows:
        found[row.conversation, row.case].append((row.seq, row.level))
    return found


def _ratings(connection: sa.Connection, names: Sequence[str]) -> dict[Case, int]:
    r = t.ratings.c
    rows = connection.execute(
        sa.select(r.conversation, r.case, r.score).where(
            r.conversation.in_(names), r.score.is_not(None)
        )
    )
    return {(row.conversation, row.case): row.score for row in rows}


def _choices(connection: sa.Connection, names: Sequence[str]) -> dict[Turn, str]:
    """Give what was chosen right after a turn that was answered with choices."""
    d = t.decisions.c
    rows = connection.execute(
        sa.select(d.conversation, d.seq, d.case, d.kind, d.rule, d.entry)
        .where(d.conversation.in_(names))
        .order_by(d.conversation, d.seq)
    ).all()
    return {
        (offered.conversation, offered.seq): taken.entry
        for offered, taken in pairwise(rows)
        if (offered.conversation, offered.case) == (taken.conversation, taken.case)
        and (offered.kind == "clarify" or offered.rule == Rule.SEVERAL_QUESTIONS)
        and taken.rule == Rule.CHOSEN
        and taken.entry is not None
    }
