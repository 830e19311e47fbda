"""Trains the bot's model of a release in the bot's own environment."""

from __future__ import annotations

import asyncio
import datetime as dt
import tempfile
from collections import deque
from collections.abc import Callable
from pathlib import Path

from knowledge_base.releases import Release
from knowledge_base.training import export
from router.supervise.child import CannotStart, Child
from router.supervise.models import ModelName
from router.supervise.pipelines import note_pipeline, pipeline_of
from router.supervise.programs import House, Program
from router.supervise.progress import Chatter, Failed, Line, Trained, read_line

OnProgress = Callable[[Line], None]
_LAST_WORDS = 12


async def train_model(
    house: House, release: Release, now: dt.datetime, on_line: OnProgress
) -> ModelName | Failed:
    """Train a model from a release and put it among the models, whole or not at all.

    Everything the training writes is kept in training.log of the data folder.
    """
    name = ModelName.of(release.number, now)
    # Taken before, so that a change during the training makes the model stale.
    pipeline = await asyncio.to_thread(pipeline_of, house.root)
    with tempfile.TemporaryDirectory(dir=house.data, prefix="training-") as scratch:
        folder = Path(scratch)
        made = folder / name.file_name
        exported = await asyncio.to_thread(export, release, folder / "export")
        program = house.training(exported, made, str(name))
        with (house.data / "training.log").open("w", encoding="utf-8") as log:
            failed = await run_training(program, lambda raw: log.write(raw + "\n"), on_line)
        if failed is not None:
            return failed
        if not made.is_file():
            return Failed("the training ended well but wrote no model")
        house.models.mkdir(parents=True, exist_ok=True)
        note_pipeline(house.models / name.file_name, pipeline)
        made.replace(house.models / name.file_name)
    return name


async def run_training(
    program: Program,
    log: Callable[[str], object],
    on_line: OnProgress,
    on_start: Callable[[int], None] = lambda pid: None,
) -> Failed | None:
    """Run a training to its end and say why it failed, if it did; `on_start` gets its process id.

    Every raw line goes to `log`, every read one to `on_line`.
    """
    last_words: deque[str] = deque(maxlen=_LAST_WORDS)
    ends: list[Trained | Failed] = []

    def note(raw: str) -> None:
        log(raw)
        line = read_line(raw)
        match line:
            case Chatter(text=text):
                last_words.append(text)
            case Trained() | Failed():
                ends.append(line)
        on_line(line)

    try:
        child = await Child.start(program, note)
    except CannotStart as error:
        return Failed(
            f"the bot's environment is not installed ({error}): `make set-up` installs it"
        )
    on_start(child.pid)
    try:
        code = await child.ended()
    except asyncio.CancelledError:
        await child.stop()
        raise
    match ends[-1:]:
        case [Failed() as failed]:
            return failed
        case [Trained()] if code == 0:
            return None
    return Failed("\n".join([f"the training ended with exit code {code}:", *last_words]))
