"""The confidence from which a model answers, for a precision asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.metrics import Read, coverage_at_precision
from knowledge_base.threshold import LEAST_ANSWERED, threshold_for


def reads(confidence: float, right: int, wrong: int) -> list[Read]:
    return [Read("a", (("a", confidence),))] * right + [Read("a", (("b", confidence),))] * wrong


MODEL = [*reads(0.9, 98, 2), *reads(0.7, 90, 10), *reads(0.5, 60, 40), *reads(0.3, 20, 80)]


@pytest.mark.parametrize(
    ("target", "threshold"),
    [(0.99, None), (0.98, 0.9), (0.94, 0.7), (0.9, 0.7), (0.82, 0.5), (0.67, 0.3), (0.5, 0.3)],
)
def test_the_lowest_confidence_that_still_is_right_often_enough(
    target: float, threshold: float | None
) -> None:
    assert threshold_for(MODEL, target) == threshold


def test_a_handful_of_readings_sets_no_threshold() -> None:
    assert threshold_for(reads(0.9, LEAST_ANSWERED - 1, 0), 0.9) is None
    assert threshold_for([], 0.9) is None


@given(
    st.lists(st.tuples(st.sampled_from([0.2, 0.4, 0.6, 0.8]), st.booleans()), max_size=120),
    st.floats(0.5, 1),
)
def test_what_lies_above_it_is_as_much_as_can_be_covered(
    rows: list[tuple[float, bool]], target: float
) -> None:
    seen = [Read("a", (("a" if right else "b", confidence),)) for confidence, right in rows]
    threshold = threshold_for(seen, target)
    if threshold is None:
        return
    above = [read for read in seen if read.confidence >= threshold]
    assert sum(read.is_right for read in above) >= target * len(above)
    assert len(above) / len(seen) == coverage_at_precision(seen, target)
