"""What the bot understood: fragments in their context, and several questions in one message."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from knowledge_base.database import Database
from knowledge_base.misses import MissReason
from knowledge_base.store import KnowledgeStore
from router.desk.inbox import Inbox
from tests.router.harness import ENTRIES, House, Socket, entry, flowing, running, understood

RETURNS = (
    entry("return_policy", "能退货吗", "七天内可以退。", category="退换货"),
    entry("return_freight", "退货运费谁出", "退货运费我们出。", category="退换货"),
)
STARTED = flowing("要退哪一单？", "return_request")
ANSWERS = {
    "能退货吗": understood("return_policy", 0.95, return_freight=0.02),
    "那运费呢": understood("shipping_fee", 0.9, return_freight=0.08),
    "能退货吗，那运费呢": understood("return_policy", 0.5, return_freight=0.45),
    "什么时候发货": understood("shipping_time", 0.95),
    "运费怎么算": understood("shipping_fee", 0.93),
    "什么时候发货，运费怎么算": understood("shipping_time", 0.55, shipping_fee=0.44),
    "到底要买到多少钱才能免掉那一笔": understood("shipping_fee", 0.4, return_freight=0.3),
    "什么时候发货，到底要买到多少钱才能免掉那一笔": understood("shipping_time", 0.6),
    "运费怎么算来着还是别的": understood("shipping_fee", 0.4, return_freight=0.3),
    "我的号是不是被盗了": understood("account_security", 0.9),
    "什么时候发货，我的号是不是被盗了": understood("shipping_time", 0.6),
    "我要退货": understood("return_request", 0.98),
    "我要退货，运费怎么算": STARTED,
    "你好": understood("greet", 0.99),
}


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    entries = (*ENTRIES, *RETURNS)
    async with running(sqlite, tmp_path / "data", ANSWERS, entries) as house:
        yield house


async def asked(shopper: Socket, text: str) -> dict[str, Any]:
    await shopper.say(text)
    return await shopper.message("bot")


async def decisions(house: House, shopper: Socket) -> list[Any]:
    await house.shoppers.answering.idle()
    conversation = shopper.seen[0]["conversation"]["id"]
    return list(await house.store.decisions(conversation))


async def test_那运费呢_alone_asks_for_the_shipping_fee(house: House) -> None:
    shopper = await house.shopper()
    assert (await asked(shopper, "那运费呢"))["source"]["entry"] == "shipping_fee"
    assert house.bot.besides == []


async def test_那运费呢_after_a_question_about_returns_asks_for_the_return_freight(
    house: House,
) -> None:
    shopper = await house.shopper()
    await asked(shopper, "能退货吗")
    assert (await asked(shopper, "那运费呢"))["source"]["entry"] == "return_freight"
    line = (await decisions(house, shopper))[-1]
    assert (line.intent, line.ranking[0][0]) == ("return_freight", "return_freight")


async def test_a_courtesy_in_between_does_not_end_the_topic(house: House) -> None:
    shopper = await house.shopper()
    await asked(shopper, "能退货吗")
    await asked(shopper, "你好")
    assert (await asked(shopper, "那运费呢"))["source"]["entry"] == "return_freight"


async def test_what_is_read_besides_touches_no_conversation_of_a_shopper(house: House) -> None:
    shopper = await house.shopper()
    await asked(shopper, "能退货吗")
    await asked(shopper, "那运费呢")
    (question,) = house.bot.besides
    assert question.reading_only
    assert question.conversation not in {q.conversation for q in house.bot.asked}
    assert (question.shopper, question.order) == (None, None)


async def test_when_the_context_cannot_be_read_the_fragment_stands_alone(house: House) -> None:
    shopper = await house.shopper()
    await asked(shopper, "运费怎么算")
    assert (await asked(shopper, "能退货吗"))["source"]["entry"] == "return_policy"


async def test_a_greeting_before_the_question_does_not_blur_it(house: House) -> None:
    shopper = await house.shopper()
    answer = await asked(shopper, "你好，请问什么时候发货？")
    assert answer["source"]["entry"] == "shipping_time"
    assert [q.text for q in house.bot.asked] == ["什么时候发货"]


async def test_two_questions_get_two_answers_each_with_its_source_and_vote(house: House) -> None:
    shopper = await house.shopper()
    first = await asked(shopper, "什么时候发货？运费怎么算？")
    second = await shopper.message("bot")
    assert [m["source"]["entry"] for m in (first, second)] == ["shipping_time", "shipping_fee"]
    assert first["votable"]
    assert second["votable"]
    (line,) = await decisions(house, shopper)
    assert (line.kind, line.rule, line.entry) == ("reply", "several_questions", "shipping_time")
    assert [name for name, _ in line.ranking] == ["shipping_time", "shipping_fee"]


async def test_the_second_answer_given_again_is_going_in_circles(house: House) -> None:
    shopper = await house.shopper()
    await asked(shopper, "什么时候发货？运费怎么算？")
    await shopper.message("bot")
    await shopper.say("运费怎么算")
    await shopper.message("system")
    assert (await decisions(house, shopper))[-1].rule == "same_answer_twice"


async def test_the_answer_voted_unhelpful_is_the_one_that_missed(house: House) -> None:
    shopper = await house.shopper()
    await asked(shopper, "什么时候发货？运费怎么算？")
    second = await shopper.message("bot")
    await shopper.send("vote", seq=second["seq"], helpful=False)
    await shopper.until("message.voted")
    (miss,) = await KnowledgeStore(house.database).misses()
    assert (miss.reason, miss.entry) == (MissReason.UNHELPFUL, "shipping_fee")


async def test_of_two_questions_the_sure_one_is_answered_and_the_other_offered(
    house: House,
) -> None:
    shopper = await house.shopper()
    first = await asked(shopper, "什么时候发货，到底要买到多少钱才能免掉那一笔")
    assert first["source"]["entry"] == "shipping_time"
    offered = await shopper.message("bot")
    assert "还问了一件事" in offered["body"]["text"]
    assert [b["title"] for b in offered["body"]["buttons"]] == [
        "运费怎么算",
        "退货运费谁出",
        "转人工",
    ]
    await decisions(house, shopper)
    (miss,) = await KnowledgeStore(house.database).misses()
    assert miss.reason is MissReason.CLARIFIED


async def test_when_one_of_two_questions_is_for_a_human_both_are(house: House) -> None:
    shopper = await house.shopper()
    await shopper.say("什么时候发货，我的号是不是被盗了")
    await shopper.message("system")
    assert [line.rule for line in await decisions(house, shopper)] == ["human_only"]


async def test_a_flow_and_a_question_are_both_served_the_flow_last(house: House) -> None:
    shopper = await house.shopper()
    first = await asked(shopper, "我要退货，运费怎么算")
    assert first["source"]["entry"] == "shipping_fee"
    assert (await shopper.message("bot"))["body"]["text"] == "要退哪一单？"


async def test_what_is_said_to_a_flow_is_passed_on_as_it_stands(house: House) -> None:
    house.bot.answers = {
        **ANSWERS,
        "我要退货": STARTED,
        "好的，谢谢，就明天，行吗": flowing("约好了。", "return_request", "done"),
    }
    shopper = await house.shopper()
    await asked(shopper, "我要退货")
    answer = await asked(shopper, "好的，谢谢，就明天，行吗")
    assert answer["body"]["text"] == "约好了。"
    assert house.bot.asked[-1].text == "好的，谢谢，就明天，行吗"
    assert house.bot.besides == []


async def test_a_choice_answers_at_once_and_is_named_first_to_the_editor(house: House) -> None:
    shopper = await house.shopper()
    offered = await asked(shopper, "运费怎么算来着还是别的")
    assert [b["entry"] for b in offered["body"]["buttons"]][:2] == [
        "shipping_fee",
        "return_freight",
    ]
    inbox = Inbox(house.database, ZoneInfo("Asia/Shanghai"))
    (before,) = await inbox.clusters(house.clock())
    assert before.nearest[0].entry == "shipping_fee"
    choice = {"title": "退货运费谁出", "entry": "return_freight"}
    await shopper.send("choose", client_id="client-t001", **choice)
    assert (await shopper.message("bot"))["source"]["entry"] == "return_freight"
    (after,) = await inbox.clusters(house.clock())
    assert after.nearest[0].entry == "return_freight"
