"""Releases: list, diffs, the plan to publish, publishing and rolling back."""

from __future__ import annotations

from aiohttp import web

from router import wire_knowledge as kb
from router.domain.errors import Malformed
from router.web.keys import EDITOR_DESK, SERVICES
from router.web.knowledge.asking import edited, number_of, query_number, reader, saying
from router.web.middleware import json_response

routes = web.RouteTableDef()

HIGHEST = 999_999_999


@routes.get("/api/v1/kb/releases")
async def releases(request: web.Request) -> web.Response:
    """List the releases, newest first."""
    await reader(request)
    return json_response(await request.app[EDITOR_DESK].releases.releases())


@routes.get("/api/v1/kb/releases/{number:[0-9]+}/diff")
async def diff(request: web.Request) -> web.Response:
    """Compare a release with another one, or with the one it followed."""
    await reader(request)
    number = number_of(request, "number")
    against = query_number(request, "against", 0, HIGHEST) or None
    return json_response(await request.app[EDITOR_DESK].releases.diff(number, against))


@routes.get("/api/v1/kb/publish")
async def plan(request: web.Request) -> web.Response:
    """Tell what publishing now would change, and what stands against it."""
    await reader(request)
    desk, today = request.app[EDITOR_DESK], request.app[SERVICES].today()
    return json_response(await desk.releases.plan(today, saying(request)))


@routes.post("/api/v1/kb/publish")
async def publish(request: web.Request) -> web.Response:
    """Put the approved entries live."""
    author, wanted = await edited(request, kb.Publish)
    if not wanted.note.strip():
        raise Malformed("请写一句发布说明：这次改了什么。")
    desk, at = request.app[EDITOR_DESK], request.app[SERVICES].now()
    return json_response(await desk.releases.publish(wanted, author, at))


@routes.post("/api/v1/kb/roll_back")
async def roll_back(request: web.Request) -> web.Response:
    """Put an earlier release live."""
    author, wanted = await edited(request, kb.RollBack)
    desk, at = request.app[EDITOR_DESK], request.app[SERVICES].now()
    return json_response(await desk.releases.roll_back(wanted, author, at))
