"""The demo shop: dates count from its start, returns follow the shop's own page."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from router.domain.membership import ShopPolicy, tier_of
from router.domain.message import OrderCard
from router.settings import ROOT
from router.shop import (
    ApplyForReturn,
    CancelOrder,
    ChangeAddress,
    DemoShop,
    Done,
    GrantCoupon,
    InvalidShop,
    NoSuchOrder,
    Operation,
    Receiver,
    RefundAmount,
    Refused,
    ShopOrder,
)
from router.shop.rules import protected_until

DEMO = ROOT / "data" / "shop" / "demo.yml"
NOON = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)
TIERS = ("ordinary", "silver", "gold", "diamond")
PRODUCTS = {
    "coat": ("apparel", "fixed"),
    "necklace": ("jewellery", "fixed"),
    "ring": ("jewellery", "by_weight"),
}


def product(key: str) -> dict[str, Any]:
    line, pricing = PRODUCTS[key]
    return {
        "id": key,
        "title": key,
        "product_line": line,
        "price": "100.00",
        "pricing": pricing,
        "image": key,
        "specs": ["M", "L"],
        "presale": False,
        "price_now": "80.00",
    }


def order(number: int, shopper: str = "ordinary", **facts: Any) -> dict[str, Any]:
    return {
        "number": f"JN{number:010}",
        "shopper": shopper,
        "state": "delivered",
        "placed": "-5d",
        "items": [{"product": "coat", "spec": "M", "quantity": 1}],
        "total": "100.00",
        "delivered": "-3d",
        "events": [{"at": "-4d", "text": "已发出"}, {"at": "-3d", "text": "已签收"}],
    } | facts


def shop(tmp_path: Path, *orders: dict[str, Any]) -> DemoShop:
    raw = {
        "shoppers": [{"id": tier, "name": tier, "tier": tier} for tier in TIERS],
        "products": [product(key) for key in PRODUCTS],
        "orders": list(orders),
    }
    path = tmp_path / "shop.yml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")
    return DemoShop.load(path, lambda: NOON)


def of(*products: str) -> dict[str, Any]:
    return {"items": [{"product": key, "spec": "M", "quantity": 1} for key in products]}


def number(n: int) -> str:
    return f"JN{n:010}"


async def card(demo: DemoShop, number: str, shopper: str) -> OrderCard:
    found = await demo.order(number, shopper)
    assert isinstance(found, ShopOrder), found
    return found.card


async def give_back(
    demo: DemoShop, n: int, shopper: str, reason: Any, key: str = "key-00001"
) -> Done | Refused | NoSuchOrder:
    wanted = ApplyForReturn(shopper=shopper, order=number(n), reason=reason, pickup="明天")
    return await demo.perform(wanted, key)


async def test_dates_count_from_the_start() -> None:
    demo = DemoShop.load(DEMO, lambda: NOON)
    shipped = await card(demo, "JN2611210001", "xiaoman")
    assert shipped.placed_at == NOON - dt.timedelta(days=2)
    assert shipped.last_event is not None
    assert shipped.last_event.at == NOON - dt.timedelta(hours=5)
    unpaid = await card(demo, "JN2611230002", "xiaoman")
    assert unpaid.placed_at == NOON - dt.timedelta(minutes=10)
    later = DemoShop.load(DEMO, lambda: NOON + dt.timedelta(days=40))
    assert (await card(later, "JN2611210001", "xiaoman")).placed_at > NOON


async def test_the_demo_has_every_state_and_tier_and_its_times_are_in_order() -> None:
    demo = DemoShop.load(DEMO, lambda: NOON)
    found = [one.card for shopper in demo.shoppers for one in await demo.orders(shopper)]
    states = "unpaid presale paid shipped delivered returning refunded closed"
    assert {one.state for one in found} == set(states.split())
    assert {shopper.tier for shopper in demo.shoppers.values()} == set(TIERS)
    for one in found:
        assert one.placed_at <= NOON
        if one.delivered_at is not None:
            assert one.placed_at <= one.delivered_at <= NOON, one.number
        if one.last_event is not None:
            assert one.placed_at <= one.last_event.at <= NOON, one.number


async def test_orders_are_the_shoppers_own_newest_first(tmp_path: Path) -> None:
    demo = shop(
        tmp_path,
        order(1, placed="-9d"),
        order(2, placed="-1d", state="closed", delivered=None),
        order(3, "gold"),
    )
    found = await demo.orders("ordinary")
    assert [one.card.number for one in found] == [number(2), number(1)]
    assert await demo.orders("nobody") == ()
    assert demo.shopper("nobody") is None
    assert (await card(demo, number(1).lower(), "ordinary")).number == number(1)
    for shopper in ("gold", "nobody", None):
        assert await demo.order(number(1), shopper) == NoSuchOrder(number(1))


@pytest.mark.parametrize(
    ("bought", "days", "reason", "refused"),
    [
        pytest.param(("coat",), 3, "changed_mind", None, id="clothes within 7 days"),
        pytest.param(("coat",), 7, "size", None, id="clothes on the 7th day"),
        pytest.param(("coat",), 8, "changed_mind", "7 天", id="clothes after 7 days"),
        pytest.param(("coat",), 8, "quality", None, id="a fault of clothes within 15 days"),
        pytest.param(("coat",), 16, "quality", "15 天", id="a fault after 15 days"),
        pytest.param(("necklace",), 7, "changed_mind", None, id="jewellery of a fixed price"),
        pytest.param(("necklace",), 8, "changed_mind", "7 天", id="jewellery after 7 days"),
        pytest.param(("ring",), 1, "changed_mind", "克重", id="gold by weight"),
        pytest.param(("ring",), 1, "size", "克重", id="gold by weight of a wrong size"),
        pytest.param(("ring",), 14, "quality", None, id="a fault of gold by weight"),
        pytest.param(("coat", "ring"), 1, "changed_mind", "克重", id="clothes and gold by weight"),
    ],
)
@pytest.mark.parametrize("tier", TIERS)
async def test_returns_follow_the_shops_rules(
    tmp_path: Path, tier: str, bought: tuple[str, ...], days: int, reason: str, refused: str | None
) -> None:
    demo = shop(
        tmp_path, order(1, tier, placed="-30d", delivered=f"-{days}d", events=[], **of(*bought))
    )
    shown = await card(demo, number(1), tier)
    answer = await give_back(demo, 1, tier, reason)
    if refused is not None:
        assert isinstance(answer, Refused)
        assert refused in answer.detail
        assert shown.returnable is (reason == "quality" and days <= 7)
        return
    assert isinstance(answer, Done)
    assert answer.number.startswith("RT")
    assert (answer.amount, answer.pickup) == ("100.00", "明天")
    free = reason == "quality" or tier in {"gold", "diamond"}
    assert answer.freight == ("shop" if free else "shopper")


@pytest.mark.parametrize(
    ("tier", "freights"),
    [
        ("ordinary", ["shopper"] * 4),
        ("silver", ["shopper"] * 4),
        ("gold", ["shop", "shop", "shopper", "shopper"]),
        ("diamond", ["shop"] * 4),
    ],
)
async def test_a_gold_card_sends_back_twice_for_free_and_a_diamond_card_always(
    tmp_path: Path, tier: str, freights: list[str]
) -> None:
    demo = shop(tmp_path, *(order(i, tier) for i in range(6)))
    faulty = await give_back(demo, 5, tier, "quality", "key-faulty")
    assert isinstance(faulty, Done)
    assert faulty.freight == "shop"
    taken = [await give_back(demo, i, tier, "changed_mind", f"key-{i:05}") for i in range(4)]
    assert [one.freight for one in taken if isinstance(one, Done)] == freights


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("unpaid", "取消"),
        ("paid", "取消"),
        ("presale", "取消"),
        ("shipped", "拒收"),
        ("returning", "退货中"),
        ("refunded", "已经退款"),
        ("closed", "关闭"),
    ],
)
@pytest.mark.parametrize("reason", ["changed_mind", "quality"])
async def test_what_was_not_delivered_cannot_be_returned(
    tmp_path: Path, state: str, word: str, reason: str
) -> None:
    demo = shop(tmp_path, order(1, state=state, delivered=None, events=[]))
    shown = await card(demo, number(1), "ordinary")
    assert not shown.returnable
    assert word in (shown.not_returnable_reason or "")
    answer = await give_back(demo, 1, "ordinary", reason)
    assert isinstance(answer, Refused)
    assert word in answer.detail


async def test_an_order_is_returned_once_and_only_by_its_shopper(tmp_path: Path) -> None:
    demo = shop(tmp_path, order(1))
    assert await give_back(demo, 1, "gold", "quality", "key-other") == NoSuchOrder(number(1))
    first = await give_back(demo, 1, "ordinary", "quality", "key-first")
    assert (await card(demo, number(1), "ordinary")).state == "returning"
    assert await give_back(demo, 1, "ordinary", "quality", "key-first") == first
    for reason in ("quality", "changed_mind"):
        answer = await give_back(demo, 1, "ordinary", reason, f"key-{reason}")
        assert isinstance(answer, Refused)
        assert "退货中" in answer.detail


async def test_a_key_used_for_another_operation_is_refused(tmp_path: Path) -> None:
    demo = shop(tmp_path, order(1), order(2))
    await give_back(demo, 1, "ordinary", "quality", "key-first")
    answer = await give_back(demo, 2, "ordinary", "quality", "key-first")
    assert isinstance(answer, Refused)
    assert (await card(demo, number(2), "ordinary")).state == "delivered"


OPERATIONS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("urge_shipment", {}, ["paid", "shipped"]),
    ("change_address", {"address": "杭州市西湖区文三路 1 号"}, ["unpaid", "presale", "paid"]),
    ("cancel_order", {}, ["unpaid", "paid"]),
    ("protect_price", {}, ["paid", "shipped", "delivered"]),
    ("issue_invoice", {"title": "个人", "email": "a@b.cn"}, ["delivered"]),
    ("exchange_item", {"spec": "L"}, ["delivered"]),
    ("repair_item", {"fault": "掉扣"}, ["delivered"]),
    ("refund_amount", {"amount": "5.00"}, ["presale", "paid", "shipped", "delivered"]),
]
STATES = ["unpaid", "presale", "paid", "shipped", "delivered", "returning", "refunded", "closed"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("name", "fields", "fits"), OPERATIONS, ids=[o[0] for o in OPERATIONS])
async def test_an_order_says_before_what_the_shop_would_refuse(
    tmp_path: Path, name: str, fields: dict[str, Any], fits: list[str], state: str
) -> None:
    delivered = "-3d" if state == "delivered" else None
    demo = shop(tmp_path, order(1, state=state, delivered=delivered, events=[]))
    shown = await demo.order(number(1), "ordinary")
    assert isinstance(shown, ShopOrder)
    wanted = msgspec.convert(
        {"operation": name, "shopper": "ordinary", "order": number(1), **fields}, Operation
    )
    answer = await demo.perform(wanted, "key-00001")
    assert isinstance(answer, Done if state in fits else Refused), answer
    assert (name in shown.refusals) is (state not in fits)


async def test_what_is_done_shows_in_the_order(tmp_path: Path) -> None:
    demo = shop(tmp_path, order(1, state="paid", delivered=None, events=[]))
    mine: dict[str, Any] = {"shopper": "ordinary", "order": number(1)}
    moved = ChangeAddress(**mine, receiver="李雷", phone="13812345678", address="文三路 1 号")
    assert isinstance(await demo.perform(moved, "key-moved"), Done)
    found = await demo.order(number(1), "ordinary")
    assert isinstance(found, ShopOrder)
    assert found.receiver == Receiver("李雷", "138****5678", "文三路 1 号")
    assert isinstance(await demo.perform(CancelOrder(**mine), "key-cancel"), Done)
    assert (await card(demo, number(1), "ordinary")).state == "closed"
    [refund] = await demo.refunds("ordinary")
    assert (refund.order, refund.amount, refund.state) == (number(1), "100.00", "approved")


async def test_no_more_is_paid_back_than_was_paid(tmp_path: Path) -> None:
    demo = shop(tmp_path, order(1))
    mine: dict[str, Any] = {"shopper": "ordinary", "order": number(1)}
    assert isinstance(await demo.perform(RefundAmount(**mine, amount="60.00"), "key-one"), Done)
    too_much = await demo.perform(RefundAmount(**mine, amount="60.00"), "key-two")
    assert isinstance(too_much, Refused)
    assert "40.00" in too_much.detail


async def test_a_coupon_is_the_shoppers_once_for_each_key(tmp_path: Path) -> None:
    demo = shop(tmp_path)
    grant = GrantCoupon(shopper="ordinary", amount="20.00", days=7)
    assert await demo.perform(grant, "key-one") == await demo.perform(grant, "key-one")
    [coupon] = await demo.coupons("ordinary")
    assert (coupon.amount, coupon.valid_until) == ("20.00", NOON + dt.timedelta(days=7))


async def test_prices_of_11_11_are_protected_until_12_11(tmp_path: Path) -> None:
    demo = shop(tmp_path, order(1, placed="-10d"), order(2, placed="-16d"))
    fresh = await demo.order(number(1), "ordinary")
    late = await demo.order(number(2), "ordinary")
    assert isinstance(fresh, ShopOrder)
    assert isinstance(late, ShopOrder)
    assert "protect_price" not in fresh.refusals
    assert "价保期" in late.refusals["protect_price"]
    eleven = replace(fresh.card, placed_at=dt.datetime(2026, 11, 11, 2, 0, tzinfo=dt.UTC))
    assert protected_until(eleven).date() == dt.date(2026, 12, 11)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"placed": "yesterday"}, id="no time"),
        pytest.param({"placed": ""}, id="an empty time"),
        pytest.param({"placed": 5}, id="a number for a time"),
        pytest.param({"total": "a lot"}, id="no sum"),
        pytest.param({"items": []}, id="nothing bought"),
        pytest.param({"items": [{"product": "boat", "quantity": 1}]}, id="an unknown product"),
        pytest.param({"state": None, "items": None}, id="no items"),
    ],
)
def test_a_wrong_demo_file_is_named(tmp_path: Path, facts: dict[str, Any]) -> None:
    with pytest.raises(InvalidShop, match=r"shop\.yml"):
        shop(tmp_path, order(1, **facts))


@pytest.mark.parametrize("text", ["", "[]", "shoppers: [", "shoppers: []"])
def test_a_file_that_is_no_shop_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "shop.yml"
    path.write_text(text, "utf-8")
    for broken in (path, tmp_path / "none.yml"):
        with pytest.raises(InvalidShop):
            DemoShop.load(broken, lambda: NOON)


@pytest.mark.parametrize(
    ("shopper", "number", "operation"),
    [
        ("zhouyi", "JN2611210014", "urge_shipment"),
        ("qiutong", "JN2611230005", "change_address"),
        ("qiutong", "JN2611230005", "cancel_order"),
        ("xiaoman", "JN2611160003", "protect_price"),
        ("xiaoman", "JN2611160003", "issue_invoice"),
        ("xiaoman", "JN2611160003", "exchange_item"),
        ("linan", "JN2611190010", "repair_item"),
    ],
)
async def test_every_service_can_be_tried_in_the_demo(
    shopper: str, number: str, operation: str
) -> None:
    demo = DemoShop.load(DEMO, lambda: NOON)
    found = await demo.order(number, shopper)
    assert isinstance(found, ShopOrder)
    assert operation not in found.refusals
    assert found.receiver is not None
    assert (await demo.refunds("qiutong"))[0].order == "JN2611130007"


async def test_the_demos_tiers_are_those_their_spend_makes() -> None:
    demo = DemoShop.load(DEMO, lambda: NOON)
    for shopper in demo.shoppers.values():
        standing = await demo.membership(shopper.id)
        assert tier_of(standing.spend, NOON.year, ShopPolicy()) == standing.tier == shopper.tier
