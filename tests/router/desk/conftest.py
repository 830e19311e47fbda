from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from knowledge_base.database import Database
from tests.router.harness import House, running
from tests.router.web.conftest import ANSWERS


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with running(sqlite, tmp_path / "data", ANSWERS) as house:
        yield house
