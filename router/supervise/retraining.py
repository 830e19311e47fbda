"""Starts the runs of the retraining that were asked for, in a process of their own."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from knowledge_base.errors import KnowledgeError
from knowledge_base.runs import Run, RunState
from knowledge_base.runs_store import RunsStore
from router.supervise.child import CannotStart, Child
from router.supervise.console import Stream
from router.supervise.programs import House

EVERY = 1.0
"""Seconds between two looks at whether a run is asked for."""
TRIES = 3
"""Starts of one run that may end before it has begun."""


@dataclass(slots=True)
class _Started:
    run: Run
    child: Child
    ended: asyncio.Task[int]
    last: list[str] = field(default_factory=list)


class Retraining:
    """One run at a time, from the asking to the end of its process."""

    def __init__(
        self,
        house: House,
        runs: RunsStore,
        stream: Stream,
        now: Callable[[], dt.datetime],
        *,
        on_end: Callable[[], Awaitable[None]],
        every: float = EVERY,
    ) -> None:
        self._house = house
        self._runs = runs
        self._stream = stream
        self._now = now
        self._on_end = on_end
        self._every = every
        self._started: _Started | None = None
        self._tries: dict[str, int] = {}

    async def run(self) -> None:
        """Start what is asked for, until cancelled."""
        away = False
        while True:
            try:
                await self.look()
                away = False
            except (SQLAlchemyError, OSError) as error:
                if not away:
                    self._stream.tell(f"cannot read whether a training is asked for: {error}")
                away = True
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """Look once: end what has ended, and start what is asked for."""
        for run in await self._runs.expire(self._now()):
            self._stream.tell(f"the training {run.id} gave no sign of life, it is abandoned")
            await self._runs.want_candidate(None)
            if self._started is not None and self._started.run.id == run.id:
                await self._started.child.stop()
        if self._started is not None:
            if self._started.ended.done():
                started, self._started = self._started, None
                await self._after(started)
            return
        asked = await self._runs.asked()
        if asked is not None and await self._runs.current() is None:
            await self._start(asked)

    async def stop(self) -> None:
        """Stop the run that goes on; the model that serves is not touched."""
        if self._started is None:
            return
        started, self._started = self._started, None
        await started.child.stop()
        await self._over(started.run.id, RunState.ABANDONED, "jieli up was stopped")

    def kill(self) -> None:
        """End the run's process at once."""
        if self._started is not None:
            self._started.child.kill()

    async def _start(self, run: Run) -> None:
        self._tries[run.id] = self._tries.get(run.id, 0) + 1
        last: list[str] = []

        def line(raw: str) -> None:
            last[:] = [raw]
            self._stream.line("retrain", raw)

        try:
            child = await Child.start(self._house.retrain(run.id), line)
        except CannotStart as error:
            await self._over(run.id, RunState.FAILED, f"it cannot be started: {error}")
            return
        self._stream.tell(f"training {run.id}, asked for by {run.author}, starts")
        self._started = _Started(run, child, asyncio.create_task(child.ended()), last)

    async def _after(self, started: _Started) -> None:
        started.child.kill()  # Nothing it started outlives it.
        run = await self._runs.run(started.run.id)
        code = started.ended.result()
        why = ": ".join([f"its process ended with exit code {code}", *started.last])
        match run.state:
            case RunState.RUNNING:
                await self._over(run.id, RunState.ABANDONED, why)
            case RunState.ASKED if self._tries[run.id] >= TRIES:
                await self._over(run.id, RunState.FAILED, why)
            case RunState.ASKED:  # Another one was quicker; its turn comes.
                return
            case _:
                self._stream.tell(f"training {run.id} is over: {run.state} {run.why}".rstrip())
        del self._tries[run.id]
        await self._on_end()

    async def _over(self, run_id: str, state: RunState, why: str) -> None:
        if (await self._runs.run(run_id)).state.over:
            return
        # First, so that it cannot be the candidate of a run that begins then.
        await self._runs.want_candidate(None)
        with contextlib.suppress(KnowledgeError):  # It found its end by itself meanwhile.
            await self._runs.end(run_id, state, why, self._now(), None)
            self._stream.tell(f"training {run_id} is over: {state}, {why}")
