"""Brings grants to the shop's system after their commit: the outbox, with retries."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from router import hub, wire_care
from router.desk import announce, payouts
from router.desk.payouts import Carried, NotCarried
from router.desk.services import Services
from router.domain.authority import Grant, GrantKind
from router.domain.message import Body, Draft, Sender
from router.domain.money import yuan_of
from router.store import Granted
from router.texts import Texts

log = structlog.get_logger(__name__)

TIMEOUT = dt.timedelta(seconds=20)
"""How long one call may take; well within the store's lease."""

Carry = Callable[[Grant], Awaitable[Carried | NotCarried]]


class Deliveries:
    """One task that empties the outbox while there is something due."""

    def __init__(self, services: Services, carry: Carry | None = None) -> None:
        self._services = services
        self.carry: Carry = carry or (lambda grant: payouts.carry_out(services.shop, grant))
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def wake(self) -> None:
        """Look for grants that are due, soon; calling it twice does no harm."""
        self._again = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="deliveries")

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """Stop; what is under way is taken up again after its lease."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def say(self, conversation: str, draft: Draft) -> None:
        """Append what the shop says by itself, once for its client id, and announce it."""
        changed = await self._services.store.say(conversation, draft, self._services.now())
        if not changed.duplicate:
            announce.messages(self._services, changed)

    async def tell_reversed(self, grant: Grant) -> None:
        """Tell the shopper that what was promised does not come, if it was promised."""
        texts = await self._texts(grant)
        promised = await self._services.store.said(grant.conversation, f"grant:{grant.id}")
        if promised:
            text = texts.grant_reversed.format(what=_what(grant, texts))
            await self._tell(grant, text, f"grant:{grant.id}:reversed")

    async def _run(self) -> None:
        while self._again:
            self._again = False
            book, now = self._services.store.grants, self._services.now()
            try:
                due = await book.claim_due(now) if await book.is_due(now) else []
                for grant in due:
                    await self._deliver(grant)
            except Exception:
                # Whatever was claimed comes back after its lease.
                log.exception("deliveries failed")
                return
            self._again = self._again or bool(due)

    async def _deliver(self, grant: Grant) -> None:
        services, book = self._services, self._services.store.grants
        texts = await self._texts(grant)
        await self._tell(grant, texts.granted.format(what=_what(grant, texts)), f"grant:{grant.id}")
        outcome = await self._carried(grant)
        match outcome:
            case Carried():
                settled = await book.delivered(grant, outcome.receipt, services.now())
            case NotCarried():
                log.warning("a grant was not carried out", grant=grant.id, why=outcome.why)
                settled = await book.undelivered(
                    grant, outcome.why, services.now(), final=outcome.final
                )
        self._publish(settled)

    async def _carried(self, grant: Grant) -> Carried | NotCarried:
        try:
            async with asyncio.timeout(TIMEOUT.total_seconds()):
                return await self.carry(grant)
        except TimeoutError:
            return NotCarried("店铺系统没有及时回应", final=False)
        except Exception as error:
            log.exception("the shop's connector failed", grant=grant.id)
            return NotCarried(f"店铺系统出错：{type(error).__name__}", final=False)

    def _publish(self, settled: Granted) -> None:
        if not settled.duplicate:
            self._services.hub.publish(wire_care.GrantChanged(settled.grant), hub.DESK)

    async def _tell(self, grant: Grant, text: str, client_id: str) -> None:
        await self.say(grant.conversation, Draft(Sender.SYSTEM, Body(text), client_id=client_id))

    async def _texts(self, grant: Grant) -> Texts:
        thread = await self._services.store.thread(grant.conversation)
        return self._services.languages.of(thread.conversation.context.locale)


def _what(grant: Grant, texts: Texts) -> str:
    amount = yuan_of(grant.cents)
    match grant.kind:
        case GrantKind.COUPON:
            return texts.grant_coupon.format(amount=amount)
        case GrantKind.AMOUNT:
            return texts.grant_amount.format(amount=amount, order=grant.order)
        case GrantKind.RETURN:
            return texts.grant_return.format(order=grant.order)
