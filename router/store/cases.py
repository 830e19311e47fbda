"""Working a case in the store: endings that wait, holds with reminders, what cases came to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import sqlalchemy as sa

from router.domain.cases import (
    AlreadyParting,
    Answer,
    Case,
    Correction,
    Ending,
    Hold,
    NotThere,
    Participant,
    Parting,
    Sent,
    TooLate,
)
from router.domain.conversation import Conversation, Status
from router.domain.errors import IllegalMove
from router.domain.handoff import Handoff, HandoffState
from router.domain.message import Draft
from router.domain.people import Staff
from router.store import case_rows, claims, moves
from router.store import case_tables as ct
from router.store import tables as t
from router.store.books import Read, Write
from router.store.case_rows import (
    case_of,
    hold_of,
    participant_of,
    parting_of,
    parting_values,
    sent_of,
)
from router.store.moves import Changed
from router.store.rows import handoff_values

HELD = (Status.ACTIVE.value, Status.ON_HOLD.value)


@dataclass(frozen=True, slots=True)
class Standing:
    """What waits in a conversation under its present epoch."""

    parting: Parting | None = None
    hold: Hold | None = None
    participants: tuple[Participant, ...] = ()


NOTHING = Standing()


class CaseStore:
    """The part of the store about working cases; moves go through the same writer."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def part(self, parting: Parting) -> Parting:
        """Keep an ending until it takes effect; asking for the same again changes nothing."""
        return await self._write(parting.conversation, lambda c: part(c, parting))

    async def take_back(self, conversation: str, agent: str) -> Parting:
        """Take an agent's waiting ending back; TooLate when there is none any more."""
        return await self._write(conversation, lambda c: take_back(c, conversation, agent))

    async def bow_to_shopper(self, conversation: str) -> bool:
        """Take a waiting resolve or return back because the shopper is busy writing."""
        if (await self.standing([conversation])).get(conversation, NOTHING).parting is None:
            return False
        return await self._write(
            conversation, lambda c: case_rows.bow_to_shopper(c, moves.load(c, conversation))
        )

    async def due_partings(self, now: dt.datetime) -> list[Parting]:
        """List the endings that take effect now."""
        due: list[Parting] = await self._read(due_partings, now)
        return due

    async def settle(
        self,
        parting: Parting,
        agent: Staff,
        drafts: Sequence[Draft],
        following: Handoff | None,
        now: dt.datetime,
        sent: Sent | None = None,
    ) -> Changed | None:
        """Let an ending take effect, once; None when it was taken back or overtaken."""
        return await self._write(
            parting.conversation, lambda c: settle(c, parting, agent, drafts, following, now, sent)
        )

    async def sent(self, conversation: str) -> Sent | None:
        """Give how a conversation was sent to the colleague who has not answered, if it was."""
        found: Sent | None = await self._read(sent, conversation)
        return found

    async def note_accepted(self, handoff: str, by: str, now: dt.datetime) -> Sent | None:
        """Note that a colleague took what was sent to them; None when it was not, or is noted."""
        return await self._write(handoff, lambda c: note_accepted(c, handoff, by, now))

    async def unanswered(self, now: dt.datetime) -> list[Sent]:
        """List what was sent to colleagues who have not answered in time."""
        found: list[Sent] = await self._read(unanswered, now)
        return found

    async def give_back(
        self,
        one: Sent,
        answer: Answer,
        sender: Staff | None,
        drafts: Sequence[Draft],
        now: dt.datetime,
    ) -> Changed | None:
        """Give what nobody took back to its sender, or to the queue when they are gone."""
        return await self._write(
            one.conversation, lambda c: give_back(c, one, answer, sender, drafts, now)
        )

    async def take_over(self, handoff: Handoff, supervisor: Staff, draft: Draft) -> Changed:
        """Give a conversation from its agent, or from the bot, to a supervisor.

        `handoff` is what it comes under if the bot has it.
        """
        return await self._write(
            handoff.conversation, lambda c: take_over(c, handoff, supervisor, draft)
        )

    async def invite(self, participant: Participant, limit: int) -> Conversation:
        """Let a colleague read along, or change whether they may speak."""
        return await self._write(participant.conversation, lambda c: invite(c, participant, limit))

    async def uninvite(self, conversation: str, staff: str, by: str) -> Conversation:
        """Let a colleague leave, by themselves or because the owner removes them."""
        return await self._write(conversation, lambda c: uninvite(c, conversation, staff, by))

    async def hold(self, hold: Hold, drafts: Sequence[Draft]) -> Changed:
        """Put a conversation on hold until its agent is reminded."""
        return await self._write(hold.conversation, lambda c: put_on_hold(c, hold, drafts))

    async def take_up(self, conversation: str, agent: str, now: dt.datetime) -> Changed:
        """Take a conversation up again from hold."""
        return await self._write(conversation, lambda c: take_up(c, conversation, agent, now))

    async def remind(self, now: dt.datetime) -> list[Hold]:
        """Give the holds whose time has come, each once."""
        due = await self._read(holds_due, now)
        told = []
        for one in due:
            if await self._write(one.conversation, partial(reminded, hold=one)):
                told.append(one)
        return told

    async def standing(self, conversations: Iterable[str]) -> dict[str, Standing]:
        """Give what waits in each of some conversations."""
        found: dict[str, Standing] = await self._read(standing, list(conversations))
        return found

    async def correct(self, correction: Correction) -> None:
        """Keep what an agent says instead of a line of the brief."""
        await self._write(correction.conversation, lambda c: correct(c, correction))

    async def corrections(self, conversation: str, case: int) -> list[Correction]:
        """List what agents have put right in the brief of a case, in order."""
        found: list[Correction] = await self._read(corrections, conversation, case)
        return found

    async def earlier(self, conversation: str) -> list[Case]:
        """List a conversation's resolved cases, oldest first."""
        found: list[Case] = await self._read(earlier, conversation)
        return found


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


def put_on_hold(connection: sa.Connection, hold: Hold, drafts: Sequence[Draft]) -> Changed:
    """Put a conversation on hold under its present epoch."""
    before = moves.load(connection, hold.conversation)
    moved = before.hold(hold.agent, hold.since)
    connection.execute(ct.holds.delete().where(ct.holds.c.conversation == hold.conversation))
    values = {name: getattr(hold, name) for name in hold.__slots__} | {"epoch": before.epoch}
    connection.execute(ct.holds.insert().values(**values))
    return moves.append(connection, moved, drafts, hold.since, before=before)


def take_up(
    connection: sa.Connection, conversation_id: str, agent: str, now: dt.datetime
) -> Changed:
    """Take a conversation up again from hold."""
    before = moves.load(connection, conversation_id)
    return moves.append(connection, before.take_up(agent, now), (), now, before=before)


def holds_due(connection: sa.Connection, now: dt.datetime) -> list[Hold]:
    """List the holds that still stand and whose agent is to be reminded."""
    h, c = ct.holds.c, t.conversations.c
    rows = connection.execute(
        sa.select(ct.holds)
        .join(t.conversations, sa.and_(c.id == h.conversation, c.epoch == h.epoch))
        .where(~h.reminded, h.until <= now, c.status == Status.ON_HOLD.value)
        .order_by(h.until)
    )
    return [hold_of(row) for row in rows]


def reminded(connection: sa.Connection, hold: Hold) -> bool:
    """Note that a hold's agent is reminded; True for the one who noted it."""
    h = ct.holds.c
    noted = connection.execute(
        ct.holds.update()
        .where(h.conversation == hold.conversation, h.since == hold.since, ~h.reminded)
        .values(reminded=True)
    )
    return noted.rowcount == 1


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


def correct(connection: sa.Connection, correction: Correction) -> None:
    """Keep a correction; nothing is overwritten."""
    values = {name: getattr(correction, name) for name in correction.__slots__}
    connection.execute(ct.brief_corrections.insert().values(**values))


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


def _parting(connection: sa.Connection, conversation: Conversation) -> Parting | None:
    p = ct.partings.c
    row = connection.execute(
        sa.select(ct.partings).where(
            p.conversation == conversation.id, p.epoch == conversation.epoch
        )
    ).first()
    return parting_of(row) if row is not None else None
