"""A house without a shop: it says so, looks nothing up, and leaves to humans what needs orders."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from knowledge_base.database import Database
from router.identity import sign_shopper
from tests.router.harness import House, flowing, running, understood
from tests.router.people import LINA

ANSWERS = {
    "我的快递到哪了": understood("where_is_my_order", 0.97),
    "快递那个": understood("where_is_my_order", 0.4, shipping_time=0.3),
    "什么时候发货": understood("shipping_time", 0.95),
    "我要退货": flowing("要退哪一单？", "return_request"),
}


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with running(sqlite, tmp_path / "data", ANSWERS, demo=False) as house:
        yield house


async def signed(house: House) -> str:
    expires = int(house.clock().timestamp()) + 3_600
    signature = sign_shopper(house.settings.storefront_secret, "mei", "小梅", "", expires)
    return await house.token(
        {"id": "mei", "name": "小梅", "tier": "", "expires": expires, "signature": signature}
    )


async def decision(house: House, conversation: str) -> Any:
    await house.shoppers.answering.idle()
    return (await house.store.decisions(conversation))[-1]


async def test_the_start_says_once_that_there_is_no_shop_and_what_to_do(
    sqlite: Database, tmp_path: Path
) -> None:
    for demo, lines in ((False, 1), (True, 0)):
        with capture_logs() as logs:
            async with (
                running(sqlite, tmp_path / f"{demo}", demo=demo) as house,
                house.client.get("/api/v1/health") as response,
            ):
                shop = (await response.json())["shop"]
        told = [one["event"] for one in logs if "no shop is connected" in one["event"]]
        assert len(told) == lines
        assert all("shop_url" in line and "--demo" in line for line in told)
        assert shop == ("available" if demo else "none")


@pytest.mark.parametrize("known", [False, True], ids=["anonymous", "signed"])
async def test_who_asks_for_what_a_flow_does_gets_a_human_and_no_word_of_looking_it_up(
    house: House, known: bool
) -> None:
    shopper = await house.shopper(await signed(house) if known else None)
    await shopper.say("我的快递到哪了")
    said = (await shopper.message("system"))["body"]["text"]
    assert "人工" in said
    assert "订单" not in said
    found = await decision(house, shopper.seen[0]["conversation"]["id"])
    assert (found.kind, found.rule) == ("hand_off", "human_only")
    assert not house.bot.asked  # Only read: no flow has begun.


async def test_what_needs_no_order_is_answered_as_ever(house: House) -> None:
    shopper = await house.shopper()
    await shopper.say("什么时候发货")
    assert "48 小时" in (await shopper.message("bot"))["body"]["text"]


async def test_a_tapped_flow_gets_a_human_too(house: House) -> None:
    shopper = await house.shopper()
    await shopper.say("快递那个")
    choices = (await shopper.message("bot"))["body"]["buttons"]
    flow = next(button for button in choices if button["flow"])
    await shopper.send("choose", client_id="choose-0001", title=flow["title"], flow=flow["flow"])
    assert "人工" in (await shopper.message("system"))["body"]["text"]


async def test_no_suggestion_starts_a_flow(house: House) -> None:
    shopper = await house.shopper()
    welcome = shopper.seen[0]
    assert all(preset["flow"] is None for preset in welcome["presets"])


async def test_the_brief_says_why_there_are_no_orders(house: House) -> None:
    lina = await house.staff(replace(LINA, capacity=1))
    shopper = await house.shopper(await signed(house))
    await shopper.say("我的快递到哪了")
    conversation = (await lina.until("handoff.queued"))["card"]["conversation"]["id"]
    await lina.send("open", conversation=conversation)
    brief = (await lina.until("conversation.opened"))["brief"]
    assert brief["orders_note"] == "no_shop"
