"""Runs that are asked for are started, one at a time, and none is left without an end."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from knowledge_base.database import Database
from knowledge_base.runs import Run, RunState, Trigger
from knowledge_base.runs_store import RunsStore
from router.supervise.retraining import Retraining
from tests.router.supervise.house import Told, make_house
from tests.router.supervise.runs_scripts import BEGINS, ENDS, script

NOW = dt.datetime(2026, 11, 21, 23, 15, tzinfo=dt.UTC)


class Kept:
    """A retraining over a store, with its clock and what it told."""

    def __init__(self, runs: RunsStore) -> None:
        self.runs, self.told = runs, Told()
        self.now, self.ends = NOW, 0

    async def ended(self) -> None:
        self.ends += 1

    async def over(self, run: Run) -> Run:
        while not (now := await self.runs.run(run.id)).state.over:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return now

    async def ask(self) -> Run:
        return await self.runs.ask(Trigger.CONSOLE, "mei", self.now)


@asynccontextmanager
async def retraining(folder: Path, database: Database, code: str) -> AsyncIterator[Kept]:
    kept = Kept(RunsStore(database))
    one = Retraining(
        make_house(folder, retrain=code),
        kept.runs,
        kept.told.stream,
        lambda: kept.now,
        on_end=kept.ended,
        every=0.02,
    )
    task = asyncio.create_task(one.run())
    try:
        async with asyncio.timeout(40):
            yield kept
    finally:
        task.cancel()
        await asyncio.wait([task])
        await one.stop()


async def test_an_asked_run_is_started_under_its_id_and_ends_by_itself(
    tmp_path: Path, sqlite: Database
) -> None:
    async with retraining(tmp_path, sqlite, script(BEGINS + ENDS)) as kept:
        run = await kept.ask()
        over = await kept.over(run)
        assert (over.state, over.why, over.author) == (RunState.KEPT, "too many wrong", "mei")
        while kept.ends == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert "retrain │ a line of its own" in kept.told.text


async def test_a_run_whose_process_dies_is_abandoned_with_its_last_words(
    tmp_path: Path, sqlite: Database
) -> None:
    code = script(BEGINS + "print('out of memory', flush=True); os.kill(os.getpid(), 9)")
    async with retraining(tmp_path, sqlite, code) as kept:
        run = await kept.ask()
        await kept.runs.want_candidate("r000002-20260101T000000")
        over = await kept.over(run)
        assert over.state is RunState.ABANDONED
        assert over.why == "its process ended with exit code -9: out of memory"
        assert (await kept.runs.serving()).candidate_wanted is None
        # The lock is free at once, not after the lease.
        assert (await kept.ask()).state is RunState.ASKED


async def test_a_run_that_cannot_even_begin_fails_after_three_tries(
    tmp_path: Path, sqlite: Database
) -> None:
    async with retraining(tmp_path, sqlite, "raise SystemExit('no such command')") as kept:
        over = await kept.over(await kept.ask())
        assert over.state is RunState.FAILED
        assert over.why == "its process ended with exit code 1: no such command"
    assert kept.told.text.count("retrain │ no such command") == 3


async def test_without_an_interpreter_the_run_fails_and_says_so(
    tmp_path: Path, sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "nowhere"))
    async with retraining(tmp_path, sqlite, "") as kept:
        over = await kept.over(await kept.ask())
        assert over.state is RunState.FAILED
        assert "it cannot be started" in over.why


async def test_while_another_run_goes_on_the_asked_one_waits_for_its_turn(
    tmp_path: Path, sqlite: Database
) -> None:
    async with retraining(tmp_path, sqlite, script(BEGINS + ENDS)) as kept:
        other = await kept.runs.begin(
            None, trigger=Trigger.COMMAND, author="", holder="h", at=NOW, lease_seconds=60
        )
        run = await kept.runs.ask(Trigger.NIGHTLY, "jieli up", NOW)
        assert run == other
        await kept.runs.end(other.id, RunState.PROMOTED, "", NOW, None)
        assert (await kept.over(await kept.ask())).state is RunState.KEPT


async def test_a_run_that_gives_no_sign_of_life_is_abandoned_and_its_process_stopped(
    tmp_path: Path, sqlite: Database
) -> None:
    code = script(BEGINS + "print('hanging', flush=True); time.sleep(600)")
    async with retraining(tmp_path, sqlite, code) as kept:
        run = await kept.ask()
        while "hanging" not in kept.told.text:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        kept.now += dt.timedelta(minutes=5)
        over = await kept.over(run)
        assert over.state is RunState.ABANDONED
        assert (await kept.ask()).state is RunState.ASKED


async def test_the_end_of_everything_ends_the_run(tmp_path: Path, sqlite: Database) -> None:
    code = script(BEGINS + "print('hanging', flush=True); time.sleep(600)")
    async with retraining(tmp_path, sqlite, code) as kept:
        run = await kept.ask()
        while "hanging" not in kept.told.text:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    over = await kept.runs.run(run.id)
    assert (over.state, over.why) == (RunState.ABANDONED, "jieli up was stopped")
