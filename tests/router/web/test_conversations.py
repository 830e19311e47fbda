"""A shopper, the bot and agents over real sockets: the walk from question to rating."""

from tests.router.harness import House
from tests.router.people import LINA, WANG


async def test_a_question_is_acknowledged_then_answered_with_its_source(house: House) -> None:
    shopper = await house.shopper()
    client_id = await shopper.say("什么时候发货")
    ack = await shopper.until("message.acknowledged", client_id=client_id)
    assert ack["seq"] == 1
    answer = await shopper.message("bot")
    assert answer["body"]["text"] == "现货 48 小时内发出。"
    assert answer["source"] == {
        "entry": "shipping_time",
        "revision": 1,
        "release": 1,
        "model": "r000001-test",
        "plan": None,
    }
    assert answer["votable"]


async def test_a_shopper_who_types_转人工_joins_the_queue_and_an_agent_takes_over(
    house: House,
) -> None:
    shopper = await house.shopper()
    agent = await house.staff(LINA)
    await shopper.say("什么时候发货")
    await shopper.message("bot")
    await shopper.say("转人工")
    told = await shopper.message("system")
    assert "下一位" in told["body"]["text"]
    card = (await agent.until("handoff.queued"))["card"]
    assert card["handoff"]["reason"] == "explicit_request"
    conversation = card["conversation"]["id"]
    await agent.send("accept", conversation=conversation)
    await agent.until("conversation.assigned", agent=LINA.id)
    joined = await shopper.message("system")
    assert "李娜" in joined["body"]["text"]
    await agent.send("open", conversation=conversation, after=0)
    opened = await agent.until("conversation.opened")
    assert [t["entry"] for t in opened["brief"]["tried"]] == ["shipping_time"]
    epoch = opened["card"]["conversation"]["epoch"]
    await agent.send(
        "reply", conversation=conversation, client_id="agent-0001", text="在的", epoch=epoch
    )
    assert (await shopper.message("agent"))["body"]["text"] == "在的"
    await shopper.say("我的戒指断了")
    heard = await agent.message("shopper")
    assert heard["body"]["text"] == "我的戒指断了"
    assert len(house.bot.asked) == 1
    await agent.send("resolve", conversation=conversation)
    changed = await shopper.until("conversation.changed")
    assert changed["conversation"]["status"] == "resolved"
    assert not changed["conversation"]["rating_due"]
    await house.quiet()
    changed = await shopper.until("conversation.changed")
    assert changed["conversation"]["rating_due"]
    await shopper.send("rate", score=5, comment="很快")
    await shopper.until("conversation.rated", score=5)
    await agent.until("conversation.rated", score=5)


async def test_a_bot_that_answers_after_the_handoff_stays_silent(house: House) -> None:
    shopper = await house.shopper()
    house.bot.gate.clear()
    await shopper.say("什么时候发货")
    (conversation,) = [c async for c in _ids(house)]
    await house.store._write(  # The owner changes while the bot thinks, as another node would do.
        conversation, lambda c: _hand_off(c, conversation)
    )
    house.bot.gate.set()
    await house.shoppers.answering.idle()
    messages = await house.store.messages_after(conversation, 0, staff=True)
    assert [m.sender for m in messages] == ["shopper"]
    await shopper.close()


async def _ids(house: House):  # type: ignore[no-untyped-def]
    import asyncio

    for _ in range(200):
        found = await house.store.unanswered()
        if found and house.bot.asked:
            for one in found:
                yield one
            return
        await asyncio.sleep(0.01)


def _hand_off(connection, conversation: str) -> None:  # type: ignore[no-untyped-def]
    from router.store import tables as t

    connection.execute(
        t.conversations.update()
        .where(t.conversations.c.id == conversation)
        .values(status="queued", epoch=t.conversations.c.epoch + 1)
    )


async def test_an_angry_shopper_is_handed_over_with_an_apology(house: House) -> None:
    shopper = await house.shopper()
    await shopper.say("你们就是骗子")
    assert "抱歉" in (await shopper.message("system"))["body"]["text"]
    assert house.bot.asked == []


async def test_an_unsure_bot_offers_choices_and_a_tap_answers_without_the_bot(
    house: House,
) -> None:
    shopper = await house.shopper()
    await shopper.say("那个啥")
    offered = await shopper.message("bot")
    titles = [b["title"] for b in offered["body"]["buttons"]]
    assert titles == ["什么时候发货", "运费怎么算", "改收货地址", "转人工"]
    await shopper.send("choose", client_id="client-tap1", title="运费怎么算", entry="shipping_fee")
    assert (await shopper.message("bot"))["body"]["text"] == "满 199 元包邮。"
    assert len(house.bot.asked) == 1


async def test_a_bot_that_is_down_queues_the_shopper_and_says_so(house: House) -> None:
    house.bot.down = True
    shopper = await house.shopper()
    await shopper.say("什么时候发货")
    assert "转接人工" in (await shopper.message("system"))["body"]["text"]


async def test_returned_to_the_bot_it_answers_again(house: House) -> None:
    shopper = await house.shopper()
    agent = await house.staff(LINA)
    await shopper.say("转人工")
    card = (await agent.until("handoff.queued"))["card"]
    conversation = card["conversation"]["id"]
    await agent.send("accept", conversation=conversation)
    await agent.until("conversation.assigned")
    await agent.send("return_to_bot", conversation=conversation)
    await agent.until("conversation.left")
    await shopper.say("什么时候发货")
    assert (await shopper.message("bot"))["source"]["entry"] == "shipping_time"


async def test_of_two_agents_who_accept_the_second_is_told(house: House) -> None:
    shopper = await house.shopper()
    lina, wang = await house.staff(LINA), await house.staff(WANG)
    await shopper.say("转人工")
    conversation = (await lina.until("handoff.queued"))["card"]["conversation"]["id"]
    await lina.send("accept", conversation=conversation)
    await lina.until("conversation.assigned")
    await wang.send("accept", conversation=conversation)
    assert (await wang.until("error"))["code"] == "already_taken"


async def test_a_reload_replays_exactly_what_is_missing(house: House) -> None:
    token = await house.token()
    shopper = await house.shopper(token)
    await shopper.say("什么时候发货")
    await shopper.message("bot")
    await shopper.close()
    again = await house.shopper(token, after=1)
    replayed = [f["message"]["seq"] for f in again.seen if f["type"] == "message.created"]
    assert replayed == [2]


async def test_a_message_sent_again_is_acknowledged_again_and_stored_once(house: House) -> None:
    shopper = await house.shopper()
    await shopper.say("什么时候发货", "client-0001")
    first = await shopper.until("message.acknowledged")
    await shopper.message("bot")
    await shopper.say("什么时候发货", "client-0001")
    assert (await shopper.until("message.acknowledged"))["seq"] == first["seq"]
    await shopper.say("换了内容", "client-0001")
    assert (await shopper.until("error"))["code"] == "client_id_reused"


async def test_two_tabs_of_a_shopper_see_the_same_thread(house: House) -> None:
    token = await house.token()
    one, two = await house.shopper(token), await house.shopper(token)
    await one.say("什么时候发货")
    assert (await two.message("shopper"))["body"]["text"] == "什么时候发货"
    assert (await two.message("bot"))["seq"] == 2


async def test_没帮助_makes_a_miss_of_the_question(house: House) -> None:
    shopper = await house.shopper()
    await shopper.say("什么时候发货")
    answer = await shopper.message("bot")
    await shopper.send("vote", seq=answer["seq"], helpful=False)
    await shopper.until("message.voted", helpful=False)
    assert await house.store.misses_of(answer["conversation"]) == 1


async def test_going_on_with_the_bot_keeps_the_place(house: House) -> None:
    shopper = await house.shopper()
    await shopper.say("转人工")
    await shopper.message("system")
    await house.shoppers.board.refresh()
    assert (await shopper.until("queue.position_changed"))["place"] == {"place": 1, "waiting": 1, "p50": None, "p90": None}
    await shopper.send("go_on_with_bot")
    changed = await shopper.until("conversation.changed")
    assert changed["conversation"]["keeps_place"]
    await shopper.say("什么时候发货")
    await shopper.message("bot")
    await shopper.send("wait_again")
    changed = await shopper.until("conversation.changed", within=5)
    while changed["conversation"]["status"] != "queued":
        changed = await shopper.until("conversation.changed", within=5)
    assert len(await house.store.waiting()) == 1


async def test_presets_follow_order_state_and_page(house: House) -> None:
    token = await house.demo_token("xiaoman")
    shopper = await house.shopper(token, page="order", order="JN2611210001")
    titles = [p["title"] for p in shopper.seen[0]["presets"]]
    assert titles[0] == "我的订单到哪了"
    assert len(titles) <= 4


async def test_what_a_crash_left_unanswered_is_answered_by_the_sweep(house: House) -> None:
    shopper = await house.shopper()
    conversation = shopper.seen[0]["conversation"]["id"]
    from tests.router.people import says

    await house.store.receive(conversation, says("什么时候发货"), house.clock())
    for lost in await house.store.unanswered():
        house.shoppers.answering.due(lost)
    assert (await shopper.message("bot"))["source"]["entry"] == "shipping_time"


async def test_handing_over_forgets_the_bots_flow(house: House) -> None:
    shopper = await house.shopper()
    await shopper.say("查物流")
    assert (await shopper.message("bot"))["body"]["text"] == "订单正在运输中。"
    await shopper.say("转人工")
    await shopper.message("system")
    await house.shoppers.answering.idle()
    assert house.bot.forgot == [shopper.seen[0]["conversation"]["id"]]
