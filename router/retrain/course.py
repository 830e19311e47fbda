"""The course of one run: its steps, each timed, noted in the store and told."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from knowledge_base.runs import Phase, PhaseTime, Run, RunState
from knowledge_base.runs_store import RunsStore
from router.retrain.memory import PeakMemory, watched
from router.supervise.progress import Line

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class Began:
    """A step has begun."""

    run: Run
    phase: Phase


@dataclass(frozen=True, slots=True)
class Ended:
    """A step is finished."""

    run: Run
    time: PhaseTime


@dataclass(frozen=True, slots=True)
class Said:
    """The training wrote a line."""

    line: Line


Event = Began | Ended | Said
Tell = Callable[[Event], None]


@dataclass(slots=True)
class Course:
    """A run that goes on, as the store has it too."""

    runs: RunsStore
    run: Run
    now: Clock
    tell: Tell

    @asynccontextmanager
    async def step(
        self, phase: Phase, *, release: int | None = None, model: str | None = None
    ) -> AsyncIterator[PeakMemory]:
        """Do a step: note its begin, and its time and memory when it went well."""
        await self.runs.phase(self.run.id, phase, None, release=release, model=model)
        self.run = replace(
            self.run,
            phase=phase,
            release=release or self.run.release,
            model=model or self.run.model,
        )
        self.tell(Began(self.run, phase))
        began = asyncio.get_running_loop().time()
        async with watched() as memory:
            yield memory
            seconds = round(asyncio.get_running_loop().time() - began, 3)
            took = PhaseTime(phase, seconds, memory.mib)
        await self.runs.phase(self.run.id, phase, took)
        self.run = replace(self.run, phases=(*self.run.phases, took))
        self.tell(Ended(self.run, took))

    def over(self, state: RunState, why: str, *, reported: bool) -> Run:
        """Give the run as it ended."""
        return replace(self.run, state=state, why=why, ended_at=self.now(), reported=reported)
