"""What a waiting shopper is told: place and wait, live, the same in every tab, checked later."""

import datetime as dt

from tests.router.harness import House, Socket
from tests.router.people import LINA, WANG


async def waiting(house: House, token: str | None = None) -> Socket:
    shopper = await house.shopper(token)
    await shopper.say("转人工")
    await shopper.message("system")
    return shopper


async def refresh(house: House, **later: float) -> None:
    house.clock.forward(**later)
    await house.agents.presence.refresh()
    await house.shoppers.board.refresh()


async def test_without_an_agent_a_place_is_told_and_no_wait(house: House) -> None:
    shopper = await waiting(house)
    await refresh(house)
    told = (await shopper.until("queue.position_changed"))["place"]
    assert told == {"place": 1, "waiting": 1, "p50": None, "p90": None}


async def test_the_wait_grows_with_the_place_and_is_said_in_round_numbers(house: House) -> None:
    agent = await house.staff(LINA)
    for _ in range(LINA.capacity):
        held = await waiting(house)
        conversation = held.seen[0]["conversation"]["id"]
        await agent.send("accept", conversation=conversation)
        await agent.until("conversation.assigned")
    line = [await waiting(house) for _ in range(3)]
    await refresh(house, seconds=11)
    told = [(await one.until("queue.position_changed"))["place"] for one in line]
    assert [place["place"] for place in told] == [1, 2, 3]
    waits = [place["p90"] for place in told]
    assert waits == sorted(waits)
    assert waits[0] > told[0]["p50"] > 0
    assert all(wait % 30 == 0 for wait in waits)


async def test_an_agent_who_comes_shortens_the_wait(house: House) -> None:
    agent = await house.staff(LINA)
    for _ in range(LINA.capacity):
        held = await waiting(house)
        await agent.send("accept", conversation=held.seen[0]["conversation"]["id"])
        await agent.until("conversation.assigned")
    shopper = await waiting(house)
    await refresh(house, seconds=11)
    before = (await shopper.until("queue.position_changed"))["place"]
    await house.staff(WANG)
    await refresh(house, seconds=61)
    after = (await shopper.until("queue.position_changed"))["place"]
    assert after["p90"] < before["p90"]


async def test_place_and_wait_are_the_same_after_a_reload_and_in_another_tab(house: House) -> None:
    await house.staff(LINA)
    token = await house.token()
    shopper = await waiting(house, token)
    await refresh(house, seconds=11)
    told = (await shopper.until("queue.position_changed"))["place"]
    assert told["p90"] is not None
    await shopper.close()
    tabs = [await house.shopper(token), await house.shopper(token)]
    for tab in tabs:
        welcome = next(frame for frame in tab.seen if frame["type"] == "welcome")
        assert welcome["place"] == told


async def test_what_was_told_is_kept_and_checked_when_somebody_answers(house: House) -> None:
    agent, shopper = await house.staff(LINA), await waiting(house)
    await refresh(house, seconds=11)
    await refresh(house, seconds=5)
    house.clock.forward(seconds=20)
    await agent.send("accept", conversation=shopper.seen[0]["conversation"]["id"])
    await agent.until("conversation.assigned")
    since = house.clock() - dt.timedelta(hours=1)
    (quote,) = await house.store.answered_quotes(since, 10)
    assert 24 <= (quote.waited or 0) <= 27
    assert quote.place == 1


async def test_a_wait_that_runs_into_the_night_reaches_to_the_next_shift(house: House) -> None:
    from tests.router.desk.test_shifts import closed_at, set_hours

    agent = await house.staff(LINA)
    for _ in range(LINA.capacity):
        held = await waiting(house)
        await agent.send("accept", conversation=held.seen[0]["conversation"]["id"])
        await agent.until("conversation.assigned")
    shopper = await waiting(house)
    set_hours(house, closed_at(house.clock() - dt.timedelta(hours=2, minutes=59)))
    await refresh(house, seconds=11)
    told = (await shopper.until("queue.position_changed"))["place"]
    assert told["p90"] > 3_600
