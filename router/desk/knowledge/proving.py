"""Proves misses again behind an editor's back, so that a roll back shows what it took back."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from knowledge_base.runs_store import RunsStore
from router.desk.inbox import Inbox, asking
from router.desk.services import Services

log = structlog.get_logger(__name__)

PATIENCE = 120.0
"""Seconds a wanted model has to come up before misses are asked of whatever serves."""
LOOK = 0.5


class Prover:
    """Runs one proof at a time; one that is asked for meanwhile follows it."""

    def __init__(self, services: Services, inbox: Inbox, runs: RunsStore) -> None:
        self._services = services
        self._inbox = inbox
        self._runs = runs
        self._wanted: tuple[str, str | None] | None = None
        self._task: asyncio.Task[None] | None = None

    def soon(self, author: str, model: str | None) -> None:
        """Prove all misses, as soon as a model serves if one is given."""
        self._wanted = author, model
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="prove-misses")

    async def idle(self) -> None:
        """Wait until nothing is being proven."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def close(self) -> None:
        """Stop; what is not proven is proven by the next run."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _work(self) -> None:
        while self._wanted is not None:
            (author, model), self._wanted = self._wanted, None
            try:
                if model is not None:
                    await self._serves(model)
                await self._prove(author)
            except Exception:
                log.exception("misses could not be proven, the next run will")

    async def _serves(self, model: str) -> None:
        """Wait until a model serves, cannot, is wanted no more, or nobody keeps the bots."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE
        while loop.time() < until:
            serving = await self._runs.serving()
            if serving.live == model or serving.wanted != model or serving.keeper_at is None:
                return
            await asyncio.sleep(LOOK)

    async def _prove(self, author: str) -> None:
        services = self._services
        now = services.now()
        served = await self._inbox.served(now)
        ask = asking(services.bot, services.new_id(), services.rules().routing, served)
        await self._inbox.prove(ask, author=author, now=services.now())
