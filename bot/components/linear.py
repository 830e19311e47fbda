"""A linear intent model over counted features, and its honest confidence."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from bot.components.grams import IN_WORD
from bot.components.held_out import folds_of

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]

_FILE: Final = "intents.npz"
_LOG_SHARPNESS: Final = (-2.0, 2.5)
_IN_WORD_WEIGHT: Final = 0.7
_FIT_TOLERANCE: Final = 0.3
_TINY: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """How the model is fitted: `strength` is 1 / regularization, `folds` those of calibration."""

    strength: float = 20.0
    folds: int = 4
    seed: int = 42


def softmax(scores: NDArray[Any], sharpness: float) -> NDArray[Any]:
    """Return each row of `scores` as chances that sum to one, surer with more `sharpness`."""
    scaled = scores * sharpness
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def fit_sharpness(scores: NDArray[Any], truth: NDArray[np.intp]) -> float:
    """Return the sharpness under which held-out `scores` make `truth` likeliest."""
    rows = np.arange(len(truth))

    def loss(log_sharpness: float) -> float:
        chances = softmax(scores, float(np.exp(log_sharpness)))[rows, truth]
        return float(-np.log(chances + _TINY).mean())

    return float(np.exp(minimize_scalar(loss, bounds=_LOG_SHARPNESS, method="bounded").x))


def count(texts: Sequence[Sequence[str]], places: dict[str, int]) -> csr_matrix:
    """Return one row of feature counts a text; a feature without a place is not counted."""
    counted = [[places[gram] for gram in text if gram in places] for text in texts]
    starts = np.cumsum([0, *map(len, counted)])
    columns = np.fromiter((place for row in counted for place in row), dtype=np.int32)
    matrix = csr_matrix(
        (np.ones(len(columns), dtype=np.float32), columns, starts),
        shape=(len(texts), len(places)),
    )
    matrix.sum_duplicates()
    return matrix


def rarity_of(counts: csr_matrix) -> Array:
    """Return the root of each column's inverse document frequency; zero where no row has it.

    The root, since with few phrasings an entry the full one overrates the rarest features.
    """
    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.sqrt(np.log((1 + counts.shape[0]) / (1 + seen)) + 1.0)
    return np.where(seen > 0, rarity, 0.0).astype(np.float32)


def weigh(counts: csr_matrix, rarity: Array) -> csr_matrix:
    """Return the counts on a logarithmic scale, by rarity, each row of length one."""
    weighted = counts.copy()
    np.log1p(weighted.data, out=weighted.data)
    weighted = csr_matrix(weighted @ diags(rarity))
    weighted.eliminate_zeros()
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    weighted.data /= np.repeat(lengths, np.diff(weighted.indptr)) + _TINY
    return weighted


@dataclass(frozen=True, slots=True)
class LinearIntents:
    """A fitted model: the place and weight of each feature, a column an intent, the sharpness."""

    labels: tuple[str, ...]
    places: dict[str, int]
    rarity: Array
    weights: Array
    bias: Array
    sharpness: float

    def read(self, text: Sequence[str]) -> Array:
        """Return the calibrated chance of each label for one text, given by its features.

        A text with no known feature is a uniform guess: the model knows nothing of it.
        """
        counted = Counter(self.places[gram] for gram in text if gram in self.places)
        if not counted:
            return np.full(len(self.labels), 1.0 / len(self.labels), dtype=np.float32)
        columns = np.fromiter(counted.keys(), dtype=np.intp, count=len(counted))
        times = np.fromiter(counted.values(), dtype=np.float32, count=len(counted))
        row = np.log1p(times) * self.rarity[columns]
        row /= np.sqrt(row @ row) + _TINY
        return softmax(row @ self.weights[columns] + self.bias, self.sharpness)

    def ranking(self, chances: Array, length: int) -> tuple[tuple[str, float], ...]:
        """Return the likeliest labels with their chances, best first."""
        best = chances.argsort(kind="stable")[::-1][:length]
        return tuple((self.labels[at], float(chances[at])) for at in best)

    def save(self, folder: Path) -> None:
        """Write the model as plain arrays, which load without running any code."""
        np.savez(
            folder / _FILE,
            labels=np.asarray(self.labels, dtype=np.str_),
            grams=np.asarray(list(self.places), dtype=np.str_),
            rarity=self.rarity,
            weights=self.weights,
            bias=self.bias,
            sharpness=np.float64(self.sharpness),
        )

    @classmethod
    def open(cls, folder: Path) -> LinearIntents:
        """Read a model that `save` wrote."""
        with np.load(folder / _FILE, allow_pickle=False) as saved:
            return cls(
                labels=tuple(map(str, saved["labels"])),
                places={str(gram): place for place, gram in enumerate(saved["grams"])},
                rarity=saved["rarity"],
                weights=np.ascontiguousarray(saved["weights"]),
                bias=saved["bias"],
                sharpness=float(saved["sharpness"]),
            )


def _fit_scores(rows: csr_matrix, truth: NDArray[np.intp], how: Hyperparameters) -> Any:
    """Fit one logistic regression a label: quick, and its scores calibrate well."""
    return LogisticRegression(
        C=how.strength,
        solver="liblinear",
        dual=True,
        tol=_FIT_TOLERANCE,
        multi_class="ovr",
        class_weight="balanced",
        random_state=how.seed,
    ).fit(rows, truth)


def _scores(model: Any, rows: csr_matrix, labels: int) -> Array:
    """Return scores over all `labels`, also where a fold did not hold every label."""
    found = np.asarray(model.decision_function(rows), dtype=np.float32)
    if found.ndim == 1:
        found = np.stack([-found, found], axis=1)
    scores = np.full((rows.shape[0], labels), found.min() - 1.0, dtype=np.float32)
    scores[:, model.classes_] = found
    return scores


def _rarity(counts: csr_matrix, in_word: Flags) -> Array:
    weighted: Array = rarity_of(counts) * np.where(in_word, np.float32(_IN_WORD_WEIGHT), 1.0)
    return weighted.astype(np.float32)


def _held_out_scores(
    counts: csr_matrix, truth: NDArray[np.intp], in_word: Flags, fold_of: Any, how: Hyperparameters
) -> Array:
    """Return the scores of each text by a model of the folds it is not in."""
    held_out = np.zeros((len(truth), int(truth.max()) + 1), dtype=np.float32)
    for fold in np.unique(fold_of):
        seen, unseen = fold_of != fold, fold_of == fold
        rarity = _rarity(counts[seen], in_word)
        model = _fit_scores(weigh(counts[seen], rarity), truth[seen], how)
        held_out[unseen] = _scores(model, weigh(counts[unseen], rarity), held_out.shape[1])
    return held_out


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, and the chances of each training text by models that have not seen it.

    Where every intent has one text only, none can be held out: nothing is known of any.
    """

    model: LinearIntents
    held_out: Array


def fit(texts: Sequence[Sequence[str]], intents: Sequence[str], how: Hyperparameters) -> Fitted:
    """Fit the model on texts given by their features, and its sharpness on held-out folds.

    Raises ValueError when there are fewer than two intents to tell apart.
    """
    labels, truth = np.unique(np.asarray(intents), return_inverse=True)
    if len(labels) < 2:
        raise ValueError("training needs at least two intents: add phrasings of another entry")
    places = {gram: at for at, gram in enumerate(sorted({g for text in texts for g in text}))}
    in_word = np.asarray([gram.startswith(IN_WORD) and len(gram) > 1 for gram in places])
    counts = count(texts, places)
    rarity = _rarity(counts, in_word)
    folds = min(how.folds, int(np.bincount(truth).max()))
    held_out, sharpness = np.full((len(texts), len(labels)), 1.0 / len(labels)), 1.0
    with warnings.catch_warnings():
        # Entries with fewer phrasings than folds, and a loose fit, are both as intended.
        warnings.simplefilter("ignore")
        model = _fit_scores(weigh(counts, rarity), truth, how)
        if folds >= 2:
            fold_of = folds_of(texts, truth, folds, how.seed)
            scores = _held_out_scores(counts, truth, in_word, fold_of, how)
            sharpness = fit_sharpness(scores, truth)
            held_out = softmax(scores, sharpness)
    weights, bias = model.coef_, model.intercept_
    if len(labels) == 2:
        weights, bias = np.concatenate([-weights, weights]), np.concatenate([-bias, bias])
    fitted = LinearIntents(
        labels=tuple(map(str, labels)),
        places=places,
        rarity=rarity,
        weights=np.ascontiguousarray(weights.T, dtype=np.float32),
        bias=bias.astype(np.float32),
        sharpness=sharpness,
    )
    return Fitted(fitted, held_out)
