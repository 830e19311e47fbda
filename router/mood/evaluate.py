"""Measures the router's triggers on rows of text, labelled or not."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

import msgspec

from router.mood.model import Mood
from router.mood.reading import Level, MoodReading

FALSE_ALARMS_ALLOWED = 0.02


class TriggerRow(msgspec.Struct, frozen=True):
    """One text to read, with its labels where known."""

    text: str
    human_request: int | bool | None = None
    anger: int | None = None


class RequestRead(msgspec.Struct, frozen=True):
    """How much a text asks for a human, and whether that counts."""

    score: float
    fired: bool


class AngerRead(msgspec.Struct, frozen=True):
    """How angry a text is; fired means that the conversation would be handed over."""

    score: float
    level: int
    fired: bool


class TriggerRead(msgspec.Struct, frozen=True):
    """One text read."""

    text: str
    human_request: RequestRead
    anger: AngerRead
    safety: str | None


class RequestFigures(msgspec.Struct, frozen=True):
    """How well requests for a human are found."""

    requests: int
    others: int
    recall: float
    false_alarms: float


class AngerFigures(msgspec.Struct, frozen=True):
    """How well anger is told from calm; recalls are at 2 % false alarms on calm text."""

    calm: int
    impatient: int
    angry: int
    auroc_angry: float
    auroc_not_calm: float
    recall_angry: float
    recall_impatient: float
    threshold: float
    levels: list[list[int]]


class TriggersReport(msgspec.Struct, frozen=True):
    """Everything measured; figures are None where the rows carry no such label."""

    human_request: RequestFigures | None
    anger: AngerFigures | None
    read_ms_median: float
    read_ms_p99: float
    rows: list[TriggerRead]


def evaluate_triggers(
    rows: Sequence[TriggerRow], mood: Mood, clock: Callable[[], float] = time.perf_counter
) -> TriggersReport:
    """Read every row and compare with the labels it carries."""
    readings: list[MoodReading] = []
    taken: list[float] = []
    for row in rows:
        before = clock()
        readings.append(mood.read(row.text))
        taken.append((clock() - before) * 1000.0)
    taken.sort()
    return TriggersReport(
        human_request=_request_figures(rows, readings),
        anger=_anger_figures(rows, readings),
        read_ms_median=statistics.median(taken) if taken else 0.0,
        read_ms_p99=taken[min(len(taken) - 1, int(len(taken) * 0.99))] if taken else 0.0,
        rows=[_read(row.text, reading) for row, reading in zip(rows, readings, strict=True)],
    )


def _read(text: str, reading: MoodReading) -> TriggerRead:
    fired = reading.level is Level.ANGRY
    return TriggerRead(
        text=text,
        human_request=RequestRead(reading.human_request, reading.human_requested),
        anger=AngerRead(reading.anger, int(reading.level), fired),
        safety=reading.safety,
    )


def _request_figures(
    rows: Sequence[TriggerRow], readings: Sequence[MoodReading]
) -> RequestFigures | None:
    fired = [
        (row.human_request, reading.human_requested)
        for row, reading in zip(rows, readings, strict=True)
        if row.human_request is not None
    ]
    if not fired:
        return None
    asked = [hit for label, hit in fired if label]
    others = [hit for label, hit in fired if not label]
    return RequestFigures(len(asked), len(others), _share(asked), _share(others))


def _anger_figures(
    rows: Sequence[TriggerRow], readings: Sequence[MoodReading]
) -> AngerFigures | None:
    scores: list[list[float]] = [[], [], []]
    levels = [[0, 0, 0] for _ in Level]
    for row, reading in zip(rows, readings, strict=True):
        if row.anger is not None:
            scores[row.anger].append(reading.anger)
            levels[row.anger][int(reading.level)] += 1
    calm, impatient, angry = scores
    if not (calm and (impatient or angry)):
        return None
    threshold = _threshold(calm)
    return AngerFigures(
        calm=len(calm),
        impatient=len(impatient),
        angry=len(angry),
        auroc_angry=auroc(angry, calm),
        auroc_not_calm=auroc(impatient + angry, calm),
        recall_angry=_share([score > threshold for score in angry]),
        recall_impatient=_share([score > threshold for score in impatient]),
        threshold=threshold,
        levels=levels,
    )


def _threshold(calm: Sequence[float]) -> float:
    """Find the score that at most 2 % of calm texts exceed."""
    allowed = int(len(calm) * FALSE_ALARMS_ALLOWED)
    return sorted(calm, reverse=True)[allowed]


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Give the chance that a positive scores over a negative, ties counting half."""
    if not positive or not negative:
        return 0.0
    won = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return won / (len(positive) * len(negative))


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
