"""A reading is quick, and not much slower than the live model's."""

from __future__ import annotations

import pytest

from knowledge_base.gate.latency import latency, percentile
from tests.knowledge_base.gate.thresholds import THRESHOLDS


@pytest.mark.parametrize(("share", "time"), [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0)])
def test_a_percentile_is_a_time_that_was_measured(share: float, time: float) -> None:
    assert percentile([float(ms) for ms in range(100, 0, -1)], share) == time


def test_a_candidate_as_quick_as_the_live_model_passes() -> None:
    p99, ratio = latency([4.0] * 100, [3.0] * 100, THRESHOLDS)
    assert (p99.figure, p99.live, p99.passed) == (4.0, 3.0, True)
    assert (ratio.figure, ratio.passed) == (1.3333, True)


def test_a_candidate_that_takes_four_times_as_long_fails() -> None:
    assert [check.passed for check in latency([16.0] * 100, [4.0] * 100, THRESHOLDS)] == [
        True,
        False,
    ]


def test_a_candidate_that_gave_way_to_other_work_for_most_of_the_time_is_not_called_slow() -> None:
    disturbed = [4.0] * 30 + [40.0] * 70
    assert latency(disturbed, [4.0] * 100, THRESHOLDS)[1].passed
    assert latency([40.0] * 95 + [4.0] * 5, [4.0] * 100, THRESHOLDS)[1].passed is False


def test_one_slow_reading_of_two_hundred_is_not_the_slowest_of_a_hundred() -> None:
    assert latency([4.0] * 199 + [900.0], None, THRESHOLDS)[0].passed
    assert latency([4.0] * 197 + [900.0] * 3, None, THRESHOLDS)[0].passed is False


def test_without_a_live_model_only_the_candidates_time_counts() -> None:
    assert [check.passed for check in latency([4.0], None, THRESHOLDS)] == [True, None]
    assert [check.passed for check in latency([], None, THRESHOLDS)] == [None, None]
