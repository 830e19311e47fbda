"""The router's internal API, as the action server uses it; a router that is down is a value."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Final, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

import aiohttp
import msgspec

from bot.actions.orders import Order
from bot.pickup import Pickups

_TIMEOUT_SECONDS: Final = 2.0
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class NotFound:
    """There is no such order, or it is not this shopper's."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Router or shop did not answer in time, or not in their own words.

    An operation is `perhaps_done` unless the shop is known not to have been reached.
    """

    perhaps_done: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """The shop refuses the operation; `detail` may be shown to the shopper."""

    detail: str


class Done(msgspec.Struct, frozen=True):
    """What the shop has done; `freight` says who pays: shop or shopper."""

    number: str
    amount: str | None = None
    freight: str | None = None
    pickup: str | None = None
    by: datetime | None = None
    detail: str = ""


class Refund(msgspec.Struct, frozen=True):
    """Money on its way back; `state` is requested, received, approved, paid or refused."""

    number: str
    order: str
    amount: str
    state: str
    asked_at: datetime
    paid_at: datetime | None = None
    expected_by: datetime | None = None
    to: str = ""
    detail: str = ""
    as_of: datetime | None = None


class _Orders(msgspec.Struct, frozen=True):
    orders: tuple[Order, ...]


class _Refunds(msgspec.Struct, frozen=True):
    refunds: tuple[Refund, ...]


class _Pickups(msgspec.Struct, frozen=True):
    days: Annotated[tuple[date, ...], msgspec.Meta(min_length=1)]
    today: date
    morning: tuple[time, time]
    afternoon: tuple[time, time]


class _Failure(msgspec.Struct, frozen=True):
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the router is, the token, the zone of times, and when couriers come, if asked."""

    router_url: str
    token: str
    zone: ZoneInfo
    asked_pickups: Pickups | None = None

    def pickups(self, now: datetime) -> Pickups:
        """Return when couriers come: as the shop says, else as usual."""
        return self.asked_pickups or Pickups.usual(now.astimezone(self.zone).date())

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

    async def refunds(self, shopper: str) -> tuple[Refund, ...] | Unavailable:
        """Return the shopper's refunds, newest first."""
        path = f"/internal/v1/shoppers/{quote(shopper, safe='')}/refunds"
        match await self._call("GET", path):
            case _Reply(status=200) as reply:
                read = reply.read(_Refunds)
                return read.refunds if isinstance(read, _Refunds) else read
            case _:
                return Unavailable()

    async def pickups(self) -> Pickups | None:
        """Return when couriers come; None if the router does not say."""
        match await self._call("GET", "/internal/v1/pickups"):
            case _Reply(status=200) as reply:
                read = reply.read(_Pickups)
                if isinstance(read, _Pickups):
                    return Pickups(read.today, read.days, read.morning, read.afternoon)
        return None

    async def perform(
        self, operation: str, key: str, fields: Mapping[str, str | int]
    ) -> Done | Refused | Unavailable:
        """Have the shop do an operation on an order; it is done once for each `key`."""
        body = {"key": key, "operation": {"operation": operation, **fields}}
        reply = await self._call("POST", "/internal/v1/operations", body=body)
        match reply:
            case _Reply(status=200):
                return reply.read(Done)
            case _Reply(status=404):
                return Refused("没有查到这笔订单。")
            case _Reply(status=409):
                failure = reply.read(_Failure)
                return Refused(failure.detail) if isinstance(failure, _Failure) else failure
            case _Reply(status=503):
                failure = reply.read(_Failure)
                silent = isinstance(failure, _Failure) and failure.code == "shop_unavailable"
                return Unavailable(perhaps_done=not silent)
            case _:
                return Unavailable()

    async def _call(
        self,
        method: str,
        path: str,
        params: dict[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> _Reply | Unavailable:
        try:
            async with self.session.request(
                method, self.url + path, params=params, json=body
            ) as response:
                return _Reply(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError):
            return Unavailable()
