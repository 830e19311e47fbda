"""The edge for our own processes: order look-ups, replays, and the keeper of the bots."""

from __future__ import annotations

import hmac
from typing import Annotated, Literal

from aiohttp import web
from msgspec import Meta, Struct

from router.domain.errors import Unauthorized
from router.shop import ReturnRefused
from router.web.keys import SERVICES
from router.web.middleware import json_response, problem
from router.web.reading import body_of

routes = web.RouteTableDef()


class ApplyForReturn(Struct, forbid_unknown_fields=True):
    """A return the flow has gathered."""

    shopper: Annotated[str, Meta(max_length=80)]
    reason: Literal["quality", "size", "changed_mind"]
    pickup: Annotated[str, Meta(max_length=40)]


@routes.get("/internal/v1/shoppers/{shopper}/orders")
async def orders(request: web.Request) -> web.Response:
    """List a shopper's orders, newest first."""
    _require_service(request)
    found = request.app[SERVICES].shop.orders_of(request.match_info["shopper"])
    return json_response({"orders": found})


@routes.get("/internal/v1/orders/{number}")
async def order(request: web.Request) -> web.Response:
    """Give one order of a shopper's."""
    _require_service(request)
    shop = request.app[SERVICES].shop
    return json_response(shop.order(request.match_info["number"], request.query.get("shopper")))


@routes.post("/internal/v1/orders/{number}/return")
async def apply_for_return(request: web.Request) -> web.Response:
    """Accept a return, or say why not."""
    _require_service(request)
    wanted = await body_of(request, ApplyForReturn)
    services = request.app[SERVICES]
    number = request.match_info["number"]
    try:
        accepted = services.shop.apply_for_return(
            number, wanted.shopper, wanted.reason, wanted.pickup, services.new_id()
        )
    except ReturnRefused as refusal:
        return problem(refusal.code, refusal.detail, 409)
    return json_response(
        {
            "return": accepted.number,
            "refund": accepted.refund,
            "freight": accepted.freight,
            "pickup": accepted.pickup,
        }
    )


@routes.get("/internal/v1/decisions")
async def decisions(request: web.Request) -> web.Response:
    """Give a conversation's decisions and the count of its misses."""
    _require_service(request)
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
    _require_service(request)
    return json_response(await request.app[SERVICES].bots.refresh())


def _require_service(request: web.Request) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    right = request.app[SERVICES].settings.service_token
    if scheme != "Bearer" or not hmac.compare_digest(token.encode(), right.encode()):
        raise Unauthorized("the service token is missing or wrong")
