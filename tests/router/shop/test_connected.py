"""A whole router whose orders come from a shop over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from knowledge_base.database import Database
from router.identity import sign_shopper
from tests.router.harness import House, flowing, running
from tests.router.people import LINA
from tests.router.shop.faulty import COAT, FaultyShop, order, says, status

FLOW = {
    "到哪了": flowing(
        "在路上。", "where_is_my_order", "done", card={"kind": "order", "order": COAT}
    )
}


@pytest.fixture
def faulty() -> FaultyShop:
    orders = {"shopper": "xiaoman", "orders": [order()]}
    member = {"shopper": "xiaoman", "tier": None, "spend": {}}
    return FaultyShop({"orders": orders, "order": order(), "membership": member})


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path, faulty: FaultyShop) -> AsyncIterator[House]:
    async with (
        faulty.open() as url,
        running(
            sqlite,
            tmp_path,
            FLOW,
            shop_url=url,
            shop_secret="a secret of both",
            shop_fresh=0.0,
            demo=False,
        ) as house,
    ):
        yield house


async def signed(house: House) -> str:
    secret, expires = house.settings.storefront_secret, int(house.clock().timestamp()) + 60
    signature = sign_shopper(secret, "xiaoman", "小满", "", expires)
    return await house.token(
        {"id": "xiaoman", "expires": expires, "signature": signature, "name": "小满"}
    )


async def test_a_flows_card_is_the_shops_order_and_then_its_last_known_state(
    house: House, faulty: FaultyShop
) -> None:
    shopper = await house.shopper(await signed(house))
    await shopper.say("到哪了")
    fresh = (await shopper.message("bot"))["body"]["card"]
    assert (fresh["number"], fresh["as_of"]) == (COAT, None)
    faulty.always = says("<html>维护中</html>", "text/html")
    house.clock.forward(minutes=5)
    await shopper.say("到哪了")
    kept = (await shopper.message("bot"))["body"]["card"]
    assert kept["number"] == COAT
    assert kept["as_of"] is not None


async def test_the_brief_of_a_shop_that_went_down_says_of_when_it_is(
    house: House, faulty: FaultyShop
) -> None:
    shopper = await house.shopper(await signed(house))
    faulty.always = status(400)
    await shopper.say("转人工")
    conversation = (await shopper.until("message.created"))["message"]["conversation"]
    desk = await house.staff(LINA)
    await desk.send("open", conversation=conversation)
    brief = (await desk.until("conversation.opened"))["brief"]
    assert [one["number"] for one in brief["orders"]] == [COAT]
    assert brief["orders_note"] == "remembered"
    # What the signing asked for is remembered, the rest nobody has ever told.
    assert brief["account"]["as_of"] is not None
    assert (brief["account"]["coupons"], brief["account"]["refunds"]) == (None, None)


async def test_a_shopper_who_is_not_logged_in_is_never_asked_about(
    house: House, faulty: FaultyShop
) -> None:
    shopper = await house.shopper(order=COAT)
    await shopper.say("到哪了")
    assert (await shopper.message("bot"))["body"]["card"] is None
    assert faulty.asked == []
