"""What a shop answers over HTTP, as docs/shop.md documents it, checked and turned into values.

Further fields are ignored, so that a shop may know more than jieli asks.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from router.domain.message import OrderCard, OrderItem, TrackingEvent
from router.shop import protocol as p

Number = Annotated[str, Meta(min_length=1, max_length=80)]
Line = Annotated[str, Meta(max_length=300)]
Money = Annotated[str, Meta(pattern=r"^(0|[1-9]\d{0,9})\.\d{2}$")]
Moment = Annotated[dt.datetime, Meta(tz=True)]
State = Literal[
    "unpaid", "presale", "paid", "shipped", "delivered", "returning", "refunded", "closed"
]


class Wrong(Exception):
    """The answer is of the right form and cannot be true; the text says why."""


class Item(Struct, frozen=True):
    """One line of an order; `specs` are what it could be exchanged for."""

    title: Annotated[str, Meta(min_length=1, max_length=200)]
    spec: Line = ""
    quantity: Annotated[int, Meta(ge=1, le=100_000)] = 1
    price: Money = "0.00"
    specs: tuple[Line, ...] = ()


class Event(Struct, frozen=True):
    """One word of the carrier."""

    at: Moment
    text: Line


class Receiver(Struct, frozen=True):
    """Where an order goes; the shop masks the phone."""

    name: Line = ""
    phone: Line = ""
    address: Line = ""


class Order(Struct, frozen=True):
    """One order."""

    shopper: Number
    number: Number
    state: State
    placed_at: Moment
    total: Money
    items: Annotated[tuple[Item, ...], Meta(min_length=1, max_length=200)]
    product_line: Line = ""
    store: Line = "online"
    carrier: Line | None = None
    tracking: Line | None = None
    last_event: Event | None = None
    promised_ship_at: Moment | None = None
    delivered_at: Moment | None = None
    receiver: Receiver | None = None
    refusals: dict[str, Line] = {}

    def value(self, shopper: str) -> p.ShopOrder:
        """Give the order, if it is the shopper's who was asked about."""
        _of(self.shopper, shopper)
        no_return = self.refusals.get("apply_for_return")
        event = self.last_event
        card = OrderCard(
            number=self.number,
            state=self.state,
            placed_at=self.placed_at,
            product_line=self.product_line,
            items=tuple(OrderItem(i.title, i.spec, i.quantity, i.price) for i in self.items),
            total=self.total,
            store=self.store,
            carrier=self.carrier,
            tracking=self.tracking,
            last_event=TrackingEvent(event.at, event.text) if event else None,
            promised_ship_at=self.promised_ship_at,
            delivered_at=self.delivered_at,
            returnable=self.state == "delivered" and no_return is None,
            not_returnable_reason=no_return,
        )
        to = self.receiver
        receiver = p.Receiver(to.name, to.phone, to.address) if to else None
        return p.ShopOrder(card, receiver, self.refusals, tuple(i.specs for i in self.items))


class Orders(Struct, frozen=True):
    """A shopper's orders."""

    shopper: Number
    orders: Annotated[tuple[Order, ...], Meta(max_length=500)]

    def value(self, shopper: str) -> tuple[p.ShopOrder, ...]:
        """Give the orders, newest first."""
        _of(self.shopper, shopper)
        found = [order.value(shopper) for order in self.orders]
        if len({order.card.number for order in found}) < len(found):
            raise Wrong("an order comes twice")
        return tuple(sorted(found, key=lambda order: order.card.placed_at, reverse=True))


class Logistics(Struct, frozen=True):
    """The carrier's words, oldest first."""

    shopper: Number
    order: Number
    events: Annotated[tuple[Event, ...], Meta(max_length=500)]
    carrier: Line | None = None
    tracking: Line | None = None

    def value(self, shopper: str) -> p.Logistics:
        """Give the carrier's words."""
        _of(self.shopper, shopper)
        events = tuple(TrackingEvent(event.at, event.text) for event in self.events)
        return p.Logistics(self.order, self.carrier, self.tracking, events)


class Refund(Struct, frozen=True):
    """Money on its way back."""

    number: Number
    order: Number
    amount: Money
    state: Literal["requested", "received", "approved", "paid", "refused"]
    asked_at: Moment
    paid_at: Moment | None = None
    expected_by: Moment | None = None
    to: Line = ""
    detail: Line = ""


class Refunds(Struct, frozen=True):
    """A shopper's refunds."""

    shopper: Number
    refunds: Annotated[tuple[Refund, ...], Meta(max_length=500)]

    def value(self, shopper: str) -> tuple[p.Refund, ...]:
        """Give the refunds, newest first."""
        _of(self.shopper, shopper)
        found = [
            p.Refund(
                number=r.number,
                order=r.order,
                amount=r.amount,
                state=r.state,
                asked_at=r.asked_at,
                paid_at=r.paid_at,
                expected_by=r.expected_by,
                to=r.to,
                detail=r.detail,
            )
            for r in self.refunds
        ]
        return tuple(sorted(found, key=lambda refund: refund.asked_at, reverse=True))


class Coupon(Struct, frozen=True):
    """A coupon."""

    number: Number
    title: Line
    amount: Money
    valid_until: Moment
    least: Money = "0.00"


class Coupons(Struct, frozen=True):
    """The coupons a shopper may use now."""

    shopper: Number
    coupons: Annotated[tuple[Coupon, ...], Meta(max_length=500)]

    def value(self, shopper: str) -> tuple[p.Coupon, ...]:
        """Give the coupons."""
        _of(self.shopper, shopper)
        return tuple(
            p.Coupon(c.number, c.title, c.amount, c.least, c.valid_until) for c in self.coupons
        )


class Membership(Struct, frozen=True):
    """A shopper's standing; `spend` is by calendar year, such as {"2026": "5200.00"}."""

    shopper: Number
    tier: Annotated[str, Meta(max_length=20)] | None = None
    spend: dict[Annotated[str, Meta(pattern=r"^\d{4}$")], Money] = {}

    def value(self, shopper: str) -> p.Membership:
        """Give the standing."""
        _of(self.shopper, shopper)
        spend = {int(year): Decimal(amount) for year, amount in self.spend.items()}
        return p.Membership(shopper, self.tier or None, spend)


class Done(Struct, frozen=True):
    """An operation is done."""

    shopper: Number
    number: Number
    amount: Money | None = None
    freight: Literal["shop", "shopper"] | None = None
    pickup: Line | None = None
    by: Moment | None = None
    detail: Line = ""

    def value(self, shopper: str) -> p.Done:
        """Give what was done."""
        _of(self.shopper, shopper)
        return p.Done(self.number, self.amount, self.freight, self.pickup, self.by, self.detail)


class Problem(Struct, frozen=True):
    """Why something was not done; `detail` of a `refused` is for the shopper."""

    code: Literal["refused", "not_found"]
    detail: Line = ""


def _of(answered: str, asked: str) -> None:
    if answered != asked:
        raise Wrong("it is about another shopper than the one asked about")
