"""From which confidence a model may answer: read off its risk-coverage curve on text held out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

TARGETS: Final = (0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99)
LEAST_ANSWERED: Final = 30
"""Texts that have to lie above a threshold: of fewer, the share of right ones means little."""

SureFrom = tuple[tuple[float, float], ...]
"""Pairs of a precision and the confidence from which answers reach it, both rising."""


def sure_from(read: Sequence[tuple[float, bool]]) -> SureFrom:
    """Return for each target the lowest confidence from which that share of answers is right.

    `read` tells of each text the confidence of the likeliest intent, and whether it was right.
    Texts of equal confidence go together; a target that is not reached is left out. The lowest
    threshold covers most: max coverage subject to precision >= target. Source: selective
    classification, El-Yaniv and Wiener, JMLR 11 (2010).
    """
    found: dict[float, float] = {}
    answered = right = 0
    for confidence, tied in groupby(sorted(read, reverse=True), key=lambda one: one[0]):
        group = [is_right for _, is_right in tied]
        answered += len(group)
        right += sum(group)
        if answered < LEAST_ANSWERED:
            continue
        found.update({target: confidence for target in TARGETS if right >= target * answered})
    return tuple((target, round(found[target], 4)) for target in TARGETS if target in found)
