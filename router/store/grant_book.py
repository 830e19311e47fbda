"""The store's book of grants: every move after its commit, every read of what is committed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from router.domain.authority import Charge, Grant, GrantFilter, TrailLine
from router.store import grants
from router.store.books import Read, Write
from router.store.grants import Granted, Ledger

KEY = "~grants"
"""Sorts after every conversation: grants are the last of a batch to take locks."""


class GrantBook:
    """Grants, their budgets and their trail."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def ask(self, grant: Grant, charges: Sequence[Charge]) -> Granted:
        """Grant within every budget, or keep as a request for a supervisor; once a client id."""
        return await self._write(KEY, partial(grants.ask, grant=grant, charges=charges))

    async def decide(
        self,
        grant: str,
        by: str,
        *,
        approve: bool,
        charges: Sequence[Charge],
        note: str,
        now: dt.datetime,
    ) -> Granted:
        """Approve or decline a request; AlreadyDecided for whoever comes second."""
        work = partial(
            grants.decide, grant_id=grant, by=by, approve=approve, charges=charges, note=note
        )
        return await self._write(KEY, partial(work, now=now))

    async def reverse(self, grant: str, by: str, why: str, now: dt.datetime) -> Granted:
        """Take back what has not reached the shopper."""
        work = partial(grants.reverse, grant_id=grant, by=by, why=why, now=now)
        return await self._write(KEY, work)

    async def retry(self, grant: str, by: str, now: dt.datetime) -> Granted:
        """Send a failed grant once more."""
        return await self._write(KEY, partial(grants.retry, grant_id=grant, by=by, now=now))

    async def is_due(self, now: dt.datetime) -> bool:
        """Tell whether a grant waits for the shop's system; only read, so cheap to ask often."""
        due: bool = await self._read(grants.is_due, now)
        return due

    async def claim_due(self, now: dt.datetime, limit: int = 20) -> list[Grant]:
        """Take grants that wait for the shop's system."""
        return await self._write(KEY, partial(grants.claim_due, now=now, limit=limit))

    async def delivered(self, grant: Grant, receipt: str, now: dt.datetime) -> Granted:
        """Note that the shop's system has carried a grant out."""
        work = partial(grants.delivered, grant=grant, receipt=receipt, now=now)
        return await self._write(KEY, work)

    async def undelivered(
        self, grant: Grant, error: str, now: dt.datetime, *, final: bool
    ) -> Granted:
        """Note a failed delivery, to be tried again or for good."""
        work = partial(grants.undelivered, grant=grant, error=error, now=now, final=final)
        return await self._write(KEY, work)

    async def get(self, grant: str) -> Grant:
        """Give one grant."""
        found: Grant = await self._read(grants.get, grant)
        return found

    async def of_conversation(self, conversation: str) -> list[Grant]:
        """List the grants of a conversation, oldest first."""
        found: list[Grant] = await self._read(grants.of_conversation, conversation)
        return found

    async def awaiting(self) -> list[Grant]:
        """List what a supervisor has to look at."""
        found: list[Grant] = await self._read(grants.awaiting)
        return found

    async def audited(
        self, wanted: GrantFilter, limit: int = 1_000
    ) -> list[tuple[Grant, str | None]]:
        """List grants with their shoppers' names, newest first."""
        found: list[tuple[Grant, str | None]] = await self._read(grants.audited, wanted, limit)
        return found

    async def spent(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Give what budgets have given, by scope and period."""
        found: dict[tuple[str, str], int] = await self._read(grants.spent, keys)
        return found

    async def spent_in(self, period: str) -> list[tuple[str, int]]:
        """List the budgets of a period with what each has given."""
        found: list[tuple[str, int]] = await self._read(grants.spent_in, period)
        return found

    async def ledger(self) -> list[Ledger]:
        """Give every budget beside what the grants in force have drawn on it."""
        found: list[Ledger] = await self._read(grants.ledger)
        return found

    async def trail(self, grant: str) -> list[TrailLine]:
        """Give the audit trail of a grant."""
        found: list[TrailLine] = await self._read(grants.trail, grant)
        return found
