"""Rasa's training graph over one release, with progress after every node; no cache."""

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
from rasa.shared.core.domain import KEY_INTENTS, Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.data import TrainingType
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.classifier import CalibratedIntentClassifier
from bot.components.held_out import FILE, HeldOut, read_held_out
from bot.release import read_phrasings

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


class ReleaseImporter(TrainingDataImporter):
    """Gives an export with the hand-written dialogue, read once and merged once.

    Rasa's own importers read and fingerprint everything again for each step that asks.
    """

    def __init__(self, export: Path) -> None:
        by_hand = TrainingDataImporter.load_from_config(
            str(CONFIG), [str(DOMAIN)], [*map(str, DIALOGUE)]
        )
        phrasings = list(read_phrasings(export))
        intents = list(dict.fromkeys(intent for _, intent in phrasings))
        self._domain = by_hand.get_domain().merge(Domain.from_dict({KEY_INTENTS: intents}))
        self._stories = by_hand.get_stories()
        self._config = by_hand.get_config()
        self._data = by_hand.get_nlu_data()
        self._data.training_examples += [
            Message(data={TEXT: text, INTENT: intent}) for text, intent in phrasings
        ]

    def get_domain(self) -> Domain:
        """Return the flows' domain with an intent for each entry."""
        return self._domain

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """Return the flows' rules."""
        return self._stories

    def get_config(self) -> dict[str, Any]:
        """Return config.yml."""
        return dict(self._config)

    def get_config_file_for_auto_config(self) -> str | None:
        """Return no file: nothing is to be completed in config.yml."""
        return None

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return the phrasings of the flows and of the entries."""
        return self._data


def train_package(export: Path, package: Path, report: Report) -> list[HeldOut]:
    """Train an export with the hand-written dialogue, and write the model package.

    Returns the readings of the training text by models that had not seen it.
    """
    importer = ReleaseImporter(export)
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
