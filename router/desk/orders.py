"""Which order a conversation is about, and the circumstances an answer is chosen under."""

from __future__ import annotations

import re

from knowledge_base.conditions import Circumstances
from router.desk.services import Services
from router.domain.conversation import Context
from router.domain.errors import NotFound, ShopRefused, ShopSilent, ShopUnsure
from router.domain.message import OrderCard
from router.domain.people import Shopper
from router.domain.presets import Where
from router.shop import (
    Done,
    NoSuchOrder,
    Operation,
    Refused,
    ShopOrder,
    ShopUnavailable,
    cards,
)

ORDER_NUMBER = re.compile(r"(?<![A-Za-z0-9])JN\d{10}(?!\d)", re.IGNORECASE)
SILENT = "商城的订单系统没有响应，请稍后再试。"
ABSENT = "还没有接入商城的订单系统，查不到订单，也办不了。"
DONE = frozenset({"closed", "refunded"})
ASKED_ABOUT = ("shipped", "returning", "paid", "presale", "unpaid", "delivered")
"""States in the order in which shoppers ask about them."""


async def orders_of(
    services: Services, shopper: Shopper
) -> tuple[OrderCard, ...] | ShopUnavailable:
    """Give a shopper's orders, newest first; nobody knows those of one who is not logged in."""
    if shopper.anonymous:
        return ()
    found = await services.shop.orders(shopper.id)
    return found if isinstance(found, ShopUnavailable) else tuple(cards(found))


async def order_in_focus(
    services: Services, shopper: Shopper, context: Context, text: str = ""
) -> OrderCard | None:
    """Give what is shown of the order meant."""
    found = await shop_order_in_focus(services, shopper, context, text)
    return found.card if found is not None else None


async def shop_order_in_focus(
    services: Services, shopper: Shopper, context: Context, text: str = ""
) -> ShopOrder | None:
    """Give the order meant: named in the text, else on the page, else the only one under way.

    A page that names none of the shopper's orders, or several under way, leaves it open; so does
    a shop that cannot be asked.
    """
    if shopper.anonymous:
        return None
    named = ORDER_NUMBER.search(text)
    for number in (named.group() if named else None, context.order):
        if number is None:
            continue
        match await services.shop.order(number, shopper.id):
            case ShopOrder() as order:
                return order
            case ShopUnavailable():
                return None
            case NoSuchOrder():
                continue
    found = await services.shop.orders(shopper.id)
    if isinstance(found, ShopUnavailable):
        return None
    under_way = [order for order in found if order.card.state not in DONE]
    return under_way[0] if len(under_way) == 1 else None


async def order_to_suggest(
    services: Services, shopper: Shopper, context: Context
) -> OrderCard | None:
    """Give the order the bubble's suggestions are about: the one meant, else the most telling.

    A parcel on its way is asked about more than an order being packed, that one more than the
    rest; of those alike, the newest.
    """
    meant = await order_in_focus(services, shopper, context)
    found = () if meant is not None else await orders_of(services, shopper)
    if isinstance(found, ShopUnavailable):
        return None
    orders = [card for card in found if card.state in ASKED_ABOUT]
    return meant or min(orders, key=lambda card: ASKED_ABOUT.index(card.state), default=None)


async def order_of(services: Services, number: str, shopper: str | None) -> ShopOrder:
    """Give one order of a shopper's; NotFound or ShopSilent say why not."""
    match await services.shop.order(number, shopper):
        case ShopOrder() as order:
            return order
        case NoSuchOrder():
            raise NotFound(f"没有找到订单 {number}，请核对订单号，或确认下单的账号。")
        case ShopUnavailable():
            raise ShopSilent(SILENT if services.shop.connected else ABSENT)


async def perform(services: Services, operation: Operation, key: str) -> Done:
    """Have the shop do an operation, once for each `key`, or be refused.

    After a ShopUnsure the same key may be asked again: the shop does nothing twice.
    """
    match await services.shop.perform(operation, key):
        case Done() as done:
            return done
        case Refused(detail=detail):
            raise ShopRefused(detail)
        case NoSuchOrder(number=number):
            raise NotFound(f"没有找到订单 {number}，请核对订单号，或确认下单的账号。")
        case ShopUnavailable(perhaps_done=True):
            raise ShopUnsure("商城没有及时回应，不确定这一步有没有办成，请先核对再重试。")
        case ShopUnavailable():
            raise ShopSilent(SILENT if services.shop.connected else ABSENT)


def circumstances(
    services: Services, shopper: Shopper, context: Context, order: OrderCard | None
) -> Circumstances:
    """Give what the conditions of answers look at; None is unknown."""
    return Circumstances(
        store=(order.store if order else None) or context.store,
        channel=context.channel,
        tier=None if shopper.anonymous else shopper.tier,
        product_line=(order.product_line if order else None) or context.product_line,
        order_state=order.state if order else None,
        on=services.today(),
    )


def where(shopper: Shopper, context: Context, order: OrderCard | None) -> Where:
    """Give what presets are chosen by."""
    return Where(
        page=context.page,
        order_state=order.state if order else None,
        tier=None if shopper.anonymous else shopper.tier,
        product_line=context.product_line or (order.product_line if order else None),
    )
