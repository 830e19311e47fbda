"""The sweep and the clocks: warned once, breached once, escalated, and moved up in the queue."""

import datetime as dt

import pytest

from router.desk.clockwork import Clockwork
from tests.router.harness import House, Socket
from tests.router.people import LINA, WANG


async def waiting(house: House, agent: Socket) -> tuple[Socket, str]:
    shopper = await house.shopper()
    await shopper.say("转人工")
    card = (await agent.until("handoff.queued"))["card"]
    return shopper, card["conversation"]["id"]


def clock(card: dict, kind: str) -> dict:  # type: ignore[type-arg]
    return next(one for one in card["clocks"] if one["kind"] == kind)  # type: ignore[no-any-return]


async def test_every_card_carries_its_clocks(house: House) -> None:
    agent, shopper = await house.staff(LINA), await house.shopper()
    await shopper.say("转人工")
    card = (await agent.until("handoff.queued"))["card"]
    assert clock(card, "first_response")["due_at"] == card["handoff"]["due_at"]
    assert not clock(card, "resolution")["breached"]


async def test_a_clock_warns_before_it_breaches_and_each_once(house: House) -> None:
    agent = await house.staff(LINA)
    clockwork = Clockwork(house.services)
    _, conversation = await waiting(house, agent)
    house.clock.forward(minutes=7)
    for _ in range(2):
        await clockwork.sweep()
    warned = await agent.until("sla.warned")
    assert (warned["card"]["conversation"]["id"], warned["kind"]) == (
        conversation,
        "first_response",
    )
    house.clock.forward(minutes=4)
    for _ in range(2):
        await clockwork.sweep()
    breached = await agent.until("sla.breached")
    assert breached["kind"] == "first_response"
    assert clock(breached["card"], "first_response")["breached"]
    await agent.alive()
    kinds = [frame["type"] for frame in agent.seen if frame["type"].startswith("sla.")]
    assert kinds == ["sla.warned", "sla.breached"]
    assert len(await house.store.breaches(house.clock() - dt.timedelta(days=1))) == 1


async def test_a_breach_moves_the_waiting_one_up(house: House) -> None:
    agent = await house.staff(LINA)
    await waiting(house, agent)
    before = (await house.store.waiting())[0]
    house.clock.forward(minutes=11)
    await Clockwork(house.services).sweep()
    after = (await house.store.waiting())[0]
    assert after.priority == before.priority + 1
    assert after.order_at < before.order_at


async def test_an_answer_in_time_stops_the_clock(house: House) -> None:
    agent = await house.staff(LINA)
    _, conversation = await waiting(house, agent)
    await agent.send("accept", conversation=conversation)
    epoch = (await agent.until("conversation.assigned"))["card"]["conversation"]["epoch"]
    await agent.send(
        "reply", conversation=conversation, client_id="reply-001", text="在的", epoch=epoch
    )
    await agent.until("message.acknowledged")
    house.clock.forward(minutes=30)
    await Clockwork(house.services).sweep()
    assert await house.store.breaches(house.clock() - dt.timedelta(days=1)) == []


async def test_whoever_speaks_changes_what_the_agent_sees_due(house: House) -> None:
    agent = await house.staff(LINA)
    shopper, conversation = await waiting(house, agent)
    await agent.send("accept", conversation=conversation)
    epoch = (await agent.until("conversation.assigned"))["card"]["conversation"]["epoch"]
    await agent.send(
        "reply", conversation=conversation, client_id="reply-001", text="在的", epoch=epoch
    )
    changed = await agent.until("clocks.changed")
    assert [one["kind"] for one in changed["clocks"]] == ["resolution"]
    await shopper.say("那什么时候能修好")
    changed = await agent.until("clocks.changed")
    assert changed["conversation"] == conversation
    assert clock(changed, "next_response")["due_at"] > house.clock().isoformat()


async def test_who_is_not_answered_again_in_time_is_a_breach_of_the_agent(house: House) -> None:
    agent = await house.staff(WANG)
    shopper, conversation = await waiting(house, agent)
    await agent.send("accept", conversation=conversation)
    epoch = (await agent.until("conversation.assigned"))["card"]["conversation"]["epoch"]
    await agent.send(
        "reply", conversation=conversation, client_id="reply-001", text="在的", epoch=epoch
    )
    await agent.until("message.acknowledged")
    await shopper.say("那什么时候能修好")
    await agent.until("message.created")
    house.clock.forward(minutes=11)
    await Clockwork(house.services).sweep()
    (breach,) = await house.store.breaches(house.clock() - dt.timedelta(days=1))
    assert (breach.kind, breach.agent, breach.conversation) == (
        "next_response",
        WANG.id,
        conversation,
    )


@pytest.mark.parametrize("back", [dt.timedelta(hours=3), dt.timedelta(days=40)])
async def test_a_clock_set_back_raises_nothing_and_forgets_nothing(
    house: House, back: dt.timedelta
) -> None:
    agent = await house.staff(LINA)
    await waiting(house, agent)
    clockwork = Clockwork(house.services)
    house.clock.moment -= back
    await clockwork.sweep()
    assert await house.store.breaches(house.clock() - dt.timedelta(days=90)) == []
    house.clock.moment += back + dt.timedelta(minutes=11)
    await clockwork.sweep()
    assert len(await house.store.breaches(house.clock() - dt.timedelta(days=90))) == 1
