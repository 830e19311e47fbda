"""Reaching for what is another's, or for what one may no longer: refused and told why."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest

from knowledge_base.database import Database
from router.domain.people import Role, Staff
from router.web.keys import Patience
from tests.router.harness import House
from tests.router.people import LINA, WANG
from tests.router.web.attacks import (
    house_with,
    waiting_for,
)

EDITOR = Staff("staff-zhao", "zhao", "赵敏", frozenset({Role.EDITOR}))


# --- what is another's -------------------------------------------------------------------------


async def test_a_shopper_cannot_name_anothers_conversation_at_all(house: House) -> None:
    victim = await house.shopper()
    await victim.say("什么时候发货")
    answer = await victim.message("bot")
    shopper = await house.shopper()
    for frame in (
        {"type": "vote", "seq": answer["seq"], "helpful": False},
        {"type": "rate", "score": 1},
        {"type": "send", "client_id": "client-0001", "text": "嗨"},
        {"type": "open"},
    ):
        await shopper.ws.send_json({**frame, "conversation": answer["conversation"]})
        assert (await shopper.error())["code"] == "malformed"


async def test_a_vote_on_an_answer_one_never_got_is_refused(house: House) -> None:
    victim, shopper = await house.shopper(), await house.shopper()
    await victim.say("什么时候发货")
    answer = await victim.message("bot")
    await shopper.send("vote", seq=answer["seq"], helpful=False)
    assert (await shopper.error())["code"] == "unknown_message"
    await shopper.send("rate", score=1)
    assert (await shopper.error())["code"] == "illegal_move"
    stored = await house.store.message(answer["conversation"], answer["seq"])
    assert stored.helpful is None


async def test_nobody_hears_what_is_said_in_anothers_conversation(house: House) -> None:
    victim, shopper = await house.shopper(), await house.shopper()
    await victim.say("我的地址是西湖区")
    await victim.message("shopper")
    await shopper.alive()
    assert "西湖区" not in json.dumps(shopper.seen, ensure_ascii=False)


async def test_conversations_have_ids_nobody_guesses(house: House) -> None:
    ids = {(await house.shopper()).seen[0]["conversation"]["id"] for _ in range(5)}
    assert len(ids) == 5
    assert all(len(one) == 32 for one in ids)


@pytest.mark.parametrize("known", ["no-such-conversation", "x" * 40])
async def test_an_agent_is_told_of_a_conversation_that_is_not(house: House, known: str) -> None:
    agent = await house.staff(LINA)
    text = {"client_id": "agent-0001", "text": "在吗"}
    for frame in (
        {"type": "open"},
        {"type": "accept"},
        {"type": "reply", "epoch": 0, **text},
        {"type": "note", **text},
        {"type": "transfer"},
        {"type": "return_to_bot"},
        {"type": "resolve"},
        {"type": "flag", "seq": 1},
    ):
        await agent.ws.send_json({**frame, "conversation": known})
        expected = "unknown_message" if frame["type"] == "flag" else "unknown_conversation"
        assert (await agent.error())["code"] == expected, frame


async def test_an_agent_cannot_speak_in_a_colleagues_conversation(house: House) -> None:
    shopper = await house.shopper()
    lina, wang = await house.staff(LINA), await house.staff(WANG)
    conversation = await waiting_for(house, lina, shopper)
    await lina.send("accept", conversation=conversation)
    epoch = (await lina.until("conversation.assigned"))["card"]["conversation"]["epoch"]
    where = {"conversation": conversation}
    await wang.send("reply", client_id="agent-0001", text="我来", epoch=epoch, **where)
    assert (await wang.error())["code"] == "illegal_move"
    for move in ("resolve", "return_to_bot", "transfer"):
        await wang.send(move, **where)
        assert (await wang.error())["code"] == "illegal_move"


async def test_an_editor_may_look_but_not_accept_or_speak(house: House) -> None:
    shopper, agent = await house.shopper(), await house.staff(LINA)
    conversation = await waiting_for(house, agent, shopper)
    editor = await house.staff(EDITOR)
    text = {"client_id": "agent-0001", "text": "我来", "epoch": 1}
    for move, fields in (
        ("accept", {}),
        ("reply", text),
        ("resolve", {}),
        ("return_to_bot", {}),
        ("transfer", {}),
        ("typing", {}),
    ):
        await editor.send(move, conversation=conversation, **fields)
        assert (await editor.error())["code"] == "forbidden", move
    await editor.send("open", conversation=conversation)
    assert (await editor.until("conversation.opened"))["messages"]


# --- sessions ----------------------------------------------------------------------------------


async def test_an_expired_staff_session_loses_its_socket_and_its_rest(
    sqlite: Database, tmp_path: Path
) -> None:
    async with house_with(sqlite, tmp_path, Patience(recheck=0.05)) as house:
        client = await house.login(LINA)
        agent = await house.desk(client)
        await asyncio.sleep(0.15)
        await agent.alive()
        house.clock.forward(hours=13)
        assert await agent.closed() == 4401
        async with client.get("/api/v1/staff/me") as response:
            assert response.status == 401
            assert (await response.json())["code"] == "unauthorized"
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect("/ws/desk")
        assert refused.value.status == 401


async def test_logging_out_closes_a_desk_that_only_listens(
    sqlite: Database, tmp_path: Path
) -> None:
    async with house_with(sqlite, tmp_path, Patience(recheck=0.05)) as house:
        client = await house.login(LINA)
        agent, other = await house.desk(client), await house.staff(WANG)
        async with client.post("/api/v1/staff/logout", headers={"X-Jieli": "1"}) as response:
            assert response.status == 204
        assert await agent.closed() == 4401
        await other.alive()


async def test_a_new_password_ends_every_session(sqlite: Database, tmp_path: Path) -> None:
    async with house_with(sqlite, tmp_path, Patience(recheck=0.05)) as house:
        agent = await house.staff(LINA)
        await house.store.set_password(LINA.login, "another hash")
        assert await agent.closed() == 4401
