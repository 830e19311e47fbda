"""Orders: which is meant, and how its state is told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.actions.moves import TO_HUMAN
from bot.actions.order_words import STUCK, URGE, moment, order_button, tell
from bot.actions.orders import (
    Item,
    Order,
    OrderState,
    TrackingEvent,
    latest_delivered,
    open_orders,
    order_named,
)

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def an_order(number: str, state: OrderState, title: str = "羊毛大衣", **more: object) -> Order:
    return Order(number, state, (Item(title, "M"),), **more)  # type: ignore[arg-type]


COAT = an_order("JN0000000001", OrderState.SHIPPED, "双面羊毛大衣")
RING = an_order("JN0000000002", OrderState.PAID, "足金素圈戒指")
UNPAID = an_order("JN0000000003", OrderState.UNPAID, "围巾")
OLD = an_order("JN0000000004", OrderState.DELIVERED, "毛衣")


def test_orders_on_the_way_are_meant_before_those_that_wait() -> None:
    assert open_orders((UNPAID, COAT, OLD)) == (COAT,)
    assert open_orders((UNPAID, OLD)) == (UNPAID,)
    assert open_orders((OLD,)) == ()
    assert latest_delivered((COAT, OLD)) is OLD


@pytest.mark.parametrize(
    ("words", "order"),
    [("大衣那单", COAT), ("戒指", RING), ("第二个", RING), ("裤子", None), ("那个", None)],
)
def test_an_order_is_named_in_free_words(words: str, order: Order | None) -> None:
    assert order_named(words, (COAT, RING)) is order


def test_a_name_that_fits_two_orders_names_none() -> None:
    assert order_named("大衣", (COAT, an_order("JN9", OrderState.SHIPPED, "短款大衣"))) is None


@pytest.mark.parametrize(
    ("hours", "words"),
    [(-1, "今天 09:00"), (-20, "昨天 14:00"), (20, "明天 06:00"), (-96, "11月18日 10:00")],
)
def test_moments_are_shown_in_the_shops_zone(hours: int, words: str) -> None:
    assert moment(NOW + timedelta(hours=hours), NOW, SHANGHAI) == words


def test_a_late_order_is_owned_up_to_with_ways_out() -> None:
    late = an_order("JN1", OrderState.PAID, promised_ship_at=NOW - timedelta(hours=5))
    told = tell(late, NOW, SHANGHAI)
    assert "超时" in told.text
    assert told.buttons == (URGE, TO_HUMAN)


def test_a_parcel_silent_for_two_days_is_called_not_normal() -> None:
    event = TrackingEvent(NOW - timedelta(hours=60), "到达绍兴")
    told = tell(an_order("JN1", OrderState.SHIPPED, last_event=event), NOW, SHANGHAI)
    assert "48 小时" in told.text
    assert STUCK in told.buttons


@pytest.mark.parametrize("state", list(OrderState))
def test_every_state_is_told_and_shown(state: OrderState) -> None:
    order = an_order("JN1", state)
    assert tell(order, NOW, SHANGHAI).order == "JN1"
    assert order_button(order).title == f"羊毛大衣 · {state.shown}"
