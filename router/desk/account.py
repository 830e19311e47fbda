"""What the shop knows of a shopper besides orders: spend of the year, coupons, refunds."""

from __future__ import annotations

import asyncio
import datetime as dt

from router import wire_brief as wb
from router.desk.services import Services
from router.domain.people import Shopper
from router.shop import Coupon, Membership, Refund, ShopUnavailable

SHOWN = 5


async def account_of(services: Services, shopper: Shopper) -> wb.Account | None:
    """Give a known shopper's account; None of a guest, and of one the shop tells nothing of."""
    if shopper.anonymous or not services.shop.connected:
        return None
    membership, coupons, refunds = await asyncio.gather(
        services.shop.membership(shopper.id),
        services.shop.coupons(shopper.id),
        services.shop.refunds(shopper.id),
    )
    silent = (isinstance(one, ShopUnavailable) for one in (membership, coupons, refunds))
    if all(silent):
        return None
    year = services.today().year
    return wb.Account(
        year=year,
        spend=_spend(membership, year),
        coupons=None
        if isinstance(coupons, ShopUnavailable)
        else tuple(_coupon(one) for one in coupons[:SHOWN]),
        refunds=None
        if isinstance(refunds, ShopUnavailable)
        else tuple(_refund(one) for one in refunds[:SHOWN]),
        as_of=_oldest(membership, coupons, refunds),
    )


def _spend(membership: Membership | ShopUnavailable, year: int) -> str | None:
    if isinstance(membership, ShopUnavailable) or year not in membership.spend:
        return None
    return f"{membership.spend[year]:.2f}"


def _coupon(one: Coupon) -> wb.CouponView:
    return wb.CouponView(one.title, one.amount, one.least, one.valid_until)


def _refund(one: Refund) -> wb.RefundView:
    return wb.RefundView(
        one.order, one.amount, one.state, one.asked_at, one.paid_at, one.expected_by
    )


def _oldest(
    membership: Membership | ShopUnavailable,
    coupons: tuple[Coupon, ...] | ShopUnavailable,
    refunds: tuple[Refund, ...] | ShopUnavailable,
) -> dt.datetime | None:
    """Give the oldest moment something of it was told at, if some is only remembered."""
    told: list[Membership | Coupon | Refund] = []
    if not isinstance(membership, ShopUnavailable):
        told.append(membership)
    for several in (coupons, refunds):
        if not isinstance(several, ShopUnavailable):
            told += several
    return min((one.as_of for one in told if one.as_of is not None), default=None)
