"""The hub and its outboxes: who gets what, once, in order, and never without bound."""

import asyncio
import datetime as dt
from typing import Any

import msgspec

from router import wire
from router.domain.message import Body, Message, Sender
from router.hub import DESK, Hub, Outbox, for_agent, for_shopper, for_staff

NOON = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)


def created(seq: int) -> wire.MessageCreated:
    return wire.MessageCreated(Message("c-1", seq, 0, NOON, Sender.BOT, Body(f"第{seq}条")))


def seqs(frames: list[bytes]) -> list[int]:
    return [msgspec.json.decode(frame)["message"]["seq"] for frame in frames]


async def taken(outbox: Outbox) -> list[bytes]:
    """Close an outbox and take what it has."""
    outbox.close()
    return [frame async for frame in outbox.frames()]


def following(hub: Hub, *topics: str, **bounds: int) -> Outbox:
    outbox = Outbox(**bounds)
    for topic in topics:
        hub.follow(topic, outbox)
    return outbox


async def test_an_event_to_several_topics_reaches_who_follows_them_all_once() -> None:
    hub = Hub()
    topics = (for_staff("c-1"), for_agent("lina"), DESK)
    outbox = following(hub, *topics)
    hub.publish(created(1), *topics, for_shopper("c-1"))
    assert seqs(await taken(outbox)) == [1]


async def test_only_who_follows_a_topic_hears_it() -> None:
    hub = Hub()
    mine, other = following(hub, for_shopper("c-1")), following(hub, for_shopper("c-2"))
    hub.publish(created(1), for_shopper("c-1"))
    assert len(await taken(mine)) == 1
    assert await taken(other) == []


async def test_who_has_left_hears_nothing_more_and_leaving_twice_does_no_harm() -> None:
    hub = Hub()
    outbox = following(hub, "x")
    hub.leave("x", outbox)
    hub.leave("x", outbox)
    assert hub.followed("x") == 0
    hub.publish(created(1), "x")
    assert await taken(outbox) == []


async def test_what_happens_during_a_replay_follows_it_without_doubles() -> None:
    hub = Hub()
    outbox = Outbox()
    outbox.hold()
    hub.follow("x", outbox)
    hub.publish(created(2), "x")
    hub.publish(created(3), "x")
    hub.publish(wire.TypingShown("c-1", "agent"), "x")
    for seq in (1, 2):
        outbox.send(wire.encode(created(seq)))
    outbox.release(2)
    hub.publish(created(4), "x")
    frames = await taken(outbox)
    assert [msgspec.json.decode(frame)["type"] for frame in frames] == [
        "message.created",
        "message.created",
        "message.created",
        "conversation.typing",
        "message.created",
    ]
    assert seqs([f for f in frames if b"message.created" in f]) == [1, 2, 3, 4]


async def test_releasing_what_was_never_held_does_nothing() -> None:
    outbox = Outbox()
    outbox.release(5)
    outbox.put(wire.encode(created(1)), 1)
    assert seqs(await taken(outbox)) == [1]


async def test_too_many_frames_lose_the_outbox_instead_of_growing_it() -> None:
    hub = Hub()
    slow, quick = following(hub, "x", max_frames=3), following(hub, "x")
    for seq in range(1, 10):
        hub.publish(created(seq), "x")
    assert slow.overflowed
    assert await taken(slow) == []
    assert len(await taken(quick)) == 9


async def test_too_many_bytes_lose_it_too() -> None:
    outbox = Outbox(max_bytes=10)
    outbox.put(b"x" * 11)
    assert not outbox.overflowed
    outbox.put(b"x")
    assert outbox.overflowed
    assert outbox.ended


async def test_too_many_events_during_a_replay_lose_it_too() -> None:
    outbox = Outbox(max_frames=3)
    outbox.hold()
    for seq in range(5):
        outbox.put(b"x", seq)
    assert outbox.overflowed
    outbox.release(0)
    outbox.put(b"x")
    assert await taken(outbox) == []


async def test_an_answer_to_one_socket_is_not_bounded() -> None:
    outbox = Outbox(max_frames=2)
    for _ in range(5):
        outbox.send(b"x")
    assert not outbox.overflowed
    assert len(await taken(outbox)) == 5


async def test_flushed_waits_until_the_last_frame_is_taken() -> None:
    outbox = Outbox()
    await outbox.flushed()
    outbox.send(b"1")
    outbox.send(b"2")
    waiting = asyncio.create_task(outbox.flushed())
    await asyncio.sleep(0)
    assert not waiting.done()
    got: list[Any] = []

    async def pump() -> None:
        async for frame in outbox.frames():
            got.append(frame)

    pumping = asyncio.create_task(pump())
    await asyncio.wait_for(waiting, 1)
    assert got == [b"1", b"2"]
    outbox.close()
    await pumping


async def test_flushed_does_not_wait_for_a_socket_that_is_gone() -> None:
    closed, lost = Outbox(), Outbox(max_frames=1)
    closed.send(b"x")
    closed.close()
    lost.put(b"x")
    lost.put(b"x")
    for outbox in (closed, lost):
        outbox.send(b"too late")
        await asyncio.wait_for(outbox.flushed(), 1)
