"""Holds the lock of the runs: a sign of life every few seconds, or the run is given up."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError

from knowledge_base.runs import LockLost
from knowledge_base.runs_store import RunsStore

SECONDS = 20.0
"""How long a run that was killed keeps others out."""
EVERY = 4.0


@asynccontextmanager
async def held(
    runs: RunsStore, run_id: str, holder: str, now: Callable[[], dt.datetime]
) -> AsyncIterator[None]:
    """Renew the lease while the block runs; LockLost ends the block when that fails."""
    holding = asyncio.current_task()
    assert holding is not None
    lost: list[LockLost] = []

    async def beat() -> None:
        left = SECONDS
        while True:
            await asyncio.sleep(EVERY)
            try:
                await runs.beat(run_id, holder, now(), SECONDS)
                left = SECONDS
            except LockLost as error:
                lost.append(error)
            except (DBAPIError, OSError):
                # A busy database is tried again as long as nobody else can be let in.
                left -= EVERY
                if left <= EVERY:
                    lost.append(LockLost(run_id))
            if lost:
                holding.cancel()
                return

    beating = asyncio.create_task(beat(), name=f"lease-{run_id}")
    try:
        yield
    except asyncio.CancelledError:
        if lost:
            holding.uncancel()
            raise lost[0] from None
        raise
    finally:
        beating.cancel()
        await asyncio.wait([beating])
