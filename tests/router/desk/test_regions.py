"""A handoff needs an agent of the shopper's region, as far as it is known."""

from dataclasses import replace
from typing import Any

import pytest

from router.desk.regions import region_of
from router.domain.conversation import Context
from router.domain.people import Role, Shopper, Staff
from router.domain.regions import RegionSource
from router.domain.skills import Skills
from router.shop import ShopUnavailable
from tests.router.harness import House
from tests.router.people import LINA

XIAOMAN = Shopper("xiaoman", False, "小满", "ordinary")
LINAN = Shopper("linan", False, "李楠", "gold")
ANONYMOUS = Shopper("anon-1", anonymous=True)
SOUTH = Staff(
    "staff-hai", "hai", "海生", frozenset({Role.AGENT}), 3, skills=Skills(regions=("华南",))
)
EAST = Staff(
    "staff-dong", "dong", "东来", frozenset({Role.AGENT}), 3, skills=Skills(regions=("华东",))
)


def with_sources(house: House, *sources: RegionSource) -> None:
    rules = house.services.rules()
    changed = replace(
        rules, regions=type(rules.regions)(sources=sources, words=rules.regions.words)
    )
    house.services.rules = lambda: changed


@pytest.mark.parametrize(
    ("shopper", "context", "region"),
    [
        pytest.param(XIAOMAN, Context(order="JN2611210001"), "华东", id="where the order goes"),
        pytest.param(XIAOMAN, Context(), "华东", id="several orders, all to one region"),
        pytest.param(XIAOMAN, Context(region="广州天河"), "华南", id="the page before the order"),
        pytest.param(XIAOMAN, Context(region="火星"), "华东", id="a page that tells nonsense"),
        pytest.param(LINAN, Context(), "华中", id="another shopper"),
        pytest.param(ANONYMOUS, Context(), None, id="nobody knows"),
        pytest.param(ANONYMOUS, Context(region="成都"), "西南", id="anonymous, but the page knows"),
    ],
)
async def test_the_region_is_the_pages_else_the_orders(
    house: House, shopper: Shopper, context: Context, region: str | None
) -> None:
    assert await region_of(house.services, shopper, context) == region


async def test_the_policy_says_what_counts(house: House) -> None:
    with_sources(house, RegionSource.ORDER)
    assert await region_of(house.services, XIAOMAN, Context(region="广州")) == "华东"
    with_sources(house)
    assert await region_of(house.services, XIAOMAN, Context(region="广州")) is None


async def test_a_shop_that_is_silent_leaves_the_region_open(house: House) -> None:
    class Silent:
        async def orders(self, _shopper: str) -> Any:
            return ShopUnavailable("down")

    house.services.shop = Silent()
    assert await region_of(house.services, XIAOMAN, Context()) is None


async def test_a_handoff_goes_to_an_agent_of_the_shoppers_region(house: House) -> None:
    south, east = await house.staff(SOUTH), await house.staff(EAST)
    shopper = await house.shopper(await house.demo_token("xiaoman"))
    await shopper.say("转人工")
    offered = await east.until("handoff.offered")
    queued = await south.until("handoff.queued")
    assert queued["card"]["handoff"]["needs"]["region"] == "华东"
    assert offered["offer"]["conversation"] == queued["card"]["conversation"]["id"]
    await south.alive()
    assert "handoff.offered" not in {frame["type"] for frame in south.seen}


async def test_where_no_region_is_known_everybody_fits(house: House) -> None:
    south = await house.staff(SOUTH)
    shopper = await house.shopper()
    await shopper.say("转人工")
    await south.until("handoff.offered")


async def test_an_agent_without_regions_takes_all(house: House) -> None:
    lina = await house.staff(LINA)
    shopper = await house.shopper(await house.demo_token("xiaoman"), region="深圳")
    await shopper.say("转人工")
    card = (await lina.until("handoff.queued"))["card"]
    assert card["handoff"]["needs"]["region"] == "华南"
    await lina.until("handoff.offered")
