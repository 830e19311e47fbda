"""Pick-up windows."""

from datetime import date

import pytest

from bot.pickup import PickupWindow, next_day, window_in

SUNDAY = date(2026, 11, 22)


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
    named = window_in(words, SUNDAY, next_day(SUNDAY))
    assert named is not None
    assert named.code() == code
    assert PickupWindow.of_code(code) == named


def test_words_without_a_time_name_no_window() -> None:
    assert window_in("确认", SUNDAY, next_day(SUNDAY)) is None


def test_a_part_of_the_day_keeps_the_day_offered() -> None:
    offered = window_in("后天", SUNDAY, next_day(SUNDAY))
    assert offered is not None
    named = window_in("那就下午", SUNDAY, offered)
    assert named is not None
    assert named.code() == "2026-11-24T13:00/18:00"


def test_a_window_reads_as_people_say_it() -> None:
    assert next_day(SUNDAY).words(SUNDAY) == "明天（11月23日 周一）9:00–18:00"


def test_pick_up_is_never_today() -> None:
    assert window_in("周日上午", SUNDAY, next_day(SUNDAY)).day > SUNDAY  # type: ignore[union-attr]
