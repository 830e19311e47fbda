"""What is read outside of moves: threads, turns to decide, the queue, briefs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from knowledge_base.tables import misses as kb_misses
from router.domain.conversation import Conversation, Status
from router.domain.errors import UnknownConversation
from router.domain.handoff import Handoff, HandoffState
from router.domain.message import Message, Sender, Visibility
from router.domain.people import Shopper
from router.domain.routing import PastTurn
from router.domain.sla import Clock
from router.store import callbacks, clocks
from router.store import tables as t
from router.store.callbacks import Callback
from router.store.case_reads import NOTHING, Standing, standing
from router.store.case_tables import participants
from router.store.moves import HELD
from router.store.rows import conversation_of, handoff_of, message_of, past_turn_of, shopper_of

RECENT_TURNS = 8
RECENT_MESSAGES = 20
LISTED = 200


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation with its shopper."""

    conversation: Conversation
    shopper: Shopper


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation as queue, desk and history list it."""

    thread: Thread
    handoff: Handoff | None
    last_text: str
    standing: Standing = NOTHING
    clocks: tuple[Clock, ...] = ()
    callback: Callback | None = None


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many handoffs are in a state, and since when the oldest of them."""

    count: int
    oldest: dt.datetime | None


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A stored decision, for briefs and replays."""

    seq: int
    kind: str
    rule: str
    reason: str | None
    entry: str | None
    intent: str | None
    confidence: float | None
    anger: float
    level: int
    release: int | None
    model: str | None
    took_ms: float
    ranking: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """What an agent's part of a case leaves behind: the summary, and what was said, newest first.

    `seq` is the last of these messages.
    """

    seq: int
    summary: str
    said: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class PendingTurn:
    """The oldest shopper message no decision was taken for, with what decides."""

    thread: Thread
    message: Message
    past: tuple[PastTurn, ...]
    last: DecisionLine | None = None
    """The newest decision of this case."""
    returned: Returned | None = None
    """What an agent left who gave this case back to the bot."""


def thread(connection: sa.Connection, conversation_id: str) -> Thread:
    """Give a conversation and its shopper."""
    row = connection.execute(
        sa.select(t.conversations).where(t.conversations.c.id == conversation_id)
    ).first()
    if row is None:
        raise UnknownConversation(f"there is no conversation {conversation_id}")
    return Thread(conversation_of(row), shopper_of(row))


def messages_after(
    connection: sa.Connection,
    conversation_id: str,
    after: int,
    *,
    staff: bool,
    limit: int | None = None,
) -> list[Message]:
    """Give the messages after a seq, all or the first few, in order; notes only for staff."""
    query = (
        sa.select(t.messages)
        .where(t.messages.c.conversation == conversation_id, t.messages.c.seq > after)
        .order_by(t.messages.c.seq)
        .limit(limit)
    )
    if not staff:
        query = query.where(t.messages.c.visibility == Visibility.EVERYONE.value)
    return [message_of(row) for row in connection.execute(query)]


def message(connection: sa.Connection, conversation_id: str, seq: int) -> Message | None:
    """Give one message."""
    row = connection.execute(
        sa.select(t.messages).where(
            t.messages.c.conversation == conversation_id, t.messages.c.seq == seq
        )
    ).first()
    return message_of(row) if row is not None else None


def said(connection: sa.Connection, conversation_id: str, client_id: str) -> bool:
    """Tell whether a message of this client id is in the conversation."""
    m = t.messages.c
    found = connection.execute(
        sa.select(m.seq).where(m.conversation == conversation_id, m.client_id == client_id)
    ).first()
    return found is not None


def pending_turn(connection: sa.Connection, conversation_id: str) -> PendingTurn | None:
    """Give the turn the bot owes a decision for, if there is one."""
    found = thread(connection, conversation_id)
    conversation = found.conversation
    if not conversation.answer_is_due:
        return None
    row = connection.execute(
        sa.select(t.messages)
        .where(
            t.messages.c.conversation == conversation_id,
            t.messages.c.seq > conversation.decided_seq,
            t.messages.c.sender == Sender.SHOPPER.value,
        )
        .order_by(t.messages.c.seq)
        .limit(1)
    ).first()
    if row is None:
        return None
    past = connection.execute(
        sa.select(t.decisions)
        .where(
            t.decisions.c.conversation == conversation_id,
            t.decisions.c.case == conversation.case,
        )
        .order_by(t.decisions.c.seq.desc())
        .limit(RECENT_TURNS)
    ).all()
    return PendingTurn(
        found,
        message_of(row),
        tuple(past_turn_of(decision) for decision in reversed(past)),
        _decision_line(past[0]) if past else None,
        _returned(connection, conversation),
    )


def _returned(connection: sa.Connection, conversation: Conversation) -> Returned | None:
    if conversation.epoch == 0 or conversation.keeps_place:
        return None  # Nobody had it but the bot, or somebody is waited for still.
    h, m = t.handoffs.c, t.messages.c
    accepted = connection.execute(
        sa.select(h.accepted_at)
        .where(
            h.conversation == conversation.id,
            h.case == conversation.case,
            h.accepted_at.is_not(None),
        )
        .limit(1)
    ).first()
    if accepted is None:
        return None
    case = sa.and_(m.conversation == conversation.id, m.case == conversation.case)
    rows = connection.execute(
        sa.select(t.messages)
        .where(
            case,
            m.epoch < conversation.epoch,
            m.sender.in_([Sender.SHOPPER.value, Sender.AGENT.value]),
            m.visibility == Visibility.EVERYONE.value,
        )
        .order_by(m.seq.desc())
        .limit(RECENT_MESSAGES)
    )
    said = tuple(map(message_of, rows))
    # The summary comes with the return itself, so under no client's id.
    note = connection.execute(
        sa.select(t.messages).where(
            case,
            m.epoch == conversation.epoch,
            m.sender == Sender.AGENT.value,
            m.visibility == Visibility.STAFF.value,
            m.client_id.is_(None),
        )
    ).first()
    summary = message_of(note).body.text if note is not None else ""
    return Returned(said[0].seq if said else 0, summary, said)


def unanswered(connection: sa.Connection) -> list[str]:
    """Name the conversations the bot owes an answer, oldest first."""
    c = t.conversations.c
    return list(
        connection.execute(
            sa.select(c.id)
            .where(c.status == Status.BOT.value, c.shopper_seq > c.decided_seq)
            .order_by(c.updated_at)
            .limit(1_000)
        ).scalars()
    )


def waiting(
    connection: sa.Connection,
    state: HandoffState,
    after: Handoff | None = None,
    limit: int = LISTED,
) -> list[Handoff]:
    """Give a page of the handoffs in a state, in their order, those after one of them.

    Those of shoppers who go on with the bot meanwhile are among them.
    """
    h = t.handoffs.c
    query = sa.select(t.handoffs).where(h.state == state.value)
    if after is not None:
        query = query.where(sa.tuple_(h.order_at, h.id) > sa.tuple_(after.order_at, after.id))
    rows = connection.execute(query.order_by(h.order_at, h.id).limit(limit))
    return [handoff_of(row) for row in rows]


def crowd(connection: sa.Connection, state: HandoffState) -> Crowd:
    """Count the handoffs in a state."""
    h = t.handoffs.c
    found = connection.execute(
        sa.select(sa.func.count(), sa.func.min(h.queued_at)).where(h.state == state.value)
    ).one()
    return Crowd(found[0], found[1])


def queued(connection: sa.Connection) -> list[Listed]:
    """List the first of what waits for an agent, in the order of the queue."""
    h = t.handoffs.c
    head = (
        sa.select(h.conversation)
        .where(h.state == HandoffState.QUEUED.value)
        .order_by(h.order_at, h.id)
        .limit(LISTED)
    )
    order = list(connection.execute(head).scalars())
    found = _listed(connection, t.conversations.c.id.in_(order), newest_first=False)
    place = {conversation: n for n, conversation in enumerate(order)}
    return sorted(found, key=lambda x: place[x.thread.conversation.id])


def held_by(connection: sa.Connection, agent: str) -> list[Listed]:
    """List the conversations of an agent."""
    c = t.conversations.c
    return _listed(connection, sa.and_(c.agent == agent, c.status.in_(HELD)), newest_first=False)


def invited(connection: sa.Connection, staff: str) -> list[Listed]:
    """List the conversations a colleague was invited into under their present epoch."""
    c, p = t.conversations.c, participants.c
    present = sa.exists().where(p.conversation == c.id, p.epoch == c.epoch, p.staff == staff)
    return _listed(connection, sa.and_(c.status.in_(HELD), present), newest_first=False)


def loads(connection: sa.Connection) -> dict[str, int]:
    """Count the conversations each agent holds."""
    c = t.conversations.c
    rows = connection.execute(
        sa.select(c.agent, sa.func.count()).where(c.status.in_(HELD)).group_by(c.agent)
    )
    return {agent: count for agent, count in rows if agent is not None}


def held(connection: sa.Connection) -> list[Listed]:
    """List the conversations agents hold, all of them."""
    return _listed(connection, t.conversations.c.status.in_(HELD), newest_first=False)


def with_bot(connection: sa.Connection, since: dt.datetime, limit: int) -> list[Listed]:
    """List the conversations the bot answers and nobody waits in, newest first."""
    c = t.conversations.c
    condition = sa.and_(
        c.status == Status.BOT.value, ~c.keeps_place, c.shopper_seq > 0, c.updated_at >= since
    )
    return _listed(connection, condition, newest_first=True, limit=limit)


def resolved(connection: sa.Connection, before: Any, limit: int) -> list[Listed]:
    """List resolved conversations, newest first, updated before a moment."""
    c = t.conversations.c
    condition = c.status == Status.RESOLVED.value
    if before is not None:
        condition = sa.and_(condition, c.updated_at < before)
    return _listed(connection, condition, newest_first=True, limit=limit)


def listed(connection: sa.Connection, conversation_id: str) -> Listed:
    """List one conversation."""
    found = _listed(connection, t.conversations.c.id == conversation_id, newest_first=False)
    if not found:
        raise UnknownConversation(f"there is no conversation {conversation_id}")
    return found[0]


def decisions(
    connection: sa.Connection, conversation_id: str, case: int | None = None
) -> list[DecisionLine]:
    """Give the decisions of a conversation, or of one case of it, in order."""
    query = sa.select(t.decisions).where(t.decisions.c.conversation == conversation_id)
    if case is not None:
        query = query.where(t.decisions.c.case == case)
    rows = connection.execute(query.order_by(t.decisions.c.seq))
    return [_decision_line(row) for row in rows]


def misses_of(connection: sa.Connection, conversation_id: str) -> int:
    """Count the misses a conversation gave."""
    return connection.execute(
        sa.select(sa.func.count())
        .select_from(kb_misses)
        .where(kb_misses.c.conversation == conversation_id)
    ).scalar_one()


def _decision_line(row: sa.Row[Any]) -> DecisionLine:
    plain = {name: getattr(row, name) for name in DecisionLine.__slots__ if name != "ranking"}
    ranking = msgspec.json.decode(row.ranking, type=tuple[tuple[str, float], ...])
    return DecisionLine(**plain, ranking=ranking)


def _listed(
    connection: sa.Connection,
    condition: sa.ColumnElement[bool],
    *,
    newest_first: bool,
    limit: int = LISTED,
) -> list[Listed]:
    c = t.conversations.c
    order = c.updated_at.desc() if newest_first else c.updated_at
    rows = connection.execute(
        sa.select(t.conversations).where(condition).order_by(order).limit(limit)
    ).all()
    threads = [Thread(conversation_of(row), shopper_of(row)) for row in rows]
    handoffs = _handoffs(connection, [x.conversation.handoff for x in threads])
    texts = _last_texts(connection, [x.conversation.id for x in threads])
    waits = standing(connection, [x.conversation.id for x in threads])
    running = clocks.running(connection, [x.conversation.id for x in threads])
    numbers = callbacks.of_cases(
        connection, [(x.conversation.id, x.conversation.case) for x in threads]
    )
    return [
        Listed(
            x,
            handoffs.get(x.conversation.handoff or ""),
            texts.get(x.conversation.id, ""),
            waits.get(x.conversation.id, NOTHING),
            tuple(running.get(x.conversation.id, ())),
            numbers.get(x.conversation.id),
        )
        for x in threads
    ]


def _handoffs(connection: sa.Connection, ids: list[str | None]) -> dict[str, Handoff]:
    wanted = [handoff for handoff in ids if handoff is not None]
    rows = connection.execute(sa.select(t.handoffs).where(t.handoffs.c.id.in_(wanted)))
    return {row.id: handoff_of(row) for row in rows}


def _last_texts(connection: sa.Connection, ids: list[str]) -> dict[str, str]:
    """Give the last thing each shopper said, cut to a line."""
    m = t.messages.c
    last = (
        sa.select(m.conversation, sa.func.max(m.seq).label("seq"))
        .where(m.conversation.in_(ids), m.sender == Sender.SHOPPER.value)
        .group_by(m.conversation)
        .subquery()
    )
    rows = connection.execute(
        sa.select(t.messages).join(
            last, sa.and_(m.conversation == last.c.conversation, m.seq == last.c.seq)
        )
    )
    found = (message_of(row) for row in rows)
    return {x.conversation: x.body.text[:120] or "[图片]" for x in found}
