"""What an evaluation draws: how far confidence can be trusted, what is taken for what; pure."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from unicodedata import east_asian_width

from knowledge_base.gate.plots import confusions, reliability, risk
from knowledge_base.metrics import Read, auroc
from router import svg
from router.evaluation.rows import MoodRow
from router.mood import Level
from router.mood.evaluate import TriggersReport

CONFUSED = 12
_CELL, _NAMES, _ABOVE = 34, 200, 150
_LONGEST_NAME = 22
"""In letters; a Chinese character takes the room of two."""
_COLUMNS = 20

Scores = Mapping[str, Sequence[float]]


def of_reads(reads: Sequence[Read]) -> list[str]:
    """Draw what is known of labelled texts with their rankings."""
    if not reads:
        return []
    return [
        reliability_diagram(reads),
        risk_coverage(reads),
        *([confusion(reads)] if any(not read.is_right for read in reads) else []),
    ]


def of_triggers(rows: Sequence[MoodRow], report: TriggersReport) -> list[str]:
    """Draw each trigger's scores by label, and how well they part the labels."""
    pairs = list(zip(rows, report.rows, strict=True))
    requests: dict[str, list[float]] = {"asks for none": [], "asks for a human": []}
    anger: dict[str, list[float]] = {level.name.lower(): [] for level in Level}
    for row, read in pairs:
        if row.human_request is not None:
            asks = "asks for a human" if row.human_request else "asks for none"
            requests[asks].append(read.human_request.score)
        if row.anger is not None:
            anger[Level(row.anger).name.lower()].append(read.anger.score)
    return [
        plot
        for name, scores in (("request for a human", requests), ("anger", anger))
        if any(scores.values())
        for plot in (distribution(name, scores), *roc(name, scores))
    ]


def reliability_diagram(reads: Sequence[Read]) -> str:
    """Draw the share of right ones over the confidence; the area of a point is its texts."""
    title = "Reliability: share right by confidence"
    bins = reliability(reads)
    most = max(one.texts for one in bins)
    points = [(svg.x(one.confidence), svg.y(one.right, 1.0)) for one in bins]
    parts = svg.frame(title, 1.0) + svg.shares_below("confidence")
    parts.append(_diagonal())
    parts += svg.line(points, svg.COLORS[0], dots=False)
    for point, one in zip(points, bins, strict=True):
        parts.append(svg.dot(point, 3 + 7 * math.sqrt(one.texts / most), svg.COLORS[0]))
        parts.append(svg.text(point[0], point[1] - 12, f"{one.texts:,}", "middle"))
    return svg.svg(title, parts)


def risk_coverage(reads: Sequence[Read]) -> str:
    """Draw how much of what is answered is right, over the share answered."""
    title = "Risk and coverage: share right of what is answered"
    points = [point for point in risk(reads, 0.0) if point.coverage > 0]
    low = math.floor(min(point.precision for point in points) * 10) / 10
    low = min(low, 0.9)  # So that an axis is left where everything is right.
    parts = svg.heading(title) + svg.shares_below("share answered")
    for step in range(5):
        value = low + (1 - low) * step / 4
        down = svg.y(value - low, 1 - low)
        parts.append(
            f'<path d="M{svg.LEFT} {down:.1f}H{svg.WIDTH - svg.RIGHT}" stroke="{svg.LINE}"/>'
        )
        parts.append(svg.text(svg.LEFT - 8, down + 4, f"{value:.3g}", "end"))
    drawn = [(svg.x(point.coverage), svg.y(point.precision - low, 1 - low)) for point in points]
    return svg.svg(title, parts + svg.line(drawn, svg.COLORS[1]))


def confusion(reads: Sequence[Read]) -> str:
    """Draw how often the names most often confused are read as each other."""
    title = "Confusion of the most confused names: is (row), read as (column)"
    names: list[str] = []
    for pair in confusions(reads):
        new = [name for name in (pair.expected, pair.got) if name and name not in names]
        if len(names) + len(new) <= CONFUSED:
            names += new
    times = Counter((read.truth, read.guess or "") for read in reads)
    most = max((times[one, other] for one in names for other in names if one != other), default=1)
    parts = svg.heading(title)
    for row, truth in enumerate(names):
        down = _ABOVE + row * _CELL
        parts.append(svg.text(_NAMES - 8, down + _CELL / 2 + 4, _short(truth), "end"))
        parts.append(_upright(_NAMES + (row + 0.5) * _CELL, _ABOVE - 8, _short(truth)))
        for column, guess in enumerate(names):
            color = svg.COLORS[1] if truth == guess else svg.COLORS[2]
            shade = 0.12 if truth == guess else 0.85 * times[truth, guess] / most
            across = _NAMES + column * _CELL
            parts.append(
                f'<rect x="{across}" y="{down}" width="{_CELL - 2}" height="{_CELL - 2}"'
                f' fill="{color}" fill-opacity="{shade:.2f}" stroke="{svg.LINE}"/>'
            )
            if count := times[truth, guess]:
                middle = (across + _CELL / 2 - 1, down + _CELL / 2 + 4)
                parts.append(svg.text(*middle, str(count), "middle"))
    return svg.svg(title, parts, _ABOVE + len(names) * _CELL + 16)


def distribution(name: str, scores: Scores) -> str:
    """Draw what share of each label's texts has which score."""
    title = f"Scores by label: {name}"
    shown = {label: counts(values) for label, values in scores.items() if values}
    most = svg.nice(max(share for shares in shown.values() for share in shares))
    legend = [f"{label} ({len(scores[label]):,})" for label in shown]
    parts = svg.frame(title, most, legend) + svg.shares_below("score")
    for color, shares in zip(svg.COLORS, shown.values(), strict=False):
        points = [
            (svg.x((at + 0.5) / _COLUMNS), svg.y(share, most)) for at, share in enumerate(shares)
        ]
        parts += svg.line(points, color)
    return svg.svg(title, parts)


def counts(values: Sequence[float]) -> list[float]:
    """Give the share of values in each of twenty columns between 0 and 1."""
    found = Counter(min(max(int(value * _COLUMNS), 0), _COLUMNS - 1) for value in values)
    return [found[at] / len(values) for at in range(_COLUMNS)]


def roc(name: str, scores: Scores) -> list[str]:
    """Draw what is found over the false alarms it costs; the first label is what shall not fire."""
    (_, calm), *others = scores.items()
    curves = {label: values for label, values in others if values}
    if not calm or not curves:
        return []
    title = f"Found over false alarms: {name}"
    legend = [f"{label}, AUROC {auroc(values, calm):.3f}" for label, values in curves.items()]
    parts = svg.frame(title, 1.0, legend) + svg.shares_below("false alarms")
    parts.append(_diagonal())
    for color, values in zip(svg.COLORS, curves.values(), strict=False):
        points = [(svg.x(alarm), svg.y(found, 1.0)) for alarm, found in curve(values, calm)]
        parts += svg.line(points, color, dots=False)
    return [svg.svg(title, parts)]


def curve(positive: Sequence[float], negative: Sequence[float]) -> list[tuple[float, float]]:
    """Give false alarms and share found at every threshold, from none to all."""
    above, below = sorted(positive), sorted(negative)
    thresholds = sorted({*above, *below}, reverse=True)
    return [
        (0.0, 0.0),
        *(
            (
                1 - bisect_left(below, at) / len(below),
                1 - bisect_left(above, at) / len(above),
            )
            for at in thresholds
        ),
    ]


def _diagonal() -> str:
    start, end = (svg.x(0), svg.y(0, 1.0)), (svg.x(1), svg.y(1, 1.0))
    return (
        f'<path d="M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}"'
        f' stroke="{svg.INK}" stroke-dasharray="4 4" opacity="0.5"/>'
    )


def _upright(across: float, down: float, name: str) -> str:
    turned = svg.text(across, down, name)
    return turned.replace("<text", f'<text transform="rotate(-40 {across:.1f} {down:.1f})"', 1)


def _short(name: str) -> str:
    room = _LONGEST_NAME
    for at, letter in enumerate(name):
        room -= 2 if east_asian_width(letter) in "FW" else 1
        if room < 0:
            return f"{name[:at]}…"
    return name
