"""Attacks by frame, hello and text: each gets a typed error or a close code."""

import json
from pathlib import Path

import pytest

from knowledge_base.database import Database
from router.web.keys import Patience
from tests.router.harness import House
from tests.router.people import LINA
from tests.router.web.attacks import (
    SCRIPT,
    house_with,
    send_frame,
    waiting_for,
)

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
    await shopper.message("bot")
    await shopper.send("choose", client_id="client-tap2", title=SCRIPT)
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
    while (await shopper.until("conversation.changed"))["conversation"]["status"] != "resolved":
        pass
    await house.quiet()
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
