"""The edge of what staff do for a shopper besides talking: grants and their approval."""

from __future__ import annotations

import datetime as dt
import enum
from typing import TypeVar

from aiohttp import web

from router import wire_care
from router.domain.authority import GrantFilter, GrantKind, GrantState
from router.domain.errors import Malformed
from router.web.keys import CARE, SERVICES
from router.web.middleware import json_response, refuse_forged
from router.web.reading import body_of
from router.web.staff import staff_of

routes = web.RouteTableDef()
E = TypeVar("E", bound=enum.StrEnum)

CONVERSATION = "/api/v1/conversations/{id:[A-Za-z0-9_\\-]{8,40}}"
TASK = "/api/v1/tasks/{id:[A-Za-z0-9_\\-]{1,40}}"
GRANT = "/api/v1/grants/{id:[A-Za-z0-9_\\-]{1,40}}"


@routes.get(f"{CONVERSATION}/care")
async def care(request: web.Request) -> web.Response:
    """Show what stands beside a conversation."""
    me = await staff_of(request)
    return json_response(await request.app[CARE].grants.view(me, request.match_info["id"]))


@routes.post(f"{CONVERSATION}/grants")
async def ask(request: web.Request) -> web.Response:
    """Give the shopper something, or ask a supervisor for it."""
    refuse_forged(request)
    me = await staff_of(request)
    wanted = await body_of(request, wire_care.AskGrant)
    return json_response(
        await request.app[CARE].grants.ask(me, request.match_info["id"], wanted), 201
    )


@routes.get("/api/v1/grants")
async def audit(request: web.Request) -> web.Response:
    """List grants for an audit, by days of the shop, staff, state and kind."""
    me = await staff_of(request)
    zone = request.app[SERVICES].settings.zone
    wanted = GrantFilter(
        since=_midnight(request, "since", zone),
        until=_midnight(request, "until", zone, after=1),
        staff=request.query.get("staff") or None,
        state=_one_of(request, "state", GrantState),
        kind=_one_of(request, "kind", GrantKind),
    )
    return json_response(await request.app[CARE].grants.audit(me, wanted))


def _midnight(
    request: web.Request, name: str, zone: dt.tzinfo, after: int = 0
) -> dt.datetime | None:
    """Give when a day of the shop begins, or so many days later."""
    text = request.query.get(name)
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text) + dt.timedelta(days=after)
        return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"`{name}` is a day such as 2026-11-29, not {text[:40]!r}") from error


def _one_of(request: web.Request, name: str, kind: type[E]) -> E | None:
    text = request.query.get(name)
    if not text:
        return None
    try:
        return kind(text)
    except ValueError as error:
        known = ", ".join(one.value for one in kind)
        raise Malformed(f"`{name}` is one of {known}, not {text[:40]!r}") from error


@routes.post(f"{GRANT}/decision")
async def decide(request: web.Request) -> web.Response:
    """Approve or decline a request."""
    refuse_forged(request)
    me = await staff_of(request)
    decision = await body_of(request, wire_care.DecideGrant)
    return json_response(
        await request.app[CARE].grants.decide(me, request.match_info["id"], decision)
    )


@routes.post(f"{GRANT}/reversal")
async def reverse(request: web.Request) -> web.Response:
    """Take back what has not reached the shopper."""
    refuse_forged(request)
    me = await staff_of(request)
    wanted = await body_of(request, wire_care.ReverseGrant)
    return json_response(
        await request.app[CARE].grants.reverse(me, request.match_info["id"], wanted.why)
    )


@routes.post(f"{GRANT}/retry")
async def retry(request: web.Request) -> web.Response:
    """Send a failed grant once more."""
    refuse_forged(request)
    me = await staff_of(request)
    return json_response(await request.app[CARE].grants.retry(me, request.match_info["id"]))


@routes.get(f"{GRANT}/trail")
async def trail(request: web.Request) -> web.Response:
    """Show the audit trail of a grant."""
    me = await staff_of(request)
    return json_response(await request.app[CARE].grants.trail(me, request.match_info["id"]))


@routes.post(f"{CONVERSATION}/promises")
async def add_promise(request: web.Request) -> web.Response:
    """Note a promise by hand."""
    refuse_forged(request)
    me = await staff_of(request)
    wanted = await body_of(request, wire_care.AddPromise)
    promise = await request.app[CARE].promises.add(me, request.match_info["id"], wanted)
    return json_response(promise, 201)


@routes.post("/api/v1/promises/{id:[A-Za-z0-9_\\-]{1,40}}")
async def change_promise(request: web.Request) -> web.Response:
    """Mark a promise as kept or as none, or move it."""
    refuse_forged(request)
    me = await staff_of(request)
    wanted = await body_of(request, wire_care.ChangePromise)
    return json_response(
        await request.app[CARE].promises.change(me, request.match_info["id"], wanted)
    )


@routes.post(f"{TASK}/take")
async def take(request: web.Request) -> web.Response:
    """Take a recovery task."""
    refuse_forged(request)
    me = await staff_of(request)
    return json_response(await request.app[CARE].aftercare.take(me, request.match_info["id"]))


@routes.post(f"{TASK}/done")
async def finish(request: web.Request) -> web.Response:
    """Close a recovery task with what came of it."""
    refuse_forged(request)
    me = await staff_of(request)
    wanted = await body_of(request, wire_care.FinishTask)
    return json_response(
        await request.app[CARE].aftercare.done(me, request.match_info["id"], wanted.outcome)
    )


@routes.get("/api/v1/supervisor/care")
async def overview(request: web.Request) -> web.Response:
    """Show the supervisors what waits for them."""
    me = await staff_of(request)
    desk = request.app[CARE].grants
    return json_response(
        wire_care.CareOverview(
            at=request.app[SERVICES].now(),
            approvals=await desk.approvals(me),
            budgets=await desk.budgets(me),
            tasks=await request.app[CARE].aftercare.tasks(me),
        )
    )
