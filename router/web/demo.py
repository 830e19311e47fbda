"""The demo storefront's back end: what it sells, and signing in as one of its shoppers."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web
from msgspec import Struct

from router import wire
from router.domain.errors import NotFound
from router.identity import sign_shopper
from router.shop import ShopUnavailable, cards
from router.web.keys import DEMO_SHOP, SERVICES
from router.web.middleware import json_response
from router.web.reading import body_of

routes = web.RouteTableDef()

SIGNED_SECONDS = 3600


class DemoLogin(Struct, forbid_unknown_fields=True):
    """Which demo shopper to be."""

    shopper: str


@routes.get("/api/v1/demo/shop")
async def shop(request: web.Request) -> web.Response:
    """Give the demo shop's products and shoppers."""
    demo = request.app[DEMO_SHOP]
    return json_response(
        {
            "name": "锦年 Jinnian",
            "products": [replace(p, price=p.price_now or p.price) for p in demo.products.values()],
            "shoppers": [
                {"id": s.id, "name": s.name, "tier": s.tier} for s in demo.shoppers.values()
            ],
        }
    )


@routes.post("/api/v1/demo/login")
async def login(request: web.Request) -> web.Response:
    """Sign a demo shopper's id, as a storefront's server would after its own login."""
    wanted = await body_of(request, DemoLogin)
    services = request.app[SERVICES]
    shopper = request.app[DEMO_SHOP].shopper(wanted.shopper)
    if shopper is None:
        raise NotFound(f"the demo has no shopper {wanted.shopper!r}")
    expires = int(services.now().timestamp()) + SIGNED_SECONDS
    name, secret = shopper.name or "", services.settings.storefront_secret
    signature = sign_shopper(secret, shopper.id, name, shopper.tier, expires)
    found = await services.shop.orders(shopper.id)
    orders = [] if isinstance(found, ShopUnavailable) else cards(found)
    return json_response(
        {
            "shopper": wire.SignedShopper(shopper.id, expires, signature, name, shopper.tier),
            "orders": orders,
        }
    )
