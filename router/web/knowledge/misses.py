"""The misses inbox: clusters, misses with their proof, and one action each."""

from __future__ import annotations

import datetime as dt

import msgspec
from aiohttp import web

from knowledge_base.misses import MissState
from router import wire_misses
from router import wire_knowledge as kb
from router.desk.knowledge.misses import Listed
from router.domain.errors import Malformed
from router.web.keys import EDITOR_DESK, SERVICES
from router.web.knowledge.asking import (
    FURTHEST,
    MAX_ENTRY,
    PAGE,
    editor,
    query_number,
    reader,
    saying,
)
from router.web.middleware import json_response
from router.web.reading import decoded

routes = web.RouteTableDef()

_commands: msgspec.json.Decoder[wire_misses.MissCommand] = msgspec.json.Decoder(wire_misses.MissCommand)


@routes.get("/api/v1/kb/inbox")
async def inbox(request: web.Request) -> web.Response:
    """Give the open misses in clusters."""
    await reader(request)
    return json_response(await request.app[EDITOR_DESK].misses.overview(_now(request)))


@routes.get("/api/v1/kb/misses")
async def misses(request: web.Request) -> web.Response:
    """List misses, newest first."""
    await reader(request)
    given = request.query
    ids = tuple(one for one in given.get("ids", "").split(",") if one)
    if len(ids) > PAGE:
        raise Malformed(f"`ids` names more than {PAGE} misses")
    asked = Listed(
        state=_state(given.get("state", "")),
        entry=given.get("entry") or None,
        ids=ids,
        limit=query_number(request, "limit", 100, PAGE),
        offset=query_number(request, "offset", 0, FURTHEST),
    )
    desk = request.app[EDITOR_DESK].misses
    return json_response(await desk.misses(asked, _now(request), saying(request)))


@routes.post("/api/v1/kb/misses")
async def move(request: web.Request) -> web.Response:
    """Do one action with misses; all of them or none."""
    author = await editor(request)
    command = await decoded(request, _commands, MAX_ENTRY)
    desk = request.app[EDITOR_DESK].misses
    return json_response(await desk.move(command, author, _now(request), saying(request)))


def _now(request: web.Request) -> dt.datetime:
    return request.app[SERVICES].now()


def _state(text: str) -> MissState | None:
    if not text:
        return None
    try:
        return MissState(text)
    except ValueError as error:
        raise Malformed(f"`state` is one of {', '.join(MissState)}") from error
