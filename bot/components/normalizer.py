"""The pipeline step that folds text, so that training and parsing read the same."""

from __future__ import annotations

from typing import Any, Final

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.text import fold

AS_TYPED: Final = "text_as_typed"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class TextNormalizer(GraphComponent):
    """Replaces the text of every message by its folded form, before it is tokenized.

    Rasa has no component type for this; a featurizer is what it runs in training and parsing.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TextNormalizer:
        """Return a normalizer; it has no settings and learns nothing."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Fold the text of each message, keeping it beside; one with no text is left alone."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                message.set(AS_TYPED, text)
                message.set(TEXT, fold(text), add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Fold the text of every training example."""
        self.process(training_data.training_examples)
        return training_data
