"""Follow-ups that were sent, each once for its order, and who wants none."""

from __future__ import annotations

import datetime as dt
from functools import partial

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from router.domain.conversation import Status
from router.domain.follow_ups import FollowUpLimits, Reachable, may_write
from router.domain.message import Draft, Message, Sender, Visibility
from router.store import moves
from router.store import tables as t
from router.store.books import Read, Write
from router.store.care_tables import follow_up_stops, follow_ups
from router.store.moves import Changed
from router.store.rows import conversation_of, message_of


class FollowUpBook:
    """What the shop has written by itself, and to whom it may."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def reachable(self, after: str, quiet_since: dt.datetime, limit: int) -> list[Reachable]:
        """List conversations of known shoppers that are quiet, by id from one on."""
        found: list[Reachable] = await self._read(_reachable, after, quiet_since, limit)
        return found

    async def sent(self, shopper: str) -> set[tuple[str, str]]:
        """Give the plans a shopper was sent, with their orders."""
        found: set[tuple[str, str]] = await self._read(_sent, shopper)
        return found

    async def send(
        self,
        reached: Reachable,
        plan: str,
        order: str,
        draft: Draft,
        limits: FollowUpLimits,
        now: dt.datetime,
    ) -> Changed | None:
        """Send a plan for an order, once; None where it would disturb or the cap is reached."""
        name = reached.conversation.id
        work = partial(_send, name=name, plan=plan, order=order, draft=draft)
        return await self._write(name, partial(work, limits=limits, now=now))

    async def stop(self, conversation: str, draft: Draft, now: dt.datetime) -> Changed:
        """Note that a shopper wants no more, and say so; the bot owes them nothing besides."""
        return await self._write(
            conversation, partial(_stop, name=conversation, draft=draft, now=now)
        )

    async def last_of_shop(self, conversation: str, before: int) -> Message | None:
        """Give what the shop said last before a message of the shopper's."""
        found: Message | None = await self._read(_last_of_shop, conversation, before)
        return found


def _reachable(
    connection: sa.Connection, after: str, quiet_since: dt.datetime, limit: int
) -> list[Reachable]:
    c, m = t.conversations.c, t.messages.c
    spoke = (
        sa.select(sa.func.max(m.at))
        .where(m.conversation == c.id, m.sender == Sender.SHOPPER.value)
        .correlate(t.conversations)
        .scalar_subquery()
    )
    stopped = sa.exists().where(follow_up_stops.c.shopper == c.shopper)
    rows = connection.execute(
        sa.select(t.conversations, sa.type_coerce(spoke, m.at.type).label("spoke_at"))
        .where(
            c.id > after,
            ~c.anonymous,
            ~c.keeps_place,
            c.status.in_([Status.BOT.value, Status.RESOLVED.value]),
            c.updated_at <= quiet_since,
            ~stopped,
        )
        .order_by(c.id)
        .limit(limit)
    )
    return [Reachable(conversation_of(r), r.shopper, r.tier, r.spoke_at) for r in rows]


def _sent(connection: sa.Connection, shopper: str) -> set[tuple[str, str]]:
    rows = connection.execute(
        sa.select(follow_ups.c.plan, follow_ups.c.order).where(follow_ups.c.shopper == shopper)
    )
    return {(row.plan, row.order) for row in rows}


def _send(
    connection: sa.Connection,
    name: str,
    plan: str,
    order: str,
    draft: Draft,
    limits: FollowUpLimits,
    now: dt.datetime,
) -> Changed | None:
    # The lock on the conversation makes the count of its shopper's follow-ups hold.
    before = moves.load(connection, name)
    f = follow_ups.c
    since = now - dt.timedelta(days=limits.within_days)
    sent = connection.execute(
        sa.select(sa.func.count())
        .select_from(follow_ups)
        .where(f.shopper == before.shopper, f.sent_at > since)
    ).scalar_one()
    stopped = connection.execute(
        sa.select(follow_up_stops.c.at).where(follow_up_stops.c.shopper == before.shopper)
    ).first()
    if sent >= limits.most or stopped is not None or not may_write(before, limits, now):
        return None
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    claimed = connection.execute(
        insert(follow_ups)
        .values(plan=plan, order=order, shopper=before.shopper, conversation=name, sent_at=now)
        .on_conflict_do_nothing()
    )
    if claimed.rowcount != 1:
        return None
    return moves.append(connection, before, [draft], now)


def _stop(connection: sa.Connection, name: str, draft: Draft, now: dt.datetime) -> Changed:
    before = moves.load(connection, name)
    again = moves.sent_before(connection, before, draft)
    if again is not None:
        return again
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(
        insert(follow_up_stops).values(shopper=before.shopper, at=now).on_conflict_do_nothing()
    )
    moved = before.decided(before.shopper_seq) if before.status is Status.BOT else before
    return moves.append(connection, moved, [draft], now, before=before)


def _last_of_shop(connection: sa.Connection, name: str, before: int) -> Message | None:
    m = t.messages.c
    row = connection.execute(
        sa.select(t.messages)
        .where(
            m.conversation == name,
            m.seq < before,
            m.sender.in_([Sender.BOT.value, Sender.AGENT.value]),
            m.visibility == Visibility.EVERYONE.value,
        )
        .order_by(m.seq.desc())
        .limit(1)
    ).first()
    return message_of(row) if row is not None else None
