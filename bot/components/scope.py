"""Whether a text is about the shop at all: one boundary between what is taught and the rest.

It is learned apart from the intents. As one more intent the text out of scope, which is large and
like nothing else, would draw the weights away from what tells the intents from each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.components.counting import Array, count, places_of, rarity_of, row_of, weigh, worth_of
from bot.components.grams import Wording

_FILE: Final = "scope.npz"
_FOLDS: Final = 4
_STRENGTH: Final = 10.0
_FIRM: Final = 100.0
EXPECTED: Final = 0.05
"""Share of messages taken to be out of scope before a word is read."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A weight a feature; the sum of a text's is the log-odds of its being out of scope."""

    places: dict[str, int]
    rarity: Array
    weights: Array
    bias: float

    @classmethod
    def learned(
        cls, inside: Sequence[Wording], outside: Sequence[Wording], seed: int
    ) -> tuple[Scope | None, Array]:
        """Learn from texts of both kinds; also give the chance of each inside text, held out.

        With fewer texts of a kind than folds there is nothing to learn: no scope, and no chance.

        The log-odds are corrected by a line on held-out folds, for kinds equally many (Platt,
        1999), and then moved to the share that is `EXPECTED`.
        """
        if min(len(inside), len(outside)) < _FOLDS:
            return None, np.zeros(len(inside), dtype=np.float32)
        texts = [*inside, *outside]
        is_outside = np.arange(len(texts)) >= len(inside)
        places = places_of(texts)
        counts, worth = count(texts, places), worth_of(places)
        odds = np.zeros(len(texts))
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=seed)
        for known, asked in folds.split(odds, is_outside):
            rarity = rarity_of(counts[known], worth)
            line = _line(weigh(counts[known], rarity), is_outside[known], seed)
            odds[asked] = line.decision_function(weigh(counts[asked], rarity))
        platt = LogisticRegression(C=_FIRM, class_weight="balanced")
        platt.fit(odds[:, None], is_outside)
        slope = float(platt.coef_[0, 0])
        offset = float(platt.intercept_[0]) + float(np.log(EXPECTED / (1.0 - EXPECTED)))
        rarity = rarity_of(counts, worth)
        line = _line(weigh(counts, rarity), is_outside, seed)
        weights = (slope * line.coef_[0]).astype(np.float32)
        scope = cls(places, rarity, weights, slope * float(line.intercept_[0]) + offset)
        return scope, _chance(slope * odds[~is_outside] + offset)

    def outside(self, text: Wording) -> float:
        """Return the chance that a text is out of scope; one with no known feature is unknown."""
        columns, row = row_of(text, self.places, self.rarity)
        if not len(columns):
            return EXPECTED
        return float(_chance(np.asarray(row @ self.weights[columns] + self.bias)))

    def save(self, folder: Path) -> None:
        """Write it as plain arrays, which load without running any code."""
        np.savez(
            folder / _FILE,
            grams=np.asarray(list(self.places), dtype=np.str_),
            rarity=self.rarity,
            weights=self.weights,
            bias=self.bias,
        )

    @classmethod
    def open(cls, folder: Path) -> Scope | None:
        """Read what `save` wrote; None where nothing was saved."""
        file = folder / _FILE
        if not file.exists():
            return None
        with np.load(file, allow_pickle=False) as saved:
            places = {str(gram): place for place, gram in enumerate(saved["grams"])}
            return cls(places, saved["rarity"], saved["weights"], float(saved["bias"]))


def _line(rows: csr_matrix, is_outside: NDArray[np.bool_], seed: int) -> LogisticRegression:
    return LogisticRegression(
        C=_STRENGTH,
        solver="liblinear",
        dual=True,
        tol=0.1,
        max_iter=300,
        class_weight="balanced",
        random_state=seed,
    ).fit(rows.astype(np.float64), is_outside)


def _chance(odds: NDArray[np.float64]) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float32)
