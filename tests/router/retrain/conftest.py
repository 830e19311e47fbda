from pathlib import Path

import pytest

from knowledge_base.database import Database
from tests.router.retrain.workshop import ENTRIES, Keeper, Shop, make_house


@pytest.fixture
def shop(sqlite: Database, tmp_path: Path) -> Shop:
    return Shop(sqlite, tmp_path, make_house(tmp_path))


@pytest.fixture
async def live_shop(shop: Shop) -> Shop:
    await shop.publish(*ENTRIES)
    return shop


@pytest.fixture
def keeper(shop: Shop) -> Keeper:
    return Keeper(shop.runs)
