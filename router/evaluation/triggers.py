"""Measures the router's triggers as the routing policy acts on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from router.domain.routing import Policy
from router.evaluation.rows import MoodRow
from router.mood import Level, Mood, Thresholds
from router.mood.evaluate import TriggerRow, TriggersReport, evaluate_triggers


@dataclass(frozen=True, slots=True)
class Fired:
    """How many rows carry a label, and at how many of them its trigger fired."""

    label: str
    rows: int
    fired: int


def load_mood(folder: Path, policy: Policy) -> Mood:
    """Load the mood model with the policy's threshold for requests."""
    return Mood.load(folder, Thresholds(human_request=policy.human_request))


def measure(rows: Sequence[MoodRow], mood: Mood, policy: Policy) -> TriggersReport:
    """Read every row; what fired is what hands an ordinary shopper over at once."""
    given = [TriggerRow(row.text, row.human_request, row.anger) for row in rows]
    report = evaluate_triggers(given, mood)
    replace = msgspec.structs.replace
    return replace(
        report,
        rows=[
            replace(row, anger=replace(row.anger, fired=row.anger.score >= policy.anger))
            for row in report.rows
        ],
    )


def fired_by_label(rows: Sequence[MoodRow], report: TriggersReport) -> list[Fired]:
    """Count how many rows of each label there are, and at how many the trigger fired."""
    counts: dict[str, list[bool]] = {}
    for row, read in zip(rows, report.rows, strict=True):
        if row.human_request is not None:
            label = "asks for a human" if row.human_request else "asks for none"
            counts.setdefault(label, []).append(read.human_request.fired)
        if row.anger is not None:
            counts.setdefault(Level(row.anger).name.lower(), []).append(read.anger.fired)
    return [Fired(label, len(fired), sum(fired)) for label, fired in sorted(counts.items())]
