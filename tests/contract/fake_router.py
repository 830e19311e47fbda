"""A router's internal API with a few orders in memory, on a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any

from aiohttp import web

TOKEN = "contract-token"


class Weather(Enum):
    """How the router behaves."""

    FINE = auto()
    BROKEN = auto()
    STUCK = auto()


def order(number: str, state: str, title: str, **more: Any) -> dict[str, Any]:
    """Return an order as the router gives it."""
    return {
        "number": number,
        "state": state,
        "placed_at": "2026-11-20T10:00:00+08:00",
        "store": "online",
        "product_line": "apparel",
        "items": [{"title": title, "spec": "M", "quantity": 1, "price": "299.00"}],
        "total": "299.00",
        "carrier": None,
        "tracking": None,
        "last_event": None,
        "promised_ship_at": None,
        "delivered_at": None,
        "returnable": False,
        "not_returnable_reason": "这笔订单还没有签收。",
        **more,
    }


def shipped(number: str, title: str) -> dict[str, Any]:
    """Return an order that is on its way."""
    seen = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    return order(
        number,
        "shipped",
        title,
        carrier="中通快递",
        tracking="ZT5566778899",
        last_event={"at": seen, "text": "到达绍兴转运中心"},
    )


def delivered(number: str, title: str, **more: Any) -> dict[str, Any]:
    """Return a delivered order that can be returned unless `more` says otherwise."""
    fields = {"returnable": True, "not_returnable_reason": None, **more}
    return order(number, "delivered", title, delivered_at="2026-11-20T18:30:00+08:00", **fields)


@dataclass
class FakeRouter:
    """Orders and refunds by shopper, what was asked, and what was done, by its key."""

    orders: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    refunds: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    done: dict[str, tuple[str, str, dict[str, Any]]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    weather: Weather = Weather.FINE
    url: str = ""

    @property
    def returns(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the booked returns, each order with what was said of it."""
        done = self.done.values()
        return [(number, fields) for name, number, fields in done if name == "apply_for_return"]

    def start(self) -> None:
        """Serve on a free port until `stop`."""
        self._ready = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        """Stop serving."""
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/internal/v1/shoppers/{shopper}/orders", self._list)
        app.router.add_get("/internal/v1/orders/{number}", self._one)
        app.router.add_get("/internal/v1/shoppers/{shopper}/refunds", self._refunds)
        app.router.add_post("/internal/v1/operations", self._perform)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self._ready.set()
        await self._done.wait()
        await runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.calls.append(f"{request.method} {request.path_qs}")
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"code": "unauthorized"}, status=401)
        match self.weather:
            case Weather.BROKEN:
                return web.Response(text="upstream broke", status=502)
            case Weather.STUCK:
                await asyncio.sleep(8)
        return await handler(request)  # type: ignore[no-any-return]

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response({"orders": self.orders.get(request.match_info["shopper"], [])})

    def _find(self, number: str, shopper: str | None) -> dict[str, Any] | None:
        mine = self.orders.get(shopper or "", [])
        return next((found for found in mine if found["number"] == number), None)

    async def _one(self, request: web.Request) -> web.Response:
        found = self._find(request.match_info["number"], request.query.get("shopper"))
        if found is None:
            return web.json_response({"code": "order_not_found"}, status=404)
        return web.json_response(found)

    async def _refunds(self, request: web.Request) -> web.Response:
        return web.json_response({"refunds": self.refunds.get(request.match_info["shopper"], [])})

    async def _perform(self, request: web.Request) -> web.Response:
        body = await request.json()
        fields = dict(body["operation"])
        name, number = fields.pop("operation"), fields.pop("order")
        if number in self.refusals:
            detail = self.refusals[number]
            return web.json_response({"code": "shop_refused", "detail": detail}, status=409)
        if body["key"] not in self.done:
            self.done[body["key"]] = (name, number, fields)
        receipt = {"number": "RT2611220001", "amount": "299.00", "freight": "shop"}
        by = (datetime.now(UTC) + timedelta(hours=24)).isoformat()
        return web.json_response({**receipt, "pickup": fields.get("pickup"), "by": by})
