"""The brief: what an agent needs before the first word."""

from typing import Any

from tests.router.harness import House, Socket
from tests.router.people import LINA


async def opened(house: House, agent: Socket) -> dict[str, Any]:
    card = (await agent.until("handoff.queued"))["card"]
    await agent.send("open", conversation=card["conversation"]["id"])
    return await agent.until("conversation.opened")


async def test_the_brief_tells_what_was_asked_and_tried_the_order_and_the_mood(
    house: House,
) -> None:
    agent = await house.staff(LINA)
    token = await house.demo_token("xiaoman")
    shopper = await house.shopper(token, page="order", order="JN2611160003")
    await shopper.say("什么时候发货")
    await shopper.message("bot")
    await shopper.send("vote", seq=2, helpful=False)
    await shopper.until("message.voted")
    await shopper.say("运费")
    await shopper.message("bot")
    await shopper.say("你们是骗子")
    brief = (await opened(house, agent))["brief"]
    assert brief["asked"] == "你们是骗子"
    assert brief["reason"] == "anger"
    tried = [(t["question"], t["entry"], t["title"], t["helpful"]) for t in brief["tried"]]
    assert tried == [
        ("什么时候发货", "shipping_time", "什么时候发货", False),
        ("运费", "shipping_fee", "运费怎么算", None),
    ]
    assert brief["tried"][0]["answer"] == "现货 48 小时内发出。"
    assert brief["tried"][0]["release"] == 1
    assert [point["level"] for point in brief["mood"]] == [0, 0, 2]
    assert brief["orders"][0]["number"] == "JN2611160003"
    assert len({order["number"] for order in brief["orders"]}) == len(brief["orders"]) == 4
    assert (brief["shopper_name"], brief["tier"], brief["anonymous"]) == ("小满", "ordinary", False)
    assert brief["context"]["page"] == "order"
    assert brief["orders_note"] is None


async def test_of_an_anonymous_shopper_the_brief_shows_no_orders_and_says_why(
    house: House,
) -> None:
    agent = await house.staff(LINA)
    shopper = await house.shopper(order="JN2611160003")
    await shopper.say("转人工")
    brief = (await opened(house, agent))["brief"]
    assert brief["orders"] == []
    assert (brief["orders_note"], brief["account"]) == ("anonymous", None)
    assert brief["tried"] == []


async def test_the_brief_is_of_this_case_and_counts_the_earlier_ones(house: House) -> None:
    agent, shopper = await house.staff(LINA), await house.shopper()
    await shopper.say("什么时候发货")
    await shopper.message("bot")
    await shopper.say("转人工")
    first = (await opened(house, agent))["card"]["conversation"]["id"]
    for move, answer in (("accept", "conversation.assigned"), ("resolve", "conversation.left")):
        await agent.send(move, conversation=first)
        await agent.until(answer)
    house.clock.forward(minutes=5)
    await shopper.say("运费")
    await shopper.message("bot")
    await shopper.say("转人工")
    frame = await opened(house, agent)
    brief = frame["brief"]
    assert brief["earlier_cases"] == 1
    assert [t["entry"] for t in brief["tried"]] == ["shipping_fee"]
    assert len(frame["messages"]) > 6


async def test_the_brief_tells_how_long_the_shopper_has_waited(house: House) -> None:
    agent, shopper = await house.staff(LINA), await house.shopper()
    await shopper.say("转人工")
    frame = await opened(house, agent)
    conversation = frame["card"]["conversation"]["id"]
    house.clock.forward(seconds=90)
    await agent.send("open", conversation=conversation)
    assert (await agent.until("conversation.opened"))["brief"]["waited_seconds"] in {90, 91}
    await agent.send("accept", conversation=conversation)
    await agent.until("conversation.assigned")
    house.clock.forward(seconds=600)
    await agent.send("open", conversation=conversation)
    waited = (await agent.until("conversation.opened"))["brief"]["waited_seconds"]
    assert 90 <= waited <= 95


async def test_a_conversation_nobody_asked_a_human_for_can_be_read_too(house: House) -> None:
    agent, shopper = await house.staff(LINA), await house.shopper()
    await shopper.say("什么时候发货")
    conversation = (await shopper.message("bot"))["conversation"]
    await agent.send("open", conversation=conversation)
    brief = (await agent.until("conversation.opened"))["brief"]
    assert (brief["reason"], brief["waited_seconds"]) == (None, None)
    assert brief["asked"] == "什么时候发货"
    assert [t["rule"] for t in brief["tried"]] == ["confident"]


async def test_a_transferred_conversation_keeps_the_question_and_tells_the_reason(
    house: House,
) -> None:
    agent, shopper = await house.staff(LINA), await house.shopper()
    await shopper.say("转人工")
    conversation = (await opened(house, agent))["card"]["conversation"]["id"]
    await agent.send("accept", conversation=conversation)
    await agent.until("conversation.assigned")
    await agent.send("transfer", conversation=conversation, reason="要开专票")
    brief = (await opened(house, agent))["brief"]
    assert (brief["asked"], brief["reason"], brief["detail"]) == ("转人工", "transfer", "要开专票")


async def test_an_answer_an_agent_flags_becomes_a_miss_once(house: House) -> None:
    agent, shopper = await house.staff(LINA), await house.shopper()
    await shopper.say("什么时候发货")
    conversation = (await shopper.message("bot"))["conversation"]
    for _ in range(2):
        await agent.send("flag", conversation=conversation, seq=2)
    await agent.send("flag", conversation=conversation, seq=1)
    assert (await agent.error())["code"] == "unknown_message"
    assert await house.store.misses_of(conversation) == 1


async def test_presence_follows_the_open_desks_and_what_the_agent_says(house: House) -> None:
    from tests.router.people import WANG

    wang = await house.staff(WANG)
    lina = await house.staff(LINA)
    await wang.until("presence.changed", staff=LINA.id, presence="online")
    await lina.send("set_presence", presence="busy")
    await wang.until("presence.changed", staff=LINA.id, presence="busy")
    await wang.send("hello")
    (colleague,) = (await wang.until("welcome"))["colleagues"]
    assert colleague["presence"] == "busy"
    await lina.close()
    await wang.until("presence.changed", staff=LINA.id, presence="offline")


async def test_both_see_when_the_other_types(house: House) -> None:
    agent, shopper = await house.staff(LINA), await house.shopper()
    await shopper.say("转人工")
    conversation = (await opened(house, agent))["card"]["conversation"]["id"]
    await shopper.send("typing")
    await agent.until("conversation.typing", who="shopper")
    await agent.send("typing", conversation=conversation)
    await shopper.until("conversation.typing", who="agent")
    await agent.alive()


async def test_a_returning_shopper_is_welcomed_with_who_serves_them(house: House) -> None:
    token = await house.token()
    agent, shopper = await house.staff(LINA), await house.shopper(token)
    await shopper.say("转人工")
    conversation = (await opened(house, agent))["card"]["conversation"]["id"]
    await agent.send("accept", conversation=conversation)
    await agent.until("conversation.assigned")
    again = await house.shopper(token)
    assert again.seen[0]["conversation"]["agent_name"] == "李娜"


async def test_the_lines_of_the_brief_name_what_they_are_known_from(house: House) -> None:
    agent = await house.staff(LINA)
    token = await house.demo_token("xiaoman")
    shopper = await house.shopper(token, page="order", order="JN2611160003")
    await shopper.say("什么时候发货")
    await shopper.message("bot")
    await shopper.say("你们是骗子，戒指断了，电话13800001234")
    brief = (await opened(house, agent))["brief"]
    lines = {line["key"]: line for line in brief["lines"]}
    assert lines["wants"]["seq"] == 3
    assert lines["order:JN2611160003"]["order"] == "JN2611160003"
    tried = lines["tried:1"]
    assert (tried["seq"], tried["entry"]) == (1, "shipping_time")
    assert "什么时候发货" in tried["text"]
    known = {fact["kind"]: fact for fact in brief["known"]}
    assert (known["phone"]["text"], known["phone"]["seq"]) == ("13800001234", 3)
    assert known["order"]["order"] == "JN2611160003"
    assert {"reason", "item", "name"} <= known.keys()


async def test_the_brief_tells_the_spend_of_the_year_coupons_and_refunds(house: House) -> None:
    agent = await house.staff(LINA)
    shopper = await house.shopper(await house.demo_token("xiaoman"))
    await shopper.say("转人工")
    account = (await opened(house, agent))["brief"]["account"]
    assert (account["year"], account["spend"]) == (house.services.today().year, "1428.00")
    assert account["as_of"] is None
    wanted = await house.shop.coupons("xiaoman")
    assert [one["title"] for one in account["coupons"]] == [one.title for one in wanted]
    refunds = await house.shop.refunds("xiaoman")
    assert [one["order"] for one in account["refunds"]] == [one.order for one in refunds]


async def test_the_lines_hold_what_people_wrote_and_figures_the_desk_words_itself(
    house: House,
) -> None:
    agent, shopper = await house.staff(LINA), await house.shopper()
    await shopper.say("什么时候发货")
    await shopper.message("bot")
    await shopper.say("你们是骗子")
    lines = {line["key"]: line for line in (await opened(house, agent))["brief"]["lines"]}
    assert (lines["mood"]["text"], lines["mood"]["levels"]) == ("", [0, 2])
    assert (lines["tried:1"]["text"], lines["tried:1"]["release"]) == (
        "什么时候发货 → 什么时候发货",
        1,
    )


async def test_a_corrected_line_shows_who_put_it_right_and_keeps_what_it_said(
    house: House,
) -> None:
    agent, shopper = await house.staff(LINA), await house.shopper()
    await shopper.say("转人工")
    conversation = (await opened(house, agent))["card"]["conversation"]["id"]
    await agent.send("correct_brief", conversation=conversation, line="wants", text="要换戒指")
    (line,) = (await agent.until("brief.changed"))["lines"]
    assert (line["text"], line["correction"]["text"]) == ("转人工", "要换戒指")
    assert line["correction"]["author"] == "李娜"
    for wrong, code in (
        ({"line": "weather", "text": "晴"}, "not_found"),
        ({"line": "wants", "text": " "}, "invalid_text"),
        ({"line": "wants", "text": "长" * 501}, "invalid_text"),
    ):
        await agent.send("correct_brief", conversation=conversation, **wrong)
        assert (await agent.error())["code"] == code


async def test_the_next_brief_tells_what_the_last_case_came_to_and_the_summary_to_the_bot(
    house: House,
) -> None:
    agent, shopper = await house.staff(LINA), await house.shopper()
    await shopper.say("转人工")
    conversation = (await opened(house, agent))["card"]["conversation"]["id"]
    await agent.send("accept", conversation=conversation)
    await agent.until("conversation.assigned")
    closing = {"cause": "product", "outcome": "solved", "summary": "换了一枚戒指"}
    await agent.send("resolve", conversation=conversation, **closing)
    await agent.until("conversation.left")
    await shopper.say("转人工")
    await opened(house, agent)
    await agent.send("accept", conversation=conversation)
    await agent.until("conversation.assigned")
    summary = "已催仓库，等发货通知"
    await agent.send("return_to_bot", conversation=conversation, summary=summary)
    await agent.until("conversation.left")
    await shopper.say("转人工")
    lines = {line["key"]: line for line in (await opened(house, agent))["brief"]["lines"]}
    assert lines["case:1"]["text"] == "商品 · 已解决 · 换了一枚戒指 · 李娜"
    assert lines["summary"]["text"] == summary
    assert lines["summary"]["correction"]["author"] == "李娜"


async def test_two_messages_in_a_row_leave_the_question_on_top_not_the_request(
    house: House,
) -> None:
    agent, shopper = await house.staff(LINA), await house.shopper()
    house.bot.gate.clear()
    await shopper.say("什么时候发货")
    await shopper.say("转人工")
    house.bot.gate.set()
    brief = (await opened(house, agent))["brief"]
    assert brief["asked"] == "什么时候发货"
    assert [turn["question"] for turn in brief["tried"]] == ["什么时候发货"]
