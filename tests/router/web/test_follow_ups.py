"""Follow-ups in the shopper's own conversation: once, seldom, by day, until they say stop."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.database import Database
from tests.router.harness import House, Socket, running
from tests.router.web.care import talking
from tests.router.web.conftest import ANSWERS


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with running(sqlite, tmp_path / "data", ANSWERS, staff_hours=500) as house:
        zone = house.settings.zone
        # The day after: the demo's orders count from now, whatever the hour is.
        tomorrow = house.clock.moment.astimezone(zone) + dt.timedelta(days=1)
        house.clock.moment = tomorrow.replace(hour=10, minute=0)
        yield house


async def came_and_left(house: House, shopper: str = "zhouyi") -> Socket:
    """Let a shopper of the demo, whose order is late, ask something and go quiet."""
    at_shop = await house.shopper(await house.demo_token(shopper))
    await at_shop.say("什么时候发货")
    await at_shop.message("bot")
    return at_shop


async def plans(house: House, shopper: Socket) -> list[dict[str, Any]]:
    await shopper.alive()
    return [
        frame["message"]
        for frame in shopper.seen
        if frame["type"] == "message.created" and frame["message"]["source"]["plan"]
    ]


async def test_a_late_order_is_written_of_once_in_the_same_conversation(house: House) -> None:
    shopper = await came_and_left(house)
    await house.quiet(minutes=31)
    (sent,) = await plans(house, shopper)
    assert sent["source"]["plan"] == "shipped_late"
    assert (sent["sender"], sent["card"] if "card" in sent else sent["body"]["card"]["number"]) == (
        "bot", "JN2611210014",
    )  # fmt: skip
    for _ in range(3):
        await house.quiet(minutes=31)
    names = [message["source"]["plan"] for message in await plans(house, shopper)]
    assert names.count("shipped_late") == 1


async def test_no_more_than_the_cap_reaches_a_shopper_in_a_week(house: House) -> None:
    shopper = await came_and_left(house)
    for _ in range(12):
        await house.quiet(minutes=35)
    assert len(await plans(house, shopper)) <= 2


async def test_nothing_is_sent_at_night_or_while_somebody_is_talking(house: House) -> None:
    shopper = await came_and_left(house)
    await house.quiet(minutes=10)
    assert await plans(house, shopper) == []
    house.clock.moment = house.clock.moment.replace(hour=22)
    await house.quiet(minutes=31)
    assert await plans(house, shopper) == []


async def test_nothing_is_sent_while_a_human_has_the_conversation(house: House) -> None:
    shopper, *_ = await talking(house, "zhouyi")
    await house.quiet(minutes=40)
    assert await plans(house, shopper) == []


async def test_whoever_says_别再发了_is_told_and_gets_no_more(house: House) -> None:
    shopper = await came_and_left(house)
    await house.quiet(minutes=31)
    asked = len(house.bot.asked)
    await shopper.say("别再发了")
    while "不再主动" not in (await shopper.message("system"))["body"]["text"]:
        pass
    sent = len(await plans(house, shopper))
    for _ in range(4):
        await house.quiet(minutes=40)
    assert len(await plans(house, shopper)) == sent
    assert len(house.bot.asked) == asked


async def test_the_button_under_it_says_the_same(house: House) -> None:
    shopper = await came_and_left(house)
    await house.quiet(minutes=31)
    (sent,) = await plans(house, shopper)
    (button,) = sent["body"]["buttons"]
    await shopper.say(button["say"])
    while "不再主动" not in (await shopper.message("system"))["body"]["text"]:
        pass


async def test_any_other_reply_is_answered_in_the_same_conversation(house: House) -> None:
    shopper = await came_and_left(house)
    await house.quiet(minutes=31)
    await plans(house, shopper)
    await shopper.say("运费")
    assert (await shopper.message("bot"))["source"]["entry"] == "shipping_fee"


async def test_two_nodes_send_a_plan_once(house: House) -> None:
    shopper = await came_and_left(house)
    house.clock.forward(minutes=31)
    desks = [type(house.care.follow_ups)(house.services) for _ in range(4)]
    await asyncio.gather(*(desk.sweep() for desk in desks))
    names = [message["source"]["plan"] for message in await plans(house, shopper)]
    assert len(names) == len(set(names)) == 1


async def test_a_clock_that_is_set_back_sends_nothing_again(house: House) -> None:
    shopper = await came_and_left(house)
    await house.quiet(minutes=31)
    before = len(await plans(house, shopper))
    house.clock.moment -= dt.timedelta(minutes=60)
    await house.quiet(minutes=31)
    assert len(await plans(house, shopper)) == before
