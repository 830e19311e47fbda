"""Checks of time: a reading is quick, and not much slower than the live model's."""

from __future__ import annotations

import math
from collections.abc import Sequence

from knowledge_base.gate.check import Check, measured, skipped
from knowledge_base.gate.limits import Thresholds

UNDISTURBED = 0.1
"""The two are compared by their quickest readings: a candidate gives way to whatever else the
machine does, so that other work makes its median slower than the live model's."""


def latency(
    candidate: Sequence[float], live: Sequence[float] | None, thresholds: Thresholds
) -> list[Check]:
    """Check times of readings in milliseconds, taken in turns from candidate and live model."""
    names = ("latency_p99_ms", "latency_vs_live")
    limits = (thresholds.latency_p99_ms, thresholds.latency_vs_live)
    if not candidate:
        why = "there was nothing to read"
        return [
            skipped(names[0], limits[0], why, floor=False, unit="ms"),
            skipped(names[1], limits[1], why, floor=False, unit="ratio"),
        ]
    slow = measured(
        names[0],
        percentile(candidate, 0.99),
        limits[0],
        len(candidate),
        floor=False,
        unit="ms",
        live=percentile(live, 0.99) if live else None,
        note=f"median {percentile(candidate, 0.5):.1f} ms",
    )
    if not live:
        why = "there is no live model to compare with"
        return [slow, skipped(names[1], limits[1], why, floor=False, unit="ratio")]
    ours, theirs = percentile(candidate, UNDISTURBED), percentile(live, UNDISTURBED)
    return [
        slow,
        measured(
            names[1],
            ours / theirs,
            limits[1],
            len(candidate),
            floor=False,
            unit="ratio",
            note=f"undisturbed: {ours:.1f} ms, live {theirs:.1f} ms",
        ),
    ]


def percentile(times: Sequence[float], share: float) -> float:
    """Give the time that this share of the readings does not exceed, by nearest rank."""
    return sorted(times)[max(math.ceil(share * len(times)), 1) - 1]
