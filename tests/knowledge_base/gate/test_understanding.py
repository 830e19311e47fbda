"""Right, sure when right, no worse than the live model, silent where no entry answers."""

from __future__ import annotations

import pytest

from knowledge_base.gate.check import Check, Seen
from knowledge_base.gate.understanding import (
    calibration,
    cross_validated,
    held_out,
    held_out_vs_live,
    out_of_scope_replied,
    titles_found,
    when_sure,
)
from knowledge_base.metrics import Read
from tests.knowledge_base.gate.thresholds import THRESHOLDS

KNOWN = frozenset({"shipping_time", "refund_time"})


def seen(text: str, truth: str, *ranking: tuple[str, float]) -> Seen:
    return Seen(text, Read(truth, ranking))


def rows(right: int, wrong: int, confidence: float = 0.9) -> list[Seen]:
    return [
        *(seen(f"几时寄{n}", "shipping_time", ("shipping_time", confidence)) for n in range(right)),
        *(seen(f"钱呢{n}", "refund_time", ("shipping_time", confidence)) for n in range(wrong)),
    ]


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


@pytest.mark.parametrize(("wrong", "passed"), [(1, True), (3, False)])
def test_held_out_texts_have_to_read_as_their_entries(wrong: int, passed: bool) -> None:
    top1 = by_name(held_out(rows(10 - wrong, wrong), THRESHOLDS))["held_out_top1"]
    assert (top1.figure, top1.passed) == (1 - wrong / 10, passed)
    assert {(item.expected, item.got) for item in top1.failing} == {
        ("refund_time", "shipping_time")
    }


def test_an_entry_in_third_place_counts_for_the_first_three() -> None:
    third = seen("钱呢", "c", ("a", 0.4), ("b", 0.3), ("c", 0.2))
    fourth = seen("钱呢", "d", ("a", 0.4), ("b", 0.3), ("c", 0.2))
    checks = by_name(held_out([third, fourth], THRESHOLDS))
    assert checks["held_out_top3"].figure == 0.5


def test_the_live_models_figure_stands_beside() -> None:
    top1 = by_name(held_out(rows(9, 1), THRESHOLDS, rows(8, 2)))["held_out_top1"]
    assert (top1.figure, top1.live) == (0.9, 0.8)


@pytest.mark.parametrize(("wrong", "passed"), [(29, True), (31, True), (35, False)])
def test_where_the_live_model_does_no_better_the_candidate_need_not_either(
    wrong: int, passed: bool
) -> None:
    """A small shop could never train again otherwise."""
    live = rows(70, 30)
    top1 = by_name(held_out(rows(100 - wrong, wrong), THRESHOLDS, live))["held_out_top1"]
    assert (top1.threshold, top1.passed) == (0.68, passed)
    assert "asked for is 0.8" in top1.note


def test_a_live_model_just_within_its_threshold_is_no_cliff() -> None:
    """Two texts of a hundred are chance."""
    [top1, _] = held_out(rows(79, 21), THRESHOLDS, rows(80, 20))
    assert (top1.threshold, top1.passed) == (0.78, True)
    [top1, _] = held_out(rows(79, 21), THRESHOLDS, rows(90, 10))
    assert (top1.threshold, top1.passed) == (0.8, False)


def test_training_text_read_unseen_has_floors_of_its_own() -> None:
    checks = by_name(cross_validated(rows(7, 3), THRESHOLDS))
    assert checks["cross_validated_top1"].passed
    assert by_name(held_out(rows(7, 3), THRESHOLDS))["held_out_top1"].passed is False


@pytest.mark.parametrize(("right", "passed"), [(100, True), (98, True), (90, False)])
def test_a_candidate_may_not_fall_far_below_the_live_model(right: int, passed: bool) -> None:
    check = held_out_vs_live(rows(right, 100 - right), rows(100, 0), 0.02)
    assert (check.passed, check.live, check.threshold) == (passed, 1.0, 0.98)


def test_being_asked_to_be_no_worse_at_all_is_not_eased() -> None:
    assert held_out_vs_live(rows(985, 15), rows(1000, 0), 0.0).passed is False


def test_one_text_of_a_few_does_not_decide_against_the_candidate() -> None:
    assert held_out_vs_live(rows(9, 1), rows(10, 0), 0.02).passed
    assert held_out_vs_live(rows(8, 2), rows(10, 0), 0.02).passed is False


def test_what_the_live_model_reads_wrongly_too_is_not_listed_against_the_candidate() -> None:
    ours = [seen("钱呢", "refund_time", ("shipping_time", 0.9)), *rows(1, 0)]
    theirs = [seen("钱呢", "refund_time", ("shipping_time", 0.9)), *rows(1, 0)]
    assert held_out_vs_live(ours, theirs, 0.0).failing == ()


def test_without_a_live_model_nothing_is_compared() -> None:
    assert held_out_vs_live(rows(9, 1), None, 0.02).passed is None


def test_a_served_model_that_does_not_know_its_own_titles_fails() -> None:
    assert titles_found(rows(5, 5), 0.95).passed is False
    assert titles_found(rows(20, 1), 0.95).passed


def test_what_the_router_would_answer_wrongly_counts_and_what_it_asks_back_does_not() -> None:
    unsure = rows(0, 4, confidence=0.3)
    checks = by_name(when_sure([*rows(9, 1), *unsure], 0.55, KNOWN, THRESHOLDS))
    assert checks["precision_when_sure"].figure == 0.9
    assert checks["precision_when_sure"].measured == 10
    assert checks["coverage_when_sure"].figure == round(10 / 14, 4)


def test_a_sure_reading_of_an_entry_that_is_not_answered_today_is_no_answer() -> None:
    checks = by_name(when_sure(rows(9, 1), 0.55, {"refund_time"}, THRESHOLDS))
    assert checks["coverage_when_sure"].figure == 0.0
    assert checks["precision_when_sure"].passed is None


def test_a_model_that_is_never_sure_fails_for_its_coverage() -> None:
    checks = by_name(when_sure(rows(10, 0, confidence=0.4), 0.55, KNOWN, THRESHOLDS))
    assert checks["coverage_when_sure"].passed is False


def test_a_model_that_is_surer_than_right_is_not_calibrated() -> None:
    assert calibration(rows(6, 4, confidence=0.95), 0.1).passed is False
    assert calibration(rows(9, 1, confidence=0.92), 0.1).passed
    before = rows(6, 4, confidence=0.95)
    assert calibration(rows(6, 4, confidence=0.95), 0.1, before).passed


def test_texts_no_entry_answers_may_seldom_get_an_answer() -> None:
    texts = [("今天天气咋样", (("shipping_time", share),)) for share in (0.9, 0.2, 0.3, 0.1)]
    check = out_of_scope_replied(texts, texts[1:], 0.55, KNOWN, 0.25)
    assert (check.figure, check.live, check.passed) == (0.25, 0.0, True)
    assert [(item.text, item.got) for item in check.failing] == [("今天天气咋样", "shipping_time")]
