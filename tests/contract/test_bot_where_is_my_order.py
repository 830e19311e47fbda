"""The flow 我的快递到哪了, through the real bot."""

from __future__ import annotations

import pytest

from tests.contract.conftest import Chat
from tests.contract.fake_router import FakeRouter, Weather, delivered, order, shipped

pytestmark = [pytest.mark.bot, pytest.mark.xdist_group("bot"), pytest.mark.timeout(300)]

COAT, RING, OLD = "JN2611210001", "JN2611200002", "JN2611010003"


async def test_a_shopper_with_one_open_order_is_told_at_once(
    chat: Chat, router: FakeRouter
) -> None:
    router.orders[chat.shopper or ""] = [shipped(COAT, "羊毛大衣"), delivered(OLD, "旧毛衣")]
    answer = await chat.say("我的快递到哪了")
    (message,) = answer["messages"]
    assert answer["reading"]["intent"] == "where_is_my_order"
    assert answer["flow"] == {"name": "where_is_my_order", "state": "done"}
    for told in ("羊毛大衣", COAT, "中通快递", "ZT5566778899", "到达绍兴转运中心"):
        assert told in message["text"]
    assert message["card"] == {"kind": "order", "order": COAT}


async def test_a_shopper_with_two_open_orders_chooses_one(chat: Chat, router: FakeRouter) -> None:
    orders = [shipped(COAT, "羊毛大衣"), order(RING, "paid", "素圈戒指")]
    router.orders[chat.shopper or ""] = orders
    asked = await chat.say("查物流")
    assert asked["flow"]["state"] == "active"
    assert asked["messages"][0]["buttons"] == [
        {"title": "羊毛大衣 · 运输中", "say": COAT},
        {"title": "素圈戒指 · 待发货", "say": RING},
    ]
    told = await chat.say(RING)
    assert told["flow"]["state"] == "done"
    assert told["messages"][0]["card"] == {"kind": "order", "order": RING}


@pytest.mark.parametrize("words", ["第二个", "戒指那单", "最后一个"])
async def test_an_order_is_chosen_in_the_shoppers_own_words(
    chat: Chat, router: FakeRouter, words: str
) -> None:
    orders = [shipped(COAT, "羊毛大衣"), shipped(RING, "素圈戒指")]
    router.orders[chat.shopper or ""] = orders
    await chat.say("我的包裹到哪了")
    assert (await chat.say(words))["messages"][0]["card"]["order"] == RING


async def test_the_order_on_the_page_is_used_without_asking(chat: Chat, router: FakeRouter) -> None:
    orders = [shipped(COAT, "羊毛大衣"), shipped(RING, "素圈戒指")]
    router.orders[chat.shopper or ""] = orders
    answer = await chat.say("我的快递到哪了", order=RING)
    assert answer["flow"]["state"] == "done"
    assert answer["messages"][0]["card"]["order"] == RING


async def test_the_order_in_the_message_wins_over_the_page(chat: Chat, router: FakeRouter) -> None:
    orders = [shipped(COAT, "羊毛大衣"), shipped(RING, "素圈戒指")]
    router.orders[chat.shopper or ""] = orders
    answer = await chat.say(f"{COAT.lower()} 到哪了", order=RING)
    assert answer["messages"][0]["card"]["order"] == COAT


async def test_a_shopper_without_open_orders_is_told_so(chat: Chat, router: FakeRouter) -> None:
    router.orders[chat.shopper or ""] = [delivered(OLD, "旧毛衣")]
    answer = await chat.say("我的快递到哪了")
    assert "没有在路上的订单" in answer["messages"][0]["text"]
    assert answer["flow"]["state"] == "done"


async def test_a_shopper_with_no_orders_at_all_is_offered_help(chat: Chat) -> None:
    answer = await chat.say("我的快递到哪了")
    assert {"title": "转人工", "say": "转人工"} in answer["messages"][0]["buttons"]


async def test_a_shopper_who_is_not_logged_in_is_asked_for_the_number(chat: Chat) -> None:
    chat.shopper = None
    answer = await chat.say("我的快递到哪了")
    assert "登录" in answer["messages"][0]["text"]
    assert "订单号" in answer["messages"][0]["text"]
    assert answer["flow"]["state"] == "active"


async def test_an_unknown_number_is_asked_again_twice_then_a_human_is_offered(chat: Chat) -> None:
    said = [await chat.say(f"JN00000000{n:02d} 到哪了") for n in range(3)]
    human = {"title": "转人工", "say": "转人工"}
    assert all("没有查到订单" in answer["messages"][0]["text"] for answer in said)
    assert [human in answer["messages"][0]["buttons"] for answer in said] == [False, True, True]
    assert [answer["flow"]["state"] for answer in said] == ["active", "active", "left"]


async def test_an_order_of_another_shopper_is_unknown(chat: Chat, router: FakeRouter) -> None:
    router.orders["somebody-else"] = [shipped(COAT, "羊毛大衣")]
    answer = await chat.say(f"{COAT}到哪了")
    assert "没有查到订单" in answer["messages"][0]["text"]
    assert answer["messages"][0]["card"] is None


@pytest.mark.parametrize("weather", [Weather.BROKEN, Weather.STUCK], ids=["broken", "stuck"])
async def test_a_router_that_is_down_ends_in_an_apology_and_a_human(
    chat: Chat, router: FakeRouter, weather: Weather
) -> None:
    router.weather = weather
    answer = await chat.say("我的快递到哪了")
    assert "抱歉" in answer["messages"][0]["text"]
    assert {"title": "转人工", "say": "转人工"} in answer["messages"][0]["buttons"]
    assert answer["flow"] == {"name": "where_is_my_order", "state": "left"}
    assert (await chat.say("什么时候发货"))["flow"] is None


async def test_a_flow_is_started_by_its_name_whatever_the_text_reads_as(
    chat: Chat, router: FakeRouter
) -> None:
    router.orders[chat.shopper or ""] = [shipped(COAT, "羊毛大衣")]
    answer = await chat.say("看看", flow="where_is_my_order")
    assert answer["messages"][0]["card"]["order"] == COAT


async def test_the_flow_is_left_by_another_question_and_its_reading_comes_back(
    chat: Chat, router: FakeRouter
) -> None:
    router.orders[chat.shopper or ""] = [shipped(COAT, "羊毛大衣"), shipped(RING, "素圈戒指")]
    await chat.say("查物流")
    answer = await chat.say("优惠券怎么用")
    assert answer["flow"] == {"name": "where_is_my_order", "state": "left"}
    assert answer["messages"] == []
    assert answer["reading"]["intent"] == "coupon_how_use"
