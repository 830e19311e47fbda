"""Every change of a conversation: loaded, moved by the domain, stored under its epoch.

Plain SQLAlchemy Core over a connection the writer owns. A refusal raises before anything is
written, or is undone by the writer's savepoint.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from knowledge_base.misses import Miss
from knowledge_base.store import insert_miss
from router.domain.aftercare import Task
from router.domain.cases import NOT_SAID, Closing
from router.domain.conversation import Context, Conversation, Status
from router.domain.errors import (
    ClientIdReused,
    EpochMoved,
    IllegalMove,
    UnknownConversation,
    UnknownMessage,
)
from router.domain.handoff import Handoff, HandoffState
from router.domain.message import Draft, Message, Sender
from router.domain.people import Shopper, Staff
from router.domain.promises import Promise
from router.domain.queue import joined
from router.domain.routing import Decision, MoodSignal
from router.store import aftercare_rows, case_rows
from router.store import tables as t
from router.store.rows import (
    conversation_of,
    conversation_values,
    handoff_of,
    handoff_values,
    message_of,
    message_values,
    to_json,
)

END_OF_QUEUE = 50
# Built once: every message runs these, and building a statement takes longer than running it.
_LOAD = (
    sa.select(t.conversations).where(t.conversations.c.id == sa.bindparam("of")).with_for_update()
)
_HANDOFF = sa.select(t.handoffs).where(t.handoffs.c.id == sa.bindparam("of"))
_SENT_BEFORE = sa.select(t.messages).where(
    t.messages.c.conversation == sa.bindparam("of"),
    t.messages.c.client_id == sa.bindparam("under"),
)
_INSERT_MESSAGE = t.messages.insert()
_STORE = t.conversations.update().where(
    t.conversations.c.id == sa.bindparam("of"),
    t.conversations.c.epoch == sa.bindparam("as_of_epoch"),
    t.conversations.c.last_seq == sa.bindparam("as_of_seq"),
)
HELD = (Status.ACTIVE.value, Status.ON_HOLD.value)


@dataclass(frozen=True, slots=True)
class Changed:
    """What a move left behind: the conversation now, and the messages it added.

    `taken_back` tells that an ending which waited to take effect was taken back by it, `taken_up`
    that the conversation was on hold and is no more; `former` is the agent it was taken from,
    `promises` are what its messages promise.
    """

    conversation: Conversation
    messages: tuple[Message, ...] = ()
    handoff: Handoff | None = None
    duplicate: bool = False
    taken_back: bool = False
    taken_up: bool = False
    former: str | None = None
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision with everything it saw, as it is kept."""

    seq: int
    kind: str
    decision: Decision
    mood: MoodSignal
    took_ms: float
    reason: str | None = None
    intent: str | None = None
    confidence: float | None = None
    ranking: tuple[tuple[str, float], ...] = ()
    entry: str | None = None
    flow: str | None = None
    further: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a decided turn stores in one transaction."""

    record: DecisionRecord
    drafts: tuple[Draft, ...] = ()
    handoff: Handoff | None = None
    miss: Miss | None = None


def open_conversation(
    connection: sa.Connection, shopper: Shopper, new_id: str, context: Context, now: dt.datetime
) -> Conversation:
    """Give the shopper's conversation, opening it at the first hello; its context is renewed."""
    found = connection.execute(
        sa.select(t.conversations).where(t.conversations.c.shopper == shopper.id).with_for_update()
    ).first()
    facts = {
        "shopper_name": shopper.name,
        "tier": shopper.tier,
        "anonymous": shopper.anonymous,
        "context": to_json(context),
    }
    if found is not None:
        connection.execute(
            t.conversations.update().where(t.conversations.c.id == found.id).values(**facts)
        )
        return replace(conversation_of(found), context=context)
    opened = Conversation(new_id, shopper.id, now, now, context=context)
    values = conversation_values(opened) | facts
    try:
        with connection.begin_nested():
            connection.execute(t.conversations.insert().values(**values))
    except sa.exc.IntegrityError:  # Another node was first with this shopper.
        return open_conversation(connection, shopper, new_id, context, now)
    return opened


def append_once(
    connection: sa.Connection, conversation_id: str, draft: Draft, now: dt.datetime
) -> Changed:
    """Append a message once, however often it is sent: a shopper's, or a note of the staff."""
    before = load(connection, conversation_id)
    again = sent_before(connection, before, draft)
    if again is not None:
        return again
    changed = append(connection, before, [draft], now)
    if draft.sender is Sender.SHOPPER and before.status.value in HELD:
        return replace(
            changed,
            taken_back=case_rows.bow_to_shopper(connection, before),
            taken_up=before.status is Status.ON_HOLD,
        )
    return changed


def settle(
    connection: sa.Connection,
    conversation_id: str,
    epoch: int,
    settlement: Settlement,
    now: dt.datetime,
) -> Changed:
    """Store a decided turn: record, messages, handoff and miss, or nothing.

    Refused with EpochMoved when the owner changed since the turn was read: so a late bot is
    silent. A turn is decided once.
    """
    before = load(connection, conversation_id)
    before.guard(epoch)
    if before.status is not Status.BOT or settlement.record.seq <= before.decided_seq:
        raise EpochMoved("the turn has been decided already")
    moved = before.decided(settlement.record.seq)
    handoff = settlement.handoff
    if handoff is not None and before.keeps_place:
        moved, handoff = moved.wait_again(now, offline=is_ticket(connection, before)), None
    elif handoff is not None:
        offline = handoff.state is HandoffState.TICKET
        moved = moved.hand_off(handoff.id, now, offline=offline)
        handoff = join_queue(connection, handoff)
    _insert_decision(connection, before, settlement.record, now)
    if settlement.miss is not None:
        insert_miss(connection, settlement.miss)
    changed = append(connection, moved, settlement.drafts, now, before=before)
    return replace(changed, handoff=handoff)


def agent_says(
    connection: sa.Connection,
    conversation_id: str,
    agent: Staff,
    draft: Draft,
    epoch: int,
    now: dt.datetime,
) -> Changed:
    """Append the reply of the agent who has the conversation, under the epoch they saw."""
    before = load(connection, conversation_id)
    again = sent_before(connection, before, draft)
    if again is not None:
        return again
    before.guard(epoch)
    owns = before.status in {Status.ACTIVE, Status.ON_HOLD} and before.agent == agent.id
    if not owns and not case_rows.may_speak(connection, before, agent.id):
        raise IllegalMove("这个会话不在你手上，不能回复。请先接入。")
    return append(connection, before, [draft], now)


def end_care(
    connection: sa.Connection,
    conversation_id: str,
    agent: Staff,
    *,
    resolve: bool,
    drafts: Sequence[Draft],
    now: dt.datetime,
    closing: Closing = NOT_SAID,
) -> Changed:
    """Resolve the case, or return the conversation to the bot; the handoff ends with it."""
    before = load(connection, conversation_id)
    moved = before.resolve(agent.id, now) if resolve else before.return_to_bot(agent.id, now)
    end_handoff(connection, before.handoff, now)
    if resolve:
        case_rows.close_case(connection, before, agent.id, closing, now)
        aftercare_rows.case_resolved(connection, before, agent.id, now)
    changed = append(connection, moved, drafts, now, before=before)
    return replace(changed, handoff=handoff_by_id(connection, before.handoff))


def transfer(
    connection: sa.Connection,
    conversation_id: str,
    agent: Staff,
    following: Handoff,
    drafts: Sequence[Draft],
    now: dt.datetime,
) -> Changed:
    """Give the conversation back to the queue under a handoff of its own."""
    before = load(connection, conversation_id)
    moved = replace(before.transfer(agent.id, now), handoff=following.id)
    end_handoff(connection, before.handoff, now)
    following = join_queue(connection, following)
    changed = append(connection, moved, drafts, now, before=before)
    return replace(changed, handoff=following)


def move_in_queue(
    connection: sa.Connection, conversation_id: str, *, with_bot: bool, now: dt.datetime
) -> Changed:
    """Let a waiting shopper go on with the bot, or come back to just waiting."""
    before = load(connection, conversation_id)
    if with_bot:
        moved = before.go_on_with_bot(now)
    else:
        moved = before.wait_again(now, offline=is_ticket(connection, before))
    # What was said to the queue meanwhile is the agent's to answer, not the bot's.
    moved = moved.decided(before.shopper_seq)
    _store(connection, before, moved)
    return Changed(moved, handoff=handoff_by_id(connection, moved.handoff))


def vote(
    connection: sa.Connection, conversation_id: str, seq: int, helpful: bool, miss: Miss | None
) -> Message:
    """Keep the shopper's vote on a bot answer; the last vote counts."""
    row = connection.execute(
        t.messages.update()
        .where(
            t.messages.c.conversation == conversation_id,
            t.messages.c.seq == seq,
            t.messages.c.votable,
        )
        .values(helpful=helpful)
        .returning(*t.messages.c)
    ).first()
    if row is None:
        raise UnknownMessage(f"message {seq} is not an answer that can be voted on")
    if miss is not None:
        insert_miss(connection, miss)
    return message_of(row)


def rate(
    connection: sa.Connection,
    conversation_id: str,
    score: int,
    comment: str,
    now: dt.datetime,
    *,
    reasons: Sequence[str] = (),
    task: str | None = None,
) -> tuple[Changed, Task | None]:
    """Keep the rating of the case that was asked about, once; `task` is the id of what it opens."""
    before = load(connection, conversation_id)
    moved = before.rate(now)
    rated = connection.execute(
        t.ratings.update()
        .where(t.ratings.c.conversation == conversation_id, t.ratings.c.case == before.rating_case)
        .values(score=score, comment=comment, rated_at=now, reasons=to_json(reasons))
        .returning(t.ratings.c.agent, t.ratings.c.case)
    ).one()
    _store(connection, before, moved)
    if task is None:
        return Changed(moved), None
    opened = Task(
        id=task,
        conversation=before.id,
        case=rated.case,
        shopper=before.shopper,
        agent=rated.agent,
        score=score,
        reasons=tuple(reasons),
        comment=comment,
        opened_at=now,
    )
    aftercare_rows.open_task(connection, opened)
    return Changed(moved), opened


def load(connection: sa.Connection, conversation_id: str) -> Conversation:
    """Give a conversation and keep other writers from it until the commit."""
    row = connection.execute(_LOAD, {"of": conversation_id}).first()
    if row is None:
        raise UnknownConversation(f"there is no conversation {conversation_id}")
    return conversation_of(row)


def handoff_by_id(connection: sa.Connection, handoff: str | None) -> Handoff | None:
    """Give a handoff, if there is one of that id."""
    if handoff is None:
        return None
    row = connection.execute(_HANDOFF, {"of": handoff}).first()
    return handoff_of(row) if row is not None else None


def is_ticket(connection: sa.Connection, conversation: Conversation) -> bool:
    """Tell whether a conversation waits for the next shift."""
    handoff = handoff_by_id(connection, conversation.handoff)
    return handoff is not None and handoff.state is HandoffState.TICKET


def sent_before(
    connection: sa.Connection, conversation: Conversation, draft: Draft
) -> Changed | None:
    """Give what a message with this client id made when it first came; None for a new one."""
    said = {"of": conversation.id, "under": draft.client_id}
    row = connection.execute(_SENT_BEFORE, said).first()
    if row is None:
        return None
    stored = message_of(row)
    if _content(stored) != _content(draft):
        raise ClientIdReused("the client id was used for another message: make a new one")
    return Changed(conversation, (stored,), duplicate=True)


def _content(said: Draft | Message) -> tuple[object, ...]:
    return said.body, said.sender, said.sender_id, said.visibility


def append(
    connection: sa.Connection,
    conversation: Conversation,
    drafts: Sequence[Draft],
    now: dt.datetime,
    *,
    before: Conversation | None = None,
) -> Changed:
    """Number and insert messages, and store the conversation as it is after them."""
    start = before or conversation
    messages: list[Message] = []
    for draft in drafts:
        conversation = conversation.appended(now, by_shopper=draft.sender is Sender.SHOPPER)
        message = stamped(draft, conversation, now)
        messages.append(message)
        connection.execute(_INSERT_MESSAGE, message_values(message, conversation.case))
    _store(connection, start, conversation)
    return Changed(conversation, tuple(messages))


def stamped(draft: Draft, conversation: Conversation, now: dt.datetime) -> Message:
    """Make a draft the message a conversation has just been numbered for."""
    return Message(
        conversation=conversation.id,
        seq=conversation.last_seq,
        epoch=conversation.epoch,
        at=now,
        **{name: getattr(draft, name) for name in draft.__slots__},
    )


def _store(connection: sa.Connection, before: Conversation, after: Conversation) -> None:
    found = {"of": before.id, "as_of_epoch": before.epoch, "as_of_seq": before.last_seq}
    stored = connection.execute(_STORE, conversation_values(after) | found)
    if stored.rowcount != 1:
        raise EpochMoved("the conversation changed meanwhile: reload it")


def _insert_decision(
    connection: sa.Connection, conversation: Conversation, record: DecisionRecord, now: dt.datetime
) -> None:
    evidence = record.decision.evidence
    connection.execute(
        t.decisions.insert().values(
            conversation=conversation.id,
            seq=record.seq,
            case=conversation.case,
            at=now,
            kind=record.kind,
            rule=evidence.rule.value,
            reason=record.reason,
            score=evidence.score,
            threshold=evidence.threshold,
            words=to_json(evidence.words),
            intent=record.intent,
            confidence=record.confidence,
            ranking=to_json(record.ranking),
            entry=record.entry,
            flow=record.flow,
            further=to_json(record.further),
            anger=record.mood.anger,
            level=record.mood.level,
            human_request=record.mood.human_request,
            safety=record.mood.safety,
            release=evidence.release,
            model=evidence.model,
            took_ms=record.took_ms,
        )
    )


def join_queue(connection: sa.Connection, handoff: Handoff) -> Handoff:
    """Store a new handoff at its place; who came before a clock set back stays before it."""
    h = t.handoffs.c
    end = (
        sa.select(h.queued_at)
        .where(h.state == HandoffState.QUEUED.value)
        .order_by(h.order_at.desc(), h.id.desc())
        .limit(END_OF_QUEUE)
    )
    newest = max(connection.execute(end).scalars(), default=None)
    stands = joined(handoff, newest)
    connection.execute(t.handoffs.insert().values(**handoff_values(stands)))
    return stands


def end_handoff(connection: sa.Connection, handoff: str | None, now: dt.datetime) -> None:
    """Note that a handoff is over."""
    connection.execute(
        t.handoffs.update()
        .where(t.handoffs.c.id == handoff)
        .values(state=HandoffState.ENDED.value, ended_at=now)
    )
