"""Rasa's training graph over all our sources, with progress after every node; no cache."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from rasa.engine.constants import PLACEHOLDER_IMPORTER
from rasa.engine.graph import ExecutionContext, GraphNodeHook
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.validation import validate
from rasa.shared.data import TrainingType
from rasa.shared.importers.importer import TrainingDataImporter

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


def train_package(export: Path, package: Path, report: Report) -> None:
    """Train an export with the hand-written dialogue, and write the model package."""
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
        runner.run(inputs={PLACEHOLDER_IMPORTER: importer})
        storage.create_model_package(package, graph, domain)
    report("package", len(schema.nodes), len(schema.nodes))
