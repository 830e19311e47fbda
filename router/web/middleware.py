"""Errors become one shape, pages get their headers, foreign origins are refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from knowledge_base.errors import KnowledgeError
from router import wire
from router.desk.knowledge.phrasebook import told
from router.domain.canned import CannedChanged, UnknownVariable
from router.domain.errors import (
    AlreadyTaken,
    AtCapacity,
    ClientIdReused,
    EpochMoved,
    Forbidden,
    IllegalMove,
    InvalidAmount,
    InvalidText,
    InvalidUpload,
    Malformed,
    NotFound,
    Refusal,
    ShopRefused,
    ShopSilent,
    ShopUnsure,
    TooManyAttempts,
    Unauthorized,
    UnknownConversation,
    UnknownMessage,
)
from router.domain.promises import InvalidDueTime
from router.store import Overloaded, WriterClosed
from router.web.keys import PHRASEBOOK, SERVICES

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_STATUS: dict[type[Refusal], int] = {
    AlreadyTaken: 409,
    AtCapacity: 409,
    CannedChanged: 409,
    UnknownVariable: 422,
    ClientIdReused: 409,
    EpochMoved: 409,
    IllegalMove: 409,
    Forbidden: 403,
    InvalidAmount: 422,
    InvalidDueTime: 422,
    InvalidText: 422,
    InvalidUpload: 422,
    Malformed: 422,
    NotFound: 404,
    ShopRefused: 409,
    ShopSilent: 503,
    ShopUnsure: 503,
    TooManyAttempts: 429,
    Unauthorized: 401,
    UnknownConversation: 404,
    UnknownMessage: 404,
}

_KNOWLEDGE_STATUS = {
    "invalid_entries": 422,
    "no_usable_wording": 422,
    "reason_missing": 422,
    "unknown_format": 422,
    "no_report": 404,
    "unknown_entry": 404,
    "unknown_misses": 404,
    "unknown_model": 404,
    "unknown_release": 404,
    "unknown_revision": 404,
    "unknown_run": 404,
}
"""What the knowledge base refuses besides conflicts, which are 409."""

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' ws: wss:; script-src 'self'; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'self'; object-src 'none'"
)


def json_response(value: object, status: int = 200) -> web.Response:
    """Answer with a value as JSON."""
    return web.Response(body=wire.encode(value), status=status, content_type="application/json")


def problem(code: str, detail: str, status: int) -> web.Response:
    """Answer with an error of the one shape."""
    return json_response(wire.Problem(code, detail), status)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give every error a code, a text that helps, and the right status; never a stack trace."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return problem(refusal.code, refusal.detail, _STATUS.get(type(refusal), 409))
    except KnowledgeError as error:
        say = request.app[PHRASEBOOK].speaking(request.headers.get("Accept-Language", ""))
        return problem(error.code, told(error, say), _KNOWLEDGE_STATUS.get(error.code, 409))
    except (Overloaded, WriterClosed):
        return problem("overloaded", "系统繁忙，请稍后重试。", 503)
    except web.HTTPRequestEntityTooLarge as error:
        return problem("too_large", f"内容太大：{error.text}", 413)
    except web.HTTPNotFound:
        return problem("not_found", f"没有 {request.path} 这个地址。", 404)
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        return problem("method_not_allowed", f"这个地址只接受 {allowed}。", 405)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return problem("malformed", error.text or error.reason, error.status)
    except Exception:
        log.exception("request failed", path=request.path)
        return problem("internal", "服务器出错了，已记录，请稍后重试。", 500)


@web.middleware
async def headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Add security headers, and CORS for the storefronts that may embed the widget."""
    origin = request.headers.get("Origin")
    foreign = origin is not None and not same_origin(request, origin)
    allowed = origin is not None and origin in request.app[SERVICES].settings.allowed_origins
    if request.method == "OPTIONS" and foreign:
        response: web.StreamResponse = (
            web.Response(status=204) if allowed else problem("forbidden", _foreign(origin), 403)
        )
    else:
        response = await handler(request)
    if response.prepared:
        return response
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Content-Security-Policy", CSP)
    if foreign and allowed and origin is not None:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Max-Age"] = "600"
        response.headers["Vary"] = "Origin"
    return response


def same_origin(request: web.Request, origin: str) -> bool:
    """Tell whether a browser's Origin is the address it asked."""
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:
        return False


def refuse_foreign(request: web.Request, *, embedded: bool) -> None:
    """Refuse a browser from a foreign origin; embedding storefronts only where `embedded`."""
    origin = request.headers.get("Origin")
    if origin is None or same_origin(request, origin):
        return
    if embedded and origin in request.app[SERVICES].settings.allowed_origins:
        return
    raise Forbidden(_foreign(origin))


def refuse_forged(request: web.Request) -> None:
    """Refuse requests that another site's form could send."""
    refuse_foreign(request, embedded=False)
    if request.headers.get("X-Jieli") != "1":
        raise Forbidden("the header X-Jieli: 1 is missing")


def _foreign(origin: str | None) -> str:
    return f"the origin {origin} may not connect: add it to `allowed_origins`"


def address_of(request: web.Request) -> str:
    """Give the peer's address, through as many proxies as are trusted."""
    trusted = request.app[SERVICES].settings.trusted_proxies
    forwarded = request.headers.get("X-Forwarded-For", "")
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    if trusted and len(hops) >= trusted:
        return hops[-trusted]
    return request.remote or "unknown"


def is_secure(request: web.Request) -> bool:
    """Tell whether the browser speaks TLS, to us or to a trusted proxy."""
    if request.app[SERVICES].settings.trusted_proxies:
        return request.headers.get("X-Forwarded-Proto", request.scheme) == "https"
    return request.scheme == "https"
