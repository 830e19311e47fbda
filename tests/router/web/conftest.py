from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from knowledge_base.database import Database
from tests.router.harness import House, flowing, running, understood

ANSWERS = {
    "什么时候发货": understood("shipping_time", 0.95, shipping_fee=0.02),
    "运费": understood("shipping_fee", 0.9),
    "那个啥": understood("shipping_time", 0.4, shipping_fee=0.3, order_modify_address=0.1),
    "我号被盗了": understood("account_security", 0.9),
    "你好": understood("greet", 0.99),
    "查物流": flowing("订单正在运输中。", "where_is_my_order", "done"),
}


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with running(sqlite, tmp_path / "data", ANSWERS) as house:
        yield house
