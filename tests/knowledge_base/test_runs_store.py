"""Runs of the retraining in the database: one at a time, whatever dies or asks twice."""

import asyncio
import contextlib
import datetime as dt
import itertools
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base.database import Database
from knowledge_base.runs import (
    LockLost,
    Phase,
    PhaseTime,
    Run,
    RunGoesOn,
    RunIsOver,
    RunState,
    Trigger,
    UnknownRun,
)
from knowledge_base.runs_store import ABANDONED, STOPPED, RunsStore
from tests.knowledge_base.samples import NOW

LEASE = 30.0
LATER = NOW + dt.timedelta(seconds=LEASE)


@pytest.fixture
def runs(database: Database) -> RunsStore:
    return RunsStore(database)


async def begin(
    runs: RunsStore, run_id: str | None = None, holder: str = "a", at: dt.datetime = NOW
) -> Run:
    return await runs.begin(
        run_id, trigger=Trigger.COMMAND, author="lina", holder=holder, at=at, lease_seconds=LEASE
    )


async def test_of_many_rivals_one_gets_the_lock_and_the_others_are_told_who_has_it(
    runs: RunsStore,
) -> None:
    rivals = [begin(runs, holder=f"rival {number}") for number in range(12)]
    outcomes = await asyncio.gather(*rivals, return_exceptions=True)
    (winner,) = [one for one in outcomes if isinstance(one, Run)]
    losers = [one for one in outcomes if isinstance(one, RunGoesOn)]
    assert len(losers) == 11
    assert {one.run.id for one in losers} == {winner.id}
    assert [run.id for run in await runs.runs()] == [winner.id]


async def test_a_run_is_followed_through_its_phases_to_its_report(runs: RunsStore) -> None:
    run = await begin(runs)
    assert (run.state, run.started_at) == (RunState.RUNNING, NOW)
    await runs.phase(run.id, Phase.SNAPSHOT, None, release=3)
    snapshot = PhaseTime(Phase.SNAPSHOT, 0.5)
    await runs.phase(run.id, Phase.TRAIN, snapshot, model="r000003-x")
    current = await runs.current()
    assert current is not None
    assert (current.phase, current.release, current.model) == (Phase.TRAIN, 3, "r000003-x")
    train = PhaseTime(Phase.TRAIN, 9.5, 612.0)
    await runs.phase(run.id, Phase.LOAD, train)
    await runs.end(run.id, RunState.KEPT, "too many wrong", LATER, b'{"passed": false}')
    (over,) = await runs.runs()
    assert (over.state, over.why, over.ended_at) == (RunState.KEPT, "too many wrong", LATER)
    assert over.phases == (snapshot, train)
    assert (over.release, over.model, over.reported) == (3, "r000003-x", True)
    assert await runs.report(run.id) == b'{"passed": false}'
    assert await runs.run(run.id) == over
    assert await runs.current() is None


async def test_after_the_end_another_run_begins(runs: RunsStore) -> None:
    first = await begin(runs)
    await runs.end(first.id, RunState.FAILED, "the disk is full", NOW, None)
    second = await begin(runs, holder="b")
    assert second.id != first.id
    assert await runs.report(first.id) is None


async def test_a_run_without_a_sign_of_life_is_abandoned_and_its_lock_taken_over(
    runs: RunsStore,
) -> None:
    dead = await begin(runs)
    with pytest.raises(RunGoesOn, match="lina"):
        await begin(runs, holder="b", at=LATER - dt.timedelta(seconds=1))
    heir = await begin(runs, holder="b", at=LATER)
    abandoned = await runs.run(dead.id)
    assert (abandoned.state, abandoned.why) == (RunState.ABANDONED, ABANDONED)
    assert abandoned.ended_at == LATER
    assert await runs.current() == heir
    with pytest.raises(LockLost):
        await runs.beat(dead.id, "a", LATER, LEASE)
    with pytest.raises(RunIsOver):
        await runs.phase(dead.id, Phase.GATE, None)
    with pytest.raises(RunIsOver):
        await runs.end(dead.id, RunState.PROMOTED, "", LATER, None)
    assert (await runs.run(dead.id)).state is RunState.ABANDONED


async def test_whenever_it_is_cancelled_a_beginning_leaves_no_run_going_on(runs: RunsStore) -> None:
    cancelled = 0
    for moment in itertools.count():
        beginning = asyncio.create_task(begin(runs))
        await asyncio.sleep(0.0005 * moment)
        beginning.cancel()
        (outcome,) = await asyncio.gather(beginning, return_exceptions=True)
        if isinstance(outcome, Run):
            break
        assert isinstance(outcome, asyncio.CancelledError)
        assert await runs.current() is None
        cancelled += 1
    assert isinstance(outcome, Run)
    assert cancelled > 1
    told = {(run.state, run.why) for run in await runs.runs() if run.id != outcome.id}
    assert told <= {(RunState.ABANDONED, STOPPED)}


async def test_a_run_that_is_written_and_cancelled_before_it_is_known_is_over(
    database: Database,
) -> None:
    written = asyncio.Event()

    class Slow(Database):
        """Gives its connection back as slowly as a busy machine may."""

        @contextlib.asynccontextmanager
        async def writing(self) -> AsyncIterator[AsyncConnection]:
            async with super().writing() as connection:
                yield connection
            written.set()
            await asyncio.sleep(0.01)

    beginning = asyncio.create_task(begin(RunsStore(Slow(database.engine))))
    await written.wait()
    beginning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await beginning
    (run,) = await RunsStore(database).runs()
    assert (run.state, run.why) == (RunState.ABANDONED, STOPPED)
    assert (await begin(RunsStore(database))).state is RunState.RUNNING


async def test_a_sign_of_life_keeps_the_lock(runs: RunsStore) -> None:
    run = await begin(runs)
    await runs.beat(run.id, "a", LATER - dt.timedelta(seconds=1), LEASE)
    assert await runs.expire(LATER) == []
    assert await runs.current() == run
    with pytest.raises(LockLost):
        await runs.beat(run.id, "somebody else", LATER, LEASE)


async def test_what_is_over_is_counted_as_abandoned_once(runs: RunsStore) -> None:
    run = await begin(runs)
    found = await asyncio.gather(*(runs.expire(LATER) for _ in range(5)))
    assert [one.id for some in found for one in some] == [run.id]
    assert await runs.current() is None


async def test_an_asked_run_is_found_begun_and_not_begun_twice(runs: RunsStore) -> None:
    asked = await runs.ask(Trigger.CONSOLE, "mei", NOW)
    assert await runs.asked() == asked
    begun = await begin(runs, asked.id)
    assert (begun.id, begun.trigger, begun.author) == (asked.id, Trigger.CONSOLE, "mei")
    assert await runs.asked() is None
    with pytest.raises(RunGoesOn):
        await begin(runs, asked.id, holder="b")
    await runs.end(asked.id, RunState.PROMOTED, "", NOW, None)
    with pytest.raises(RunIsOver):
        await begin(runs, asked.id)


async def test_asking_again_and_all_at_once_asks_for_one_run(runs: RunsStore) -> None:
    asked = await asyncio.gather(*(runs.ask(Trigger.CONSOLE, "mei", NOW) for _ in range(8)))
    assert len({one.id for one in asked}) == 1
    assert len(await runs.runs()) == 1


@pytest.mark.parametrize("trigger", [Trigger.START, Trigger.NIGHTLY])
async def test_the_night_and_the_start_are_content_with_the_run_that_goes_on(
    runs: RunsStore, trigger: Trigger
) -> None:
    run = await begin(runs)
    assert await runs.ask(trigger, "jieli up", NOW) == run


@pytest.mark.parametrize("trigger", [Trigger.CONSOLE, Trigger.COMMAND])
async def test_an_editor_is_told_that_a_run_goes_on(runs: RunsStore, trigger: Trigger) -> None:
    run = await begin(runs)
    with pytest.raises(RunGoesOn, match="lina started a training") as refused:
        await runs.ask(trigger, "mei", NOW)
    assert refused.value.run == run


async def test_a_run_asked_for_behind_another_waits_for_its_end(runs: RunsStore) -> None:
    first = await begin(runs)
    asked = await runs.ask(Trigger.CONSOLE, "mei", NOW, behind=True)
    assert await runs.ask(Trigger.CONSOLE, "li", NOW, behind=True) == asked
    assert (await runs.current(), await runs.asked()) == (first, asked)


async def test_asking_looks_through_a_run_that_is_dead(runs: RunsStore) -> None:
    dead = await begin(runs)
    asked = await runs.ask(Trigger.CONSOLE, "mei", LATER)
    assert (await runs.run(dead.id)).state is RunState.ABANDONED
    assert await runs.asked() == asked


async def test_a_run_nobody_could_start_ends_without_a_lock(runs: RunsStore) -> None:
    asked = await runs.ask(Trigger.NIGHTLY, "jieli up", NOW)
    await runs.end(asked.id, RunState.FAILED, "no interpreter", NOW, None)
    assert (await runs.run(asked.id)).state is RunState.FAILED
    assert await runs.asked() is None


async def test_a_run_that_is_not_there_is_unknown(runs: RunsStore) -> None:
    for move in (
        runs.run("x"),
        runs.report("x"),
        begin(runs, "x"),
        runs.phase("x", Phase.TRAIN, None),
        runs.end("x", RunState.FAILED, "", NOW, None),
    ):
        with pytest.raises(UnknownRun, match="'x'"):
            await move
    assert await runs.current() is None
