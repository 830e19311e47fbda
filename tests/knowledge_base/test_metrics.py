"""The figures: by hand where that is short, against scikit-learn where it is not."""

import random

import pytest
from sklearn.metrics import f1_score, roc_auc_score

from knowledge_base.metrics import (
    Read,
    accuracy,
    auroc,
    coverage_at_precision,
    ece,
    macro_f1,
    precision_at_coverage,
    top,
)


def read(truth: str, guess: str, confidence: float, *others: str) -> Read:
    return Read(truth, ((guess, confidence), *((name, 0.0) for name in others)))


def right(confidence: float) -> Read:
    return read("发货", "发货", confidence)


def wrong(confidence: float) -> Read:
    return read("退款", "发货", confidence)


def chance(seed: int, rows: int) -> list[Read]:
    dice = random.Random(seed)
    names = ["发货", "退款", "使用咨询", "a/b"]
    return [
        read(dice.choice(names), dice.choice(names[:3]), round(dice.random(), 2))
        for _ in range(rows)
    ]


def test_the_first_of_the_ranking_is_the_guess_and_three_count_for_the_top():
    reads = [
        read("退款", "发货", 0.5, "发票", "退款"),
        read("退款", "发货", 0.5, "发票", "尺码", "退款"),
        right(0.9),
        Read("退款", ()),
    ]
    assert accuracy(reads) == 0.25
    assert top(reads, 3) == 0.5


@pytest.mark.parametrize("seed", range(5))
def test_macro_f1_is_that_of_scikit_learn(seed: int):
    reads = chance(seed, 60)
    expected = f1_score([r.truth for r in reads], [r.guess for r in reads], average="macro")
    assert macro_f1(reads) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_auroc_is_that_of_scikit_learn_ties_included(seed: int):
    dice = random.Random(seed)
    inside = [round(dice.random(), 1) for _ in range(40)]
    outside = [round(dice.random() * 0.8, 1) for _ in range(30)]
    expected = roc_auc_score([1] * 40 + [0] * 30, inside + outside)
    assert auroc(inside, outside) == pytest.approx(expected)


def test_coverage_goes_on_past_a_dip_as_long_as_the_precision_holds_at_its_end():
    reads = [wrong(0.99), *[right(0.9 - i / 100) for i in range(9)], wrong(0.2), wrong(0.1)]
    assert coverage_at_precision(reads, 0.9) == pytest.approx(10 / 12)


def test_rows_of_equal_confidence_are_covered_together_or_not_at_all():
    reads = [right(0.9), right(0.5), wrong(0.5)]
    assert coverage_at_precision(reads, 0.9) == pytest.approx(1 / 3)
    assert coverage_at_precision(list(reversed(reads)), 0.9) == pytest.approx(1 / 3)


def test_a_bot_that_is_never_right_covers_nothing():
    assert coverage_at_precision([wrong(0.9), wrong(0.8)], 0.9) == 0.0


def test_precision_is_that_of_the_surest_part():
    reads = [right(0.9), right(0.8), wrong(0.7), wrong(0.6), right(0.5)]
    assert precision_at_coverage(reads, 0.6) == pytest.approx(2 / 3)
    assert precision_at_coverage(reads, 1.0) == pytest.approx(3 / 5)


def test_ties_at_the_border_count_by_the_share_that_fits():
    reads = [right(0.9), right(0.5), wrong(0.5), wrong(0.5), wrong(0.5)]
    assert precision_at_coverage(reads, 0.6) == pytest.approx((1 + 2 / 4) / 3)


def test_a_confidence_that_is_right_as_often_as_it_says_has_no_error():
    reads = [right(0.75), right(0.75), right(0.75), wrong(0.75)]
    assert ece(reads) == pytest.approx(0.0)


def test_the_calibration_error_weighs_bins_by_their_rows():
    surely_wrong, modest = [wrong(1.0)] * 3, [right(0.5)]
    assert ece([*surely_wrong, *modest]) == pytest.approx(3 / 4 * 1.0 + 1 / 4 * 0.5)


def test_a_confidence_on_the_border_belongs_to_the_bin_below_and_zero_to_the_first():
    assert ece([right(1.0), wrong(0.0)], bins=2) == pytest.approx(0.0)
    assert ece([right(0.5), wrong(0.5), right(0.6)], bins=2) == pytest.approx(0.4 / 3)


def test_without_rows_every_figure_is_zero():
    figures = (accuracy, macro_f1, ece)
    assert [figure([]) for figure in figures] == [0.0, 0.0, 0.0]
    assert top([], 3) == coverage_at_precision([], 0.9) == precision_at_coverage([], 0.6) == 0.0
    assert auroc([], [0.5]) == auroc([0.5], []) == 0.0
