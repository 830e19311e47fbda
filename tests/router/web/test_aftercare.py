"""From a resolve to a rating with reasons, and from a low one to a supervisor's task."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from knowledge_base.database import Database
from tests.router.harness import House, Socket, running
from tests.router.people import WANG
from tests.router.web.care import CHEN, ZHAO, get, post, talking
from tests.router.web.conftest import ANSWERS


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with running(sqlite, tmp_path / "data", ANSWERS, staff_hours=240) as house:
        yield house


async def over(house: House) -> tuple[Socket, Socket, str]:
    """Bring a shopper's case to its resolve."""
    shopper, desk, _, conversation = await talking(house)
    await desk.send("resolve", conversation=conversation)
    while (await shopper.until("conversation.changed"))["conversation"]["status"] != "resolved":
        pass
    return shopper, desk, conversation


async def asked(shopper: Socket) -> None:
    while not (await shopper.until("conversation.changed"))["conversation"]["rating_due"]:
        pass


async def test_a_low_rating_becomes_a_task_that_a_supervisor_makes_good(house: House) -> None:
    shopper, desk, _ = await over(house)
    chen, zhao = await house.login(CHEN), await house.login(ZHAO)
    await house.quiet()
    await asked(shopper)
    await shopper.send("rate", score=2, comment="等了半小时", reasons=["waited_long"])
    opened = (await desk.until("task.changed"))["task"]
    (line,) = (await get(chen, "supervisor/care"))["tasks"]
    assert (line["shopper_name"], line["agent"], line["reasons"]) == ("小满", "李娜", ["等太久"])
    await post(chen, f"tasks/{opened['id']}/take", 200)
    assert (await post(zhao, f"tasks/{opened['id']}/take", 409))["code"] == "already_taken"
    await post(chen, f"tasks/{opened['id']}/done", 200, outcome="已致电道歉，补发一张券")
    (line,) = (await get(chen, "supervisor/care"))["tasks"]
    assert line["task"]["state"] == "done"


async def test_only_supervisors_take_tasks(house: House) -> None:
    shopper, desk, _ = await over(house)
    await house.quiet()
    await asked(shopper)
    await shopper.send("rate", score=1)
    task = (await desk.until("task.changed"))["task"]
    wang, chen = await house.login(WANG), await house.login(CHEN)
    await post(wang, f"tasks/{task['id']}/take", 403)
    await post(wang, f"tasks/{task['id']}/done", 403, outcome="好了")
    assert (await post(chen, f"tasks/{task['id']}/done", 422, outcome=""))["code"] == "malformed"


async def test_the_reasons_of_a_rating_are_those_offered_beside_its_score(house: House) -> None:
    shopper, _, _ = await over(house)
    welcome = next(frame for frame in shopper.seen if frame["type"] == "welcome")
    offered = [[reason["key"] for reason in one] for one in welcome["rating_reasons"]]
    assert "waited_long" in offered[0]
    assert "quick" in offered[4]
    await house.quiet()
    await asked(shopper)
    for wrong in (["quick"], ["nonsense"], ["waited_long"] * 11):
        await shopper.send("rate", score=1, reasons=wrong)
        assert (await shopper.error())["code"] == "malformed"
    for score in (0, 6, 3.5, "5"):
        await shopper.send("rate", score=score)
        assert (await shopper.error())["code"] == "malformed"
    await shopper.send("rate", score=5, reasons=["quick", "quick"])
    await shopper.until("conversation.rated", score=5)
    await shopper.send("rate", score=1)
    assert (await shopper.error())["code"] == "illegal_move"


async def test_nobody_is_asked_while_still_typing(house: House) -> None:
    shopper, _, _ = await over(house)
    house.clock.forward(seconds=14)
    await shopper.send("typing")
    await shopper.alive()
    await house.quiet(seconds=5)
    await shopper.alive()
    assert not any(
        frame["conversation"]["rating_due"]
        for frame in shopper.seen
        if frame["type"] == "conversation.changed"
    )
    await house.quiet(seconds=15)
    await asked(shopper)


async def test_the_rating_waits_in_the_widget_for_days(house: House) -> None:
    token = await house.demo_token("xiaoman")
    shopper, desk, _ = await over(house)
    await house.quiet()
    await shopper.close()
    house.clock.forward(hours=11)
    again = await house.shopper(token)
    welcome = next(frame for frame in again.seen if frame["type"] == "welcome")
    assert welcome["conversation"]["rating_due"]
    await again.send("rate", score=4, reasons=["friendly"], comment="客服很耐心")
    await again.until("conversation.rated", score=4)
    assert not any(frame["type"] == "task.changed" for frame in desk.seen)
