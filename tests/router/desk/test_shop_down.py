"""A shop that is down, or answers from memory, costs nobody their answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.database import Database
from router.settings import ROOT
from router.shop import DemoShop, NoSuchOrder, ShopOrder, ShopUnavailable
from tests.router.harness import House, flowing, running, understood
from tests.router.people import LINA

OWN = "JN2611210001"
NOON = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)


@dataclass
class FailingShop:
    """The demo shop behind a line that may be down, or give what it knew at noon."""

    real: DemoShop
    down: bool = True
    available = True
    connected = True

    async def _said(self, value: Any) -> Any:
        return ShopUnavailable("down for a test") if self.down else value

    async def orders(self, shopper: str) -> Any:
        found = tuple(_at_noon(one) for one in await self.real.orders(shopper))
        return await self._said(found)

    async def order(self, number: str, shopper: str | None) -> Any:
        found = await self.real.order(number, shopper)
        return await self._said(found if isinstance(found, NoSuchOrder) else _at_noon(found))

    async def logistics(self, number: str, shopper: str) -> Any:
        return await self._said(await self.real.logistics(number, shopper))

    async def refunds(self, shopper: str) -> Any:
        return await self._said(await self.real.refunds(shopper))

    async def coupons(self, shopper: str) -> Any:
        return await self._said(await self.real.coupons(shopper))

    async def membership(self, shopper: str) -> Any:
        return await self._said(await self.real.membership(shopper))

    async def perform(self, operation: Any, key: str) -> Any:
        return ShopUnavailable("down for a test", perhaps_done=key == "key-unsure")


def _at_noon(order: ShopOrder) -> ShopOrder:
    return replace(order, card=replace(order.card, as_of=NOON))


@pytest.fixture
def failing() -> FailingShop:
    demo = DemoShop.load(ROOT / "data" / "shop" / "demo.yml", lambda: dt.datetime.now(dt.UTC))
    return FailingShop(demo)


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path, failing: FailingShop) -> AsyncIterator[House]:
    answers = {
        "什么时候发货": understood("shipping_time"),
        "到哪了": flowing(
            "查到了。", "where_is_my_order", "done", card={"kind": "order", "order": OWN}
        ),
    }
    async with running(sqlite, tmp_path, answers, shop=failing) as house:
        yield house


async def test_a_shopper_comes_in_and_is_answered_while_the_shop_is_down(house: House) -> None:
    shopper = await house.shopper(await house.demo_token("xiaoman"), order=OWN, page="order")
    assert shopper.seen[0]["presets"]
    await shopper.say("什么时候发货")
    assert "48 小时" in (await shopper.message("bot"))["body"]["text"]
    await shopper.say("到哪了")
    told = await shopper.message("bot")
    assert (told["body"]["text"], told["body"]["card"]) == ("查到了。", None)
    assert house.bot.asked[0].order is None


@pytest.mark.parametrize(
    ("down", "orders", "note", "as_of"),
    [(True, 0, "silent", None), (False, 4, "remembered", "2026-11-21T04:00:00Z")],
    ids=["down", "from memory"],
)
async def test_the_brief_says_what_it_does_not_know(
    house: House, failing: FailingShop, down: bool, orders: int, note: str, as_of: str | None
) -> None:
    failing.down = down
    shopper = await house.shopper(await house.demo_token("xiaoman"))
    await shopper.say("转人工")
    conversation = (await shopper.until("message.created"))["message"]["conversation"]
    desk = await house.staff(LINA)
    await desk.send("open", conversation=conversation)
    brief = (await desk.until("conversation.opened"))["brief"]
    assert len(brief["orders"]) == orders
    assert (brief["orders_note"], brief["orders_as_of"]) == (note, as_of)
    assert (brief["account"] is None) == down


@pytest.mark.parametrize(
    ("key", "code"), [("key-silent", "shop_unavailable"), ("key-unsure", "shop_unsure")]
)
async def test_our_own_processes_are_told_whether_it_may_have_been_done(
    house: House, key: str, code: str
) -> None:
    headers = {"Authorization": f"Bearer {house.settings.service_token}"}
    operation = {"operation": "cancel_order", "shopper": "xiaoman", "order": OWN}
    for method, path, body, wanted in (
        ("GET", "shoppers/xiaoman/orders", None, "shop_unavailable"),
        ("GET", "shoppers/xiaoman/refunds", None, "shop_unavailable"),
        ("GET", f"orders/{OWN}?shopper=xiaoman", None, "shop_unavailable"),
        ("POST", "operations", {"key": key, "operation": operation}, code),
    ):
        async with house.client.request(
            method, f"/internal/v1/{path}", json=body, headers=headers
        ) as response:
            assert response.status == 503
            assert (await response.json())["code"] == wanted
