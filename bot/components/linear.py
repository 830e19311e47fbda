"""The intent model: scores linear in what is seen of a text, and how sure they make it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.components.certainty import AS_FITTED, Certainty
from bot.components.counting import Array, row_of
from bot.components.experts import Linear
from bot.components.grams import Wording
from bot.components.meaning import Meaning
from bot.components.threshold import SureFrom

_FILE: Final = "intents.npz"
_VERSION: Final = 4


class ModelOutdated(Exception):
    """The stored arrays are not those this version reads."""


def softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Return each row of `scores` as chances that sum to one."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Meant:
    """The part of a model that scores what words mean."""

    meaning: Meaning
    scorer: Linear


@dataclass(frozen=True, slots=True)
class LinearIntents:
    """A fitted model: the place and weight of each feature, a column an intent."""

    labels: tuple[str, ...]
    places: dict[str, int]
    rarity: Array
    scorer: Linear
    meant: Meant | None = None
    certainty: Certainty = AS_FITTED
    sure_from: SureFrom = ()

    def read(self, text: Wording) -> Array:
        """Return the calibrated chance of each label for one text.

        A text with no known feature is a uniform guess: the model knows nothing of it.
        """
        columns, row = row_of(text, self.places, self.rarity)
        if not len(columns):
            return np.full(len(self.labels), 1.0 / len(self.labels), dtype=np.float32)
        scores = row @ self.scorer.weights[columns] + self.scorer.bias
        if self.meant is not None:
            place = self.meant.meaning.of(text.words)
            if place.any():
                scores = scores + place @ self.meant.scorer.weights + self.meant.scorer.bias
        return self.certainty.of(softmax(scores))

    def ranking(self, chances: Array, length: int) -> tuple[tuple[str, float], ...]:
        """Return the likeliest labels with their chances, best first."""
        best = chances.argsort(kind="stable")[::-1][:length]
        return tuple((self.labels[at], float(chances[at])) for at in best)

    def save(self, folder: Path) -> None:
        """Write the model as plain arrays, which load without running any code."""
        np.savez(
            folder / _FILE,
            version=_VERSION,
            labels=np.asarray(self.labels, dtype=np.str_),
            grams=np.asarray(list(self.places), dtype=np.str_),
            rarity=self.rarity,
            # Half the size, and below a thousandth of a score's noise.
            weights=self.scorer.weights.astype(np.float16),
            bias=self.scorer.bias,
            meant_weights=self.meant.scorer.weights if self.meant else np.empty((0, 0)),
            meant_bias=self.meant.scorer.bias if self.meant else np.empty(0),
            certainty=np.asarray([self.certainty.slope, self.certainty.offset]),
            sure_from=np.asarray(self.sure_from, dtype=np.float64).reshape(-1, 2),
        )
        if self.meant is not None:
            self.meant.meaning.save(folder)

    @classmethod
    def open(cls, folder: Path) -> LinearIntents:
        """Read a model that `save` wrote; raises ModelOutdated for one of another version."""
        meaning = Meaning.open(folder)
        with np.load(folder / _FILE, allow_pickle=False) as saved:
            if "version" not in saved or int(saved["version"]) != _VERSION:
                raise ModelOutdated(f"{folder / _FILE} is of another version: train it again")
            slope, offset = map(float, saved["certainty"])
            return cls(
                labels=tuple(map(str, saved["labels"])),
                places={str(gram): place for place, gram in enumerate(saved["grams"])},
                rarity=saved["rarity"],
                scorer=Linear(saved["weights"].astype(np.float32), saved["bias"]),
                meant=None
                if meaning is None
                else Meant(meaning, Linear(saved["meant_weights"], saved["meant_bias"])),
                certainty=Certainty(slope, offset),
                sure_from=tuple((float(one), float(two)) for one, two in saved["sure_from"]),
            )
