"""A piece of work is committed as a whole or not at all."""

import asyncio
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from knowledge_base.database import Database

NOTES = sa.Table("notes", sa.MetaData(), sa.Column("n", sa.Integer, primary_key=True))


@pytest.fixture
async def database(tmp_path: Path):
    opened = Database.open(f"sqlite+aiosqlite:///{tmp_path}/notes.db")
    await opened.written(NOTES.metadata.create_all)
    yield opened
    await opened.close()


def noting(*numbers: int):
    return lambda connection: connection.execute(NOTES.insert(), [{"n": n} for n in numbers])


def noted(connection: sa.Connection) -> list[int]:
    return list(connection.execute(sa.select(NOTES.c.n).order_by(NOTES.c.n)).scalars())


async def test_work_that_returns_is_committed(database: Database):
    await database.written(noting(1, 2))
    async with database.reading() as connection:
        assert await connection.run_sync(noted) == [1, 2]


async def test_work_that_raises_leaves_nothing(database: Database):
    def fails(connection: sa.Connection) -> None:
        noting(7)(connection)
        raise ValueError("想错了")

    with pytest.raises(ValueError, match="想错了"):
        await database.written(fails)
    assert await database.written(noted) == []


async def test_pieces_of_work_wait_for_each_other(database: Database):
    await asyncio.gather(*(database.written(noting(n)) for n in range(20)))
    assert await database.written(noted) == list(range(20))


async def test_a_file_is_written_outside_the_loops_thread_and_can_be_opened_again(tmp_path: Path):
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path}/notes.db")
    assert await database.written(lambda _: threading.current_thread().name) != "MainThread"
    await database.close()
    await database.written(NOTES.metadata.create_all)
    assert await database.written(noted) == []
    await database.close()


async def test_a_file_is_written_durably(tmp_path: Path):
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path}/notes.db")

    def pragmas(connection: sa.Connection) -> list[object]:
        names = ("synchronous", "journal_mode", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await database.written(pragmas) == [2, "wal", 1]
    await database.close()
