"""Which orders the shop writes of by itself, when it does not, and who wants none."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import msgspec
import pytest

from router.domain.conversation import Context, Conversation, Status
from router.domain.follow_ups import (
    FollowUp,
    FollowUpLimits,
    Reachable,
    When,
    asks_to_stop,
    is_due,
    may_write,
    said,
)
from router.domain.message import OrderCard, OrderItem, TrackingEvent
from tests.router.people import NOON

ZONE = ZoneInfo("Asia/Shanghai")


def ago(hours: float) -> dt.datetime:
    return NOON - dt.timedelta(hours=hours)


def order(state: str, **facts: object) -> OrderCard:
    item = OrderItem("长款鹅绒羽绒服", "M", 1, "1599.00")
    made = OrderCard("JN1", state, ago(240), "apparel", (item,), "1599.00")
    return replace(made, **facts)  # type: ignore[arg-type]


def reached(spoke: dt.datetime | None = None, **facts: object) -> Reachable:
    conversation = Conversation("c-1", "xiaoman", ago(500), ago(2), context=Context(channel="app"))
    return Reachable(replace(conversation, **facts), "xiaoman", "gold", spoke)  # type: ignore[arg-type]


def plan(when: When, hours: float = 4, **facts: object) -> FollowUp:
    return FollowUp("plan", when, hours, "{order} {item} {date}", **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("when", "card", "due"),
    [
        (When.SHIPPED_LATE, order("paid", promised_ship_at=ago(5)), True),
        (When.SHIPPED_LATE, order("presale", promised_ship_at=ago(5)), True),
        (When.SHIPPED_LATE, order("paid", promised_ship_at=ago(3)), False),
        (When.SHIPPED_LATE, order("paid", promised_ship_at=ago(100)), False),
        (When.SHIPPED_LATE, order("shipped", promised_ship_at=ago(5)), False),
        (When.SHIPPED_LATE, order("paid"), False),
        (When.SHIPS_SOON, order("paid", promised_ship_at=ago(-3)), True),
        (When.SHIPS_SOON, order("paid", promised_ship_at=ago(-5)), False),
        (When.PRESALE_WAIT, order("presale", placed_at=ago(5)), True),
        (When.PRESALE_WAIT, order("paid", placed_at=ago(5)), False),
        (When.PARCEL_STUCK, order("shipped", last_event=TrackingEvent(ago(5), "到站")), True),
        (When.PARCEL_STUCK, order("shipped", last_event=TrackingEvent(ago(1), "到站")), False),
        (When.PARCEL_STUCK, order("shipped"), False),
        (When.DELIVERED_QUIET, order("delivered", delivered_at=ago(5)), True),
        (When.DELIVERED_QUIET, order("returning", delivered_at=ago(5)), False),
    ],
)
def test_a_plan_is_for_orders_in_its_moment(when: When, card: OrderCard, due: bool) -> None:
    assert is_due(plan(when), card, reached(), NOON) is due


def test_whoever_wrote_since_the_delivery_is_not_asked_how_it_is() -> None:
    card = order("delivered", delivered_at=ago(5))
    assert is_due(plan(When.DELIVERED_QUIET), card, reached(ago(6)), NOON)
    assert not is_due(plan(When.DELIVERED_QUIET), card, reached(ago(4)), NOON)


def test_what_the_shop_said_a_while_ago_is_not_written_of() -> None:
    card = order("paid", promised_ship_at=ago(5), as_of=ago(1))
    assert not is_due(plan(When.SHIPPED_LATE), card, reached(), NOON)


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        ({"tiers": frozenset({"gold"})}, True),
        ({"tiers": frozenset({"diamond"})}, False),
        ({"product_lines": frozenset({"jewellery"})}, False),
        ({"stores": frozenset({"online"})}, True),
        ({"channels": frozenset({"app"})}, True),
        ({"channels": frozenset({"mini_program"})}, False),
    ],
)
def test_a_plan_may_be_narrowed(facts: dict[str, object], due: bool) -> None:
    card = order("paid", promised_ship_at=ago(5))
    assert is_due(plan(When.SHIPPED_LATE, **facts), card, reached(), NOON) is due


@pytest.mark.parametrize(
    ("facts", "free"),
    [
        ({}, True),
        ({"status": Status.RESOLVED}, True),
        ({"status": Status.QUEUED}, False),
        ({"status": Status.ACTIVE}, False),
        ({"status": Status.ON_HOLD}, False),
        ({"status": Status.OFFLINE}, False),
        ({"keeps_place": True}, False),
        ({"shopper_seq": 3, "decided_seq": 2}, False),
        ({"updated_at": NOON - dt.timedelta(minutes=29)}, False),
        ({"updated_at": NOON + dt.timedelta(hours=1)}, False),
    ],
)
def test_nobody_is_disturbed(facts: dict[str, object], free: bool) -> None:
    assert may_write(reached(**facts).conversation, FollowUpLimits(), NOON) is free


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("21:29", False), ("21:30", True), ("00:00", True), ("08:59", True), ("09:00", False)],
)
def test_the_night_is_quiet_on_the_shops_clock(clock: str, quiet: bool) -> None:
    local = dt.datetime.combine(dt.date(2026, 11, 21), dt.time.fromisoformat(clock), ZONE)
    assert FollowUpLimits().is_quiet(local) is quiet


def test_the_night_stays_quiet_when_the_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for hour in range(24):
        local = dt.datetime(2026, 10, 24, 22, tzinfo=dt.UTC) + dt.timedelta(hours=hour)
        at_home = local.astimezone(berlin)
        assert FollowUpLimits().is_quiet(at_home) is not (9 <= at_home.hour < 21 or (
            at_home.hour == 21 and at_home.minute < 30
        ))  # fmt: skip


@pytest.mark.parametrize(
    ("text", "always", "in_reply"),
    [
        ("退订", True, True), ("TD", True, True), ("退订提醒", True, True),
        ("别再发了", False, True), ("不要给我发这种消息", True, True),
        ("别给我推送了", False, True),
        ("不想收到这些提醒", True, True), ("停止发送此类消息", True, True), ("stop", False, True),
        ("别发货了", False, False), ("先不要发货", False, False), ("别再发错了", False, None),
        ("怎么退订？", False, False), ("退货", False, False), ("取消订单", False, False),
        ("发票不用发了", False, None), ("不要了", False, False),
    ],
)  # fmt: skip
def test_who_wants_no_more_is_understood(text: str, always: bool, in_reply: bool | None) -> None:
    assert asks_to_stop(text, after_follow_up=False) is always
    if in_reply is not None:
        assert asks_to_stop(text, after_follow_up=True) is in_reply


def test_a_text_names_order_item_and_date() -> None:
    card = order("paid", promised_ship_at=ago(5))
    assert said(plan(When.SHIPPED_LATE), card, ZONE, "zh-CN") == "JN1 长款鹅绒羽绒服 11月21日"


@pytest.mark.parametrize(
    "facts",
    [
        {"text": "{name}"}, {"when": "someday"}, {"hours": -1}, {"name": "Bad Name"}, {"text": ""},
    ],
)  # fmt: skip
def test_a_wrong_plan_is_refused(facts: dict[str, object]) -> None:
    right = {"name": "late", "when": "shipped_late", "hours": 4, "text": "{order}"}
    msgspec.convert(right, FollowUp)
    with pytest.raises((msgspec.ValidationError, ValueError)):
        msgspec.convert(right | facts, FollowUp)
