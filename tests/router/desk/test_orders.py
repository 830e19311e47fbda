"""Which order a conversation is about, and what answers and presets are chosen by."""

import datetime as dt
from dataclasses import replace

import pytest

from router.desk.orders import circumstances, order_in_focus, where
from router.domain.conversation import Context
from router.domain.people import Shopper
from tests.router.harness import House

XIAOMAN = Shopper("xiaoman", False, "小满", "ordinary")
XINYU = Shopper("xinyu", False, "新雨", "ordinary")
ZHOUYI = Shopper("zhouyi", False, "周懿", "diamond")
ANONYMOUS = Shopper("anon-1", anonymous=True)
OWN, UNPAID, FOREIGN = "JN2611210001", "JN2611230002", "JN2611230005"


@pytest.mark.parametrize(
    ("text", "page", "found"),
    [
        pytest.param(f"我的{OWN}到哪了", None, OWN, id="named in the text"),
        pytest.param(f"我的{OWN.lower()}到哪了", None, OWN, id="named in small letters"),
        pytest.param(f"{OWN}到哪了", UNPAID, OWN, id="the text before the page"),
        pytest.param("到哪了", UNPAID, UNPAID, id="the page"),
        pytest.param(f"{FOREIGN}到哪了", UNPAID, UNPAID, id="another's order is none"),
        pytest.param("到哪了", FOREIGN, None, id="another's page is none"),
        pytest.param(f"X{OWN}9", None, None, id="no number within a number"),
        pytest.param("到哪了", None, None, id="several under way"),
        pytest.param("到哪了", "'; DROP TABLE", None, id="a page that is no order"),
    ],
)
async def test_the_order_in_focus_is_the_named_one_else_the_pages(
    house: House, text: str, page: str | None, found: str | None
) -> None:
    focus = await order_in_focus(house.services, XIAOMAN, Context(order=page), text)
    assert (focus.number if focus else None) == found


async def test_the_only_order_under_way_is_meant_without_naming_it(house: House) -> None:
    assert await order_in_focus(house.services, XINYU, Context()) is None
    bought = house.shop.bought
    for number in ("JN2611230002", "JN2611160003"):
        bought[number] = replace(bought[number], shopper="someone")
    focus = await order_in_focus(house.services, XIAOMAN, Context())
    assert focus is not None
    assert focus.number == OWN


async def test_an_anonymous_shopper_has_no_order_even_by_number(house: House) -> None:
    assert await order_in_focus(house.services, ANONYMOUS, Context(order=OWN), OWN) is None


async def test_circumstances_come_from_the_order_then_the_page(house: House) -> None:
    context = Context(store="hangzhou_hubin", channel="app", product_line="apparel")
    order = (await house.services.shop.order("JN2611150017", "zhouyi")).card
    of_order = circumstances(house.services, ZHOUYI, context, order)
    assert (of_order.store, of_order.product_line) == ("chengdu_chunxi", "jewellery")
    assert (of_order.order_state, of_order.tier) == ("delivered", "diamond")
    of_page = circumstances(house.services, ANONYMOUS, context, None)
    assert (of_page.store, of_page.product_line) == ("hangzhou_hubin", "apparel")
    assert (of_page.order_state, of_page.tier, of_page.channel) == (None, None, "app")


async def test_the_day_is_the_shops_not_the_servers(house: House) -> None:
    house.clock.moment = dt.datetime(2026, 11, 10, 16, 30, tzinfo=dt.UTC)
    today = circumstances(house.services, ANONYMOUS, Context(), None).on
    assert today == dt.date(2026, 11, 11)


async def test_presets_know_page_order_and_tier_but_no_tier_of_the_unknown(house: House) -> None:
    order = (await house.services.shop.order(OWN, "xiaoman")).card
    known = where(ZHOUYI, Context(page="order"), order)
    assert (known.page, known.order_state, known.tier) == ("order", "shipped", "diamond")
    assert known.product_line == "apparel"
    assert where(ANONYMOUS, Context(page="home"), None).tier is None


@pytest.mark.parametrize(
    ("shopper", "context", "first"),
    [
        ("xiaoman", {"order": OWN, "page": "order"}, "我的订单到哪了"),
        ("qiutong", {"order": "JN2611230005", "page": "order"}, "什么时候发货"),
        ("xiaoman", {"order": "JN2611160003", "page": "order"}, "我要退货"),
        ("xiaoman", {"order": UNPAID, "page": "order"}, "能改收货地址吗"),
        (None, {"page": "home"}, "运费怎么算"),
    ],
)
async def test_the_bubble_opens_with_what_fits_the_order(
    house: House, shopper: str | None, context: dict[str, str], first: str
) -> None:
    token = await house.demo_token(shopper) if shopper else None
    socket = await house.shopper(token, **context)
    presets = socket.seen[0]["presets"]
    assert presets[0]["title"] == first
    assert len(presets) <= 4
    known = {"shipping_time", "shipping_fee", "order_modify_address", "greet", None}
    assert {preset["entry"] for preset in presets} <= known
