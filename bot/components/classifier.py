"""The intent classifier of the pipeline: a linear model with calibrated confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import jieba  # type: ignore[import-untyped]
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.fitting import Hyperparameters, fit
from bot.components.grams import Wording, wording
from bot.components.held_out import FILE, HeldOut, write_held_out
from bot.components.linear import LinearIntents
from bot.components.meaning import WordVectors
from bot.components.normalizer import AS_TYPED
from bot.components.scope import Scope
from bot.components.spelling import NO_PINYIN, Spelling
from bot.components.threshold import SureFrom, sure_from
from bot.figures import figures
from bot.flow import FLOW_ONLY_INTENTS, Flow
from bot.reading import OUT_OF_SCOPE

RANKING_LENGTH: Final = 10
SURE_FROM_KEY: Final = "sure_from"
BY_HAND: Final = frozenset({*FLOW_ONLY_INTENTS, *(flow.value for flow in Flow)})
"""The intents that come with the project, not with a release."""


class CalibratedIntentClassifierUntrained(Exception):
    """A model package without the classifier's arrays was loaded."""


def _sure_from(held_out: Sequence[HeldOut]) -> SureFrom:
    """Return from which confidence the model may answer, outside of flows."""
    read = [(f.ranking[0][1], f.ranking[0][0] == f.intent) for f in figures(held_out) if f.ranking]
    return sure_from(read)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CalibratedIntentClassifier(IntentClassifier, GraphComponent):
    """Ranks intents by a linear model whose confidence is measured on held-out folds."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: LinearIntents | None = None,
        scope: Scope | None = None,
        spelling: Spelling = NO_PINYIN,
    ) -> None:
        self._how = Hyperparameters(
            strength=float(config["strength"]),
            folds=int(config["folds"]),
            seed=int(config["random_state"]),
        )
        self._vectors = str(config["vectors"])
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._scope = scope
        self._spelling = spelling

    @property
    def _sure_from(self) -> SureFrom:
        return self._model.sure_from if self._model else ()

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must come earlier in the pipeline: a tokenizer."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Return the packages the component imports."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings config.yml may change; `vectors` names word vectors, if any."""
        default = Hyperparameters()
        return {
            "strength": default.strength,
            "folds": default.folds,
            "random_state": default.seed,
            "vectors": "",
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CalibratedIntentClassifier:
        """Return an untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CalibratedIntentClassifier:
        """Return the classifier a model package holds."""
        with model_storage.read_from(resource) as folder:
            model, scope = LinearIntents.open(folder), Scope.open(folder)
            spelling = Spelling.open(folder)
        return cls(config, model_storage, resource, model, scope, spelling)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model on the training phrasings, and store it with what it proved to know."""
        told = [e for e in training_data.intent_examples if e.get(INTENT) and e.get(TEXT)]
        examples = [e for e in told if e.get(INTENT) != OUT_OF_SCOPE]
        self._spelling = Spelling.learned([example.get(TEXT) for example in examples])
        outside = [self._wording(e) for e in told if e.get(INTENT) == OUT_OF_SCOPE]
        texts = [self._wording(example) for example in examples]
        fitted = fit(
            texts,
            [example.get(INTENT) for example in examples],
            self._how,
            WordVectors.open(Path(self._vectors)) if self._vectors else None,
            apart=BY_HAND,
        )
        self._scope, elsewhere = Scope.learned(texts, outside, self._how.seed)
        held_out = [
            HeldOut(
                example.get(AS_TYPED) or example.get(TEXT),
                example.get(INTENT),
                fitted.model.ranking(chances * (1.0 - missed), RANKING_LENGTH),
            )
            for example, chances, missed in zip(examples, fitted.held_out, elsewhere, strict=True)
        ]
        self._model = replace(fitted.model, sure_from=_sure_from(held_out))
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
            self._spelling.save(folder)
            if self._scope is not None:
                self._scope.save(folder)
            write_held_out(held_out, folder / FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Give each message its intent, confidence and the likeliest intents, scope included."""
        for message in messages:
            ranking = self._rank(message)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set(SURE_FROM_KEY, self._sure_from, add_to_output=True)
        return messages

    def _wording(self, message: Message) -> Wording:
        """Return what the model reads of a message that the tokenizer has cut into words."""
        text = message.get(TEXT, "")
        written = self._spelling.written(text)
        if written != text:
            return wording(written, jieba.lcut(written))
        return wording(text, [token.text for token in message.get(TOKENS_NAMES[TEXT], [])])

    def _rank(self, message: Message) -> list[dict[str, Any]]:
        if self._model is None:
            raise CalibratedIntentClassifierUntrained("train the model before reading with it")
        text = self._wording(message)
        elsewhere = self._scope.outside(text) if self._scope is not None else 0.0
        chances = self._model.read(text) * np.float32(1.0 - elsewhere)
        ranking = [*self._model.ranking(chances, RANKING_LENGTH), (OUT_OF_SCOPE, elsewhere)]
        return [
            {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: confidence}
            for intent, confidence in sorted(ranking, key=lambda one: -one[1])
        ]
