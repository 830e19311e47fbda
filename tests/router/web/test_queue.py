"""Offers, turns and presence over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.database import Database
from router.domain.people import Staff
from router.domain.skills import Skills
from router.settings import ROOT
from tests.router.harness import House, Socket, running
from tests.router.people import LINA, WANG
from tests.router.web.conftest import ANSWERS

SOLO = replace(LINA, capacity=1)
Opening = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def opening(sqlite: Database, tmp_path: Path) -> Opening:
    """Open a house whose section [assignment] says what a test wants otherwise."""

    @asynccontextmanager
    async def opened(**assignment: Any) -> AsyncIterator[House]:
        text = (ROOT / "router" / "policy.toml").read_text("utf-8")
        for name, value in assignment.items():
            lines = [
                f"{name} = {value}" if line.startswith(f"{name} =") else line
                for line in text.splitlines()
            ]
            text = "\n".join(lines)
        policy = tmp_path / "policy.toml"
        policy.write_text(text, "utf-8")
        async with running(sqlite, tmp_path / "data", ANSWERS, policy=str(policy)) as house:
            yield house

    return opened


async def waiting(house: House, text: str = "转人工", **context: str) -> tuple[Socket, str]:
    """Let a new shopper join the queue, and give the conversation."""
    shopper = await house.shopper(**context)
    await shopper.say(text)
    while True:
        conversation = (await shopper.until("conversation.changed"))["conversation"]
        if conversation["status"] != "bot":
            return shopper, conversation["id"]


async def offered(agent: Socket) -> str:
    return (await agent.until("handoff.offered"))["offer"]["conversation"]  # type: ignore[no-any-return]


async def sweep(house: House) -> None:
    await house.agents.dispatcher.sweep()


async def test_a_handoff_is_offered_at_once_with_its_card_and_a_countdown(house: House) -> None:
    agent = await house.staff(LINA)
    _, conversation = await waiting(house)
    queued = await agent.until("handoff.queued")
    assert queued["card"]["handoff"]["needs"]["language"] == "zh-CN"
    offer = (await agent.until("handoff.offered"))["offer"]
    assert offer["conversation"] == conversation
    assert 15 < offer["seconds"] <= 20
    await agent.send("accept_next")
    await agent.until("conversation.assigned", agent=LINA.id)


async def test_who_logs_in_is_offered_what_waits_and_a_reloaded_desk_still_shows_it(
    house: House,
) -> None:
    _, conversation = await waiting(house)
    client = await house.login(LINA)
    await house.desk(client)
    await house.agents.dispatcher.deal()
    second = Socket(await client.ws_connect("/ws/desk"))
    await second.send("hello")
    welcome = await second.until("welcome")
    assert [offer["conversation"] for offer in welcome["offers"]] == [conversation]
    assert welcome["rules"] == {
        "hand_out": "offer",
        "pick": True,
        "overtaken_minutes": 30,
        "away_minutes": 10,
    }


async def test_when_capacity_frees_the_next_is_offered_at_once(house: House) -> None:
    agent = await house.staff(SOLO)
    _, first = await waiting(house)
    assert await offered(agent) == first
    await agent.send("accept", conversation=first)
    await agent.until("conversation.assigned")
    _, second = await waiting(house)
    await agent.until("handoff.queued")
    await agent.send("return_to_bot", conversation=first)
    assert await offered(agent) == second


async def test_an_offer_that_runs_out_goes_to_the_colleague_and_twice_missed_is_away(
    house: House,
) -> None:
    lina, wang = await house.staff(LINA), await house.staff(WANG)
    _, conversation = await waiting(house)
    assert await offered(lina) == conversation
    house.clock.forward(seconds=21)
    await sweep(house)
    assert (await lina.until("offer.ended"))["why"] == "ran_out"
    assert await offered(wang) == conversation
    _, second = await waiting(house)
    assert await offered(lina) == second
    house.clock.forward(seconds=21)
    await sweep(house)
    await wang.until("presence.changed", staff=LINA.id, presence="away")
    await lina.send("active")
    await wang.until("presence.changed", staff=LINA.id, presence="online")


async def test_declining_gives_it_to_the_next_and_a_second_time_is_refused(house: House) -> None:
    lina, wang = await house.staff(LINA), await house.staff(WANG)
    _, conversation = await waiting(house)
    await offered(lina)
    await lina.send("decline", conversation=conversation)
    assert (await lina.until("offer.ended"))["why"] == "declined"
    assert await offered(wang) == conversation
    await lina.send("decline", conversation=conversation)
    assert (await lina.error())["code"] == "offer_over"


async def test_accepting_after_the_offer_ran_out_still_takes_what_waits(house: House) -> None:
    lina = await house.staff(LINA)
    _, conversation = await waiting(house)
    await offered(lina)
    house.clock.forward(seconds=60)
    await lina.send("accept", conversation=conversation)
    await lina.until("conversation.assigned", agent=LINA.id)
    await lina.send("accept", conversation=conversation)
    await lina.alive()


async def test_where_picking_is_off_only_the_next_can_be_taken(opening: Opening) -> None:
    async with opening(pick="false") as house:
        lina = await house.staff(LINA)
        _, first = await waiting(house)
        assert await offered(lina) == first
        _, second = await waiting(house)
        await lina.send("accept", conversation=second)
        assert (await lina.error())["code"] == "not_in_turn"
        house.clock.forward(seconds=21)
        await lina.send("accept", conversation=first)
        assert (await lina.error())["code"] == "offer_over"


async def test_handed_out_by_nobody_the_next_is_taken_by_order(opening: Opening) -> None:
    async with opening(hand_out='"none"', pick="false") as house:
        lina = await house.staff(LINA)
        await lina.send("accept_next")
        assert (await lina.error())["code"] == "nothing_waits"
        _, first = await waiting(house)
        await waiting(house)
        await lina.send("accept_next")
        assigned = await lina.until("conversation.assigned")
        assert assigned["card"]["conversation"]["id"] == first


async def test_given_at_once_the_shopper_is_greeted_without_a_click(opening: Opening) -> None:
    async with opening(hand_out='"auto"') as house:
        lina = await house.staff(LINA)
        shopper, conversation = await waiting(house)
        assigned = await lina.until("conversation.assigned", agent=LINA.id)
        assert assigned["card"]["conversation"]["id"] == conversation
        while "李娜" not in (await shopper.message("system"))["body"]["text"]:
            pass


async def transferred(sender: Socket, to: Staff, conversation: str) -> None:
    await sender.send("transfer", conversation=conversation, agent=to.id, reason="要开专票")
    while True:
        handoff = (await sender.until("handoff.queued"))["card"]["handoff"]
        if handoff["wanted_agent"] == to.id:
            return


async def test_what_is_sent_to_a_colleague_is_asked_for_also_where_the_rest_is_given_at_once(
    opening: Opening,
) -> None:
    async with opening(hand_out='"auto"', undo_seconds="0") as house:
        lina = await house.staff(LINA)
        _, conversation = await waiting(house)
        await lina.until("conversation.assigned", agent=LINA.id)
        wang = await house.staff(WANG)
        await transferred(lina, WANG, conversation)
        await sweep(house)
        _, other = await waiting(house)  # Dealt to one of them at once, while the transfer waits.
        await lina.until("conversation.assigned")
        assert (await house.store.thread(conversation)).conversation.status == "queued"
        await wang.send("decline_transfer", conversation=conversation)
        answered = await lina.until("transfer.answered")
        assert (answered["answer"], answered["back"]) == ("declined", True)
        assert (await house.store.thread(conversation)).conversation.agent == LINA.id
        assert (await house.store.thread(other)).conversation.agent in {LINA.id, WANG.id}


async def test_where_transfers_are_given_a_colleague_with_room_has_it_at_once(
    opening: Opening,
) -> None:
    async with opening(hand_out='"auto"', transfers='"give"', undo_seconds="0") as house:
        lina = await house.staff(LINA)
        _, conversation = await waiting(house)
        await lina.until("conversation.assigned", agent=LINA.id)
        wang = await house.staff(WANG)
        await transferred(lina, WANG, conversation)
        await wang.until("conversation.assigned", agent=WANG.id)
        answered = await lina.until("transfer.answered")
        assert (answered["answer"], answered["by"]) == ("accepted", WANG.id)


async def test_where_transfers_are_given_a_colleague_without_room_is_waited_for(
    opening: Opening,
) -> None:
    async with opening(hand_out='"auto"', transfers='"give"', undo_seconds="0") as house:
        full = replace(WANG, capacity=1)
        lina, wang = await house.staff(LINA), await house.staff(full)
        for agent in (LINA, full):
            await waiting(house)
            await wang.until("conversation.assigned", agent=agent.id)
        mine = (await house.store.held_by(LINA.id))[0].thread.conversation.id
        await transferred(lina, full, mine)
        await sweep(house)
        assert (await house.store.thread(mine)).conversation.status == "queued"
        theirs = (await house.store.held_by(full.id))[0].thread.conversation.id
        await wang.send("resolve", conversation=theirs, cause="product", outcome="solved")
        await wang.until("conversation.assigned", agent=full.id)
        assert (await house.store.thread(mine)).conversation.agent == full.id


async def test_who_sent_a_conversation_learns_that_it_was_taken_as_the_next(
    opening: Opening,
) -> None:
    async with opening(undo_seconds="0") as house:
        lina, wang = await house.staff(LINA), await house.staff(WANG)
        _, conversation = await waiting(house)
        await lina.until("handoff.queued")
        await lina.send("accept", conversation=conversation)
        await lina.until("conversation.assigned", agent=LINA.id)
        await transferred(lina, WANG, conversation)
        await wang.send("accept_next")
        answered = await lina.until("transfer.answered")
        assert (answered["answer"], answered["by"]) == ("accepted", WANG.id)


# --- who comes again ---------------------------------------------------------------------------


async def served_by_wang(house: House) -> tuple[Socket, Socket, Socket, str]:
    """Let a shopper's case be resolved by Wang; Lina, who would be asked first, comes after it."""
    wang = await house.staff(WANG)
    shopper, conversation = await waiting(house)
    await wang.send("accept", conversation=conversation)
    await wang.until("conversation.assigned", agent=WANG.id)
    await wang.send("resolve", conversation=conversation, cause="product", outcome="solved")
    await wang.until("conversation.left")
    lina = await house.staff(LINA)
    return shopper, wang, lina, conversation


async def comes_again(shopper: Socket) -> None:
    await shopper.say("转人工")
    while (await shopper.until("conversation.changed"))["conversation"]["status"] != "queued":
        pass


async def test_who_comes_again_is_offered_to_the_agent_of_their_last_case(house: House) -> None:
    shopper, wang, lina, conversation = await served_by_wang(house)
    await comes_again(shopper)
    assert await offered(wang) == conversation
    await lina.alive()
    assert not [f for f in lina.seen if f["type"] == "handoff.offered"]
    handoff = (await house.store.listed(conversation)).handoff
    assert (handoff.case, handoff.wanted_agent) == (2, WANG.id)


@pytest.mark.parametrize("presence", ["busy", "away"])
async def test_who_comes_again_while_that_agent_takes_nothing_is_offered_by_the_order(
    house: House, presence: str
) -> None:
    shopper, wang, lina, conversation = await served_by_wang(house)
    await wang.send("set_presence", presence=presence)
    await lina.until("presence.changed", staff=WANG.id, presence=presence)
    await comes_again(shopper)
    assert await offered(lina) == conversation


async def test_who_comes_again_while_that_agent_is_full_is_offered_by_the_order(
    house: House,
) -> None:
    shopper, wang, lina, conversation = await served_by_wang(house)
    await lina.send("set_presence", presence="busy")
    await lina.until("presence.changed", staff=LINA.id, presence="busy")
    for _ in range(WANG.capacity):
        _, other = await waiting(house)
        assert await offered(wang) == other
        await wang.send("accept", conversation=other)
        await wang.until("conversation.assigned", agent=WANG.id)
    await comes_again(shopper)
    await lina.send("set_presence", presence="online")
    assert await offered(lina) == conversation


async def test_who_comes_again_and_is_passed_on_by_that_agent_is_offered_to_the_next(
    house: House,
) -> None:
    shopper, wang, lina, conversation = await served_by_wang(house)
    await comes_again(shopper)
    assert await offered(wang) == conversation
    await wang.send("decline", conversation=conversation)
    assert await offered(lina) == conversation


async def test_who_comes_again_after_the_days_of_the_policy_is_offered_by_the_order(
    house: House,
) -> None:
    shopper, _wang, _lina, conversation = await served_by_wang(house)
    house.clock.forward(days=31)
    await comes_again(shopper)
    handoff = (await house.store.listed(conversation)).handoff
    assert handoff.wanted_agent is None


async def test_busy_and_idle_agents_are_offered_nothing(house: House) -> None:
    lina = await house.staff(LINA)
    await lina.send("set_presence", presence="busy")
    await lina.until("presence.changed", staff=LINA.id, presence="busy")
    _, conversation = await waiting(house)
    await sweep(house)
    assert await house.store.queue.offered(LINA.id) == []
    await lina.send("set_presence", presence="online")
    assert await offered(lina) == conversation


async def test_a_tab_left_open_is_away_after_ten_minutes_until_something_is_done(
    house: House,
) -> None:
    lina = await house.staff(LINA)
    house.clock.forward(minutes=11)
    await sweep(house)
    await lina.until("presence.changed", staff=LINA.id, presence="away")
    _, conversation = await waiting(house)
    await sweep(house)
    await lina.send("active")
    assert await offered(lina) == conversation


async def test_the_right_one_is_offered_what_only_they_can_do(house: House) -> None:
    lina = await house.staff(replace(LINA, skills=Skills(product_lines=("apparel",))))
    wang = await house.staff(replace(WANG, skills=Skills(product_lines=("jewellery",))))
    _, ring = await waiting(house, product_line="jewellery")
    assert await offered(wang) == ring
    _, coat = await waiting(house, product_line="apparel")
    assert await offered(lina) == coat


async def test_conversations_of_an_agent_who_is_gone_queue_again_after_the_grace_period(
    house: House,
) -> None:
    await sweep(house)
    lina = await house.staff(LINA)
    shopper, conversation = await waiting(house)
    await lina.send("accept", conversation=conversation)
    await shopper.until("conversation.changed")
    await lina.close()
    await _gone(house, LINA)
    house.clock.forward(seconds=60)
    await sweep(house)
    assert (await house.store.thread(conversation)).conversation.agent == LINA.id
    house.clock.forward(seconds=120)
    await sweep(house)
    while "换一位同事" not in (await shopper.message("system"))["body"]["text"]:
        pass
    handoff = (await house.store.listed(conversation)).handoff
    assert (handoff.reason, handoff.wanted_agent) == ("agent_left", LINA.id)
    assert handoff.head_start >= 13 * 60
    await house.staff(WANG)
    await house.agents.dispatcher.deal()
    assert [h.conversation for h in await house.store.queue.offered(WANG.id)] == [conversation]


async def _gone(house: House, member: Staff) -> None:
    """Wait until the router has seen the socket close."""
    for _ in range(200):
        known = (await house.store.queue.attendance())[member.id]
        if known.gone_at is not None:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the socket is still open")


async def test_every_agent_is_told_how_all_agents_stand(house: House) -> None:
    agent = await house.staff(LINA)
    _, conversation = await waiting(house)
    await agent.until("handoff.offered")
    await agent.send("accept", conversation=conversation)
    await agent.until("conversation.assigned", agent=LINA.id)
    response = await (await house.login(LINA)).get("/api/v1/agents")
    told = {one["staff"]: one for one in (await response.json())["agents"]}
    lina = told[LINA.id]
    assert (lina["load"], lina["capacity"], lina["idle"]) == (1, LINA.capacity, None)
    assert (await house.client.get("/api/v1/agents")).status == 401
