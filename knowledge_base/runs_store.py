"""Where runs of the retraining and what serves are kept; every move is one transaction."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Unpack

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base import serving
from knowledge_base.database import Database
from knowledge_base.errors import KnowledgeError
from knowledge_base.runs import (
    LockLost,
    ModelChange,
    ModelMove,
    Phase,
    PhaseTime,
    Run,
    RunGoesOn,
    RunIsOver,
    RunState,
    Serving,
    Trigger,
    UnknownRun,
)
from knowledge_base.runs_rows import (
    MODEL_HISTORY,
    RUNS,
    Reported,
    change_from,
    phases_text,
    run_from,
    run_values,
)
from knowledge_base.tables import run_lock, runs

STOPPED = "it was stopped"
ABANDONED = "its process ended without a word"
_PATIENT = frozenset({Trigger.START, Trigger.NIGHTLY})
_TRIES = 5


def new_run_id(at: dt.datetime) -> str:
    """Make an id that sorts by time and is easily said."""
    return f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


class RunsStore:
    """Runs of the retraining, the lock between them, and which model serves."""

    def __init__(
        self, database: Database, new_id: Callable[[dt.datetime], str] = new_run_id
    ) -> None:
        self._database = database
        self._new_id = new_id

    # --- runs ------------------------------------------------------------------------------------

    async def ask(
        self, trigger: Trigger, author: str, at: dt.datetime, *, behind: bool = False
    ) -> Run:
        """Ask for a run, which whoever keeps the bot processes starts; an asked one is enough.

        While one goes on, the start and the night are content with it; others get RunGoesOn,
        unless `behind`: then theirs is started when the other is over.
        """
        await self.expire(at)
        run = Run(self._new_id(at), trigger, author, at)
        for _ in range(_TRIES):
            asked, current = await self.asked(), await self.current()
            if behind:
                current = None
            if current is not None and trigger not in _PATIENT:
                raise RunGoesOn(current)
            if asked is not None or current is not None:
                return asked or current or run
            try:
                async with self._database.writing() as connection:
                    await connection.execute(sa.insert(runs).values(run_values(run)))
            except IntegrityError:  # Somebody asked meanwhile.
                continue
            return run
        raise AssertionError("a run is asked for, and is not, again and again")

    async def begin(
        self,
        run_id: str | None,
        *,
        trigger: Trigger,
        author: str,
        holder: str,
        at: dt.datetime,
        lease_seconds: float,
    ) -> Run:
        """Begin an asked run, or a new one, holding the lock till the lease is over.

        RunGoesOn while another holds it; one whose lease is over is ABANDONED. RunIsOver and
        UnknownRun where `run_id` names no run that is asked. Cancelled on the way, whether it is
        written or not yet, the run is ABANDONED and the lock free: nobody else would end it.
        """
        beginning = asyncio.create_task(
            self._begin(run_id, trigger, author, holder, at, lease_seconds)
        )
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:
            with suppress(KnowledgeError, SQLAlchemyError):  # Then there is none to end.
                run = await beginning
                await self.end(run.id, RunState.ABANDONED, STOPPED, at, None)
            raise

    async def _begin(
        self,
        run_id: str | None,
        trigger: Trigger,
        author: str,
        holder: str,
        at: dt.datetime,
        lease_seconds: float,
    ) -> Run:
        until = at + dt.timedelta(seconds=lease_seconds)
        for _ in range(_TRIES):
            try:
                async with self._database.writing() as connection:
                    await _expire(connection, at)
                    run = await self._started(connection, run_id, trigger, author, at)
                    await connection.execute(
                        sa.insert(run_lock).values(id=1, run=run.id, holder=holder, until=until)
                    )
                return run
            except IntegrityError:
                current = await self.current()
                if current is not None:
                    raise RunGoesOn(current) from None
        raise AssertionError("the lock is held, and is not, again and again")

    async def _started(
        self,
        connection: AsyncConnection,
        run_id: str | None,
        trigger: Trigger,
        author: str,
        at: dt.datetime,
    ) -> Run:
        if run_id is None:
            run = Run(self._new_id(at), trigger, author, at, RunState.RUNNING, started_at=at)
            await connection.execute(sa.insert(runs).values(run_values(run)))
            return run
        claim = sa.update(runs).where(runs.c.id == run_id, runs.c.state == RunState.ASKED.value)
        claimed = await connection.execute(
            claim.values(state=RunState.RUNNING.value, started_at=at)
        )
        run = await _run(connection, run_id)
        if claimed.rowcount != 1:
            raise RunIsOver(run_id, run.state) if run.state.over else RunGoesOn(run)
        return run

    async def beat(self, run_id: str, holder: str, at: dt.datetime, lease_seconds: float) -> None:
        """Renew the lease; LockLost when it was over and another one was let in."""
        renew = (
            sa.update(run_lock)
            .where(run_lock.c.run == run_id, run_lock.c.holder == holder)
            .values(until=at + dt.timedelta(seconds=lease_seconds))
        )
        async with self._database.writing() as connection:
            if (await connection.execute(renew)).rowcount != 1:
                raise LockLost(run_id)

    async def phase(
        self,
        run_id: str,
        phase: Phase,
        finished: PhaseTime | None,
        *,
        release: int | None = None,
        model: str | None = None,
    ) -> None:
        """Note the step a run is in, the one it finished, and what it makes; RunIsOver if late."""
        async with self._database.writing() as connection:
            run = await _running(connection, run_id)
            phases = run.phases if finished is None else (*run.phases, finished)
            values: dict[str, object] = {"phase": phase.value, "phases": phases_text(phases)}
            if release is not None:
                values["release"] = release
            if model is not None:
                values["model"] = model
            await connection.execute(sa.update(runs).where(runs.c.id == run_id).values(values))

    async def end(
        self, run_id: str, state: RunState, why: str, at: dt.datetime, report: bytes | None
    ) -> None:
        """Note how a run ended, with its report as JSON, and free the lock; RunIsOver if late."""
        async with self._database.writing() as connection:
            await _running(connection, run_id)
            values = {"state": state.value, "why": why, "ended_at": at, "report": report}
            await connection.execute(sa.update(runs).where(runs.c.id == run_id).values(values))
            await connection.execute(sa.delete(run_lock).where(run_lock.c.run == run_id))

    async def expire(self, at: dt.datetime) -> list[Run]:
        """Count the runs whose lease is over as abandoned, and give them."""
        async with self._database.reading() as connection:
            if await connection.scalar(_over(at)) is None:
                return []
        async with self._database.writing() as connection:
            return await _expire(connection, at)

    async def asked(self) -> Run | None:
        """Give the run that is to be started."""
        return await self._one(RunState.ASKED)

    async def current(self) -> Run | None:
        """Give the run that goes on."""
        return await self._one(RunState.RUNNING)

    async def runs(self, limit: int = 50) -> list[Run]:
        """List runs, the newest first."""
        statement = RUNS.order_by(runs.c.asked_at.desc(), runs.c.id.desc()).limit(limit)
        async with self._database.reading() as connection:
            return [run_from(row) for row in (await connection.execute(statement)).all()]

    async def run(self, run_id: str) -> Run:
        """Give one run; UnknownRun."""
        async with self._database.reading() as connection:
            return await _run(connection, run_id)

    async def report(self, run_id: str) -> bytes | None:
        """Give a run's report, if it has one; UnknownRun."""
        statement = sa.select(runs.c.report).where(runs.c.id == run_id)
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            raise UnknownRun(run_id)
        report: bytes | None = row.report
        return report

    async def _one(self, state: RunState) -> Run | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(RUNS.where(runs.c.state == state.value))).first()
        return None if row is None else run_from(row)

    # --- what serves -----------------------------------------------------------------------------

    async def serving(self) -> Serving:
        """Tell which model serves, which shall, and which stands beside it."""
        async with self._database.reading() as connection:
            return await serving.read(connection)

    async def want(
        self, model: str | None, *, move: ModelMove, author: str, at: dt.datetime
    ) -> str:
        """Ask for a model to serve, and give its name; None is the one that served before.

        UnknownModel when there is none before, or a roll back names one that never served.
        """
        async with self._database.writing() as connection:
            return await serving.want(connection, model, move, author, at)

    async def want_candidate(self, model: str | None) -> None:
        """Ask for a model to stand beside the live one, or for none."""
        async with self._database.writing() as connection:
            await serving.want_candidate(connection, model)

    async def kept(self, **reported: Unpack[Reported]) -> None:
        """Note what the keeper of the bot processes reports."""
        async with self._database.writing() as connection:
            await serving.report(connection, reported)

    async def promoted(
        self,
        model: str,
        address: str,
        former: str | None,
        former_address: str | None,
        at: dt.datetime,
    ) -> bool:
        """Make a model live unless another is wanted by now; tell whether it was done."""
        async with self._database.writing() as connection:
            reported = Reported(
                live=model, live_address=address, former=former, former_address=former_address
            )
            return await serving.promoted(connection, reported, model, at)

    async def failed(self, model: str, why: str, at: dt.datetime) -> None:
        """Note that a model could not be brought up; what it was wanted for is taken back.

        Wanted live, the live one is wanted again, or none when it is that very model.
        """
        async with self._database.writing() as connection:
            await serving.failed(connection, model, why, at)

    async def model_history(self, limit: int = 50) -> list[ModelChange]:
        """List the changes of the live model, the newest first."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(MODEL_HISTORY.limit(limit))).all()
        return [change_from(row) for row in rows]

    async def models(self) -> dict[str, int | None]:
        """Name the models that ever served, the newest first, with the release of their run."""
        releases = sa.select(runs.c.model, runs.c.release).where(runs.c.model.is_not(None))
        async with self._database.reading() as connection:
            known = dict((await connection.execute(releases)).all())
            found = (await connection.execute(MODEL_HISTORY)).all()
        return {row.model: known.get(row.model) for row in found}


def _over(at: dt.datetime) -> sa.Select[str]:
    return sa.select(run_lock.c.run).where(run_lock.c.until <= at)


async def _expire(connection: AsyncConnection, at: dt.datetime) -> list[Run]:
    late = (await connection.execute(_over(at).with_for_update())).scalars().all()
    found = []
    for run_id in late:
        await connection.execute(sa.delete(run_lock).where(run_lock.c.run == run_id))
        run = await _run(connection, run_id)
        values = {"state": RunState.ABANDONED.value, "why": ABANDONED, "ended_at": at}
        await connection.execute(sa.update(runs).where(runs.c.id == run_id).values(values))
        found.append(replace(run, state=RunState.ABANDONED, why=ABANDONED, ended_at=at))
    return found


async def _run(connection: AsyncConnection, run_id: str) -> Run:
    row = (await connection.execute(RUNS.where(runs.c.id == run_id))).one_or_none()
    if row is None:
        raise UnknownRun(run_id)
    return run_from(row)


async def _running(connection: AsyncConnection, run_id: str) -> Run:
    hold = sa.select(runs.c.id).where(runs.c.id == run_id).with_for_update()
    await connection.execute(hold)
    run = await _run(connection, run_id)
    if run.state.over:
        raise RunIsOver(run_id, run.state)
    return run
