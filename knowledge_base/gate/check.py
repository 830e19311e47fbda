"""One check of the gate: its figure, its threshold and what fails it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from knowledge_base.metrics import Read

Unit = Literal["share", "ms", "count", "ratio"]

SLACK = 0.02
"""How much worse than the live model a share may be where that is at its threshold or over it."""


@dataclass(frozen=True, slots=True)
class Failing:
    """One text that failed: what was expected and what came."""

    text: str
    expected: str
    got: str
    confidence: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A figure against its threshold; `passed` is None where nothing could be measured.

    With `floor` the figure has to be at least the threshold, else at most.
    """

    name: str
    figure: float | None
    threshold: float
    floor: bool
    unit: Unit
    measured: int
    passed: bool | None
    live: float | None = None
    note: str = ""
    failing: tuple[Failing, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """A text as a model read it, and the entry it belongs to."""

    text: str
    read: Read

    def failing(self, note: str = "") -> Failing:
        """Tell what was expected of the text and what came."""
        return Failing(
            self.text, self.read.truth, self.read.guess or "", self.read.confidence, note
        )


def measured(
    name: str,
    figure: float,
    threshold: float,
    rows: int,
    *,
    floor: bool = True,
    unit: Unit = "share",
    live: float | None = None,
    eased: bool = True,
    note: str = "",
    failing: Iterable[Failing] = (),
) -> Check:
    """Hold a figure against its threshold.

    Where the live model is no better than the threshold of a share either, keeping it would help
    nobody: the candidate has to be about as good as that one, unless the check is not `eased`.
    """
    # A figure a rounding away from its threshold meets it.
    figure, asked = round(figure, 4), round(threshold, 4)
    threshold = asked
    if eased and unit == "share" and live is not None:
        near = round(live - SLACK if floor else live + SLACK, 4)
        threshold = min(asked, near) if floor else max(asked, near)
    if threshold != asked:
        said = f"asked for is {asked:g}, but the live model does no better"
        note = f"{note}; {said}" if note else said
    passed = _meets(figure, threshold, floor=floor)
    return Check(
        name, figure, threshold, floor, unit, rows, passed, rounded(live), note, tuple(failing)
    )


def _meets(figure: float, threshold: float, *, floor: bool) -> bool:
    return figure >= threshold if floor else figure <= threshold


def skipped(
    name: str, threshold: float, why: str, *, floor: bool = True, unit: Unit = "share"
) -> Check:
    """Say why nothing could be measured."""
    return Check(name, None, threshold, floor, unit, 0, None, note=why)


def rounded(figure: float | None) -> float | None:
    """Round a figure for the report."""
    return None if figure is None else round(figure, 4)


def wrong(seen: Sequence[Seen]) -> list[Failing]:
    """List the texts whose likeliest entry is not theirs."""
    return [one.failing() for one in seen if not one.read.is_right]


def reads(seen: Sequence[Seen]) -> list[Read]:
    """Give what the metrics take."""
    return [one.read for one in seen]


def passes(checks: Iterable[Check]) -> bool:
    """Tell whether nothing that could be measured fails."""
    return all(check.passed is not False for check in checks)
