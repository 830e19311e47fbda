"""The router's internal API, as the action server uses it; a router that is down is a value."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

import aiohttp
import msgspec

from bot.actions.orders import Order
from bot.lexicon import Reason

_TIMEOUT_SECONDS: Final = 2.0
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class NotFound:
    """There is no such order, or it is not this shopper's."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The router did not answer in time, or not in its own words."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The shop refuses the return; `detail` may be shown to the shopper."""

    detail: str


class StartedReturn(msgspec.Struct, frozen=True, rename={"number": "return"}):
    """A return the router has booked; `freight` says who pays: shop or shopper."""

    number: str
    refund: str
    freight: str
    pickup: str


class _Orders(msgspec.Struct, frozen=True):
    orders: tuple[Order, ...]


class _Failure(msgspec.Struct, frozen=True):
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the router is, the service token, and the zone in which times are shown."""

    router_url: str
    token: str
    zone: ZoneInfo

    @classmethod
    def from_environment(cls) -> Settings:
        """Read JIELI_ROUTER_URL, JIELI_SERVICE_TOKEN and JIELI_TIMEZONE."""
        return cls(
            router_url=os.environ.get("JIELI_ROUTER_URL", "http://127.0.0.1:8080").rstrip("/"),
            token=os.environ.get("JIELI_SERVICE_TOKEN", ""),
            zone=ZoneInfo(os.environ.get("JIELI_TIMEZONE", "Asia/Shanghai")),
        )


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    body: bytes

    def read(self, shape: type[_Answer]) -> _Answer | Unavailable:
        try:
            return msgspec.json.decode(self.body, type=shape)
        except msgspec.DecodeError:
            return Unavailable()


@dataclass(frozen=True, slots=True)
class RouterApi:
    """Typed calls to the router."""

    session: aiohttp.ClientSession
    url: str

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: Settings) -> AsyncIterator[RouterApi]:
        """Open a client for one turn."""
        async with aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {settings.token}"},
            timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS),
        ) as session:
            yield cls(session, settings.router_url)

    async def orders(self, shopper: str) -> tuple[Order, ...] | Unavailable:
        """Return the shopper's orders, newest first."""
        reply = await self._call("GET", f"/internal/v1/shoppers/{quote(shopper, safe='')}/orders")
        match reply:
            case _Reply(status=200):
                read = reply.read(_Orders)
                return read.orders if isinstance(read, _Orders) else read
            case _:
                return Unavailable()

    async def order(self, number: str, shopper: str | None) -> Order | NotFound | Unavailable:
        """Return one order of the shopper."""
        params = {"shopper": shopper} if shopper else {}
        reply = await self._call("GET", f"/internal/v1/orders/{number}", params=params)
        match reply:
            case _Reply(status=200):
                return reply.read(Order)
            case _Reply(status=404):
                return NotFound()
            case _:
                return Unavailable()

    async def start_return(
        self, number: str, shopper: str, reason: Reason, pickup: str
    ) -> StartedReturn | Refused | Unavailable:
        """Book the return of an order with a pick-up window."""
        body = {"shopper": shopper, "reason": reason.value, "pickup": pickup}
        reply = await self._call("POST", f"/internal/v1/orders/{number}/return", body=body)
        match reply:
            case _Reply(status=200):
                return reply.read(StartedReturn)
            case _Reply(status=404):
                return Refused("没有查到这笔订单。")
            case _Reply(status=409):
                failure = reply.read(_Failure)
                return Refused(failure.detail) if isinstance(failure, _Failure) else failure
            case _:
                return Unavailable()

    async def _call(
        self,
        method: str,
        path: str,
        params: dict[str, str] | None = None,
        body: dict[str, str] | None = None,
    ) -> _Reply | Unavailable:
        try:
            async with self.session.request(
                method, self.url + path, params=params, json=body
            ) as response:
                return _Reply(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError):
            return Unavailable()
