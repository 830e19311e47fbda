"""Trains the candidate in the bot's own environment; its file appears whole or not at all."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from knowledge_base.gate.check import Seen
from knowledge_base.metrics import Ranking, Read
from router.retrain.errors import RunFailed
from router.retrain.memory import PeakMemory
from router.supervise.models import ModelName
from router.supervise.packages import why_unreadable
from router.supervise.pipelines import note_pipeline, pipeline_of
from router.supervise.programs import House
from router.supervise.progress import Line
from router.supervise.training import run_training

FIGURES = "figures.jsonl"


class _Figure(msgspec.Struct, frozen=True):
    text: str
    intent: str
    ranking: Ranking


async def train(
    house: House,
    name: ModelName,
    export: Path,
    memory: PeakMemory,
    on_line: Callable[[Line], None],
) -> Path:
    """Train a model from an exported release beside it, and give its file; RunFailed.

    Everything the training writes is kept in training.log of the data folder.
    """
    scratch = export.parent
    made = scratch / name.file_name
    # Taken before, so that a change during the training makes the model stale.
    pipeline = await asyncio.to_thread(pipeline_of, house.root)
    program = house.training(export, made, str(name), scratch / FIGURES)
    # Temporary files of the training go with the scratch folder, however it ends.
    program = replace(program, environment={**program.environment, "TMPDIR": str(scratch)})
    with (house.data / "training.log").open("w", encoding="utf-8") as log:
        failed = await run_training(
            program, lambda raw: log.write(raw + "\n"), on_line, memory.watch
        )
    if failed is not None:
        raise RunFailed(f"the training failed: {failed.error}")
    if (trouble := await asyncio.to_thread(why_unreadable, made)) is not None:
        raise RunFailed(f"the training ended well, but {trouble}")
    note_pipeline(made, pipeline)
    return made


def install(made: Path, house: House) -> None:
    """Put a trained model among the models, in one step."""
    house.models.mkdir(parents=True, exist_ok=True)
    for path in (made.with_name(made.name.removesuffix(".tar.gz") + ".pipeline"), made):
        with path.open("rb") as written:
            os.fsync(written.fileno())
        path.replace(house.models / path.name)


def cross_validated(scratch: Path) -> Sequence[Seen]:
    """Give the training texts as models read them that were trained without them."""
    file = scratch / FIGURES
    if not file.is_file():
        return ()
    figures = msgspec.json.Decoder(_Figure).decode_lines(file.read_bytes())
    return [Seen(one.text, Read(one.intent, one.ranking)) for one in figures]
