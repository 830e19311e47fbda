"""What jieli asks of a shop, and the values it gets; a shop that cannot answer is a value too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from router.domain.message import OrderCard, TrackingEvent
from router.shop.operations import Operation


@dataclass(frozen=True, slots=True)
class ShopUnavailable:
    """The shop gave no usable answer; `why` is for staff and logs.

    After an operation `perhaps_done` tells that the shop may have done it all the same; asking
    again under the same key is safe.
    """

    why: str
    perhaps_done: bool = False


@dataclass(frozen=True, slots=True)
class NoSuchOrder:
    """There is no such order, or it is not this shopper's."""

    number: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The shop's rules forbid the operation; `detail` is for the shopper."""

    detail: str


@dataclass(frozen=True, slots=True)
class Done:
    """The shop has done the operation; `number` is its own receipt.

    `by` is when something is promised for; `freight` is "shop" or "shopper".
    """

    number: str
    amount: str | None = None
    freight: str | None = None
    pickup: str | None = None
    by: dt.datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where an order goes; the phone is masked."""

    name: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order, with what the shop would refuse to do with it, by the operation's name.

    `card.as_of` is set when the shop could not be asked now: then this is its last known state.
    `specs` are what each item could be exchanged for, by the item's place.
    """

    card: OrderCard
    receiver: Receiver | None = None
    refusals: Mapping[str, str] = field(default_factory=dict)
    specs: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Logistics:
    """What the carrier said of a parcel, oldest first."""

    order: str
    carrier: str | None
    tracking: str | None
    events: tuple[TrackingEvent, ...]
    as_of: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back; `state` is requested, received, approved, paid or refused."""

    number: str
    order: str
    amount: str
    state: str
    asked_at: dt.datetime
    paid_at: dt.datetime | None = None
    expected_by: dt.datetime | None = None
    to: str = ""
    detail: str = ""
    as_of: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon of a shopper's: `amount` off from `least` on."""

    number: str
    title: str
    amount: str
    least: str
    valid_until: dt.datetime
    as_of: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A shopper's standing: the shop's own word for the tier, if it has one, and spend by year."""

    shopper: str
    tier: str | None
    spend: Mapping[int, Decimal]
    as_of: dt.datetime | None = None


class Shop(Protocol):
    """Whoever knows the orders: the demo shop, or a real one over HTTP."""

    async def orders(self, shopper: str) -> tuple[ShopOrder, ...] | ShopUnavailable:
        """Give a shopper's orders, newest first."""

    async def order(
        self, number: str, shopper: str | None
    ) -> ShopOrder | NoSuchOrder | ShopUnavailable:
        """Give one order of the shopper's; another's order is as unknown as none."""

    async def logistics(
        self, number: str, shopper: str
    ) -> Logistics | NoSuchOrder | ShopUnavailable:
        """Give every word of the carrier on an order."""

    async def refunds(self, shopper: str) -> tuple[Refund, ...] | ShopUnavailable:
        """Give a shopper's refunds, newest first."""

    async def coupons(self, shopper: str) -> tuple[Coupon, ...] | ShopUnavailable:
        """Give the coupons a shopper may use now."""

    async def membership(self, shopper: str) -> Membership | ShopUnavailable:
        """Give a shopper's tier and spend by calendar year."""

    async def perform(
        self, operation: Operation, key: str
    ) -> Done | Refused | NoSuchOrder | ShopUnavailable:
        """Do an operation, once for each `key`."""

    @property
    def connected(self) -> bool:
        """Tell whether there is a shop at all; without one flows are left to humans."""

    @property
    def available(self) -> bool:
        """Tell whether the last calls were answered."""


def cards(orders: tuple[ShopOrder, ...]) -> list[OrderCard]:
    """Give the cards of orders."""
    return [order.card for order in orders]
