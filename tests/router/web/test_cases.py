"""Working a case over real sockets: undo, hold, and what bad input meets."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.database import Database
from router.settings import ROOT
from tests.router.harness import House, Socket, running
from tests.router.people import LINA, WANG
from tests.router.web.conftest import ANSWERS


@pytest.fixture
async def patient(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    """Run a house in which endings wait five seconds, as in `policy.toml`."""
    policy = str(ROOT / "router" / "policy.toml")
    async with running(sqlite, tmp_path / "data", ANSWERS, policy=policy) as house:
        yield house


async def taken(house: House) -> tuple[Socket, Socket, str]:
    """Let a shopper ask for a human and Lina accept."""
    agent, shopper = await house.staff(LINA), await house.shopper()
    await shopper.say("转人工")
    conversation = (await agent.until("handoff.queued"))["card"]["conversation"]["id"]
    await agent.send("accept", conversation=conversation)
    await agent.until("conversation.assigned", agent=LINA.id)
    while "李娜" not in (await shopper.message("system"))["body"]["text"]:
        pass
    await shopper.until("conversation.changed")
    return agent, shopper, conversation


async def status(house: House, conversation: str) -> str:
    return str((await house.store.thread(conversation)).conversation.status)


def cases(house: House) -> Any:
    from router.web.keys import CASE_DESK

    return house.client.app[CASE_DESK]  # type: ignore[index]


RESOLVE: dict[str, Any] = {"cause": "product", "outcome": "solved", "summary": "换了一枚戒指"}


async def test_a_resolve_tells_the_shopper_only_when_it_can_no_longer_be_undone(
    patient: House,
) -> None:
    agent, shopper, conversation = await taken(patient)
    await agent.send("resolve", conversation=conversation, **RESOLVE)
    asked = await agent.until("parting.asked")
    assert asked["parting"]["ending"] == "resolve"
    told = len(shopper.seen)
    await cases(patient).sweep()
    await shopper.alive()
    assert [frame["type"] for frame in shopper.seen[told:]] == ["pong"]
    patient.clock.forward(seconds=6)
    await cases(patient).sweep()
    assert "结束" in (await shopper.message("system"))["body"]["text"]
    await agent.until("conversation.left")
    (case,) = await patient.store.cases.earlier(conversation)
    assert case.closing.summary == "换了一枚戒指"


async def test_an_undone_resolve_leaves_nothing_behind(patient: House) -> None:
    agent, shopper, conversation = await taken(patient)
    await agent.send("resolve", conversation=conversation, **RESOLVE)
    await agent.until("parting.asked")
    await agent.send("undo", conversation=conversation)
    assert (await agent.until("parting.cancelled"))["why"] == "undone"
    await agent.send("undo", conversation=conversation)
    assert (await agent.error())["code"] == "too_late"
    patient.clock.forward(seconds=60)
    await cases(patient).sweep()
    assert await status(patient, conversation) == "active"
    await shopper.alive()


@pytest.mark.parametrize("what", ["send", "typing"])
async def test_a_shopper_who_types_or_speaks_meanwhile_cancels_the_resolve(
    patient: House, what: str
) -> None:
    agent, shopper, conversation = await taken(patient)
    await agent.send("resolve", conversation=conversation, **RESOLVE)
    await agent.until("parting.asked")
    if what == "send":
        await shopper.say("等等，还有一件事")
    else:
        await shopper.send("typing")
    assert (await agent.until("parting.cancelled"))["why"] == "shopper"
    patient.clock.forward(seconds=60)
    await cases(patient).sweep()
    assert await status(patient, conversation) == "active"


async def test_the_other_tab_of_the_agent_sees_the_waiting_resolve_and_can_undo_it(
    patient: House,
) -> None:
    agent, _shopper, conversation = await taken(patient)
    other = await patient.staff(LINA)
    await agent.send("resolve", conversation=conversation, **RESOLVE)
    await other.until("parting.asked")
    await other.send("resolve", conversation=conversation, **RESOLVE)
    await other.until("parting.asked")
    third = await patient.staff(LINA)
    (mine,) = third.seen[-1]["mine"]
    assert mine["parting"]["ending"] == "resolve"
    await third.send("undo", conversation=conversation)
    await agent.until("parting.cancelled")


async def test_a_restart_in_between_loses_no_resolve(sqlite: Database, tmp_path: Path) -> None:
    policy = str(ROOT / "router" / "policy.toml")
    async with running(sqlite, tmp_path / "data", ANSWERS, policy=policy) as house:
        agent, _shopper, conversation = await taken(house)
        await agent.send("resolve", conversation=conversation, **RESOLVE)
        await agent.until("parting.asked")
    async with running(sqlite, tmp_path / "data", ANSWERS, policy=policy) as house:
        house.clock.forward(seconds=6)
        await cases(house).sweep()
        assert await status(house, conversation) == "resolved"


@pytest.mark.parametrize(
    ("closing", "code"),
    [
        pytest.param({}, "unknown_cause", id="no cause"),
        pytest.param({"cause": "weather"}, "unknown_cause", id="an unknown cause"),
        pytest.param({**RESOLVE, "outcome": "fine"}, "unknown_outcome", id="an unknown outcome"),
        pytest.param({**RESOLVE, "summary": "长" * 501}, "invalid_text", id="too long a summary"),
    ],
)
async def test_a_resolve_that_says_nothing_of_use_is_refused(
    patient: House, closing: dict[str, Any], code: str
) -> None:
    agent, _shopper, conversation = await taken(patient)
    await agent.send("resolve", conversation=conversation, **closing)
    assert (await agent.error())["code"] == code
    assert await status(patient, conversation) == "active"


async def test_who_does_not_have_the_conversation_cannot_end_it(patient: House) -> None:
    _agent, _shopper, conversation = await taken(patient)
    wang = await patient.staff(WANG)
    for move in ("resolve", "return_to_bot", "transfer"):
        more = RESOLVE if move == "resolve" else {}
        await wang.send(move, conversation=conversation, **more)
        assert (await wang.error())["code"] == "illegal_move"
    await wang.send("undo", conversation=conversation)
    assert (await wang.error())["code"] == "too_late"


async def test_a_hold_tells_the_shopper_reminds_the_agent_and_ends_with_the_next_word(
    house: House,
) -> None:
    agent, shopper, conversation = await taken(house)
    await agent.send("hold", conversation=conversation, minutes=30, reason="等仓库回复")
    assert "处理" in (await shopper.message("system"))["body"]["text"]
    await shopper.until("conversation.changed")
    card = (await agent.until("conversation.assigned"))["card"]
    assert (card["conversation"]["status"], card["hold"]["reason"]) == ("on_hold", "等仓库回复")
    house.clock.forward(minutes=31)
    await cases(house).sweep()
    assert (await agent.until("hold.reminded"))["hold"]["reason"] == "等仓库回复"
    await shopper.say("怎么样了")
    await agent.message("shopper")
    card = (await agent.until("conversation.assigned"))["card"]
    assert (card["conversation"]["status"], card["hold"]) == ("active", None)


@pytest.mark.parametrize(("minutes", "code"), [(0, "malformed"), (60 * 24 * 5, "illegal_move")])
async def test_a_hold_has_an_end_within_reach(house: House, minutes: int, code: str) -> None:
    agent, _shopper, conversation = await taken(house)
    await agent.send("hold", conversation=conversation, minutes=minutes, reason="")
    assert (await agent.error())["code"] == code
    assert await status(house, conversation) == "active"
