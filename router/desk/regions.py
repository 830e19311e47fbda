"""Which region a shopper's handoff is for: told by the page, or where the order goes."""

from __future__ import annotations

from router.desk.orders import shop_order_in_focus
from router.desk.services import Services
from router.domain.conversation import Context
from router.domain.people import Shopper
from router.domain.regions import RegionSource
from router.shop import ShopUnavailable


async def region_of(
    services: Services, shopper: Shopper, context: Context, text: str = ""
) -> str | None:
    """Give the region by the first source that knows it; None asks no region of the agent."""
    regions = services.rules().regions
    if not regions.words:
        return None
    for source in regions.sources:
        match source:
            case RegionSource.PAGE:
                # The page may say anything: what is no region of the shop's would fit no agent.
                found = regions.named_in(context.region or "")
            case RegionSource.ORDER:
                found = await _by_order(services, shopper, context, text)
        if found is not None:
            return found
    return None


async def _by_order(
    services: Services, shopper: Shopper, context: Context, text: str
) -> str | None:
    """Give where the order in focus goes, or where all orders do, if that is one region."""
    if shopper.anonymous:
        return None
    regions = services.rules().regions
    order = await shop_order_in_focus(services, shopper, context, text)
    if order is not None:
        return regions.named_in(order.receiver.address) if order.receiver else None
    orders = await services.shop.orders(shopper.id)
    if isinstance(orders, ShopUnavailable):
        return None
    found = {regions.named_in(one.receiver.address) for one in orders if one.receiver}
    return found.pop() if len(found) == 1 else None
