"""Compensation over the desk's REST: limits, approval, bad input, and the shop's system away."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.database import Database
from router.desk.payouts import Carried, NotCarried
from router.domain.authority import Grant
from router.shop import ShopUnavailable
from tests.router.harness import House, running
from tests.router.people import LINA, WANG
from tests.router.web.care import CHEN, ZHAO, get, post, talking
from tests.router.web.conftest import ANSWERS

ORDER = "JN2611160003"


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with running(sqlite, tmp_path / "data", ANSWERS, staff_hours=72) as house:
        yield house


def coupon(amount: str = "15", client_id: str = "grant-click-1", **more: Any) -> dict[str, Any]:
    return {
        "client_id": client_id, "kind": "coupon", "amount": amount,
        "reason": "物流慢了两天，致歉", **more,
    }  # fmt: skip


async def test_a_small_coupon_is_granted_at_once_and_the_shopper_reads_it(house: House) -> None:
    shopper, desk, lina, conversation = await talking(house)
    grant = await post(lina, f"conversations/{conversation}/grants", 201, **coupon(order=ORDER))
    assert (grant["state"], grant["cents"]) == ("granted", 1500)
    while "15.00 元优惠券" not in (await shopper.message("system"))["body"]["text"]:
        pass
    while (await desk.until("grant.changed"))["grant"]["state"] != "delivered":
        pass
    view = await get(lina, f"conversations/{conversation}/care")
    assert view["limits"]["left_today"] == 30_000 - 1_500
    assert view["grants"][0]["asked_by"] == "李娜"


async def test_above_the_limit_a_supervisor_approves_with_one_click(house: House) -> None:
    shopper, desk, lina, conversation = await talking(house)
    chen = await house.login(CHEN)
    grant = await post(lina, f"conversations/{conversation}/grants", 201, **coupon("88"))
    assert (grant["state"], grant["over"]) == ("requested", "per_grant")
    (waiting,) = (await get(chen, "supervisor/care"))["approvals"]
    assert (waiting["line"]["asked_by"], waiting["shopper_name"]) == ("李娜", "小满")
    await post(chen, f"grants/{grant['id']}/decision", 200, approve=True, note="同意")
    while "88.00 元优惠券" not in (await shopper.message("system"))["body"]["text"]:
        pass
    await house.care.deliveries.idle()
    trail = await get(chen, f"grants/{grant['id']}/trail")
    assert [(line["event"], line["by"]) for line in trail["lines"]] == [
        ("requested", "李娜"), ("approved", "陈静"), ("delivered", None),
    ]  # fmt: skip
    overview = await get(chen, "supervisor/care")
    assert overview["approvals"] == []
    assert [(b["staff"], b["spent"]) for b in overview["budgets"]] == [(None, 8800), ("陈静", 8800)]


async def test_a_declined_request_tells_the_agent_and_never_the_shopper(house: House) -> None:
    shopper, desk, lina, conversation = await talking(house)
    chen = await house.login(CHEN)
    grant = await post(lina, f"conversations/{conversation}/grants", 201, **coupon("88"))
    path = f"grants/{grant['id']}/decision"
    await post(chen, path, 200, approve=False, note="先查物流")
    while (await desk.message("agent"))["visibility"] != "staff":
        pass
    assert (await post(chen, path, 409, approve=True))["code"] == "already_decided"
    await shopper.alive()
    assert not any("优惠券" in str(frame) for frame in shopper.seen)


async def test_two_supervisors_approve_and_one_learns_that_it_is_done(house: House) -> None:
    *_, lina, conversation = await talking(house)
    chen, zhao = await house.login(CHEN), await house.login(ZHAO)
    grant = await post(lina, f"conversations/{conversation}/grants", 201, **coupon("88"))
    path = f"grants/{grant['id']}/decision"
    await post(chen, path, 200, approve=True)
    await post(chen, path, 200, approve=True)
    assert (await post(zhao, path, 409, approve=True))["code"] == "already_decided"
    budgets = (await get(chen, "supervisor/care"))["budgets"]
    assert budgets[0]["spent"] == 8800


async def test_nobody_approves_their_own_request(house: House) -> None:
    *_, zhao, conversation = await talking(house, member=ZHAO)
    grant = await post(zhao, f"conversations/{conversation}/grants", 201, **coupon("88"))
    refused = await post(zhao, f"grants/{grant['id']}/decision", 403, approve=True)
    assert "自己" in refused["detail"]


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("1.005", "invalid_amount"), ("-5", "invalid_amount"), ("0", "invalid_amount"),
        ("999999999", "invalid_amount"), ("1e3", "invalid_amount"), ("500.01", "invalid_amount"),
        (None, "invalid_amount"), (15, "malformed"), (15.5, "malformed"),
    ],
)  # fmt: skip
async def test_what_is_no_amount_is_refused(house: House, amount: Any, code: str) -> None:
    *_, lina, conversation = await talking(house)
    body = coupon() | {"amount": amount}
    refused = await post(lina, f"conversations/{conversation}/grants", 422, **body)
    assert refused["code"] == code


async def test_the_order_of_another_shopper_is_as_unknown_as_none(house: House) -> None:
    *_, lina, conversation = await talking(house)
    body = coupon(order="JN2611230005")
    await post(lina, f"conversations/{conversation}/grants", 404, **body)


async def test_only_who_holds_the_conversation_or_supervises_gives(house: House) -> None:
    *_, conversation = await talking(house)
    wang, chen = await house.login(WANG), await house.login(CHEN)
    refused = await post(wang, f"conversations/{conversation}/grants", 409, **coupon())
    assert refused["code"] == "illegal_move"
    await post(chen, f"conversations/{conversation}/grants", 201, **coupon())
    await get(wang, "supervisor/care", 403)
    await post(wang, "grants/unknown/retry", 403)
    await post(chen, "grants/unknown/retry", 409)
    await post(chen, "grants/unknown/decision", 404, approve=True)


async def test_a_shopper_without_an_account_gets_no_coupon(house: House) -> None:
    *_, lina, conversation = await talking(house, shopper=None)
    refused = await post(lina, f"conversations/{conversation}/grants", 409, **coupon())
    assert "没有登录" in refused["detail"]


async def test_a_return_above_the_value_is_approved_and_booked_once(house: House) -> None:
    *_, lina, conversation = await talking(house)
    chen, path = await house.login(CHEN), f"conversations/{conversation}/grants"
    body = {"kind": "return", "reason": "尺码偏小", "order": ORDER}
    first = await post(lina, path, 201, client_id="return-click-1", **body)
    second = await post(lina, path, 201, client_id="return-click-2", **body)
    assert first["over"] == second["over"] == "per_grant"
    await post(chen, f"grants/{first['id']}/decision", 200, approve=True)
    twice = await post(chen, f"grants/{second['id']}/decision", 409, approve=True)
    assert "已经批准过退货" in twice["detail"]
    await house.care.deliveries.idle()
    third = await post(lina, path, 422, client_id="return-click-3", **body)
    assert "只有已签收" in third["detail"]


async def test_a_click_that_is_sent_again_is_one_grant(house: House) -> None:
    *_, lina, conversation = await talking(house)
    path = f"conversations/{conversation}/grants"
    made = await asyncio.gather(*(post(lina, path, 201, **coupon()) for _ in range(5)))
    assert len({grant["id"] for grant in made}) == 1
    assert (await post(lina, path, 409, **coupon("16")))["code"] == "client_id_reused"


async def test_a_flood_of_clicks_ends_at_the_budget(house: House) -> None:
    *_, lina, conversation = await talking(house)
    path = f"conversations/{conversation}/grants"
    clicks = (post(lina, path, 201, **coupon("20", f"flood-{n:04d}")) for n in range(40))
    states = [grant["state"] for grant in await asyncio.gather(*clicks)]
    assert states.count("granted") == 15
    assert states.count("requested") == 25
    for line in await house.store.grants.ledger():
        assert line.spent == line.drawn <= 60_000


async def test_while_the_shop_is_down_a_grant_waits_and_then_arrives(house: House) -> None:
    shopper, desk, lina, conversation = await talking(house)
    care, tries = house.care, []

    async def carry(grant: Grant) -> Carried | NotCarried:
        tries.append(grant.attempts)
        if len(tries) == 1:
            raise ConnectionError("no route")
        return NotCarried("503", final=False) if len(tries) == 2 else Carried("CP-77")

    care.deliveries.carry = carry
    await post(lina, f"conversations/{conversation}/grants", 201, **coupon())
    await care.deliveries.idle()
    (line,) = (await get(lina, f"conversations/{conversation}/care"))["grants"]
    assert (line["grant"]["state"], line["grant"]["attempts"]) == ("granted", 1)
    for _ in range(2):
        house.clock.forward(minutes=1)
        await care.once()
        await care.deliveries.idle()
    (line,) = (await get(lina, f"conversations/{conversation}/care"))["grants"]
    assert (line["grant"]["state"], line["grant"]["receipt"], tries) == (
        "delivered", "CP-77", [1, 2, 3],
    )  # fmt: skip
    await shopper.alive()
    told = [f for f in shopper.seen if "15.00 元优惠券" in str(f)]
    assert len(told) == 1


async def test_what_the_shop_refuses_is_failed_and_reversed_by_a_supervisor(house: House) -> None:
    shopper, desk, lina, conversation = await talking(house)
    chen, care = await house.login(CHEN), house.care

    async def carry(grant: Grant) -> NotCarried:
        return NotCarried("顾客账户被冻结", final=True)

    care.deliveries.carry = carry
    grant = await post(lina, f"conversations/{conversation}/grants", 201, **coupon())
    await care.deliveries.idle()
    (waiting,) = (await get(chen, "supervisor/care"))["approvals"]
    assert waiting["line"]["grant"]["error"] == "顾客账户被冻结"
    await post(chen, f"grants/{grant['id']}/reversal", 200, why="换个方式补偿")
    while "没有办成" not in (await shopper.message("system"))["body"]["text"]:
        pass
    assert (await get(chen, "supervisor/care"))["budgets"][0]["spent"] == 0
    refused = await post(chen, f"grants/{grant['id']}/reversal", 409, why="再撤一次")
    assert refused["code"] == "not_reversible"


async def test_a_silent_shop_hides_no_request_from_the_supervisors(house: House) -> None:
    *_, lina, conversation = await talking(house)
    chen, shop = await house.login(CHEN), house.services.shop
    path = f"conversations/{conversation}/grants"
    await post(lina, path, 201, **coupon("88", order=ORDER))

    class Silent(type(shop)):  # type: ignore[misc]
        async def order(self, number: str, shopper: str | None) -> ShopUnavailable:
            return ShopUnavailable("503")

    house.services.shop = Silent({}, {}, (), house.clock)
    (waiting,) = (await get(chen, "supervisor/care"))["approvals"]
    assert waiting["order"] is None
    refused = await post(lina, path, 503, **coupon("5", "silent-click", order=ORDER))
    assert refused["code"] == "shop_unavailable"


async def test_the_day_of_a_budget_ends_at_midnight_of_the_shop(house: House) -> None:
    *_, lina, conversation = await talking(house)
    zone = house.settings.zone
    evening = house.clock.moment.astimezone(zone).replace(hour=23, minute=59, second=50)
    house.clock.moment = evening
    path = f"conversations/{conversation}/grants"
    await post(lina, path, 201, **coupon("20", "before-midnight"))
    house.clock.forward(seconds=30)
    await post(lina, path, 201, **coupon("20", "after-midnight"))
    view = await get(lina, f"conversations/{conversation}/care")
    assert view["limits"]["left_today"] == 28_000
    house.clock.forward(seconds=-60)
    view = await get(lina, f"conversations/{conversation}/care")
    assert view["limits"]["left_today"] == 28_000


async def test_supervisors_audit_who_gave_what_to_whom_and_who_approved(house: House) -> None:
    _, _, lina, conversation = await talking(house)
    chen = await house.login(CHEN)
    asked = await post(lina, f"conversations/{conversation}/grants", 201, **coupon("88"))
    await post(chen, f"grants/{asked['id']}/decision", 200, approve=True, note="同意")
    await post(lina, f"conversations/{conversation}/grants", 201, **coupon("5", "grant-click-2"))
    audit = await get(chen, "grants")
    lines = {one["line"]["grant"]["cents"]: one for one in audit["lines"]}
    large = lines[8_800]
    assert (large["line"]["asked_by"], large["line"]["decided_by"]) == ("李娜", "陈静")
    assert (large["shopper_name"], large["line"]["grant"]["over"]) == ("小满", "per_grant")
    assert audit["more"] is False
    today = house.services.today().isoformat()
    assert len((await get(chen, f"grants?since={today}&until={today}"))["lines"]) == 2
    assert len((await get(chen, f"grants?staff={CHEN.id}"))["lines"]) == 1
    assert (await get(chen, "grants?until=2020-01-01"))["lines"] == []
    assert (await get(lina, "grants", 403))["code"] == "forbidden"


@pytest.mark.parametrize(
    ("query", "says"),
    [("since=昨天", "since"), ("until=9999-12-31", "until"), ("state=x", "delivered"), ("kind=x", "coupon")],
)
async def test_an_audit_refuses_a_filter_it_does_not_know_by_name(
    house: House, query: str, says: str
) -> None:
    refused = await get(await house.login(CHEN), f"grants?{query}", 422)
    assert (refused["code"], says in refused["detail"]) == ("malformed", True)
