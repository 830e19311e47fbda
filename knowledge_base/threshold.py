"""From which confidence a model may answer: chosen from its risk-coverage curve; pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from knowledge_base.metrics import Read

LEAST_ANSWERED = 30
"""Rows that have to lie above a threshold: of fewer, the share of right ones means little."""


def threshold_for(reads: Sequence[Read], target: float) -> float | None:
    """Give the lowest confidence from which at least `target` of the answers are right.

    `reads` are labelled texts the model had not seen in training; `target` is a precision, 0 to
    1. The lowest one covers most: max coverage subject to precision >= target, rows of equal
    confidence together. None when the target is not reached on `LEAST_ANSWERED` rows. Source:
    selective classification, El-Yaniv and Wiener, JMLR 11 (2010).
    """
    found: float | None = None
    answered = right = 0
    surest_first = sorted(reads, key=lambda read: -read.confidence)
    for confidence, tied in groupby(surest_first, key=lambda read: read.confidence):
        group = list(tied)
        answered += len(group)
        right += sum(read.is_right for read in group)
        if answered >= LEAST_ANSWERED and right >= target * answered:
            found = confidence
    return found
