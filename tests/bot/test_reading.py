"""Readings: what is read, and what only a flow understands."""

from typing import Any

import pytest

from bot.flow import Flow, Slot
from bot.reading import forced, readable, reading_of, skipped
from bot.way import Readings, Thresholds, Way, way_of
from bot.wire import Reading
from tests.bot.test_pickup import SUNDAY


def parsed(*ranking: tuple[str, float]) -> dict[str, Any]:
    return {"intent_ranking": [{"name": n, "confidence": c} for n, c in ranking], "entities": []}


def test_outside_a_flow_the_share_of_its_words_goes_to_the_others() -> None:
    reading = reading_of(parsed(("affirm", 0.6), ("ack", 0.35), ("thanks", 0.05)), 0, in_flow=False)
    assert (reading.intent, reading.confidence) == ("ack", 0.875)
    assert [name for name, _ in reading.ranking] == ["ack", "thanks"]


def test_what_is_left_of_a_flows_word_is_not_blown_up() -> None:
    reading = reading_of(parsed(("cancel_flow", 0.98), ("greet", 0.01)), 0, in_flow=False)
    assert reading.confidence == pytest.approx(0.04)


def test_inside_a_flow_its_words_count() -> None:
    assert reading_of(parsed(("affirm", 0.6), ("ack", 0.4)), 0, in_flow=True).intent == "affirm"


def test_what_is_certain_comes_first_and_alone() -> None:
    ranking = forced(parsed(("ack", 0.9)), "cancel_flow")["intent_ranking"]
    assert [(r["name"], r["confidence"]) for r in ranking] == [("cancel_flow", 1.0), ("ack", 0.0)]


@pytest.mark.parametrize("text", ["/restart", " ／／restart", "\u3000/ restart"])
def test_a_leading_slash_is_not_read(text: str) -> None:
    assert readable(text) == "restart"
    assert text[skipped(text) :] == "restart"


def test_only_two_thousand_characters_are_read() -> None:
    assert len(readable("长" * 5000)) == 2000


def read(intent: str, confidence: float) -> Reading:
    return Reading(intent, confidence, ((intent, confidence),), ())


@pytest.mark.parametrize(
    ("step", "text", "intent", "confidence", "way"),
    [
        (Slot.RETURN_REASON, "质量问题", "return_quality_problem", 0.99, Way.ON),
        (Slot.RETURN_REASON, "质量问题运费谁出", "return_freight", 0.8, Way.OTHER_QUESTION),
        (Slot.RETURN_REASON, "不要了", "cancel_flow", 0.9, Way.ON),
        (Slot.RETURN_PICKUP, "不要了", "deny", 0.5, Way.CANCEL),
        (Slot.RETURN_PICKUP, "明天下午", "shipping_time", 0.7, Way.ON),
        (Slot.ORDER_NUMBER, "JN2611210001", "where_is_my_order", 0.9, Way.ON),
        (Slot.ORDER_NUMBER, "优惠券怎么用", "coupon_how_use", 0.9, Way.OTHER_QUESTION),
        (Slot.ORDER_NUMBER, "优惠券怎么用", "coupon_how_use", 0.4, Way.ON),
        (Slot.ORDER_NUMBER, "羊毛大衣", "clothes_wash", 0.7, Way.ON),
        (Slot.ORDER_NUMBER, "我的快递到哪了", "where_is_my_order", 0.95, Way.OTHER_FLOW),
        (Slot.ORDER_NUMBER, "我要退货", "return_request", 0.95, Way.ON),
        (Slot.ORDER_NUMBER, "取消", "order_cancel", 0.9, Way.CANCEL),
    ],
)
def test_a_message_in_a_flow_goes_where_its_words_point(
    step: Slot, text: str, intent: str, confidence: float, way: Way
) -> None:
    both = Readings(read(intent, confidence), read(intent, confidence))
    assert way_of(Flow.RETURN_REQUEST, step, text, both, Thresholds(), SUNDAY) is way
