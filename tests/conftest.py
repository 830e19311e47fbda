"""What every test may use: fresh, migrated databases on SQLite and on a real PostgreSQL."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from knowledge_base.database import Database
from router.migrations import migrate

POSTGRES = os.environ.get(
    "JIELI_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres"
)
ON_BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def missing(what: str) -> None:
    """Skip for want of a server; in CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}; CI needs it")
    pytest.skip(what)


@asynccontextmanager
async def postgres_database() -> AsyncIterator[str]:
    """Make a database of a random name, and drop it afterwards."""
    url = make_url(POSTGRES)
    name = f"jieli_test_{secrets.token_hex(6)}"
    try:
        server = await asyncpg.connect(
            url.set(drivername="postgresql").render_as_string(hide_password=False), timeout=5
        )
    except OSError:
        missing(f"no PostgreSQL server answers at {url.host}:{url.port}")
        raise
    try:
        await server.execute(f'CREATE DATABASE "{name}"')
        yield url.set(database=name).render_as_string(hide_password=False)
        await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await server.close()


@asynccontextmanager
async def migrated(url: str) -> AsyncIterator[Database]:
    """Open a database of the newest schema."""
    database = Database.open(url)
    await migrate(database)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    async with migrated(f"sqlite+aiosqlite:///{tmp_path}/jieli.db") as database:
        yield database


@pytest.fixture(params=ON_BOTH)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    if request.param == "sqlite":
        async with migrated(f"sqlite+aiosqlite:///{tmp_path}/jieli.db") as one:
            yield one
        return
    async with postgres_database() as url, migrated(url) as one:
        yield one
