"""Fitting the intent model: experts learn apart, held-out folds say what each is worth."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from bot.components.beside import in_parallel
from bot.components.certainty import Certainty
from bot.components.counting import (
    TINY,
    Array,
    Flags,
    count,
    places_of,
    rarity_of,
    weigh,
    worth_of,
)
from bot.components.experts import (
    Labels,
    Linear,
    Shares,
    boundaries,
    contrasts,
    discriminants,
    latent,
    weighted_sum,
)
from bot.components.grams import Wording
from bot.components.held_out import folds_of
from bot.components.linear import LinearIntents, Meant, softmax
from bot.components.meaning import Meaning, WordVectors

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
    """Counted texts with their labels and, with vectors, their places; and how to learn them."""

    counts: csr_matrix
    worth: Array
    placed: Array | None
    truth: Labels
    labels: int
    how: Hyperparameters

    def experts(self, seen: Flags) -> tuple[Array, list[Linear]]:
        """Learn from the texts that are seen; returns the features' rarity and the experts.

        The last expert scores places, if there are any; the others score features.
        """
        rarity = rarity_of(self.counts[seen], self.worth)
        rows, truth = weigh(self.counts[seen], rarity), self.truth[seen]
        shared = latent(rows, truth, self.labels)
        learned = [
            boundaries(rows, truth, shared.scores(rows), self.how.strength, self.how.seed),
            contrasts(rows, truth, self.labels),
            shared,
        ]
        if self.placed is not None:
            learned.append(discriminants(self.placed[seen], truth, self.labels))
        return rarity, learned

    def held_out(self, unseen: Flags) -> list[Array]:
        """Return the scores each expert gives the unseen texts after learning the others."""
        rarity, experts = self.experts(~unseen)
        rows = weigh(self.counts[unseen], rarity)
        asked = [rows] * 3 + ([] if self.placed is None else [self.placed[unseen]])
        return [expert.scores(of) for expert, of in zip(experts, asked, strict=True)]


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


def fit(
    texts: Sequence[Wording],
    intents: Sequence[str],
    how: Hyperparameters,
    vectors: WordVectors | None = None,
    apart: Collection[str] = (),
) -> Fitted:
    """Fit the model on texts, and its confidence on held-out folds.

    The intents `apart` are learned like the others and left out of the judgement, for their text
    is of another kind: as half of the text of a small shop it would decide what the experts are
    worth. They count where there is nothing else.
    Raises ValueError when there are fewer than two intents to tell apart.
    """
    names, truth = np.unique(np.asarray(intents), return_inverse=True)
    if len(names) < 2:
        raise ValueError("training needs at least two intents: add phrasings of another entry")
    places = places_of(texts)
    meaning = Meaning.learned(vectors, texts) if vectors else None
    placed = np.stack([meaning.of(text.words) for text in texts]) if meaning else None
    task = _Task(count(texts, places), worth_of(places), placed, truth, len(names), how)
    counts = ~np.isin(np.asarray(intents), list(apart))
    judged = np.flatnonzero(counts if counts.any() else ~counts)
    folds = min(how.folds, int(np.bincount(truth).max()))
    learned = (
        _learn(task, folds_of(texts, truth, folds, how.seed), judged)
        if folds >= 2
        else _blindly(task)
    )
    model = LinearIntents(
        tuple(map(str, names)),
        places,
        learned.rarity,
        Linear.sum_of(learned.experts[:3], learned.shares[:3]),
        None
        if meaning is None
        else Meant(meaning, Linear.sum_of(learned.experts[3:], learned.shares[3:])),
        learned.certainty,
    )
    return Fitted(model, learned.held_out)


@dataclass(frozen=True, slots=True)
class _Learned:
    """Experts with their shares, how sure they may be, and what they say of each text unseen."""

    rarity: Array
    experts: list[Linear]
    shares: Shares
    certainty: Certainty
    held_out: Array


def _learn(task: _Task, fold_of: Labels, judged: Labels) -> _Learned:
    """Learn from all texts, and from all but each fold, which is then asked about.

    What the experts are worth, and how sure they may be, is taken from the texts `judged`.
    """
    jobs: list[Callable[[], Any]] = [partial(task.experts, fold_of >= 0)]
    jobs += [partial(task.held_out, fold_of == fold) for fold in np.unique(fold_of)]
    worth_it = len(fold_of) * task.labels > _WORTH_A_COPY
    (rarity, experts), *unseen = in_parallel(jobs) if worth_it else [job() for job in jobs]
    scores = [_put_together(of_folds, fold_of) for of_folds in zip(*unseen, strict=True)]
    some = np.random.default_rng(task.how.seed).permutation(judged)[:_JUDGED]
    shares, _ = fit_shares([each[some] for each in scores], task.truth[some])
    chances = softmax(weighted_sum(scores, shares))
    certainty = Certainty.learned(chances[judged], task.truth[judged])
    return _Learned(rarity, experts, shares, certainty, certainty.of(chances))


def _blindly(task: _Task) -> _Learned:
    """Do the same where no text can be held out: one expert, as sharp as it comes."""
    texts = task.counts.shape[0]
    rarity, experts = task.experts(np.ones(texts, dtype=np.bool_))
    shares = np.zeros(len(experts))
    shares[0] = 1.0
    unknown = np.full((texts, task.labels), 1.0 / task.labels, dtype=np.float32)
    return _Learned(rarity, experts, shares, Certainty(), unknown)


def _put_together(parts: Sequence[Array], fold_of: Labels) -> Array:
    """Return the rows of all folds in the order of the texts."""
    whole = np.empty((len(fold_of), parts[0].shape[1]), dtype=np.float32)
    for fold, part in enumerate(parts):
        whole[fold_of == fold] = part
    return whole
