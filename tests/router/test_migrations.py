"""The migrations make just the tables the code declares, on both databases, however often."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from knowledge_base.database import Database
from router.migrations import metadata, migrate, upgrade
from tests.conftest import ON_BOTH, postgres_database


@pytest.fixture(params=ON_BOTH)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/jieli.db"
        return
    async with postgres_database() as one:
        yield one


def differences(connection: sa.Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


async def test_a_migrated_database_is_as_the_code_declares_it(url: str) -> None:
    await upgrade(url)
    database = Database.open(url)
    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_migrating_again_changes_nothing_and_keeps_what_is_there(url: str) -> None:
    await upgrade(url)
    database = Database.open(url)
    insert = sa.text(
        "INSERT INTO staff (id, login, name, password_hash, roles, capacity, disabled)"
        " VALUES ('s', 'lina', '李娜', 'h', '[]', 3, false)"
    )
    async with database.writing() as connection:
        await connection.execute(insert)
    for _ in range(2):
        await migrate(database)
    async with database.reading() as connection:
        names = (await connection.execute(sa.text("SELECT name FROM staff"))).scalars().all()
        assert names == ["李娜"]
        assert await connection.run_sync(differences) == []
    await database.close()
