"""The clocks of a case: started, stopped, held and late, in business time."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from router.domain.conversation import Conversation, Status
from router.domain.handoff import Handoff, Priority
from router.domain.hours import Calendar, shifts_of
from router.domain.message import Body, Message, Sender, Visibility
from router.domain.sla import Clock, ClockKind, Timing, followed
from tests.router.people import NOON, after, handoff

FIRST, NEXT, SOLVED = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION
ALWAYS = Timing()
SHANGHAI = ZoneInfo("Asia/Shanghai")
SHOP = Timing(calendar=Calendar(SHANGHAI, (shifts_of(["09:00-12:00", "13:30-18:00"]),) * 7))
ASKED = replace(handoff("c-1"), sla_class="case")


def conversation(status: Status = Status.QUEUED, **facts: object) -> Conversation:
    agent = "staff-lina" if status in {Status.ACTIVE, Status.ON_HOLD} else None
    made = Conversation("c-1", "xiaoman", NOON, NOON, status, agent, epoch=1, handoff=ASKED.id)
    return replace(made, **facts)  # type: ignore[arg-type]


def said(by: Sender, seconds: float, visibility: Visibility = Visibility.EVERYONE) -> Message:
    return Message("c-1", 1, 1, after(seconds), by, Body("在吗"), visibility=visibility)


def step(
    clocks: list[Clock],
    status: Status,
    seconds: float,
    *messages: Message,
    current: Handoff | None = ASKED,
    timing: Timing = ALWAYS,
    **facts: object,
) -> list[Clock]:
    moved = conversation(status, **facts)
    return followed(clocks, moved, current, messages, after(seconds), timing)


def of(clocks: list[Clock], kind: ClockKind) -> Clock:
    return next(clock for clock in clocks if clock.kind is kind)


def test_a_handoff_starts_the_clocks_of_the_first_response_and_of_the_solution() -> None:
    clocks = step([], Status.QUEUED, 0)
    assert of(clocks, FIRST).due_at == ASKED.due_at
    assert of(clocks, FIRST).warn_at == NOON + dt.timedelta(minutes=6)
    assert of(clocks, SOLVED).due_at == NOON + dt.timedelta(hours=2)
    assert len(clocks) == 2


def test_the_first_word_of_the_agent_stops_the_first_clock_and_a_note_does_not() -> None:
    clocks = step(step([], Status.QUEUED, 0), Status.ACTIVE, 60)
    assert of(clocks, FIRST).runs
    clocks = step(clocks, Status.ACTIVE, 70, said(Sender.AGENT, 70, Visibility.STAFF))
    assert of(clocks, FIRST).runs
    clocks = step(clocks, Status.ACTIVE, 80, said(Sender.AGENT, 80))
    assert of(clocks, FIRST).stopped_at == after(80)


def test_the_shopper_starts_the_next_clock_once_and_the_agent_stops_it() -> None:
    clocks = step(step([], Status.QUEUED, 0), Status.ACTIVE, 60, said(Sender.SHOPPER, 60))
    assert {clock.kind for clock in clocks} == {FIRST, SOLVED}
    clocks = step(clocks, Status.ACTIVE, 70, said(Sender.AGENT, 70))
    clocks = step(clocks, Status.ACTIVE, 100, said(Sender.SHOPPER, 100))
    clocks = step(clocks, Status.ACTIVE, 160, said(Sender.SHOPPER, 160))
    assert of(clocks, NEXT).started_at == after(100)
    assert of(clocks, NEXT).due_at == after(100 + 600)
    clocks = step(clocks, Status.ACTIVE, 200, said(Sender.AGENT, 200))
    assert not of(clocks, NEXT).runs
    clocks = step(clocks, Status.ACTIVE, 300, said(Sender.SHOPPER, 300))
    assert of(clocks, NEXT).started_at == after(300)


def test_on_hold_every_clock_stands_still_and_runs_on_with_what_was_left() -> None:
    clocks = step([], Status.QUEUED, 0)
    clocks = step(clocks, Status.ACTIVE, 60, said(Sender.AGENT, 60))
    clocks = step(clocks, Status.ON_HOLD, 1_200)
    assert of(clocks, SOLVED).left == dt.timedelta(seconds=7_200 - 1_200)
    assert step(clocks, Status.ON_HOLD, 2_000) == clocks
    clocks = step(clocks, Status.ACTIVE, 10_000)
    assert of(clocks, SOLVED).due_at == after(10_000 + 6_000)
    assert of(clocks, SOLVED).runs


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.BOT])
def test_what_is_solved_or_given_back_stops_every_clock(status: Status) -> None:
    clocks = step(step([], Status.QUEUED, 0), Status.ACTIVE, 60)
    clocks = step(clocks, status, 100, current=None)
    assert {clock.stopped_at for clock in clocks} == {after(100)}


def test_who_asks_the_bot_meanwhile_is_still_owed_an_answer() -> None:
    clocks = step(step([], Status.QUEUED, 0), Status.BOT, 60, keeps_place=True)
    assert of(clocks, FIRST).runs


def test_a_transfer_starts_the_first_clock_anew_and_lets_the_solution_run() -> None:
    clocks = step(step([], Status.QUEUED, 0), Status.ACTIVE, 60, said(Sender.AGENT, 60))
    second = replace(ASKED, id="handoff-2", queued_at=after(300), due_at=after(900))
    clocks = step(clocks, Status.QUEUED, 300, current=second, handoff="handoff-2")
    assert (of(clocks, FIRST).due_at, of(clocks, FIRST).runs) == (after(900), True)
    assert of(clocks, SOLVED).due_at == NOON + dt.timedelta(hours=2)


def test_a_target_that_moves_takes_its_clock_along_and_a_breach_stays_one() -> None:
    clocks = step([], Status.QUEUED, 0)
    late = [replace(clock, breached_at=after(700)) for clock in clocks]
    moved = replace(ASKED, due_at=after(3_600))
    again = step(late, Status.QUEUED, 800, current=moved)
    assert of(again, FIRST).due_at == after(3_600)
    assert of(again, FIRST).breached_at == after(700)


def test_time_runs_only_while_the_desk_is_open() -> None:
    # NOON is twelve o'clock in Shanghai: the first shift ends, the second begins at 13:30.
    opens = NOON + dt.timedelta(minutes=90)
    current = replace(ASKED, due_at=SHOP.first_due(NOON, Priority.NORMAL))
    clocks = step([], Status.OFFLINE, 0, current=current, timing=SHOP)
    assert of(clocks, FIRST).due_at == opens + dt.timedelta(minutes=10)
    assert of(clocks, FIRST).warn_at == opens + dt.timedelta(minutes=6)
    assert of(clocks, SOLVED).due_at == opens + dt.timedelta(hours=2)


def test_a_hold_over_the_night_costs_no_time() -> None:
    clocks = step([], Status.QUEUED, 0, timing=SHOP)
    held = step(clocks, Status.ON_HOLD, 5 * 3_600, timing=SHOP)
    left = of(held, SOLVED).left
    tomorrow = 22 * 3_600
    again = step(held, Status.ACTIVE, tomorrow, timing=SHOP)
    assert left is not None
    assert SHOP.calendar.between(after(tomorrow), of(again, SOLVED).due_at) == left


def test_a_clock_set_back_stops_and_holds_nothing_it_should_not() -> None:
    clocks = step([], Status.QUEUED, 0)
    clocks = step(clocks, Status.ACTIVE, -3_600, said(Sender.AGENT, -3_600))
    assert of(clocks, FIRST).stopped_at == NOON
    held = step(clocks, Status.ON_HOLD, -3_600)
    assert of(held, SOLVED).left == dt.timedelta(hours=2)


def test_what_was_late_before_a_hold_stays_late() -> None:
    clocks = [replace(c, breached_at=after(8_000)) for c in step([], Status.QUEUED, 0)]
    held = step(clocks, Status.ON_HOLD, 9_000)
    assert of(held, SOLVED).left == dt.timedelta()
    assert of(step(held, Status.ACTIVE, 20_000), SOLVED).due_at == NOON + dt.timedelta(hours=2)


def test_a_class_nobody_configured_has_the_standard_targets() -> None:
    assert ALWAYS.targets("weekend") == ALWAYS.targets("standard")
    assert ALWAYS.targets("critical").left_response == dt.timedelta(minutes=15)
    assert ALWAYS.targets("case").resolution == dt.timedelta(hours=2)
