"""Attacks on the sockets: each is met with a typed error or a close code, and harms nobody else."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from knowledge_base.database import Database
from router import hub, wire
from router.domain.people import Role, Shopper, Staff
from router.web.keys import Patience
from tests.router.harness import House, Socket, running
from tests.router.people import LINA, WANG
from tests.router.web.conftest import ANSWERS

EDITOR = Staff("staff-zhao", "zhao", "赵敏", frozenset({Role.EDITOR}))
SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@asynccontextmanager
async def house_with(
    sqlite: Database, tmp_path: Path, patience: Patience | None = None, **settings: Any
) -> AsyncIterator[House]:
    async with running(sqlite, tmp_path / "data", ANSWERS, patience=patience, **settings) as house:
        yield house


def send_frame(text: str, client_id: str = "client-0001") -> str:
    return json.dumps({"type": "send", "client_id": client_id, "text": text})


async def waiting_for(house: House, agent: Socket, shopper: Socket) -> str:
    """Have a shopper ask for a human; give the conversation an agent sees."""
    await shopper.say("转人工")
    card = (await agent.until("handoff.queued"))["card"]
    return str(card["conversation"]["id"])


# --- frames ------------------------------------------------------------------------------------


async def test_an_oversize_frame_closes_the_socket_with_1009(house: House) -> None:
    shopper, other = await house.shopper(), await house.shopper()
    await shopper.ws.send_str(send_frame("长" * 400_000))
    assert await shopper.closed() == 1009
    await other.alive()


async def test_an_oversize_hello_closes_the_socket_with_1009(house: House) -> None:
    socket = await house.socket()
    await socket.ws.send_str(json.dumps({"type": "hello", "token": "x" * 1_200_000}))
    assert await socket.closed() == 1009


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param("", id="nothing"),
        pytest.param("{", id="cut off"),
        pytest.param("hello?", id="no JSON"),
        pytest.param("[]", id="an array"),
        pytest.param("null", id="null"),
        pytest.param("1e999", id="a number"),
        pytest.param('{"text": "x"}', id="no type"),
        pytest.param('{"type": "drop_table"}', id="an unknown type"),
        pytest.param('{"type": 7}', id="a type that is no text"),
        pytest.param('{"type": "ping", "admin": true}', id="an unknown field"),
        pytest.param('{"type": "vote", "seq": 1.5, "helpful": true}', id="half a seq"),
        pytest.param('{"type": "vote", "seq": 9999999999, "helpful": true}', id="a huge seq"),
        pytest.param('{"type": "vote", "seq": -1, "helpful": true}', id="a negative seq"),
        pytest.param('{"type": "rate", "score": 6}', id="six stars"),
        pytest.param('{"x": ' + "[" * 200_000, id="nested without end"),
        pytest.param(r'{"type": "send", "client_id": "client-1", "text": "\ud800"}', id="half 😀"),
        pytest.param('{"type": "send", "client_id": "不行", "text": "x"}', id="a bad client id"),
    ],
)
async def test_a_malformed_frame_is_answered_and_the_socket_lives_on(
    house: House, frame: str
) -> None:
    shopper = await house.shopper()
    await shopper.ws.send_str(frame)
    assert (await shopper.error())["code"] == "malformed"
    await shopper.say("什么时候发货")
    assert (await shopper.message("bot"))["source"]["entry"] == "shipping_time"


async def test_a_malformed_message_is_refused_by_its_client_id(house: House) -> None:
    shopper = await house.shopper()
    await shopper.send("send", client_id="client-0001", text="x", epoch=4)
    refused = await shopper.error()
    assert (refused["code"], refused["client_id"]) == ("malformed", "client-0001")


async def test_a_binary_frame_is_malformed(house: House) -> None:
    shopper = await house.shopper()
    await shopper.ws.send_bytes(b'{"type": "ping"}')
    assert (await shopper.error())["code"] == "malformed"
    await shopper.alive()


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
async def test_more_than_twenty_malformed_frames_close_the_socket(
    house: House, binary: bool
) -> None:
    shopper = await house.shopper()
    for _ in range(21):
        await (shopper.ws.send_bytes(b"?") if binary else shopper.ws.send_str("?"))
    assert await shopper.closed() == 1008
    assert sum(frame["type"] == "error" for frame in shopper.seen) == 21


async def test_a_desk_that_babbles_is_closed_too(house: House) -> None:
    agent = await house.staff(LINA)
    for _ in range(21):
        await agent.ws.send_str("?")
    assert await agent.closed() == 1008


# --- hello -------------------------------------------------------------------------------------


async def test_a_socket_without_a_hello_is_closed(sqlite: Database, tmp_path: Path) -> None:
    async with house_with(sqlite, tmp_path, Patience(hello=0.05)) as house:
        assert await (await house.socket()).closed() == 1002


@pytest.mark.parametrize(
    "frame",
    ['{"type": "ping"}', '{"type": "hello"}', "{", '{"type": "hello", "token": "x", "after": -1}'],
)
async def test_a_socket_that_begins_otherwise_is_told_and_closed(house: House, frame: str) -> None:
    socket = await house.socket()
    await socket.ws.send_str(frame)
    assert (await socket.error())["code"] == "malformed"
    assert await socket.closed() == 1002


async def test_a_binary_hello_is_refused(house: House) -> None:
    socket = await house.socket()
    await socket.ws.send_bytes(b'{"type": "hello"}')
    assert await socket.closed() == 1002


async def test_a_forged_token_is_refused_with_4401(house: House) -> None:
    token = await house.token()
    head, tail = token.rsplit(".", 1)
    for forged in ("", "x", "a.b.c", f"{head}.{tail[::-1]}", "." + token, "令牌" * 9):
        socket = await house.socket()
        await socket.send("hello", token=forged)
        assert await socket.closed() == 4401, forged


async def test_an_expired_token_is_refused_with_4401(house: House) -> None:
    signed = await house.demo_token("xiaoman")
    house.clock.forward(hours=13)
    socket = await house.socket()
    await socket.send("hello", token=signed)
    assert await socket.closed() == 4401


async def test_a_second_hello_of_another_shopper_is_refused(house: House) -> None:
    shopper = await house.shopper()
    own = shopper.seen[0]["conversation"]["id"]
    await shopper.send("hello", token=await house.demo_token("xiaoman"))
    assert (await shopper.error())["code"] == "unauthorized"
    await shopper.send("hello", token="forged")
    assert (await shopper.error())["code"] == "unauthorized"
    await shopper.say("什么时候发货")
    assert (await shopper.message("bot"))["conversation"] == own


async def test_a_second_hello_of_the_same_shopper_brings_the_presets_of_the_new_page(
    house: House,
) -> None:
    token = await house.demo_token("xiaoman")
    shopper = await house.shopper(token, page="home")
    context = {"page": "order", "order": "JN2611210001"}
    await shopper.send("hello", token=token, context=context)
    assert (await shopper.until("welcome"))["presets"][0]["title"] == "我的订单到哪了"


# --- texts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \n\t ", id="blanks"),
        pytest.param("\u200b\u200d\ufeff", id="zero width"),
        pytest.param("\x00\x07\x1b", id="control characters"),
        pytest.param("\u202e\u2066", id="direction overrides"),
        pytest.param("啊" * 100_000, id="100,000 characters"),
        pytest.param("啊" * 4_001, id="one too many"),
    ],
)
async def test_a_text_that_says_nothing_or_too_much_is_refused_by_its_client_id(
    house: House, text: str
) -> None:
    shopper = await house.shopper()
    await shopper.say(text, "client-0001")
    refused = await shopper.error()
    assert (refused["code"], refused["client_id"]) == ("invalid_text", "client-0001")
    await shopper.say("什么时候发货", "client-0002")
    assert (await shopper.message("bot"))["seq"] == 2


async def test_a_text_of_just_the_limit_is_kept_whole(house: House) -> None:
    shopper = await house.shopper()
    await shopper.say("啊" * 4_000)
    assert len((await shopper.message("shopper"))["body"]["text"]) == 4_000


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        pytest.param("你\x00好\x1b[2J\x7f", "你好[2J", id="control characters go"),
        pytest.param("abc\u202edcba", "abcdcba", id="direction overrides go"),
        pytest.param("שלום\u200f 你好", "שלום\u200f 你好", id="right-to-left text stays"),
        pytest.param("👨‍👩‍👧 好看❤️", "👨‍👩‍👧 好看❤️", id="emoji stay whole"),
        pytest.param("一\r\n二\r三", "一\n二\n三", id="line breaks are one"),
        pytest.param(SCRIPT, SCRIPT, id="HTML is text"),
        pytest.param("{name} %s ${x} {{7*7}}", "{name} %s ${x} {{7*7}}", id="templates are text"),
        pytest.param("'; DROP TABLE messages;--", "'; DROP TABLE messages;--", id="SQL is text"),
    ],
)
async def test_what_a_shopper_writes_comes_back_as_text(house: House, raw: str, kept: str) -> None:
    token = await house.token()
    shopper = await house.shopper(token)
    await shopper.say(raw)
    live = await shopper.message("shopper")
    assert live["body"]["text"] == kept
    again = await house.shopper(token)
    replayed = [f["message"] for f in again.seen if f["type"] == "message.created"]
    assert replayed[0]["body"]["text"] == kept


async def test_script_in_a_tapped_title_a_reply_a_note_a_reason_and_a_comment_stays_text(
    house: House,
) -> None:
    shopper, agent = await house.shopper(), await house.staff(LINA)
    await shopper.send("choose", client_id="client-tap1", title=SCRIPT)
    assert (await shopper.message("shopper"))["body"]["text"] == SCRIPT
    card = (await agent.until("handoff.queued"))["card"]
    assert card["last_text"] == SCRIPT
    assert card["handoff"]["asked"] == SCRIPT
    conversation = card["conversation"]["id"]
    await agent.send("accept", conversation=conversation)
    taken = await agent.until("conversation.assigned")
    await agent.send("open", conversation=conversation)
    await agent.until("conversation.opened")
    where = {"conversation": conversation, "text": SCRIPT}
    epoch = taken["card"]["conversation"]["epoch"]
    await agent.send("reply", client_id="agent-0001", epoch=epoch, **where)
    assert (await shopper.message("agent"))["body"]["text"] == SCRIPT
    await agent.send("note", client_id="agent-0002", **where)
    await agent.until("message.acknowledged", client_id="agent-0002")
    await agent.send("transfer", conversation=conversation, reason=SCRIPT)
    moved = (await agent.until("handoff.queued"))["card"]
    assert moved["handoff"]["detail"] == SCRIPT
    await agent.send("accept", conversation=conversation)
    await agent.until("conversation.assigned")
    await agent.send("resolve", conversation=conversation)
    while not (await shopper.until("conversation.changed"))["conversation"]["rating_due"]:
        pass
    await shopper.send("rate", score=1, comment=SCRIPT)
    await shopper.until("conversation.rated", score=1)
    notes = [
        m
        for m in await house.store.messages_after(conversation, 0, staff=True)
        if m.visibility == "staff"
    ]
    assert [m.body.text for m in notes] == [SCRIPT, SCRIPT]


@pytest.mark.parametrize("move", ["reply", "note"])
async def test_an_agents_empty_or_endless_text_is_refused_by_its_client_id(
    house: House, move: str
) -> None:
    shopper, agent = await house.shopper(), await house.staff(LINA)
    conversation = await waiting_for(house, agent, shopper)
    epoch = {"epoch": 1} if move == "reply" else {}
    for text in ("  ", "字" * 100_000):
        await agent.send(
            move, conversation=conversation, client_id="agent-0001", text=text, **epoch
        )
        refused = await agent.error()
        assert (refused["code"], refused["client_id"]) == ("invalid_text", "agent-0001")


async def test_the_same_client_id_with_other_text_is_refused_and_the_first_stays(
    house: House,
) -> None:
    shopper = await house.shopper()
    await shopper.say("什么时候发货", "client-0001")
    answer = await shopper.message("bot")
    await shopper.say("改成别的", "client-0001")
    refused = await shopper.error()
    assert (refused["code"], refused["client_id"]) == ("client_id_reused", "client-0001")
    stored = await house.store.messages_after(answer["conversation"], 0, staff=True)
    assert [m.body.text for m in stored][:1] == ["什么时候发货"]


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


# --- floods and slow peers ---------------------------------------------------------------------


async def test_a_shopper_who_floods_is_slowed_and_what_was_acknowledged_is_there(
    sqlite: Database, tmp_path: Path
) -> None:
    async with house_with(sqlite, tmp_path, messages_per_minute=10) as house:
        token = await house.token()
        shopper = await house.shopper(token)
        house.bot.gate.clear()
        for i in range(30):
            await shopper.say(f"第{i}条", f"client-{i:04}")
        outcomes = []
        while len(outcomes) < 30:
            frame = await _next(shopper, {"message.acknowledged", "error"})
            outcomes.append(frame)
        taken = {f["client_id"] for f in outcomes if f["type"] == "message.acknowledged"}
        refused = [f for f in outcomes if f["type"] == "error"]
        assert taken == {f"client-{i:04}" for i in range(10)}
        assert {f["code"] for f in refused} == {"too_many_attempts"}
        assert {f["client_id"] for f in refused} == {f"client-{i:04}" for i in range(10, 30)}
        again = await house.shopper(token)
        await again.say("换个窗口", "client-9999")
        assert (await again.error())["code"] == "too_many_attempts"
        stored = [f["message"]["client_id"] for f in again.seen if f["type"] == "message.created"]
        assert stored == sorted(taken)
        other = await house.shopper()
        await other.say("我不受影响", "client-0001")
        await other.until("message.acknowledged")
        house.bot.gate.set()


async def _next(socket: Socket, kinds: set[str]) -> dict[str, Any]:
    while True:
        async with asyncio.timeout(10):
            frame = await socket.ws.receive_json()
        if frame["type"] in kinds:
            return dict(frame)


async def test_a_socket_too_slow_for_its_events_is_closed_with_1013_and_resumes_without_loss(
    house: House,
) -> None:
    token = await house.token()
    shopper = await house.shopper(token)
    conversation = shopper.seen[0]["conversation"]["id"]
    await house.fill(conversation, 1_200)
    stored = await house.store.messages_after(conversation, 0, staff=False)
    for message in stored:  # Without a wait in between: nothing is sent meanwhile.
        house.hub.publish(wire.MessageCreated(message), hub.for_shopper(conversation))
    assert await shopper.closed() == 1013
    got = [f["message"]["seq"] for f in shopper.seen if f["type"] == "message.created"]
    again = await house.shopper(token, after=max(got, default=0))
    got += [f["message"]["seq"] for f in again.seen if f["type"] == "message.created"]
    assert got == list(range(1, 1_201))


async def test_a_peer_that_takes_nothing_is_cut_off(sqlite: Database, tmp_path: Path) -> None:
    async with house_with(sqlite, tmp_path, Patience(send=0.2)) as house:
        shopper, other = await house.shopper(), await house.shopper()
        conversation = shopper.seen[0]["conversation"]["id"]
        transport = shopper.ws._response.connection.transport  # type: ignore[union-attr]
        transport.pause_reading()
        topic = hub.for_shopper(conversation)
        async with asyncio.timeout(20):
            while house.hub.followed(topic):
                frame = wire.ErrorFrame("noise", "x" * 3_000_000)
                house.hub.publish(frame, topic)
                await asyncio.sleep(0.02)
        await other.alive()
        transport.resume_reading()


async def test_a_thread_of_more_than_five_thousand_messages_is_replayed_whole(
    house: House,
) -> None:
    token = await house.demo_token("xiaoman")
    first = await house.shopper(token)
    conversation = first.seen[0]["conversation"]["id"]
    await first.close()
    await house.fill(conversation, 5_200)
    again = await house.shopper(token)
    seqs = [f["message"]["seq"] for f in again.seen if f["type"] == "message.created"]
    assert seqs == list(range(1, 5_201))
    agent = await house.staff(LINA)
    await agent.send("open", conversation=conversation, after=0)
    opened = await agent.until("conversation.opened")
    assert [m["seq"] for m in opened["messages"]] == seqs


async def test_shutting_down_closes_every_socket_with_1012(
    sqlite: Database, tmp_path: Path
) -> None:
    async with house_with(sqlite, tmp_path) as house:
        shopper, silent = await house.shopper(), await house.socket()
        agent = await house.staff(LINA)
        codes = asyncio.gather(shopper.closed(), silent.closed(), agent.closed())
        await asyncio.sleep(0)
        await house.client.server.close()
        assert await codes == [1012, 1012, 1012]


async def test_a_store_that_takes_nothing_more_turns_shoppers_away_to_come_again(
    house: House,
) -> None:
    shopper = await house.shopper()
    token = await house.token()
    await house.store.close()
    await shopper.say("什么时候发货", "client-0001")
    refused = await shopper.error()
    assert (refused["code"], refused["client_id"]) == ("overloaded", "client-0001")
    late = await house.socket()
    await late.send("hello", token=token)
    assert await late.closed() == 1013


async def test_a_message_that_breaks_the_router_is_answered_without_a_stack_trace(
    house: House,
) -> None:
    shopper = await house.shopper()
    conversation = shopper.seen[0]["conversation"]["id"]
    house.services.new_id = lambda: 1 / 0
    await shopper.say("什么时候发货")
    await shopper.message("bot")
    await shopper.send("vote", seq=2, helpful=False)
    refused = await shopper.error()
    assert refused["code"] == "internal"
    assert "ZeroDivision" not in json.dumps(refused)
    newcomer = await house.socket()
    await newcomer.send("hello", token=await house.demo_token("xiaoman"))
    assert await newcomer.closed() == 1011
    assert (await house.store.thread(conversation)).shopper == Shopper(
        (await house.store.thread(conversation)).shopper.id, anonymous=True
    )
