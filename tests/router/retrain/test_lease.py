"""A run that cannot say it is alive gives up; others are let in then."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from knowledge_base.database import Database
from knowledge_base.runs import LockLost, Run, Trigger
from knowledge_base.runs_store import RunsStore
from router.retrain import lease
from tests.router.people import NOON, after


async def begun(runs: RunsStore) -> Run:
    return await runs.begin(
        None,
        trigger=Trigger.COMMAND,
        author="ning",
        holder="here:1",
        at=NOON,
        lease_seconds=lease.SECONDS,
    )


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "EVERY", 0.02)


async def test_a_run_that_shows_life_keeps_the_lock(sqlite: Database) -> None:
    runs = RunsStore(sqlite)
    run = await begun(runs)
    beats: list[dt.datetime] = []

    def now() -> dt.datetime:
        beats.append(after(10.0 * len(beats)))
        return beats[-1]

    async with lease.held(runs, run.id, "here:1", now):
        while len(beats) < 4:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await runs.expire(after(lease.SECONDS + 1)) == []


async def test_a_run_whose_lock_went_to_another_is_ended_where_it_is(sqlite: Database) -> None:
    runs = RunsStore(sqlite)
    run = await begun(runs)
    await runs.expire(after(lease.SECONDS + 1))
    with pytest.raises(LockLost):
        async with lease.held(runs, run.id, "here:1", lambda: after(60)):
            await asyncio.sleep(30)


async def test_being_told_to_stop_is_no_lost_lock(sqlite: Database) -> None:
    runs = RunsStore(sqlite)
    run = await begun(runs)

    async def work() -> None:
        async with lease.held(runs, run.id, "here:1", lambda: NOON):
            await asyncio.sleep(30)

    working = asyncio.create_task(work())
    await asyncio.sleep(0.05)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
