"""Training: the console's frame, runs with their reports, what serves, and the try-it box."""

from __future__ import annotations

from aiohttp import web

from router import wire_training
from router import wire_knowledge as kb
from router.web.keys import EDITOR_DESK, SERVICES
from router.web.knowledge.asking import edited, editor, reader
from router.web.middleware import json_response

routes = web.RouteTableDef()


@routes.get("/api/v1/kb")
async def console(request: web.Request) -> web.Response:
    """Give what the console's frame shows; polled by every open console."""
    await reader(request)
    desk = request.app[EDITOR_DESK].training
    return json_response(await desk.console(request.app[SERVICES].now()))


@routes.get("/api/v1/kb/runs")
async def runs(request: web.Request) -> web.Response:
    """List the runs, newest first."""
    await reader(request)
    desk = request.app[EDITOR_DESK].training
    return json_response(await desk.list(request.app[SERVICES].now()))


@routes.post("/api/v1/kb/runs")
async def ask_for_run(request: web.Request) -> web.Response:
    """Ask for a run; whoever keeps the bot processes starts it."""
    author, at = await editor(request), request.app[SERVICES].now()
    return json_response(await request.app[EDITOR_DESK].training.ask(author, at), 202)


@routes.get("/api/v1/kb/runs/{run:[A-Za-z0-9_-]{1,64}}/report")
async def report(request: web.Request) -> web.Response:
    """Give a run's report as it was written."""
    await reader(request)
    found = await request.app[EDITOR_DESK].training.report(request.match_info["run"])
    return web.Response(body=found, content_type="application/json")


@routes.get("/api/v1/kb/model")
async def model(request: web.Request) -> web.Response:
    """Tell which model answers."""
    await reader(request)
    desk = request.app[EDITOR_DESK].training
    return json_response(await desk.serving(request.app[SERVICES].now()))


@routes.post("/api/v1/kb/model")
async def serve_model(request: web.Request) -> web.Response:
    """Serve a model that served once, or the one before."""
    author, wanted = await edited(request, wire_training.ModelWanted)
    desk, at = request.app[EDITOR_DESK].training, request.app[SERVICES].now()
    return json_response(await desk.serve(wanted.model, author, at), 202)


@routes.post("/api/v1/kb/try")
async def try_it(request: web.Request) -> web.Response:
    """Read and answer a text, live beside candidate; nothing is stored."""
    _, wanted = await edited(request, kb.TryIt)
    return json_response(await request.app[EDITOR_DESK].trying.try_(wanted))
