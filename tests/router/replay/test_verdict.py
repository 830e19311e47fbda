"""What counts as lost, doubled and out of order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.replay.verdict import Found, Promised, Verdict, breaks, percentile, verify

SENT = [Promised("a", 1, "你好"), Promised("b", 3, "什么时候发货")]
KEPT = [Found(1, "你好", "a"), Found(2, "您好"), Found(3, "什么时候发货", "b"), Found(4, "48 小时")]


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        pytest.param(KEPT, Verdict(), id="everything is there"),
        pytest.param(KEPT[:2], Verdict(lost=1), id="the last is missing"),
        pytest.param(
            [KEPT[0], Found(2, "您好"), Found(3, "什么", "b")], Verdict(lost=1), id="another text"
        ),
        pytest.param([*KEPT[:3], Found(3, "什么时候发货", "b")], Verdict(0, 2, 1), id="twice"),
        pytest.param(
            [*KEPT[:3], Found(4, "什么时候发货", "b")], Verdict(0, 1, 1), id="under two numbers"
        ),
        pytest.param([KEPT[0], KEPT[2], KEPT[1]], Verdict(0, 0, 2), id="shuffled"),
        pytest.param([KEPT[0], KEPT[2]], Verdict(0, 0, 1), id="a gap"),
        pytest.param([Found(2, "您好"), KEPT[2]], Verdict(1, 0, 1), id="the first is missing"),
        pytest.param([], Verdict(lost=2), id="nothing is there"),
    ],
)
def test_what_was_acknowledged_is_compared_with_what_is_there(
    found: list[Found], verdict: Verdict
) -> None:
    assert verify(SENT, found) == verdict


def test_nothing_sent_and_nothing_there_is_fine() -> None:
    assert verify([], []) == Verdict()


@given(st.integers(0, 50), st.data())
def test_any_one_missing_message_is_noticed(count: int, data: st.DataObject) -> None:
    sent = [Promised(f"c{n}", n, str(n)) for n in range(1, count + 1)]
    kept = [Found(one.seq, one.text, one.client_id) for one in sent]
    assert verify(sent, kept) == Verdict()
    if kept:
        del kept[data.draw(st.integers(0, count - 1))]
        assert verify(sent, kept).lost == 1


@pytest.mark.parametrize(
    ("seqs", "count"), [([], 0), ([1, 2, 3], 0), ([2, 3], 1), ([1, 3, 2], 2), ([1, 1, 2], 1)]
)
def test_breaks_are_places_where_numbers_do_not_go_on_by_one(seqs: list[int], count: int) -> None:
    assert breaks(seqs) == count


@pytest.mark.parametrize(
    ("values", "share", "value"),
    [
        ([], 0.5, None),
        ([7.0], 0.99, 7.0),
        ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0),
        ([1.0, 2.0], 0.99, 2.0),
    ],
)
def test_a_percentile_is_a_value_that_occurred(
    values: list[float], share: float, value: float | None
) -> None:
    assert percentile(values, share) == value
