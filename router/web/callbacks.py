"""The edge of calling back."""

from __future__ import annotations

from aiohttp import web

from router import wire_clocks
from router.desk.callbacks import CallbackDesk
from router.web.keys import SERVICES
from router.web.middleware import json_response, refuse_forged
from router.web.reading import body_of
from router.web.staff import staff_of

routes = web.RouteTableDef()

CALLBACKS = "/api/v1/callbacks"
ONE = CALLBACKS + "/{conversation:[A-Za-z0-9_\\-]{8,40}}/{case:[1-9][0-9]{0,8}}"


@routes.get(CALLBACKS)
async def list_open(request: web.Request) -> web.Response:
    """List the numbers nobody has called yet."""
    me = await staff_of(request)
    return json_response(await _desk(request).open_ones(me))


@routes.post(f"{ONE}/done")
async def done(request: web.Request) -> web.Response:
    """Note that somebody has called."""
    refuse_forged(request)
    me = await staff_of(request)
    call = await body_of(request, wire_clocks.CallBack)
    found = request.match_info
    await _desk(request).done(me, found["conversation"], int(found["case"]), call)
    return web.Response(status=204)


def _desk(request: web.Request) -> CallbackDesk:
    return CallbackDesk(request.app[SERVICES])
