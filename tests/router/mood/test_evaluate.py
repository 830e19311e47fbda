"""Measuring: the figures say what they claim, on text held out from training."""

import json
from pathlib import Path

import pytest

from router.mood import Mood
from router.mood.evaluate import TriggerRow, auroc, evaluate_triggers
from router.mood.examples import read_rows

DATA = Path(__file__).parents[3] / "data" / "mood"


def test_rows_without_labels_are_read_and_not_judged(mood: Mood) -> None:
    report = evaluate_triggers([TriggerRow("转人工"), TriggerRow("你们这群骗子")], mood)

    assert report.human_request is None
    assert report.anger is None
    assert [row.human_request.fired for row in report.rows] == [True, False]
    assert [row.anger.fired for row in report.rows] == [False, True]


def test_no_rows_give_an_empty_report(mood: Mood) -> None:
    assert evaluate_triggers([], mood).rows == []


def test_time_is_taken_from_the_clock_given(mood: Mood) -> None:
    ticks = iter(range(100))

    report = evaluate_triggers([TriggerRow("好")] * 3, mood, clock=lambda: float(next(ticks)))

    assert report.read_ms_median == 1000.0


def test_a_perfect_order_has_an_auroc_of_one() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert auroc([0.5], [0.5]) == 0.5


def test_held_out_anger_is_told_from_calm(mood: Mood) -> None:
    figures = evaluate_triggers(read_rows(DATA / "heldout_anger.jsonl", TriggerRow), mood).anger

    assert figures is not None
    assert figures.auroc_angry >= 0.95
    assert figures.auroc_not_calm >= 0.90


def test_held_out_requests_are_found(mood: Mood) -> None:
    rows = read_rows(DATA / "heldout_human_request.jsonl", TriggerRow)
    figures = evaluate_triggers(rows, mood).human_request

    assert figures is not None
    assert figures.recall >= 0.95
    assert figures.false_alarms <= 0.06


@pytest.mark.parametrize("name", ["anger", "human_request"])
def test_no_held_out_sentence_is_in_the_training_text(name: str) -> None:
    def texts(file: str) -> set[str]:
        lines = (DATA / file).read_text(encoding="utf-8").splitlines()
        return {json.loads(line)["text"] for line in lines}

    assert not texts(f"{name}.jsonl") & texts(f"heldout_{name}.jsonl")
