"""What the report draws of held-out texts: by category, confusions, reliability, risk."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge_base.gate.understanding import PLACES, coverage_and_precision
from knowledge_base.metrics import Read, accuracy, top

BINS = 10
CONFUSIONS = 30
STEPS = 20


@dataclass(frozen=True, slots=True)
class OfCategory:
    """How well the entries of a category are understood."""

    category: str
    texts: int
    top1: float
    top3: float


@dataclass(frozen=True, slots=True)
class Confused:
    """How often texts of one entry were read as another."""

    expected: str
    got: str
    times: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Texts of about the same confidence: its mean, and the share of right ones."""

    confidence: float
    right: float
    texts: int


@dataclass(frozen=True, slots=True)
class Point:
    """Answering from a confidence on: the share answered and how much of it is right."""

    confidence: float
    coverage: float
    precision: float


def by_category(reads: Sequence[Read], categories: Mapping[str, str]) -> list[OfCategory]:
    """Give the accuracy of each category, the weakest first."""
    grouped: dict[str, list[Read]] = defaultdict(list)
    for read in reads:
        grouped[categories.get(read.truth, "")].append(read)
    found = [
        OfCategory(name, len(group), round(accuracy(group), 4), round(top(group, PLACES), 4))
        for name, group in grouped.items()
    ]
    return sorted(found, key=lambda one: (one.top1, -one.texts, one.category))


def confusions(reads: Sequence[Read], most: int = CONFUSIONS) -> list[Confused]:
    """Give the entries most often taken for another, the most frequent first."""
    wrong = Counter((read.truth, read.guess or "") for read in reads if not read.is_right)
    return [
        Confused(expected, got, times)
        for (expected, got), times in sorted(wrong.items(), key=lambda item: (-item[1], item[0]))
    ][:most]


def reliability(reads: Sequence[Read], bins: int = BINS) -> list[Bin]:
    """Give mean confidence and share of right ones in bins of equal width, open below."""
    grouped: dict[int, list[Read]] = defaultdict(list)
    for read in reads:
        grouped[max(math.ceil(read.confidence * bins), 1)].append(read)
    return [
        Bin(
            round(math.fsum(read.confidence for read in group) / len(group), 4),
            round(accuracy(group), 4),
            len(group),
        )
        for _, group in sorted(grouped.items())
    ]


def risk(reads: Sequence[Read], confident: float) -> list[Point]:
    """Give coverage and precision over thresholds, the router's own among them."""
    if not reads:
        return []
    thresholds = sorted({*(step / STEPS for step in range(STEPS + 1)), confident})
    return [
        Point(at, *(round(figure, 4) for figure in coverage_and_precision(reads, at)))
        for at in thresholds
    ]
