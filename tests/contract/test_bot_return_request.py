"""The flow 我要退货, through the real bot."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.contract.conftest import Chat
from tests.contract.fake_router import FakeRouter, Weather, delivered, shipped

pytestmark = [pytest.mark.bot, pytest.mark.xdist_group("bot"), pytest.mark.timeout(300)]

COAT, SHIRT, RING = "JN2611100001", "JN2611110002", "JN2611120003"
HUMAN = {"title": "转人工", "say": "转人工"}


def window(hours: str, days: int = 1) -> str:
    """Return a pick-up window `days` from now in the shop's zone."""
    day = datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=days)
    return f"{day.isoformat()}T{hours}"


@pytest.fixture
def wardrobe(chat: Chat, router: FakeRouter) -> Chat:
    """A shopper with a coat and a shirt to return, and a ring that cannot be."""
    router.orders[chat.shopper or ""] = [
        delivered(COAT, "羊毛大衣"),
        delivered(SHIRT, "真丝衬衫"),
        delivered(
            RING, "足金戒指", returnable=False, not_returnable_reason="按克重黄金不支持无理由退。"
        ),
    ]
    return chat


async def test_a_return_takes_three_steps(wardrobe: Chat, router: FakeRouter) -> None:
    which = await wardrobe.say("我要退货")
    assert [b["say"] for b in which["messages"][0]["buttons"]] == [COAT, SHIRT]
    why = await wardrobe.say(SHIRT)
    assert [b["title"] for b in why["messages"][0]["buttons"]] == [
        "质量问题",
        "尺码不合适",
        "不喜欢/不想要了",
    ]
    when = await wardrobe.say("尺码不合适")
    assert "真丝衬衫" in when["messages"][0]["text"]
    assert when["messages"][0]["buttons"][0]["title"].startswith("确认")
    assert {a["flow"]["state"] for a in (which, why, when)} == {"active"}
    done = await wardrobe.say(when["messages"][0]["buttons"][0]["say"])
    assert done["flow"] == {"name": "return_request", "state": "done"}
    assert "RT2611220001" in done["messages"][0]["text"]
    assert "299.00" in done["messages"][0]["text"]
    pickup = window("09:00/18:00")
    assert router.returns == [
        (SHIRT, {"shopper": wardrobe.shopper, "reason": "size", "pickup": pickup})
    ]


async def test_what_is_known_already_is_not_asked(wardrobe: Chat, router: FakeRouter) -> None:
    when = await wardrobe.say("衣服太小了我要退货", order=COAT)
    assert "最后确认" in when["messages"][0]["text"]
    await wardrobe.say("确认")
    assert router.returns[0][0] == COAT
    assert router.returns[0][1]["reason"] == "size"


async def test_the_only_order_that_can_go_back_is_taken_without_asking(
    chat: Chat, router: FakeRouter
) -> None:
    router.orders[chat.shopper or ""] = [shipped(RING, "戒指"), delivered(COAT, "羊毛大衣")]
    answer = await chat.say("我要退货")
    assert "羊毛大衣" in answer["messages"][0]["text"]
    assert len(answer["messages"][0]["buttons"]) == 3


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("洗了一次就掉色", "quality"),
        ("穿上太大了", "size"),
        ("就是不想要了", "changed_mind"),
        ("不要了", "changed_mind"),
        ("质量没问题，就是不喜欢", "changed_mind"),
    ],
)
async def test_free_words_are_taken_as_a_reason(
    wardrobe: Chat, router: FakeRouter, words: str, reason: str
) -> None:
    await wardrobe.say(f"我要退{COAT}")
    await wardrobe.say(words)
    await wardrobe.say("确认")
    assert router.returns[0][1]["reason"] == reason


@pytest.mark.parametrize(
    ("words", "hours", "days"),
    [
        (["明天下午取件，确认"], "13:00/18:00", 1),
        (["后天上午吧", "好的"], "09:00/12:00", 2),
        (["不行，那天没空", "后天", "确认"], "09:00/18:00", 2),
    ],
    ids=["at-once", "then-yes", "no-first"],
)
async def test_another_pick_up_time_can_be_had(
    wardrobe: Chat, router: FakeRouter, words: list[str], hours: str, days: int
) -> None:
    await wardrobe.say(f"我要退{COAT}，质量太差了")
    for said in words:
        await wardrobe.say(said)
    assert router.returns[0][1]["pickup"] == window(hours, days)


async def test_an_order_that_cannot_go_back_is_told_with_its_reason(wardrobe: Chat) -> None:
    answer = await wardrobe.say(f"我要退货 {RING}")
    (message,) = answer["messages"]
    assert "按克重黄金不支持无理由退" in message["text"]
    assert HUMAN in message["buttons"]
    assert answer["flow"]["state"] == "done"


async def test_a_return_the_shop_refuses_is_told_in_its_own_words(
    wardrobe: Chat, router: FakeRouter
) -> None:
    router.refusals[COAT] = "这笔订单刚刚已经申请过退货。"
    await wardrobe.say(f"我要退{COAT}，质量太差了")
    answer = await wardrobe.say("确认")
    assert "刚刚已经申请过退货" in answer["messages"][0]["text"]
    assert HUMAN in answer["messages"][0]["buttons"]


@pytest.mark.parametrize("before", [[], [COAT], [COAT, "质量问题"]], ids=["which", "why", "when"])
@pytest.mark.parametrize("words", ["取消", "算了", "不退了"])
async def test_the_flow_is_left_at_any_step_by_a_word(
    wardrobe: Chat, router: FakeRouter, before: list[str], words: str
) -> None:
    for said in ["我要退货", *before]:
        await wardrobe.say(said)
    answer = await wardrobe.say(words)
    assert answer["flow"] == {"name": "return_request", "state": "left"}
    assert len(answer["messages"]) == 1
    assert router.returns == []
    assert (await wardrobe.say("确认"))["flow"] is None


@pytest.mark.parametrize("before", [[], [COAT], [COAT, "质量问题"]], ids=["which", "why", "when"])
async def test_the_flow_is_left_at_any_step_by_another_question(
    wardrobe: Chat, before: list[str]
) -> None:
    for said in ["我要退货", *before]:
        await wardrobe.say(said)
    answer = await wardrobe.say("退款多久到账")
    assert answer["flow"] == {"name": "return_request", "state": "left"}
    assert answer["messages"] == []
    assert answer["reading"]["intent"] == "refund_time"


async def test_asking_for_the_parcel_during_a_return_changes_the_flow(
    wardrobe: Chat, router: FakeRouter
) -> None:
    router.orders[wardrobe.shopper or ""].append(shipped("JN2611210009", "围巾"))
    await wardrobe.say("我要退货")
    answer = await wardrobe.say("我的快递到哪了")
    assert answer["flow"] == {"name": "where_is_my_order", "state": "done"}
    assert answer["messages"][0]["card"]["order"] == "JN2611210009"


async def test_two_wrong_inputs_in_a_row_offer_a_human_and_a_third_ends_the_asking(
    wardrobe: Chat,
) -> None:
    await wardrobe.say("我要退货")
    said = [await wardrobe.say(words) for words in ("呃", "哈哈哈", "嘿嘿")]
    offered = [HUMAN in answer["messages"][0]["buttons"] for answer in said]
    assert offered == [False, True, True]
    assert [answer["flow"]["state"] for answer in said] == ["active", "active", "left"]


async def test_a_right_input_clears_the_count_of_wrong_ones(wardrobe: Chat) -> None:
    for words in ("我要退货", "呃", COAT, "呃"):
        answer = await wardrobe.say(words)
    assert HUMAN not in answer["messages"][0]["buttons"]


async def test_a_confirmation_sent_again_books_once(wardrobe: Chat, router: FakeRouter) -> None:
    await wardrobe.say(f"我要退{COAT}，质量太差了")
    ask = wardrobe.ask("确认")
    first, second = await wardrobe.post("/webhook", ask), await wardrobe.post("/webhook", ask)
    assert first == second
    assert len(router.returns) == 1


@pytest.mark.parametrize("weather", [Weather.BROKEN, Weather.STUCK], ids=["broken", "stuck"])
async def test_a_router_that_goes_down_at_the_end_is_owned_up_to(
    wardrobe: Chat, router: FakeRouter, weather: Weather
) -> None:
    await wardrobe.say(f"我要退{COAT}，质量太差了")
    router.weather = weather
    answer = await wardrobe.say("确认")
    assert "抱歉" in answer["messages"][0]["text"]
    assert HUMAN in answer["messages"][0]["buttons"]
    assert answer["flow"]["state"] == "left"


async def test_a_shopper_who_is_not_logged_in_is_asked_to_log_in(chat: Chat) -> None:
    chat.shopper = None
    answer = await chat.say("我要退货")
    assert "登录" in answer["messages"][0]["text"]
    assert answer["flow"]["state"] != "active"


async def test_a_second_return_starts_afresh(wardrobe: Chat, router: FakeRouter) -> None:
    for words in (f"我要退{COAT}，质量太差了", "确认", "我要退货"):
        answer = await wardrobe.say(words)
    assert "哪一笔" in answer["messages"][0]["text"]
    assert len(router.returns) == 1


async def test_what_is_only_read_starts_no_flow_and_moves_none(
    wardrobe: Chat, router: FakeRouter
) -> None:
    only_read = await wardrobe.say("我要退货", reading_only=True)
    assert only_read["reading"]["intent"] == "return_request"
    assert (only_read["messages"], only_read["flow"], router.calls) == ([], None, [])
    await wardrobe.say("我要退货")
    beside = await wardrobe.say(SHIRT, reading_only=True)
    assert (beside["messages"], beside["flow"]) == ([], None)
    why = await wardrobe.say(SHIRT)
    assert "质量问题" in [b["title"] for b in why["messages"][0]["buttons"]]
