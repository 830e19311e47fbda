"""The first model of all: there is nothing to compare it with, so it serves as it is."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import socket
from collections.abc import AsyncIterator, Callable

from knowledge_base.errors import KnowledgeError
from knowledge_base.releases import Release
from knowledge_base.runs import Phase, PhaseTime, Run, RunState, Trigger
from knowledge_base.runs_store import STOPPED, RunsStore
from knowledge_base.serving import KEEPER
from router.supervise.console import Stream
from router.supervise.models import ModelName
from router.supervise.programs import House
from router.supervise.progress import Failed
from router.supervise.training import train_model

LEASE = 30.0
BEAT = 10.0
FIRST = "the first model: there was none to compare it with"


async def train_first(
    house: House,
    runs: RunsStore,
    release: Release,
    now: Callable[[], dt.datetime],
    stream: Stream,
) -> ModelName | Failed:
    """Train a model with a progress bar, as a run of its own; RunGoesOn while another does."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    run = await runs.begin(
        None, trigger=Trigger.START, author=KEEPER, holder=holder, at=now(), lease_seconds=LEASE
    )
    began = asyncio.get_running_loop().time()
    state, why = RunState.ABANDONED, STOPPED
    try:
        async with _alive(runs, run, holder, now):
            await runs.phase(run.id, Phase.TRAIN, None, release=release.number)
            with stream.training(f"release {release.number}") as view:
                outcome = await train_model(house, release, now(), view)
            if isinstance(outcome, Failed):
                state, why = RunState.FAILED, outcome.error
            else:
                state, why = RunState.PROMOTED, FIRST
                took = PhaseTime(Phase.TRAIN, asyncio.get_running_loop().time() - began)
                await runs.phase(run.id, Phase.PROMOTE, took, model=str(outcome))
        return outcome
    finally:
        await runs.end(run.id, state, why, now(), None)


@contextlib.asynccontextmanager
async def _alive(
    runs: RunsStore, run: Run, holder: str, now: Callable[[], dt.datetime]
) -> AsyncIterator[None]:
    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT)
            # One that is lost shows at the end; the training itself harms nobody.
            with contextlib.suppress(KnowledgeError):
                await runs.beat(run.id, holder, now(), LEASE)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.wait([beating])
