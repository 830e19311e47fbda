"""The truth: conversations, messages, decisions, handoffs, staff. Rows never leave this package."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa

from knowledge_base.database import Database
from knowledge_base.misses import Miss
from knowledge_base.store import insert_miss
from router.domain.aftercare import Task
from router.domain.assignment import AssignmentPolicy
from router.domain.cases import NOT_SAID, Closing
from router.domain.conversation import Context, Conversation
from router.domain.handoff import Handoff, HandoffState
from router.domain.message import Draft, Image, Message
from router.domain.people import Shopper, Staff
from router.domain.priority import PriorityPolicy
from router.domain.promises import Promise
from router.domain.sla import Clock, Timing
from router.store import callbacks, claims, clocks, moves, promises, quotes, reads, staff, tickets
from router.store.aftercare import AftercareBook
from router.store.callbacks import Callback, CallMade, OpenCallback
from router.store.canned import CannedBook
from router.store.case_reads import Standing
from router.store.cases import CaseStore
from router.store.clocks import Breach
from router.store.follow_ups import FollowUpBook
from router.store.grant_book import GrantBook
from router.store.grants import Granted, Ledger
from router.store.moves import Changed, DecisionRecord, Settlement
from router.store.promises import PromiseBook, Promised, PromiseMoved
from router.store.queue import Dealt, Line
from router.store.queue_book import QueueBook
from router.store.quotes import Quote
from router.store.reads import Crowd, DecisionLine, Listed, PendingTurn, Returned, Thread
from router.store.staff import Credentials
from router.store.writer import Overloaded, Writer, WriterClosed

T = TypeVar("T")

ALWAYS_OPEN = Timing()
ANY_MAY = AssignmentPolicy()


def nothing_promised(_message: Message, _case: int) -> tuple[Promise, ...]:
    """Read no promise in a message."""
    return ()


__all__ = [
    "Breach",
    "CallMade",
    "Callback",
    "Changed",
    "Credentials",
    "Crowd",
    "Dealt",
    "DecisionLine",
    "DecisionRecord",
    "Granted",
    "Ledger",
    "Line",
    "Listed",
    "OpenCallback",
    "Overloaded",
    "PendingTurn",
    "PromiseMoved",
    "Promised",
    "Quote",
    "Returned",
    "Settlement",
    "Standing",
    "Store",
    "Thread",
    "WriterClosed",
    "nothing_promised",
]


class Store:
    """Moves go through the writer and return after their commit; reads see what is committed."""

    def __init__(
        self, database: Database, timing: Callable[[], Timing] = lambda: ALWAYS_OPEN
    ) -> None:
        self.database = database
        self._timing = timing
        self._writer = Writer(database)
        self.grants = GrantBook(self._write, self._read)
        self.cases = CaseStore(self._write, self._read)
        self.canned = CannedBook(self._write, self._read)
        self.queue = QueueBook(self._write, self._read)
        self.aftercare = AftercareBook(self._write, self._read)
        self.follow_ups = FollowUpBook(self._write, self._read)
        self.promises = PromiseBook(self._write, self._read)

    async def open(self) -> None:
        """Begin to take writes; the database is migrated already."""
        self._writer.start()

    async def close(self) -> None:
        """Finish the writes that wait; the database stays open."""
        await self._writer.close()

    async def _write(self, key: str, work: Callable[[sa.Connection], T]) -> T:
        return await self._writer.submit(key, partial(self._in_time, work))

    def _in_time(self, work: Callable[[sa.Connection], T], connection: sa.Connection) -> T:
        """Make a move and bring the clocks of its case in step with it, as one."""
        made = work(connection)
        clocks.follow(connection, _changes(made), self._timing())
        return made

    async def _read(self, work: Callable[..., T], *args: Any, **named: Any) -> T:
        async with self.database.reading() as connection:
            return await connection.run_sync(partial(work, **named), *args)

    async def _append_once(self, conversation: str, draft: Draft, now: dt.datetime) -> Changed:
        return await self._write(
            conversation, lambda c: moves.append_once(c, conversation, draft, now)
        )

    # --- moves -------------------------------------------------------------------------------

    async def open_conversation(
        self, shopper: Shopper, new_id: str, context: Context, now: dt.datetime
    ) -> Conversation:
        """Give the shopper's conversation, opening it at the first hello."""
        return await self._write(
            shopper.id, lambda c: moves.open_conversation(c, shopper, new_id, context, now)
        )

    async def receive(self, conversation: str, draft: Draft, now: dt.datetime) -> Changed:
        """Append a shopper's message once, however often it is sent."""
        return await self._append_once(conversation, draft, now)

    async def settle(
        self,
        conversation: str,
        epoch: int,
        settlement: Settlement,
        now: dt.datetime,
        promised: Promised = nothing_promised,
    ) -> Changed:
        """Store a decided turn; EpochMoved when the owner changed since it was read."""
        return await self._write(
            conversation,
            lambda c: promises.made(
                c, moves.settle(c, conversation, epoch, settlement, now), promised
            ),
        )

    async def accept(
        self,
        conversation: str,
        agent: Staff,
        draft: Draft,
        now: dt.datetime,
        policy: AssignmentPolicy = ANY_MAY,
    ) -> Changed:
        """Give a waiting conversation to one agent; AlreadyTaken for whoever came second."""
        return await self._write(
            conversation, lambda c: claims.accept(c, conversation, agent, draft, now, policy)
        )

    async def agent_says(
        self,
        conversation: str,
        agent: Staff,
        draft: Draft,
        epoch: int,
        now: dt.datetime,
        promised: Promised = nothing_promised,
    ) -> Changed:
        """Append the reply of the agent who has the conversation, with what it promises."""
        return await self._write(
            conversation,
            lambda c: promises.made(
                c, moves.agent_says(c, conversation, agent, draft, epoch, now), promised
            ),
        )

    async def say(self, conversation: str, draft: Draft, now: dt.datetime) -> Changed:
        """Append what the shop says by itself, once for its client id."""
        return await self._append_once(conversation, draft, now)

    async def note(
        self,
        conversation: str,
        draft: Draft,
        now: dt.datetime,
        promised: Promised = nothing_promised,
    ) -> Changed:
        """Append a note that only staff read, and keep what it is told to promise."""
        return await self._write(
            conversation,
            lambda c: promises.made(c, moves.append_once(c, conversation, draft, now), promised),
        )

    async def end_care(
        self,
        conversation: str,
        agent: Staff,
        *,
        resolve: bool,
        drafts: Sequence[Draft],
        now: dt.datetime,
        closing: Closing = NOT_SAID,
    ) -> Changed:
        """Resolve the case, or return the conversation to the bot."""
        return await self._write(
            conversation,
            lambda c: moves.end_care(
                c, conversation, agent, resolve=resolve, drafts=drafts, now=now, closing=closing
            ),
        )

    async def transfer(
        self,
        conversation: str,
        agent: Staff,
        following: Handoff,
        drafts: Sequence[Draft],
        now: dt.datetime,
    ) -> Changed:
        """Give the conversation back to the queue."""
        return await self._write(
            conversation, lambda c: moves.transfer(c, conversation, agent, following, drafts, now)
        )

    async def move_in_queue(
        self, conversation: str, *, with_bot: bool, now: dt.datetime
    ) -> Changed:
        """Let a waiting shopper go on with the bot, or come back to just waiting."""
        return await self._write(
            conversation,
            lambda c: moves.move_in_queue(c, conversation, with_bot=with_bot, now=now),
        )

    async def vote(self, conversation: str, seq: int, helpful: bool, miss: Miss | None) -> Message:
        """Keep the shopper's vote on a bot answer."""
        return await self._write(
            conversation, lambda c: moves.vote(c, conversation, seq, helpful, miss)
        )

    async def rate(
        self,
        conversation: str,
        score: int,
        comment: str,
        now: dt.datetime,
        *,
        reasons: Sequence[str] = (),
        task: str | None = None,
    ) -> tuple[Changed, Task | None]:
        """Keep the rating of the case that was asked about, once, and open the task it leads to."""
        work = partial(moves.rate, reasons=reasons, task=task)
        return await self._write(conversation, lambda c: work(c, conversation, score, comment, now))

    async def leave(
        self,
        conversation: str,
        drafts: Sequence[Draft],
        due: dict[str, dt.datetime],
        callback: Callback | None,
        now: dt.datetime,
    ) -> Changed:
        """Take what a shopper leaves instead of waiting on the line."""
        return await self._write(
            conversation, lambda c: tickets.leave(c, conversation, drafts, due, callback, now)
        )

    async def called_back(
        self, conversation: str, case: int, call: CallMade, draft: Draft
    ) -> Changed:
        """Note that somebody has called a shopper back."""
        return await self._write(
            conversation, lambda c: callbacks.done(c, conversation, case, call, draft)
        )

    async def open_callbacks(self) -> list[OpenCallback]:
        """List the numbers nobody has called yet."""
        return await self._read(callbacks.still_open)

    async def begin_shift(
        self, conversation: str, drafts: Sequence[Draft], now: dt.datetime
    ) -> Changed:
        """Take a ticket into the queue; IllegalMove when another node has."""
        return await self._write(
            conversation, lambda c: tickets.begin_shift(c, conversation, drafts, now)
        )

    async def end_shift(
        self, conversation: str, drafts: Sequence[Draft], now: dt.datetime
    ) -> Changed:
        """Leave a waiting conversation to the next shift."""
        return await self._write(
            conversation, lambda c: tickets.end_shift(c, conversation, drafts, now)
        )

    async def note_clocks(
        self, policy: PriorityPolicy, now: dt.datetime
    ) -> tuple[list[Clock], list[Clock]]:
        """Note what warns and what is late; give what no other node had noted before."""
        if not await self._read(clocks.due, now):
            return [], []
        return await self._write("clocks", lambda c: clocks.noted(c, policy, now))

    async def quote(self, told: Mapping[str, Quote]) -> None:
        """Keep the waits shoppers are told, by conversation."""
        await self._write("quotes", lambda c: quotes.keep(c, told))

    async def keep_miss(self, miss: Miss) -> None:
        """Keep a miss that no other move carries."""
        await self._write(miss.conversation, lambda c: insert_miss(c, miss))

    # --- reads -------------------------------------------------------------------------------

    async def thread(self, conversation: str) -> Thread:
        """Give a conversation and its shopper."""
        return await self._read(reads.thread, conversation)

    async def messages_after(
        self, conversation: str, after: int, *, staff: bool, limit: int | None = None
    ) -> list[Message]:
        """Give the messages after a seq, all or the first few, in order; notes only for staff."""
        return await self._read(reads.messages_after, conversation, after, staff=staff, limit=limit)

    async def message(self, conversation: str, seq: int) -> Message | None:
        """Give one message."""
        return await self._read(reads.message, conversation, seq)

    async def said(self, conversation: str, client_id: str) -> bool:
        """Tell whether a message of this client id is in the conversation."""
        return await self._read(reads.said, conversation, client_id)

    async def pending_turn(self, conversation: str) -> PendingTurn | None:
        """Give the turn the bot owes a decision for, if there is one."""
        return await self._read(reads.pending_turn, conversation)

    async def unanswered(self) -> list[str]:
        """Name the conversations the bot owes an answer."""
        return await self._read(reads.unanswered)

    async def waiting(
        self, state: HandoffState = HandoffState.QUEUED, after: Handoff | None = None
    ) -> list[Handoff]:
        """Give a page of what waits for an agent, or for the next shift, in its order."""
        return await self._read(reads.waiting, state, after)

    async def crowd(self, state: HandoffState) -> Crowd:
        """Count what waits for an agent, or for the next shift."""
        return await self._read(reads.crowd, state)

    async def queued(self) -> list[Listed]:
        """List what waits for an agent."""
        return await self._read(reads.queued)

    async def held_by(self, agent: str) -> list[Listed]:
        """List the conversations of an agent."""
        return await self._read(reads.held_by, agent)

    async def invited(self, staff: str) -> list[Listed]:
        """List the conversations a colleague was invited to read along in."""
        return await self._read(reads.invited, staff)

    async def loads(self) -> dict[str, int]:
        """Count the conversations each agent holds."""
        return await self._read(reads.loads)

    async def held(self) -> list[Listed]:
        """List the conversations agents hold."""
        return await self._read(reads.held)

    async def with_bot(self, since: dt.datetime, limit: int = 100) -> list[Listed]:
        """List the conversations the bot answers and that moved since a moment, newest first."""
        return await self._read(reads.with_bot, since, limit)

    async def resolved(self, before: dt.datetime | None, limit: int = 50) -> list[Listed]:
        """List resolved conversations, newest first."""
        return await self._read(reads.resolved, before, limit)

    async def listed(self, conversation: str) -> Listed:
        """List one conversation."""
        return await self._read(reads.listed, conversation)

    async def decisions(self, conversation: str, case: int | None = None) -> list[DecisionLine]:
        """Give the decisions of a conversation, or of one case of it."""
        return await self._read(reads.decisions, conversation, case)

    async def misses_of(self, conversation: str) -> int:
        """Count the misses a conversation gave."""
        return await self._read(reads.misses_of, conversation)

    async def clocks_of(self, conversations: Sequence[str]) -> dict[str, list[Clock]]:
        """Give the clocks that have not stopped, by conversation."""
        return await self._read(clocks.running, conversations)

    async def breaches(self, since: dt.datetime, limit: int = 200) -> list[Breach]:
        """Give the newest breaches since a moment."""
        return await self._read(clocks.recent_breaches, since, limit)

    async def answered_quotes(self, since: dt.datetime, limit: int) -> list[Quote]:
        """Give the newest quotes of who has been answered since a moment."""
        return await self._read(quotes.answered, since, limit)

    async def service_times(self, since: dt.datetime, limit: int) -> list[float]:
        """Give how many seconds agents took for the newest cases since a moment."""
        return await self._read(quotes.service_times, since, limit)

    # --- staff and uploads -------------------------------------------------------------------

    async def add_staff(self, member: Staff, password_hash: str) -> None:
        """Add a member of staff; LoginTaken when the login is."""
        await self._write("staff", lambda c: staff.add(c, member, password_hash))

    async def set_password(self, login: str, password_hash: str) -> None:
        """Set a new password and end every session of that member."""
        await self._write("staff", lambda c: staff.set_password(c, login, password_hash))

    async def set_work(self, member: Staff) -> None:
        """Set what a member of staff can do, and how much of it at once."""
        await self._write("staff", lambda c: staff.set_work(c, member))

    async def list_staff(self) -> list[Staff]:
        """List the staff."""
        return await self._read(staff.everyone)

    async def credentials(self, login: str) -> Credentials | None:
        """Give who has a login, with the hash of the password."""
        return await self._read(staff.credentials, login)

    async def open_session(
        self, token_hash: str, member: str, now: dt.datetime, expires_at: dt.datetime
    ) -> None:
        """Keep a new session of a member of staff."""
        await self._write(
            "staff", lambda c: staff.open_session(c, token_hash, member, now, expires_at)
        )

    async def session(self, token_hash: str, now: dt.datetime) -> Staff | None:
        """Give whose session this is, if it still holds."""
        return await self._read(staff.session, token_hash, now)

    async def revoke(self, token_hash: str, now: dt.datetime) -> None:
        """End a session."""
        await self._write("staff", lambda c: staff.revoke(c, token_hash, now))

    async def add_upload(self, image: Image, shopper: str, now: dt.datetime) -> None:
        """Keep the facts of an accepted image."""
        await self._write(shopper, lambda c: staff.add_upload(c, image, shopper, now))

    async def upload(self, upload: str, shopper: str | None = None) -> Image | None:
        """Give an accepted image, of anybody or of one shopper only."""
        return await self._read(staff.upload, upload, shopper)


def _changes(made: object) -> Sequence[Changed]:
    """Give the moves of conversations in what a write has made."""
    match made:
        case Changed():
            return (made,)
        case Dealt(claimed=claimed):
            return claimed
        case list():
            return [one for one in made if isinstance(one, Changed)]
        case _:
            return ()
