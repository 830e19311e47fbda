"""Who may give a shopper what: limits by tier, agent, order and day, and the budgets they draw on.

Amounts are integer cents. A grant draws on every budget it is charged to, all or none; the store
adds to a budget only while it stays within its limit.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct, field

from router.domain.errors import Forbidden, InvalidAmount, Refusal
from router.domain.message import OrderCard
from router.domain.money import cents_of, yuan_of
from router.domain.people import Role, Staff

Yuan = Annotated[str, Meta(pattern=r"^[0-9]{1,5}(\.[0-9]{1,2})?$")]
EVER = "ever"
"""The period of a budget that no new day fills again."""


class GrantKind(enum.StrEnum):
    """What is given."""

    COUPON = "coupon"
    AMOUNT = "amount"
    RETURN = "return"


class GrantState(enum.StrEnum):
    """Where a grant stands; `granted` is committed and on its way to the shop's system."""

    REQUESTED = "requested"
    GRANTED = "granted"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    FAILED = "failed"
    DECLINED = "declined"
    REVERSED = "reversed"


class Limit(enum.StrEnum):
    """Which limit a grant is above."""

    PER_GRANT = "per_grant"
    AGENT_DAY = "agent_day"
    PER_ORDER = "per_order"
    SHOP_DAY = "shop_day"
    RETURN_DAYS = "return_days"
    ONCE = "once"


class Authority(Struct, frozen=True, forbid_unknown_fields=True):
    """The policy's [authority]: amounts in yuan, as text."""

    per_grant: dict[str, Yuan] = field(
        default_factory=lambda: {"ordinary": "20", "silver": "30", "gold": "50", "diamond": "100"}
    )
    agent_day: Yuan = "300"
    agents: dict[str, Yuan] = field(default_factory=dict)
    supervisor_per_grant: Yuan = "500"
    supervisor_day: Yuan = "3000"
    per_order: Yuan = "600"
    shop_day: Yuan = "5000"
    return_value: dict[str, Yuan] = field(
        default_factory=lambda: {"ordinary": "500", "silver": "800", "gold": "1500"}
    )
    return_agent_day: Yuan = "5000"
    return_supervisor_day: Yuan = "50000"
    return_days: Annotated[int, Meta(ge=0, le=365)] = 15

    def __post_init__(self) -> None:
        for name, tiers in (("per_grant", self.per_grant), ("return_value", self.return_value)):
            if "ordinary" not in tiers:
                raise ValueError(f"`{name}` names no limit for `ordinary`, which every tier has")

    def grant_limit(self, kind: GrantKind, tier: str) -> int:
        """Give what an agent may grant alone at once to a shopper of a tier."""
        by_tier = self.return_value if kind is GrantKind.RETURN else self.per_grant
        return _cents(by_tier.get(tier, by_tier["ordinary"]))

    def day_limit(self, kind: GrantKind, who: Staff, *, supervising: bool) -> int:
        """Give what a member of staff may grant in a day."""
        if kind is GrantKind.RETURN:
            return _cents(self.return_supervisor_day if supervising else self.return_agent_day)
        if supervising:
            return _cents(self.supervisor_day)
        return _cents(self.agents.get(who.login, self.agent_day))


@dataclass(frozen=True, slots=True)
class Charge:
    """What one grant draws on one budget."""

    scope: str
    period: str
    cents: int
    limit: int
    name: Limit


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for a shopper; `number` names one of the shopper's own orders, or none."""

    kind: GrantKind
    cents: int
    shopper: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Something given to a shopper, or asked for and waiting for a supervisor."""

    id: str
    client_id: str
    conversation: str
    case: int
    shopper: str
    tier: str
    kind: GrantKind
    cents: int
    order: str | None
    reason: str
    asked_by: str
    asked_at: dt.datetime
    state: GrantState
    over: Limit | None = None
    decided_by: str | None = None
    decided_at: dt.datetime | None = None
    note: str = ""
    attempts: int = 0
    next_try_at: dt.datetime | None = None
    error: str = ""
    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class GrantFilter:
    """Which grants an audit looks at: asked for from `since` on and before `until`.

    `staff` is whoever asked or decided.
    """

    since: dt.datetime | None = None
    until: dt.datetime | None = None
    staff: str | None = None
    state: GrantState | None = None
    kind: GrantKind | None = None


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One line of the audit trail: what happened to a grant, by whom, when and why."""

    grant: str
    at: dt.datetime
    event: str
    by: str | None
    why: str


def above(
    wanted: Wanted, order: OrderCard | None, tier: str, rules: Authority, now: dt.datetime
) -> Limit | None:
    """Tell which limit of a single grant an agent would pass, before any budget is asked."""
    if wanted.cents > rules.grant_limit(wanted.kind, tier):
        return Limit.PER_GRANT
    if wanted.kind is GrantKind.RETURN and order is not None:
        delivered = order.delivered_at
        if delivered is None or now - delivered > dt.timedelta(days=rules.return_days):
            return Limit.RETURN_DAYS
    return None


def refuse_what_nobody_may(wanted: Wanted, order: OrderCard | None, rules: Authority) -> None:
    """Refuse what no approval makes right."""
    kind = wanted.kind
    if kind is GrantKind.RETURN:
        if order is None:
            raise InvalidAmount("退货要选一个订单。")
        if order.state != "delivered":
            raise InvalidAmount("只有已签收的订单可以批准退货。")
        return
    if kind is GrantKind.AMOUNT and order is None:
        raise InvalidAmount("退差补偿要选一个订单；没有订单请发优惠券。")
    if kind is GrantKind.AMOUNT and order is not None and order.state in {"unpaid", "closed"}:
        raise InvalidAmount("这个订单没有付款，不能补偿到订单上。")
    most = _cents(rules.supervisor_per_grant)
    if wanted.cents > most:
        raise InvalidAmount(f"一次最多补偿 {yuan_of(most)} 元，主管也批不了更多。")
    if order is not None and wanted.cents > cents_of(order.total):
        raise InvalidAmount(f"补偿不能超过订单金额 {order.total} 元。")


def charges(
    wanted: Wanted, who: Staff, day: dt.date, rules: Authority, *, supervising: bool = False
) -> tuple[Charge, ...]:
    """Give the budgets a grant draws on when `who` decides it on the shop's local `day`.

    The shop's own comes first: every grant locks it, so that two never wait for each other.
    """
    period, cents = day.isoformat(), wanted.cents
    own = rules.day_limit(wanted.kind, who, supervising=supervising)
    if wanted.kind is GrantKind.RETURN:
        return (
            Charge(f"return:{wanted.number}", EVER, 1, 1, Limit.ONCE),
            Charge(f"returns:{who.id}", period, cents, own, Limit.AGENT_DAY),
        )
    per_order = _cents(rules.per_order)
    # Without an order the shopper stands in its place, a day at a time.
    about = (
        Charge(f"order:{wanted.number}", EVER, cents, per_order, Limit.PER_ORDER)
        if wanted.number
        else Charge(f"shopper:{wanted.shopper}", period, cents, per_order, Limit.PER_ORDER)
    )
    return (
        Charge("shop", period, cents, _cents(rules.shop_day), Limit.SHOP_DAY),
        about,
        Charge(f"staff:{who.id}", period, cents, own, Limit.AGENT_DAY),
    )


def refuse_judge(grant: Grant, who: Staff) -> None:
    """Refuse whoever may not decide a request: no supervisor, or the one who asked."""
    if not who.may(Role.SUPERVISOR):
        raise Forbidden("只有主管可以审批。")
    if grant.asked_by == who.id:
        raise Forbidden("不能审批自己提的申请，请另一位主管来批。")


class NotReversible(Refusal):
    """The grant has reached the shopper, or has ended already."""

    code = "not_reversible"


def retry_after(attempts: int) -> dt.timedelta:
    """Give how long to wait after a number of failed deliveries: 5 s, doubling, at most 10 min."""
    return dt.timedelta(seconds=min(600, 5 * 2 ** max(0, attempts - 1)))


MAX_ATTEMPTS = 8
LONGEST_WAIT = dt.timedelta(minutes=11)
"""No delivery is ever due later than this from now: what is, was noted by a clock ahead of us."""


def said_over(limit: Limit) -> str:
    """Say which limit is reached, to staff."""
    said = {
        Limit.PER_GRANT: "超过单次额度",
        Limit.AGENT_DAY: "今天的个人额度用完了",
        Limit.PER_ORDER: "这个订单的补偿额度用完了",
        Limit.SHOP_DAY: "全店今天的补偿预算用完了",
        Limit.RETURN_DAYS: "超过可快速退货的天数",
        Limit.ONCE: "这个订单已经批准过退货",
    }
    return said[limit]


def _cents(yuan: str) -> int:
    whole, _, part = yuan.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))
