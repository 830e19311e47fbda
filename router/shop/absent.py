"""No shop at all: neither the demo's nor one over HTTP. Nobody has looked anything up."""

from __future__ import annotations

from router.shop.operations import Operation
from router.shop.protocol import ShopUnavailable

NOT_CONNECTED = ShopUnavailable("no shop is connected")


class NoShop:
    """Knows no orders, and says so instead of that there are none."""

    available = True
    connected = False

    async def orders(self, shopper: str) -> ShopUnavailable:
        """Tell that nobody can be asked."""
        return NOT_CONNECTED

    async def order(self, number: str, shopper: str | None) -> ShopUnavailable:
        """Tell that nobody can be asked."""
        return NOT_CONNECTED

    async def logistics(self, number: str, shopper: str) -> ShopUnavailable:
        """Tell that nobody can be asked."""
        return NOT_CONNECTED

    async def refunds(self, shopper: str) -> ShopUnavailable:
        """Tell that nobody can be asked."""
        return NOT_CONNECTED

    async def coupons(self, shopper: str) -> ShopUnavailable:
        """Tell that nobody can be asked."""
        return NOT_CONNECTED

    async def membership(self, shopper: str) -> ShopUnavailable:
        """Tell that nobody can be asked."""
        return NOT_CONNECTED

    async def perform(self, operation: Operation, key: str) -> ShopUnavailable:
        """Tell that nobody can be asked; nothing is done."""
        return NOT_CONNECTED
