"""A shopper's tier where the storefront signs none."""

from __future__ import annotations

import structlog

from router.desk.services import Services
from router.domain.membership import LOWEST, tier_of
from router.shop import ShopUnavailable

log = structlog.get_logger(__name__)


async def tier_by_shop(services: Services, shopper: str) -> str:
    """Give the shop's own word for the tier, else that of the spend; the lowest while it is silent.

    The year is that of the shop's time zone.
    """
    found = await services.shop.membership(shopper)
    if not services.shop.connected:
        return LOWEST
    if isinstance(found, ShopUnavailable):
        log.warning("tier unknown: the shop is silent", shopper=shopper, why=found.why)
        return LOWEST
    year = services.today().year
    return found.tier or tier_of(found.spend, year, services.rules().shop)
