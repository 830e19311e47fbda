"""The brief: what an agent needs to know before the first word, built from what is stored."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from router import wire
from router.desk.account import account_of
from router.desk.brief_lines import Known, corrected, known_of, lines_of
from router.desk.orders import order_in_focus, orders_of
from router.desk.services import Services
from router.domain.handoff import Handoff, Reason
from router.domain.message import Message, OrderCard, Sender
from router.shop import ShopUnavailable
from router.store import DecisionLine, Listed

ORDERS_SHOWN = 5
IMAGES_SHOWN = 12


async def brief_of(services: Services, listed: Listed) -> wire.Brief:
    """Give the brief of a conversation's case as it stands."""
    store, thread, handoff = services.store, listed.thread, listed.handoff
    conversation, shopper = thread.conversation, thread.shopper
    decisions = await store.decisions(conversation.id, conversation.case)
    messages = await store.messages_after(conversation.id, 0, staff=False)
    release = await services.knowledge.release()
    titles = {entry.key: entry.title for entry in release.entries} if release else {}
    images = [m.body.image for m in messages if m.body.image is not None]
    tried = _tried(decisions, messages, titles)
    orders, account = await asyncio.gather(_orders(services, listed), account_of(services, shopper))
    cases = await store.cases.earlier(conversation.id)
    began = max((one.last_seq for one in cases), default=0)
    known = Known(
        listed=listed,
        asked=_asked(listed, tried),
        decisions=decisions,
        tried=tried,
        messages=[m for m in messages if m.seq > began],
        orders=orders.shown,
        promises=await store.promises.of_conversation(conversation.id),
        cases=cases,
        staff={one.id: one.name for one in await store.list_staff()},
        policy=services.rules().cases,
    )
    corrections = await store.cases.corrections(conversation.id, conversation.case)
    return wire.Brief(
        asked=known.asked,
        lines=corrected(lines_of(known), corrections),
        known=known_of(known),
        reason=handoff.reason.value if handoff else None,
        detail=handoff.detail if handoff else "",
        tried=tried,
        orders=orders.shown,
        orders_note=orders.note,
        orders_as_of=orders.as_of,
        account=account,
        mood=tuple(wire.MoodPoint(line.seq, line.anger, line.level) for line in decisions),
        shopper=shopper.id,
        shopper_name=shopper.name,
        tier=shopper.tier,
        anonymous=shopper.anonymous,
        context=conversation.context,
        images=tuple(images[-IMAGES_SHOWN:]),
        earlier_cases=conversation.case - 1,
        waited_seconds=_waited(services, handoff),
    )


def _waited(services: Services, handoff: Handoff | None) -> int | None:
    if handoff is None:
        return None
    until = handoff.accepted_at or services.now()
    return int((until - handoff.queued_at).total_seconds())


def _asked(listed: Listed, tried: tuple[wire.TriedAnswer, ...]) -> str:
    """Give what the shopper wants: of one who only asked for a human, the question before it."""
    handoff = listed.handoff
    if handoff is None:
        return listed.last_text
    if handoff.reason is Reason.EXPLICIT_REQUEST and tried:
        return tried[-1].question or handoff.asked
    return handoff.asked


def _tried(
    lines: list[DecisionLine], messages: list[Message], titles: dict[str, str]
) -> tuple[wire.TriedAnswer, ...]:
    """Pair each decided question with what the bot said before the next one.

    To a message it hands over the bot says nothing: what comes after it answers the one before.
    """
    lines = [line for line in lines if line.kind != "hand_off"]
    by_seq = {message.seq: message for message in messages}
    ends = [later.seq for _, later in pairwise(lines)] + [None] if lines else []
    tried: list[wire.TriedAnswer] = []
    for line, end in zip(lines, ends, strict=True):
        said = [
            m
            for m in messages
            if m.sender is Sender.BOT and m.seq > line.seq and (end is None or m.seq < end)
        ]
        if not said:
            continue
        question = by_seq.get(line.seq)
        tried.append(
            wire.TriedAnswer(
                seq=line.seq,
                question=question.body.text if question else "",
                rule=line.rule,
                entry=line.entry,
                title=titles.get(line.entry or ""),
                answer="\n".join(m.body.text for m in said),
                confidence=line.confidence,
                helpful=next((m.helpful for m in said if m.helpful is not None), None),
                release=line.release,
                model=line.model,
            )
        )
    return tuple(tried)


@dataclass(frozen=True, slots=True)
class _Orders:
    """The shopper's orders, the one in question first, and what has to be said of them."""

    shown: tuple[OrderCard, ...] = ()
    note: Literal["anonymous", "no_shop", "silent", "remembered"] | None = None
    as_of: dt.datetime | None = None


async def _orders(services: Services, listed: Listed) -> _Orders:
    shopper, context = listed.thread.shopper, listed.thread.conversation.context
    if shopper.anonymous:
        return _Orders(note="anonymous")
    if not services.shop.connected:
        return _Orders(note="no_shop")
    found = await orders_of(services, shopper)
    if isinstance(found, ShopUnavailable):
        return _Orders(note="silent")
    focus = await order_in_focus(
        services, shopper, context, listed.handoff.asked if listed.handoff else ""
    )
    others = [o for o in found if focus is None or o.number != focus.number]
    shown = tuple(([focus] if focus else []) + others)[:ORDERS_SHOWN]
    as_of = min((order.as_of for order in shown if order.as_of is not None), default=None)
    return _Orders(shown, "remembered" if as_of is not None else None, as_of)
