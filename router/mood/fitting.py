"""Finds a classifier's weights by logistic regression; only training needs scikit-learn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

from router.mood.linear import Blocks, Floats, LinearTextcat
from router.mood.meaning import Meaning

Doubles = NDArray[np.float64]

_SEEN_AT_LEAST = 2
_SIGN_WEIGHT = 0.5
_MEANING_STRENGTH = 100.0
_ROUNDS = 400


def fit(
    component: LinearTextcat,
    found: Sequence[Blocks],
    labels: Sequence[int],
    counts: Sequence[float],
    strength: float,
    seed: int,
) -> None:
    """Fill a component with the weights that tell `labels` apart by the features `found`.

    Each row counts as often as `counts` says.
    """
    kept, idf = _vocabulary(found)
    model = LogisticRegression(C=strength, max_iter=_ROUNDS, random_state=seed)
    model.fit(_matrix(found, kept, idf), np.array(labels), sample_weight=np.array(counts))
    weights, bias = _softmax_form(model)
    component.fill(kept, idf.astype(np.float32), weights, bias, component.lexicon)


def fit_meaning(
    component: LinearTextcat,
    vectors: Path,
    found: Sequence[Blocks],
    labels: Sequence[int],
    counts: Sequence[float],
    seed: int,
) -> None:
    """Give a component a second opinion that tells `labels` apart by what words mean alone."""
    texts = [blocks.said for blocks in found]
    meaning = Meaning.learned(vectors, texts, len(component.labels))
    places = np.stack([meaning.place(words) for words in texts]).astype(np.float64)
    model = LogisticRegression(C=_MEANING_STRENGTH, max_iter=_ROUNDS, random_state=seed)
    model.fit(places, np.array(labels), sample_weight=np.array(counts))
    weights, bias = _softmax_form(model)
    component.meaning = replace(meaning, weights=weights, bias=bias)


def _vocabulary(found: Sequence[Blocks]) -> tuple[list[str], Doubles]:
    shared = Counter(f for blocks in found for f in set().union(*blocks.shared))
    common = sorted(feature for feature, count in shared.items() if count >= _SEEN_AT_LEAST)
    signs = sorted({sign for blocks in found for sign in blocks.signs})
    seen = np.array([shared[feature] for feature in common], dtype=np.float64)
    idf = np.log((1.0 + len(found)) / (1.0 + seen)) + 1.0
    return common + signs, np.concatenate([idf, np.full(len(signs), _SIGN_WEIGHT)])


def _matrix(found: Sequence[Blocks], kept: Sequence[str], idf: Doubles) -> csr_matrix:
    places = {feature: place for place, feature in enumerate(kept)}

    def part(features: Sequence[Sequence[str]]) -> csr_matrix:
        known = [sorted({places[f] for f in row if f in places}) for row in features]
        columns = [place for row in known for place in row]
        starts = np.cumsum([0, *(len(row) for row in known)])
        return csr_matrix((idf[columns], columns, starts), shape=(len(known), len(kept)))

    kinds = zip(*(blocks.shared for blocks in found), strict=True)
    signs = part([blocks.signs for blocks in found])
    return sum((normalize(part(kind)) for kind in kinds), signs)


def _softmax_form(model: LogisticRegression) -> tuple[Floats, Floats]:
    """Give weights and bias of one column a label, also where two labels share one row."""
    weights, bias = model.coef_, model.intercept_
    if len(weights) == 1:
        weights = np.vstack([-weights / 2.0, weights / 2.0])
        bias = np.array([-bias[0] / 2.0, bias[0] / 2.0])
    return np.ascontiguousarray(weights.T, dtype=np.float32), bias.astype(np.float32)
