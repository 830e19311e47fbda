"""Entries: list, page, drafts, reviews and checks."""

from __future__ import annotations

from aiohttp import web

from knowledge_base.errors import EditConflict
from router import wire_knowledge as kb
from router.desk.knowledge.entries import Asked, Only, Step
from router.domain.errors import Malformed
from router.web.keys import EDITOR_DESK, SERVICES
from router.web.knowledge.asking import edited, number_of, reader, saying
from router.web.middleware import json_response

routes = web.RouteTableDef()

KEY = "{key:[A-Za-z0-9_-]{1,80}}"
LONGEST_QUERY = 200
ONLY: tuple[Only, ...] = ("edited", "dated", "unpublished")


@routes.get("/api/v1/kb/entries")
async def entries(request: web.Request) -> web.Response:
    """List entries, all or those that are searched for."""
    await reader(request)
    query = request.query.get("query", "")
    if len(query) > LONGEST_QUERY:
        raise Malformed(f"`query` has more than {LONGEST_QUERY} characters")
    asked = Asked(query, request.query.get("category", ""), _only(request.query.get("only", "")))
    desk, today = request.app[EDITOR_DESK], request.app[SERVICES].today()
    return json_response(await desk.entries.entries(asked, today))


def _only(text: str) -> Only | None:
    for known in ONLY:
        if text == known:
            return known
    if text:
        raise Malformed(f"`only` is one of {', '.join(ONLY)}")
    return None


@routes.get(f"/api/v1/kb/entries/{KEY}")
async def entry(request: web.Request) -> web.Response:
    """Give what the editor opens."""
    await reader(request)
    desk = request.app[EDITOR_DESK]
    return json_response(await desk.entries.page(request.match_info["key"], saying(request)))


@routes.put(f"/api/v1/kb/entries/{KEY}/draft")
async def save_draft(request: web.Request) -> web.Response:
    """Keep a draft, or answer with what somebody else saved and both merged."""
    author, wanted = await edited(request, kb.SaveDraft)
    key, say = request.match_info["key"], saying(request)
    if wanted.entry.key.strip() != key:
        raise Malformed("`entry.key` differs from the key in the address")
    desk, at = request.app[EDITOR_DESK].entries, request.app[SERVICES].now()
    try:
        return json_response(await desk.save(key, wanted, author, at, say))
    except EditConflict as conflict:
        return json_response(await desk.conflict(wanted, conflict, say), 409)


@routes.post(
    f"/api/v1/kb/entries/{KEY}/revisions/{{number:[0-9]+}}/{{step:submit|approve|reject|ready}}"
)
async def move(request: web.Request) -> web.Response:
    """Let a revision take a step."""
    author, wanted = await edited(request, kb.MoveRevision)
    step: Step = request.match_info["step"]  # type: ignore[assignment]  # the route allows no other
    moved = await request.app[EDITOR_DESK].entries.move(
        request.match_info["key"],
        number_of(request, "number"),
        step,
        author,
        request.app[SERVICES].now(),
        wanted.reason,
    )
    return json_response(moved)


@routes.post("/api/v1/kb/check")
async def check(request: web.Request) -> web.Response:
    """Give findings for an entry that is not saved."""
    _, wanted = await edited(request, kb.CheckEntry)
    desk = request.app[EDITOR_DESK]
    return json_response(await desk.entries.check(wanted, saying(request)))
