"""Floods, slow peers and shutdown: nobody else suffers and nothing acknowledged is lost."""

import asyncio
import json
from pathlib import Path
from typing import Any

from knowledge_base.database import Database
from router import hub, wire
from router.domain.people import Shopper
from router.web.keys import Patience
from tests.router.harness import House, Socket
from tests.router.people import LINA
from tests.router.web.attacks import (
    house_with,
)


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
