"""Measuring: the config.yml pipeline is trained on labelled rows and reads others as the bot does.

Progress goes to standard error as JSON lines, what was read to a JSON file. No hand-written
intent takes part, so any set of rows can be measured; figures are left to the caller.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import math
import os
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import numpy as np

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from rasa.core.agent import Agent
from rasa.engine.constants import PLACEHOLDER_IMPORTER
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.validation import validate
from rasa.shared.data import TrainingType
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.loading import load_data
from rasa.utils.log_utils import configure_structlog

from bot.reading import readable, reading_of, skipped
from bot.train import SEED
from bot.training import CONFIG, DIALOGUE

SHOWN: Final = 3
_EVERY: Final = 50

Tell = Callable[[dict[str, str | int]], None]


class RowsRefused(Exception):
    """The rows cannot be measured with; the message says where and why."""


class Labelled(msgspec.Struct, frozen=True):
    """A text and the name of its intent, which may be any string."""

    text: str
    intent: str


class Unlabelled(msgspec.Struct, frozen=True):
    """A text, and the name of its intent where it has one."""

    text: str
    intent: str | None = None


class Row(msgspec.Struct, frozen=True):
    """A text as it was read: its true intent and the three likeliest with their confidence."""

    text: str
    intent: str | None
    ranking: tuple[tuple[str, float], ...]


class Milliseconds(msgspec.Struct, frozen=True):
    """How long one reading took."""

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Milliseconds:
        """Return the percentiles, by nearest rank, of at least one duration."""
        ordered = sorted(seconds)

        def at(share: float) -> float:
            return round(ordered[math.ceil(len(ordered) * share) - 1] * 1000, 3)

        return cls(at(0.5), at(0.99))


class Result(msgspec.Struct, frozen=True):
    """Everything that was read, and what it cost."""

    fit_seconds: float
    parse_ms: Milliseconds
    rows: tuple[Row, ...]
    ood_rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Ids that Rasa takes for intents, and the names they stand for.

    Rasa splits names at `/` and `+`, and the flows' own short words are hidden by their names.
    """

    names: tuple[str, ...]

    @classmethod
    def of(cls, rows: Sequence[Labelled]) -> Names:
        """Number the intents of `rows`; raises RowsRefused when there are fewer than two."""
        names = tuple(sorted({row.intent for row in rows}))
        if len(names) < 2:
            raise RowsRefused("the training rows name fewer than 2 intents: nothing to tell apart")
        return cls(names)

    def id_of(self, name: str) -> str:
        """Return the id of a name."""
        return f"intent_{self.names.index(name):06d}"

    def name_of(self, id_: str) -> str:
        """Return the name an id stands for."""
        return self.names[int(id_.removeprefix("intent_"))]


_Row = TypeVar("_Row", Labelled, Unlabelled)


def read_rows(path: Path, shape: type[_Row]) -> list[_Row]:
    """Read JSON Lines; raises RowsRefused with file and line."""
    rows: list[_Row] = []
    # Not splitlines: a text may hold a separator that JSON does not escape.
    for number, line in enumerate(path.read_text("utf-8-sig").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(msgspec.json.decode(line, type=shape))
        except msgspec.DecodeError as problem:
            raise RowsRefused(f"{path}:{number}: {problem}") from problem
    if not rows:
        raise RowsRefused(f"{path}: holds no rows")
    return rows


def write_training_file(rows: Sequence[Labelled], names: Names, file: Path) -> None:
    """Write the rows as Rasa's JSON format, which takes any text as it is.

    The hand-written order and phone numbers come along without an intent, so that the extractor
    of the pipeline works as it does in production.
    """
    ids = {name: names.id_of(name) for name in names.names}
    by_hand = load_data(str(DIALOGUE[0]))
    examples: list[dict[str, Any]] = [{"text": row.text, "intent": ids[row.intent]} for row in rows]
    examples += [
        {"text": example.get("text"), "entities": example.get("entities")}
        for example in by_hand.entity_examples
    ]
    content = {"common_examples": examples, "regex_features": by_hand.regex_features}
    file.write_bytes(msgspec.json.encode({"rasa_nlu_data": content}))


def train(
    rows: Sequence[Labelled], names: Names, config_file: Path, folder: Path
) -> tuple[Agent, float]:
    """Train a pipeline on `rows`, and return it ready to read with the seconds of training."""
    random.seed(SEED)
    np.random.seed(SEED)
    file, package = folder / "nlu.json", folder / "model.tar.gz"
    write_training_file(rows, names, file)
    importer = TrainingDataImporter.load_nlu_importer_from_config(
        str(config_file), training_data_paths=[str(file)]
    )
    config = importer.get_config()
    recipe = Recipe.recipe_for_name(config.get("recipe"))
    graph = recipe.graph_config_for_recipe(config, {}, training_type=TrainingType.NLU)
    validate(graph)
    (folder / "storage").mkdir()
    storage = LocalModelStorage(folder / "storage")
    runner = DaskGraphRunner.create(
        graph_schema=graph.train_schema.minimal_graph_schema(),
        model_storage=storage,
        execution_context=ExecutionContext(graph_schema=graph.train_schema),
    )
    started = time.perf_counter()
    runner.run(inputs={PLACEHOLDER_IMPORTER: importer})
    seconds = time.perf_counter() - started
    storage.create_model_package(package, graph, importer.get_domain())
    return Agent.load(package), seconds


async def read(agent: Any, names: Names, text: str) -> tuple[tuple[str, float], ...]:
    """Return the three likeliest intents of `text`, read as the bot reads outside its flows."""
    parsed = await agent.parse_message(readable(text))
    reading = reading_of(parsed, skipped(text), in_flow=False)
    return tuple((names.name_of(id_), share) for id_, share in reading.ranking[:SHOWN])


async def read_all(
    agent: Any, names: Names, rows: Sequence[Labelled | Unlabelled], step: str, tell: Tell
) -> tuple[tuple[Row, ...], list[float]]:
    """Read every row, and return how many seconds each took."""
    await read(agent, names, "你好")
    found: list[Row] = []
    taken: list[float] = []
    for done, row in enumerate(rows, start=1):
        before = time.perf_counter()
        ranking = await read(agent, names, row.text)
        taken.append(time.perf_counter() - before)
        found.append(Row(row.text, row.intent, ranking))
        if done % _EVERY == 0 or done == len(rows):
            tell({"step": step, "done": done, "of": len(rows)})
    return tuple(found), taken


@dataclass(frozen=True, slots=True)
class Wanted:
    """The rows to train on and to read, and the pipeline to do it with."""

    train: Path
    test: Path
    ood: Path | None = None
    config: Path = CONFIG


async def measure(wanted: Wanted, folder: Path, tell: Tell) -> Result:
    """Train on one file, read the others; `folder` is for files that nobody needs afterwards."""
    rows = read_rows(wanted.train, Labelled)
    tests = read_rows(wanted.test, Labelled)
    others = read_rows(wanted.ood, Unlabelled) if wanted.ood else []
    names = Names.of(rows)
    what = f"training on {len(rows)} rows of {len(names.names)} intents"
    tell({"step": what, "done": 0, "of": 0})
    agent, fit_seconds = train(rows, names, wanted.config, folder)
    found, taken = await read_all(agent, names, tests, "reading", tell)
    outside, _ = await read_all(agent, names, others, "reading out of domain", tell)
    return Result(round(fit_seconds, 2), Milliseconds.of(taken), found, outside)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bot.evaluate", description=__doc__)
    parser.add_argument("--train", type=Path, required=True, help='rows {"text", "intent"}')
    parser.add_argument("--test", type=Path, required=True, help="rows to read, labelled too")
    parser.add_argument("--ood", type=Path, help="rows of no trained intent")
    parser.add_argument("--config", type=Path, default=CONFIG, help="another pipeline to train")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    return parser.parse_args()


def main() -> int:
    """Measure as the command line says; an error is the last JSON line of standard error."""
    arguments = _arguments()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    configure_structlog(logging.WARNING)
    warnings.simplefilter("ignore")

    def tell(line: dict[str, str | int]) -> None:
        sys.stderr.write(msgspec.json.encode(line).decode() + "\n")
        sys.stderr.flush()

    try:
        with (
            contextlib.redirect_stdout(sys.stderr),
            tempfile.TemporaryDirectory(prefix="jieli-evaluate-") as folder,
        ):
            wanted = Wanted(arguments.train, arguments.test, arguments.ood, arguments.config)
            result = asyncio.run(measure(wanted, Path(folder), tell))
        arguments.out.write_bytes(msgspec.json.encode(result))
    except (RowsRefused, OSError, UnicodeDecodeError) as problem:
        tell({"error": str(problem)})
        return 2
    except Exception as problem:
        logging.getLogger(__name__).exception("measuring failed")
        tell({"error": f"{type(problem).__name__}: {problem}"})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
