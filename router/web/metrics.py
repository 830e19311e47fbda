"""The figures of the desk for a monitor, in the text format of Prometheus, behind the token."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from router.desk.supervisor import measures
from router.web.internal import require_service
from router.web.keys import SERVICES, SUPERVISOR_DESK

routes = web.RouteTableDef()


@routes.get("/internal/v1/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Give what waits, what is late, and how well waits are told."""
    require_service(request)
    desk = request.app[SUPERVISOR_DESK]
    registry = CollectorRegistry()
    for name, (help_text, value) in (await measures(request.app[SERVICES], desk)).items():
        Gauge(f"jieli_{name}", help_text, registry=registry).set(value)
    return web.Response(body=generate_latest(registry), content_type="text/plain", charset="utf-8")
