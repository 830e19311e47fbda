"""Reading a fragment with what is talked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.domain.focus import is_fragment, joined, refocused

CATEGORIES = {
    "shipping_fee": "发货物流",
    "return_freight": "退换货",
    "return_policy": "退换货",
    "gold_price": "售前",
}
RETURNS = (("return_policy", 0.95), ("return_freight", 0.02))
NAMES = st.sampled_from(sorted(CATEGORIES))
SHARES = st.floats(0, 1, allow_nan=False)
RANKINGS = st.dictionaries(NAMES, SHARES, max_size=4).map(
    lambda found: tuple(sorted(found.items(), key=lambda pair: -pair[1]))
)


@pytest.mark.parametrize(
    "text", ["多久到账", "那运费呢", "金的呢", "门店也行吗", "黄金手镯也可以吗"]
)
def test_short_and_leaning_texts_are_fragments(text: str) -> None:
    assert is_fragment(text)


@pytest.mark.parametrize(
    "text",
    ["我想问一下退货的运费是谁出", "羽绒服可以用洗衣机洗吗", "双12那天下单能便宜多少钱呢请问"],
)
def test_a_full_question_is_none(text: str) -> None:
    assert not is_fragment(text)


def test_那运费呢_after_a_question_about_returns_asks_for_the_freight_of_the_return() -> None:
    alone = (("shipping_fee", 0.9), ("return_freight", 0.08))
    together = (("return_policy", 0.5), ("return_freight", 0.45), ("shipping_fee", 0.01))
    read = refocused(alone, together, RETURNS, CATEGORIES)
    assert read[0][0] == "return_freight"
    assert read[0][1] > 0.55


def test_a_change_of_topic_is_not_dragged_along() -> None:
    alone = (("gold_price", 0.98), ("return_policy", 0.01))
    together = (("return_policy", 0.6), ("gold_price", 0.38))
    read = refocused(alone, together, RETURNS, CATEGORIES)
    assert read[0][0] == "gold_price"
    assert read[0][1] > 0.55


def test_what_the_topic_says_by_itself_counts_nothing() -> None:
    alone = (("shipping_fee", 0.3), ("return_freight", 0.3))
    read = refocused(alone, RETURNS, RETURNS, {})
    assert read[0][0] != "return_policy"


def test_without_any_reading_there_is_none() -> None:
    assert refocused((), (), RETURNS, CATEGORIES) == ()


@given(RANKINGS, RANKINGS, RANKINGS)
def test_confidences_stay_shares_of_one_best_first(alone, together, topic) -> None:  # type: ignore[no-untyped-def]
    read = refocused(alone, together, topic, CATEGORIES)
    shares = [share for _, share in read]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)
    assert not read or sum(shares) == pytest.approx(1, abs=0.001)


def test_fragment_and_topic_are_read_as_one_sentence() -> None:
    assert joined("退款退到哪里", "多久到账") == "退款退到哪里，多久到账"
