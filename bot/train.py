"""Training: one release export and the hand-written dialogue become one model package.

Progress goes to standard output as JSON lines; everything else that is said goes to the log.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import random
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

CONFIG: Final = Path("config.yml")
DIALOGUE: Final = (Path("data/nlu"), Path("data/rules"))
DOMAIN: Final = Path("bot/domain")
SEED: Final = 42
SUFFIX: Final = ".tar.gz"

Report = Callable[[str, int, int], None]


class TrainingRefused(Exception):
    """The export, or the project around it, cannot be trained; the message says what to do."""


class Release(msgspec.Struct, frozen=True):
    """What `release.json` of an export says."""

    release: int
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished model: its name, its release and how long training took."""

    model: str
    release: int
    seconds: float


def read_release(export: Path) -> Release:
    """Read and check the export folder; raises TrainingRefused naming what is wrong."""
    for name in ("release.json", "nlu.yml", "domain.yml"):
        if not (export / name).is_file():
            raise TrainingRefused(f"{export / name} is missing: export the release again")
    try:
        return msgspec.json.decode((export / "release.json").read_bytes(), type=Release)
    except msgspec.DecodeError as problem:
        raise TrainingRefused(f"{export / 'release.json'}: {problem}") from problem


def model_name(release: int, now: datetime) -> str:
    """Return the name of a model of `release` trained at `now`, such as r000001-20261121T231500."""
    return f"r{release:06d}-{now.astimezone(UTC):%Y%m%dT%H%M%S}"


def _node_label(node: str) -> str:
    """Return a graph node's name as people read it: train_JiebaTokenizer1 is JiebaTokenizer."""
    return node.removeprefix("train_").removeprefix("run_").rstrip("0123456789").split(".")[-1]


def _progress_hook(report: Report, nodes: int) -> Any:
    from rasa.engine.graph import ExecutionContext, GraphNodeHook

    class Progress(GraphNodeHook):
        """Reports every finished node of the training graph."""

        done = 0

        def on_before_node(
            self,
            node_name: str,
            execution_context: ExecutionContext,
            config: dict[str, Any],
            received_inputs: dict[str, Any],
        ) -> dict[str, Any]:
            """Do nothing before a node."""
            return {}

        def on_after_node(
            self,
            node_name: str,
            execution_context: ExecutionContext,
            config: dict[str, Any],
            output: Any,
            input_hook_data: dict[str, Any],
        ) -> None:
            """Count the node as done."""
            self.done += 1
            report(_node_label(node_name), self.done, nodes)

    return Progress()


def _train_graph(export: Path, package: Path, report: Report) -> None:
    """Run Rasa's training graph over all sources and write the package, without a cache."""
    from rasa.engine.graph import ExecutionContext
    from rasa.engine.recipes.recipe import Recipe
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.validation import validate
    from rasa.shared.data import TrainingType
    from rasa.shared.importers.importer import TrainingDataImporter

    importer = TrainingDataImporter.load_from_config(
        str(CONFIG),
        [str(DOMAIN), str(export / "domain.yml")],
        [str(export / "nlu.yml"), *map(str, DIALOGUE)],
    )
    config = importer.get_config()
    recipe = Recipe.recipe_for_name(config.get("recipe"))
    graph = recipe.graph_config_for_recipe(config, {}, training_type=TrainingType.BOTH)
    validate(graph)
    schema = graph.train_schema.minimal_graph_schema()
    with tempfile.TemporaryDirectory(prefix="jieli-train-") as folder:
        storage = LocalModelStorage(Path(folder))
        runner = DaskGraphRunner.create(
            graph_schema=schema,
            model_storage=storage,
            execution_context=ExecutionContext(graph_schema=graph.train_schema),
            hooks=[_progress_hook(report, len(schema.nodes))],
        )
        domain = importer.get_domain()
        runner.run(inputs={"__importer__": importer})
        report("package", len(schema.nodes), len(schema.nodes))
        storage.create_model_package(package, graph, domain)


def train(export: Path, out: Path, name: str | None, report: Report) -> Trained:
    """Train one model from `export` and put its package at `out`, or in it when it is a folder.

    The package appears whole or not at all. Raises TrainingRefused.
    """
    import numpy as np

    started = time.monotonic()
    release = read_release(export)
    if not CONFIG.is_file():
        raise TrainingRefused(f"{CONFIG} is not here: run from the project root")
    random.seed(SEED)
    np.random.seed(SEED)
    model = name or model_name(release.release, datetime.now(UTC))
    target = out / f"{model}{SUFFIX}" if out.is_dir() else out
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jieli-model-", dir=target.parent) as folder:
        package = Path(folder) / target.name
        _train_graph(export, package, report)
        shutil.move(package, target)
    return Trained(
        target.name.removesuffix(SUFFIX), release.release, round(time.monotonic() - started, 2)
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bot.train", description=__doc__)
    parser.add_argument("--export", type=Path, required=True, help="folder of a release export")
    parser.add_argument("--out", type=Path, required=True, help="model package to write")
    parser.add_argument("--name", help="model name; by default from the release and the time")
    return parser.parse_args()


def main() -> int:
    """Train as the command line says; the last line printed is the model or the error."""
    arguments = _arguments()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    warnings.simplefilter("ignore")

    def tell(line: dict[str, str | int | float]) -> None:
        sys.__stdout__.write(msgspec.json.encode(line).decode() + "\n")
        sys.__stdout__.flush()

    def report(step: str, done: int, of: int) -> None:
        tell({"step": step, "done": done, "of": of})

    try:
        # Rasa prints for people; standard output here is for machines.
        with contextlib.redirect_stdout(sys.stderr):
            trained = train(arguments.export, arguments.out, arguments.name, report)
    except Exception as problem:
        logging.getLogger(__name__).exception("training failed")
        tell({"error": f"{type(problem).__name__}: {problem}"})
        return 1
    tell({"model": trained.model, "release": trained.release, "seconds": trained.seconds})
    return 0


if __name__ == "__main__":
    sys.exit(main())
