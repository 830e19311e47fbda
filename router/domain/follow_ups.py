"""Follow-ups the shop sends by itself: which orders a plan is for now, and who wants none."""

from __future__ import annotations

import datetime as dt
import enum
import re
from dataclasses import dataclass
from string import Formatter
from typing import Annotated

from msgspec import Meta, Struct

from router.domain.conversation import Conversation, Status
from router.domain.message import OrderCard

Hours = Annotated[float, Meta(ge=0, le=24 * 60)]
Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
PLACES = frozenset({"order", "item", "date"})
HOUR = dt.timedelta(hours=1)


class When(enum.StrEnum):
    """What a plan waits for, in the life of an order."""

    SHIPS_SOON = "ships_soon"
    SHIPPED_LATE = "shipped_late"
    PRESALE_WAIT = "presale_wait"
    PARCEL_STUCK = "parcel_stuck"
    DELIVERED_QUIET = "delivered_quiet"


class FollowUp(Struct, frozen=True, forbid_unknown_fields=True):
    """One plan of the policy's [[follow_ups]].

    `hours` is how long before (ships_soon) or after its moment the plan is due; it stays due for
    `within_hours`. Empty sets are for all.
    """

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    when: When
    hours: Hours
    text: Annotated[str, Meta(min_length=1, max_length=500)]
    english: Annotated[str, Meta(max_length=500)] = ""
    within_hours: Annotated[float, Meta(gt=0, le=24 * 60)] = 72
    tiers: frozenset[str] = frozenset()
    product_lines: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    card: bool = True

    def __post_init__(self) -> None:
        for text in (self.text, self.english):
            places = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
            if not places <= PLACES:
                raise ValueError(f"follow-up {self.name!r}: only {{order}}, {{item}}, {{date}}")


class FollowUpLimits(Struct, frozen=True, forbid_unknown_fields=True):
    """The policy's [follow_up_limits]: how often, when not, and how long it has to be quiet."""

    most: Annotated[int, Meta(ge=0, le=100)] = 2
    within_days: Annotated[float, Meta(gt=0, le=365)] = 7
    quiet_from: Clock = "21:30"
    quiet_until: Clock = "09:00"
    quiet_minutes: Annotated[float, Meta(ge=0, le=1440)] = 30

    def is_quiet(self, local: dt.datetime) -> bool:
        """Tell whether nothing is sent at this time of the day; equal ends mean never quiet."""
        start, end = dt.time.fromisoformat(self.quiet_from), dt.time.fromisoformat(self.quiet_until)
        now = local.time()
        if start <= end:
            return start <= now < end
        return now >= start or now < end


@dataclass(frozen=True, slots=True)
class Reachable:
    """A conversation the shop may write into, with who its shopper is."""

    conversation: Conversation
    shopper: str
    tier: str
    spoke_at: dt.datetime | None
    """When the shopper said something last."""


def may_write(conversation: Conversation, limits: FollowUpLimits, now: dt.datetime) -> bool:
    """Tell whether a follow-up would disturb nobody: no human, no queue, nothing going on."""
    free = conversation.status in {Status.BOT, Status.RESOLVED} and not conversation.keeps_place
    quiet = now - conversation.updated_at >= dt.timedelta(minutes=limits.quiet_minutes)
    return free and quiet and not conversation.answer_is_due


def is_due(plan: FollowUp, order: OrderCard, reached: Reachable, now: dt.datetime) -> bool:
    """Tell whether a plan is for an order of this shopper's, now."""
    wanted = (
        (plan.tiers, reached.tier),
        (plan.product_lines, order.product_line),
        (plan.stores, order.store),
        (plan.channels, reached.conversation.context.channel),
    )
    if any(names and value not in names for names, value in wanted):
        return False
    moment = _moment(plan, order, reached)
    # What the shop said a while ago is not enough to write of by oneself.
    if moment is None or order.as_of is not None:
        return False
    return moment <= now < moment + plan.within_hours * HOUR


def _moment(plan: FollowUp, order: OrderCard, reached: Reachable) -> dt.datetime | None:
    """Give from when on a plan is due for an order; None when it is not for it."""
    waits = order.state in {"paid", "presale"}
    promised, span = order.promised_ship_at, plan.hours * HOUR
    match plan.when:
        case When.SHIPS_SOON:
            return promised - span if waits and promised else None
        case When.SHIPPED_LATE:
            return promised + span if waits and promised else None
        case When.PRESALE_WAIT:
            return order.placed_at + span if order.state == "presale" else None
        case When.PARCEL_STUCK:
            last = order.last_event.at if order.last_event else None
            return last + span if order.state == "shipped" and last else None
        case When.DELIVERED_QUIET:
            delivered = order.delivered_at if order.state == "delivered" else None
            spoke = reached.spoke_at
            if delivered is None or (spoke is not None and spoke > delivered):
                return None
            return delivered + span


def said(plan: FollowUp, order: OrderCard, zone: dt.tzinfo, locale: str) -> str:
    """Give what a plan says of an order."""
    promised = order.promised_ship_at
    date = promised.astimezone(zone) if promised else None
    text = plan.english if locale == "en" and plan.english else plan.text
    return text.format(
        order=order.number,
        item=order.items[0].title if order.items else "",
        date="" if date is None else f"{date.month}月{date.day}日" if text is plan.text
        else f"{date:%d %b}",
    )  # fmt: skip


_STOP = re.compile(
    r"^(?:退订|td|unsubscribe)[。！!.~]*$|退订(?:提醒|消息|推送|通知|这)|"
    r"(?:别|不要|请勿|勿|停止|取消|不用|不必)(?:再)?(?:给我|向我|主动)?(?:发送?|推送?|提醒)"
    r"(?:这(?:种|些|类)|此类)?(?:的)?(?:消息|提醒|推送|通知|短信|广告)|"
    r"(?:不想|不要|不愿)(?:再)?(?:收到?|接收|看到?)(?:你们?的?)?(?:这(?:种|些|类)|此类|任何)?(?:的)?"
    r"(?:消息|提醒|推送|通知|广告)|stop (?:sending|messaging)",
    re.IGNORECASE,
)
_STOP_IN_REPLY = re.compile(
    r"(?:别|不要|不用|不必)(?:再)?(?:给我|主动)?(?:发(?!货|票|出|过)|推送?(?!荐)|打扰|烦我|骚扰)|"
    r"^(?:stop|t|td|退订)[。！!.~]*$",
    re.IGNORECASE,
)


def asks_to_stop(text: str, *, after_follow_up: bool) -> bool:
    """Tell whether a shopper wants no more follow-ups.

    别再发了 only means that right after one; elsewhere it may be said of anything.
    """
    if len(text) > 40 or text.rstrip().endswith(("?", "？", "吗")):
        return False
    return bool(_STOP.search(text.strip())) or (
        after_follow_up and bool(_STOP_IN_REPLY.search(text.strip()))
    )
