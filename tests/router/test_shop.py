"""The demo shop: dates count from its start, returns follow the shop's own page."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from router.domain.errors import NotFound
from router.settings import ROOT
from router.shop import DemoShop, InvalidShop, ReturnRefused

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
        "specs": ["M"],
        "presale": False,
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
    return DemoShop.load(path, NOON)


def of(*products: str) -> dict[str, Any]:
    return {"items": [{"product": key, "spec": "M", "quantity": 1} for key in products]}


def number(n: int) -> str:
    return f"JN{n:010}"


def test_dates_count_from_the_start() -> None:
    demo = DemoShop.load(ROOT / "data" / "shop" / "demo.yml", NOON)
    card = demo.order("JN2611210001", "xiaoman")
    assert card.placed_at == NOON - dt.timedelta(days=2)
    assert card.last_event is not None
    assert card.last_event.at == NOON - dt.timedelta(hours=5)
    assert demo.order("JN2611230002", "xiaoman").placed_at == NOON - dt.timedelta(minutes=10)
    later = DemoShop.load(ROOT / "data" / "shop" / "demo.yml", NOON + dt.timedelta(days=40))
    assert later.order("JN2611210001", "xiaoman").placed_at > NOON


def test_the_demo_has_every_state_and_tier_and_its_times_are_in_order() -> None:
    demo = DemoShop.load(ROOT / "data" / "shop" / "demo.yml", NOON)
    cards = [card for shopper in demo.shoppers for card in demo.orders_of(shopper)]
    assert {card.state for card in cards} == {
        "unpaid",
        "presale",
        "paid",
        "shipped",
        "delivered",
        "returning",
        "refunded",
        "closed",
    }
    assert {shopper.tier for shopper in demo.shoppers.values()} == set(TIERS)
    for card in cards:
        assert card.placed_at <= NOON
        if card.delivered_at is not None:
            assert card.placed_at <= card.delivered_at <= NOON, card.number
        if card.last_event is not None:
            assert card.placed_at <= card.last_event.at <= NOON, card.number


def test_orders_are_the_shoppers_own_newest_first(tmp_path: Path) -> None:
    demo = shop(
        tmp_path,
        order(1, placed="-9d"),
        order(2, placed="-1d", state="closed", delivered=None),
        order(3, "gold"),
    )
    assert [card.number for card in demo.orders_of("ordinary")] == [number(2), number(1)]
    assert [card.number for card in demo.open_orders("ordinary")] == [number(1)]
    assert demo.orders_of("nobody") == []
    assert demo.shopper("nobody") is None
    assert demo.order(number(1).lower(), "ordinary").number == number(1)
    for shopper in ("gold", "nobody", None):
        with pytest.raises(NotFound, match=number(1)):
            demo.order(number(1), shopper)


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
def test_returns_follow_the_shops_rules(
    tmp_path: Path, tier: str, bought: tuple[str, ...], days: int, reason: str, refused: str | None
) -> None:
    demo = shop(
        tmp_path, order(1, tier, placed="-30d", delivered=f"-{days}d", events=[], **of(*bought))
    )
    card = demo.order(number(1), tier)
    if refused is not None:
        with pytest.raises(ReturnRefused, match=refused):
            demo.apply_for_return(number(1), tier, reason, "明天", "abcdefghijklm")
        assert card.returnable is (reason == "quality" and days <= 7)
        return
    accepted = demo.apply_for_return(number(1), tier, reason, "明天", "abcdefghijklm")
    assert accepted.number == "RTABCDEFGHIJ"
    assert accepted.refund == "100.00"
    assert accepted.pickup == "明天"
    free = reason == "quality" or tier in {"gold", "diamond"}
    assert accepted.freight == ("shop" if free else "shopper")


@pytest.mark.parametrize(
    ("tier", "freights"),
    [
        ("ordinary", ["shopper"] * 4),
        ("silver", ["shopper"] * 4),
        ("gold", ["shop", "shop", "shopper", "shopper"]),
        ("diamond", ["shop"] * 4),
    ],
)
def test_a_gold_card_sends_back_twice_for_free_and_a_diamond_card_always(
    tmp_path: Path, tier: str, freights: list[str]
) -> None:
    demo = shop(tmp_path, *(order(i, tier) for i in range(6)))
    faulty = demo.apply_for_return(number(5), tier, "quality", "明天", "x" * 12)
    assert faulty.freight == "shop"
    taken = [
        demo.apply_for_return(number(i), tier, "changed_mind", "明天", f"id-{i:010}").freight
        for i in range(4)
    ]
    assert taken == freights


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
def test_what_was_not_delivered_cannot_be_returned(
    tmp_path: Path, state: str, word: str, reason: str
) -> None:
    demo = shop(tmp_path, order(1, state=state, delivered=None, events=[]))
    card = demo.order(number(1), "ordinary")
    assert not card.returnable
    assert word in (card.not_returnable_reason or "")
    with pytest.raises(ReturnRefused, match=word):
        demo.apply_for_return(number(1), "ordinary", reason, "明天", "x" * 12)


def test_an_order_is_returned_once_and_only_by_its_shopper(tmp_path: Path) -> None:
    demo = shop(tmp_path, order(1))
    with pytest.raises(NotFound):
        demo.apply_for_return(number(1), "gold", "quality", "明天", "x" * 12)
    demo.apply_for_return(number(1), "ordinary", "quality", "明天", "x" * 12)
    assert demo.order(number(1), "ordinary").state == "returning"
    for reason in ("quality", "changed_mind"):
        with pytest.raises(ReturnRefused, match="退货中"):
            demo.apply_for_return(number(1), "ordinary", reason, "明天", "x" * 12)


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
            DemoShop.load(broken, NOON)
