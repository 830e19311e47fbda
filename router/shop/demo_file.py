"""The demo shop's file, read whole or refused; its times such as `-2d` count from a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from router.domain.message import OrderCard, OrderItem, TrackingEvent
from router.domain.people import Shopper
from router.shop.protocol import Receiver

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class InvalidShop(Exception):
    """The demo shop's file is wrong; the text says where."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the demo shop; `price_now` is set while it is cheaper than its orders paid."""

    id: str
    title: str
    product_line: str
    price: str
    pricing: str
    image: str
    specs: tuple[str, ...]
    presale: bool
    price_now: str | None = None


@dataclass(frozen=True, slots=True)
class Bought:
    """An order as the file has it."""

    shopper: str
    card: OrderCard
    products: tuple[Product, ...]
    events: tuple[TrackingEvent, ...]
    receiver: Receiver | None
    dealt_with: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShopFile:
    """Everything in the file."""

    shoppers: Mapping[str, Shopper]
    spend: Mapping[str, Mapping[int, Decimal]]
    products: Mapping[str, Product]
    orders: tuple[Bought, ...]


def read_file(path: Path, now: dt.datetime) -> ShopFile:
    """Read the demo's file, or say what is wrong in it."""
    try:
        # Nobody but who runs the shop writes this file, so the quick loader is safe here.
        raw = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        known = {one["id"]: one for one in raw["shoppers"]}
        products = {p["id"]: _product(p) for p in raw["products"]}
        return ShopFile(
            {id_: Shopper(id_, False, s["name"], s["tier"]) for id_, s in known.items()},
            {id_: _spend(s.get("spend") or {}, now) for id_, s in known.items()},
            products,
            tuple(_bought(o, products, known.get(o["shopper"], {}), now) for o in raw["orders"]),
        )
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


def _product(raw: Mapping[str, Any]) -> Product:
    product = Product(**{**raw, "specs": tuple(raw["specs"])})
    Decimal(product.price)
    Decimal(product.price_now or "0")
    return product


def _spend(raw: Mapping[str, str], now: dt.datetime) -> dict[int, Decimal]:
    """Read spend by `this_year` and `last_year`."""
    years = {"this_year": now.year, "last_year": now.year - 1}
    return {years[name]: Decimal(amount) for name, amount in raw.items()}


def _bought(
    raw: Mapping[str, Any],
    products: Mapping[str, Product],
    shopper: Mapping[str, Any],
    now: dt.datetime,
) -> Bought:
    bought = tuple(products[item["product"]] for item in raw["items"])
    items = tuple(
        OrderItem(product.title, item.get("spec", ""), item["quantity"], product.price)
        for item, product in zip(raw["items"], bought, strict=True)
    )
    events = tuple(TrackingEvent(moment(e["at"], now), e["text"]) for e in raw.get("events") or [])
    promised, delivered = raw.get("promised_ship"), raw.get("delivered")
    Decimal(raw["total"])
    card = OrderCard(
        number=raw["number"],
        state=raw["state"],
        placed_at=moment(raw["placed"], now),
        product_line=bought[0].product_line,
        items=items,
        total=raw["total"],
        store=raw.get("store", "online"),
        carrier=raw.get("carrier"),
        tracking=raw.get("tracking"),
        last_event=events[-1] if events else None,
        promised_ship_at=moment(promised, now) if promised else None,
        delivered_at=moment(delivered, now) if delivered else None,
    )
    address = shopper.get("address")
    phone = masked(shopper.get("phone", ""))
    receiver = Receiver(shopper["name"], phone, address) if address else None
    return Bought(raw["shopper"], card, bought, events, receiver)


def masked(phone: str) -> str:
    """Give a phone number with its middle hidden."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else phone


def moment(text: str, now: dt.datetime) -> dt.datetime:
    """Give the moment that `-2d`, `-3h` or `+1d` names."""
    if text[-1] not in UNITS:
        raise ValueError(f"{text!r} is no time such as -2d, -3h or +1d")
    return now + dt.timedelta(seconds=int(text[:-1]) * UNITS[text[-1]])
