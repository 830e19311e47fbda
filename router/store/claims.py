"""Claims: a waiting conversation becomes one agent's, whoever else tries, on whichever node.

A claim is a conditional update of the handoff; one changed row wins. Room is counted under a
lock on the agent's attendance, so that two tabs, or a click and a deal, cannot overfill them.
Clicks lock conversation, attendance, handoff in this order; deals skip what is locked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from router.domain.assignment import ANGRY, AssignmentPolicy, Match
from router.domain.conversation import Conversation
from router.domain.errors import (
    AlreadyTaken,
    AtCapacity,
    IllegalMove,
    NotInTurn,
    OfferOver,
    Refusal,
)
from router.domain.handoff import Handoff, HandoffState
from router.domain.message import Draft
from router.domain.people import Staff
from router.store import moves
from router.store import tables as t
from router.store.moves import Changed
from router.store.queue_tables import attendance
from router.store.rows import conversation_of, message_values, to_json

h = t.handoffs.c
Greeting = Callable[[Conversation, Staff], Draft]
"""Gives what the shopper is told when an agent has the conversation."""

_MOVED = ("status", "agent", "epoch", "last_seq", "keeps_place", "updated_at")
_MOVE = (  # Built once: a queue is emptied by many at a time.
    t.conversations.update()
    .where(
        t.conversations.c.id == sa.bindparam("of"), t.conversations.c.epoch == sa.bindparam("under")
    )
    .values({name: sa.bindparam(f"new_{name}") for name in _MOVED})
)


def _assigned(now: dt.datetime | sa.BindParameter[dt.datetime]) -> dict[str, Any]:
    return {
        "state": HandoffState.ASSIGNED.value,
        "accepted_at": now,
        "offered_to": None,
        "offered_until": None,
    }


def _claim(pairs: sa.TableValuedAlias) -> sa.Update:
    """Make the claim of many: a table of handoffs and agents is its one parameter."""
    return (
        t.handoffs.update()
        .where(h.id == pairs.c.key, h.state == HandoffState.QUEUED.value)
        .values(**_assigned(sa.bindparam("now", type_=h.accepted_at.type)), agent=pairs.c.value)
        .returning(h.id)
    )


_AGENTS = sa.bindparam("agents", type_=sa.Text)
_CLAIM = _claim(sa.func.json_each(_AGENTS).table_valued("key", "value"))
_CLAIM_ON = {
    "postgresql": _claim(
        sa.func.json_each_text(sa.cast(_AGENTS, sa.JSON)).table_valued("key", "value")
    )
}


def accept(
    connection: sa.Connection,
    conversation_id: str,
    agent: Staff,
    draft: Draft,
    now: dt.datetime,
    policy: AssignmentPolicy,
) -> Changed:
    """Give a waiting conversation to the agent who clicks; of two who try, exactly one wins."""
    before = moves.load(connection, conversation_id)
    if before.agent == agent.id:
        return Changed(before, duplicate=True)
    moved = before.accept(agent.id, now)
    handoff = moves.handoff_by_id(connection, before.handoff)
    if handoff is None:
        raise IllegalMove("the conversation waits under no handoff")
    check(connection, handoff, agent, now, policy)
    if not take(connection, handoff, agent.id, now):
        raise AlreadyTaken("another agent has already accepted this conversation")
    changed = moves.append(connection, moved, [draft], now, before=before)
    return replace(changed, handoff=moves.handoff_by_id(connection, before.handoff))


def check(
    connection: sa.Connection,
    handoff: Handoff,
    agent: Staff,
    now: dt.datetime,
    policy: AssignmentPolicy,
) -> None:
    """Refuse a click on a handoff the agent may not have, or has no room for."""
    directed = handoff.wanted_until is not None and now < handoff.wanted_until
    if directed and handoff.wanted_agent != agent.id:
        raise OfferOver("这个会话指定给了另一位同事，请等对方接入或超时。")
    if not policy.pick and handoff.offered_to != agent.id:
        raise NotInTurn("现在按顺序接入，不能自选。请点“接入下一个”。")
    if not policy.pick and not offer_stands(handoff, now, policy):
        raise OfferOver("这个会话的接入时间已过，已转给下一位。")
    lock(connection, [agent.id])
    load = loads(connection, [agent.id]).get(agent.id, 0)
    if load >= agent.capacity:
        raise AtCapacity(f"你的接待量是 {load}，已达到上限 {agent.capacity}，请先结束一个。")


def offer_stands(handoff: Handoff, now: dt.datetime, policy: AssignmentPolicy) -> bool:
    """Tell whether an offer holds; one that would hold too long is of before a clock set back."""
    if handoff.offered_to is None or handoff.offered_until is None:
        return False
    left = handoff.offered_until - now
    return dt.timedelta(0) < left <= dt.timedelta(seconds=policy.offer_seconds)


def take(connection: sa.Connection, handoff: Handoff, agent: str, now: dt.datetime) -> bool:
    """Claim one handoff; False when another was first."""
    claimed = connection.execute(
        t.handoffs.update()
        .where(h.id == handoff.id, h.state == HandoffState.QUEUED.value)
        .values(**_assigned(now), agent=agent)
    )
    if claimed.rowcount != 1:
        return False
    _note_claims(connection, [(agent, handoff)], now)
    return True


def take_many(
    connection: sa.Connection, matches: Sequence[Match], greeting: Greeting, now: dt.datetime
) -> list[Changed]:
    """Claim several handoffs, each for its agent; those another was first with are left out."""
    wanted = {match.handoff.conversation: match for match in matches}
    moved = _moved(connection, wanted, now)
    won = _claimed(connection, [wanted[before.id] for before, _ in moved], now)
    changes = []
    for before, after in moved:
        match = wanted[before.id]
        if match.handoff.id not in won:
            continue
        spoken = after.appended(now, by_shopper=False)
        message = moves.stamped(greeting(before, match.agent), spoken, now)
        handoff = replace(
            match.handoff,
            state=HandoffState.ASSIGNED,
            agent=match.agent.id,
            accepted_at=now,
            offered_to=None,
            offered_until=None,
        )
        changes.append(Changed(spoken, (message,), handoff))
    if changes:
        _store(connection, changes)
        _note_claims(connection, [(c.conversation.agent or "", c.handoff) for c in changes], now)
    return changes


def loads(connection: sa.Connection, agents: Collection[str]) -> dict[str, int]:
    """Sum the weight each agent holds."""
    rows = connection.execute(
        sa.select(h.agent, sa.func.sum(h.weight))
        .where(h.agent.in_(agents), h.state == HandoffState.ASSIGNED.value)
        .group_by(h.agent)
    )
    return {agent: int(weight) for agent, weight in rows}


def lock(connection: sa.Connection, agents: Collection[str]) -> None:
    """Keep other claims for these agents waiting until the commit."""
    connection.execute(
        sa.select(attendance.c.staff)
        .where(attendance.c.staff.in_(agents))
        .order_by(attendance.c.staff)
        .with_for_update()
    )


def _moved(
    connection: sa.Connection, wanted: dict[str, Match], now: dt.datetime
) -> list[tuple[Conversation, Conversation]]:
    rows = connection.execute(
        sa.select(t.conversations)
        .where(t.conversations.c.id.in_(wanted))
        .with_for_update(skip_locked=True)
    )
    moved = []
    for before in map(conversation_of, rows):
        match = wanted[before.id]
        if before.handoff != match.handoff.id:
            continue
        try:
            moved.append((before, before.accept(match.agent.id, now)))
        except Refusal:
            continue
    return moved


def _claimed(connection: sa.Connection, matches: Sequence[Match], now: dt.datetime) -> set[str]:
    if not matches:
        return set()
    agents = {match.handoff.id: match.agent.id for match in matches}
    claim = _CLAIM_ON.get(connection.dialect.name, _CLAIM)
    rows = connection.execute(claim, {"agents": to_json(agents), "now": now})
    return set(rows.scalars())


def _store(connection: sa.Connection, changes: Sequence[Changed]) -> None:
    """Store conversations whose rows are locked, and their messages."""
    connection.execute(_MOVE, [_move(one.conversation) for one in changes])
    connection.execute(
        t.messages.insert(),
        [message_values(m, x.conversation.case) for x in changes for m in x.messages],
    )


def _move(conversation: Conversation) -> dict[str, Any]:
    values: dict[str, Any] = {f"new_{name}": getattr(conversation, name) for name in _MOVED}
    values["new_status"] = conversation.status.value
    return values | {"of": conversation.id, "under": conversation.epoch - 1}


def _note_claims(
    connection: sa.Connection, claims: Sequence[tuple[str, Handoff | None]], now: dt.datetime
) -> None:
    """Keep how many angry shoppers in a row each agent has had, and when the last one came."""
    streaks: dict[str, tuple[bool, int]] = {}
    for agent, handoff in claims:
        goes_on, count = streaks.get(agent, (True, 0))
        angry = handoff is not None and handoff.mood >= ANGRY
        streaks[agent] = (goes_on, count + 1) if angry else (False, 0)
    streak = attendance.c.angry_streak
    more = sa.bindparam("more", type_=sa.Integer)
    of = attendance.update().where(attendance.c.staff == sa.bindparam("of"))
    for on, now_is in ((True, streak + more), (False, more)):
        rows = [{"of": who, "more": n} for who, (goes_on, n) in streaks.items() if goes_on is on]
        if rows:
            connection.execute(of.values(angry_streak=now_is, last_at=now, missed_offers=0), rows)
