"""The shop over HTTP: what it may do wrong, and that each of it is a value and never an error."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from router.breaker import Breaker
from router.shop import (
    CancelOrder,
    Done,
    GrantCoupon,
    HttpShop,
    Membership,
    NoSuchOrder,
    Refused,
    ShopOrder,
    ShopUnavailable,
)
from router.shop.http import Patience
from router.shop.memory import Key, Memory
from tests.router.shop.faulty import (
    COAT,
    SHIRT,
    Behaviour,
    FaultyShop,
    breaks_off,
    drips,
    hangs,
    order,
    says,
    status,
)

SECRET = "a secret of the shop and of jieli"
NOON = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)
CANCEL = CancelOrder(shopper="xiaoman", order=COAT)
ORDERS = {"shopper": "xiaoman", "orders": [order()]}
DONE = {"shopper": "xiaoman", "number": "C1", "amount": "899.00"}


class Watch:
    """Two clocks that a test moves: of the day, and of the breaker."""

    def __init__(self) -> None:
        self.moment, self.seconds = NOON, 0.0

    def now(self) -> dt.datetime:
        return self.moment

    def ticks(self) -> float:
        return self.seconds

    def forward(self, seconds: float) -> None:
        self.moment += dt.timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def faulty() -> FaultyShop:
    return FaultyShop({"orders": ORDERS, "order": order(), "perform": DONE})


@pytest.fixture
async def shop(faulty: FaultyShop, watch: Watch) -> AsyncIterator[HttpShop]:
    async with faulty.open() as url, aiohttp.ClientSession() as session:
        yield client(session, url, watch)


def client(session: aiohttp.ClientSession, url: str, watch: Watch) -> HttpShop:
    return HttpShop(
        session,
        url,
        SECRET,
        breaker=Breaker(3, 5.0, watch.ticks),
        memory=Memory(dt.timedelta(seconds=3), dt.timedelta(hours=24)),
        clock=watch.now,
        chance=lambda: 0.0,
        patience=Patience(ask=0.4, perform=0.4),
    )


async def test_orders_come_newest_first_with_what_the_shop_would_refuse(
    shop: HttpShop, faulty: FaultyShop
) -> None:
    newer = order(SHIRT, placed_at="2026-11-21T09:00:00+08:00", state="delivered")
    newer["refusals"] = {"apply_for_return": "穿过了。", "cancel_order": "已经签收。"}
    newer["receiver"] = {"name": "小满", "phone": "138****0001", "address": "文三路 1 号"}
    newer["loyalty"] = "a field of a newer shop"
    faulty.answers["orders"] = {"shopper": "xiaoman", "orders": [order(), newer]}
    found = await shop.orders("xiaoman")
    assert isinstance(found, tuple)
    assert [one.card.number for one in found] == [SHIRT, COAT]
    assert (found[0].card.returnable, found[0].card.not_returnable_reason) == (False, "穿过了。")
    assert found[0].refusals["cancel_order"] == "已经签收。"
    assert found[0].receiver is not None
    assert found[0].card.as_of is None


async def test_a_question_is_signed_as_a_whole(shop: HttpShop, faulty: FaultyShop) -> None:
    await shop.order(COAT, "xiaoman")
    headers, body = faulty.headers[0], faulty.bodies[0]
    stamp = headers["X-Jieli-Timestamp"]
    signed = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["X-Jieli-Signature"] == f"sha256={signed}"
    assert int(stamp) == int(NOON.timestamp())
    assert json.loads(body) == {"ask": "order", "shopper": "xiaoman", "order": COAT}


NONSENSE: dict[str, Behaviour] = {
    "no JSON": says("okay!"),
    "a page of HTML": says("<html><body>登录</body></html>", "text/html"),
    "nothing": says(""),
    "no text": says(b"\xff\xfe\x00"),
    "another type": says('{"shopper": "xiaoman", "orders": "none"}'),
    "a list": says("[]"),
    "deep nesting": says("[" * 50_000),
    "an order without a number": says('{"shopper": "xiaoman", "orders": [{"state": "paid"}]}'),
    "an unknown state": says(json.dumps({**ORDERS, "orders": [order(state="exploded")]})),
    "a sum that is none": says(json.dumps({**ORDERS, "orders": [order(total="much")]})),
    "a negative sum": says(json.dumps({**ORDERS, "orders": [order(total="-5.00")]})),
    "a time without a zone": says(
        json.dumps({**ORDERS, "orders": [order(placed_at="2026-11-20T10:00:00")]})
    ),
    "nothing bought": says(json.dumps({**ORDERS, "orders": [order(items=[])]})),
    "an order twice": says(json.dumps({**ORDERS, "orders": [order(), order()]})),
    "another shopper": says(json.dumps({**ORDERS, "shopper": "qiutong"})),
    "an order of another": says(json.dumps({**ORDERS, "orders": [order(shopper="qiutong")]})),
    "too much": says(" " * 1_000_001 + json.dumps(ORDERS)),
    "a refusal of a question": status(409, {"code": "refused", "detail": "不行"}),
    "a conflict of its own": status(409, {"error": 17}),
    "a wrong signature": status(401),
    "a redirect": status(302),
    "a created": status(201, ORDERS),
}


@pytest.mark.parametrize("name", NONSENSE)
async def test_an_answer_that_makes_no_sense_is_none(
    shop: HttpShop, faulty: FaultyShop, name: str
) -> None:
    faulty.always = NONSENSE[name]
    answer = await shop.orders("xiaoman")
    assert isinstance(answer, ShopUnavailable), answer
    assert len(faulty.asked) == 1


@pytest.mark.parametrize(
    "behaviour",
    [pytest.param(hangs, id="hangs"), pytest.param(drips, id="a byte at a time")],
)
async def test_a_slow_shop_is_waited_for_no_longer_than_the_deadline(
    shop: HttpShop, faulty: FaultyShop, behaviour: Behaviour
) -> None:
    faulty.always = behaviour
    started = asyncio.get_running_loop().time()
    assert isinstance(await shop.orders("xiaoman"), ShopUnavailable)
    assert asyncio.get_running_loop().time() - started < 1.0


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(status(500), id="500"),
        pytest.param(status(503), id="503"),
        pytest.param(status(429), id="429"),
        pytest.param(breaks_off, id="breaks off"),
    ],
)
async def test_a_failure_that_may_pass_is_tried_again(
    shop: HttpShop, faulty: FaultyShop, behaviour: Behaviour
) -> None:
    faulty.behaves = [behaviour]
    assert isinstance(await shop.orders("xiaoman"), tuple)
    assert len(faulty.asked) == 2


async def test_an_operation_is_tried_again_under_the_same_key(
    shop: HttpShop, faulty: FaultyShop
) -> None:
    faulty.behaves = [breaks_off]
    answer = await shop.perform(CANCEL, "key-00001")
    assert answer == Done("C1", "899.00")
    assert [asked["key"] for asked in faulty.asked] == ["key-00001"] * 2
    assert faulty.asked[0]["operation"] == {
        "operation": "cancel_order",
        "shopper": "xiaoman",
        "order": COAT,
        "reason": "",
    }
    assert faulty.headers[1]["Idempotency-Key"] == "key-00001"


@pytest.mark.parametrize(
    ("behaviour", "perhaps"),
    [
        pytest.param(hangs, True, id="hangs"),
        pytest.param(breaks_off, True, id="breaks off"),
        pytest.param(status(500), True, id="500"),
        pytest.param(says("done!"), True, id="nonsense"),
        pytest.param(says(json.dumps({**DONE, "shopper": "qiutong"})), True, id="another shopper"),
        pytest.param(status(401), False, id="a wrong signature"),
    ],
)
async def test_an_operation_without_an_answer_says_whether_it_may_be_done(
    shop: HttpShop, faulty: FaultyShop, behaviour: Behaviour, perhaps: bool
) -> None:
    faulty.always = behaviour
    answer = await shop.perform(CANCEL, "key-00001")
    assert isinstance(answer, ShopUnavailable)
    assert answer.perhaps_done is perhaps


async def test_a_shop_that_is_not_there_has_done_nothing(watch: Watch) -> None:
    async with aiohttp.ClientSession() as session:
        for url in ("http://127.0.0.1:9/jieli", "http://", "nonsense"):
            answer = await client(session, url, watch).perform(CANCEL, "key-00001")
            assert isinstance(answer, ShopUnavailable), url
            assert not answer.perhaps_done


async def test_the_shops_own_refusal_is_no_failure(shop: HttpShop, faulty: FaultyShop) -> None:
    faulty.always = status(409, {"code": "refused", "detail": "已经打包，取消不了。"})
    for turn in range(4):
        answer = await shop.perform(CANCEL, f"key-{turn:05}")
        assert answer == Refused("已经打包，取消不了。")
    assert shop.available


async def test_an_unknown_order_is_no_failure(shop: HttpShop, faulty: FaultyShop) -> None:
    faulty.always = status(404, {"code": "not_found"})
    for _ in range(4):
        assert await shop.order(COAT, "xiaoman") == NoSuchOrder(COAT)
    assert await shop.perform(CANCEL, "key-00001") == NoSuchOrder(COAT)
    assert await shop.order(COAT, None) == NoSuchOrder(COAT)
    assert await shop.membership("xiaoman") == Membership("xiaoman", None, {})
    assert shop.available


async def test_an_answer_about_another_order_is_none(shop: HttpShop) -> None:
    assert isinstance(await shop.order(SHIRT, "xiaoman"), ShopUnavailable)


async def test_a_shop_that_fails_thrice_is_left_alone_and_then_tried_again(
    shop: HttpShop, faulty: FaultyShop, watch: Watch
) -> None:
    faulty.always = says("nonsense")
    for _ in range(3):
        await shop.orders("xiaoman")
    assert not shop.available
    faulty.always = None
    asked = len(faulty.asked)
    held = await shop.orders("xiaoman")
    assert isinstance(held, ShopUnavailable)
    operation = await shop.perform(CANCEL, "key-00001")
    assert isinstance(operation, ShopUnavailable)
    assert not operation.perhaps_done
    assert len(faulty.asked) == asked
    watch.forward(6)
    assert isinstance(await shop.orders("xiaoman"), tuple)
    assert shop.available


async def test_the_last_state_is_given_while_the_shop_is_down_and_says_so(
    shop: HttpShop, faulty: FaultyShop, watch: Watch
) -> None:
    await shop.orders("xiaoman")
    faulty.always = status(400)
    watch.forward(60)
    [kept] = await shop.orders("xiaoman")  # type: ignore[misc]
    assert kept.card.as_of == NOON
    listed = await shop.order(COAT, "xiaoman")
    assert isinstance(listed, ShopOrder)
    assert listed.card.as_of == NOON
    assert isinstance(await shop.order(SHIRT, "xiaoman"), ShopUnavailable)
    watch.forward(86_400)
    assert isinstance(await shop.orders("xiaoman"), ShopUnavailable)


async def test_a_question_asked_twice_in_a_moment_is_asked_once_until_something_is_done(
    shop: HttpShop, faulty: FaultyShop, watch: Watch
) -> None:
    await shop.orders("xiaoman")
    await shop.orders("xiaoman")
    assert len(faulty.asked) == 1
    await shop.perform(CANCEL, "key-00001")
    await shop.orders("xiaoman")
    assert [asked["ask"] for asked in faulty.asked] == ["orders", "perform", "orders"]
    watch.moment -= dt.timedelta(days=1)
    await shop.orders("xiaoman")
    assert len(faulty.asked) == 4


async def test_a_kept_state_of_one_shopper_is_not_anothers(
    shop: HttpShop, faulty: FaultyShop
) -> None:
    await shop.orders("xiaoman")
    faulty.always = hangs
    assert isinstance(await shop.orders("qiutong"), ShopUnavailable)


async def test_the_rest_of_what_a_shop_knows(shop: HttpShop, faulty: FaultyShop) -> None:
    at = "2026-11-20T10:00:00+08:00"
    mine: dict[str, Any] = {"shopper": "xiaoman"}
    faulty.answers |= {
        "logistics": {**mine, "order": COAT, "events": [{"at": at, "text": "已揽收"}]},
        "refunds": {
            **mine,
            "refunds": [
                {"number": "R1", "order": COAT, "amount": "9.00", "state": "paid", "asked_at": at}
            ],
        },
        "coupons": {
            **mine,
            "coupons": [{"number": "Q1", "title": "20 元券", "amount": "20.00", "valid_until": at}],
        },
        "membership": {**mine, "tier": "gold", "spend": {"2026": "16000.00"}},
    }
    logistics = await shop.logistics(COAT, "xiaoman")
    assert not isinstance(logistics, NoSuchOrder | ShopUnavailable)
    assert logistics.events[0].text == "已揽收"
    refunds, coupons = await shop.refunds("xiaoman"), await shop.coupons("xiaoman")
    assert isinstance(refunds, tuple)
    assert isinstance(coupons, tuple)
    assert (refunds[0].state, coupons[0].amount) == ("paid", "20.00")
    assert await shop.membership("xiaoman") == Membership(
        "xiaoman", "gold", {2026: Decimal("16000.00")}
    )
    granted = await shop.perform(GrantCoupon(shopper="xiaoman", amount="20.00"), "key-00001")
    assert granted == Done("C1", "899.00")


async def test_memory_keeps_the_newest_only(watch: Watch) -> None:
    memory = Memory(dt.timedelta(seconds=3), dt.timedelta(hours=1), most=2)
    for shopper in ("a", "b", "c"):
        memory.note(Key("coupons", shopper), (), NOON)
    assert memory.last(Key("coupons", "a"), NOON) is None
    assert memory.last(Key("coupons", "c"), NOON) == ()
