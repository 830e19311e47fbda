"""Fitting the intent model: experts learn apart, held-out folds say what each is worth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from bot.components.beside import in_parallel
from bot.components.counting import (
    TINY,
    Array,
    Flags,
    count,
    in_word,
    places_of,
    rarity_of,
    weigh,
)
from bot.components.experts import (
    Labels,
    Linear,
    Shares,
    boundaries,
    contrasts,
    latent,
    weighted_sum,
)
from bot.components.held_out import folds_of
from bot.components.linear import LinearIntents, softmax

_JUDGED: Final = 3000
_WORTH_A_COPY: Final = 100_000


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """How the model is fitted: `strength` is 1 / regularization, `folds` those of calibration."""

    strength: float = 20.0
    folds: int = 4
    seed: int = 42


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, and the chances of each training text by models that have not seen it.

    Where every intent has one text only, none can be held out: nothing is known of any.
    """

    model: LinearIntents
    held_out: Array


@dataclass(frozen=True, slots=True)
class _Task:
    """Counted texts with their labels, and how to learn them."""

    counts: csr_matrix
    within: Flags
    truth: Labels
    labels: int
    how: Hyperparameters

    def experts(self, seen: Flags) -> tuple[Array, list[Linear]]:
        """Learn from the texts that are seen; returns the features' rarity and the experts."""
        rarity = rarity_of(self.counts[seen], self.within)
        rows, truth = weigh(self.counts[seen], rarity), self.truth[seen]
        shared = latent(rows, truth, self.labels)
        return rarity, [
            boundaries(rows, truth, shared.scores(rows), self.how.strength, self.how.seed),
            contrasts(rows, truth, self.labels),
            shared,
        ]

    def held_out(self, unseen: Flags) -> list[Array]:
        """Return the scores each expert gives the unseen texts after learning the others."""
        rarity, experts = self.experts(~unseen)
        rows = weigh(self.counts[unseen], rarity)
        return [expert.scores(rows) for expert in experts]


def fit_shares(experts: Sequence[Array], truth: Labels) -> tuple[Shares, float]:
    """Return the share of each expert under which the sum of scores makes `truth` likeliest.

    Also the loss, in nats a text. The shares of a single expert say how sharp its scores are.
    """
    at = np.arange(len(truth))

    def loss(shares: Shares) -> tuple[float, Shares]:
        chances = softmax(weighted_sum(experts, shares))
        found = float(-np.log(chances[at, truth] + TINY).mean())
        chances[at, truth] -= 1.0
        return found, np.asarray([np.vdot(chances, each) / len(truth) for each in experts])

    start = np.full(len(experts), 0.5)
    bounds = [(0.0, None)] * len(experts)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(best.x), float(best.fun)


def fit(texts: Sequence[Sequence[str]], intents: Sequence[str], how: Hyperparameters) -> Fitted:
    """Fit the model on texts given by their features, and its confidence on held-out folds.

    Raises ValueError when there are fewer than two intents to tell apart.
    """
    names, truth = np.unique(np.asarray(intents), return_inverse=True)
    if len(names) < 2:
        raise ValueError("training needs at least two intents: add phrasings of another entry")
    places = places_of(texts)
    task = _Task(count(texts, places), in_word(places), truth, len(names), how)
    folds = min(how.folds, int(np.bincount(truth).max()))
    if folds < 2:
        rarity, scorer, held_out = _fit_blindly(task)
    else:
        rarity, scorer, held_out = _fit(task, folds_of(texts, truth, folds, how.seed))
    return Fitted(LinearIntents(tuple(map(str, names)), places, rarity, scorer), held_out)


def _fit(task: _Task, fold_of: Labels) -> tuple[Array, Linear, Array]:
    """Return the features' rarity, the model and what it says of each text held out."""
    jobs: list[Callable[[], Any]] = [partial(task.experts, fold_of >= 0)]
    jobs += [partial(task.held_out, fold_of == fold) for fold in np.unique(fold_of)]
    worth_it = len(fold_of) * task.labels > _WORTH_A_COPY
    (rarity, experts), *unseen = in_parallel(jobs) if worth_it else [job() for job in jobs]
    scores = [_put_together(of_folds, fold_of) for of_folds in zip(*unseen, strict=True)]
    judged = np.random.default_rng(task.how.seed).permutation(len(fold_of))[:_JUDGED]
    shares, _ = fit_shares([each[judged] for each in scores], task.truth[judged])
    return rarity, Linear.sum_of(experts, shares), softmax(weighted_sum(scores, shares))


def _fit_blindly(task: _Task) -> tuple[Array, Linear, Array]:
    """Do the same where no text can be held out: one expert, as sharp as it comes."""
    texts = task.counts.shape[0]
    rarity, (boundaries_alone, *_) = task.experts(np.ones(texts, dtype=np.bool_))
    unknown = np.full((texts, task.labels), 1.0 / task.labels, dtype=np.float32)
    return rarity, boundaries_alone, unknown


def _put_together(parts: Sequence[Array], fold_of: Labels) -> Array:
    """Return the rows of all folds in the order of the texts."""
    whole = np.empty((len(fold_of), parts[0].shape[1]), dtype=np.float32)
    for fold, part in enumerate(parts):
        whole[fold_of == fold] = part
    return whole
