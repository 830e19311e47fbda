"""The eight services, each once through the real bot; their moves are tested in tests/bot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.conftest import Chat
from tests.contract.fake_router import FakeRouter, Weather, delivered, order, shipped

pytestmark = [pytest.mark.bot, pytest.mark.xdist_group("bot"), pytest.mark.timeout(300)]

PAID, WORN, WAY = "JN2611100001", "JN2611110002", "JN2611120003"
ADDRESS = "杭州市西湖区文三路 138 号 3 幢 201 李雷 13812345678"


@pytest.fixture
def wardrobe(chat: Chat, router: FakeRouter) -> Chat:
    """A shopper with an order to be sent and one that has arrived."""
    specs = [["S 驼色", "L 驼色"]]
    router.orders[chat.shopper or ""] = [
        order(PAID, "paid", "羊毛大衣"),
        delivered(WORN, "真丝衬衫", specs=specs, refusals={"protect_price": "没有降价。"}),
    ]
    return chat


@pytest.mark.parametrize(
    ("words", "operation", "number", "fields"),
    [
        pytest.param(["帮我催一下发货"], "urge_shipment", PAID, {}, id="urge"),
        pytest.param(["帮我取消订单", "取消吧"], "cancel_order", PAID, {}, id="cancel"),
        pytest.param(
            ["帮我改收货地址", ADDRESS, "确认"],
            "change_address",
            PAID,
            {"receiver": "李雷", "phone": "13812345678"},
            id="address",
        ),
        pytest.param(["帮我申请价保"], "protect_price", PAID, {}, id="price"),
        pytest.param(
            ["帮我开张发票", "个人", "发到 xm@jinnian.cn"],
            "issue_invoice",
            WORN,
            {"title": "个人", "tax_number": "", "email": "xm@jinnian.cn"},
            id="invoice",
        ),
        pytest.param(
            ["我要换货", "换成L", "确认"], "exchange_item", WORN, {"spec": "L 驼色"}, id="exchange"
        ),
        pytest.param(
            ["我要送修", "袖口的扣子掉了", "好的"],
            "repair_item",
            WORN,
            {"fault": "袖口的扣子掉了"},
            id="repair",
        ),
    ],
)
async def test_a_service_is_done_once_and_asks_only_what_is_not_known(
    wardrobe: Chat,
    router: FakeRouter,
    words: list[str],
    operation: str,
    number: str,
    fields: dict[str, Any],
) -> None:
    *before, last = words
    for said in before:
        assert (await wardrobe.say(said))["flow"]["state"] == "active"
    ask = wardrobe.ask(last)
    answer, again = await wardrobe.post("/webhook", ask), await wardrobe.post("/webhook", ask)
    assert answer == again
    assert answer[1]["flow"]["state"] == "done"
    [(name, about, done)] = router.done.values()
    assert (name, about) == (operation, number)
    assert {key: done[key] for key in fields} == fields
    assert (await wardrobe.say("确认"))["flow"] is None


async def test_the_only_refund_is_told_at_once(wardrobe: Chat, router: FakeRouter) -> None:
    asked = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    money = {"number": "RT1", "order": WORN, "amount": "299.00", "state": "received"}
    router.refunds[wardrobe.shopper or ""] = [{**money, "asked_at": asked}]
    answer = await wardrobe.say("帮我查一下我的退款")
    assert answer["flow"] == {"name": "refund_progress", "state": "done"}
    assert "正在验货" in answer["messages"][0]["text"]
    assert answer["messages"][0]["card"]["order"] == WORN


async def test_a_service_is_left_by_a_word_and_by_a_question(
    wardrobe: Chat, router: FakeRouter
) -> None:
    await wardrobe.say("帮我改收货地址")
    left = await wardrobe.say("先不改了")
    assert left["flow"] == {"name": "change_address", "state": "left"}
    await wardrobe.say("我要换货")
    other = await wardrobe.say("退款多久到账")
    assert other["flow"] == {"name": "exchange_request", "state": "left"}
    assert other["reading"]["intent"] == "refund_time"
    assert router.done == {}


async def test_one_service_after_another_in_one_conversation(
    wardrobe: Chat, router: FakeRouter
) -> None:
    for words in ("帮我催一下发货", "我要换货", "L 驼色", "确认", "帮我开张发票", "算了"):
        answer = await wardrobe.say(words)
        assert "抱歉" not in answer["messages"][0]["text"]
    await wardrobe.say("帮我取消订单")
    assert (await wardrobe.say("确认取消"))["flow"]["state"] == "done"
    done = [name for name, _, _ in router.done.values()]
    assert done == ["urge_shipment", "exchange_item", "cancel_order"]


async def test_of_several_orders_it_asks_which(wardrobe: Chat, router: FakeRouter) -> None:
    router.orders[wardrobe.shopper or ""].append(shipped(WAY, "格纹围巾"))
    which = await wardrobe.say("帮我催一下")
    assert [button["say"] for button in which["messages"][0]["buttons"]] == [PAID, WAY]
    done = await wardrobe.say("围巾那个")
    assert done["flow"]["state"] == "done"
    assert [about for _, about, _ in router.done.values()] == [WAY]


async def test_a_router_that_breaks_at_the_end_is_owned_up_to(
    wardrobe: Chat, router: FakeRouter
) -> None:
    await wardrobe.say("帮我取消订单")
    router.weather = Weather.BROKEN
    answer = await wardrobe.say("确认取消")
    assert "抱歉" in answer["messages"][0]["text"]
    assert answer["flow"]["state"] == "left"
