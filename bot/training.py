"""Rasa's training graph over all our sources, with progress after every node; no cache."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from rasa.engine.constants import PLACEHOLDER_IMPORTER
from rasa.engine.graph import ExecutionContext, GraphNodeHook, GraphSchema
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelStorage
from rasa.engine.validation import validate
from rasa.shared.data import TrainingType
from rasa.shared.importers.importer import TrainingDataImporter

from bot.components.classifier import CalibratedIntentClassifier
from bot.components.held_out import FILE, HeldOut, read_held_out

CONFIG: Final = Path("config.yml")
DIALOGUE: Final = (Path("data/nlu"), Path("data/rules"))
DOMAIN: Final = Path("bot/domain")

Report = Callable[[str, int, int], None]


def _node_label(node: str) -> str:
    """Return a graph node's name as people read it: train_JiebaTokenizer1 is JiebaTokenizer."""
    return node.removeprefix("train_").removeprefix("run_").rstrip("0123456789").split(".")[-1]


class _Progress(GraphNodeHook):
    """Reports every finished node of the training graph."""

    def __init__(self, report: Report, nodes: int) -> None:
        self._report = report
        self._nodes = nodes
        self._done = 0

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
        self._done += 1
        self._report(_node_label(node_name), self._done, self._nodes)


def train_package(export: Path, package: Path, report: Report) -> list[HeldOut]:
    """Train an export with the hand-written dialogue, and write the model package.

    Returns the readings of the training text by models that had not seen it.
    """
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
            hooks=[_Progress(report, len(schema.nodes))],
        )
        domain = importer.get_domain()
        trained = runner.run(inputs={PLACEHOLDER_IMPORTER: importer})
        storage.create_model_package(package, graph, domain)
        held_out = _held_out(schema, storage, trained)
    report("package", len(schema.nodes), len(schema.nodes))
    return held_out


def _held_out(schema: GraphSchema, storage: ModelStorage, trained: dict[str, Any]) -> list[HeldOut]:
    """Return what the intent classifier kept of its held-out folds, if the pipeline has ours."""
    for name, node in schema.nodes.items():
        if node.uses is CalibratedIntentClassifier and name in trained:
            with storage.read_from(trained[name]) as folder:
                return read_held_out(folder / FILE)
    return []
