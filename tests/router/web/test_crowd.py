"""Five hundred ask for a human at once, and three agents serve them over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from knowledge_base.database import Database
from router import wire
from router.domain.conversation import Context
from router.domain.people import Shopper, Staff
from router.hub import Outbox, for_shopper
from tests.router.harness import House, Socket, at_once, running
from tests.router.people import LINA

CROWD = 500
SECONDS = 300
"""Five times what it takes on two busy cores; moves that slow down with the crowd would pass it."""


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    policy = at_once(tmp_path)
    text = policy.read_text("utf-8").replace('hand_out = "offer"', 'hand_out = "none"')
    policy.write_text(text, "utf-8")
    async with running(sqlite, tmp_path / "data", {}, policy=str(policy)) as house:
        yield house


async def comes(house: House, n: int) -> tuple[str, Outbox]:
    """Let one more shopper ask for a human, and follow what they see."""
    shopper = Shopper(f"anon-{n:03}", anonymous=True)
    conversation = await house.shoppers.come_in(shopper, Context())
    seen = Outbox(max_frames=10_000)
    house.hub.follow(for_shopper(conversation.id), seen)
    send = wire.Send(client_id=f"client-{n:04}", text="转人工")
    await house.shoppers.receive(shopper, conversation.id, send)
    return conversation.id, seen


async def serves(agent: Socket, me: Staff) -> list[str]:
    """Take the next and resolve it, until nobody waits; give whom, in this order."""
    served: list[str] = []
    while True:
        await agent.send("accept_next")
        frame = await _next(agent, me)
        if frame["type"] == "error":
            assert frame["code"] == "nothing_waits"
            return served
        served.append(frame["card"]["conversation"]["id"])
        await agent.send("resolve", conversation=served[-1])
        await agent.until("conversation.changed", SECONDS)


async def _next(agent: Socket, me: Staff) -> dict[str, Any]:
    while True:
        frame = msgspec.json.decode((await agent.ws.receive()).data)
        mine = frame["type"] == "conversation.assigned" and frame["agent"] == me.id
        if mine or frame["type"] == "error":
            return frame  # type: ignore[no-any-return]


async def frames_of(seen: Outbox) -> list[dict[str, Any]]:
    seen.close()
    return [msgspec.json.decode(frame) async for frame in seen.frames()]


@pytest.mark.no_cover
@pytest.mark.timeout(SECONDS)
async def test_of_five_hundred_at_once_everybody_learns_their_place_and_is_served_once_in_order(
    house: House,
) -> None:
    crowd = dict(await asyncio.gather(*(comes(house, n) for n in range(CROWD))))
    await house.shoppers.answering.idle()
    await house.shoppers.board.refresh()
    line = (await house.store.queue.line(CROWD)).conversations
    assert set(line) == set(crowd)

    staff = [Staff(f"staff-{n}", f"agent{n}", f"客服{n}", LINA.roles, capacity=1) for n in range(3)]
    agents = [await house.staff(member) for member in staff]
    served = await asyncio.gather(*(serves(*one) for one in zip(agents, staff, strict=True)))

    # Nobody is lost, nobody served twice, and every agent had work.
    everybody = [conversation for one in served for conversation in one]
    assert sorted(everybody) == sorted(crowd)
    assert all(served)
    # By the order: each took who stood behind whom they took before, and all together the line.
    place = {conversation: n for n, conversation in enumerate(line, start=1)}
    for one in served:
        assert [place[c] for c in one] == sorted(place[c] for c in one)
    accepted = {c: (await house.store.listed(c)).handoff.accepted_at for c in everybody}
    assert sorted(everybody, key=lambda c: (accepted[c], place[c])) == list(line)

    for conversation, seen in crowd.items():
        frames = await frames_of(seen)
        told = [f["place"] for f in frames if f["type"] == "queue.position_changed"]
        assert told[0]["place"] == place[conversation]
        assert told[0]["waiting"] == CROWD
        greetings = [f for f in frames if f["type"] == "message.created" and "客服" in str(f)]
        greeted = [f for f in greetings if f["message"]["sender_id"] in {s.id for s in staff}]
        assert len(greeted) == 1
        seqs = [f["message"]["seq"] for f in frames if f["type"] == "message.created"]
        assert seqs == list(range(1, len(seqs) + 1))
