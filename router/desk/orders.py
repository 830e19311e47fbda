"""Which order a conversation is about, and the circumstances an answer is chosen under."""

from __future__ import annotations

import re

from knowledge_base.conditions import Circumstances
from router.desk.services import Services
from router.domain.conversation import Context
from router.domain.errors import NotFound
from router.domain.message import OrderCard
from router.domain.people import Shopper
from router.domain.presets import Where

ORDER_NUMBER = re.compile(r"(?<![A-Za-z0-9])JN\d{10}(?!\d)", re.IGNORECASE)
DONE = frozenset({"closed", "refunded"})
ASKED_ABOUT = ("shipped", "returning", "paid", "presale", "unpaid", "delivered")
"""States in the order in which shoppers ask about them."""


def order_in_focus(
    services: Services, shopper: Shopper, context: Context, text: str = ""
) -> OrderCard | None:
    """Give the order meant: named in the text, else on the page, else the only one under way.

    A page that names none of the shopper's orders, or several under way, leaves it open.
    """
    named = ORDER_NUMBER.search(text)
    for number in (named.group() if named else None, context.order):
        if number is None:
            continue
        try:
            return services.shop.order(number, shopper.id)
        except NotFound:
            continue
    under_way = [card for card in services.shop.orders_of(shopper.id) if card.state not in DONE]
    return under_way[0] if len(under_way) == 1 else None


def order_to_suggest(services: Services, shopper: Shopper, context: Context) -> OrderCard | None:
    """Give the order the bubble's suggestions are about: the one meant, else the most telling.

    A parcel on its way is asked about more than an order being packed, that one more than the
    rest; of those alike, the newest.
    """
    meant = order_in_focus(services, shopper, context)
    if meant is not None:
        return meant
    orders = [card for card in services.shop.orders_of(shopper.id) if card.state in ASKED_ABOUT]
    return min(orders, key=lambda card: ASKED_ABOUT.index(card.state), default=None)


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
