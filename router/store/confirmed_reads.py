"""What the gate reads of conversations: turns whose answer a shopper confirmed."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from knowledge_base.database import Database
from knowledge_base.gate.promises import Confirmation, Confirmed
from router.domain.message import Body, Sender
from router.domain.routing import Rule
from router.store import tables as t

CHUNK = 500

Turn = tuple[str, int]
"""A conversation and the seq of a shopper's message."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A stored decision, as far as it matters here."""

    seq: int
    case: int
    at: dt.datetime
    kind: str
    rule: str
    entry: str | None


async def read_confirmed(database: Database, since: dt.datetime, limit: int) -> list[Confirmed]:
    """Read the newest answers that were voted helpful, or taken from the choices offered.

    Texts are those the shoppers typed, not masked. A choice whose answer was voted unhelpful
    confirms nothing.
    """
    async with database.reading() as connection:
        return await connection.run_sync(_confirmed, since, limit)


def _confirmed(connection: sa.Connection, since: dt.datetime, limit: int) -> list[Confirmed]:
    found: list[tuple[dt.datetime, Turn, str, Confirmation]] = []
    names = _conversations(connection, since)
    for start in range(0, len(names), CHUNK):
        part = names[start : start + CHUNK]
        decisions, votes = _decisions(connection, part), _votes(connection, part)
        for name in part:
            found += [
                (line.at, (name, seq), line.entry or "", how)
                for line, seq, how in _in_conversation(decisions[name], votes[name])
                if line.at >= since
            ]
    found.sort(key=lambda one: one[0], reverse=True)
    del found[limit:]
    texts = _texts(connection, [turn for _, turn, _, _ in found])
    return [Confirmed(texts[turn], entry, how) for _, turn, entry, how in found if texts.get(turn)]


def _in_conversation(
    lines: Sequence[_Line], votes: Sequence[tuple[int, bool]]
) -> Iterator[tuple[_Line, int, Confirmation]]:
    """Give the confirmed decisions of a conversation, with the seq of the text they answer."""
    seqs = [line.seq for line in lines]
    # A vote is on the answer to the decision before it; the last vote counts.
    voted = {seqs[at - 1]: helpful for seq, helpful in votes if (at := bisect_left(seqs, seq))}
    for before, line in zip([None, *lines], lines, strict=False):
        if line.kind != "reply" or line.entry is None:
            continue
        helpful = voted.get(line.seq)
        if line.rule == Rule.CONFIDENT and helpful:
            yield line, line.seq, Confirmation.HELPFUL
        elif line.rule == Rule.CHOSEN and helpful is not False and _offers(before, line):
            assert before is not None
            yield line, before.seq, Confirmation.CHOSEN


def _offers(before: _Line | None, line: _Line) -> bool:
    return before is not None and before.kind == "clarify" and before.case == line.case


def _conversations(connection: sa.Connection, since: dt.datetime) -> list[str]:
    m, d = t.messages.c, t.decisions.c
    helpful = sa.select(m.conversation).where(m.helpful, m.at >= since)
    chosen = sa.select(d.conversation).where(d.rule == Rule.CHOSEN.value, d.at >= since)
    return sorted(connection.execute(helpful.union(chosen)).scalars())


def _decisions(connection: sa.Connection, names: Sequence[str]) -> dict[str, list[_Line]]:
    d = t.decisions.c
    found: dict[str, list[_Line]] = defaultdict(list)
    rows = connection.execute(
        sa.select(d.conversation, d.seq, d.case, d.at, d.kind, d.rule, d.entry)
        .where(d.conversation.in_(names))
        .order_by(d.conversation, d.seq)
    )
    for conversation, *line in rows:
        found[conversation].append(_Line(*line))
    return found


def _votes(connection: sa.Connection, names: Sequence[str]) -> dict[str, list[tuple[int, bool]]]:
    m = t.messages.c
    found: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    rows = connection.execute(
        sa.select(m.conversation, m.seq, m.helpful)
        .where(m.conversation.in_(names), m.helpful.is_not(None))
        .order_by(m.conversation, m.seq)
    )
    for conversation, seq, helpful in rows:
        found[conversation].append((seq, helpful))
    return found


def _texts(connection: sa.Connection, turns: Sequence[Turn]) -> dict[Turn, str]:
    m = t.messages.c
    found: dict[Turn, str] = {}
    names = sorted({name for name, _ in turns})
    wanted = set(turns)
    for start in range(0, len(names), CHUNK):
        rows = connection.execute(
            sa.select(m.conversation, m.seq, m.body).where(
                m.conversation.in_(names[start : start + CHUNK]),
                m.sender == Sender.SHOPPER.value,
            )
        )
        for conversation, seq, body in rows:
            if (conversation, seq) in wanted:
                found[conversation, seq] = msgspec.json.decode(body, type=Body).text
    return found
