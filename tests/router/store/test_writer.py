"""The writer: many writes to a commit, each for itself, none lost and none twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from knowledge_base.database import Database
from router.store import writer as writing
from router.store.writer import Overloaded, Writer, WriterClosed

NOTES = sa.Table(
    "notes",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(20), nullable=False),
    sa.Column("value", sa.Integer, nullable=False, unique=True),
)


class Refused(Exception):
    """A refusal of the house."""


class Moody(Database):
    """A database whose next commits fail with an error of the database."""

    failures = 0

    async def written(self, work: Callable[[sa.Connection], Any]) -> Any:
        def fails(connection: sa.Connection) -> Any:
            made = work(connection)
            if self.failures:
                self.failures -= 1
                raise sa.exc.OperationalError("COMMIT", {}, Exception("disk I/O error"))
            return made

        return await super().written(fails)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Moody]:
    opened = Database.open(f"sqlite+aiosqlite:///{tmp_path}/notes.db")
    database = Moody(opened.engine)
    async with database.writing() as connection:
        await connection.run_sync(NOTES.metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
async def writer(database: Moody) -> AsyncIterator[Writer]:
    writer = Writer(database)
    writer.start()
    yield writer
    await writer.close()


def noting(key: str, value: int) -> Callable[[sa.Connection], int]:
    def work(connection: sa.Connection) -> int:
        connection.execute(NOTES.insert().values(key=key, value=value))
        return value

    return work


async def noted(database: Database) -> list[tuple[str, int]]:
    async with database.reading() as connection:
        rows = await connection.execute(sa.select(NOTES.c.key, NOTES.c.value).order_by("id"))
        return [(row.key, row.value) for row in rows]


async def test_writes_that_come_together_share_a_commit(writer: Writer, database: Moody) -> None:
    values = await asyncio.gather(*(writer.submit("k", noting("k", i)) for i in range(100)))
    assert values == list(range(100))
    assert writer.writes == 100
    assert writer.batches <= 3
    assert len(await noted(database)) == 100


async def test_writes_of_one_key_keep_their_order(writer: Writer, database: Moody) -> None:
    keys = ("b", "a", "c")
    await asyncio.gather(
        *(
            writer.submit(key, noting(key, 1_000 * place + i))
            for i in range(300)
            for place, key in enumerate(keys)
        )
    )
    stored = await noted(database)
    for key in keys:
        own = [value for k, value in stored if k == key]
        assert own == sorted(own)
        assert len(own) == 300


async def test_a_refusal_undoes_its_own_write_and_no_other(writer: Writer, database: Moody) -> None:
    def refused(connection: sa.Connection) -> None:
        noting("k", 99)(connection)
        raise Refused("no")

    outcomes = await asyncio.gather(
        writer.submit("k", noting("k", 1)),
        writer.submit("k", refused),
        writer.submit("k", noting("k", 1)),
        writer.submit("k", noting("k", 2)),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], Refused)
    assert isinstance(outcomes[2], sa.exc.IntegrityError)
    assert await noted(database) == [("k", 1), ("k", 2)]


async def test_a_failed_commit_is_repeated_write_by_write(writer: Writer, database: Moody) -> None:
    database.failures = 1
    values = await asyncio.gather(*(writer.submit("k", noting("k", i)) for i in range(20)))
    assert values == list(range(20))
    assert len(await noted(database)) == 20


async def test_an_error_of_the_database_in_one_write_leaves_the_others_whole(
    writer: Writer, database: Moody
) -> None:
    def broken(connection: sa.Connection) -> None:
        connection.exec_driver_sql("SELECT * FROM no_such_table")

    outcomes = await asyncio.gather(
        writer.submit("a", noting("a", 1)),
        writer.submit("b", broken),
        writer.submit("c", noting("c", 2)),
        return_exceptions=True,
    )
    assert outcomes[0] == 1
    assert isinstance(outcomes[1], sa.exc.OperationalError)
    assert outcomes[2] == 2
    assert len(await noted(database)) == 2


async def test_a_database_that_keeps_failing_fails_each_write_and_the_writer_lives_on(
    writer: Writer, database: Moody
) -> None:
    database.failures = 4
    outcomes = await asyncio.gather(
        *(writer.submit("k", noting("k", i)) for i in range(3)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [sa.exc.OperationalError] * 3
    assert await noted(database) == []
    assert await writer.submit("k", noting("k", 7)) == 7


async def test_who_stops_waiting_does_not_undo_the_write_or_disturb_the_next(
    writer: Writer, database: Moody
) -> None:
    impatient = asyncio.create_task(writer.submit("k", noting("k", 1)))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert await writer.submit("k", noting("k", 2)) == 2
    assert await noted(database) == [("k", 1), ("k", 2)]


async def test_closing_finishes_what_waits_and_takes_no_more(
    writer: Writer, database: Moody
) -> None:
    waiting = [asyncio.create_task(writer.submit("k", noting("k", i))) for i in range(600)]
    await asyncio.sleep(0)
    await writer.close()
    assert await asyncio.gather(*waiting) == list(range(600))
    assert len(await noted(database)) == 600
    with pytest.raises(WriterClosed):
        await writer.submit("k", noting("k", 999))
    await writer.close()


async def test_more_writes_than_the_limit_are_refused_and_the_rest_is_made(
    database: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MAX_WAITING", 50)
    writer = Writer(database)
    writer.start()
    outcomes = await asyncio.gather(
        *(writer.submit("k", noting("k", i)) for i in range(80)), return_exceptions=True
    )
    refused = [o for o in outcomes if isinstance(o, Overloaded)]
    assert len(refused) == 30
    assert len(await noted(database)) == 50
    await writer.close()
