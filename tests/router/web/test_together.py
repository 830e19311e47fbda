"""Several of the staff in one conversation: sent on, whispered to, taken over, invited."""

from typing import Any

import pytest

from router.domain.people import Role, Staff
from tests.router.harness import House, Socket
from tests.router.people import LINA, WANG
from tests.router.web.test_cases import cases, status, taken

CHEN = Staff("staff-chen", "chen", "陈静", frozenset({Role.SUPERVISOR, Role.AGENT}), capacity=1)
ZHAO = Staff("staff-zhao", "zhao", "赵敏", frozenset({Role.AGENT}), capacity=3)


async def says(agent: Socket, house: House, conversation: str, text: str, client_id: str) -> None:
    epoch = (await house.store.thread(conversation)).conversation.epoch
    await agent.send(
        "reply", conversation=conversation, client_id=client_id, text=text, epoch=epoch
    )


async def sent_to_wang(house: House) -> tuple[Socket, Socket, Socket, str]:
    """Let Lina send her conversation to Wang."""
    wang = await house.staff(WANG)
    agent, shopper, conversation = await taken(house)
    await agent.send("transfer", conversation=conversation, agent=WANG.id, reason="要开专票")
    card = (await wang.until("handoff.queued", within=10))["card"]
    while card["handoff"]["wanted_agent"] != WANG.id:
        card = (await wang.until("handoff.queued"))["card"]
    assert card["handoff"]["detail"] == "要开专票"
    return agent, wang, shopper, conversation


async def test_a_colleague_accepts_what_is_sent_to_them_and_the_sender_learns(
    house: House,
) -> None:
    agent, wang, shopper, conversation = await sent_to_wang(house)
    await wang.send("accept", conversation=conversation)
    answered = await agent.until("transfer.answered")
    assert (answered["answer"], answered["by"], answered["back"]) == ("accepted", WANG.id, False)
    while "王强" not in (await shopper.message("system"))["body"]["text"]:
        pass
    await says(agent, house, conversation, "我再说一句", "agent-0009")
    assert (await agent.error())["code"] == "illegal_move"


async def test_a_reply_written_before_the_transfer_is_refused_after_it(house: House) -> None:
    wang = await house.staff(WANG)
    agent, _shopper, conversation = await taken(house)
    epoch = (await house.store.thread(conversation)).conversation.epoch
    await agent.send("transfer", conversation=conversation, agent=WANG.id, reason="")
    await wang.until("handoff.queued")
    await agent.send(
        "reply", conversation=conversation, client_id="agent-0009", text="还有", epoch=epoch
    )
    assert (await agent.error())["code"] == "epoch_moved"


async def test_what_a_colleague_declines_is_back_with_its_sender(house: House) -> None:
    agent, wang, _shopper, conversation = await sent_to_wang(house)
    await wang.send("decline_transfer", conversation=conversation)
    answered = await agent.until("transfer.answered")
    assert (answered["answer"], answered["back"]) == ("declined", True)
    held = (await house.store.thread(conversation)).conversation
    assert (held.status, held.agent) == ("active", LINA.id)
    await wang.send("decline_transfer", conversation=conversation)
    assert (await wang.error())["code"] == "illegal_move"


async def test_what_nobody_answers_in_time_is_back_with_its_sender(house: House) -> None:
    agent, _wang, _shopper, conversation = await sent_to_wang(house)
    await cases(house).together.sweep()
    assert await status(house, conversation) == "queued"
    house.clock.forward(seconds=61)
    await house.agents.presence.refresh()
    await cases(house).together.sweep()
    assert (await agent.until("transfer.answered"))["answer"] == "timed_out"
    assert await status(house, conversation) == "active"


async def test_of_a_sender_who_is_gone_the_queue_gets_it(house: House) -> None:
    agent, wang, _shopper, conversation = await sent_to_wang(house)
    await agent.close()
    await wang.until("presence.changed", staff=LINA.id, presence="offline")
    await wang.send("decline_transfer", conversation=conversation)
    card = (await wang.until("handoff.queued"))["card"]
    assert (card["handoff"]["wanted_agent"], card["agent"]) == (None, None)
    assert await status(house, conversation) == "queued"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        pytest.param({"agent": LINA.id}, "illegal_move", id="oneself"),
        pytest.param({"agent": WANG.id}, "not_there", id="somebody offline"),
        pytest.param({"agent": "nobody"}, "not_there", id="nobody of that name"),
        pytest.param({"supervisor": True}, "not_there", id="no supervisor at the desk"),
        pytest.param({"reason": "长" * 501}, "invalid_text", id="too long a reason"),
    ],
)
async def test_a_transfer_nobody_would_take_up_is_refused(
    house: House, target: dict[str, Any], code: str
) -> None:
    agent, _shopper, conversation = await taken(house)
    await (await house.staff(WANG)).close()
    await agent.until("presence.changed", staff=WANG.id, presence="offline")
    await agent.send("transfer", conversation=conversation, **target)
    assert (await agent.error())["code"] == code
    assert await status(house, conversation) == "active"


async def test_a_transfer_to_a_supervisor_goes_to_one_who_is_there(house: House) -> None:
    chen = await house.staff(CHEN)
    agent, _shopper, conversation = await taken(house)
    await agent.send("transfer", conversation=conversation, supervisor=True, reason="要赔偿")
    card = (await chen.until("handoff.queued"))["card"]
    while card["handoff"]["wanted_agent"] != CHEN.id:
        card = (await chen.until("handoff.queued"))["card"]


async def test_a_whisper_is_read_by_the_agent_and_supervisors_only(house: House) -> None:
    agent, shopper, conversation = await taken(house)
    chen, wang = await house.staff(CHEN), await house.staff(WANG)
    for desk in (chen, wang):
        await desk.send("open", conversation=conversation)
        await desk.until("conversation.opened")
    text = "可以给他补 20 元券"
    await chen.send("whisper", conversation=conversation, client_id="chen-0001", text=text)
    await chen.until("message.acknowledged", client_id="chen-0001")
    heard = await agent.message("agent")
    assert (heard["body"]["text"], heard["visibility"]) == (text, "whisper")
    blank = await wang.message("agent")
    assert (blank["seq"], blank["body"]["text"], blank["sender_name"]) == (heard["seq"], "", None)
    await shopper.until("resumed", last_seq=heard["seq"])
    assert text not in str(shopper.seen)
    await wang.send("open", conversation=conversation)
    assert text not in str(await wang.until("conversation.opened"))
    await chen.send("open", conversation=conversation)
    assert text in str(await chen.until("conversation.opened"))
    await agent.send("whisper", conversation=conversation, client_id="lina-0001", text="好的")
    while (await chen.message("agent"))["body"]["text"] != "好的":
        pass
    await wang.send("whisper", conversation=conversation, client_id="wang-0001", text="我也说")
    assert (await wang.error())["code"] == "forbidden"


async def test_a_supervisor_takes_over_and_the_former_agent_is_told(house: House) -> None:
    agent, shopper, conversation = await taken(house)
    epoch = (await house.store.thread(conversation)).conversation.epoch
    chen = await house.staff(CHEN)
    await chen.send("take_over", conversation=conversation)
    seized = await agent.until("conversation.seized")
    assert (seized["by"], seized["by_name"]) == (CHEN.id, "陈静")
    assert "陈静" in (await shopper.message("system"))["body"]["text"]
    await agent.send(
        "reply", conversation=conversation, client_id="agent-0009", text="等等", epoch=epoch
    )
    assert (await agent.error())["code"] == "epoch_moved"
    await says(chen, house, conversation, "我是主管，我来处理。", "chen-0001")
    assert (await shopper.message("agent"))["sender_name"] == "陈静"
    await chen.send("take_over", conversation=conversation)
    assert (await chen.error())["code"] == "illegal_move"


async def test_a_supervisor_takes_over_from_the_bot_which_never_speaks_after(
    house: House,
) -> None:
    client = await house.login(CHEN)
    chen, shopper = await house.desk(client), await house.shopper()
    house.bot.gate.clear()
    await shopper.say("多久能发货")
    overview = await (await client.get("/api/v1/supervisor")).json()
    (card,) = overview["with_bot"]
    conversation = card["conversation"]["id"]
    await chen.send("open", conversation=conversation)
    await chen.until("conversation.opened")
    await chen.send("take_over", conversation=conversation)
    taken = await chen.until("conversation.assigned", agent=CHEN.id)
    assert taken["card"]["handoff"]["reason"] == "take_over"
    house.bot.gate.set()
    assert "陈静" in (await shopper.message("system"))["body"]["text"]
    await says(chen, house, conversation, "我来看看你的订单。", "chen-0001")
    assert (await shopper.message("agent"))["sender_name"] == "陈静"
    await shopper.alive()
    assert not [f for f in shopper.seen if f.get("message", {}).get("sender") == "bot"]
    assert house.bot.forgot == [conversation]
    assert (await (await client.get("/api/v1/supervisor")).json())["with_bot"] == []


async def test_only_supervisors_take_over(house: House) -> None:
    _agent, _shopper, conversation = await taken(house)
    wang = await house.staff(WANG)
    await wang.send("take_over", conversation=conversation)
    assert (await wang.error())["code"] == "forbidden"


async def test_an_invited_colleague_reads_along_and_speaks_only_if_let(house: House) -> None:
    agent, shopper, conversation = await taken(house)
    wang = await house.staff(WANG)
    await agent.send("invite", conversation=conversation, staff=WANG.id)
    joined = await wang.until("participants.changed")
    assert joined["participants"] == [{"staff": WANG.id, "name": "王强", "may_speak": False}]
    await says(wang, house, conversation, "我插一句", "wang-0001")
    assert (await wang.error())["code"] == "illegal_move"
    await agent.send("invite", conversation=conversation, staff=WANG.id, may_speak=True)
    await wang.until("participants.changed")
    await says(wang, house, conversation, "库存我查过了，有货。", "wang-0002")
    assert (await shopper.message("agent"))["sender_name"] == "王强"
    await agent.send("uninvite", conversation=conversation, staff=WANG.id)
    assert (await wang.until("participants.changed"))["participants"] == []
    await says(wang, house, conversation, "还有", "wang-0003")
    assert (await wang.error())["code"] == "illegal_move"


async def test_an_invited_colleague_finds_the_conversation_again_after_a_reload(
    house: House,
) -> None:
    agent, _shopper, conversation = await taken(house)
    client = await house.login(WANG)
    wang = await house.desk(client)
    await agent.send("invite", conversation=conversation, staff=WANG.id)
    await wang.until("participants.changed")
    await wang.close()
    welcome = (await house.desk(client)).seen[0]
    (card,) = welcome["invited"]
    assert card["conversation"]["id"] == conversation
    assert [one["staff"] for one in card["participants"]] == [WANG.id]
    assert (welcome["mine"], card["agent"]) == ([], LINA.id)


async def test_who_was_let_speak_falls_silent_with_the_owner(house: House) -> None:
    agent, _shopper, conversation = await taken(house)
    wang, chen = await house.staff(WANG), await house.staff(CHEN)
    await agent.send("invite", conversation=conversation, staff=WANG.id, may_speak=True)
    await wang.until("participants.changed")
    await chen.send("take_over", conversation=conversation)
    await agent.until("conversation.seized")
    await says(wang, house, conversation, "我还在", "wang-0001")
    assert (await wang.error())["code"] == "illegal_move"


@pytest.mark.parametrize(
    ("staff", "code"),
    [(LINA.id, "illegal_move"), (ZHAO.id, "not_there"), ("nobody", "not_there")],
    ids=["oneself", "somebody offline", "nobody of that name"],
)
async def test_an_invitation_nobody_can_follow_is_refused(
    house: House, staff: str, code: str
) -> None:
    agent, _shopper, conversation = await taken(house)
    await agent.send("invite", conversation=conversation, staff=staff)
    assert (await agent.error())["code"] == code


async def test_only_the_owner_invites_and_a_colleague_may_leave(house: House) -> None:
    agent, _shopper, conversation = await taken(house)
    wang, zhao = await house.staff(WANG), await house.staff(ZHAO)
    await wang.send("invite", conversation=conversation, staff=ZHAO.id)
    assert (await wang.error())["code"] == "illegal_move"
    await agent.send("invite", conversation=conversation, staff=ZHAO.id)
    await zhao.until("participants.changed")
    await wang.send("uninvite", conversation=conversation, staff=ZHAO.id)
    assert (await wang.error())["code"] == "illegal_move"
    await zhao.send("uninvite", conversation=conversation, staff=ZHAO.id)
    assert (await zhao.until("participants.changed"))["participants"] == []
