import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from knowledge_base import tables
from knowledge_base.database import Database
from knowledge_base.store import KnowledgeStore

SERVER = "postgres@127.0.0.1:5432"


@asynccontextmanager
async def postgres_url() -> AsyncIterator[str]:
    name = f"jieli_test_{secrets.token_hex(6)}"
    try:
        server = await asyncpg.connect(f"postgresql://{SERVER}/postgres", timeout=5)
    except OSError:
        pytest.skip("no PostgreSQL server on 127.0.0.1:5432")
    try:
        await server.execute(f'CREATE DATABASE "{name}"')
        yield f"postgresql+asyncpg://{SERVER}/{name}"
        await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await server.close()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database.open(url)
    async with database.writing() as connection:
        await connection.run_sync(tables.metadata.create_all)
    yield database
    await database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    if request.param == "sqlite":
        async with opened(f"sqlite+aiosqlite:///{tmp_path}/kb.sqlite") as one:
            yield one
        return
    async with postgres_url() as url, opened(url) as one:
        yield one


@pytest.fixture
def store(database: Database) -> KnowledgeStore:
    return KnowledgeStore(database)
