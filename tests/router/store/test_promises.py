"""Promises as timers in the store: each told once, whoever looks and however often."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from knowledge_base.database import Database
from router.domain.conversation import Context
from router.domain.errors import AlreadyDecided, NotFound
from router.domain.follow_ups import FollowUpLimits
from router.domain.message import Draft, Message, Sender
from router.domain.promises import Promise, PromiseState
from router.store import Store, promises
from tests.router.people import (
    LINA,
    NOON,
    XIAOMAN,
    after,
    agent_writes,
    bot_says,
    handed_off,
    replied,
    says,
    system,
)

HOUR = dt.timedelta(hours=1)


@pytest.fixture
async def nodes(database: Database) -> AsyncIterator[list[Store]]:
    """Give two routers over one database, with the conversation of 小满."""
    stores = [Store(database), Store(database)]
    for one in stores:
        await one.open()
    await stores[0].open_conversation(XIAOMAN, "conversation-1", Context(), NOON)
    yield stores
    for one in stores:
        await one.close()


def promise(id: str = "promise-1", seq: int = 1, text: str = "2小时内给您回复") -> Promise:
    due = NOON + 2 * HOUR
    return Promise(
        id, "conversation-1", 1, seq, text, "staff-lina", NOON, due, due - dt.timedelta(minutes=30)
    )


def told(text: str, mark: str) -> Draft:
    return Draft(Sender.SYSTEM, system(text).body, client_id=mark)


async def made(store: Store, *wanted: Promise) -> None:
    await store._write("conversation-1", lambda c: promises.keep(c, wanted))


def two_hours(message: Message, case: int) -> list[Promise]:
    """Read a promise of two hours in every message of the staff."""
    due = message.at + 2 * HOUR
    return [
        Promise(
            "promise-1", message.conversation, case, message.seq, message.body.text,
            message.sender_id, message.at, due, due - HOUR / 2,
        )
    ]  # fmt: skip


class Crashed(Exception):
    """What a process that dies in the middle leaves of its transaction: nothing."""


def crashing(_message: Message, _case: int) -> list[Promise]:
    raise Crashed


async def with_lina(store: Store) -> int:
    """Give 小满's conversation to 李娜; give its epoch."""
    said = await store.receive("conversation-1", says("转人工"), NOON)
    await store.settle(
        "conversation-1", 0, handed_off(said.messages[0].seq, "conversation-1"), NOON
    )
    accepted = await store.accept("conversation-1", LINA, system("李娜为您服务"), NOON)
    return accepted.conversation.epoch


async def test_a_reply_and_the_timer_of_its_promise_are_one_commit(nodes: list[Store]) -> None:
    first, second = nodes
    epoch = await with_lina(first)
    reply = agent_writes("2小时内给您回复")
    with pytest.raises(Crashed):
        await first.agent_says("conversation-1", LINA, reply, epoch, after(9), crashing)
    assert not await second.said("conversation-1", reply.client_id or "")
    # The node is gone right after the commit: nothing of what it would do next happens.
    await first.agent_says("conversation-1", LINA, reply, epoch, after(9), two_hours)
    await first.close()
    (kept,) = await second.promises.overdue(after(9_999))
    assert (kept.text, kept.made_by, kept.case) == ("2小时内给您回复", LINA.id, 1)
    # The agent's page, not answered, sends it again, to the other node.
    again = await second.agent_says("conversation-1", LINA, reply, epoch, after(20), two_hours)
    assert again.duplicate
    assert len(await second.promises.of_conversation("conversation-1")) == 1


async def test_a_turn_of_a_flow_and_the_timer_of_its_promise_are_one_commit(
    nodes: list[Store],
) -> None:
    first, second = nodes
    said = await first.receive("conversation-1", says("退款到哪了"), NOON)
    turn = replied(said.messages[0].seq, "预计2小时到账。")
    with pytest.raises(Crashed):
        await first.settle("conversation-1", 0, turn, NOON, crashing)
    assert await second.unanswered() == ["conversation-1"]
    settled = await second.settle("conversation-1", 0, turn, NOON, two_hours)
    assert settled.promises == tuple(await first.promises.of_conversation("conversation-1"))


async def test_of_all_who_look_one_nudges_and_one_tells_that_it_is_late(nodes: list[Store]) -> None:
    await made(nodes[0], promise())
    assert await nodes[0].promises.to_nudge(after(3_600)) == []
    (due,) = await nodes[0].promises.to_nudge(after(5_400))
    nudged = await asyncio.gather(*(s.promises.nudge(due, after(5_401)) for s in nodes * 5))
    assert nudged.count(True) == 1
    (late,) = await nodes[0].promises.overdue(after(7_200))
    lapsed = await asyncio.gather(
        *(s.promises.lapse(late, told("还没有办好", "late-1"), after(7_201)) for s in nodes * 5)
    )
    assert [one.duplicate for one in lapsed].count(False) == 1
    messages = await nodes[0].messages_after("conversation-1", 0, staff=True)
    assert [m.body.text for m in messages] == ["还没有办好"]
    assert await nodes[0].promises.overdue(after(9_999)) == []


async def test_a_promise_moved_while_it_lapses_is_not_late(nodes: list[Store]) -> None:
    await made(nodes[0], promise())
    (late,) = await nodes[0].promises.overdue(after(7_200))
    await nodes[1].promises.change("promise-1", after(20_000), after(18_000))
    assert (await nodes[0].promises.lapse(late, None, after(7_201))).duplicate
    assert (await nodes[0].promises.get("promise-1")).state is PromiseState.OPEN


async def test_a_late_promise_can_still_be_kept_or_moved_and_then_is_over(
    nodes: list[Store],
) -> None:
    book = nodes[0].promises
    await made(nodes[0], promise())
    (late,) = await book.overdue(after(7_200))
    await book.lapse(late, None, after(7_201))
    moved = await book.change("promise-1", after(20_000), after(18_000))
    assert (moved.state, moved.nudged_at) == (PromiseState.OPEN, None)
    kept = await book.close(
        moved, PromiseState.KEPT, "staff-lina", told("已经办好了", "kept-1"), after(8_000)
    )
    assert kept.said is not None
    with pytest.raises(AlreadyDecided):
        await book.change("promise-1", after(30_000), after(29_000))
    with pytest.raises(AlreadyDecided):
        await book.close(moved, PromiseState.CANCELLED, "staff-lina", None, after(8_001))
    with pytest.raises(NotFound):
        await book.get("promise-9")


async def test_two_nodes_never_send_a_follow_up_twice_or_above_the_cap(nodes: list[Store]) -> None:
    limits = FollowUpLimits(most=2)
    (reached,) = await nodes[0].follow_ups.reachable("", after(0), 10)
    later = after(86_400)

    async def send(n: int) -> bool:
        # Each order is tried by both nodes at once.
        sent = await nodes[n % 2].follow_ups.send(
            reached, "late", f"JN{n // 2}", bot_says("晚了，很抱歉"),
            FollowUpLimits(most=2, quiet_minutes=0), later,
        )  # fmt: skip
        return sent is not None

    assert (await asyncio.gather(*(send(n) for n in range(12)))).count(True) == limits.most
    assert len(await nodes[0].follow_ups.sent("xiaoman")) == limits.most


async def test_who_said_stop_is_reached_no_more(nodes: list[Store]) -> None:
    (reached,) = await nodes[0].follow_ups.reachable("", after(0), 10)
    said = await nodes[0].receive("conversation-1", says("退订"), after(10))
    assert said.conversation.answer_is_due
    for _ in range(2):
        stopped = await nodes[0].follow_ups.stop(
            "conversation-1", told("好的，不再打扰", "stop-1"), after(11)
        )
    assert stopped.duplicate
    assert not stopped.conversation.answer_is_due
    assert await nodes[1].follow_ups.reachable("", after(9_999), 10) == []
    sent = await nodes[1].follow_ups.send(
        reached, "late", "JN1", bot_says("晚了"), FollowUpLimits(), after(99_999)
    )
    assert sent is None
