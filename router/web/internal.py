"""The edge for our own processes: order look-ups, replays, and the keeper of the bots."""

from __future__ import annotations

import datetime as dt
import hmac
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct, to_builtins

from router.desk.orders import order_of, perform
from router.domain.pickups import pickups_of
from router.domain.errors import ShopSilent, Unauthorized
from router.shop import OrderOperation, ShopOrder, ShopUnavailable
from router.web.keys import SERVICES
from router.web.middleware import json_response
from router.web.reading import body_of

routes = web.RouteTableDef()


class Perform(Struct, forbid_unknown_fields=True):
    """An operation that a flow has gathered; the shop does it once for each key."""

    key: Annotated[str, Meta(min_length=8, max_length=128)]
    operation: OrderOperation


@routes.get("/internal/v1/shoppers/{shopper}/orders")
async def orders(request: web.Request) -> web.Response:
    """List a shopper's orders, newest first."""
    require_service(request)
    found = await request.app[SERVICES].shop.orders(request.match_info["shopper"])
    if isinstance(found, ShopUnavailable):
        raise ShopSilent(found.why)
    return json_response({"orders": [_shown(order) for order in found]})


@routes.get("/internal/v1/shoppers/{shopper}/refunds")
async def refunds(request: web.Request) -> web.Response:
    """List a shopper's refunds, newest first."""
    require_service(request)
    found = await request.app[SERVICES].shop.refunds(request.match_info["shopper"])
    if isinstance(found, ShopUnavailable):
        raise ShopSilent(found.why)
    return json_response({"refunds": found})


@routes.get("/internal/v1/orders/{number}")
async def order(request: web.Request) -> web.Response:
    """Give one order of a shopper's."""
    require_service(request)
    number, shopper = request.match_info["number"], request.query.get("shopper")
    return json_response(_shown(await order_of(request.app[SERVICES], number, shopper)))


@routes.get("/internal/v1/pickups")
async def pickups(request: web.Request) -> web.Response:
    """Tell when couriers come, from tomorrow on."""
    require_service(request)
    services = request.app[SERVICES]
    rules = services.rules()
    found = pickups_of(rules.pickups, rules.timing.calendar, services.today())
    return json_response(found)


@routes.post("/internal/v1/operations")
async def operations(request: web.Request) -> web.Response:
    """Have the shop do an operation on an order, or say why not."""
    require_service(request)
    wanted = await body_of(request, Perform)
    return json_response(await perform(request.app[SERVICES], wanted.operation, wanted.key))


def _shown(order: ShopOrder) -> dict[str, object]:
    """Give an order as flows read it: the card, and what the shop would refuse."""
    fields: dict[str, object] = to_builtins(order.card, builtin_types=(dt.datetime,))
    return fields | {
        "receiver": order.receiver,
        "refusals": order.refusals,
        "specs": order.specs,
    }


@routes.get("/internal/v1/decisions")
async def decisions(request: web.Request) -> web.Response:
    """Give a conversation's decisions and the count of its misses."""
    require_service(request)
    store = request.app[SERVICES].store
    conversation = request.query.get("conversation", "")
    return json_response(
        {
            "decisions": await store.decisions(conversation),
            "misses": await store.misses_of(conversation),
        }
    )


@routes.post("/internal/v1/bot/refresh")
async def refresh_bot(request: web.Request) -> web.Response:
    """Look at once which bot process serves, and tell it."""
    require_service(request)
    return json_response(await request.app[SERVICES].bots.refresh())


def require_service(request: web.Request) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    right = request.app[SERVICES].settings.service_token
    if scheme != "Bearer" or not hmac.compare_digest(token.encode(), right.encode()):
        raise Unauthorized("the service token is missing or wrong")
