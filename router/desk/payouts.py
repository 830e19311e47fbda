"""Carries a grant out in the shop's system; what it answers becomes a value."""

from __future__ import annotations

from dataclasses import dataclass

from router.desk.orders import order_of, orders_of
from router.desk.services import Services
from router.domain.authority import Grant, GrantKind
from router.domain.message import OrderCard
from router.domain.people import Shopper
from router.shop import (
    ApplyForReturn,
    Done,
    GrantCoupon,
    NoSuchOrder,
    Operation,
    RefundAmount,
    Refused,
    Shop,
    ShopUnavailable,
)


@dataclass(frozen=True, slots=True)
class Carried:
    """The shop has done it; `receipt` is its own number."""

    receipt: str


@dataclass(frozen=True, slots=True)
class NotCarried:
    """The shop has not done it; `final` when asking again cannot help."""

    why: str
    final: bool


async def carry_out(shop: Shop, grant: Grant) -> Carried | NotCarried:
    """Ask the shop to do what was granted, once for each grant's id."""
    match await shop.perform(_operation(grant), f"grant-{grant.id}"):
        case Done(number=number):
            return Carried(number)
        case Refused(detail=detail):
            return NotCarried(detail, final=True)
        case NoSuchOrder(number=number):
            return NotCarried(f"没有找到订单 {number}", final=True)
        case ShopUnavailable(why=why):
            return NotCarried(why, final=False)


def _operation(grant: Grant) -> Operation:
    order, amount = grant.order or "", f"{grant.cents // 100}.{grant.cents % 100:02}"
    match grant.kind:
        case GrantKind.COUPON:
            return GrantCoupon(shopper=grant.shopper, amount=amount, reason=grant.reason)
        case GrantKind.AMOUNT:
            return RefundAmount(
                shopper=grant.shopper, order=order, amount=amount, reason=grant.reason
            )
        case GrantKind.RETURN:
            return ApplyForReturn(shopper=grant.shopper, order=order, reason="quality", pickup="")


async def orders(services: Services, shopper: Shopper) -> list[OrderCard]:
    """List the orders something may be given for; none while the shop is silent."""
    found = await orders_of(services, shopper)
    return [] if isinstance(found, ShopUnavailable) else list(found)


async def order(services: Services, number: str, shopper: Shopper) -> OrderCard:
    """Give one order of the shopper's; another's is as unknown as none."""
    return (await order_of(services, number, shopper.id)).card
