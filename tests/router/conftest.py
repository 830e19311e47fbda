import asyncio
import shutil
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from knowledge_base.database import Database
from tests.conftest import migrated


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
    shutil.copy(template, tmp_path / "jieli.db")
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path}/jieli.db")
    yield database
    await database.close()
