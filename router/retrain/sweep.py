"""Removes what runs left behind that came to no end, so that nobody serves it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knowledge_base.runs import RunState
from knowledge_base.runs_store import RunsStore
from router.supervise.models import SUFFIX, ModelName
from router.supervise.pipelines import remove_model
from router.supervise.programs import House

PREFIX = "retrain-"
LOOKED_AT = 200


@contextmanager
def scratch_folder(house: House) -> Iterator[Path]:
    """Give a folder for what a run makes on the way; on the same disk as the models."""
    house.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=house.data, prefix=PREFIX) as folder:
        yield Path(folder)


async def sweep(house: House, runs: RunsStore) -> None:
    """Remove scratch folders and unproven models of former runs; for whoever has the lock."""
    for folder in house.data.glob(f"{PREFIX}*"):
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    serving, served = await runs.serving(), await runs.models()
    if serving.candidate_wanted is not None:
        await runs.want_candidate(None)
    named = {serving.live, serving.wanted, serving.former, *served}
    for run in await runs.runs(LOOKED_AT):
        unproven = run.state.over and run.state is not RunState.PROMOTED
        if unproven and run.model is not None and run.model not in named:
            await discard(house, run.model)


async def discard(house: House, model: str) -> None:
    """Delete a model that is not to serve."""
    if ModelName.parse(f"{model}{SUFFIX}") is not None:
        await asyncio.to_thread(remove_model, house.models / f"{model}{SUFFIX}")
