"""Promises as timers in the store: each told once, whoever looks and however often."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from knowledge_base.database import Database
from router.domain.conversation import Context
from router.domain.errors import AlreadyDecided, NotFound
from router.domain.follow_ups import FollowUpLimits
from router.domain.message import Draft, Sender
from router.domain.promises import Promise, PromiseState
from router.store import Store
from tests.router.people import NOON, XIAOMAN, after, bot_says, says, system

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


async def test_a_promise_is_kept_once_however_often_its_message_is_read(nodes: list[Store]) -> None:
    for n, store in enumerate(nodes * 2):
        await store.promises.keep([promise(f"promise-{n}")])
    assert [p.id for p in await nodes[0].promises.of_conversation("conversation-1")] == [
        "promise-0"
    ]


async def test_of_all_who_look_one_nudges_and_one_tells_that_it_is_late(nodes: list[Store]) -> None:
    await nodes[0].promises.keep([promise()])
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
    await nodes[0].promises.keep([promise()])
    (late,) = await nodes[0].promises.overdue(after(7_200))
    await nodes[1].promises.change("promise-1", after(20_000), after(18_000))
    assert (await nodes[0].promises.lapse(late, None, after(7_201))).duplicate
    assert (await nodes[0].promises.get("promise-1")).state is PromiseState.OPEN


async def test_a_late_promise_can_still_be_kept_or_moved_and_then_is_over(
    nodes: list[Store],
) -> None:
    book = nodes[0].promises
    await book.keep([promise()])
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
