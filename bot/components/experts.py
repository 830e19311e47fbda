"""Four ways to learn scores of labels that are linear in what is seen of a text."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.sparse import csc_matrix, csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from bot.components.counting import TINY, Array

Labels = NDArray[np.intp]
Shares = NDArray[np.float64]

FEW: Final = 128
NEAREST_RIVALS: Final = 8
OTHER_RIVALS: Final = 8
_TOLERANCE: Final = 0.3
_SMOOTHING: Final = 0.3
AXES: Final = 600
_SHRINKAGE: Final = 0.1
_LEAST_SPREAD: Final = 0.01
_FLAT: Final = 1e-6
_ABSENT: Final = 10.0


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights, a row a feature and a column a label, and what each label begins with."""

    weights: Array
    bias: Array

    def scores(self, rows: csr_matrix) -> Array:
        """Return a row of scores for each text."""
        return np.asarray(rows @ self.weights + self.bias, dtype=np.float32)

    @classmethod
    def sum_of(cls, parts: Sequence[Linear], shares: Shares) -> Linear:
        """Return the model whose scores are the weighted sum of the parts' scores."""
        weights = weighted_sum([part.weights for part in parts], shares)
        return cls(weights, weighted_sum([part.bias for part in parts], shares))


def weighted_sum(parts: Sequence[Array], shares: Shares) -> Array:
    """Return the sum of arrays of one shape, each times its share."""
    total = np.zeros_like(parts[0])
    for part, share in zip(parts, shares, strict=True):
        total += np.float32(share) * part
    return total


def _members(truth: Labels, labels: int) -> csr_matrix:
    """Return a row a label, with a one at each of its texts."""
    ones = np.ones(len(truth), dtype=np.float32)
    return csr_matrix((ones, (truth, np.arange(len(truth)))), shape=(labels, len(truth)))


def _means(rows: csr_matrix, truth: Labels, labels: int) -> csr_matrix:
    sizes = np.maximum(np.bincount(truth, minlength=labels), 1)
    return csr_matrix(diags((1.0 / sizes).astype(np.float32)) @ _members(truth, labels) @ rows)


def contrasts(rows: csr_matrix, truth: Labels, labels: int) -> Linear:
    """Learn how much likelier each feature is under a label than under the others.

    Naive Bayes with complement counts: Rennie et al., ICML 2003.
    """
    inside = np.asarray((_members(truth, labels) @ rows).todense(), dtype=np.float32)
    outside = inside.sum(axis=0) - inside + _SMOOTHING
    outside /= outside.sum(axis=1, keepdims=True)
    inside += _SMOOTHING / 10
    inside /= inside.sum(axis=1, keepdims=True)
    weights = np.ascontiguousarray((np.log(inside) - np.log(outside)).T)
    return Linear(weights, np.zeros(labels, dtype=np.float32))


def latent(rows: csr_matrix, truth: Labels, labels: int) -> Linear:
    """Learn labels on the axes along which their mean texts differ, by what varies within labels.

    Wordings that go with the same labels share axes, so labels learn from each other: latent
    semantic analysis (Deerwester et al., JASIS 1990) with labels for documents, then Fisher's
    linear discriminants with a covariance shrunk towards a sphere, each label equally likely.
    """
    along = _axes(rows, truth, labels)
    found = discriminants(np.asarray(rows @ along), truth, labels)
    return Linear(along @ found.weights, found.bias)


def discriminants(placed: Array, truth: Labels, labels: int) -> Linear:
    """Learn Fisher's linear discriminants of texts that have a place, a row a text."""
    placed = placed.astype(np.float64)
    sizes = np.bincount(truth, minlength=labels)[:, None]
    sums = np.asarray(_members(truth, labels) @ placed)
    means = sums / np.maximum(sizes, 1)
    square = placed.T @ placed
    within = (square - sums.T @ means) / len(truth)
    # Texts that are all alike within their labels vary a little all the same.
    spread = (np.trace(within) + _LEAST_SPREAD * np.trace(square) / len(truth)) / len(within)
    shrunk = within + _SHRINKAGE * (spread + TINY) * np.eye(len(within))
    solved = np.linalg.solve(shrunk, means.T)
    bias = -0.5 * np.sum(means.T * solved, axis=0)
    bias[sizes[:, 0] == 0] = bias.min() - _ABSENT
    return Linear(solved.astype(np.float32), bias.astype(np.float32))


def _axes(rows: csr_matrix, truth: Labels, labels: int) -> Array:
    """Return the main axes of the labels' mean texts, one a column."""
    means = _means(rows, truth, labels)
    alike = (means @ means.T).toarray().astype(np.float64)
    lengths, directions = eigh(alike, subset_by_index=(max(labels - AXES, 0), labels - 1))
    real = lengths > _FLAT * lengths[-1]
    scaled = directions[:, real] / np.sqrt(lengths[real])
    return np.asarray(means.T @ scaled, dtype=np.float32)


def boundaries(rows: csr_matrix, truth: Labels, near: Array, strength: float, seed: int) -> Linear:
    """Learn one logistic regression a label, against the texts of its rivals.

    All other labels are rivals while they are `FEW`. Among many, each text opposes the labels it
    is nearest to by the scores `near`, a column a label, and others drawn at random: the rest
    are told apart by the other experts.
    """
    labels = near.shape[1]
    weights = np.zeros((labels, rows.shape[1]), dtype=np.float32)
    bias = np.full(labels, -_ABSENT, dtype=np.float32)
    opposed = _opposed(truth, near, seed) if labels > FEW else None
    doubled = rows.astype(np.float64)
    for label in np.unique(truth):
        chosen = slice(None) if opposed is None else _column(opposed, label)
        own = truth[chosen] == label
        if not own.all():
            fitted = _separate(doubled[chosen], own, strength, seed)
            weights[label], bias[label] = fitted.coef_[0], fitted.intercept_[0]
    return Linear(np.ascontiguousarray(weights.T), bias)


def _separate(rows: csr_matrix, own: NDArray[np.bool_], strength: float, seed: int) -> Any:
    with warnings.catch_warnings():
        # A loose fit is intended: it is quicker, and the shares are measured afterwards.
        warnings.simplefilter("ignore")
        return LogisticRegression(
            C=strength,
            solver="liblinear",
            dual=True,
            tol=_TOLERANCE,
            class_weight="balanced",
            random_state=seed,
        ).fit(rows, own)


def _opposed(truth: Labels, near: Array, seed: int) -> csc_matrix:
    """Return which texts are asked about each label, a column each."""
    drawn = np.random.default_rng(seed).integers(0, near.shape[1], (len(truth), OTHER_RIVALS))
    nearest = np.argpartition(-near, NEAREST_RIVALS, axis=1)[:, :NEAREST_RIVALS]
    asked = np.hstack([truth[:, None], nearest, drawn])
    starts = np.arange(0, asked.size + 1, asked.shape[1])
    ones = np.ones(asked.size, dtype=np.int8)
    return csc_matrix(csr_matrix((ones, asked.ravel(), starts), shape=near.shape))


def _column(matrix: csc_matrix, at: int) -> NDArray[np.intp]:
    return np.asarray(np.unique(matrix.indices[matrix.indptr[at] : matrix.indptr[at + 1]]))
