"""Carries a grant out in the shop's system; what it answers becomes a value."""

from __future__ import annotations

from dataclasses import dataclass

from router.domain.authority import Grant, GrantKind
from router.domain.errors import NotFound
from router.domain.message import OrderCard
from router.domain.people import Shopper
from router.shop import DemoShop, ReturnRefused


@dataclass(frozen=True, slots=True)
class Carried:
    """The shop has done it; `receipt` is its own number."""

    receipt: str


@dataclass(frozen=True, slots=True)
class NotCarried:
    """The shop has not done it; `final` when asking again cannot help."""

    why: str
    final: bool


async def carry_out(shop: DemoShop, grant: Grant) -> Carried | NotCarried:
    """Ask the shop to do what was granted, once for each grant's id."""
    if grant.kind is not GrantKind.RETURN:
        return Carried(f"{'CP' if grant.kind is GrantKind.COUPON else 'RF'}{grant.id[:10].upper()}")
    try:
        done = shop.apply_for_return(grant.order or "", grant.shopper, "quality", "", grant.id)
    except (ReturnRefused, NotFound) as refusal:
        return NotCarried(refusal.detail, final=True)
    return Carried(done.number)


async def orders(shop: DemoShop, shopper: Shopper) -> list[OrderCard]:
    """List the orders something may be given for."""
    return [] if shopper.anonymous else shop.orders_of(shopper.id)


async def order(shop: DemoShop, number: str, shopper: Shopper) -> OrderCard:
    """Give one order of the shopper's; another's is as unknown as none."""
    return shop.order(number, shopper.id)
