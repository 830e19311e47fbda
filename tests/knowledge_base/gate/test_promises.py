"""Confirmed answers stay right, claimed cures hold, requests for a human are heard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge_base.gate.promises import (
    Confirmation,
    Confirmed,
    Kept,
    Request,
    confirmed_stay_right,
    cures,
    newly_claimed,
    requests,
    still_expected,
)
from knowledge_base.inbox import MissCase
from knowledge_base.metrics import Ranking
from tests.knowledge_base.samples import MISS, REFUND, SHIPPING

KNOWN = frozenset({"shipping_time", "refund_time"})
HELPFUL = Confirmed("还没发出来", "shipping_time", Confirmation.HELPFUL)
CHOSEN = Confirmed("我的东西呢", "shipping_time", Confirmation.CHOSEN)


def ranked(entry: str, confidence: float, *others: str) -> Ranking:
    return ((entry, confidence), *((name, 0.1) for name in others))


@pytest.mark.parametrize(
    ("confirmed", "ranking", "stays"),
    [
        pytest.param(HELPFUL, ranked("shipping_time", 0.9), True, id="given again"),
        pytest.param(HELPFUL, ranked("shipping_time", 0.3), False, id="not sure any more"),
        pytest.param(HELPFUL, ranked("refund_time", 0.9, "shipping_time"), False, id="another one"),
        pytest.param(CHOSEN, ranked("shipping_time", 0.9), True, id="sure of the choice by now"),
        pytest.param(CHOSEN, ranked("refund_time", 0.4, "shipping_time"), True, id="still offered"),
        pytest.param(CHOSEN, ranked("refund_time", 0.9, "shipping_time"), False, id="overruled"),
        pytest.param(CHOSEN, ranked("refund_time", 0.4), False, id="not offered any more"),
        pytest.param(HELPFUL, (), False, id="nothing read"),
    ],
)
def test_what_a_shopper_confirmed_stays(
    confirmed: Confirmed, ranking: Ranking, stays: bool
) -> None:
    check = confirmed_stay_right([Kept(confirmed, ranking)], None, 0.55, KNOWN, 0.95)
    assert check.passed is stays
    assert len(check.failing) == (not stays)


def test_without_confirmed_answers_nothing_is_measured() -> None:
    assert confirmed_stay_right([], None, 0.55, KNOWN, 0.95).passed is None


def test_an_entry_that_was_removed_is_not_expected_any_more() -> None:
    assert still_expected([HELPFUL], [REFUND], 10) == []


def test_a_text_that_is_another_entrys_phrasing_by_now_was_moved_on_purpose() -> None:
    moved = replace(REFUND, phrasings=(*REFUND.phrasings, "还没发出来！"))
    assert still_expected([HELPFUL], [SHIPPING, moved], 10) == []
    assert still_expected([HELPFUL], [SHIPPING, REFUND], 10) == [HELPFUL]


def test_the_newest_confirmation_of_a_text_counts() -> None:
    newer = Confirmed("还没发出来。", "refund_time", Confirmation.HELPFUL)
    assert still_expected([newer, HELPFUL, CHOSEN], [SHIPPING, REFUND], 1) == [newer]


def case(
    claimed: int | None, intended: str = "shipping_time", text: str = "东西呢", name: str = "m1"
) -> MissCase:
    miss = replace(MISS, id=name, text=text)
    return MissCase(miss, intended=intended, claimed_by_release=claimed)


def test_only_claims_the_served_model_could_not_know_of_are_held_against_the_candidate() -> None:
    cases = [case(None), case(3), case(4), case(5), case(6), case(5, intended="gone")]
    assert newly_claimed(cases, 5, 3, KNOWN) == [case(4), case(5)]
    assert newly_claimed(cases, 5, None, KNOWN) == [case(3), case(4), case(5)]


def test_a_claimed_miss_has_to_get_its_entry_for_sure() -> None:
    cases = [
        case(5, text="东西呢"),
        case(5, text="快点"),
        case(5, text="钱", intended="refund_time"),
    ]
    rankings = {
        "东西呢": ranked("shipping_time", 0.9),
        "快点": ranked("shipping_time", 0.4),
        "钱": ranked("shipping_time", 0.9),
    }
    check = cures(cases, rankings, 0.55, KNOWN, 0.75)
    assert (check.figure, check.passed) == (0.3333, False)
    assert [(item.text, item.expected, item.got) for item in check.failing] == [
        ("快点", "shipping_time", "shipping_time"),
        ("钱", "refund_time", "shipping_time"),
    ]


def test_a_release_without_claims_has_no_cures_to_prove() -> None:
    assert cures([], {}, 0.55, KNOWN, 0.75).passed is None


def test_requests_have_to_be_heard_and_look_alikes_left_alone() -> None:
    read = [
        Request("转人工", asks=True, fired=True, score=1.0),
        Request("有人吗", asks=True, fired=False, score=0.2),
        Request("人工费多少", asks=False, fired=True, score=0.8),
        *(Request(f"什么时候发货{n}", asks=False, fired=False, score=0.0) for n in range(99)),
    ]
    recall, alarms = requests(read, 0.95, 0.03)
    assert (recall.figure, recall.passed) == (0.5, False)
    assert [item.text for item in recall.failing] == ["有人吗"]
    assert (alarms.figure, alarms.passed) == (0.01, True)


def test_without_a_set_of_requests_nothing_is_measured() -> None:
    assert [check.passed for check in requests([], 0.95, 0.03)] == [None, None]
