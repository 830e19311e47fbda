"""Pick-up windows."""

import asyncio
from dataclasses import replace
from datetime import date, time

import pytest

from bot.actions.moves import Move, Turn
from bot.actions.return_request import ReturnRequestForm
from bot.actions.router_api import RouterApi, _Reply
from bot.flow import Slot
from bot.pickup import Pickups, PickupWindow
from tests.bot.fake_api import COAT, NOW, SETTINGS, FakeApi

SUNDAY = date(2026, 11, 22)
USUAL = Pickups.usual(SUNDAY)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("明天下午", "2026-11-23T13:00/18:00"),
        ("后天", "2026-11-24T09:00/18:00"),
        ("上午吧", "2026-11-23T09:00/12:00"),
        ("周三上午", "2026-11-25T09:00/12:00"),
        ("星期天", "2026-11-29T09:00/18:00"),
        ("随便", "2026-11-23T09:00/18:00"),
    ],
)
def test_words_name_a_window(words: str, code: str) -> None:
    named = USUAL.named_in(words, USUAL.first())
    assert named is not None
    assert named.code() == code
    assert PickupWindow.of_code(code) == named


def test_words_without_a_time_name_no_window() -> None:
    assert USUAL.named_in("确认", USUAL.first()) is None


def test_a_part_of_the_day_keeps_the_day_offered() -> None:
    offered = USUAL.named_in("后天", USUAL.first())
    assert offered is not None
    named = USUAL.named_in("那就下午", offered)
    assert named is not None
    assert named.code() == "2026-11-24T13:00/18:00"


def test_a_window_reads_as_people_say_it() -> None:
    assert USUAL.first().words(SUNDAY) == "明天（11月23日 周一）9:00–18:00"


def test_pick_up_is_never_today() -> None:
    assert USUAL.named_in("周日上午", USUAL.first()).day > SUNDAY  # type: ignore[union-attr]


FESTIVE = Pickups(
    SUNDAY,
    tuple(date(2026, 11, day) for day in (25, 26, 28)),
    (time(10), time(11)),
    (time(14), time(17)),
)
"""The courier comes neither tomorrow nor the day after, nor on the 27th."""


def test_the_first_window_is_of_the_first_day_on_which_a_courier_comes() -> None:
    assert FESTIVE.first().code() == "2026-11-25T10:00/17:00"
    assert FESTIVE.first().words(SUNDAY) == "11月25日 周三 10:00–17:00"


@pytest.mark.parametrize(
    ("words", "code"),
    [("上午", "2026-11-25T10:00/11:00"), ("周四下午", "2026-11-26T14:00/17:00")],
)
def test_parts_of_the_day_are_the_shops(words: str, code: str) -> None:
    named = FESTIVE.named_in(words, FESTIVE.first())
    assert named is not None
    assert named.code() == code


@pytest.mark.parametrize(
    ("asked", "day"),
    [(23, 25), (26, 26), (27, 28), (30, 28)],
    ids=["before the first", "one of them", "between", "after the last"],
)
def test_a_day_without_a_courier_becomes_the_next_with_one(asked: int, day: int) -> None:
    assert FESTIVE.on(date(2026, 11, asked)) == date(2026, 11, day)


# --- asked for in a flow -------------------------------------------------------------------------


def returning(text: str, offered: PickupWindow) -> Move:
    """Answer the last question of a return, the time of the pick-up, as the shop of FESTIVE."""
    known = {
        Slot.ORDER_NUMBER: COAT,
        Slot.ORDER_TITLE: "羊毛大衣",
        Slot.RETURN_REASON: "size",
        Slot.OFFERED_PICKUP: offered.code(),
    }
    turn = Turn(
        text=text,
        intent="return_request",
        shopper="xiaoman",
        page_order=None,
        step=Slot.RETURN_PICKUP,
        slots={slot: known.get(slot) for slot in Slot},
        wrong_inputs=0,
    )
    settings = replace(SETTINGS, asked_pickups=FESTIVE)
    return asyncio.run(ReturnRequestForm().move(turn, FakeApi(), NOW, settings))  # type: ignore[arg-type]


def test_a_yes_books_the_window_offered() -> None:
    move = returning("确认", FESTIVE.first())
    assert move.slots == {Slot.RETURN_PICKUP: "2026-11-25T10:00/17:00"}


@pytest.mark.parametrize("text", ["明天上午取件，确认", "明天上午吧"])
def test_a_day_without_a_courier_is_shown_as_the_next_one_before_it_is_booked(text: str) -> None:
    move = returning(text, FESTIVE.first())
    assert Slot.RETURN_PICKUP not in move.slots
    assert move.slots[Slot.OFFERED_PICKUP] == "2026-11-25T10:00/11:00"
    assert "那天快递员不上门" in move.messages[0].text
    assert "11月25日 周三 10:00–11:00" in move.messages[0].text


def test_buttons_of_a_day_without_a_near_name_keep_the_day_that_is_shown() -> None:
    shown = returning("周四", FESTIVE.first())
    assert shown.slots[Slot.OFFERED_PICKUP] == "2026-11-26T10:00/17:00"
    offered = PickupWindow.of_code(shown.slots[Slot.OFFERED_PICKUP])
    afternoon = next(b for b in shown.messages[0].buttons if "下午" in b.title)
    assert returning(afternoon.say, offered).slots == {Slot.RETURN_PICKUP: "2026-11-26T14:00/17:00"}


def test_an_offer_of_yesterday_is_not_booked_today() -> None:
    stale = PickupWindow(SUNDAY, time(10), time(17))
    assert Slot.RETURN_PICKUP not in returning("确认", stale).slots


def test_the_routers_own_words_are_read() -> None:
    body = b'{"today":"2026-11-22","days":["2026-11-25"],"morning":["10:00:00","11:00:00"],'
    body += b'"afternoon":["14:00:00","17:00:00"]}'

    class Answering(RouterApi):
        async def _call(self, *_: object, **__: object) -> _Reply:
            return _Reply(200, body)

    asked = asyncio.run(Answering(None, "http://router").pickups())  # type: ignore[arg-type]
    assert asked is not None
    assert asked.first().code() == "2026-11-25T10:00/17:00"
