"""An agent gives a conversation back: the bot goes on where it stands, and asks nothing twice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from knowledge_base.database import Database
from tests.router.desk.test_asking import RETURNS
from tests.router.harness import ENTRIES, House, Socket, running, understood
from tests.router.people import LINA

OWN, OTHER, FOREIGN = "JN2611210001", "JN2611230002", "JN2611230005"
SUMMARY = "退货已登记，等仓库验收"
ANSWERS = {
    "什么时候发货": understood("shipping_time", 0.95),
    SUMMARY: understood("return_policy", 0.9, return_freight=0.05),
    "退回去要多少钱": understood("return_freight", 0.92),
    "那运费呢": understood("shipping_fee", 0.9, return_freight=0.08),
    f"{SUMMARY}，那运费呢": understood("return_policy", 0.5, return_freight=0.45),
    "什么时候发货，那运费呢": understood("shipping_time", 0.5, shipping_fee=0.45),
    "能退货吗": understood("return_policy", 0.95),
    "能退货吗，那运费呢": understood("return_policy", 0.5, return_freight=0.45),
}


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    entries = (*ENTRIES, *RETURNS)
    async with running(sqlite, tmp_path / "data", ANSWERS, entries) as house:
        yield house


async def given_back(
    house: House, said: str = "我想退货", told: str = "好的", summary: str = ""
) -> Socket:
    """Let 小满 ask the bot, then an agent, who gives the conversation back."""
    lina = await house.staff(LINA)
    shopper = await house.shopper(await house.demo_token("xiaoman"))
    await shopper.say("什么时候发货")
    await shopper.message("bot")
    await shopper.say("转人工")
    conversation = (await lina.until("handoff.queued"))["card"]["conversation"]["id"]
    await lina.send("accept", conversation=conversation)
    epoch = (await lina.until("conversation.assigned"))["card"]["conversation"]["epoch"]
    await shopper.say(said)
    await shopper.until("message.acknowledged")
    await lina.send(
        "reply", conversation=conversation, client_id="reply-00001", text=told, epoch=epoch
    )
    await lina.until("message.acknowledged")
    await lina.send("return_to_bot", conversation=conversation, summary=summary)
    await lina.until("conversation.left")
    house.bot.asked.clear()
    return shopper


async def entry_of(shopper: Socket, text: str) -> str:
    await shopper.say(text)
    return (await shopper.message("bot"))["source"]["entry"]  # type: ignore[no-any-return]


async def test_a_fragment_is_read_with_the_summary_of_the_agent(house: House) -> None:
    shopper = await given_back(house, summary=SUMMARY)
    assert await entry_of(shopper, "那运费呢") == "return_freight"


async def test_without_a_summary_it_is_read_with_what_the_shopper_told_the_agent(
    house: House,
) -> None:
    shopper = await given_back(house, said="能退货吗")
    assert await entry_of(shopper, "那运费呢") == "return_freight"


async def test_a_summary_the_bot_does_not_understand_leaves_the_topic_of_before(
    house: House,
) -> None:
    shopper = await given_back(house, summary="老样子，等那边")
    assert await entry_of(shopper, "那运费呢") == "shipping_fee"


async def test_once_the_bot_has_answered_its_own_turn_is_the_topic(house: House) -> None:
    shopper = await given_back(house, summary=SUMMARY)
    assert await entry_of(shopper, "退回去要多少钱") == "return_freight"
    house.bot.besides.clear()
    await entry_of(shopper, "那运费呢")
    assert [question.text for question in house.bot.besides] == ["退回去要多少钱，那运费呢"]


@pytest.mark.parametrize(
    ("said", "told", "summary", "order"),
    [
        pytest.param(f"是{OWN}这单", "好的", "", OWN, id="the shopper named it"),
        pytest.param("这单", f"您的订单 {OWN} 已登记", "", OWN, id="the agent named it"),
        pytest.param(f"是{OWN}", "好的", f"改问 {OTHER}", OTHER, id="the summary comes last"),
        pytest.param(f"是{OWN}", f"{FOREIGN}对吗", "", OWN, id="another's order is none"),
        pytest.param("想退货", "好的", "", None, id="nobody named one"),
    ],
)
async def test_a_flow_gets_the_order_the_agents_part_was_about(
    house: House, said: str, told: str, summary: str, order: str | None
) -> None:
    shopper = await given_back(house, said, told, summary)
    await shopper.say("我要退货")
    await house.shoppers.answering.idle()
    await shopper.alive()
    await house.shoppers.answering.idle()
    assert house.bot.asked[-1].order == order


async def test_a_new_case_brings_nothing_along(house: House) -> None:
    shopper = await given_back(house, said=f"是{OWN}")
    conversation = shopper.seen[0]["conversation"]["id"]
    lina = await house.staff(LINA)
    await shopper.say("转人工")
    await lina.until("handoff.queued")
    await lina.send("accept", conversation=conversation)
    await lina.until("conversation.assigned")
    await lina.send("resolve", conversation=conversation, cause="product", outcome="solved")
    await lina.until("conversation.left")
    await shopper.say("我要退货")
    await shopper.alive()
    await house.shoppers.answering.idle()
    assert house.bot.asked[-1].order is None
