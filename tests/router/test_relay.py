"""Two nodes over one PostgreSQL: whoever is connected to one hears what happens on the other."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from knowledge_base.database import Database
from router.desk.clockwork import Clockwork
from router.domain.people import Role, Staff
from router.relay import CHANNEL
from tests.router.harness import House, running
from tests.router.people import LINA
from tests.router.web.conftest import ANSWERS

CHEN = Staff("staff-chen", "chen", "陈主管", frozenset({Role.SUPERVISOR}))

pytestmark = pytest.mark.postgres


@pytest.fixture
async def nodes(postgres: Database, tmp_path: Path) -> AsyncIterator[list[House]]:
    """Give two routers with the same secrets, as two machines would run them."""
    secrets = dict.fromkeys(("service_token", "shopper_secret"), "a-secret-they-share")
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                running(postgres, tmp_path / f"node-{n}", ANSWERS, **secrets)
            )
            for n in range(2)
        ]


async def test_clocks_that_warn_and_breach_reach_desks_on_the_other_node(
    nodes: list[House],
) -> None:
    here, there = nodes
    lina, chen = await there.staff(LINA), await there.staff(CHEN)
    shopper = await here.shopper()
    await shopper.say("转人工")
    await lina.until("handoff.queued")
    for minutes, kind in ((7, "sla.warned"), (4, "sla.breached")):
        here.clock.forward(minutes=minutes)
        there.clock.forward(minutes=minutes)
        for node in (here, there):  # Whichever is first notes it; the other has nothing to tell.
            await Clockwork(node.services).sweep()
        for desk in (lina, chen):
            assert (await desk.until(kind))["kind"] == "first_response"
    await lina.alive()
    kinds = [frame["type"] for frame in lina.seen if frame["type"].startswith("sla.")]
    assert kinds == ["sla.warned", "sla.breached"]


async def test_a_shopper_and_an_agent_on_two_nodes_talk_as_on_one(nodes: list[House]) -> None:
    here, there = nodes
    lina, shopper = await there.staff(LINA), await here.shopper()
    await shopper.say("转人工")
    card = (await lina.until("handoff.queued"))["card"]
    conversation = card["conversation"]["id"]
    await lina.send("accept", conversation=conversation)
    epoch = (await lina.until("conversation.assigned"))["card"]["conversation"]["epoch"]
    # Longer than PostgreSQL carries in one piece, and of characters of four bytes.
    words = "在的" + "😀" * 1_900 + "。"
    await lina.send(
        "reply", conversation=conversation, client_id="reply-00001", text=words, epoch=epoch
    )
    assert (await shopper.message("agent"))["body"]["text"] == words
    await shopper.say("戒指断了")
    heard = await lina.message("shopper")
    while heard["body"]["text"] != "戒指断了":
        heard = await lina.message("shopper")
    assert len([f for f in shopper.seen if words in str(f)]) == 1


async def test_a_node_that_lost_its_line_lets_its_sockets_begin_anew_from_the_store(
    nodes: list[House], postgres: Database
) -> None:
    here, there = nodes
    token = await here.token()
    shopper, lina = await here.shopper(token), await there.staff(LINA)
    async with postgres.writing() as connection:
        await connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'jieli-relay' AND datname = current_database()"
            )
        )
    assert await shopper.closed() == 1013
    assert await lina.closed() == 1013
    shopper, lina = await here.shopper(token), await there.staff(LINA)
    await shopper.say("转人工")
    await lina.until("handoff.queued")


async def test_a_note_nobody_can_read_costs_a_resync_and_no_more(
    nodes: list[House], postgres: Database
) -> None:
    here, there = nodes
    shopper = await here.shopper()
    async with postgres.writing() as connection:
        await connection.execute(sa.text(f"SELECT pg_notify('{CHANNEL}', 'what is this')"))
    assert await shopper.closed() == 1013
    lina, shopper = await there.staff(LINA), await here.shopper()
    await shopper.say("转人工")
    await lina.until("handoff.queued")
