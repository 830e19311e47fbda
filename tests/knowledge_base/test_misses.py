import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from knowledge_base.database import Database
from knowledge_base.misses import Miss, MissReason, MissState
from knowledge_base.store import KnowledgeStore, insert_miss
from tests.knowledge_base.samples import MISS, NOW


async def note(database: Database, miss: Miss) -> bool:
    async with database.writing() as connection:
        return await connection.run_sync(lambda sync: insert_miss(sync, miss))


async def test_a_miss_is_kept_whole(database: Database, store: KnowledgeStore):
    assert await note(database, MISS)
    assert await store.misses() == [MISS]


async def test_a_miss_of_a_silent_bot_has_no_reading(database: Database, store: KnowledgeStore):
    bare = replace(MISS, intent=None, confidence=None, ranking=(), release=None, model=None)
    await note(database, bare)
    assert await store.misses() == [bare]


async def test_the_same_turn_misses_once_for_a_reason(database: Database, store: KnowledgeStore):
    assert await note(database, MISS)
    assert not await note(database, replace(MISS, id="m2", text="另一句"))
    assert await note(database, replace(MISS, id="m3", reason=MissReason.UNHELPFUL))
    assert [miss.id for miss in await store.misses()] == ["m3", "m1"]


async def test_an_id_used_twice_is_not_taken_for_the_same_turn(database: Database):
    await note(database, MISS)
    with pytest.raises(sa.exc.IntegrityError):
        await note(database, replace(MISS, seq=9))


async def test_a_miss_goes_with_the_transaction_it_is_noted_in(
    database: Database, store: KnowledgeStore
):
    async def failing_turn() -> None:
        async with database.writing() as connection:
            await connection.run_sync(lambda sync: insert_miss(sync, MISS))
            raise ConnectionError("the shopper's line is lost")

    with pytest.raises(ConnectionError):
        await failing_turn()
    assert await store.misses() == []


async def test_misses_are_listed_newest_first_a_page_at_a_time(
    database: Database, store: KnowledgeStore
):
    for n in range(5):
        await note(database, replace(MISS, id=f"m{n}", seq=n, at=NOW + dt.timedelta(minutes=n)))
    pages = [await store.misses(limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [[miss.id for miss in page] for page in pages] == [["m4", "m3"], ["m2", "m1"], ["m0"]]


async def test_misses_are_narrowed_by_state_reason_and_time(
    database: Database, store: KnowledgeStore
):
    await note(database, MISS)
    await note(database, replace(MISS, id="m2", seq=5, state=MissState.CURED))
    await note(database, replace(MISS, id="m3", seq=6, reason=MissReason.CLARIFIED))
    await note(database, replace(MISS, id="m4", seq=7, at=NOW + dt.timedelta(days=1)))
    since = NOW + dt.timedelta(hours=1)

    assert [miss.id for miss in await store.misses(state=MissState.CURED)] == ["m2"]
    assert [miss.id for miss in await store.misses(reason=MissReason.CLARIFIED)] == ["m3"]
    assert [miss.id for miss in await store.misses(since=since)] == ["m4"]
    assert await store.count_misses() == 4
    assert await store.count_misses(state=MissState.OPEN) == 3
    assert await store.count_misses(reason=MissReason.LOW_CONFIDENCE, since=since) == 1
