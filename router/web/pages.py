"""The pages: demo shop, desk, widget script, health."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from router.desk.services import Services
from router.domain.errors import NotFound
from router.settings import ROOT
from router.web.keys import SERVICES
from router.web.middleware import json_response

routes = web.RouteTableDef()

DIST = ROOT / "web" / "dist"
NOT_BUILT = "页面还没有构建，请运行 make web。"


@routes.get("/api/v1/health")
async def health(request: web.Request) -> web.Response:
    """Tell whether the router works, and whether its bot does."""
    services = request.app[SERVICES]
    release = await services.knowledge.release()
    return json_response(
        {
            "status": "ok",
            "bot": "available" if services.bot.available else "unavailable",
            "release": release.number if release else None,
            "shop": _shop(services),
        }
    )


def _shop(services: Services) -> str:
    if not services.shop.connected:
        return "none"
    return "available" if services.shop.available else "unavailable"


@routes.get("/widget.js")
async def widget(request: web.Request) -> web.StreamResponse:
    """Give the script that a storefront embeds."""
    return _file(DIST / "widget.js", cache="public, max-age=300", cross_origin=True)


@routes.get("/")
async def home(request: web.Request) -> web.StreamResponse:
    """Show the demo shop, or lead to the desk when there is none."""
    if not request.app[SERVICES].settings.demo:
        raise web.HTTPFound("/desk/")
    return _file(DIST / "shop" / "index.html")


@routes.get("/shop/{path:.*}")
async def shop(request: web.Request) -> web.StreamResponse:
    """Give the demo shop's files."""
    if not request.app[SERVICES].settings.demo:
        raise NotFound("the demo shop is off")
    return _app_file(DIST / "shop", request.match_info["path"])


@routes.get("/desk")
async def desk_home(request: web.Request) -> web.StreamResponse:
    """Lead to the desk."""
    raise web.HTTPFound("/desk/")


@routes.get("/desk/{path:.*}")
async def desk(request: web.Request) -> web.StreamResponse:
    """Give the desk's files; every address of its own shows the desk."""
    return _app_file(DIST / "desk", request.match_info["path"])


@routes.get("/favicon.ico")
async def favicon(request: web.Request) -> web.StreamResponse:
    """Say that there is none, without an error in the log."""
    return web.Response(status=204)


def _app_file(root: Path, path: str) -> web.StreamResponse:
    try:
        wanted = (root / path).resolve()
        found = wanted.is_relative_to(root.resolve()) and wanted.is_file()
    except (OSError, ValueError) as error:  # No file can have such a name.
        raise NotFound("there is no such page") from error
    if found:
        hashed = "assets" in wanted.parts
        return _file(wanted, cache="public, max-age=31536000, immutable" if hashed else "no-cache")
    if Path(path).suffix:
        raise NotFound(f"there is no {path}")
    return _file(root / "index.html")


def _file(path: Path, *, cache: str = "no-cache", cross_origin: bool = False) -> web.FileResponse:
    if not path.is_file():
        raise NotFound(NOT_BUILT)
    headers = {"Cache-Control": cache}
    if cross_origin:
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return web.FileResponse(path, headers=headers)
