"""The store's book of the queue: deals, offers, claims and who is at the desk."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Collection, Sequence
from functools import partial

from router.domain.assignment import AssignmentPolicy, Candidate
from router.domain.handoff import Handoff
from router.domain.message import Draft
from router.domain.people import Presence
from router.domain.presence import Attendance
from router.store import attendance, queue
from router.store.books import Read, Write
from router.store.claims import Greeting
from router.store.moves import Changed
from router.store.queue import Dealt, Line

KEY = "~queue"
"""Sorts after every conversation: deals are among the last of a batch to take locks."""


class QueueBook:
    """The queue and the attendance; agents who ask for the next at once share one claim."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read
        self._asking: dict[str, asyncio.Future[Changed | None]] = {}
        self._taking: asyncio.Task[None] | None = None

    async def deal(self, policy: AssignmentPolicy, greeting: Greeting, now: dt.datetime) -> Dealt:
        """Offer, or give, what waits to whoever is free and fits; end offers that ran out."""
        return await self._write(
            KEY, partial(queue.deal, policy=policy, greeting=greeting, now=now)
        )

    async def take_next(
        self, agent: str, policy: AssignmentPolicy, greeting: Greeting, now: dt.datetime
    ) -> Changed | None:
        """Give an agent the next that is theirs by the order; None when nothing is."""
        if agent not in self._asking:
            self._asking[agent] = asyncio.get_running_loop().create_future()
        asked = self._asking[agent]
        if self._taking is None or self._taking.done():
            self._taking = asyncio.create_task(self._take(policy, greeting, now))
        return await asyncio.shield(asked)

    async def _take(self, policy: AssignmentPolicy, greeting: Greeting, now: dt.datetime) -> None:
        while self._asking:
            asking, self._asking = self._asking, {}
            work = partial(
                queue.take_next,
                agents=tuple(asking),
                policy=policy,
                greeting=greeting,
                now=now,
            )
            try:
                taken = {c.conversation.agent: c for c in await self._write(KEY, work)}
            except Exception as error:  # Each of those who ask learns it.
                for asked in asking.values():
                    asked.set_exception(error)
                continue
            for agent, asked in asking.items():
                asked.set_result(taken.get(agent))

    async def decline(self, conversation: str, agent: str, now: dt.datetime) -> Handoff:
        """Let an offer pass; OfferOver when it is not the agent's any more."""
        work = partial(queue.decline, conversation=conversation, agent=agent, now=now)
        return await self._write(KEY, work)

    async def return_lost(
        self,
        following: Handoff,
        drafts: Sequence[Draft],
        policy: AssignmentPolicy,
        now: dt.datetime,
    ) -> Changed | None:
        """Queue a conversation again whose agent is gone; None when they are back."""
        work = partial(
            queue.return_lost, following=following, drafts=drafts, policy=policy, now=now
        )
        return await self._write(following.conversation, work)

    async def lost(self, policy: AssignmentPolicy, now: dt.datetime) -> list[str]:
        """Name conversations whose agent is gone for longer than the grace period."""
        found: list[str] = await self._read(queue.lost, policy, now)
        return found

    async def line(self, limit: int) -> Line:
        """Give the first of the queue, in order, and how many wait in all."""
        found: Line = await self._read(queue.line, limit)
        return found

    async def ahead_of(self, handoff: Handoff) -> int:
        """Count who stands before a handoff, whether it is stored already or not."""
        found: int = await self._read(queue.ahead_of, handoff)
        return found

    async def offered(self, agent: str) -> list[Handoff]:
        """Give what is offered to an agent."""
        found: list[Handoff] = await self._read(queue.offered, agent)
        return found

    async def standings(self, policy: AssignmentPolicy, now: dt.datetime) -> list[Candidate]:
        """Give how every agent stands."""
        found: list[Candidate] = await self._read(queue.standings, policy, now)
        return found

    async def last_agent(self, conversation: str, since: dt.datetime) -> str | None:
        """Name who had the conversation last, if that is not too long ago."""
        found: str | None = await self._read(queue.last_agent, conversation, since)
        return found

    # --- attendance ----------------------------------------------------------------------------

    async def came(self, staff: str, now: dt.datetime) -> None:
        """Note that an agent opened the desk."""
        await self._write(KEY, partial(attendance.came, staff=staff, now=now))

    async def went(self, staff: str, now: dt.datetime) -> None:
        """Note that an agent's last socket of this node is closed."""
        await self._write(KEY, partial(attendance.went, staff=staff, now=now))

    async def said(self, staff: str, presence: Presence, now: dt.datetime) -> None:
        """Note what an agent says."""
        work = partial(attendance.said, staff=staff, presence=presence, now=now)
        await self._write(KEY, work)

    async def acted(self, staff: str, now: dt.datetime) -> None:
        """Note that an agent did something."""
        await self._write(KEY, partial(attendance.acted, staff=staff, now=now))

    async def heard(self, staff: Collection[str], now: dt.datetime) -> None:
        """Note that the sockets of these agents are open."""
        if staff:
            await self._write(KEY, partial(attendance.heard, staff=tuple(staff), now=now))

    async def attendance(self) -> dict[str, Attendance]:
        """Give what is known of everybody who was ever at the desk."""
        found: dict[str, Attendance] = await self._read(attendance.everyone)
        return found
