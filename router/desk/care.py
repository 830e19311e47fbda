"""Care beyond talking, put together: its desks, and what it does without anybody asking."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from router.desk.aftercare import AftercareDesk
from router.desk.deliveries import Deliveries
from router.desk.follow_ups import FollowUpDesk
from router.desk.grants import GrantDesk
from router.desk.promising import PromiseDesk
from router.desk.services import Services

log = structlog.get_logger(__name__)

EVERY_SECONDS = 1.0


class Care:
    """The desks of care, and the sweep that runs every second while the router does."""

    def __init__(self, services: Services) -> None:
        self.deliveries = Deliveries(services)
        self.grants = GrantDesk(services, self.deliveries)
        self.promises = PromiseDesk(services)
        self.aftercare = AftercareDesk(services)
        self.follow_ups = FollowUpDesk(services)
        self._steps: tuple[Callable[[], Awaitable[None]], ...] = (
            self.promises.sweep,
            self.aftercare.sweep,
            self.follow_ups.sweep,
        )
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sweep."""
        self._task = asyncio.create_task(self._run(), name="care-sweep")

    async def close(self) -> None:
        """Stop sweeping and delivering."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self.deliveries.close()

    async def once(self) -> None:
        """Do one round; one failed step is logged and holds up no other."""
        self.deliveries.wake()
        for step in self._steps:
            try:
                await step()
            except Exception:
                log.exception("a step of the sweep failed")

    async def _run(self) -> None:
        while True:
            await self.once()
            await asyncio.sleep(EVERY_SECONDS)
