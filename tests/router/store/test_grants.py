"""Budgets are never overspent, however many click at once; every move leaves a trail."""

import asyncio
import datetime as dt
import itertools
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from knowledge_base.database import Database
from router.domain.authority import (
    EVER,
    MAX_ATTEMPTS,
    Charge,
    Grant,
    GrantFilter,
    GrantKind,
    GrantState,
    Limit,
    NotReversible,
)
from router.domain.errors import AlreadyDecided, ClientIdReused, NotFound, OverBudget, Refusal
from router.store import Store
from tests.router.people import NOON, after

DAY = "2026-11-21"
ORDER = "JN2611160003"


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    store = Store(database)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def nodes(database: Database) -> AsyncIterator[list[Store]]:
    """Give two routers over one database."""
    stores = [Store(database), Store(database)]
    for one in stores:
        await one.open()
    yield stores
    for one in stores:
        await one.close()


def grant(id: str = "grant-1", cents: int = 1_000, **facts: object) -> Grant:
    made = Grant(
        id=id,
        client_id=f"client-{id}",
        conversation="conversation-1",
        case=1,
        shopper="xiaoman",
        tier="ordinary",
        kind=GrantKind.COUPON,
        cents=cents,
        order=ORDER,
        reason="物流慢了，向顾客致歉",
        asked_by="staff-lina",
        asked_at=NOON,
        state=GrantState.GRANTED,
        next_try_at=NOON,
    )
    return replace(made, **facts)  # type: ignore[arg-type]


def charges(
    cents: int = 1_000, agent: str = "staff-lina", shop: int = 100_000, own: int = 30_000
) -> tuple[Charge, ...]:
    return (
        Charge("shop", DAY, cents, shop, Limit.SHOP_DAY),
        Charge(f"order:{ORDER}", EVER, cents, 100_000, Limit.PER_ORDER),
        Charge(f"staff:{agent}", DAY, cents, own, Limit.AGENT_DAY),
    )


async def balanced(store: Store) -> None:
    """Look whether each budget holds exactly what the grants in force have drawn."""
    for line in await store.grants.ledger():
        assert line.spent == line.drawn, line


async def events(store: Store, id: str) -> list[str]:
    return [line.event for line in await store.grants.trail(id)]


async def test_a_grant_draws_on_every_budget_and_leaves_a_trail(store: Store) -> None:
    made = await store.grants.ask(grant(), charges())
    assert made.grant.state is GrantState.GRANTED
    spent = await store.grants.spent([("shop", DAY), ("staff:staff-lina", DAY), ("shop", "other")])
    assert spent == {("shop", DAY): 1_000, ("staff:staff-lina", DAY): 1_000}
    (line,) = await store.grants.trail("grant-1")
    assert (line.event, line.by, line.why) == ("granted", "staff-lina", "物流慢了，向顾客致歉")


async def test_the_same_click_twice_is_one_grant(store: Store) -> None:
    await store.grants.ask(grant(), charges())
    again = await store.grants.ask(grant(id="grant-2", client_id="client-grant-1"), charges())
    assert again.duplicate
    assert again.grant.id == "grant-1"
    assert (await store.grants.spent([("shop", DAY)]))["shop", DAY] == 1_000
    with pytest.raises(ClientIdReused):
        await store.grants.ask(grant(id="grant-3", client_id="client-grant-1", cents=2), charges(2))


async def test_a_budget_that_does_not_reach_makes_it_a_request(store: Store) -> None:
    await store.grants.ask(grant(), charges(own=1_500))
    second = await store.grants.ask(grant("grant-2"), charges(own=1_500))
    assert (second.grant.state, second.grant.over) == (GrantState.REQUESTED, Limit.AGENT_DAY)
    assert (await store.grants.spent([("shop", DAY)]))["shop", DAY] == 1_000
    await balanced(store)


@pytest.mark.parametrize("which", ["shop", "own"])
async def test_fifty_who_click_at_once_never_overspend(nodes: list[Store], which: str) -> None:
    limit = {which: 10_500}

    async def click(n: int) -> GrantState:
        agent = f"staff-{n}" if which == "shop" else "staff-lina"
        mine = grant(f"grant-{n}", asked_by=agent)
        return (await nodes[n % 2].grants.ask(mine, charges(agent=agent, **limit))).grant.state

    states = await asyncio.gather(*(click(n) for n in range(50)))
    assert states.count(GrantState.GRANTED) == 10
    assert states.count(GrantState.REQUESTED) == 40
    assert (await nodes[0].grants.spent([("shop", DAY)]))["shop", DAY] == 10_000
    await balanced(nodes[0])


async def test_one_click_that_arrives_fifty_times_is_one_grant(nodes: list[Store]) -> None:
    sent = (
        nodes[n % 2].grants.ask(grant(f"grant-{n}", client_id="client-once"), charges())
        for n in range(50)
    )
    made = await asyncio.gather(*sent)
    assert len({one.grant.id for one in made}) == 1
    assert [one.duplicate for one in made].count(False) == 1
    assert (await nodes[0].grants.spent([("shop", DAY)]))["shop", DAY] == 1_000
    await balanced(nodes[0])


async def test_fifty_supervisors_who_approve_at_once_approve_once(nodes: list[Store]) -> None:
    await nodes[0].grants.ask(grant(state=GrantState.REQUESTED, cents=9_000), ())

    async def approve(n: int) -> bool:
        try:
            made = await nodes[n % 2].grants.decide(
                "grant-1", f"boss-{n}", approve=n % 3 != 0, charges=charges(9_000, f"boss-{n}"),
                note="同意", now=after(5),
            )  # fmt: skip
        except AlreadyDecided:
            return False
        return not made.duplicate

    assert (await asyncio.gather(*(approve(n) for n in range(50)))).count(True) == 1
    assert len(await nodes[0].grants.trail("grant-1")) == 2
    await balanced(nodes[0])


async def test_approving_twice_is_approving_once_and_declining_then_is_too_late(
    store: Store,
) -> None:
    await store.grants.ask(grant(state=GrantState.REQUESTED), ())
    for duplicate in (False, True):
        made = await store.grants.decide(
            "grant-1", "boss", approve=True, charges=charges(agent="boss"), note="", now=after(5)
        )
        assert (made.grant.state, made.duplicate) == (GrantState.GRANTED, duplicate)
    with pytest.raises(AlreadyDecided):
        await store.grants.decide(
            "grant-1", "boss", approve=False, charges=(), note="", now=after(6)
        )
    assert await events(store, "grant-1") == ["requested", "approved"]


async def test_an_approval_over_the_budget_is_refused_and_stays_a_request(store: Store) -> None:
    await store.grants.ask(grant(state=GrantState.REQUESTED), ())
    with pytest.raises(OverBudget, match="全店"):
        await store.grants.decide(
            "grant-1", "boss", approve=True, charges=charges(shop=999), note="", now=after(5)
        )
    assert (await store.grants.get("grant-1")).state is GrantState.REQUESTED
    assert await store.grants.ledger() == []


async def test_an_order_is_approved_for_return_once(store: Store) -> None:
    once = (
        Charge(f"return:{ORDER}", EVER, 1, 1, Limit.ONCE),
        Charge("returns:staff-lina", DAY, 52_900, 500_000, Limit.AGENT_DAY),
    )
    await store.grants.ask(grant(kind=GrantKind.RETURN), once)
    with pytest.raises(OverBudget, match="已经批准过退货"):
        await store.grants.ask(grant("grant-2", kind=GrantKind.RETURN), once)
    with pytest.raises(NotFound):
        await store.grants.get("grant-2")


async def test_a_reversal_gives_back_exactly_what_was_drawn(store: Store) -> None:
    await store.grants.ask(grant(), charges())
    await store.grants.reverse("grant-1", "boss", "发错人了", after(9))
    assert (await store.grants.spent([("shop", DAY)]))["shop", DAY] == 0
    with pytest.raises(NotReversible):
        await store.grants.reverse("grant-1", "boss", "再来一次", after(10))
    assert await events(store, "grant-1") == ["granted", "reversed"]
    await balanced(store)


async def test_what_has_reached_the_shopper_is_not_reversed(store: Store) -> None:
    await store.grants.ask(grant(), charges())
    (taken,) = await store.grants.claim_due(NOON)
    with pytest.raises(NotReversible):
        await store.grants.reverse("grant-1", "boss", "想撤回", after(1))
    await store.grants.delivered(taken, "CP20260001", after(2))
    with pytest.raises(NotReversible):
        await store.grants.reverse("grant-1", "boss", "想撤回", after(3))
    assert (await store.grants.get("grant-1")).receipt == "CP20260001"


async def test_of_two_who_deliver_each_grant_has_one(nodes: list[Store]) -> None:
    for n in range(20):
        await nodes[0].grants.ask(grant(f"grant-{n}"), charges())
    taken = await asyncio.gather(*(nodes[n % 2].grants.claim_due(NOON, 7) for n in range(8)))
    names = [one.id for batch in taken for one in batch]
    assert len(names) == len(set(names)) == 20


async def test_a_failed_delivery_is_tried_again_later_and_in_the_end_is_failed(
    store: Store,
) -> None:
    await store.grants.ask(grant(), charges())
    now = NOON
    for attempt in range(1, MAX_ATTEMPTS + 1):
        (taken,) = await store.grants.claim_due(now)
        assert taken.attempts == attempt
        settled = await store.grants.undelivered(taken, "连接超时", now, final=False)
        assert await store.grants.claim_due(now) == []
        now += dt.timedelta(minutes=10)
    assert settled.grant.state is GrantState.FAILED
    assert await store.grants.claim_due(now) == []
    assert [one.id for one in await store.grants.awaiting()] == ["grant-1"]
    await store.grants.retry("grant-1", "boss", now)
    assert len(await store.grants.claim_due(now)) == 1
    with pytest.raises(AlreadyDecided):
        await store.grants.retry("grant-1", "boss", now)
    await balanced(store)


async def test_a_delivery_whose_taker_died_is_taken_up_and_the_dead_one_says_nothing_more(
    store: Store,
) -> None:
    await store.grants.ask(grant(), charges())
    (dead,) = await store.grants.claim_due(NOON)
    assert await store.grants.claim_due(after(30)) == []
    (heir,) = await store.grants.claim_due(after(61))
    assert (await store.grants.undelivered(dead, "迟到的失败", after(62), final=True)).duplicate
    await store.grants.delivered(heir, "CP1", after(63))
    assert (await store.grants.get("grant-1")).state is GrantState.DELIVERED


async def test_a_clock_that_is_set_back_holds_no_delivery_up(store: Store) -> None:
    await store.grants.ask(grant(next_try_at=after(86_400)), charges())
    assert len(await store.grants.claim_due(NOON)) == 1


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_order_clicks_come_in_no_budget_is_passed(
    nodes: list[Store], seed: int
) -> None:
    """Random asks, approvals, reversals and deliveries, many at once, over tight budgets."""
    dice, ids = random.Random(seed), itertools.count()
    limits = {"shop": 7_777, f"order:{ORDER}": 6_000, "staff:a": 3_000, "staff:b": 3_500}

    def drawn(agent: str, cents: int) -> tuple[Charge, ...]:
        return tuple(
            Charge(scope, DAY, cents, limits[scope], Limit.SHOP_DAY)
            for scope in ("shop", f"order:{ORDER}", f"staff:{agent}")
        )

    async def move() -> None:
        book, cents = dice.choice(nodes).grants, dice.randrange(1, 900)
        agent, number = dice.choice("ab"), next(ids)
        former = f"grant-{dice.randrange(number + 1)}"
        try:
            match dice.randrange(5):
                case 0 | 1:
                    await book.ask(grant(f"grant-{number}", cents, asked_by=agent),
                                   drawn(agent, cents))  # fmt: skip
                case 2:
                    asked = await book.get(former)
                    await book.decide(former, agent, approve=True, note="", now=after(1),
                                      charges=drawn(agent, asked.cents))  # fmt: skip
                case 3:
                    await book.reverse(former, agent, "", after(1))
                case _:
                    for taken in await book.claim_due(after(2), 2):
                        await book.undelivered(taken, "超时", after(2), final=dice.random() < 0.5)
        except Refusal:
            pass

    for _ in range(5):
        await asyncio.gather(*(move() for _ in range(20)))
        await balanced(nodes[0])
        for line in await nodes[0].grants.ledger():
            assert 0 <= line.spent <= limits[line.scope]


async def test_an_audit_finds_grants_by_day_staff_state_and_kind_newest_first(
    store: Store,
) -> None:
    made = [
        grant("grant-1", asked_at=after(0)),
        grant("grant-2", asked_at=after(60), asked_by="staff-wang"),
        grant("grant-3", asked_at=after(120), kind=GrantKind.AMOUNT),
        grant("grant-4", asked_at=after(180), state=GrantState.REQUESTED, over=Limit.PER_GRANT),
    ]
    for one in made:
        await store.grants.ask(one, charges(agent=one.asked_by) if one.over is None else ())
    await store.grants.decide(
        "grant-4", "staff-chen", approve=False, charges=(), note="不合规定", now=after(200)
    )

    async def found(limit: int = 10, **wanted: Any) -> list[str]:
        return [one.id for one, _ in await store.grants.audited(GrantFilter(**wanted), limit)]

    assert await found() == ["grant-4", "grant-3", "grant-2", "grant-1"]
    assert await found(since=after(60), until=after(180)) == ["grant-3", "grant-2"]
    assert await found(staff="staff-wang") == ["grant-2"]
    assert await found(staff="staff-chen") == ["grant-4"]
    assert await found(state=GrantState.DECLINED) == ["grant-4"]
    assert await found(kind=GrantKind.AMOUNT) == ["grant-3"]
    assert await found(2) == ["grant-4", "grant-3"]
