"""What every test may use: fresh, migrated databases on SQLite and on a real PostgreSQL."""

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from queue import Queue
from threading import Event, Thread

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from knowledge_base.database import Database
from router.migrations import metadata, migrate, upgrade

POSTGRES = os.environ.get(
    "JIELI_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres"
)
ON_BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure no coverage under property tests.

    What they run a hundred times over, their neighbours run once, and measuring costs half as
    much again as running.
    """
    for item in items:
        if item.get_closest_marker("hypothesis"):
            item.add_marker(pytest.mark.no_cover)


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
        # What is tested is the order of commits, not the disk under them.
        await server.execute(f'ALTER DATABASE "{name}" SET synchronous_commit TO off')
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


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file a worker; each test copies it, which is far quicker."""
    path = tmp_path_factory.mktemp("template") / "jieli.db"

    async def make() -> None:
        async with migrated(f"sqlite+aiosqlite:///{path}"):
            pass

    # A thread, because the test that asks first has a running loop already.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, make()).result()
    return path


@pytest.fixture
async def sqlite(template: Path, tmp_path: Path) -> AsyncIterator[Database]:
    async with copied(template, tmp_path) as database:
        yield database


@asynccontextmanager
async def copied(template: Path, folder: Path) -> AsyncIterator[Database]:
    """Open a copy of a migrated SQLite file."""
    shutil.copy(template, folder / "jieli.db")
    database = Database.open(f"sqlite+aiosqlite:///{folder}/jieli.db")
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Make one migrated database a worker; each test empties it, which is far quicker."""
    made, over = Queue[str | BaseException](), Event()

    async def keep() -> None:
        async with postgres_database() as url:
            await upgrade(url)
            made.put(url)
            await asyncio.to_thread(over.wait)

    def work() -> None:
        try:
            asyncio.run(keep())
        except BaseException as error:  # Given to the test that asked.
            made.put(error)

    # A thread, because the test that asks first has a running loop already.
    keeper = Thread(target=work)
    keeper.start()
    outcome = made.get()
    if isinstance(outcome, BaseException):
        raise outcome
    yield outcome
    over.set()
    keeper.join()


@asynccontextmanager
async def emptied(url: str) -> AsyncIterator[Database]:
    """Open a migrated database after removing every row of the tests before."""
    database = Database.open(url)
    # DELETE, not TRUNCATE: new files for a score of tables cost a second on a busy disk. All in
    # one message, since every table asked for alone is a round trip more.
    tables = [f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables)]
    async with database.writing() as connection:
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        await raw.driver_connection.execute("; ".join(tables))
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture(params=ON_BOTH)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    if request.param == "sqlite":
        async with copied(request.getfixturevalue("template"), tmp_path) as one:
            yield one
        return
    async with emptied(request.getfixturevalue("postgres_url")) as one:
        yield one


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Database]:
    async with emptied(postgres_url) as one:
        yield one
