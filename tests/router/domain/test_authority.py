"""Who may give what: limits by tier, order and day."""

import datetime as dt

import msgspec
import pytest

from router.domain.authority import (
    EVER,
    Authority,
    GrantKind,
    Limit,
    Wanted,
    above,
    charges,
    refuse_judge,
    refuse_what_nobody_may,
    retry_after,
)
from router.domain.errors import Forbidden, InvalidAmount
from router.domain.message import OrderCard
from router.domain.people import Role, Staff
from tests.router.people import LINA, NOON
from tests.router.store.test_grants import grant

RULES = Authority()
DAY = dt.date(2026, 11, 21)
CHEN = Staff("staff-chen", "chen", "陈静", frozenset({Role.SUPERVISOR}))


def order(state: str = "delivered", total: str = "369.00", days: float | None = 3) -> OrderCard:
    delivered = NOON - dt.timedelta(days=days) if days is not None else None
    return OrderCard("JN2611160003", state, NOON, "apparel", (), total, delivered_at=delivered)


def wanted(kind: GrantKind, cents: int, number: str | None = "JN2611160003") -> Wanted:
    return Wanted(kind, cents, "xiaoman", number)


@pytest.mark.parametrize(
    ("kind", "cents", "tier", "days", "limit"),
    [
        (GrantKind.COUPON, 2_000, "ordinary", 3, None),
        (GrantKind.COUPON, 2_001, "ordinary", 3, Limit.PER_GRANT),
        (GrantKind.AMOUNT, 2_001, "gold", 3, None),
        (GrantKind.AMOUNT, 2_001, "a tier nobody set a limit for", 3, Limit.PER_GRANT),
        (GrantKind.RETURN, 36_900, "ordinary", 3, None),
        (GrantKind.RETURN, 50_001, "ordinary", 3, Limit.PER_GRANT),
        (GrantKind.RETURN, 36_900, "ordinary", 15, None),
        (GrantKind.RETURN, 36_900, "ordinary", 15.01, Limit.RETURN_DAYS),
        (GrantKind.RETURN, 36_900, "ordinary", None, Limit.RETURN_DAYS),
    ],
)
def test_what_an_agent_may_give_alone(
    kind: GrantKind, cents: int, tier: str, days: float | None, limit: Limit | None
) -> None:
    assert above(wanted(kind, cents), order(days=days), tier, RULES, NOON) is limit


@pytest.mark.parametrize(
    ("kind", "cents", "about", "word"),
    [
        (GrantKind.COUPON, 50_001, None, "最多补偿"),
        (GrantKind.COUPON, 36_901, order(), "不能超过订单金额"),
        (GrantKind.AMOUNT, 500, None, "要选一个订单"),
        (GrantKind.AMOUNT, 500, order(state="unpaid"), "没有付款"),
        (GrantKind.RETURN, 0, None, "要选一个订单"),
        (GrantKind.RETURN, 36_900, order(state="shipped"), "已签收"),
    ],
)
def test_what_no_approval_makes_right(
    kind: GrantKind, cents: int, about: OrderCard | None, word: str
) -> None:
    with pytest.raises(InvalidAmount, match=word):
        refuse_what_nobody_may(wanted(kind, cents), about, RULES)


def test_a_grant_draws_on_the_shop_first_then_the_order_and_whoever_decides() -> None:
    drawn = charges(wanted(GrantKind.COUPON, 500), LINA, DAY, RULES)
    assert [(c.scope, c.period, c.limit) for c in drawn] == [
        ("shop", "2026-11-21", 500_000),
        ("order:JN2611160003", EVER, 60_000),
        ("staff:staff-lina", "2026-11-21", 30_000),
    ]
    approved = charges(wanted(GrantKind.COUPON, 500), CHEN, DAY, RULES, supervising=True)
    assert approved[-1].limit == 300_000


def test_without_an_order_the_shopper_stands_in_its_place_for_a_day() -> None:
    drawn = charges(wanted(GrantKind.COUPON, 500, None), LINA, DAY, RULES)
    assert ("shopper:xiaoman", "2026-11-21") in [(c.scope, c.period) for c in drawn]


def test_an_agent_may_have_a_day_budget_of_their_own() -> None:
    rules = Authority(agents={"lina": "80.50"})
    assert charges(wanted(GrantKind.COUPON, 500), LINA, DAY, rules)[-1].limit == 8_050


def test_only_another_supervisor_decides() -> None:
    refuse_judge(grant(), CHEN)
    with pytest.raises(Forbidden, match="主管"):
        refuse_judge(grant(asked_by="staff-wang"), LINA)
    with pytest.raises(Forbidden, match="自己"):
        refuse_judge(grant(asked_by="staff-chen"), CHEN)


def test_deliveries_wait_longer_each_time_and_never_long() -> None:
    waits = [retry_after(n).total_seconds() for n in range(1, 12)]
    assert waits[:4] == [5, 10, 20, 40]
    assert waits == sorted(waits)
    assert waits[-1] == 600


@pytest.mark.parametrize(
    "section",
    [
        {"agent_day": 300},
        {"agent_day": "300.001"},
        {"agent_day": "-1"},
        {"per_grant": {"gold": "50"}},
        {"per_gram": "1"},
    ],
)
def test_a_wrong_section_is_refused(section: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(section, Authority)
