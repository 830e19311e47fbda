"""A shop over HTTP whose answers a test chooses, and that counts what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]
COAT, SHIRT = "JN2611210001", "JN2611160003"
AT = "2026-11-20T10:00:00+08:00"


def order(number: str = COAT, shopper: str = "xiaoman", **more: Any) -> dict[str, Any]:
    """Give an order as the shop's contract has it."""
    fields = {
        "shopper": shopper,
        "number": number,
        "state": "shipped",
        "placed_at": AT,
        "total": "899.00",
        "items": [{"title": "双面羊毛大衣", "spec": "M 驼色", "quantity": 1, "price": "899.00"}],
        "product_line": "apparel",
    }
    return {**fields, **more}


@dataclass
class FaultyShop:
    """Answers by the ask, until a test gives it another behaviour."""

    answers: dict[str, Any] = field(default_factory=dict)
    behaves: list[Behaviour] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    always: Behaviour | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one question."""
        body = await request.read()
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        self.asked.append(json.loads(body))
        if self.behaves:
            return await self.behaves.pop(0)(request)
        if self.always is not None:
            return await self.always(request)
        answer = self.answers.get(self.asked[-1]["ask"])
        if answer is None:
            return web.json_response({"code": "not_found"}, status=404)
        return web.json_response(answer)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Serve while the block runs, and give the address."""
        app = web.Application()
        app.router.add_post("/jieli", self.handle)
        server = TestServer(app)
        await server.start_server()
        try:
            yield str(server.make_url("/jieli"))
        finally:
            await server.close()


def status(code: int, body: Any = None) -> Behaviour:
    """Answer with a status."""

    async def behave(request: web.Request) -> web.StreamResponse:
        return web.json_response(body if body is not None else {}, status=code)

    return behave


def says(text: str | bytes, content_type: str = "application/json") -> Behaviour:
    """Answer 200 with whatever."""

    async def behave(request: web.Request) -> web.StreamResponse:
        raw = text.encode() if isinstance(text, str) else text
        return web.Response(body=raw, content_type=content_type)

    return behave


async def hangs(request: web.Request) -> web.StreamResponse:
    """Never answer, within a test's patience."""
    await asyncio.sleep(5)
    return web.Response()


async def drips(request: web.Request) -> web.StreamResponse:
    """Send a byte at a time, each soon enough to keep the connection, never all."""
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(200):
        await response.write(b" ")
        await asyncio.sleep(0.02)
    return response


async def breaks_off(request: web.Request) -> web.StreamResponse:
    """Promise more than is sent, and hang up."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"shopper": ')
    assert request.transport is not None
    request.transport.abort()
    return response
