"""Writes to shoppers of their orders by plan, seldom, by day, and never to who wants none."""

from __future__ import annotations

import datetime as dt

import structlog

from router.desk import announce
from router.desk.orders import orders_of
from router.desk.services import Services
from router.domain.follow_ups import FollowUp, Reachable, asks_to_stop, is_due, said
from router.domain.message import Body, Button, Draft, Message, OrderCard, Sender, Source
from router.domain.people import Shopper
from router.shop import ShopUnavailable
from router.store import Changed

log = structlog.get_logger(__name__)

EVERY = dt.timedelta(seconds=60)
PAGE = 50


class FollowUpDesk:
    """Goes through the quiet conversations of known shoppers, a page at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._after = ""
        self._rested_at: dt.datetime | None = None

    async def sweep(self) -> None:
        """Look at the next page of conversations, unless it is night or nothing is planned."""
        services, now = self._services, self._services.now()
        rules = services.rules()
        if not rules.follow_ups or rules.follow_up_limits.is_quiet(
            now.astimezone(services.settings.zone)
        ):
            return
        rested = self._rested_at
        if rested is not None and rested <= now < rested + EVERY:
            return
        quiet_since = now - dt.timedelta(minutes=rules.follow_up_limits.quiet_minutes)
        page = await services.store.follow_ups.reachable(self._after, quiet_since, PAGE)
        for reached in page:
            await self._look_at(reached)
        ended = len(page) < PAGE
        self._after = "" if ended else page[-1].conversation.id
        self._rested_at = now if ended else None

    async def heard(self, message: Message) -> bool:
        """Note that a shopper wants no more follow-ups, if this says so; they are told."""
        services, text = self._services, message.body.text
        if not asks_to_stop(text, after_follow_up=True):
            return False
        last = await services.store.follow_ups.last_of_shop(message.conversation, message.seq)
        after = last is not None and last.source.plan is not None
        if not asks_to_stop(text, after_follow_up=after):
            return False
        thread = await services.store.thread(message.conversation)
        texts = services.languages.of(thread.conversation.context.locale)
        draft = Draft(
            Sender.SYSTEM, Body(texts.follow_ups_stopped), client_id=f"stop:{message.seq}"
        )
        changed = await services.store.follow_ups.stop(message.conversation, draft, services.now())
        if not changed.duplicate:
            announce.messages(services, changed)
        return True

    async def _look_at(self, reached: Reachable) -> None:
        services, now = self._services, self._services.now()
        orders = await orders_of(services, Shopper(reached.shopper, anonymous=False))
        if isinstance(orders, ShopUnavailable):
            return
        due = [
            (plan, order)
            for plan in services.rules().follow_ups
            for order in orders
            if is_due(plan, order, reached, now)
        ]
        if not due:
            return
        sent = await services.store.follow_ups.sent(reached.shopper)
        for plan, order in due:
            if (plan.name, order.number) in sent:
                continue
            changed = await self._send(reached, plan, order)
            if changed is not None:
                # One at a time: the next waits until it has been quiet again.
                return

    async def _send(self, reached: Reachable, plan: FollowUp, order: OrderCard) -> Changed | None:
        services = self._services
        locale = reached.conversation.context.locale
        stop = services.languages.of(locale).follow_ups_stop
        body = Body(
            said(plan, order, services.settings.zone, locale),
            buttons=(Button(stop, say=stop),),
            card=order if plan.card else None,
        )
        draft = Draft(Sender.BOT, body, source=Source(plan=plan.name))
        limits = services.rules().follow_up_limits
        changed = await services.store.follow_ups.send(
            reached, plan.name, order.number, draft, limits, services.now()
        )
        if changed is not None:
            log.info("follow-up sent", plan=plan.name, order=order.number)
            announce.messages(services, changed)
        return changed
