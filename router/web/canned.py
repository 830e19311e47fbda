"""The edge of what helps an agent write: canned responses, suggested answers, own images."""

from __future__ import annotations

from aiohttp import web

from router import wire
from router import wire_canned as wc
from router.desk.canned import CannedDesk
from router.desk.suggesting import suggestions
from router.domain.errors import Forbidden, Malformed
from router.domain.people import Role
from router.web.images import ImageFolder
from router.web.keys import SERVICES
from router.web.middleware import json_response, refuse_forged
from router.web.reading import body_of
from router.web.staff import staff_of

routes = web.RouteTableDef()

CANNED = "/api/v1/canned"
ONE = CANNED + "/{id:[A-Za-z0-9_\\-]{1,40}}"
LONGEST_QUERY = 100


@routes.get(CANNED)
async def find(request: web.Request) -> web.Response:
    """List canned responses, or those that fit `q`."""
    me = await staff_of(request)
    query = request.query.get("q", "")[:LONGEST_QUERY]
    return json_response(await _desk(request).find(me, query))


@routes.post(CANNED)
async def add(request: web.Request) -> web.Response:
    """Keep a new canned response."""
    refuse_forged(request)
    me = await staff_of(request)
    return json_response(await _desk(request).add(me, await body_of(request, wc.SaveCanned)), 201)


@routes.put(ONE)
async def change(request: web.Request) -> web.Response:
    """Change a canned response."""
    refuse_forged(request)
    me = await staff_of(request)
    wanted = await body_of(request, wc.SaveCanned)
    return json_response(await _desk(request).change(me, request.match_info["id"], wanted))


@routes.post(f"{ONE}/removal")
async def remove(request: web.Request) -> web.Response:
    """Remove a canned response as it was last seen."""
    refuse_forged(request)
    me = await staff_of(request)
    revision = request.query.get("revision", "")
    if not revision.isdecimal() or len(revision) > 9:
        raise Malformed("`revision` is the number the text was last seen with")
    await _desk(request).remove(me, request.match_info["id"], int(revision))
    return web.Response(status=204)


@routes.get("/api/v1/conversations/{id:[A-Za-z0-9_\\-]{8,40}}/suggestions")
async def suggest(request: web.Request) -> web.Response:
    """Suggest answers to what the shopper said last."""
    await staff_of(request)
    return json_response(await suggestions(request.app[SERVICES], request.match_info["id"]))


@routes.post("/api/v1/staff/uploads")
async def upload(request: web.Request) -> web.Response:
    """Take an agent's image as a shopper's is taken: checked, freed of metadata, written anew."""
    refuse_forged(request)
    me = await staff_of(request)
    if not me.may(Role.AGENT):
        raise Forbidden("只有接待的客服可以发图片。")
    services = request.app[SERVICES]
    images = ImageFolder.of(services.settings)
    image = await images.take(request.content, request.content_length, request.content_type)
    await services.store.add_upload(image, me.id, services.now())
    return json_response(
        wire.Uploaded(image.id, image.mime, image.size, image.width, image.height), 201
    )


def _desk(request: web.Request) -> CannedDesk:
    return CannedDesk(request.app[SERVICES])
