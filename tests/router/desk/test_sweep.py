"""The sweep: places, turns left over and a changed policy, round after round."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from router.desk import sweep as sweeping
from router.desk.sweep import Sweep
from router.policy import PolicyFile
from router.settings import ROOT
from tests.router.harness import House
from tests.router.people import says


@pytest.fixture
def policy(tmp_path: Path) -> PolicyFile:
    path = tmp_path / "policy.toml"
    path.write_text((ROOT / "router" / "policy.toml").read_text("utf-8"), "utf-8")
    return PolicyFile(path)


def sweep_of(house: House, policy: PolicyFile) -> Sweep:
    return Sweep(house.services, house.shoppers.answering, house.shoppers.board, policy)


async def test_a_changed_policy_comes_into_force_and_a_wrong_one_does_not(
    house: House, policy: PolicyFile, tmp_path: Path
) -> None:
    sweep = sweep_of(house, policy)
    path = tmp_path / "policy.toml"
    right = path.read_text("utf-8")
    path.write_text(right.replace("confident = 0.55", "confident = 0.805"), "utf-8")
    await sweep.once()
    assert policy.rules.routing.confident == 0.805
    path.write_text("[decision]", "utf-8")
    await sweep.once()
    await sweep.once()
    assert policy.rules.routing.confident == 0.805
    path.write_text(right, "utf-8")
    await sweep.once()
    assert policy.rules.routing.confident == 0.55


async def test_left_over_turns_are_taken_up_at_the_first_round_and_each_fifth(
    house: House, policy: PolicyFile
) -> None:
    sweep = sweep_of(house, policy)
    for number in range(2):
        shopper = await house.shopper()
        conversation = shopper.seen[0]["conversation"]["id"]
        await house.store.receive(conversation, says("什么时候发货"), house.clock())
        for _ in range(5 if number else 1):
            await sweep.once()
        assert (await shopper.message("bot"))["source"]["entry"] == "shipping_time"


async def test_a_failure_in_a_round_ends_neither_the_round_after_nor_the_sweep(
    house: House, policy: PolicyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FailsTwice:
        rounds = 0
        fourth = asyncio.Event()

        async def refresh(self) -> None:
            self.rounds += 1
            if self.rounds == 4:
                self.fourth.set()
            if self.rounds == 1:
                raise OSError("disk")
            if self.rounds == 2:
                raise TimeoutError

    board: Any = FailsTwice()
    monkeypatch.setattr(sweeping, "EVERY_SECONDS", 0.01)
    task = asyncio.create_task(Sweep(house.services, house.shoppers.answering, board, policy).run())
    await asyncio.wait_for(board.fourth.wait(), 5)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_each_waiting_shopper_is_told_a_changed_place_once(
    house: House, policy: PolicyFile
) -> None:
    sweep = sweep_of(house, policy)
    first, second = await house.shopper(), await house.shopper()
    for shopper in (first, second):
        await shopper.say("转人工")
        await shopper.message("system")
    await sweep.once()
    await sweep.once()
    assert (await first.until("queue.position_changed"))["place"] == {
        "place": 1,
        "waiting": 2,
        "p50": None,
        "p90": None,
    }
    assert (await second.until("queue.position_changed"))["place"] == {
        "place": 2,
        "waiting": 2,
        "p50": None,
        "p90": None,
    }
    angry = await house.shopper()
    await angry.say("你们是骗子")
    await angry.message("system")
    await sweep.once()
    places = [
        (await one.until("queue.position_changed"))["place"]["place"]
        for one in (angry, first, second)
    ]
    assert places == [1, 2, 3]
    told = [frame for frame in first.seen if frame["type"] == "queue.position_changed"]
    assert len(told) == 2


async def test_a_shopper_who_leaves_the_queue_has_no_place(
    house: House, policy: PolicyFile
) -> None:
    from tests.router.people import LINA

    sweep = sweep_of(house, policy)
    agent, shopper = await house.staff(LINA), await house.shopper()
    await shopper.say("转人工")
    conversation = (await agent.until("handoff.queued"))["card"]["conversation"]["id"]
    await sweep.once()
    told = await shopper.until("queue.position_changed")
    assert told["place"]["place"] == 1
    await agent.send("accept", conversation=conversation)
    await agent.until("conversation.assigned")
    await sweep.once()
    await shopper.until("queue.position_changed", place=None)
