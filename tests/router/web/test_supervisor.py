"""The supervisor's page over REST: who may look, and what is seen."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from knowledge_base.database import Database
from router.desk.clockwork import Clockwork
from router.domain.people import Role, Staff
from tests.router.harness import House, running
from tests.router.people import LINA, WANG
from tests.router.web.conftest import ANSWERS

CHEN = Staff("staff-chen", "chenjing", "陈静", frozenset({Role.SUPERVISOR}))


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with running(sqlite, tmp_path / "data", ANSWERS) as house:
        yield house


async def overview(house: House, member: Staff, status: int = 200) -> dict:  # type: ignore[type-arg]
    client = await house.login(member)
    async with client.get("/api/v1/supervisor") as response:
        assert response.status == status, await response.text()
        return await response.json()  # type: ignore[no-any-return]


async def test_only_supervisors_see_the_whole_desk(house: House) -> None:
    await overview(house, CHEN)
    assert (await overview(house, LINA, status=403))["code"] == "forbidden"
    async with house.client.get("/api/v1/supervisor") as response:
        assert response.status == 401


async def test_a_supervisor_sees_the_queue_in_its_order_and_the_load_of_each_agent(
    house: House,
) -> None:
    lina = await house.staff(LINA)
    await house.staff(WANG)
    calm, angry, held = await house.shopper(), await house.shopper(), await house.shopper()
    await held.say("转人工")
    conversation = (await lina.until("handoff.queued"))["card"]["conversation"]["id"]
    await lina.send("accept", conversation=conversation)
    await lina.until("conversation.assigned")
    for shopper, text in ((calm, "转人工"), (angry, "你们是骗子")):
        await shopper.say(text)
        await shopper.message("system")
    seen = await overview(house, CHEN)
    assert [card["handoff"]["reason"] for card in seen["queue"]] == ["anger", "explicit_request"]
    held_by = {load["staff"]["login"]: load["holding"] for load in seen["agents"]}
    assert held_by == {"lina": 1, "wang": 0}


async def test_a_supervisor_sees_breaches_clocks_hours_and_how_waits_were_told(
    house: House,
) -> None:
    agent, shopper = await house.staff(LINA), await house.shopper()
    await shopper.say("转人工")
    conversation = (await agent.until("handoff.queued"))["card"]["conversation"]["id"]
    house.clock.forward(seconds=11)
    await house.shoppers.board.refresh()
    house.clock.forward(minutes=11)
    await Clockwork(house.services).sweep()
    await agent.send("accept", conversation=conversation)
    await agent.until("conversation.assigned")
    seen = await overview(house, CHEN)
    (breach,) = seen["breaches"]
    assert (breach["kind"], breach["conversation"]) == ("first_response", conversation)
    (held,) = seen["held"]
    assert {clock["kind"] for clock in held["clocks"]} == {"first_response", "resolution"}
    assert seen["hours"] == {"open": True, "opens_at": None, "closes_at": None, "tickets": 0}
    assert seen["bound_minutes"] == 30
    assert (seen["waits"]["told"], seen["waits"]["within_p90"]) == (1, 0.0)
    assert seen["waits"]["newest"][0]["waited"] > seen["waits"]["newest"][0]["p90"]


async def test_the_figures_are_there_for_a_monitor_with_the_token(house: House) -> None:
    async with house.client.get("/internal/v1/metrics") as response:
        assert response.status == 401
    token = {"Authorization": f"Bearer {house.settings.service_token}"}
    async with house.client.get("/internal/v1/metrics", headers=token) as response:
        assert response.status == 200
        text = await response.text()
    assert "jieli_queue_waiting 0.0" in text
    assert "jieli_waits_within_p90 NaN" in text
