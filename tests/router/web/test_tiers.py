"""Whose word a shopper's tier is: the storefront's, else the shop's, else the spend's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.database import Database
from router.identity import sign_shopper
from router.shop import Membership, ShopUnavailable
from tests.router.harness import House, running


@dataclass
class Register:
    """A shop that knows only how shoppers stand."""

    tier: str | None = None
    spend: Mapping[int, Decimal] = field(default_factory=dict)
    down: bool = False
    available = True
    connected = True

    async def membership(self, shopper: str) -> Any:
        if self.down:
            return ShopUnavailable("down for a test")
        return Membership(shopper, self.tier, self.spend)

    async def orders(self, shopper: str) -> Any:
        return ()


async def tier_of(house: House, signed: str) -> str:
    secret, expires = house.settings.storefront_secret, int(house.clock().timestamp()) + 60
    signature = sign_shopper(secret, "xiaoman", "", signed, expires)
    token = await house.token(
        {"id": "xiaoman", "expires": expires, "signature": signature, "tier": signed}
    )
    socket = await house.shopper(token)
    await socket.say("什么时候发货")
    conversation = (await socket.message("shopper"))["conversation"]
    return (await house.store.thread(conversation)).shopper.tier  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("signed", "register", "tier"),
    [
        pytest.param("silver", Register("gold"), "silver", id="the storefront's wins"),
        pytest.param("", Register("gold"), "gold", id="the shop's word"),
        pytest.param("", Register(None, {2026: Decimal(20_000)}), "gold", id="by spend"),
        pytest.param("", Register(), "ordinary", id="nothing spent"),
        pytest.param("", Register("gold", down=True), "ordinary", id="the shop is silent"),
    ],
)
async def test_the_tier_is_the_storefronts_word_then_the_shops_then_the_spends(
    sqlite: Database, tmp_path: Path, signed: str, register: Any, tier: str
) -> None:
    async with running(sqlite, tmp_path, shop=register) as house:
        house.clock.moment = house.clock.moment.replace(year=2026, month=6)
        assert await tier_of(house, signed) == tier
