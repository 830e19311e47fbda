"""What has to happen without anybody asking: places, turns left over, changed rules."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import structlog

from router.desk.answering import Answering
from router.desk.queue import QueueBoard
from router.desk.services import Services
from router.policy import InvalidPolicy, PolicyFile

log = structlog.get_logger(__name__)

EVERY_SECONDS = 1.0
Chore = Callable[[], Awaitable[None]]
"""What is done in every round; one that fails does not keep the others from theirs."""

LEFT_OVER_EVERY = 5


class Sweep:
    """Runs every second while the router does; one failed round is logged, not fatal."""

    def __init__(
        self,
        services: Services,
        answering: Answering,
        board: QueueBoard,
        policy: PolicyFile,
        *,
        chores: Sequence[Chore] = (),
    ) -> None:
        self._services = services
        self._answering = answering
        self._board = board
        self._policy = policy
        self._chores = chores
        self._round = 0

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await self.once()
            await asyncio.sleep(EVERY_SECONDS)

    async def once(self) -> None:
        """Do one round."""
        try:
            await self._board.refresh()
            if self._round % LEFT_OVER_EVERY == 0:
                await self._take_up()
            if self._policy.reload():
                log.info("routing policy reloaded")
        except InvalidPolicy as error:
            log.error("routing policy refused, the former one stays", error=str(error))
        except Exception:
            log.exception("sweep failed")
        for chore in self._chores:
            try:
                await chore()
            except Exception:
                log.exception("a chore of the sweep failed")
        self._round += 1

    async def _take_up(self) -> None:
        """Answer what a crash or an error left unanswered: a shopper never meets silence."""
        for conversation in await self._services.store.unanswered():
            self._answering.due(conversation)
