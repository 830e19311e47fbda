"""The figures of understanding: how often right, and whether the confidence means something; pure.

All take what was read of labelled rows. With no rows there is nothing to say: they give 0.0.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

BINS = 15

Ranking = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Read:
    """One labelled text as it was read: the true name, and the likeliest ones, best first."""

    truth: str
    ranking: Ranking

    @property
    def guess(self) -> str | None:
        """Give the likeliest name."""
        return self.ranking[0][0] if self.ranking else None

    @property
    def confidence(self) -> float:
        """Give the likeliest name's confidence."""
        return self.ranking[0][1] if self.ranking else 0.0

    @property
    def is_right(self) -> bool:
        """Tell whether the likeliest name is the true one."""
        return self.guess == self.truth


def accuracy(reads: Sequence[Read]) -> float:
    """Give the share of rows whose likeliest name is the true one."""
    return _share(sum(read.is_right for read in reads), len(reads))


def top(reads: Sequence[Read], places: int) -> float:
    """Give the share of rows whose true name is among the first `places` of the ranking."""
    hits = sum(read.truth in [name for name, _ in read.ranking[:places]] for read in reads)
    return _share(hits, len(reads))


def macro_f1(reads: Sequence[Read]) -> float:
    """Give the unweighted mean over names of F1 = 2 TP / (2 TP + FP + FN).

    Names are those that are true of some row or were guessed for one, as in scikit-learn's
    `f1_score(average="macro")`; a name never guessed rightly counts 0.
    """
    true = Counter(read.truth for read in reads)
    guessed = Counter(read.guess for read in reads if read.guess is not None)
    right = Counter(read.truth for read in reads if read.is_right)
    names = true.keys() | guessed.keys()
    # 2 TP + FP + FN is how often the name is true plus how often it was guessed.
    scores = [2 * right[name] / (true[name] + guessed[name]) for name in names]
    return _share(math.fsum(scores), len(scores))


def coverage_at_precision(reads: Sequence[Read], precision: float) -> float:
    """Give the largest share of rows that can be answered with at least this precision.

    Rows are answered from a confidence on: max over thresholds t of |{c >= t}| / n, where the
    share of right ones among {c >= t} is at least `precision`. Rows of equal confidence are
    answered together. Source: risk-coverage curves, El-Yaniv and Wiener, JMLR 11 (2010).
    """
    answered = right = best = 0
    for _, tied in groupby(_surest_first(reads), key=lambda read: read.confidence):
        group = list(tied)
        answered += len(group)
        right += sum(read.is_right for read in group)
        if right >= precision * answered:
            best = answered
    return _share(best, len(reads))


def precision_at_coverage(reads: Sequence[Read], coverage: float) -> float:
    """Give the share of right ones among the surest ceil(`coverage` * n) rows.

    Of rows with the same confidence at the border, each counts with the share of them that fits:
    the expected value over all orders. Source: selective accuracy, as above.
    """
    left = wanted = math.ceil(coverage * len(reads))
    right = 0.0
    for _, tied in groupby(_surest_first(reads), key=lambda read: read.confidence):
        group = list(tied)
        taken = min(left, len(group))
        right += sum(read.is_right for read in group) * taken / len(group)
        left -= taken
    return _share(right, wanted)


def ece(reads: Sequence[Read], bins: int = BINS) -> float:
    """Give the expected calibration error of the top confidence.

    sum over bins b of |b| / n * |accuracy(b) - mean confidence(b)|, with `bins` bins of equal
    width, each open below and closed above. Source: Naeini et al., AAAI 2015; Guo et al., ICML
    2017 (whose 15 bins are the default).
    """
    binned = sorted(reads, key=lambda read: _bin(read.confidence, bins))
    gap = 0.0
    for _, inside in groupby(binned, key=lambda read: _bin(read.confidence, bins)):
        group = list(inside)
        gap += abs(
            sum(read.is_right for read in group) - math.fsum(read.confidence for read in group)
        )
    return _share(gap, len(reads))


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Give the chance that a positive scores over a negative, ties counting half.

    (U of Mann and Whitney) / (|positive| |negative|). Source: Hanley and McNeil, Radiology 143
    (1982); for out-of-domain text, with in-domain as positive: Hendrycks and Gimpel, ICLR 2017.
    """
    others = sorted(negative)
    won = math.fsum(
        (bisect_left(others, score) + bisect_right(others, score)) / 2 for score in positive
    )
    return _share(won, len(positive) * len(negative))


def _surest_first(reads: Sequence[Read]) -> list[Read]:
    return sorted(reads, key=lambda read: -read.confidence)


def _bin(confidence: float, bins: int) -> int:
    return max(math.ceil(confidence * bins), 1)


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
