"""The supervisors' edge: the desk at one moment."""

from __future__ import annotations

from aiohttp import web

from router.web.keys import SUPERVISOR_DESK
from router.web.middleware import json_response
from router.web.staff import staff_of

routes = web.RouteTableDef()


@routes.get("/api/v1/supervisor")
async def overview(request: web.Request) -> web.Response:
    """Show queue and agents."""
    me = await staff_of(request)
    return json_response(await request.app[SUPERVISOR_DESK].overview(me))
