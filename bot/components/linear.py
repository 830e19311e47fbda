"""A linear intent model over counted features, and the honest temperature of its confidence."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

Array = NDArray[np.float32]

_FILE: Final = "intents.npz"
_LOG_TEMPERATURES: Final = (-2.0, 2.5)
_TINY: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """How the model is fitted: `strength` is 1 / regularization, `folds` those of calibration."""

    strength: float = 12.0
    folds: int = 4
    seed: int = 42


def softmax(scores: NDArray[Any], sharpness: float) -> NDArray[Any]:
    """Return the rows of `scores` as probabilities, sharper with a higher `sharpness`."""
    scaled = scores * sharpness
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def fit_sharpness(scores: NDArray[Any], truth: NDArray[np.intp]) -> float:
    """Return the sharpness under which held-out `scores` give `truth` the highest likelihood."""
    rows = np.arange(len(truth))

    def loss(log_sharpness: float) -> float:
        chances = softmax(scores, float(np.exp(log_sharpness)))[rows, truth]
        return float(-np.log(chances + _TINY).mean())

    return float(np.exp(minimize_scalar(loss, bounds=_LOG_TEMPERATURES, method="bounded").x))


def weigh(counts: csr_matrix, rarity: Array, blocks: tuple[int, ...]) -> csr_matrix:
    """Return tf-idf rows: logarithmic counts by `rarity`, each block of columns of length one.

    `blocks` holds the first column of every featurizer's block, then the number of columns.
    """
    weighted = counts.astype(np.float32, copy=True)
    np.log1p(weighted.data, out=weighted.data)
    weighted = csr_matrix(weighted @ diags(rarity))
    weighted.eliminate_zeros()
    block_of = np.searchsorted(np.asarray(blocks), weighted.indices, side="right") - 1
    row_of = np.repeat(np.arange(weighted.shape[0]), np.diff(weighted.indptr))
    lengths = np.zeros((weighted.shape[0], len(blocks)), dtype=np.float32)
    np.add.at(lengths, (row_of, block_of), weighted.data**2)
    weighted.data /= np.sqrt(lengths[row_of, block_of]) + _TINY
    return weighted


def rarity_of(counts: csr_matrix) -> Array:
    """Return the inverse document frequency of each column; zero where no row has it."""
    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log((1 + counts.shape[0]) / (1 + seen)) + 1.0
    return np.where(seen > 0, rarity, 0.0).astype(np.float32)


@dataclass(frozen=True, slots=True)
class LinearIntents:
    """A fitted model: column weights, one weight column an intent, and the sharpness."""

    labels: tuple[str, ...]
    origins: tuple[str, ...]
    blocks: tuple[int, ...]
    rarity: Array
    weights: Array
    bias: Array
    sharpness: float

    def widths(self) -> dict[str, int]:
        """Return how many columns each featurizer gives, in their order."""
        return dict(zip(self.origins, np.diff(self.blocks).tolist(), strict=True))

    def read(self, counts: csr_matrix) -> Array:
        """Return calibrated probabilities, one row a message, one column a label.

        A message with no known feature is a uniform guess: the model knows nothing of it.
        """
        rows = weigh(counts, self.rarity, self.blocks)
        chances = softmax(rows @ self.weights + self.bias, self.sharpness)
        chances[np.diff(rows.indptr) == 0] = 1.0 / len(self.labels)
        return chances.astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write the model as plain arrays, which load without running any code."""
        np.savez(
            folder / _FILE,
            labels=np.asarray(self.labels, dtype=np.str_),
            origins=np.asarray(self.origins, dtype=np.str_),
            rarity=self.rarity,
            weights=self.weights,
            bias=self.bias,
            blocks=np.asarray(self.blocks, dtype=np.int64),
            sharpness=np.float64(self.sharpness),
        )

    @classmethod
    def open(cls, folder: Path) -> LinearIntents:
        """Read a model that `save` wrote."""
        with np.load(folder / _FILE, allow_pickle=False) as saved:
            return cls(
                labels=tuple(map(str, saved["labels"])),
                origins=tuple(map(str, saved["origins"])),
                rarity=saved["rarity"],
                weights=np.ascontiguousarray(saved["weights"]),
                bias=saved["bias"],
                blocks=tuple(map(int, saved["blocks"])),
                sharpness=float(saved["sharpness"]),
            )


def _fit_scores(rows: csr_matrix, truth: NDArray[np.intp], how: Hyperparameters) -> Any:
    """Fit one logistic regression a label: quick, and its scores calibrate well."""
    model = LogisticRegression(
        C=how.strength, solver="liblinear", multi_class="ovr", random_state=how.seed
    )
    return model.fit(rows, truth)


def _scores(model: Any, rows: csr_matrix, labels: int) -> Array:
    """Return scores over all `labels`, also where a fold did not hold every label."""
    found = np.asarray(model.decision_function(rows), dtype=np.float32)
    if found.ndim == 1:
        found = np.stack([-found, found], axis=1)
    scores = np.full((rows.shape[0], labels), found.min() - 1.0, dtype=np.float32)
    scores[:, model.classes_] = found
    return scores


def _held_out_sharpness(
    counts: csr_matrix, truth: NDArray[np.intp], blocks: tuple[int, ...], how: Hyperparameters
) -> float:
    """Return the sharpness measured on text each fold's model has not seen."""
    folds = min(how.folds, int(np.bincount(truth).max()))
    if folds < 2:
        return 1.0
    splitter = StratifiedKFold(folds, shuffle=True, random_state=how.seed)
    held_out = np.zeros((len(truth), int(truth.max()) + 1), dtype=np.float32)
    for seen, unseen in splitter.split(counts, truth):
        rarity = rarity_of(counts[seen])
        model = _fit_scores(weigh(counts[seen], rarity, blocks), truth[seen], how)
        held_out[unseen] = _scores(model, weigh(counts[unseen], rarity, blocks), held_out.shape[1])
    return fit_sharpness(held_out, truth)


def fit(
    counts: csr_matrix, intents: list[str], widths: dict[str, int], how: Hyperparameters
) -> LinearIntents:
    """Fit the model on counted features, and its sharpness on held-out folds of the same.

    `widths` says how many columns each featurizer gave. Raises ValueError when there are fewer
    than two intents to tell apart.
    """
    labels, truth = np.unique(np.asarray(intents), return_inverse=True)
    if len(labels) < 2:
        raise ValueError("training needs at least two intents: add phrasings of another entry")
    blocks = tuple(accumulate(widths.values(), initial=0))
    rarity = rarity_of(counts)
    model = _fit_scores(weigh(counts, rarity, blocks), truth, how)
    weights, bias = model.coef_, model.intercept_
    if len(labels) == 2:
        weights, bias = np.concatenate([-weights, weights]), np.concatenate([-bias, bias])
    return LinearIntents(
        labels=tuple(map(str, labels)),
        origins=tuple(widths),
        blocks=blocks,
        rarity=rarity,
        weights=np.ascontiguousarray(weights.T, dtype=np.float32),
        bias=bias.astype(np.float32),
        sharpness=_held_out_sharpness(counts, truth, blocks, how),
    )
