"""Outside the hours: who wants a human learns when, leaves a message, and is served first."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from knowledge_base.database import Database
from router.desk.clockwork import Clockwork
from router.domain.conversation import Conversation, Status
from router.domain.handoff import HandoffState
from router.domain.hours import Calendar, shifts_of
from router.store import tables as t
from router.store.rows import conversation_values, handoff_values
from tests.router.harness import House, Socket, running
from tests.router.people import LINA, handoff
from tests.router.web.conftest import ANSWERS

OPEN = Calendar()


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with running(sqlite, tmp_path / "data", ANSWERS) as house:
        yield house


def closed_at(now: dt.datetime) -> Calendar:
    """Give a calendar that opens in two hours, for an hour."""
    opens = now + dt.timedelta(hours=2)
    minute = opens.hour * 60 + opens.minute
    times = [minute, minute + 60]
    text = "-".join(f"{one // 60 % 24:02}:{one % 60:02}" for one in times)
    return Calendar(dt.UTC, (shifts_of([text]),) * 7)


def set_hours(house: House, calendar: Calendar) -> None:
    services = house.services
    rules = replace(services.rules(), timing=replace(services.rules().timing, calendar=calendar))
    services.rules = lambda: rules
    house.store._timing = lambda: rules.timing


def close(house: House) -> None:
    set_hours(house, closed_at(house.clock()))


async def sweep(house: House) -> None:
    await house.shifts.sweep()
    await Clockwork(house.services).sweep()
    await house.shoppers.board.refresh()


async def asks_for_a_human(house: House) -> tuple[Socket, str]:
    shopper = await house.shopper()
    conversation = shopper.seen[0]["conversation"]["id"]
    await shopper.say("转人工")
    return shopper, conversation


async def handoff_of(house: House, conversation: str) -> Any:
    return (await house.store.listed(conversation)).handoff


async def test_who_wants_a_human_at_night_learns_when_the_desk_opens(house: House) -> None:
    close(house)
    shopper, conversation = await asks_for_a_human(house)
    said = await shopper.message("system")
    opens = house.services.rules().timing.calendar.next_opening(house.clock())
    local = opens.astimezone(house.services.settings.zone)
    assert f"{local:%H:%M}" in said["body"]["text"]
    changed = await shopper.until("conversation.changed")
    assert changed["conversation"]["status"] == "offline"
    ticket = await handoff_of(house, conversation)
    assert ticket.state == "ticket"
    assert ticket.due_at > opens
    assert await house.store.waiting() == []


async def test_danger_at_night_is_answered_with_what_to_do_first(house: House) -> None:
    close(house)
    shopper = await house.shopper()
    await shopper.say("用了之后受伤了")
    assert "120" in (await shopper.message("system"))["body"]["text"]
    assert "下班" in (await shopper.message("system"))["body"]["text"]


async def test_the_next_shift_gets_tickets_before_who_comes_fresh(house: House) -> None:
    close(house)
    night, first = await asks_for_a_human(house)
    await night.message("system")
    house.clock.forward(hours=2, minutes=1)
    fresh, second = await asks_for_a_human(house)
    await fresh.message("system")
    await sweep(house)
    assert "上班了" in (await night.message("system"))["body"]["text"]
    for shopper, place in ((night, 1), (fresh, 2)):
        told = (await shopper.until("queue.position_changed"))["place"]
        assert (told["place"], told["waiting"]) == (place, 2)
    agent = await house.staff(LINA)
    welcome = next(frame for frame in agent.seen if frame["type"] == "welcome")
    assert [card["conversation"]["id"] for card in welcome["queue"]] == [first, second]
    await agent.send("accept", conversation=first)
    await agent.until("conversation.assigned", agent=LINA.id)


async def test_a_ticket_becomes_a_place_in_the_queue_once(house: House) -> None:
    close(house)
    night, conversation = await asks_for_a_human(house)
    await night.message("system")
    set_hours(house, OPEN)
    await sweep(house)
    await sweep(house)
    thread = (await house.store.thread(conversation)).conversation
    assert thread.status == "queued"
    messages = await house.store.messages_after(conversation, 0, staff=False)
    assert [m.body.text for m in messages].count("客服上班了，会最先处理你的留言。") == 1


async def test_who_asks_the_bot_at_night_keeps_the_ticket(house: House) -> None:
    close(house)
    night, conversation = await asks_for_a_human(house)
    await night.message("system")
    await night.send("go_on_with_bot")
    await night.until("conversation.changed")
    await night.say("运费")
    assert "包邮" in (await night.message("bot"))["body"]["text"]
    agent = await house.staff(LINA)
    welcome = next(frame for frame in agent.seen if frame["type"] == "welcome")
    assert welcome["queue"] == []
    set_hours(house, OPEN)
    await sweep(house)
    queued = await agent.until("handoff.queued")
    assert queued["card"]["conversation"]["keeps_place"]
    await agent.send("accept", conversation=conversation)
    await agent.until("conversation.assigned")


async def test_who_waits_when_the_last_agent_goes_home_is_told_so(house: House) -> None:
    agent = await house.staff(LINA)
    shopper, conversation = await asks_for_a_human(house)
    await shopper.message("system")
    close(house)
    await sweep(house)
    assert (await house.store.thread(conversation)).conversation.status == "queued"
    await agent.close()
    while house.agents.presence.of(LINA.id) != "offline":
        await agent.ws.close()
        await shopper.alive()
    await sweep(house)
    assert "下班" in (await shopper.message("system"))["body"]["text"]
    assert (await house.store.thread(conversation)).conversation.status == "offline"


# --- however many wait ---------------------------------------------------------------------------


async def crowd(house: House, count: int, state: HandoffState, name: str) -> None:
    """Let so many stand in a state, as a long day leaves them."""
    now = house.clock()
    status = {HandoffState.QUEUED: Status.QUEUED, HandoffState.TICKET: Status.OFFLINE}
    conversations, handoffs = [], []
    for n in range(count):
        opened = Conversation(
            f"{name}-{n}", f"{name}-shopper-{n}", now, now, status.get(state, Status.RESOLVED),
            epoch=1, handoff=f"h-{name}-{n}",
        )  # fmt: skip
        facts = {"shopper_name": "", "tier": "ordinary", "anonymous": True}
        conversations.append(conversation_values(opened) | facts)
        waits = handoff(opened.id, f"h-{name}-{n}", queued_at=now + dt.timedelta(milliseconds=n))
        handoffs.append(handoff_values(replace(waits, state=state)))

    def write(connection: Any) -> None:
        connection.execute(t.conversations.insert(), conversations)
        connection.execute(t.handoffs.insert(), handoffs)

    await house.store._write("crowd", write)


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """Collect the statements about handoffs while the block lasts."""
    said: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "handoffs" in statement:  # Other rounds of the house come when they come.
            said.append(statement)

    engine = house.database.engine.sync_engine
    sa.event.listen(engine, "after_cursor_execute", note)
    yield said
    sa.event.remove(engine, "after_cursor_execute", note)


async def test_a_round_after_hours_costs_the_same_however_many_were_handled(house: House) -> None:
    close(house)
    with counted(house) as alone:
        await crowd(house, 3, HandoffState.QUEUED, "early")
        await house.shifts.sweep()
    await crowd(house, 1_500, HandoffState.TICKET, "handled")
    await crowd(house, 1_500, HandoffState.ENDED, "ended")
    with counted(house) as among_many:
        await crowd(house, 3, HandoffState.QUEUED, "late")
        await house.shifts.sweep()
        await house.shifts.sweep()
    assert (await house.store.crowd(HandoffState.QUEUED)).count == 0
    assert len(among_many) <= len(alone) + 2  # The second round looks, and finds nobody.

    def plan(connection: Any) -> str:
        page = next(one for one in among_many if "FROM handoffs" in one and "LIMIT" in one)
        rows = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {page}", ("queued", "2026", "h", 200, 0)
        )
        return "\n".join(row[3] for row in rows)

    read = await house.store._read(plan)
    assert "USING INDEX ix_handoffs_state" in read
    assert "TEMP B-TREE" not in read


async def test_the_crowd_of_a_long_day_is_left_to_the_next_shift_in_pages_each_told_once(
    house: House,
) -> None:
    close(house)
    await crowd(house, 450, HandoffState.QUEUED, "crowd")
    left = []
    for _ in range(3):
        await house.shifts.sweep()
        left.append((await house.store.crowd(HandoffState.QUEUED)).count)
    assert left == [250, 50, 0]
    for n in (0, 449):
        told = await house.store.messages_after(f"crowd-{n}", 0, staff=False)
        assert ["下班" in m.body.text for m in told] == [True]


async def test_what_cannot_be_moved_keeps_nobody_behind_it(house: House) -> None:
    close(house)
    await crowd(house, 201, HandoffState.QUEUED, "crowd")

    def spoil(connection: Any) -> None:  # Two hundred of which the conversation says otherwise.
        connection.execute(
            t.conversations.update()
            .where(t.conversations.c.id != "crowd-200")
            .values(status=Status.RESOLVED.value)
        )

    await house.store._write("crowd", spoil)
    for _ in range(2):
        await house.shifts.sweep()
    assert (await house.store.thread("crowd-200")).conversation.status is Status.OFFLINE


# --- in hours too ------------------------------------------------------------------------------


async def test_a_waiting_shopper_leaves_a_message_and_keeps_the_place(house: House) -> None:
    shopper, conversation = await asks_for_a_human(house)
    await shopper.message("system")
    before = await handoff_of(house, conversation)
    await shopper.send("leave_message", client_id="leave-0001", text="戒指刻字能改吗，改成 LOVE")
    assert "留言收到了" in (await shopper.message("system"))["body"]["text"]
    await shopper.until("message.acknowledged", client_id="leave-0001")
    after = await handoff_of(house, conversation)
    assert after.left_at is not None
    assert after.due_at > before.due_at
    assert [h.id for h in await house.store.waiting()] == [before.id]


async def test_a_message_left_twice_is_one(house: House) -> None:
    shopper, conversation = await asks_for_a_human(house)
    await shopper.message("system")
    for _ in range(2):
        await shopper.send("leave_message", client_id="leave-0001", text="晚点看")
        await shopper.until("message.acknowledged", client_id="leave-0001")
    messages = await house.store.messages_after(conversation, 0, staff=False)
    assert [m.body.text for m in messages].count("晚点看") == 1


async def test_a_number_to_call_back_is_for_staff_only(house: House) -> None:
    agent = await house.staff(LINA)
    shopper, conversation = await asks_for_a_human(house)
    await shopper.message("system")
    await shopper.send(
        "request_callback", client_id="call-00001", phone="138 0000 1234", note="下午三点后"
    )
    said = await shopper.message("shopper")
    assert said["body"]["text"] == "请给我回电：138****1234\n下午三点后"
    assert "回电" in (await shopper.message("system"))["body"]["text"]
    card = (await agent.until("handoff.queued"))["card"]
    while card["callback"] is None:
        card = (await agent.until("handoff.queued"))["card"]
    assert (card["callback"]["phone"], card["callback"]["note"]) == ("13800001234", "下午三点后")
    assert "13800001234" not in str(shopper.seen)
    assert conversation == card["conversation"]["id"]


@pytest.mark.parametrize("phone", ["12345", "我不想说", ""])
async def test_what_is_no_number_is_refused_and_nothing_is_kept(house: House, phone: str) -> None:
    shopper, conversation = await asks_for_a_human(house)
    await shopper.message("system")
    await shopper.send("request_callback", client_id="call-00001", phone=phone)
    refused = await shopper.error()
    assert (refused["code"], refused["client_id"]) == ("invalid_phone", "call-00001")
    assert (await house.store.listed(conversation)).callback is None


async def test_who_does_not_wait_leaves_nothing(house: House) -> None:
    shopper = await house.shopper()
    await shopper.send("leave_message", client_id="leave-0001", text="在吗")
    assert (await shopper.error())["code"] == "illegal_move"


async def test_a_call_back_is_noted_with_what_came_of_it_and_leaves_the_list(house: House) -> None:
    client = await house.login(LINA)
    agent = await house.desk(client)
    shopper, conversation = await asks_for_a_human(house)
    await shopper.message("system")
    await shopper.send(
        "request_callback", client_id="call-00001", phone="138 0000 1234", note="下午三点后"
    )
    assert (await agent.until("callback.changed"))["conversation"] == conversation
    (line,) = (await (await client.get("/api/v1/callbacks")).json())["callbacks"]
    assert (line["phone"], line["note"], line["ticket"]) == ("13800001234", "下午三点后", False)
    await agent.send("open", conversation=conversation)
    path = f"/api/v1/callbacks/{conversation}/{line['case']}/done"
    for outcome, status in (("约了周一上门", 204), ("约了周一上门", 204), ("没人接", 409)):
        response = await client.post(path, json={"outcome": outcome}, headers={"X-Jieli": "1"})
        assert response.status == status, await response.text()
    note = await agent.message("agent")
    assert (note["body"]["text"], note["visibility"]) == ("已回电：约了周一上门", "staff")
    assert (await (await client.get("/api/v1/callbacks")).json())["callbacks"] == []
    assert "已回电" not in str(shopper.seen)
    assert (await house.client.get("/api/v1/callbacks")).status == 401
    missing = path.replace(f"/{line['case']}/", "/9/")
    response = await client.post(missing, json={}, headers={"X-Jieli": "1"})
    assert (response.status, (await response.json())["code"]) == (404, "not_found")
