"""The shop's orders: the demo shop's file, read once, with dates relative to its start."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from router.domain.errors import NotFound, Refusal
from router.domain.message import OrderCard, OrderItem, TrackingEvent
from router.domain.people import Shopper

OPEN_STATES = frozenset({"unpaid", "presale", "paid", "shipped", "delivered", "returning"})
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
RETURN_WINDOW = dt.timedelta(days=7)
QUALITY_WINDOW = dt.timedelta(days=15)
FREE_RETURNS = {"gold": 2, "diamond": math.inf}
"""Returns without a fault that a tier sends back at the shop's cost."""


class InvalidShop(Exception):
    """The demo shop's file is wrong; the text says where."""


class ReturnRefused(Refusal):
    """The order cannot be returned; the text is for the shopper."""

    code = "return_refused"


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the demo shop."""

    id: str
    title: str
    product_line: str
    price: str
    pricing: str
    image: str
    specs: tuple[str, ...]
    presale: bool


@dataclass(frozen=True, slots=True)
class Return:
    """An accepted return."""

    number: str
    refund: str
    freight: str
    pickup: str


@dataclass(frozen=True, slots=True)
class _Order:
    shopper: str
    card: OrderCard
    refusal: str | None
    """Why it cannot be returned without a fault; None when it can."""
    quality_refusal: str | None


class DemoShop:
    """Shoppers, products and orders of the demo; returns are kept while it runs."""

    def __init__(
        self, shoppers: Mapping[str, Shopper], products: Mapping[str, Product], orders: list[_Order]
    ) -> None:
        self.shoppers = shoppers
        self.products = products
        self._orders = {order.card.number: order for order in orders}
        self._free_returns: Counter[str] = Counter()

    @classmethod
    def load(cls, path: Path, now: dt.datetime) -> DemoShop:
        """Read the demo's file; its times such as `-2d` count from `now`."""
        try:
            raw = yaml.safe_load(path.read_text("utf-8"))
            shoppers = {
                s["id"]: Shopper(s["id"], False, s["name"], s["tier"]) for s in raw["shoppers"]
            }
            products = {
                p["id"]: Product(**{**p, "specs": tuple(p["specs"])}) for p in raw["products"]
            }
            orders = [_order(o, products, now) for o in raw["orders"]]
        except (
            OSError,
            yaml.YAMLError,
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
            ArithmeticError,
        ) as error:
            raise InvalidShop(f"{path}: {type(error).__name__}: {error}") from error
        return cls(shoppers, products, orders)

    def shopper(self, shopper: str) -> Shopper | None:
        """Give a shopper the demo knows."""
        return self.shoppers.get(shopper)

    def orders_of(self, shopper: str) -> list[OrderCard]:
        """Give a shopper's orders, newest first."""
        found = [order.card for order in self._orders.values() if order.shopper == shopper]
        return sorted(found, key=lambda card: card.placed_at, reverse=True)

    def order(self, number: str, shopper: str | None) -> OrderCard:
        """Give one order of the shopper's; another's order is as unknown as none."""
        return self._own(number, shopper).card

    def open_orders(self, shopper: str) -> list[OrderCard]:
        """Give a shopper's orders that something may still happen to."""
        return [card for card in self.orders_of(shopper) if card.state in OPEN_STATES]

    def apply_for_return(
        self, number: str, shopper: str, reason: str, pickup: str, new_id: str
    ) -> Return:
        """Accept a return under the shop's rules; ReturnRefused says why not, to the shopper."""
        order = self._own(number, shopper)
        quality = reason == "quality"
        refusal = order.quality_refusal if quality else order.refusal
        if refusal is not None:
            raise ReturnRefused(refusal)
        freight = "shop" if quality or self._sends_free(shopper) else "shopper"
        returning = replace(
            order.card,
            state="returning",
            returnable=False,
            not_returnable_reason="这个订单已经在退货中了。",
        )
        self._orders[number] = replace(
            order,
            card=returning,
            refusal=returning.not_returnable_reason,
            quality_refusal=returning.not_returnable_reason,
        )
        return Return(f"RT{new_id[:10].upper()}", order.card.total, freight, pickup)

    def _sends_free(self, shopper: str) -> bool:
        """Take one of the free returns of a shopper's tier, while there are some."""
        tier = self.shoppers[shopper].tier if shopper in self.shoppers else "ordinary"
        if self._free_returns[shopper] >= FREE_RETURNS.get(tier, 0):
            return False
        self._free_returns[shopper] += 1
        return True

    def _own(self, number: str, shopper: str | None) -> _Order:
        order = self._orders.get(number.upper())
        if order is None or order.shopper != shopper:
            raise NotFound(f"没有找到订单 {number}，请核对订单号，或确认下单的账号。")
        return order


def _order(raw: Mapping[str, Any], products: Mapping[str, Product], now: dt.datetime) -> _Order:
    bought = [products[item["product"]] for item in raw["items"]]
    items = tuple(
        OrderItem(product.title, item.get("spec", ""), item["quantity"], product.price)
        for item, product in zip(raw["items"], bought, strict=True)
    )
    events = [TrackingEvent(_moment(e["at"], now), e["text"]) for e in raw.get("events") or []]
    delivered = _moment(raw["delivered"], now) if raw.get("delivered") else None
    promised = raw.get("promised_ship")
    Decimal(raw["total"])
    card = OrderCard(
        number=raw["number"],
        state=raw["state"],
        placed_at=_moment(raw["placed"], now),
        product_line=bought[0].product_line,
        items=items,
        total=raw["total"],
        store=raw.get("store", "online"),
        carrier=raw.get("carrier"),
        tracking=raw.get("tracking"),
        last_event=events[-1] if events else None,
        promised_ship_at=_moment(promised, now) if promised else None,
        delivered_at=delivered,
    )
    age = now - delivered if delivered else None
    refusal = _refusal(card, bought, age)
    quality = _quality_refusal(card, age)
    shown = replace(card, returnable=refusal is None, not_returnable_reason=refusal)
    return _Order(raw["shopper"], shown, refusal, quality)


def _refusal(card: OrderCard, bought: list[Product], age: dt.timedelta | None) -> str | None:
    """Say why an order cannot be returned without a fault, by the shop's rules."""
    if card.state != "delivered" or age is None:
        return _wrong_state(card.state)
    if any(p.pricing == "by_weight" for p in bought):
        return "按克重计价的黄金不支持无理由退货；有质量问题的话，签收 15 天内可以凭检测退换。"
    if age > RETURN_WINDOW:
        return "这个订单签收已超过 7 天，不能再无理由退货了；有质量问题的话请联系人工客服。"
    return None


def _quality_refusal(card: OrderCard, age: dt.timedelta | None) -> str | None:
    if card.state != "delivered" or age is None:
        return _wrong_state(card.state)
    if age > QUALITY_WINDOW:
        return "这个订单签收已超过 15 天，质量问题请联系人工客服走维修。"
    return None


def _wrong_state(state: str) -> str:
    match state:
        case "unpaid":
            return "这个订单还没有付款，直接取消就可以，不用退货。"
        case "paid" | "presale":
            return "这个订单还没有发货，可以直接取消订单，钱会原路退回。"
        case "shipped":
            return "包裹还在路上，签收后才能申请退货；不想要的话也可以拒收。"
        case "returning":
            return "这个订单已经在退货中了。"
        case "refunded":
            return "这个订单已经退款了。"
        case _:
            return "这个订单已经关闭，不能申请退货。"


def _moment(text: str, now: dt.datetime) -> dt.datetime:
    if text[-1] not in UNITS:
        raise ValueError(f"{text!r} is no time such as -2d, -3h or +1d")
    return now + dt.timedelta(seconds=int(text[:-1]) * UNITS[text[-1]])
