"""Who is at the desk, over all nodes; several tabs of one agent count once."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from dataclasses import replace

import structlog

from router import hub, wire
from router.desk.services import Services
from router.domain.people import Presence, Staff
from router.domain.presence import Attendance, PresencePolicy, presence_of
from router.store import WriterClosed

log = structlog.get_logger(__name__)

SPARED = dt.timedelta(seconds=10)
"""Signs of life closer together than this are kept once."""


class PresenceBoard:
    """What is known of everybody at the desk; the store has it for the other nodes."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: dict[str, Attendance] = {}
        self._shown: dict[str, Presence] = {}
        self._sockets: Counter[str] = Counter()
        self._heard_at: dt.datetime | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    def of(self, staff: str) -> Presence:
        """Tell where a member of staff is."""
        known, now = self._known.get(staff), self._services.now()
        if known is not None and self._sockets[staff] > 0:
            known = replace(known, heard_at=now, gone_at=None)  # Here, whenever it was last kept.
        return presence_of(known, now, self._policy)

    async def came(self, me: Staff) -> None:
        """Note one more socket of a member of staff."""
        self._sockets[me.id] += 1
        if self._sockets[me.id] == 1:
            await self._services.store.queue.came(me.id, self._services.now())
            await self._again()

    def left(self, me: Staff) -> None:
        """Note one socket less; with the last one here they are gone, unless another node says.

        A task of its own keeps it: that of the socket may be cancelled as its line is cut.
        """
        self._sockets[me.id] -= 1
        if self._sockets[me.id] <= 0:
            del self._sockets[me.id]
            task = asyncio.create_task(self._gone(me), name=f"gone-{me.id}")
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _gone(self, me: Staff) -> None:
        try:
            # Whoever is back before this runs is not gone.
            if not self._sockets[me.id]:
                await self._services.store.queue.went(me.id, self._services.now())
            await self._again()
        except WriterClosed:
            log.info("closing, the grace period begins without a word", agent=me.id)

    async def said(self, me: Staff, presence: Presence) -> None:
        """Note what a member of staff says."""
        await self._services.store.queue.said(me.id, presence, self._services.now())
        # Said again it is told again: whoever asked learns that it was heard.
        self._shown.pop(me.id, None)
        await self._again()

    async def acted(self, me: Staff) -> None:
        """Note that a member of staff did something."""
        now, known = self._services.now(), self._known.get(me.id)
        missed = known is not None and known.missed_offers > 0
        if known is None or missed or _apart(now, known.active_at):
            await self._services.store.queue.acted(me.id, now)
            if known is not None:
                self._known[me.id] = replace(known, active_at=now, missed_offers=0)
            await self._again()

    async def refresh(self) -> None:
        """Say for the sockets here that they are open, read who is there, and tell what changed."""
        store, now = self._services.store.queue, self._services.now()
        if self._sockets and _apart(now, self._heard_at):
            await store.heard(tuple(self._sockets), now)
            self._heard_at = now
        self._known = await store.attendance()
        for staff in self._known.keys() | self._shown.keys():
            self._show(staff)

    @property
    def _policy(self) -> PresencePolicy:
        return self._services.rules().assignment.presence

    async def _again(self) -> None:
        await self.refresh()
        self._services.bell.ring()

    def _show(self, staff: str) -> None:
        presence = self.of(staff)
        if self._shown.get(staff, Presence.OFFLINE) is presence and staff in self._shown:
            return
        self._shown[staff] = presence
        self._services.hub.publish_here(wire.PresenceChanged(staff, presence), hub.DESK)


def _apart(now: dt.datetime, before: dt.datetime | None) -> bool:
    return before is None or abs(now - before) >= SPARED
