"""A rating is asked once, at the right moment; a low one opens one task."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from knowledge_base.database import Database
from router.domain.aftercare import TaskState
from router.domain.conversation import Context, Conversation
from router.domain.errors import AlreadyDecided, AlreadyTaken, IllegalMove, NotFound
from router.store import Store
from tests.router.people import LINA, NOON, XIAOMAN, after, handed_off, says, system

LONG_AGO = NOON - dt.timedelta(days=365)


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    store = Store(database)
    await store.open()
    yield store
    await store.close()


async def resolved(store: Store, at: float = 60, case: int = 1) -> Conversation:
    """Bring a case of 小满's from the first word to its resolve."""
    opened = await store.open_conversation(XIAOMAN, "conversation-1", Context(), NOON)
    name = opened.id
    said = await store.receive(name, says("转人工", f"client-{case:04d}"), after(at - 30))
    await store.settle(
        name, said.conversation.epoch,
        handed_off(said.messages[0].seq, name, f"handoff-{case}"), after(at - 20),
    )  # fmt: skip
    await store.accept(name, LINA, system("接入"), after(at - 10))
    ended = await store.end_care(name, LINA, resolve=True, drafts=[system("已结束")], now=after(at))
    return ended.conversation


async def asked(store: Store, at: float, not_since: dt.datetime = LONG_AGO) -> list[Conversation]:
    found = [
        await store.aftercare.ask(one, not_since, after(at))
        for one in await store.aftercare.to_ask(after(at))
    ]
    return [one for one in found if one is not None]


async def test_a_rating_is_asked_once_for_a_case(store: Store) -> None:
    await resolved(store)
    assert await store.aftercare.to_ask(after(59)) == []
    waiting = await store.aftercare.to_ask(after(60))
    tries = (store.aftercare.ask(waiting[0], LONG_AGO, after(61)) for _ in range(10))
    made = await asyncio.gather(*tries)
    assert len([one for one in made if one is not None]) == 1
    assert await asked(store, 999) == []


async def test_whoever_writes_again_is_not_asked_meanwhile(store: Store) -> None:
    conversation = await resolved(store)
    await store.receive(conversation.id, says("等等，还没好", "client-0009"), after(61))
    assert await asked(store, 100) == []
    await resolved(store, at=200, case=2)
    (again,) = await asked(store, 300)
    assert again.rating_case == 2


async def test_nobody_is_asked_again_within_some_days(store: Store) -> None:
    await resolved(store)
    await asked(store, 61)
    await resolved(store, at=200, case=2)
    assert await asked(store, 300, not_since=after(0)) == []
    assert await asked(store, 400, not_since=after(0)) == []
    await resolved(store, at=500, case=3)
    assert len(await asked(store, 600, not_since=after(550))) == 1


async def test_a_rating_given_after_the_case_was_reopened_is_of_the_case_asked_about(
    store: Store,
) -> None:
    conversation = await resolved(store)
    await asked(store, 61)
    await store.receive(conversation.id, says("又坏了", "client-0009"), after(90))
    changed, task = await store.rate(conversation.id, 1, "又坏了", after(95), task="task-1")
    assert task is not None
    assert (task.case, task.agent, changed.conversation.case) == (1, LINA.id, 2)


async def test_a_low_rating_opens_one_task_and_a_second_rating_none(store: Store) -> None:
    conversation = await resolved(store)
    await asked(store, 61)
    await store.rate(conversation.id, 2, "慢", after(70), reasons=("waited_long",), task="task-1")
    with pytest.raises(IllegalMove):
        await store.rate(conversation.id, 1, "", after(71), task="task-2")
    (task,) = await store.aftercare.tasks(LONG_AGO)
    assert (task.id, task.reasons, task.comment) == ("task-1", ("waited_long",), "慢")


async def test_of_many_supervisors_who_take_a_task_one_has_it(store: Store) -> None:
    conversation = await resolved(store)
    await asked(store, 61)
    await store.rate(conversation.id, 1, "", after(70), task="task-1")

    async def take(who: str) -> bool:
        try:
            return (await store.aftercare.take("task-1", who, after(80))).taken_by == who
        except AlreadyTaken:
            return False

    assert (await asyncio.gather(*(take(f"boss-{n}") for n in range(20)))).count(True) == 1


async def test_a_task_is_done_with_its_outcome_once(store: Store) -> None:
    conversation = await resolved(store)
    await asked(store, 61)
    await store.rate(conversation.id, 1, "", after(70), task="task-1")
    for _ in range(2):
        taken = await store.aftercare.take("task-1", "boss", after(80))
        assert taken.state is TaskState.TAKEN
    for _ in range(2):
        done = await store.aftercare.done("task-1", "boss", "已致电道歉", after(90))
        assert (done.state, done.outcome) == (TaskState.DONE, "已致电道歉")
    with pytest.raises(AlreadyDecided):
        await store.aftercare.done("task-1", "other", "我也打了", after(91))
    with pytest.raises(AlreadyTaken):
        await store.aftercare.take("task-1", "boss", after(92))
    with pytest.raises(NotFound):
        await store.aftercare.take("task-9", "boss", after(92))
    assert await store.aftercare.tasks(after(95)) == []
