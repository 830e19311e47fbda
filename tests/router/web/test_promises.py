"""A promise becomes a timer: seen, changed, nudged, kept or told to be late."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.database import Database
from tests.router.harness import House, Socket, flowing, running
from tests.router.people import LINA, WANG
from tests.router.web.care import CHEN, Client, get, post, talking
from tests.router.web.conftest import ANSWERS

FLOW = {"退款到哪了": flowing("退款审核通过，预计2小时到账。", "where_is_my_order", "done")}


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with running(sqlite, tmp_path / "data", ANSWERS | FLOW, staff_hours=200) as house:
        yield house


async def says(desk: Socket, conversation: str, text: str) -> None:
    opened = await open_thread(desk, conversation)
    epoch = opened["card"]["conversation"]["epoch"]
    await desk.send(
        "reply", conversation=conversation, client_id=f"reply-{len(desk.seen):05d}",
        text=text, epoch=epoch,
    )  # fmt: skip
    await desk.until("message.acknowledged")


async def open_thread(desk: Socket, conversation: str) -> dict[str, Any]:
    await desk.send("open", conversation=conversation, after=0)
    return await desk.until("conversation.opened")


async def promises(client: Client, conversation: str) -> list[dict[str, Any]]:
    return (await get(client, f"conversations/{conversation}/care"))["promises"]  # type: ignore[no-any-return]


async def swept(house: House, **later: float) -> None:
    house.clock.forward(**later)
    await house.care.once()


async def test_a_promise_of_the_agent_is_nudged_and_when_late_the_shopper_is_told(
    house: House,
) -> None:
    shopper, desk, lina, conversation = await talking(house)
    await says(desk, conversation, "我查一下，2小时内给您回复。")
    (made,) = [f["promise"] for f in desk.seen if f["type"] == "promise.changed"]
    assert (made["text"], made["made_by"]) == ("我查一下，2小时内给您回复。", LINA.id)
    await swept(house, minutes=80)
    await swept(house, minutes=15)
    nudged = await desk.until("promise.changed")
    assert nudged["what"] == "nudged"
    await swept(house, minutes=30)
    await swept(house, minutes=30)
    while "还没有办好" not in (await shopper.message("system"))["body"]["text"]:
        pass
    (promise,) = await promises(lina, conversation)
    assert promise["state"] == "late"
    await shopper.alive()
    assert len([f for f in shopper.seen if "还没有办好" in str(f)]) == 1


async def test_a_kept_promise_is_told_once_however_often_it_is_marked(house: House) -> None:
    shopper, desk, lina, conversation = await talking(house)
    await says(desk, conversation, "今天内给您发出")
    (promise,) = await promises(lina, conversation)
    for _ in range(2):
        kept = await post(lina, f"promises/{promise['id']}", 200, state="kept")
        assert kept["state"] == "kept"
    while "已经办好了" not in (await shopper.message("system"))["body"]["text"]:
        pass
    refused = await post(lina, f"promises/{promise['id']}", 409, state="cancelled")
    assert refused["code"] == "already_decided"
    await swept(house, days=2)
    assert [p["state"] for p in await promises(lina, conversation)] == ["kept"]


async def test_what_is_no_promise_is_cancelled_without_a_word_to_the_shopper(house: House) -> None:
    shopper, desk, lina, conversation = await talking(house)
    await says(desk, conversation, "明天下午给您回复")
    (promise,) = await promises(lina, conversation)
    await post(lina, f"promises/{promise['id']}", 200, state="cancelled")
    await swept(house, days=3)
    await shopper.alive()
    assert not any("答应" in str(frame) for frame in shopper.seen)


async def test_a_promise_moved_to_another_time_is_due_then(house: House) -> None:
    shopper, desk, lina, conversation = await talking(house)
    await says(desk, conversation, "2小时内给您回复")
    (promise,) = await promises(lina, conversation)
    path = f"promises/{promise['id']}"
    later = house.clock() + dt.timedelta(hours=6)
    await post(lina, path, 200, due_at=later.isoformat())
    await swept(house, hours=3)
    assert [p["state"] for p in await promises(lina, conversation)] == ["open"]
    await swept(house, hours=4)
    assert [p["state"] for p in await promises(lina, conversation)] == ["late"]
    for bad in (None, house.clock.moment.isoformat(), "2030-01-01T00:00:00"):
        assert (await post(lina, path, 422, due_at=bad))["code"] == "invalid_due_time"
    await post(lina, path, 422, due_at="bald")


async def test_only_who_has_the_conversation_made_it_or_supervises_changes_a_promise(
    house: House,
) -> None:
    _, desk, lina, conversation = await talking(house)
    wang, chen = await house.login(WANG), await house.login(CHEN)
    await says(desk, conversation, "2小时内给您回复")
    (promise,) = await promises(lina, conversation)
    await post(wang, f"promises/{promise['id']}", 403, state="kept")
    await post(chen, f"promises/{promise['id']}", 200, state="kept")
    await post(chen, "promises/unknown", 404, state="kept")


async def test_questions_notes_and_the_shoppers_own_words_are_no_promises(house: House) -> None:
    shopper, desk, lina, conversation = await talking(house)
    await says(desk, conversation, "您希望明天下午给您送达吗？")
    await desk.send(
        "note", conversation=conversation, client_id="note-00001", text="2小时内给顾客回复"
    )
    await desk.until("message.acknowledged")
    await shopper.say("2小时内给我回复")
    assert await promises(lina, conversation) == []


async def test_a_flow_promises_and_an_answer_of_the_knowledge_base_does_not(house: House) -> None:
    shopper = await house.shopper(await house.demo_token("xiaoman"))
    await shopper.say("退款到哪了")
    conversation = (await shopper.until("message.created"))["message"]["conversation"]
    await shopper.message("bot")
    await shopper.say("什么时候发货")
    await shopper.message("bot")
    lina = await house.login(LINA)
    found = await promises(lina, conversation)
    assert [(p["text"], p["made_by"]) for p in found] == [("退款审核通过，预计2小时到账。", None)]
    await swept(house, hours=3)
    assert "如果还没有办好" in (await shopper.message("system"))["body"]["text"]


async def test_a_clock_that_is_set_back_repeats_nothing(house: House) -> None:
    shopper, desk, lina, conversation = await talking(house)
    await says(desk, conversation, "2小时内给您回复")
    await swept(house, hours=3)
    await swept(house, hours=-3)
    await swept(house, hours=3)
    await shopper.alive()
    assert len([f for f in shopper.seen if "还没有办好" in str(f)]) == 1


async def noted(
    house: House, client: Client, conversation: str, status: int, **more: Any
) -> dict[str, Any]:
    due = house.clock.moment + dt.timedelta(hours=3)
    wanted = {
        "client_id": "promise-0001",
        "text": "门店电话里答应：周日前补一颗扣子",
        "due_at": due.isoformat(),
    }
    return await post(client, f"conversations/{conversation}/promises", status, **wanted | more)


async def test_a_promise_noted_by_hand_is_a_note_and_a_timer_like_any_other(house: House) -> None:
    shopper, desk, lina, conversation = await talking(house)
    await open_thread(desk, conversation)
    made = await noted(house, lina, conversation, 201)
    again = await noted(house, lina, conversation, 201)
    assert made["id"] == again["id"]
    note = await desk.message("agent")
    assert note["visibility"] == "staff" and "补一颗扣子" in note["body"]["text"]
    assert made["seq"] == note["seq"]
    (promise,) = await promises(lina, conversation)
    assert (promise["text"], promise["made_by"]) == ("门店电话里答应：周日前补一颗扣子", LINA.id)
    await swept(house, hours=2, minutes=30)
    assert (await desk.until("promise.changed", what="nudged"))["promise"]["id"] == made["id"]
    await post(lina, f"promises/{made['id']}", 200, state="kept")
    while "已经办好了" not in (await shopper.message("system"))["body"]["text"]:
        pass


@pytest.mark.parametrize(
    ("wrong", "code", "says"),
    [
        ({"due_at": "2020-11-21T18:00:00Z"}, "invalid_due_time", "已经过去"),
        ({"due_at": "2026-11-21T18:00:00"}, "invalid_due_time", "时区"),
        ({"due_at": "2036-11-21T18:00:00Z"}, "invalid_due_time", "92 天"),
        ({"due_at": "明天"}, "malformed", "due_at"),
        ({"text": "  "}, "invalid_text", ""),
        ({"text": "好" * 301}, "invalid_text", "300"),
    ],
    ids=["past", "no zone", "far away", "no time", "empty", "too long"],
)
async def test_a_bad_promise_is_refused_with_what_is_wrong(
    house: House, wrong: dict[str, str], code: str, says: str
) -> None:
    _, _, lina, conversation = await talking(house)
    refused = await noted(house, lina, conversation, 422, **wrong)
    assert refused["code"] == code and says in refused["detail"]
    assert await promises(lina, conversation) == []


async def test_only_who_has_the_conversation_or_supervises_notes_a_promise(house: House) -> None:
    _, _, _, conversation = await talking(house)
    wang = await house.login(WANG)
    assert (await noted(house, wang, conversation, 403))["code"] == "forbidden"
    await noted(house, await house.login(CHEN), conversation, 201)
