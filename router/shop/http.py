"""A shop over HTTP: signed questions, deadlines, retries; what it does wrong is a value.

docs/shop.md is the contract.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import aiohttp
import msgspec
import structlog

from router.breaker import Breaker
from router.shop import shapes
from router.shop.memory import Key, Memory
from router.shop.operations import Operation
from router.shop.protocol import (
    Coupon,
    Done,
    Logistics,
    Membership,
    NoSuchOrder,
    Refund,
    Refused,
    ShopOrder,
    ShopUnavailable,
)

log = structlog.get_logger(__name__)

MAX_ANSWER = 1_000_000
"""Bytes of an answer that are read; a longer one is none."""
ATTEMPTS = 3
FIRST_WAIT = 0.05
ANSWERS = frozenset({200, 404, 409})
TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
Value_co = TypeVar("Value_co", covariant=True)
Value = TypeVar("Value")


class _Shape(Protocol[Value_co]):
    def value(self, shopper: str) -> Value_co: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for a question and for an operation, all attempts together."""

    ask: float = 0.9
    perform: float = 1.2


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why an attempt failed, whether the shop may have heard it, and whether to try again."""

    why: str
    sent: bool = True
    may_pass: bool = True


class HttpShop:
    """Asks one address, each question a signed POST; keeps the last answers for bad moments."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        secret: str,
        *,
        breaker: Breaker,
        memory: Memory,
        clock: Callable[[], dt.datetime],
        chance: Callable[[], float],
        patience: Patience | None = None,
    ) -> None:
        self._session = session
        self._url = url
        self._secret = secret.encode()
        self._breaker = breaker
        self._memory = memory
        self._now = clock
        self._chance = chance
        self._patience = patience or Patience()

    connected = True

    @property
    def available(self) -> bool:
        """Tell whether the last calls were answered."""
        return not self._breaker.failing

    async def orders(self, shopper: str) -> tuple[ShopOrder, ...] | ShopUnavailable:
        """Give a shopper's orders, newest first."""
        answer = await self._ask(Key("orders", shopper), shapes.Orders)
        return ShopUnavailable("no such shopper") if isinstance(answer, NoSuchOrder) else answer

    async def order(
        self, number: str, shopper: str | None
    ) -> ShopOrder | NoSuchOrder | ShopUnavailable:
        """Give one order of the shopper's; what the list of orders said last will do too."""
        if shopper is None:
            return NoSuchOrder(number)
        number = number.upper()
        answer = await self._ask(Key("order", shopper, number), shapes.Order)
        if isinstance(answer, ShopUnavailable):
            listed = self._memory.last(Key("orders", shopper), self._now()) or ()
            return next((one for one in listed if one.card.number == number), answer)
        if isinstance(answer, ShopOrder) and answer.card.number != number:
            return self._nonsense("it is about another order than the one asked about")
        return answer

    async def logistics(
        self, number: str, shopper: str
    ) -> Logistics | NoSuchOrder | ShopUnavailable:
        """Give every word of the carrier on an order."""
        return await self._ask(Key("logistics", shopper, number.upper()), shapes.Logistics)

    async def refunds(self, shopper: str) -> tuple[Refund, ...] | ShopUnavailable:
        """Give a shopper's refunds, newest first."""
        answer = await self._ask(Key("refunds", shopper), shapes.Refunds)
        return () if isinstance(answer, NoSuchOrder) else answer

    async def coupons(self, shopper: str) -> tuple[Coupon, ...] | ShopUnavailable:
        """Give the coupons a shopper may use now."""
        answer = await self._ask(Key("coupons", shopper), shapes.Coupons)
        return () if isinstance(answer, NoSuchOrder) else answer

    async def membership(self, shopper: str) -> Membership | ShopUnavailable:
        """Give a shopper's tier and spend by calendar year."""
        answer = await self._ask(Key("membership", shopper), shapes.Membership)
        return Membership(shopper, None, {}) if isinstance(answer, NoSuchOrder) else answer

    async def perform(
        self, operation: Operation, key: str
    ) -> Done | Refused | NoSuchOrder | ShopUnavailable:
        """Do an operation, once for each `key`: the shop knows a key again."""
        body = {"ask": "perform", "key": key, "operation": operation}
        reply = await self._call(body, self._patience.perform, key)
        self._memory.forget(operation.shopper)
        answer = self._read(reply, shapes.Done, operation.shopper)
        if isinstance(answer, NoSuchOrder):
            return NoSuchOrder(getattr(operation, "order", ""))
        if isinstance(answer, ShopUnavailable) and isinstance(reply, _Reply):
            return ShopUnavailable(answer.why, perhaps_done=True)
        return answer

    async def _ask(
        self, key: Key, shape: type[_Shape[Value]]
    ) -> Value | NoSuchOrder | ShopUnavailable:
        known = self._memory.fresh(key, self._now())
        if known is not None:
            return known  # type: ignore[no-any-return]
        body = {"ask": key.ask, "shopper": key.shopper}
        if key.order:
            body["order"] = key.order
        answer = self._read(await self._call(body, self._patience.ask), shape, key.shopper)
        match answer:
            case ShopUnavailable():
                return self._memory.last(key, self._now()) or answer
            case NoSuchOrder():
                return NoSuchOrder(key.order)
            case Refused():
                return self._nonsense("it refuses a question")
            case _:
                self._memory.note(key, answer, self._now())
                return answer

    def _read(
        self, reply: _Reply | ShopUnavailable, shape: type[_Shape[Value]], shopper: str
    ) -> Value | NoSuchOrder | Refused | ShopUnavailable:
        """Give what a reply says; what does not fit the contract is no answer."""
        if isinstance(reply, ShopUnavailable):
            return reply
        try:
            if reply.status == 200:
                value = msgspec.json.decode(reply.body, type=shape).value(shopper)
                self._breaker.succeeded()
                return value
            problem = msgspec.json.decode(reply.body, type=shapes.Problem)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, shapes.Wrong) as error:
            return self._nonsense(f"{reply.status}: {error}")
        self._breaker.succeeded()
        if problem.code == "not_found":
            return NoSuchOrder("")
        return Refused(problem.detail or "商城没有同意这次操作。")

    async def _call(
        self, body: dict[str, Any], seconds: float, key: str = ""
    ) -> _Reply | ShopUnavailable:
        """Ask within the time, again after a failure that may pass; each wait is twice the last."""
        if self._breaker.holds_back():
            return ShopUnavailable("the shop has failed repeatedly and is left alone for a moment")
        encoded, why, sent = msgspec.json.encode(body), "", False
        try:
            async with asyncio.timeout(seconds):
                for attempt in range(ATTEMPTS):
                    if attempt:
                        await asyncio.sleep(FIRST_WAIT * 2**attempt * (0.5 + self._chance()))
                    tried = await self._try(encoded, key)
                    if isinstance(tried, _Reply):
                        return tried
                    why, sent = tried.why, sent or tried.sent
                    if not tried.may_pass:
                        break
        except TimeoutError:
            why, sent = f"no answer within {seconds} s" + (f" ({why})" if why else ""), True
        return self._gave_up(why, perhaps_done=sent)

    async def _try(self, body: bytes, key: str) -> _Reply | _Trouble:
        try:
            reply = await self._post(body, key)
        except aiohttp.ClientConnectorError as error:
            return _Trouble(f"cannot be reached: {error.os_error}", sent=False)
        except aiohttp.InvalidURL:
            return _Trouble("the address of the shop is none", sent=False, may_pass=False)
        except shapes.Wrong as error:
            return _Trouble(str(error), may_pass=False)
        except (aiohttp.ClientError, ConnectionError, ValueError) as error:
            return _Trouble(f"broke off: {type(error).__name__}")
        if reply.status in ANSWERS:
            return reply
        again = reply.status in TRY_AGAIN
        return _Trouble(f"it answered {reply.status}", sent=again, may_pass=again)

    async def _post(self, body: bytes, key: str) -> _Reply:
        timestamp = str(int(self._now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Jieli-Timestamp": timestamp,
            "X-Jieli-Signature": signature(self._secret, timestamp, body),
        }
        if key:
            headers["Idempotency-Key"] = key
        async with self._session.post(
            self._url, data=body, headers=headers, allow_redirects=False
        ) as response:
            read = bytearray()
            async for chunk in response.content.iter_chunked(65_536):
                read += chunk
                if len(read) > MAX_ANSWER:
                    raise shapes.Wrong(f"the answer has more than {MAX_ANSWER} bytes")
            return _Reply(response.status, bytes(read))

    def _nonsense(self, why: str) -> ShopUnavailable:
        return self._gave_up(f"the answer is not of the contract: {why}")

    def _gave_up(self, why: str, *, perhaps_done: bool = False) -> ShopUnavailable:
        self._breaker.failed()
        log.warning("the shop gave no answer", why=why)
        return ShopUnavailable(why, perhaps_done)


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Give sha256= and the hex HMAC of "{timestamp}.{body}"."""
    signed = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"
