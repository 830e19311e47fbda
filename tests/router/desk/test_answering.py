"""The bot's turn: what is decided, what is dropped, what becomes a miss, and never silence."""

import asyncio
from typing import Any

import pytest

from knowledge_base.misses import Miss, MissReason
from knowledge_base.store import KnowledgeStore
from router.desk.services import LiveKnowledge
from tests.router.harness import House, Socket, entry, flowing, understood
from tests.router.people import LINA


async def misses(house: House) -> list[Miss]:
    return list(reversed(await KnowledgeStore(house.database).misses()))


async def asked(shopper: Socket, text: str) -> dict[str, Any]:
    await shopper.say(text)
    return await shopper.message("bot")


def conversation_of(shopper: Socket) -> str:
    return str(shopper.seen[0]["conversation"]["id"])


async def lines(house: House, shopper: Socket) -> list[tuple[str, str]]:
    await house.shoppers.answering.idle()
    decisions = await house.store.decisions(conversation_of(shopper))
    return [(line.kind, line.rule) for line in decisions]


async def test_an_answer_that_comes_after_the_owner_changed_is_dropped(house: House) -> None:
    shopper, agent = await house.shopper(), await house.staff(LINA)
    house.bot.gate.clear()
    await shopper.say("什么时候发货")
    await shopper.until("conversation.typing", who="bot")
    (turn,) = [await house.store.pending_turn(conversation_of(shopper))]
    house.bot.gate.set()
    await shopper.message("bot")
    await shopper.say("转人工")
    await agent.until("handoff.queued")
    await house.shoppers.answering.answer(turn)  # The same turn once more, late.
    stored = await house.store.messages_after(conversation_of(shopper), 0, staff=True)
    assert [m.sender for m in stored] == ["shopper", "bot", "shopper", "system"]


async def test_messages_sent_together_are_answered_one_by_one_in_order(house: House) -> None:
    shopper = await house.shopper()
    house.bot.gate.clear()
    for text in ("什么时候发货", "运费", "你好"):
        await shopper.say(text)
    house.bot.gate.set()
    told = [(await shopper.message("bot"))["source"]["entry"] for _ in range(3)]
    assert told == ["shipping_time", "shipping_fee", "greet"]
    assert [q.text for q in house.bot.asked] == ["什么时候发货", "运费", "你好"]


async def test_what_is_said_after_the_request_for_a_human_is_left_to_the_human(
    house: House,
) -> None:
    shopper = await house.shopper()
    house.bot.gate.clear()
    for text in ("什么时候发货", "转人工", "运费"):
        await shopper.say(text)
    house.bot.gate.set()
    await shopper.message("system")
    assert await lines(house, shopper) == [
        ("reply", "confident"),
        ("hand_off", "explicit_request"),
    ]
    assert [q.text for q in house.bot.asked] == ["什么时候发货"]


async def test_asking_for_a_human_after_an_answer_blames_the_question_before(
    house: House,
) -> None:
    shopper = await house.shopper()
    await asked(shopper, "什么时候发货")
    await asked(shopper, "运费")
    await shopper.say("转人工")
    await shopper.message("system")
    (miss,) = await misses(house)
    assert (miss.text, miss.reason, miss.entry) == ("运费", MissReason.HANDED_OFF, "shipping_fee")
    assert (miss.seq, miss.release, miss.model) == (3, 1, "r000001-test")


async def test_asking_for_a_human_at_once_blames_no_question(house: House) -> None:
    shopper = await house.shopper()
    await shopper.say("转人工")
    await shopper.message("system")
    assert await misses(house) == []


async def test_the_button_asks_for_a_human_without_the_bot(house: House) -> None:
    shopper = await house.shopper()
    await asked(shopper, "什么时候发货")
    await shopper.send("request_human", client_id="client-h001")
    await shopper.message("system")
    assert len(house.bot.asked) == 1
    assert (await lines(house, shopper))[-1] == ("hand_off", "explicit_request")
    (miss,) = await misses(house)
    assert miss.text == "什么时候发货"


@pytest.mark.parametrize(
    ("text", "reason", "detail"),
    [("你们是骗子", "anger", ""), ("戒指划手受伤了", "safety", "injury")],
)
async def test_the_desks_are_alerted_to_anger_and_danger(
    house: House, text: str, reason: str, detail: str
) -> None:
    shopper, agent = await house.shopper(), await house.staff(LINA)
    await shopper.say(text)
    alert = await agent.until("mood.alerted")
    assert (alert["reason"], alert["detail"]) == (reason, detail)
    assert alert["card"]["conversation"]["id"] == conversation_of(shopper)


async def test_asking_for_a_human_alerts_nobody(house: House) -> None:
    shopper, agent = await house.shopper(), await house.staff(LINA)
    await shopper.say("转人工")
    await agent.until("handoff.queued")
    await house.shoppers.answering.idle()
    assert not [event for event in agent.seen if event["type"] == "mood.alerted"]


async def test_the_same_answer_twice_brings_a_human_and_a_miss(house: House) -> None:
    shopper = await house.shopper()
    await asked(shopper, "什么时候发货")
    await shopper.say("什么时候发货")
    assert "没有解决" in (await shopper.message("system"))["body"]["text"]
    assert (await lines(house, shopper))[-1] == ("hand_off", "same_answer_twice")
    assert [(m.seq, m.reason) for m in await misses(house)] == [(3, MissReason.HANDED_OFF)]


async def test_courtesies_never_count_as_going_in_circles(house: House) -> None:
    shopper = await house.shopper()
    for _ in range(4):
        assert (await asked(shopper, "你好"))["source"]["entry"] == "greet"
    assert await misses(house) == []


async def test_an_unsure_bot_asks_back_once_then_a_human_is_asked(house: House) -> None:
    shopper = await house.shopper()
    await asked(shopper, "那个啥")
    await shopper.say("那个啥")
    assert "没有把握" in (await shopper.message("system"))["body"]["text"]
    reasons = [(m.seq, m.reason, m.text) for m in await misses(house)]
    assert reasons == [
        (1, MissReason.CLARIFIED, "那个啥"),
        (3, MissReason.LOW_CONFIDENCE, "那个啥"),
    ]


async def test_a_question_only_a_human_may_answer_is_handed_over(house: House) -> None:
    shopper = await house.shopper()
    await shopper.say("我号被盗了")
    await shopper.message("system")
    assert await lines(house, shopper) == [("hand_off", "human_only")]


async def test_what_a_miss_keeps_of_a_text_is_masked(house: House) -> None:
    shopper = await house.shopper()
    await asked(shopper, "我的手机是13812345678帮我改下")
    (miss,) = await misses(house)
    assert "13812345678" not in miss.text


async def test_a_tapped_choice_that_is_no_longer_live_is_read_by_the_bot(house: House) -> None:
    shopper = await house.shopper()
    await shopper.send("choose", client_id="client-t001", title="什么时候发货", entry="gone")
    assert (await shopper.message("bot"))["source"]["entry"] == "shipping_time"
    assert len(house.bot.asked) == 1


async def test_a_tapped_flow_is_started_by_name_and_says_its_own_words(house: House) -> None:
    house.bot.answers = {"我要申请退货": flowing("哪个订单？", "return_request")}
    shopper = await house.shopper()
    await shopper.send("choose", client_id="client-t001", title="退货", flow="return_request")
    assert (await shopper.message("bot"))["body"]["text"] == "哪个订单？"
    (question,) = house.bot.asked
    assert (question.text, question.flow) == ("我要申请退货", "return_request")


async def test_a_flow_nobody_knows_is_not_passed_on_to_the_bot(house: House) -> None:
    shopper = await house.shopper()
    await shopper.send("choose", client_id="client-t001", title="什么时候发货", flow="drop_all")
    assert (await shopper.message("bot"))["source"]["entry"] == "shipping_time"
    (question,) = house.bot.asked
    assert question.flow is None


async def test_the_bot_is_told_who_asks_and_which_order_only_when_that_is_known(
    house: House,
) -> None:
    own = {"order": "JN2611210001"}
    known = await house.shopper(await house.demo_token("xiaoman"), **own)
    await asked(known, "什么时候发货")
    anonymous = await house.shopper(**own)
    await asked(anonymous, "什么时候发货")
    first, second = house.bot.asked
    assert (first.shopper, first.order) == ("xiaoman", "JN2611210001")
    assert (second.shopper, second.order) == (None, None)


async def test_without_any_release_the_shopper_reaches_a_human(house: House) -> None:
    class Nothing:
        async def release(self) -> None:
            return None

    house.services.knowledge = Nothing()
    shopper = await house.shopper()
    assert shopper.seen[0]["presets"] == [] or all(
        preset["flow"] for preset in shopper.seen[0]["presets"]
    )
    await shopper.say("什么时候发货")
    await shopper.message("system")


async def test_a_turn_that_cannot_be_answered_goes_to_a_human_at_the_second_try(
    house: House,
) -> None:
    class Broken:
        def read(self, text: str) -> None:
            raise ValueError("this text breaks the pipeline")

    house.services.mood = Broken()
    shopper = await house.shopper()
    await shopper.say("什么时候发货")
    await shopper.until("message.acknowledged")
    await house.shoppers.answering.idle()
    assert await house.store.unanswered() == [conversation_of(shopper)]
    house.shoppers.answering.due(conversation_of(shopper))  # As the sweep does.
    assert "转接人工" in (await shopper.message("system"))["body"]["text"]
    assert await lines(house, shopper) == [("hand_off", "bot_unavailable")]
    assert await house.store.unanswered() == []


async def test_a_crash_while_answering_leaves_the_turn_for_the_next_try(house: House) -> None:
    shopper = await house.shopper()
    right, calls = house.store.settle, []

    async def once_broken(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 1:
            raise OSError("disk")
        return await right(*args)

    house.services.store.settle = once_broken
    await shopper.say("你好")
    await shopper.until("message.acknowledged")
    await house.shoppers.answering.idle()
    house.shoppers.answering.due(conversation_of(shopper))
    await shopper.message("system")


async def test_asking_twice_for_the_same_answer_asks_the_bot_once(house: House) -> None:
    shopper = await house.shopper()
    house.bot.gate.clear()
    await shopper.say("什么时候发货")
    await shopper.until("conversation.typing", who="bot")
    for _ in range(5):
        house.shoppers.answering.due(conversation_of(shopper))
    house.bot.gate.set()
    await shopper.message("bot")
    await house.shoppers.answering.idle()
    assert len(house.bot.asked) == 1


async def test_a_resend_of_a_message_nobody_answered_gets_its_answer(house: House) -> None:
    shopper = await house.shopper()
    house.bot.gate.clear()
    await shopper.say("什么时候发货", "client-0001")
    await shopper.until("message.acknowledged")
    await shopper.say("什么时候发货", "client-0001")
    await shopper.until("message.acknowledged")
    house.bot.gate.set()
    assert (await shopper.message("bot"))["seq"] == 2
    await house.shoppers.answering.idle()
    assert len(await house.store.messages_after(conversation_of(shopper), 0, staff=True)) == 2


async def test_closing_does_not_wait_for_a_bot_that_never_answers(house: House) -> None:
    shopper = await house.shopper()
    house.bot.gate.clear()
    await shopper.say("什么时候发货")
    await shopper.until("conversation.typing", who="bot")
    started = asyncio.get_running_loop().time()
    await house.shoppers.answering.close()
    assert asyncio.get_running_loop().time() - started < 6
    assert await house.store.unanswered() == [conversation_of(shopper)]


# --- the live release --------------------------------------------------------------------------


class CountingStore:
    """A knowledge store that counts how often a release is loaded, slowly."""

    def __init__(self, store: KnowledgeStore) -> None:
        self._store = store
        self.loaded: list[int] = []

    async def live_number(self) -> int | None:
        return await self._store.live_number()

    async def release(self, number: int) -> Any:
        self.loaded.append(number)
        await asyncio.sleep(0.02)
        return await self._store.release(number)


async def test_everybody_who_comes_at_once_gets_the_live_release(house: House) -> None:
    store = KnowledgeStore(house.database)
    live = LiveKnowledge(CountingStore(store))  # type: ignore[arg-type]
    first = await asyncio.gather(*(live.release() for _ in range(20)))
    assert {release.number for release in first if release} == {1}
    slow = asyncio.create_task(live.release())
    await asyncio.sleep(0)
    await store.save_all(
        [entry("shipping_fee", "运费怎么算", "全场包邮。")],
        author="t",
        reason="t",
        at=house.clock(),
    )
    await store.publish(author="t", note="t", at=house.clock())
    later = await asyncio.gather(*(live.release() for _ in range(20)))
    await slow
    assert {release.number for release in later if release} == {2}
    final = await live.release()
    assert final is not None
    assert final.number == 2


async def test_a_published_answer_is_given_at_once(house: House) -> None:
    shopper = await house.shopper()
    await asked(shopper, "什么时候发货")
    store = KnowledgeStore(house.database)
    changed = entry("shipping_fee", "运费怎么算", "全场包邮。")
    await store.save_all([changed], author="t", reason="t", at=house.clock())
    await store.publish(author="t", note="t", at=house.clock())
    answer = await asked(shopper, "运费")
    assert answer["body"]["text"] == "全场包邮。"
    assert (answer["source"]["release"], answer["source"]["revision"]) == (2, 2)


@pytest.mark.parametrize("answer", [understood("no_such_entry", 0.99), understood("", 0.9)])
async def test_an_intent_that_is_no_entry_is_no_answer(house: House, answer: Any) -> None:
    house.bot.answers = {"嗯嗯": answer}
    shopper = await house.shopper()
    assert "没看懂" in (await asked(shopper, "嗯嗯"))["body"]["text"]
    assert await lines(house, shopper) == [("clarify", "low_confidence")]
